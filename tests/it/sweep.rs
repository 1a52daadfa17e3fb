//! Garbage of which nothing is left to do but to free its memory, and to let go of what it refers to.
//!
//! The values of such objects are not dropped. Nobody must be able to tell: what they own besides pointers is dropped
//! as ever, and what their pointers lead to loses a pointer.

mod random;

use std::cell::{Cell, OnceCell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Mutex, OnceLock};

use gc_core::gc::{DebugFlags, Generation};
use gc_core::{Cc, Finalize, Trace, Weak, coerce, collect, gc};

use crate::support::{Deaths, Leaf, Node};

/// An object that nothing tells from its memory, but for what its part may own.
#[derive(Trace)]
struct Plain<P> {
    links: [RefCell<Option<Cc<Plain<P>>>>; 2],
    part: P,
}

impl<P: Trace> Plain<P> {
    fn new(part: P) -> Cc<Plain<P>> {
        Cc::new(Plain { links: Default::default(), part })
    }

    fn link(&self, link: usize, to: &Cc<Plain<P>>) {
        self.links[link].replace(Some(to.clone()));
    }

    /// A ring of objects with these parts.
    fn ring(parts: impl IntoIterator<Item = P>) -> Cc<Plain<P>> {
        let objects: Vec<_> = parts.into_iter().map(Plain::new).collect();
        for (index, object) in objects.iter().enumerate() {
            object.link(0, &objects[(index + 1) % objects.len()]);
        }
        objects[0].clone()
    }
}

#[test]
fn what_it_refers_to_loses_a_pointer() {
    gc::disable();
    let deaths = Deaths::default();
    let shared = Cc::new(Leaf::new(&deaths));
    for _ in 0..3 {
        drop(Plain::ring((0..1000).map(|_| (shared.clone(), Cc::new(Leaf::new(&deaths))))));
        assert_eq!((Cc::strong_count(&shared), deaths.count()), (1001, 0));
        assert_eq!(collect(), 1000);
        assert_eq!((Cc::strong_count(&shared), deaths.take()), (1, 1000));
    }
}

#[test]
fn one_pointer_among_many_objects_is_dropped() {
    gc::disable();
    let deaths = Deaths::default();
    for owner in [0, 1, 2, 1999] {
        drop(Plain::ring((0..2000).map(|index| (index == owner).then(|| Cc::new(Leaf::new(&deaths))))));
        assert_eq!((collect(), deaths.take()), (2000, 1));
    }
}

/// A collection of the young looks at no other object, but has to let go of it.
#[test]
fn what_is_older_loses_a_pointer_and_is_found_later() {
    gc::disable();
    let deaths = Deaths::default();
    let old = Node::new(&deaths);
    old.link(&old);
    assert_eq!(collect(), 0);
    assert_eq!(Cc::generation(&old), Some(Generation::Old));
    drop(Plain::ring([Some(old), None]));
    assert_eq!(gc::collect_generation(Generation::Young), 2);
    assert_eq!(deaths.count(), 0);
    assert_eq!((collect(), deaths.count()), (1, 1));
}

/// Between the garbage lie objects that live, whose slots and pointers stay as they are.
#[test]
fn what_lives_beside_it_stays() {
    gc::disable();
    for every in [2, 3, 100, 5000] {
        let all: Vec<_> = (0..10_000).map(Plain::new).collect();
        for object in &all {
            object.link(0, object);
            object.link(1, &all[object.part / every * every]);
        }
        let lives = |object: &Cc<Plain<usize>>| object.part.is_multiple_of(every);
        let living: Vec<_> = all.iter().filter(|object| lives(object)).cloned().collect();
        drop(all);
        assert_eq!(collect(), 10_000 - living.len());
        let new: Vec<_> = (0..10_000).map(Plain::new).collect();
        assert!(living.iter().zip(0..).all(|(object, index)| object.part == index * every));
        assert!(living.iter().all(|object| Cc::strong_count(object) == 3));
        assert!(new.iter().zip(0..).all(|(object, index)| object.part == index));
        living.iter().for_each(|object| object.links.iter().for_each(|link| drop(link.take())));
    }
    assert_eq!(collect(), 0);
    assert_eq!(gc::get_objects().len(), 0);
}

/// Collects rings of objects with such parts, each of which owns one leaf.
fn check<P: Trace>(part: impl Fn(Leaf) -> P) {
    let deaths = Deaths::default();
    for objects in [1, 2, 3000] {
        drop(Plain::ring((0..objects).map(|_| part(Leaf::new(&deaths)))));
        assert_eq!((deaths.count(), collect(), deaths.take()), (0, objects, objects), "{}", std::any::type_name::<P>());
    }
}

#[derive(Trace)]
struct Outer<T> {
    before: u8,
    inner: Inner<T>,
}

