//! Cells that are filled once, and lazy values.

use gc_core::{Acyclic, Cc, Finalize, Leaf, Trace, collect, gc};
use once_cell::{sync, unsync};
use static_assertions::{assert_impl_all, assert_not_impl_any};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::ring::{Log, Node, finds_a_cycle_through};
use super::{Parent, is_untracked};

#[test]
fn unsync_cell() {
    finds_a_cycle_through(unsync::OnceCell::from);
}

#[test]
fn sync_cell() {
    finds_a_cycle_through(sync::OnceCell::from);
}

#[test]
fn unsync_lazy() {
    finds_a_cycle_through(|node| {
        let lazy = unsync::Lazy::new(move || node);
        unsync::Lazy::force(&lazy);
        lazy
    });
}

#[test]
fn sync_lazy() {
    finds_a_cycle_through(|node| {
        let lazy = sync::Lazy::new(move || node);
        sync::Lazy::force(&lazy);
        lazy
    });
}

#[test]
fn the_function_of_a_lazy_in_a_cycle_is_dropped() {
    type Counter = Rc<Cell<usize>>;

    #[derive(Trace)]
    struct Link<L: Trace> {
        link: RefCell<Option<Cc<Link<L>>>>,
        _lazy: L,
    }

    fn check<L: Trace>(lazy: impl FnOnce(Counter) -> L) {
        let counter = Counter::default();
        let link = Cc::new(Link { link: RefCell::default(), _lazy: lazy(counter.clone()) });
        link.link.replace(Some(link.clone()));
        drop(link);
        assert_eq!((Rc::strong_count(&counter), collect(), Rc::strong_count(&counter)), (2, 1, 1));
    }

    gc::disable();
    check(|counter| unsync::Lazy::new(move || counter.get()));
    check(|counter| sync::Lazy::new(move || counter.get()));
}

#[test]
fn lazy_that_has_not_been_used_is_not_forced() {
    gc::disable();
    let log = Log::default();
    let node = Node::new(0, &log);
    let inner = node.clone();
    let lazy = Cc::new(unsync::Lazy::new(move || inner));
    node.set_edge(lazy.clone());
    let weak = Cc::downgrade(&node);
    drop((node, lazy));

    assert_eq!(collect(), 0, "what its function holds is out of sight");
    assert_eq!(log.sorted(), [0; 0]);

    weak.upgrade().expect("it leaks").edge.take();
    assert_eq!(log.sorted(), [0]);
}

#[test]
fn cell_that_is_being_initialised_is_empty() {
    gc::disable();
    let log = Log::default();
    let cell = Cc::new(unsync::OnceCell::new());
    cell.get_or_init(|| {
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

/// Counts the calls of its finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Finalized(#[trace(skip)] Rc<Cell<u32>>);

impl Finalize for Finalized {
    fn finalize(&self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn has_the_finalizer_of_its_content() {
    let count = Rc::<Cell<u32>>::default();
    drop(Cc::new(unsync::OnceCell::from(Finalized(count.clone()))));
    drop(Cc::new(sync::OnceCell::from(Finalized(count.clone()))));
    assert_eq!(count.get(), 2);

    let lazy = Cc::new(unsync::Lazy::new({
        let count = count.clone();
        || Finalized(count)
    }));
    drop(lazy);
    assert_eq!(count.get(), 2, "there was nothing to finalize");
}

#[test]
fn no_cycle() {
    is_untracked(unsync::OnceCell::from(String::new()));
    is_untracked(sync::OnceCell::from(1));
    is_untracked(unsync::Lazy::<u8>::new(|| 1));
    is_untracked(sync::Lazy::<u8>::new(|| 1));
}

assert_impl_all!(unsync::OnceCell<String>: Leaf);
assert_not_impl_any!(unsync::OnceCell<Cc<Node>>: Acyclic);
assert_not_impl_any!(unsync::OnceCell<Parent>: Acyclic);
assert_not_impl_any!(sync::OnceCell<Parent>: Acyclic);
assert_not_impl_any!(unsync::Lazy<Parent>: Acyclic);
assert_not_impl_any!(sync::Lazy<Parent>: Acyclic);
