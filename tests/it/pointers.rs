//! `Cc` and `Weak` against `std::rc`: one body for both, so that what is asserted of the one is what the other does.
//! (The methods that need `unsafe` are shown in the documentation, whose examples are tests too.)

use gc_core::{Cc, Trace, Weak, gc};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::thread;

/// How many values there have been, and how many of them have been dropped.
#[derive(Clone, Debug, Default)]
struct Census(Rc<[Cell<usize>; 2]>);

impl Census {
    fn count(&self, index: usize) {
        self.0[index].set(self.0[index].get() + 1);
    }

    #[track_caller]
    fn assert(&self, made: usize, dropped: usize) {
        assert_eq!(self.0.each_ref().map(Cell::get), [made, dropped], "values made, and dropped");
    }
}

/// What is counted, and may have something to say when it is dropped.
struct Counted {
    census: Census,
    last_words: Option<Box<dyn FnOnce()>>,
}

impl Counted {
    fn new(census: &Census) -> Counted {
        census.count(0);
        Counted { census: census.clone(), last_words: None }
    }
}

impl Clone for Counted {
    fn clone(&self) -> Counted {
        Counted::new(&self.census)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.census.count(1);
        if let Some(last_words) = self.last_words.take() {
            last_words();
        }
    }
}

/// A value that is counted. It compares, hashes and prints as its number.
macro_rules! values {
    ($($(#[$attribute:meta])* $Value:ident)+) => {$(
        #[derive(Clone, Trace)]
        $(#[$attribute])*
        struct $Value {
            number: u32,
            #[trace(skip)]
            counted: Counted,
        }

        impl $Value {
            fn new(census: &Census, number: u32) -> $Value {
                $Value { number, counted: Counted::new(census) }
            }

            fn saying(census: &Census, last_words: impl FnOnce() + 'static) -> $Value {
                let mut value = $Value::new(census, 0);
                value.counted.last_words = Some(Box::new(last_words));
                value
            }

            fn census(&self) -> Census {
                self.counted.census.clone()
            }
        }

        impl Default for $Value {
            fn default() -> $Value {
                $Value::new(&Census::default(), 0)
            }
        }

        impl fmt::Debug for $Value {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.number.fmt(f)
            }
        }

        impl PartialEq for $Value {
            fn eq(&self, other: &$Value) -> bool {
                self.number == other.number
            }
        }

        impl Eq for $Value {}

        impl PartialOrd for $Value {
            fn partial_cmp(&self, other: &$Value) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $Value {
            fn cmp(&self, other: &$Value) -> std::cmp::Ordering {
                self.number.cmp(&other.number)
            }
        }

        impl Hash for $Value {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.number.hash(state);
            }
        }
    )+};
}

values! {
    TrackedValue
    #[trace(acyclic)]
    UntrackedValue
}

#[derive(Trace)]
struct Unclonable {
    #[trace(skip)]
    _counted: Counted,
}

impl Clone for Unclonable {
    fn clone(&self) -> Unclonable {
        resume_unwind(Box::new("there is only one"))
    }
}

thread_local! {
    static NOTHINGS: Cell<usize> = const { Cell::new(0) };
}

/// Of size zero. Its drop is counted in [`NOTHINGS`].
#[derive(Default)]
struct Nothing;

impl Drop for Nothing {
    fn drop(&mut self) {
        NOTHINGS.set(NOTHINGS.get() + 1);
    }
}

#[derive(Default, Trace)]
struct Empty {
    #[trace(skip)]
    _nothing: Nothing,
}

macro_rules! aligned {
    ($($Aligned:ident($align:literal))+) => {$(
        #[derive(Trace)]
        #[repr(align($align))]
        struct $Aligned {
            #[trace(skip)]
            _counted: Counted,
        }

        impl $Aligned {
            fn new(counted: Counted) -> $Aligned {
                $Aligned { _counted: counted }
            }
        }
    )+};
}

aligned! {
    Aligned1(1) Aligned16(16) Aligned32(32) Aligned64(64) Aligned4Ki(4096) Aligned32Ki(32768) Aligned64Ki(65536)
    Aligned128Ki(131072) Aligned1Mi(1048576)
}

#[cfg(unix)]
#[derive(Trace)]
struct Open {
    #[trace(skip)]
    file: std::fs::File,
}

#[cfg(unix)]
impl std::os::fd::AsFd for Open {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.file.as_fd()
    }
}

