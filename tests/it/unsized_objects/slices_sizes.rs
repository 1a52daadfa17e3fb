//! The sizes of slices: each size class, blocks of their own, alignments, elements without a size, and what no address
//! space holds.

use super::{Counted, Hub, Ledger, Wheel, on_a_stack, panic_of};
use gc_core::{AnyCc, Cc, Trace, gc};
use std::cell::{Cell, RefCell};
use std::iter;

/// Of eight bytes: so slices of them come in each size that an object with a trailer has.
#[derive(Clone, Trace)]
struct Spoke {
    hub: Cc<Hub<Cc<[Spoke]>>>,
}

/// More than the largest slot holds.
const LENGTHS: std::ops::Range<usize> = 0..2500;

/// The collector sees neither less nor more than the pointers in the slice, or the cycle would stay.
#[test]
fn a_collection_sees_each_element_of_a_slice_of_any_length() {
    gc::disable();
    gc::set_verify(false);
    let ledger = Ledger::default();
    let large = [5000, 10_000, 100_000, 1_000_000];
    for length in LENGTHS.chain(large) {
        let wheel = Wheel::new(&ledger, |hub| Cc::from(vec![Spoke { hub: hub.clone() }; length]));
        assert_eq!((Cc::strong_count(&wheel.hub), wheel.spokes.len()), (1 + length, length));
        assert_eq!(Cc::size_of_val(&wheel.spokes), 16 + 8 * length);
        let any = AnyCc::from(wheel.spokes);
        assert_eq!(any.size_of_val(), 16 + 8 * length);
        drop((wheel.hub, any));
        // Without an element, the slice does not lead back.
        assert_eq!(gc::collect(), if length == 0 { 0 } else { 2 }, "with {length} elements");
        ledger.assert_deaths([0]);
    }
    assert_eq!(gc::tracked_count(), 0);
}

