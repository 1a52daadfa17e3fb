//! Panics of destructors: nothing is lost on the way, and the first one arrives.

use crate::support::{Deaths, Node, close_ring, collect_all_the_time, dead_ring};
use gc_core::{Cc, Trace, gc};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

/// What `f` panics with.
fn panic_of<R>(f: impl FnOnce() -> R) -> Option<u32> {
    let payload = catch_unwind(AssertUnwindSafe(f)).err()?;
    Some(*payload.downcast::<u32>().expect("the panic of a test"))
}

/// A node whose destructor panics with a number.
fn panicking(deaths: &Deaths, number: u32) -> Cc<Node> {
    Node::saying(deaths, move || panic_any(number))
}

#[test]
fn a_drop_by_count_goes_on_after_a_panic() {
    gc::disable();
    let deaths = Deaths::default();
    let root = Node::new(&deaths);
    for number in 1..=3 {
        let child = panicking(&deaths, number);
        child.link(&panicking(&deaths, 10 * number));
        root.link(&child);
    }
    // A value's links are dropped before its leaf.
    assert_eq!(panic_of(|| drop(root)), Some(10));
    assert_eq!(deaths.count(), 7);
    assert_eq!(panic_of(|| drop(Node::new(&deaths))), None, "it is over");
}

#[test]
fn a_deep_chain_of_panics_is_dropped_to_its_end() {
    gc::disable();
    let deaths = Deaths::default();
    let chain = (0..1000).fold(panicking(&deaths, 0), |next, number| {
        let this = panicking(&deaths, number);
        this.link(&next);
        this
    });
    assert!(panic_of(|| drop(chain)).is_some());
    assert_eq!(deaths.count(), 1001);
}

#[test]
fn a_collection_goes_on_after_panics_and_throws_the_first() {
    gc::disable();
    let deaths = Deaths::default();
    let nodes: Vec<_> = (0..10).map(|number| panicking(&deaths, number)).collect();
    close_ring(&nodes);
    // What dies with them, by count.
    nodes[3].link(&panicking(&deaths, 100));
    drop(nodes);
    assert!(panic_of(gc::collect).is_some());
    assert_eq!(deaths.count(), 11);
    assert_eq!(panic_of(gc::collect), None);
    gc::verify();
}

#[test]
fn an_automatic_collection_throws_from_the_allocation() {
    #[derive(Trace)]
    struct Holder {
        node: RefCell<Option<Cc<Node>>>,
    }
    gc::disable();
    let deaths = Deaths::default();
    let ring = [panicking(&deaths, 7), Node::new(&deaths)];
    close_ring(&ring);
    drop(ring);
    let kept = Node::new(&deaths);
    collect_all_the_time();
    let value = Holder { node: RefCell::new(Some(kept.clone())) };
    assert_eq!(panic_of(|| Cc::new(value)), Some(7));
    assert_eq!((deaths.count(), Cc::strong_count(&kept)), (2, 1), "the value that found no object is dropped");
    let object = Cc::new(Holder { node: RefCell::new(Some(kept)) });
    assert!(object.node.borrow().is_some());
}

#[test]
fn a_value_that_finds_no_object_may_panic_too() {
    gc::disable();
    let deaths = Deaths::default();
    for boxed in [false, true] {
        let ring = [panicking(&deaths, 7), Node::new(&deaths)];
        close_ring(&ring);
        drop(ring);
        // What is to be put into an object when the collection runs.
        let value = Cc::try_unwrap(panicking(&deaths, 8)).ok().expect("the only pointer");
        collect_all_the_time();
        let made = panic_of(|| if boxed { Cc::from(Box::new(value)) } else { Cc::new(value) });
        gc::disable();
        assert_eq!(made, Some(7), "the first panic, and no abort");
    }
    assert_eq!(deaths.count(), 6);
}

#[test]
fn a_panic_in_a_destructor_that_collects_belongs_to_the_collection() {
    gc::disable();
    let deaths = Deaths::default();
    let inner = deaths.clone();
    let outer = Node::saying(&deaths, move || {
        let ring = [panicking(&inner, 1), Node::new(&inner)];
        close_ring(&ring);
        drop(ring);
        assert_eq!(panic_of(gc::collect), Some(1));
        panic_any(2_u32);
    });
    outer.link(&Node::new(&deaths));
    assert_eq!(panic_of(|| drop(outer)), Some(2));
    assert_eq!(deaths.count(), 4);
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_leaks() {
    struct Payload;
    impl Drop for Payload {
        fn drop(&mut self) {
            panic!("as it is meant to");
        }
    }
    gc::disable();
    let deaths = Deaths::default();
    let nodes: Vec<_> = (0..5)
        .map(|number| match number {
            0 => panicking(&deaths, 9),
            _ => Node::saying(&deaths, || panic_any(Payload)),
        })
        .collect();
    close_ring(&nodes);
    drop(nodes);
    // Which is the first depends on the order of the drops, which is nobody's business.
    let payload = catch_unwind(AssertUnwindSafe(gc::collect)).expect_err("a panic");
    std::mem::forget(payload);
    assert_eq!(deaths.count(), 5);
    drop(dead_ring(&deaths, 2));
    assert_eq!(gc::collect(), 2);
}
