//! Cells and locks that somebody is using.

use std::cell::{OnceCell, RefCell};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, OnceLock, RwLock};

use super::{Log, Node, finds_a_cycle_through, ring};
use gc_core::{Cc, Trace, collect, gc};

/// Nine nodes in a cell, each of which leads back to it, are sorted. In the middle of that the vec holds one of them
/// twice.
fn is_left_alone_while_it_changes<C: Trace>(
    cell: impl FnOnce(Vec<Cc<Node>>) -> C,
    change: impl Fn(&C, &mut dyn FnMut(&mut Vec<Cc<Node>>)),
) {
    gc::disable();
    let log = Log::default();
    let nodes: Vec<_> = (0..9).map(|id| Node::new(id, &log)).collect();
    let cell = Cc::new(cell(nodes));
    change(&cell, &mut |nodes| nodes.iter().for_each(|node| node.set_edge(cell.clone())));

    change(&cell, &mut |nodes| {
        nodes.sort_by(|a, b| {
            drop(a.clone());
            assert_eq!(collect(), 0);
            b.cmp(a)
        });
    });
    assert_eq!(log.sorted(), [0; 0]);

    drop(cell);
    assert_eq!(collect(), 10);
    assert_eq!(log.sorted(), (0..9).collect::<Vec<_>>());
}

#[test]
fn mutably_borrowed_cell_is_left_alone() {
    is_left_alone_while_it_changes(RefCell::new, |cell, change| change(&mut cell.borrow_mut()));
}

#[test]
fn locked_mutex_is_left_alone() {
    is_left_alone_while_it_changes(Mutex::new, |mutex, change| change(&mut mutex.lock().unwrap()));
}

#[test]
fn write_locked_lock_is_left_alone() {
    is_left_alone_while_it_changes(RwLock::new, |lock, change| change(&mut lock.write().unwrap()));
}

/// Two nodes, each leading to the other through a `C` of its own, of which `forget` forgets a guard.
fn with_a_forgotten_guard<C: Trace>(
    wrap: impl Fn(Cc<Node>) -> C,
    forget: impl Fn(&C),
    then: impl FnOnce(&Log, &dyn Fn()),
) {
    gc::disable();
    let log = Log::default();
    let nodes = ring(2, &log, |next| {
        let cell = Cc::new(wrap(next));
        forget(&cell);
        cell
    });
    let weak = Cc::downgrade(&nodes[0]);
    drop(nodes);
    then(&log, &|| drop(weak.upgrade().expect("it leaks").edge.take()));
}

fn leaks_behind_a_forgotten_guard<C: Trace>(wrap: impl Fn(Cc<Node>) -> C, forget: impl Fn(&C)) {
    with_a_forgotten_guard(wrap, forget, |log, take_apart| {
        assert_eq!(collect(), 0);
        assert_eq!(log.sorted(), [0; 0]);

        take_apart();
        assert_eq!(log.sorted(), [0, 1]);
    });
}

fn hides_nothing_from_a_reader<C: Trace>(wrap: impl Fn(Cc<Node>) -> C, forget: impl Fn(&C)) {
    with_a_forgotten_guard(wrap, forget, |log, _| {
        assert_eq!(collect(), 4);
        assert_eq!(log.sorted(), [0, 1]);
    });
}

#[test]
fn cell_that_is_borrowed_forever_leaks() {
    leaks_behind_a_forgotten_guard(RefCell::new, |cell| mem::forget(cell.borrow_mut()));
}

#[test]
fn mutex_that_is_locked_forever_leaks() {
    leaks_behind_a_forgotten_guard(Mutex::new, |mutex| mem::forget(mutex.lock()));
}

#[test]
fn lock_that_is_write_locked_forever_leaks() {
    leaks_behind_a_forgotten_guard(RwLock::new, |lock| mem::forget(lock.write()));
}

#[test]
fn shared_borrow_of_a_cell_hides_nothing() {
    hides_nothing_from_a_reader(RefCell::new, |cell| mem::forget(cell.borrow()));
}

#[test]
fn reader_of_a_lock_hides_nothing() {
    hides_nothing_from_a_reader(RwLock::new, |lock| mem::forget(lock.read()));
}

/// `poison` lets its argument run with the lock held. No hook prints the panic.
fn poisoned<C>(lock: C, poison: impl FnOnce(&C, fn())) -> C {
    let panicked = catch_unwind(AssertUnwindSafe(|| poison(&lock, || resume_unwind(Box::new("poison")))));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"poison"));
    lock
}

#[test]
fn t29_poisoned_mutex_is_traced() {
    finds_a_cycle_through(|node| {
        let mutex = poisoned(Mutex::new(node), |mutex, panic| {
            let _guard = mutex.lock();
            panic();
        });
        assert!(mutex.is_poisoned());
        mutex
    });
}

#[test]
fn t29_poisoned_rw_lock_is_traced() {
    finds_a_cycle_through(|node| {
        let lock = poisoned(RwLock::new(node), |lock, panic| {
            let _guard = lock.write();
            panic();
        });
        assert!(lock.is_poisoned());
        lock
    });
}

#[test]
fn tracing_leaves_a_lock_as_it_was() {
    gc::disable();
    let log = Log::default();
    let mutex = Cc::new(Mutex::new(Node::new(0, &log)));
    mutex.lock().unwrap().set_edge(mutex.clone());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        /// Collects in the middle of a panic.
        struct Collect;

        impl Drop for Collect {
            fn drop(&mut self) {
                assert_eq!(collect(), 0);
            }
        }

        let _collect = Collect;
        drop(mutex.clone());
        resume_unwind(Box::new(()));
    }));
    assert!(panicked.is_err());
    assert!(mutex.try_lock().is_ok(), "neither held nor poisoned");

    drop(mutex);
    assert_eq!(collect(), 2);
    assert_eq!(log.sorted(), [0]);
}

fn is_empty_while_it_is_initialised<C: Trace>(cell: C, init: impl Fn(&C, &dyn Fn() -> Cc<Node>)) {
    gc::disable();
    let log = Log::default();
    let cell = Cc::new(cell);
    init(&cell, &|| {
        let node = Node::new(0, &log);
        node.set_edge(cell.clone());
        assert_eq!(collect(), 0);
        node
    });
    assert_eq!(log.sorted(), [0; 0]);

    drop(cell);
    assert_eq!(collect(), 2);
    assert_eq!(log.sorted(), [0]);
}

#[test]
fn once_cell_that_is_being_initialised_is_empty() {
    is_empty_while_it_is_initialised(OnceCell::new(), |cell, init| drop(cell.get_or_init(init).clone()));
}

#[test]
fn once_lock_that_is_being_initialised_is_empty() {
    is_empty_while_it_is_initialised(OnceLock::new(), |cell, init| drop(cell.get_or_init(init).clone()));
}
