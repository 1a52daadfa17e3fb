//! `#[trace(unsafe_drop)]`: what a destructor of a traced type may do, and why it may do no more.
#![expect(unsafe_code, reason = "`unsafe_drop` is a promise that the compiler cannot check")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "not every comment on an attribute is found")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gc_core::{Cc, Finalize, Trace, Weak, collect};

/// What has happened, in order.
type Log = Rc<RefCell<Vec<String>>>;

/// A leaf, which may have any destructor: it tells when the value is dropped that it is in.
struct Leaf(&'static str, Log);

impl Drop for Leaf {
    fn drop(&mut self) {
        self.1.borrow_mut().push(format!("the fields of {}", self.0));
    }
}

gc_core::leaf!(Leaf);

/// A node with a destructor that keeps its promise: it reads leaves and weak pointers, and leaves `next` alone.
#[derive(Trace)]
// SAFETY: the destructor reads a leaf and a `Weak`.
#[trace(unsafe_drop)]
struct Node {
    next: RefCell<Option<Cc<Node>>>,
    neighbour: RefCell<Weak<Node>>,
    leaf: Leaf,
}

impl Drop for Node {
    fn drop(&mut self) {
        let neighbour = if self.neighbour.get_mut().upgrade().is_some() { ", which sees its neighbour" } else { "" };
        self.leaf.1.borrow_mut().push(format!("the destructor of {}{neighbour}", self.leaf.0));
    }
}

fn node(name: &'static str, log: &Log) -> Cc<Node> {
    Cc::new(Node { next: RefCell::default(), neighbour: RefCell::default(), leaf: Leaf(name, log.clone()) })
}

/// Each node owns the next, and looks at it weakly as well.
fn ring(log: &Log, names: &[&'static str]) -> Vec<Cc<Node>> {
    let nodes: Vec<_> = names.iter().map(|name| node(name, log)).collect();
    for (index, node) in nodes.iter().enumerate() {
        let next = &nodes[(index + 1) % nodes.len()];
        node.next.replace(Some(next.clone()));
        node.neighbour.replace(Cc::downgrade(next));
    }
    nodes
}

#[test]
fn a_destructor_runs_once_in_a_cycle() {
    let log = Log::default();
    drop(ring(&log, &["a", "b", "c"]));
    assert!(log.borrow().is_empty());
    assert_eq!(collect(), 3);
    let mut log = log.take();
    log.sort();
    assert_eq!(
        log,
        [
            "the destructor of a",
            "the destructor of b",
            "the destructor of c",
            "the fields of a",
            "the fields of b",
            "the fields of c"
        ]
    );
    assert_eq!(collect(), 0);
}

/// Why the promise is needed: of two objects that own each other, one goes first. The other still has its `Cc` then,
/// and a destructor that followed it would read what has been dropped.
#[test]
fn the_target_of_a_pointer_may_be_gone_when_the_destructor_runs() {
    let log = Log::default();
    let nodes = ring(&log, &["a", "b"]);
    drop(nodes);
    assert_eq!(collect(), 2);
    let log = log.take();
    let position = |event: &str| log.iter().position(|entry| entry == event).expect("it has happened");
    let of = |name| (position(&format!("the destructor of {name}")), position(&format!("the fields of {name}")));
    let (first, second) = if of("a") < of("b") { (of("a"), of("b")) } else { (of("b"), of("a")) };
    // The value that the second one points to is gone, to the last field, before its destructor begins.
    assert!(first.0 < first.1 && first.1 < second.0 && second.0 < second.1, "{log:?}");
}

#[test]
fn outside_of_garbage_the_targets_are_still_there() {
    let log = Log::default();
    let (a, b) = (node("a", &log), node("b", &log));
    a.next.replace(Some(b.clone()));
    a.neighbour.replace(Cc::downgrade(&b));
    drop(b);
    drop(a);
    assert_eq!(
        log.take(),
        ["the destructor of a, which sees its neighbour", "the destructor of b", "the fields of b", "the fields of a"]
    );
}

#[test]
fn what_is_in_a_destructor_may_be_collected_meanwhile() {
    /// Collects when it is dropped.
    #[derive(Trace)]
    // SAFETY: the destructor reads no field.
    #[trace(unsafe_drop)]
    enum Eager<T> {
        Node(RefCell<Vec<Cc<Eager<T>>>>, T),
        #[trace(skip)]
        Empty,
    }

    impl<T> Drop for Eager<T> {
        fn drop(&mut self) {
            let garbage = node("garbage", &Log::default());
            garbage.next.replace(Some(garbage.clone()));
            drop(garbage);
            collect();
        }
    }

    let log = Log::default();
    let eager = |name| Cc::new(Eager::Node(RefCell::default(), Leaf(name, log.clone())));
    let (a, b) = (eager("a"), eager("b"));
    for (from, to) in [(&a, &b), (&b, &a), (&b, &b)] {
        let Eager::Node(links, _) = &**from else { unreachable!() };
        links.borrow_mut().extend([to.clone(), Cc::new(Eager::Empty)]);
    }
    drop((a, b));
    assert_eq!(collect(), 5);
    assert_eq!(log.borrow().len(), 2);
    // What the destructors have made.
    assert_eq!((collect(), log.borrow().len()), (5, 2));
}

#[test]
fn a_finalizer_comes_first_and_sees_everything() {
    thread_local! {
        static EVENTS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }

    #[derive(Trace)]
    // SAFETY: the destructor reads and writes a leaf.
    #[trace(finalize, unsafe_drop)]
    struct Both {
        other: RefCell<Option<Cc<Both>>>,
        alive: Cell<bool>,
    }

    impl Finalize for Both {
        fn finalize(&self) {
            assert!(self.other.borrow().as_ref().is_some_and(|other| other.alive.get()));
            EVENTS.with_borrow_mut(|events| events.push("finalized"));
        }
    }

    impl Drop for Both {
        fn drop(&mut self) {
            self.alive.set(false);
            EVENTS.with_borrow_mut(|events| events.push("dropped"));
        }
    }

    let both = || Cc::new(Both { other: RefCell::default(), alive: Cell::new(true) });
    let (one, other) = (both(), both());
    one.other.replace(Some(other.clone()));
    other.other.replace(Some(one.clone()));
    drop((one, other));
    assert_eq!(collect(), 2);
    assert_eq!(EVENTS.take(), ["finalized", "finalized", "dropped", "dropped"]);
}

/// A destructor may do anything, so a type that has one does not say that there is nothing but pointers to drop.
#[test]
fn a_destructor_runs_though_there_are_only_pointers() {
    thread_local! {
        static DROPS: Cell<usize> = const { Cell::new(0) };
    }

    #[derive(Trace, Default)]
    // SAFETY: the destructor looks at no field.
    #[trace(unsafe_drop)]
    struct Node {
        next: RefCell<Option<Cc<Node>>>,
    }

    impl Drop for Node {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }

    /// Around it, nobody can say more than it does.
    #[derive(Trace, Default)]
    struct Outer {
        link: RefCell<Option<Cc<Outer>>>,
        node: Node,
    }

    assert!(!Node::default().is_exhaustive());
    let (node, outer) = (Cc::new(Node::default()), Cc::new(Outer::default()));
    node.next.replace(Some(node.clone()));
    outer.link.replace(Some(outer.clone()));
    assert_eq!(DROPS.take(), 1);
    drop((node, outer));
    assert_eq!((collect(), DROPS.get()), (2, 2));
}

#[test]
fn the_promise_is_void_without_a_destructor() {
    #[derive(Trace)]
    // SAFETY: there is no destructor.
    #[trace(unsafe_drop, acyclic)]
    struct Plain {
        text: String,
    }

    let Plain { text } = Cc::into_inner(Cc::new(Plain { text: "moved out".into() })).expect("the only pointer");
    assert_eq!(text, "moved out");
}