#[derive(Trace)]
enum Inner<T> {
    Traced(T),
    Skipped(#[trace(skip)] T),
    #[trace(skip)]
    Variant {
        _part: T,
    },
}

#[test]
fn what_it_owns_is_dropped_wherever_it_is() {
    gc::disable();
    check(|leaf| leaf);
    check(|leaf| (1, Some(leaf)));
    check(|leaf| [Ok::<_, u8>(leaf)]);
    check(|leaf| vec![leaf]);
    check(|leaf| (Box::new(leaf), String::from("text")));
    check(Box::pin);
    check(RefCell::new);
    check(|leaf| Cell::new(Some(leaf)));
    check(OnceCell::from);
    check(Rc::new);
    check(Cc::new);
    check(|leaf| Cc::<[Leaf]>::from_iter([leaf]));
    check(|leaf| coerce!(Cc::new(RefCell::new(Some(leaf))) => Cc<dyn Trace>));
    check(|leaf| Pin::new(Cc::new(leaf)));
    check(|leaf| Outer { before: 1, inner: Inner::Traced(leaf) });
    check(|leaf| Outer { before: 1, inner: Inner::Skipped(leaf) });
    check(|leaf| Outer { before: 1, inner: Inner::Variant { _part: leaf } });
}

/// What is in a cell that somebody has left borrowed cannot be traced, but is dropped.
#[test]
fn what_is_in_a_borrowed_cell_is_dropped() {
    gc::disable();
    let deaths = Deaths::default();
    let ring = Plain::ring((0..3).map(|_| RefCell::new(Some(Cc::new(Leaf::new(&deaths))))));
    std::mem::forget(ring.part.borrow_mut());
    drop(ring);
    assert_eq!((collect(), deaths.count()), (3, 3));
}

/// One object that is more than its memory, among many that are not.
#[test]
fn what_waits_for_the_death_of_an_object_is_told() {
    gc::disable();
    let told = Rc::new(Cell::new(0));
    for round in 1..=3 {
        let ring = Plain::ring(0..1000);
        let weak = Cc::downgrade(&ring);
        let count = told.clone();
        Cc::on_drop(&ring, move || count.set(count.get() + 1));
        drop(ring);
        assert_eq!((collect(), told.get(), weak.upgrade().is_none()), (1000, round, true));
        // Its slot is still that of the weak pointer.
        let others = Plain::ring(0..1000);
        assert!(weak.upgrade().is_none() && weak.strong_count() == 0);
        drop(others);
        assert_eq!(collect(), 1000);
    }
}

#[derive(Trace)]
struct Holder(#[trace(skip)] Weak<Plain<Option<Cc<Holder>>>>);

/// A weak pointer to garbage that other garbage holds.
#[test]
fn a_weak_pointer_in_it_is_dropped() {
    gc::disable();
    let ring = Plain::ring([None, None]);
    let holder = Cc::new(Holder(Cc::downgrade(&ring)));
    assert_eq!(Weak::strong_count(&holder.0), 2);
    drop(Plain::ring([Some(holder.clone()), None]));
    drop(ring);
    assert_eq!(collect(), 4);
    assert_eq!((Weak::strong_count(&holder.0), Cc::strong_count(&holder)), (0, 1));
}

#[derive(Trace)]
#[trace(finalize)]
struct Finalized {
    link: RefCell<Option<Cc<Finalized>>>,
    rescue: Cell<bool>,
}

thread_local! {
    static RESCUED: RefCell<Vec<Cc<Finalized>>> = const { RefCell::new(Vec::new()) };
}

impl Finalize for Finalized {
    fn finalize(&self) {
        if self.rescue.get() {
            let rescued = self.link.borrow().clone();
            RESCUED.with_borrow_mut(|list| list.extend(rescued));
        }
    }
}

/// Finalized once, it is as plain as any other.
#[test]
fn what_has_been_finalized_dies_like_the_rest() {
    gc::disable();
    for _ in 0..500 {
        let object = Cc::new(Finalized { link: RefCell::default(), rescue: Cell::new(true) });
        object.link.replace(Some(object.clone()));
    }
    assert_eq!(collect(), 0);
    assert_eq!(RESCUED.with_borrow(Vec::len), 500);
    assert!(RESCUED.with_borrow(|list| list.iter().all(Cc::is_finalized)));
    RESCUED.take();
    assert_eq!((collect(), gc::get_objects().len()), (500, 0));
}

/// The destructors of what is let go allocate, collect, and let go of more.
#[test]
fn what_it_lets_go_of_may_do_anything() {
    gc::disable();
    let deaths = Deaths::default();
    let parts = (0..500).map(|_| {
        let last_words = || {
            drop(Plain::ring(0..10));
            assert_eq!(collect(), 0, "a collection is running");
            assert!(gc::get_objects_in(Generation::Young).len() >= 10);
        };
        Cc::new(Leaf::saying(&deaths, last_words))
    });
    drop(Plain::ring(parts));
    assert_eq!((collect(), deaths.count()), (500, 500));
    assert_eq!(collect(), 5000);
}

#[test]
fn a_panic_in_what_it_lets_go_of_comes_last() {
    gc::disable();
    let deaths = Deaths::default();
    let parts = (0..100).map(|index| {
        let last_words = move || assert!(index % 10 != 3, "leaf {index}");
        Cc::new(Leaf::saying(&deaths, last_words))
    });
    drop(Plain::ring(parts));
    let panic = catch_unwind(AssertUnwindSafe(collect)).expect_err("destructors panic");
    assert!(panic.downcast_ref::<String>().is_some_and(|message| message.starts_with("leaf ")));
    assert_eq!((deaths.count(), gc::get_objects().len(), collect()), (100, 0, 0));
}

#[derive(Trace)]
#[trace(acyclic)]
struct List(Option<Cc<List>>);

/// A list that hangs from garbage dies by count, from its end on where it is too long for the stack.
#[test]
fn a_long_list_that_it_lets_go_of_dies() {
    gc::disable();
    let list = (0..100_000).fold(None, |next, _| Some(Cc::new(List(next))));
    drop(Plain::ring([list]));
    assert_eq!((collect(), gc::get_objects().len()), (1, 0));
}

#[test]
fn it_may_have_any_size_and_alignment() {
    #[derive(Trace)]
    #[repr(align(256))]
    struct Aligned([u8; 300]);

    fn check<P: Trace + Clone>(part: P, count: usize) {
        let size = gc::getsizeof(&Plain::new(part.clone()));
        drop(Plain::ring(std::iter::repeat_n(part, count)));
        let before = gc::get_stats()[2].bytes;
        assert_eq!((collect(), gc::get_stats()[2].bytes - before), (count, count * size));
    }
    gc::disable();
    check((), 3000);
    check([0_u8; 100], 3000);
    check([0_u8; 1000], 300);
    check([0_u8; 5000], 100);
    check([0_u8; 30_000], 10);
    check([0_u8; 60_000], 10);
    let one = Plain::new(Aligned([7; 300]));
    one.link(0, &one);
    assert_eq!(one.part.0[299], 7);
    drop(one);
    assert_eq!((collect(), gc::get_objects().len()), (1, 0));
}

/// A slice of cells that lead back to it.
#[test]
fn slices_die() {
    #[derive(Trace)]
    struct Cells(RefCell<Option<Cc<[Cells]>>>, Option<Cc<Leaf>>);

    gc::disable();
    let deaths = Deaths::default();
    for len in [1, 2, 100, 10_000] {
        let slice: Cc<[Cells]> =
            (0..len).map(|_| Cells(RefCell::default(), Some(Cc::new(Leaf::new(&deaths))))).collect();
        slice.iter().for_each(|cells| drop(cells.0.replace(Some(slice.clone()))));
        drop(slice);
        assert_eq!((collect(), deaths.take()), (1, len));
    }
}

#[test]
fn what_is_to_be_saved_is_intact() {
    gc::disable();
    gc::set_debug(DebugFlags::SAVEALL);
    let deaths = Deaths::default();
    drop(Plain::ring((0..10).map(|_| Cc::new(Leaf::new(&deaths)))));
    assert_eq!((collect(), deaths.count(), gc::garbage().len()), (10, 0, 10));
    gc::set_debug(DebugFlags::empty());
    gc::garbage().clear();
    assert_eq!((collect(), deaths.count(), gc::get_objects().len()), (10, 10, 0));
}

#[test]
fn what_is_to_be_printed_is_there_to_be_printed() {
    gc::disable();
    let lines = Rc::new(RefCell::new(Vec::new()));
    let printed = lines.clone();
    gc::set_debug_sink(move |line| printed.borrow_mut().push(line.to_owned()));
    gc::set_debug(DebugFlags::COLLECTABLE);
    drop(Plain::ring(0..10));
    assert_eq!(collect(), 10);
    gc::set_debug(DebugFlags::empty());
    let lines = lines.take();
    assert_eq!(lines.iter().filter(|line| line.contains("Plain<i32>")).count(), 10, "{lines:?}");
}

#[test]
fn values_say_whether_they_are_exhaustive() {
    assert!(Plain::new(1).is_exhaustive() && Plain::new(String::new()).is_exhaustive());
    assert!((1, Some(Cc::new(1)), [RefCell::new(Cc::new(2))]).is_exhaustive());
    assert!(!vec![Cc::new(1)].is_exhaustive() && !Box::new(Cc::new(1)).is_exhaustive());
    // Other threads may change what is in these while the collector runs.
    assert!(!OnceLock::<String>::new().is_exhaustive() && !Mutex::new(String::new()).is_exhaustive());
}
