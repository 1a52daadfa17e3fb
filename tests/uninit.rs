//! Objects whose values are written after they were made: what the collector makes of them, before and after.
#![expect(unsafe_code, reason = "`assume_init` is unsafe")]

use gc_core::weak::{Ephemeron, WeakSet};
use gc_core::{AnyCc, Cc, Finalize, Trace, gc};
use std::cell::{Cell, RefCell};
use std::mem::{self, MaybeUninit};
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
