//! Objects whose values are written after they were made: what the collector makes of them, before and after. And what
//! else of slices and trait objects needs unsafe code.
#![expect(unsafe_code, reason = "`assume_init` is unsafe")]

use gc_core::weak::{Ephemeron, WeakSet};
use gc_core::{AnyCc, Cc, Finalize, Trace, Weak, coerce, gc};
use std::cell::{Cell, RefCell};
use std::mem::{self, MaybeUninit};
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;

thread_local! {
    static FINALIZED: Cell<usize> = const { Cell::new(0) };
    static DROPPED: Cell<usize> = const { Cell::new(0) };
}

struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

#[derive(Trace)]
#[trace(finalize)]
struct Node {
    link: RefCell<Option<Cc<Node>>>,
    name: String,
    #[trace(skip)]
    _counted: Counted,
}

impl Finalize for Node {
    fn finalize(&self) {
        assert_eq!(self.name, "node");
        FINALIZED.set(FINALIZED.get() + 1);
    }
}

impl Node {
    fn value() -> Node {
        Node { link: RefCell::default(), name: String::from("node"), _counted: Counted }
    }
}

/// Writes a value into the only pointer.
fn write<T>(cc: &mut Cc<MaybeUninit<T>>, value: T) {
    Cc::get_mut(cc).expect("the only pointer").write(value);
}

#[track_caller]
fn assert_deaths(finalized: usize, dropped: usize) {
    assert_eq!((FINALIZED.take(), DROPPED.take()), (finalized, dropped));
}

#[test]
fn an_object_that_is_written_before_it_is_shared_is_like_any_other() {
    let mut cc = Cc::<Node>::new_uninit();
    assert!(!Cc::is_tracked(&cc) && !Cc::is_finalized(&cc) && gc::get_objects().is_empty());
    write(&mut cc, Node::value());
    // SAFETY: the value has been written.
    let cc = unsafe { cc.assume_init() };
    assert!(Cc::is_tracked(&cc));
    assert_eq!(gc::get_objects(), [AnyCc::from(&cc)]);
    cc.link.replace(Some(cc.clone()));
    drop(cc);
    assert_eq!(gc::collect(), 1);
    assert_deaths(1, 1);
}

#[test]
fn an_object_that_is_never_written_has_nothing_to_finalize() {
    let cc = Cc::<Node>::new_uninit();
    let called = Rc::new(Cell::new(0));
    let counter = called.clone();
    Cc::on_drop(&cc, move || counter.set(counter.get() + 1));
    let set = WeakSet::by_identity();
    set.insert(&cc);
    let other = cc.clone();
    drop(cc);
    assert_eq!((called.get(), set.len()), (0, 1));
    drop(other);
    assert_eq!((called.get(), set.len()), (1, 0));
    assert_deaths(0, 0);
}

/// As long as somebody sees a `MaybeUninit`, safe code can put anything in its place.
#[test]
fn a_value_that_others_can_overwrite_is_never_looked_at_and_may_leak() {
    for overwrite in [false, true] {
        let mut uninit = Cc::<Node>::new_uninit();
        write(&mut uninit, Node::value());
        let mut alias = uninit.clone();
        // SAFETY: the value has been written.
        let cc = unsafe { uninit.assume_init() };
        let holder = Cc::new(vec![cc.clone()]);
        assert!(!Cc::is_tracked(&cc) && !Cc::is_finalized(&cc));
        assert_eq!(gc::get_objects(), [AnyCc::from(&holder)]);
        assert!(gc::get_referents(&[AnyCc::from(&holder)]).is_empty(), "its type is not shown");
        assert!(!AnyCc::from(&cc).is::<Node>());

        let called = Rc::new(Cell::new(0));
        let counter = called.clone();
        Cc::on_drop(&cc, move || counter.set(counter.get() + 1));
        let value = Cc::new(vec![Cc::new(1)]);
        let weak = Cc::downgrade(&value);
        let ephemeron = Ephemeron::new(&cc, value);
        assert!(!Cc::is_tracked(&cc));
        drop((cc, holder));
        gc::collect();
        assert!(Cc::get_mut(&mut alias).is_none(), "the ephemeron has a weak pointer");
        if overwrite {
            drop(ephemeron);
            assert_eq!(weak.strong_count(), 0);
            // The old value is lost, as with any `MaybeUninit`.
            *Cc::get_mut(&mut alias).expect("the only pointer") = MaybeUninit::uninit();
            gc::collect();
            drop(alias);
        } else {
            gc::collect();
            assert_eq!((called.get(), weak.strong_count()), (0, 1));
            drop(alias);
            assert_eq!(weak.strong_count(), 0);
            assert!(ephemeron.key().is_none() && ephemeron.value().is_none());
        }
        assert_eq!(called.get(), 1);
        assert_deaths(0, 0);
        assert_eq!(gc::tracked_count(), 0);
    }
}