#[cfg(unix)]
impl std::os::fd::AsRawFd for Open {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.file.as_raw_fd()
    }
}

fn hash(value: &impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

/// Runs `f` on a thread with a stack of so many bytes.
fn on_a_stack(bytes: usize, f: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(bytes).spawn(f).expect("a thread");
    thread.join().unwrap_or_else(|panic| resume_unwind(panic));
}

/// The tests below with `Rc`, with `Cc` for values that the collector looks at, and for such that it does not.
macro_rules! with_each_pointer {
    (@in $module:ident($Ptr:path, $Weak:path, $Value:ident) $($tests:tt)+) => {
        mod $module {
            use super::*;
            use super::$Value as Value;
            use $Ptr as Ptr;
            use $Weak as Weak;

            /// What has a pointer to itself.
            #[derive(Trace)]
            struct Gadget {
                me: Weak<Gadget>,
                part: Option<Ptr<Gadget>>,
                #[trace(skip)]
                _counted: Counted,
            }

            $($tests)+
        }
    };
    ($($tests:tt)+) => {
        with_each_pointer! { @in rc(std::rc::Rc, std::rc::Weak, TrackedValue) $($tests)+ }
        with_each_pointer! { @in tracked(gc_core::Cc, gc_core::Weak, TrackedValue) $($tests)+ }
        with_each_pointer! { @in untracked(gc_core::Cc, gc_core::Weak, UntrackedValue) $($tests)+ }
    };
}

with_each_pointer! {
    /// The counts, on which both kinds of pointers agree.
    #[track_caller]
    fn counts<T>(ptr: &Ptr<T>, weak: &Weak<T>) -> (usize, usize) {
        let counts = (Ptr::strong_count(ptr), Ptr::weak_count(ptr));
        assert_eq!((weak.strong_count(), weak.weak_count()), counts);
        counts
    }

    #[track_caller]
    fn assert_dead<T>(weak: &Weak<T>) {
        assert!(weak.upgrade().is_none());
        assert_eq!((weak.strong_count(), weak.weak_count()), (0, 0));
    }

    #[test]
    fn every_constructor_makes_one_pointer_to_one_value() {
        let census = Census::default();
        let value = |number| Value::new(&census, number);
        let ptrs = [
            Ptr::new(value(0)),
            Ptr::from(value(1)),
            Ptr::from(Box::new(value(2))),
            Ptr::new_cyclic(|_| value(3)),
            Pin::into_inner(Ptr::pin(value(4))),
        ];
        for (number, ptr) in (0..).zip(&ptrs) {
            assert_eq!(ptr.number, number);
            assert_eq!((Ptr::strong_count(ptr), Ptr::weak_count(ptr)), (1, 0));
        }
        census.assert(5, 0);
        drop(ptrs);
        census.assert(5, 5);

        let default = Ptr::<Value>::default();
        assert_eq!((default.number, Ptr::strong_count(&default)), (0, 1));
        let census = default.census();
        drop(default);
        census.assert(1, 1);
    }

    #[test]
    fn counts_are_exact() {
        let census = Census::default();
        let one = Ptr::new(Value::new(&census, 0));
        let weak = Ptr::downgrade(&one);
        assert_eq!(counts(&one, &weak), (1, 1));
        let two = one.clone();
        assert_eq!(counts(&two, &weak), (2, 1));
        let other = weak.clone();
        assert_eq!(counts(&one, &other), (2, 2));
        let three = other.upgrade().expect("it is alive");
        assert_eq!(counts(&three, &weak), (3, 2));
        drop(one);
        assert_eq!(counts(&two, &weak), (2, 2));
        drop(other);
        assert_eq!(counts(&two, &weak), (2, 1));
        drop(three);
        assert_eq!(counts(&two, &weak), (1, 1));
        census.assert(1, 0);
        drop(two);
        census.assert(1, 1);
        assert_dead(&weak);
        let late = weak.clone();
        drop(weak);
        assert_dead(&late);
    }

    #[test]
    fn many_pointers_go_in_any_order() {
        let census = Census::default();
        let ptr = Ptr::new(Value::new(&census, 0));
        let weak = Ptr::downgrade(&ptr);
        let mut ptrs: Vec<_> = (0..1000).map(|_| (ptr.clone(), weak.clone())).collect();
        assert_eq!(counts(&ptr, &weak), (1001, 1001));
        drop(ptr);
        while !ptrs.is_empty() {
            let ptr = ptrs.swap_remove(ptrs.len() / 3).0;
            assert_eq!(counts(&ptr, &weak), (ptrs.len() + 1, ptrs.len() + 1));
        }
        census.assert(1, 1);
        assert_dead(&weak);
    }

    #[test]
    fn a_destructor_sees_the_value_dead() {
        let census = Census::default();
        let seen = Rc::new(RefCell::new(Weak::<Value>::new()));
        let inner = seen.clone();
        let ptr = Ptr::new(Value::saying(&census, move || {
            assert_dead(&inner.borrow());
            let copy = inner.borrow().clone();
            assert_dead(&copy);
        }));
        seen.replace(Ptr::downgrade(&ptr));
        drop(ptr);
        census.assert(1, 1);
        assert_dead(&seen.borrow());
    }

    #[test]
    fn a_panic_in_a_destructor_arrives_and_is_over() {
        let census = Census::default();
        let ptr = Ptr::new(Value::saying(&census, || resume_unwind(Box::new("last words"))));
        let weak = Ptr::downgrade(&ptr);
        drop(ptr.clone());
        let panic = catch_unwind(AssertUnwindSafe(|| drop(ptr))).expect_err("a panic");
        assert_eq!(panic.downcast_ref(), Some(&"last words"));
        census.assert(1, 1);
        assert_dead(&weak);
    }

    #[test]
    fn new_cyclic_shows_what_is_yet_to_be() {
        let census = Census::default();
        let gadget = Ptr::new_cyclic(|outer: &Weak<Gadget>| {
            assert_dead(outer);
            let copy = outer.clone();
            assert_dead(&copy);
            assert!(copy.ptr_eq(outer));
            // One inside the other.
            let part = Ptr::new_cyclic(|inner| {
                assert_dead(outer);
                assert_dead(inner);
                Gadget { me: inner.clone(), part: None, _counted: Counted::new(&census) }
            });
            assert_eq!(counts(&part, &part.me), (1, 1));
            Gadget { me: copy, part: Some(part), _counted: Counted::new(&census) }
        });
        assert_eq!(counts(&gadget, &gadget.me), (1, 1));
        assert!(Ptr::ptr_eq(&gadget, &gadget.me.upgrade().expect("it is alive")));
        assert_eq!(gadget.me.as_ptr(), Ptr::as_ptr(&gadget));
        let weak = gadget.part.as_ref().map(|part| part.me.clone()).expect("there is a part");
        census.assert(2, 0);
        drop(gadget);
        census.assert(2, 2);
        assert_dead(&weak);
    }

    #[test]
    fn a_weak_pointer_outlives_a_construction_that_fails() {
        let census = Census::default();
        let kept = RefCell::new(None);
        let construction = AssertUnwindSafe(|| {
            Ptr::new_cyclic(|me: &Weak<Value>| {
                kept.replace(Some(me.clone()));
                let _value = Value::new(&census, 0);
                resume_unwind(Box::new(()))
            })
        });
        assert!(catch_unwind(construction).is_err());
        census.assert(1, 1);
        let weak = kept.take().expect("it was kept");
        assert_dead(&weak);
        assert_dead(&weak.clone());
    }

    #[test]
    fn what_is_not_initialised_is_not_dropped() {
        let census = Census::default();
        for make in [Ptr::<Value>::new_uninit, Ptr::<Value>::new_zeroed] {
            let ptr = make();
            let weak = Ptr::downgrade(&ptr);
            drop(ptr.clone());
            assert_eq!(counts(&ptr, &weak), (1, 1));
            drop(ptr);
            assert_dead(&weak);
        }
        let mut bytes = Ptr::<[u8; 100]>::new_uninit();
        assert_eq!(Ptr::get_mut(&mut bytes).expect("the only pointer").write([7; 100]), &[7; 100]);
        census.assert(0, 0);
    }

    #[test]
    fn try_unwrap_wants_the_only_pointer() {
        let census = Census::default();
        let ptr = Ptr::new(Value::new(&census, 7));
        let (other, weak) = (ptr.clone(), Ptr::downgrade(&ptr));
        let ptr = Ptr::try_unwrap(ptr).expect_err("there is another");
        assert_eq!(counts(&ptr, &weak), (2, 1));
        drop(other);
        let value = Ptr::try_unwrap(ptr).expect("it is the only one");
        assert_dead(&weak);
        assert_eq!(value.number, 7);
        census.assert(1, 0);
        drop(value);
        census.assert(1, 1);
    }

    #[test]
    fn into_inner_gives_the_value_to_the_last() {
        let census = Census::default();
        let ptr = Ptr::new(Value::new(&census, 7));
        let ptrs = [ptr.clone(), ptr.clone(), ptr];
        let weak = Ptr::downgrade(&ptrs[0]);
        let values = ptrs.map(Ptr::into_inner);
        assert_eq!(values.each_ref().map(|value| value.as_ref().map(|value| value.number)), [None, None, Some(7)]);
        assert_dead(&weak);
        census.assert(1, 0);
        drop(values);
        census.assert(1, 1);
    }

    #[test]
    fn unwrap_or_clone_clones_what_is_shared() {
        let census = Census::default();
        let ptr = Ptr::new(Value::new(&census, 7));
        let other = ptr.clone();
        let weak = Ptr::downgrade(&ptr);
        assert_eq!(Ptr::unwrap_or_clone(ptr).number, 7);
        census.assert(2, 1);
        assert_eq!(counts(&other, &weak), (1, 1));
        assert_eq!(Ptr::unwrap_or_clone(other).number, 7);
        census.assert(2, 2);
        assert_dead(&weak);
    }

    #[test]
    fn get_mut_wants_no_other_pointer() {
        let census = Census::default();
        let mut ptr = Ptr::new(Value::new(&census, 0));
        let other = ptr.clone();
        assert!(Ptr::get_mut(&mut ptr).is_none());
        drop(other);
        let weak = Ptr::downgrade(&ptr);
        assert!(Ptr::get_mut(&mut ptr).is_none());
        drop(weak);
        let address = Ptr::as_ptr(&ptr);
        Ptr::get_mut(&mut ptr).expect("the only pointer").number = 8;
        assert_eq!((ptr.number, Ptr::as_ptr(&ptr)), (8, address));
        drop(ptr);
        census.assert(1, 1);
    }

    #[test]
    fn make_mut_keeps_clones_or_moves() {
        let census = Census::default();
        let mut ptr = Ptr::new(Value::new(&census, 0));
        let address = Ptr::as_ptr(&ptr);
        Ptr::make_mut(&mut ptr).number += 1;
        assert_eq!((ptr.number, Ptr::as_ptr(&ptr)), (1, address));
        census.assert(1, 0);

        let (other, weak) = (ptr.clone(), Ptr::downgrade(&ptr));
        Ptr::make_mut(&mut ptr).number += 1;
        assert_eq!((ptr.number, other.number), (2, 1));
        assert_eq!((counts(&other, &weak), Ptr::strong_count(&ptr)), ((1, 1), 1));
        census.assert(2, 0);
        drop((other, weak));
        census.assert(2, 1);

        let weak = Ptr::downgrade(&ptr);
        Ptr::make_mut(&mut ptr).number += 1;
        assert_eq!((ptr.number, Ptr::weak_count(&ptr)), (3, 0));
        assert_ne!(Ptr::as_ptr(&ptr), weak.as_ptr());
        assert_dead(&weak);
        census.assert(2, 1);
        drop(ptr);
        census.assert(2, 2);
    }

    #[test]
    fn a_panic_in_clone_leaves_all_as_it_was() {
        let census = Census::default();
        let value = Unclonable { _counted: Counted::new(&census) };
        let mut ptr = Ptr::new(value);
        let (other, weak) = (ptr.clone(), Ptr::downgrade(&ptr));
        assert!(catch_unwind(AssertUnwindSafe(|| _ = Ptr::make_mut(&mut ptr))).is_err());
        assert!(Ptr::ptr_eq(&ptr, &other));
        assert_eq!(counts(&ptr, &weak), (2, 1));
        assert!(catch_unwind(AssertUnwindSafe(|| drop(Ptr::unwrap_or_clone(ptr)))).is_err());
        assert_eq!(counts(&other, &weak), (1, 1));
        drop(other);
        census.assert(1, 1);
    }

    #[test]
    fn addresses_tell_objects_apart_and_stay() {
        let census = Census::default();
        let [one, two] = [0, 0].map(|number| Ptr::new(Value::new(&census, number)));
        let address = Ptr::as_ptr(&one);
        assert_eq!(address, std::ptr::from_ref(&*one));
        assert!(Ptr::ptr_eq(&one, &one.clone()) && !Ptr::ptr_eq(&one, &two));
        let weak = Ptr::downgrade(&one);
        assert!(weak.ptr_eq(&Ptr::downgrade(&one)) && !weak.ptr_eq(&Ptr::downgrade(&two)));
        let upgraded = weak.upgrade().expect("it is alive");
        assert_eq!([weak.as_ptr(), Ptr::as_ptr(&upgraded)], [address; 2]);
        let pinned = Ptr::pin(Value::new(&census, 0));
        assert_eq!(std::ptr::from_ref(&*pinned), std::ptr::from_ref(&*pinned.clone()));
        drop((one, two, upgraded, pinned));
        assert_eq!(weak.as_ptr(), address);
        assert!(weak.ptr_eq(&weak.clone()));
        census.assert(3, 3);
    }

    #[test]
    fn a_weak_pointer_may_lead_nowhere() {
        const NOWHERE: Weak<u8> = Weak::new();
        let (dangling, default) = (Weak::<Value>::new(), Weak::<Value>::default());
        for weak in [&dangling, &default, &dangling.clone()] {
            assert_dead(weak);
            assert!(weak.ptr_eq(&dangling));
            assert_eq!(weak.as_ptr(), dangling.as_ptr());
        }
        assert_dead(&NOWHERE);
        let ptr = Ptr::new(Value::default());
        assert!(!dangling.ptr_eq(&Ptr::downgrade(&ptr)));
        let census = ptr.census();
        let dead = Ptr::downgrade(&ptr);
        drop(ptr);
        assert!(!dangling.ptr_eq(&dead));
        census.assert(1, 1);
    }

    #[test]
    fn prints_as_its_value_does() {
        let (number, text, list) = (-1.5, String::from("ä\"b"), vec![Some(1), None]);
        let ptrs = (Ptr::new(number), Ptr::new(text.clone()), Ptr::new(list.clone()));
        assert_eq!(format!("{}|{0:?}|{0:>+9.3}|{0:<08}", ptrs.0), format!("{}|{0:?}|{0:>+9.3}|{0:<08}", number));
        assert_eq!(format!("{}|{0:?}|{0:*^9}|{0:.1}", ptrs.1), format!("{}|{0:?}|{0:*^9}|{0:.1}", text));
        assert_eq!(format!("{:?}|{0:#?}|{0:02x?}", ptrs.2), format!("{:?}|{0:#?}|{0:02x?}", list));
        let address = Ptr::as_ptr(&ptrs.0);
        assert_eq!(format!("{:p}|{0:#p}|{0:>24p}", ptrs.0), format!("{address:p}|{address:#p}|{address:>24p}"));
        assert_eq!(format!("{:?}", Ptr::downgrade(&ptrs.0)), "(Weak)");
    }

    #[test]
    fn compares_as_its_value_does() {
        for (left, right) in
            [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (f64::NAN, 1.0), (1.0, f64::NAN), (f64::NAN, f64::NAN)]
        {
            let (a, b) = (Ptr::new(left), Ptr::new(right));
            assert_eq!((a == b, a != b), (left == right, left != right));
            assert_eq!((a < b, a <= b, a > b, a >= b), (left < right, left <= right, left > right, left >= right));
            assert_eq!(a.partial_cmp(&b), left.partial_cmp(&right));
            assert_eq!(a == a.clone(), !left.is_nan());
        }
        for (left, right) in [("a", "b"), ("b", "a"), ("a", "a")] {
            let [a, b] = [left, right].map(|text| Ptr::new(String::from(text)));
            assert_eq!(a.cmp(&b), left.cmp(right));
            assert_eq!((hash(&a), hash(&b)), (hash(&left), hash(&right)));
            assert_eq!((a.clone().max(b.clone()).as_str(), a.min(b).as_str()), (left.max(right), left.min(right)));
        }
    }

    #[allow(clippy::mutable_key_type, reason = "the order and the hash are those of the number")]
    #[test]
    fn is_found_in_a_map_by_its_value() {
        let census = Census::default();
        let ptrs: Vec<_> = (0..100).map(|number| Ptr::new(Value::new(&census, number % 50))).collect();
        let hashed: HashSet<_> = ptrs.iter().cloned().collect();
        let sorted: BTreeSet<_> = ptrs.iter().cloned().collect();
        assert_eq!((hashed.len(), sorted.len()), (50, 50));
        for number in 0..51 {
            let value = Value::new(&Census::default(), number);
            assert_eq!((hashed.contains(&value), sorted.contains(&value)), (number < 50, number < 50));
        }
        assert_eq!(ptrs.iter().map(Ptr::strong_count).sum::<usize>(), 100 + 50 + 50);
        drop((hashed, sorted));
        census.assert(100, 0);
        drop(ptrs);
        census.assert(100, 100);
    }

    #[test]
    fn lends_its_value() {
        let text = Ptr::new(String::from("text"));
        let lent: [&String; 3] = [&text, text.as_ref(), std::borrow::Borrow::borrow(&text)];
        assert!(lent.iter().all(|&lent| std::ptr::eq(lent, Ptr::as_ptr(&text))));
    }

    #[cfg(unix)]
    #[test]
    fn lends_a_file_descriptor() {
        use std::os::fd::{AsFd, AsRawFd};
        let file = Ptr::new(Open { file: std::fs::File::open("/dev/null").expect("there is one") });
        assert_eq!(file.as_fd().as_raw_fd(), file.file.as_raw_fd());
        assert_eq!(file.as_raw_fd(), file.file.as_raw_fd());
    }

    #[test]
    fn holds_nothing() {
        NOTHINGS.set(0);
        let [one, two] = [Ptr::new(Empty::default()), Ptr::from(Box::new(Empty::default()))];
        assert!(!Ptr::ptr_eq(&one, &two));
        let weak = Ptr::downgrade(&one);
        drop(one.clone());
        assert_eq!(counts(&one, &weak), (1, 1));
        drop(one);
        assert_dead(&weak);
        assert_eq!(NOTHINGS.get(), 1);
        drop(Ptr::try_unwrap(two).ok().expect("it is the only one"));
        assert_eq!(NOTHINGS.get(), 2);
    }

    #[test]
    fn holds_what_is_aligned() {
        fn check<T: Trace>(make: impl Fn(Counted) -> T) {
            let census = Census::default();
            let value = || make(Counted::new(&census));
            let mut ptrs = Vec::new();
            for _ in 0..5 {
                ptrs.extend([Ptr::new(value()), Ptr::from(Box::new(value())), Ptr::new_cyclic(|_| value())]);
            }
            let aligned = |ptr: *const T| ptr.addr() % align_of::<T>() == 0;
            let uninit = Ptr::<T>::new_uninit();
            assert!(aligned(Ptr::as_ptr(&uninit).cast()));
            assert!(ptrs.iter().all(|ptr| aligned(Ptr::as_ptr(ptr))));
            let addresses: HashSet<_> = ptrs.iter().map(Ptr::as_ptr).collect();
            assert_eq!(addresses.len(), ptrs.len());
            let weak = Ptr::downgrade(&ptrs[0]);
            assert_eq!(counts(&ptrs[0], &weak), (1, 1));
            let unwrapped = ptrs.pop().and_then(Ptr::into_inner);
            census.assert(15, 0);
            drop((ptrs, unwrapped));
            census.assert(15, 15);
            assert_dead(&weak);
        }
        on_a_stack(64 << 20, || {
            check(Aligned1::new);
            check(Aligned16::new);
            check(Aligned32::new);
            check(Aligned64::new);
            check(Aligned4Ki::new);
            check(Aligned32Ki::new);
            check(Aligned64Ki::new);
            check(Aligned128Ki::new);
            check(Aligned1Mi::new);
        });
    }
}

#[test]
fn a_pinned_pointer_has_a_default() {
    let pinned = Pin::<Cc<TrackedValue>>::default();
    let census = pinned.census();
    assert_eq!(pinned.number, 0);
    drop(pinned);
    census.assert(1, 1);
}

#[test]
fn try_new_gives_what_new_does() {
    let census = Census::default();
    let cc = Cc::try_new(TrackedValue::new(&census, 7)).expect("there is memory");
    assert_eq!((cc.number, Cc::strong_count(&cc), Cc::weak_count(&cc)), (7, 1, 0));
    drop(cc);
    census.assert(1, 1);
}

#[test]
fn a_guard_prints_as_the_value_does() {
    let mut cc = Cc::new(1.5);
    let mut guard = Cc::get_mut(&mut cc).expect("the only pointer");
    *guard *= -2.0;
    assert_eq!(format!("{guard}|{guard:?}|{guard:>+9.3}"), "-3|-3.0|   -3.000");
    drop(guard);
    assert_eq!(*Cc::make_mut(&mut cc), -3.0);
}

/// A byte that counts its drop in [`NOTHINGS`].
#[derive(Trace)]
struct Byte {
    value: u8,
    #[trace(skip)]
    _nothing: Nothing,
}

/// More objects of `N` bytes than are carved from a block at a time, each of which keeps its content, while others
/// come and go.
fn holds_bytes<const N: usize>() {
    const COUNT: u8 = 70;
    let make = |value: u8| Cc::new(std::array::from_fn::<_, N, _>(|_| Byte { value, _nothing: Nothing }));
    let mut ccs: Vec<_> = (0..COUNT).map(make).collect();
    NOTHINGS.set(0);
    for index in (0..COUNT).step_by(3) {
        ccs[usize::from(index)] = make(index + COUNT);
    }
    let replaced = usize::from(COUNT).div_ceil(3);
    assert_eq!(NOTHINGS.replace(0), replaced * N, "{N} bytes");
    for (index, cc) in (0..).zip(&ccs) {
        let value = if index % 3 == 0 { index + COUNT } else { index };
        assert!(cc.iter().all(|byte| byte.value == value), "{N} bytes");
        assert_eq!((gc::getsizeof(cc), Cc::as_ptr(cc).addr() % 16), (16 + N, 0));
    }
    drop(ccs);
    assert_eq!(NOTHINGS.get(), usize::from(COUNT) * N, "{N} bytes");
}

/// Calls a function for the largest value that fits a slot, and for one of a byte more. The sizes of the slots are the
/// sums of the bases and the offsets.
macro_rules! at_each_boundary {
    ($check:ident; $($base:literal)+; $offsets:tt) => {
        $(at_each_boundary!(@of $check $base $offsets);)+
    };
    (@of $check:ident $base:literal [$($offset:literal)+]) => {
        $(
            $check::<{ $base + $offset - 16 }>();
            $check::<{ $base + $offset - 15 }>();
        )+
    };
}

#[test]
fn values_at_the_boundaries_of_the_size_classes() {
    gc::disable();
    at_each_boundary!(holds_bytes; 0 256 512 768; [16 32 48 64 80 96 112 128 144 160 176 192 208 224 240 256]);
    at_each_boundary!(holds_bytes; 1024; [256 512 768 1024]);
    at_each_boundary!(holds_bytes; 2048; [512 1024 1536 2048]);
    // Thirteen in a block, twelve, and so on to three.
    at_each_boundary!(holds_bytes; 0; [4400 4768 5200 5712 6352 7152 8160 9536 11440 14304 19072]);
}

/// A box of `N` equal things, which are never on the stack.
fn boxed<T: Clone, const N: usize>(thing: T) -> Box<[T; N]> {
    vec![thing; N].into_boxed_slice().try_into().unwrap_or_else(|_| unreachable!("the length is right"))
}

fn comes_from_a_box<const N: usize>() {
    let bytes: Cc<[u8; N]> = boxed(0xA5).into();
    assert_eq!(gc::getsizeof(&bytes), 16 + N);
    assert!(bytes.iter().all(|&byte| byte == 0xA5));

    let mark = Rc::new(());
    let marks: Cc<[Rc<()>; N]> = boxed(mark.clone()).into();
    let weak = Cc::downgrade(&marks);
    assert_eq!(Rc::strong_count(&mark), N + 1);
    assert!(marks.iter().all(|other| Rc::ptr_eq(other, &mark)));
    drop(marks);
    assert_eq!((Rc::strong_count(&mark), weak.strong_count()), (1, 0));
}

#[test]
fn large_values_come_from_boxes_without_passing_over_the_stack() {
    on_a_stack(128 << 10, || {
        comes_from_a_box::<1>();
        comes_from_a_box::<4096>();
        comes_from_a_box::<65_536>();
        comes_from_a_box::<1_000_001>();
        comes_from_a_box::<{ 8 << 20 }>();
        drop(Cc::<[u8; 64 << 20]>::from(boxed(0)));
    });
}

#[test]
fn weak_pointers_hold_memory_but_no_value() {
    let census = Census::default();
    let weaks: Vec<Weak<TrackedValue>> =
        (0..1000).map(|number| Cc::downgrade(&Cc::new(TrackedValue::new(&census, number)))).collect();
    census.assert(1000, 1000);
    // The slots are taken as long as there are weak pointers to them.
    let ccs: Vec<_> = (0..1000).map(|number| Cc::new(TrackedValue::new(&census, number))).collect();
    let addresses: HashSet<_> = weaks.iter().map(Weak::as_ptr).chain(ccs.iter().map(Cc::as_ptr)).collect();
    assert_eq!(addresses.len(), 2000);
    drop((weaks, ccs));
    census.assert(2000, 2000);
}
