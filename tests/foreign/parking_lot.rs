//! Locks: held ones are left alone, and none is held afterwards.

use gc_core::{Acyclic, Cc, Leaf, collect, gc};
use parking_lot::{Condvar, FairMutex, Mutex, Once, ReentrantMutex, RwLock};
use static_assertions::assert_not_impl_any;
use std::mem;

use super::ring::{Log, Node, finds_a_cycle_through, leaves_a_cycle_through};
use super::{Parent, is_untracked};

#[test]
fn mutex() {
    finds_a_cycle_through(Mutex::new);
}

#[test]
fn fair_mutex() {
    finds_a_cycle_through(FairMutex::new);
}

#[test]
fn reentrant_mutex() {
    finds_a_cycle_through(ReentrantMutex::new);
}

#[test]
fn rw_lock() {
    finds_a_cycle_through(RwLock::new);
}

#[test]
fn mutex_that_is_held_is_left_alone() {
    leaves_a_cycle_through(|node| {
        let mutex = Mutex::new(node);
        mem::forget(mutex.lock());
        mutex
    });
}

#[test]
fn fair_mutex_that_is_held_is_left_alone() {
    leaves_a_cycle_through(|node| {
        let mutex = FairMutex::new(node);
        mem::forget(mutex.lock());
        mutex
    });
}

#[test]
fn rw_lock_that_is_written_to_is_left_alone() {
    leaves_a_cycle_through(|node| {
        let lock = RwLock::new(node);
        mem::forget(lock.write());
        lock
    });
}

#[test]
fn what_a_guard_has_taken_out_is_not_missed() {
    gc::disable();
    let log = Log::default();
    let mutex = Cc::new(Mutex::new(vec![Node::new(0, &log)]));
    mutex.lock()[0].set_edge(mutex.clone());

    let mut guard = mutex.lock();
    let node = guard.pop();
    assert_eq!(collect(), 0);
    guard.extend(node);
    drop(guard);
    assert_eq!(log.sorted(), [0; 0]);

    drop(mutex);
    assert_eq!(collect(), 2);
    assert_eq!(log.sorted(), [0]);
}

#[test]
fn shared_locks_hide_nothing() {
    finds_a_cycle_through(|node| {
        let lock = RwLock::new(node);
        mem::forget(lock.read());
        lock
    });
    finds_a_cycle_through(|node| {
        let mutex = ReentrantMutex::new(node);
        mem::forget(mutex.lock());
        mutex
    });
}

#[test]
fn a_collection_gives_back_what_it_locks() {
    gc::disable();
    let log = Log::default();
    let node = Node::new(0, &log);
    let locks = Cc::new((Mutex::new(node.clone()), FairMutex::new(1), RwLock::new(node.clone())));
    node.set_edge(locks.clone());
    drop(node);

    assert_eq!(collect(), 0);
    assert!(locks.0.try_lock().is_some() && locks.1.try_lock().is_some() && locks.2.try_write().is_some());

    drop(locks);
    assert_eq!(collect(), 2);
    assert_eq!(log.sorted(), [0]);
}

#[test]
fn no_cycle() {
    is_untracked(Mutex::new(String::new()));
    is_untracked(FairMutex::new(1));
    is_untracked(ReentrantMutex::new(1));
    is_untracked(RwLock::new(1));
    is_untracked((Condvar::new(), Once::new()));
}

const fn is_leaf<T: Leaf>() {}
const _: () = is_leaf::<Mutex<Vec<String>>>();

assert_not_impl_any!(Mutex<Cc<Node>>: Acyclic);
assert_not_impl_any!(Mutex<Parent>: Acyclic);
assert_not_impl_any!(FairMutex<Parent>: Acyclic);
assert_not_impl_any!(ReentrantMutex<Parent>: Acyclic);
assert_not_impl_any!(RwLock<Parent>: Acyclic);