/// Only its pointer knows its type, so the garbage that owns the pointer is not forgotten.
#[test]
fn a_value_that_others_could_overwrite_is_dropped_by_garbage_too() {
    #[derive(Trace)]
    struct Plain {
        link: RefCell<Option<Cc<Plain>>>,
        node: Cc<Node>,
    }

    gc::disable();
    let mut cc = Cc::<Node>::new_uninit();
    write(&mut cc, Node::value());
    let other = cc.clone();
    // SAFETY: the value is written, and nobody overwrites it.
    let node = unsafe { cc.assume_init() };
    drop(other);
    let plain = Cc::new(Plain { link: RefCell::default(), node });
    plain.link.replace(Some(plain.clone()));
    assert_eq!(plain.node.name, "node");
    drop(plain);
    assert_eq!(gc::collect(), 1);
    assert_deaths(0, 1);
}

/// The key of an ephemeron has to be tracked, whatever its type says; but not one that others can overwrite.
#[test]
fn an_acyclic_value_that_others_can_overwrite_is_not_tracked_as_a_key() {
    #[derive(Trace)]
    #[trace(acyclic)]
    struct Names(Vec<Cc<String>>);

    let mut uninit = Cc::<Names>::new_uninit();
    write(&mut uninit, Names(vec![Cc::new(String::from("name"))]));
    let mut alias = uninit.clone();
    // SAFETY: the value has been written.
    let names = unsafe { uninit.assume_init() };
    assert_eq!(names.0[0].as_str(), "name");
    let ephemeron = Ephemeron::new(&names, Cc::new(1));
    assert!(!Cc::is_tracked(&names));
    let name = Cc::downgrade(&names.0[0]);
    drop((names, ephemeron));
    let old = mem::replace(&mut *Cc::get_mut(&mut alias).expect("the only pointer"), MaybeUninit::uninit());
    gc::collect();
    gc::collect();
    // SAFETY: that is the value that was written.
    drop(unsafe { old.assume_init() });
    assert!(name.upgrade().is_none());
    drop(alias);
    assert_eq!(gc::tracked_count(), 0);
}

/// Writes elements into the only pointer.
fn write_all(slice: &mut Room, count: usize) {
    Cc::get_mut(slice)
        .expect("the only pointer")
        .iter_mut()
        .take(count)
        .for_each(|place| _ = place.write(Node::value()));
}

const LENGTH: usize = 3;

/// A slice that is yet to be written.
type Room = Cc<[MaybeUninit<Node>]>;

/// Both ways to make one.
const UNINIT_SLICES: [fn(usize) -> Room; 2] = [Cc::<[Node]>::new_uninit_slice, Cc::<[Node]>::new_zeroed_slice];