/// The death of an object whose type is not known goes by the length that the object knows.
#[test]
fn each_element_of_a_slice_of_any_length_dies() {
    #[derive(Trace)]
    struct Element(#[trace(skip)] Boxed);

    struct Boxed(Box<Counted>);

    gc::disable();
    let ledger = Ledger::default();
    let make =
        |length| (0..length).map(|number| Element(Boxed(Box::new(ledger.element(number))))).collect::<Cc<[Element]>>();
    assert_eq!(size_of::<Element>(), 8);
    for length in LENGTHS.step_by(3).chain([100_000]) {
        let slices = [make(length), make(length)];
        let [typed, erased] = slices;
        assert!(typed.iter().map(|element| element.0.0.number).eq(0..length));
        drop(AnyCc::from(erased));
        ledger.assert_deaths(0..length);
        assert!(typed.iter().map(|element| element.0.0.number).eq(0..length));
        drop(typed);
        ledger.assert_deaths(0..length);
    }
    ledger.assert_alive(0);
}

/// Neighbours do not write over each other, nor over their trailers.
#[test]
fn bytes_lie_apart() {
    let mut slices: Vec<Cc<[u8]>> = Vec::new();
    let content = |length: usize| iter::repeat_n(length as u8, length);
    let around = |middle: usize| middle.saturating_sub(40)..middle + 40;
    let lengths = || {
        (0..1200).chain([2048, 4096, 5184, 7136, 14_288, 19_072, 28_608, 57_216, 65_536].into_iter().flat_map(around))
    };
    for length in lengths() {
        slices.push(content(length).collect());
        slices.push(Cc::from(&vec![0; length][..]));
        Cc::get_mut(slices.last_mut().expect("one")).expect("the only pointer").fill(length as u8);
    }
    for (length, pair) in lengths().zip(slices.chunks(2)) {
        for slice in pair {
            assert!(slice.iter().copied().eq(content(length)), "{length} bytes");
            assert_eq!((Cc::size_of_val(slice), AnyCc::from(slice).size_of_val()), (16 + length, 16 + length));
            assert!(!Cc::is_tracked(slice));
        }
    }
}

#[test]
fn elements_lie_where_their_alignment_wants_them() {
    macro_rules! check {
        ($($align:literal)*) => {$({
            #[derive(Clone, Trace)]
            #[repr(align($align))]
            struct Aligned {
                hub: Cc<Hub<Cc<[Aligned]>>>,
            }
            let ledger = Ledger::default();
            for length in [0, 1, 2, 7] {
                let wheel = Wheel::new(&ledger, |hub| Cc::from(vec![Aligned { hub: hub.clone() }; length]));
                assert!(wheel.spokes.iter().all(|it| std::ptr::from_ref(it).addr() % $align == 0));
                assert_eq!(Cc::as_ptr(&wheel.spokes).addr() % $align, 0);
                assert_eq!(AnyCc::from(&wheel.spokes).size_of_val(), 16 + length * $align);
                drop(wheel);
                assert_eq!(gc::collect(), if length == 0 { 0 } else { 2 });
                ledger.assert_deaths([0]);
            }
            // Made as an array, for which there are other places.
            let wheel = Wheel::new(&ledger, |hub| Cc::from([(); 2].map(|()| Aligned { hub: hub.clone() })));
            assert!(wheel.spokes.iter().all(|it| std::ptr::from_ref(it).addr() % $align == 0));
            drop(wheel);
            assert_eq!(gc::collect(), 2);
            ledger.assert_deaths([0]);
        })*};
    }
    on_a_stack(64 << 20, || {
        gc::disable();
        check!(8 16 32 64 4096 65536 131072);
    });
}

thread_local! {
    static DROPPED: Cell<usize> = const { Cell::new(0) };
}

#[test]
fn elements_without_a_size_are_counted() {
    struct Drops;

    impl Drop for Drops {
        fn drop(&mut self) {
            DROPPED.set(DROPPED.get() + 1);
        }
    }

    #[derive(Trace)]
    struct Nothing(#[trace(skip)] Drops);

    #[derive(Trace)]
    #[repr(align(4096))]
    struct AlignedNothing(#[trace(skip)] Drops);

    fn check<T: Trace>(nothing: impl Fn() -> T) {
        for length in [0, 1, 1000] {
            let make = || iter::repeat_with(&nothing).take(length).collect::<Cc<[T]>>();
            let (typed, erased) = (make(), AnyCc::from(make()));
            assert_eq!((typed.len(), Cc::size_of_val(&typed), erased.size_of_val()), (length, 16, 16));
            assert_eq!(Cc::as_ptr(&typed).addr() % align_of::<T>(), 0);
            assert_eq!(gc::collect(), 0);
            assert_eq!(DROPPED.take(), 0);
            drop(typed);
            assert_eq!(DROPPED.take(), length);
            drop(erased);
            assert_eq!(DROPPED.take(), length);
        }
    }

    gc::disable();
    check(|| Nothing(Drops));
    check(|| AlignedNothing(Drops));
}

#[test]
fn there_may_be_any_number_of_elements_without_a_size() {
    #[derive(Clone, Copy, Debug, PartialEq, Trace)]
    struct Unit;

    for length in [usize::MAX, usize::MAX / 2 + 1, isize::MAX as usize] {
        let mut units = Vec::from([Unit; usize::MAX]);
        units.truncate(length);
        let mut slice: Cc<[Unit]> = units.into();
        assert_eq!((slice.len(), slice[length - 1]), (length, Unit));
        assert!(Cc::is_tracked(&slice));
        assert_eq!(gc::collect(), 0);
        let weak = Cc::downgrade(&slice);
        assert_eq!(Cc::make_mut(&mut slice).len(), length);
        assert!(weak.upgrade().is_none());
        let any = AnyCc::from(slice.clone());
        assert_eq!((any.size_of_val(), any.strong_count()), (16, 2));
        let owner = Cc::new(RefCell::new(vec![slice]));
        assert_eq!(gc::get_referrers([&any]), [AnyCc::from(&owner)]);
        drop(any);
        drop(owner);
        assert_eq!(gc::tracked_count(), 0);
    }
}

#[test]
fn t23_what_no_address_space_holds_is_refused() {
    fn message_of<T: Trace>(length: usize) -> String {
        *panic_of(|| Cc::<[T]>::new_uninit_slice(length)).downcast().expect("a message")
    }

    let most = isize::MAX as usize;
    for length in [usize::MAX, most + 1, most, most - 15, most - 23] {
        assert_eq!(message_of::<u8>(length), format!("no object can hold {length} elements of type `u8`"));
    }
    for length in [usize::MAX, most / 8 + 1, most / 8, most / 8 - 1] {
        assert_eq!(message_of::<u64>(length), format!("no object can hold {length} elements of type `u64`"));
    }
    panic_of(|| Cc::<[Cc<u8>]>::new_zeroed_slice(most / 8));
    assert_eq!(gc::tracked_count(), 0);
}