#[test]
fn a_slice_that_is_written_before_it_is_shared_is_like_any_other() {
    for make in UNINIT_SLICES {
        let mut slice = make(LENGTH);
        assert_eq!((slice.len(), Cc::size_of_val(&slice)), (LENGTH, 16 + LENGTH * size_of::<Node>()));
        assert!(!Cc::is_tracked(&slice) && gc::get_objects().is_empty());
        write_all(&mut slice, LENGTH);
        assert_eq!(gc::collect(), 0);
        // SAFETY: each element has been written.
        let slice = unsafe { slice.assume_init() };
        assert!(Cc::is_tracked(&slice) && AnyCc::from(&slice).is::<[Node]>());
        assert!(slice.iter().all(|node| node.name == "node"));
        let hub = Cc::new(Node::value());
        slice.iter().for_each(|node| _ = node.link.replace(Some(hub.clone())));
        assert_eq!((gc::get_objects().len(), gc::get_referents(&[AnyCc::from(&slice)]).len()), (2, LENGTH));
        drop(hub);
        assert_eq!(gc::collect(), 0);
        drop(slice);
        // Elements are no objects, and have no finalizer. The hub does.
        assert_deaths(1, LENGTH + 1);
    }
}

#[test]
fn a_slice_that_is_never_written_drops_nothing() {
    for make in UNINIT_SLICES {
        let mut slice = make(LENGTH);
        write_all(&mut slice, 1);
        let weak = Cc::downgrade(&slice);
        let array: Cc<[MaybeUninit<Node>; LENGTH]> = slice.try_into().expect("so many");
        let mut slice = coerce!(array => Room);
        assert!(Cc::get_mut(&mut slice).is_none());
        assert_eq!(weak.upgrade().map(|slice| slice.len()), Some(LENGTH));
        drop(weak);
        // SAFETY: that one has been written, and is not read again.
        unsafe { Cc::get_mut(&mut slice).expect("the only pointer")[0].assume_init_drop() };
        assert_deaths(0, 1);
        let any = AnyCc::from(slice);
        assert_eq!((any.size_of_val(), any.is::<[Node]>()), (16 + LENGTH * size_of::<Node>(), false));
        drop(any);
        assert_deaths(0, 0);
    }
    assert!(Cc::<[Node]>::new_uninit_slice(0).is_empty());
}

#[test]
fn a_slice_by_way_of_an_array_can_be_written_all_the_same() {
    for make in UNINIT_SLICES {
        let array: Cc<[MaybeUninit<Node>; LENGTH]> = make(LENGTH).try_into().expect("so many");
        let mut slice = coerce!(array => Room);
        write_all(&mut slice, LENGTH);
        // SAFETY: each element has been written.
        let slice = unsafe { slice.assume_init() };
        let holder = Cc::new(Node::value());
        slice[LENGTH - 1].link.replace(Some(holder.clone()));
        drop(holder);
        assert_eq!(gc::collect(), 0);
        drop(AnyCc::from(slice));
        assert_deaths(1, LENGTH + 1);
    }
}

#[test]
fn a_slice_that_others_can_overwrite_is_never_looked_at() {
    for make in UNINIT_SLICES {
        let mut uninit = make(LENGTH);
        write_all(&mut uninit, LENGTH);
        let alias = uninit.clone();
        // SAFETY: each element has been written.
        let slice = unsafe { uninit.assume_init() };
        let holder = Cc::new(vec![slice.clone()]);
        assert!(!Cc::is_tracked(&slice));
        assert_eq!(gc::get_objects(), [AnyCc::from(&holder)]);
        assert!(gc::get_referents(&[AnyCc::from(&holder)]).is_empty(), "its type is not shown");
        assert!(!AnyCc::from(&slice).is::<[Node]>());
        assert_eq!(AnyCc::from(&slice).size_of_val(), 16 + LENGTH * size_of::<Node>());
        drop((slice, alias));
        gc::collect();
        assert!(holder[0].iter().all(|node| node.name == "node"));
        drop(holder);
        // The last pointer was to nodes.
        assert_deaths(0, LENGTH);
        assert_eq!(gc::tracked_count(), 0);
    }
}

#[test]
fn zeros_are_zeros_whatever_the_size() {
    // What has been there before is not zero.
    drop((0..100).map(|_| Cc::<[u64]>::from(vec![u64::MAX; 64])).collect::<Vec<_>>());
    for length in [0, 1, 63, 64, 65, 10_000] {
        let zeros = Cc::<[u64]>::new_zeroed_slice(length);
        // SAFETY: zero is a `u64`.
        let zeros = unsafe { zeros.assume_init() };
        assert!(zeros.len() == length && zeros.iter().all(|&number| number == 0));
        assert_eq!(AnyCc::from(zeros).size_of_val(), 16 + 8 * length);
    }
}

/// Pointers that know more than an address keep what they know.
#[test]
fn fat_pointers_can_be_plain_for_a_while() {
    fn round_trip<T: ?Sized>(cc: Cc<T>) -> Cc<T> {
        let weak = Cc::downgrade(&cc).into_raw();
        let raw = Cc::into_raw(cc);
        // SAFETY: it comes from `into_raw`; each count is given back once.
        unsafe { Cc::increment_strong_count(raw) };
        // SAFETY: as above.
        let cc = unsafe { Cc::from_raw(raw) };
        assert_eq!((Cc::strong_count(&cc), Cc::weak_count(&cc)), (2, 1));
        // SAFETY: as above.
        unsafe { Cc::decrement_strong_count(raw) };
        // SAFETY: it comes from `into_raw`, and is used once.
        let weak = unsafe { Weak::from_raw(weak) };
        assert!(weak.upgrade().is_some_and(|upgraded| Cc::ptr_eq(&upgraded, &cc)));
        cc
    }

    let slice: Cc<[Node]> = (0..LENGTH).map(|_| Node::value()).collect();
    slice[1].link.replace(Some(Cc::new(Node::value())));
    let slice = round_trip(slice);
    assert_eq!((gc::collect(), slice.len()), (0, LENGTH));
    drop(round_trip(slice));
    assert_deaths(1, LENGTH + 1);

    let node = coerce!(Cc::new(Node::value()) => Cc<dyn Trace>);
    let node = round_trip(node);
    assert!(AnyCc::from(&node).is::<Node>() && !Cc::is_finalized(&node));
    drop(round_trip(node));
    assert_deaths(1, 1);

    let text: Cc<str> = round_trip("text".into());
    assert_eq!(&*round_trip(text), "text");
    let nowhere = coerce!(Weak::<Node>::new() => Weak<dyn Trace>).into_raw();
    // SAFETY: it comes from `into_raw`, and is used once.
    assert!(unsafe { Weak::from_raw(nowhere) }.upgrade().is_none());
    assert_eq!(gc::tracked_count(), 0);
}

/// An opaque object was made for its value as it was: for one that needs no drop.
#[test]
fn an_opaque_object_cannot_be_written_later_and_its_content_may_leak() {
    fn assert_refused<T: 'static>(assume_init: impl FnOnce() -> Cc<T>) {
        let panic = panic::catch_unwind(AssertUnwindSafe(assume_init)).err().expect("a panic");
        let message = panic.downcast_ref::<String>().expect("a message");
        assert!(message.contains("`Cc::new_opaque`") && message.contains("MaybeUninit<"), "{message}");
        assert!(message.contains("Node>"), "{message}");
    }
    // SAFETY: the value has been written.
    assert_refused(|| unsafe { Cc::new_opaque(MaybeUninit::new(Node::value())).assume_init() });
    assert_refused(|| {
        let mut slice = coerce!(Cc::new_opaque([const { MaybeUninit::<Node>::uninit() }; LENGTH]) => Room);
        write_all(&mut slice, LENGTH);
        // SAFETY: each element has been written.
        Cc::new(unsafe { slice.assume_init() })
    });
    assert_deaths(0, 0);

    // One that was made for a value of the type is.
    let node = Cc::into_raw(Cc::new(Node::value())).cast::<MaybeUninit<Node>>();
    // SAFETY: it comes from `into_raw`, and any `Node` is a value of a `MaybeUninit` as well.
    let node = unsafe { Cc::from_raw(node) };
    // SAFETY: it has always been a `Node`.
    drop(unsafe { node.assume_init() });
    assert_deaths(1, 1);
}
