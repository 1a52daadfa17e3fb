//! Slices that do what those of `Rc` do.

use super::{Ledger, panic_of, with_each_element};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::iter;
use std::panic::resume_unwind;

/// Both kinds of iterators that a slice is made of: those that know their length, and those that do not.
const KNOWS_ITS_LENGTH: [bool; 2] = [false, true];

/// How many elements there are in most of the tests.
const LENGTH: usize = 5;

with_each_element! {
    fn elements(ledger: &Ledger) -> Vec<Element> {
        (0..LENGTH).map(|number| Element(ledger.element(number))).collect()
    }

    /// The numbers in a slice to which there is no other pointer.
    #[track_caller]
    fn numbers(slice: &Ptr<[Element]>) -> Vec<usize> {
        assert_eq!((Ptr::strong_count(slice), Ptr::weak_count(slice)), (1, 0));
        slice.iter().map(|element| element.0.number).collect()
    }

    /// An iterator over new elements that panics in place of one of them.
    fn items(ledger: &Ledger, panics_at: Option<usize>, knows_its_length: bool) -> Box<dyn Iterator<Item = Element>> {
        let ledger = ledger.clone();
        let items = (0..LENGTH).map(move |number| {
            if panics_at == Some(number) {
                resume_unwind(Box::new(number));
            }
            Element(ledger.element(number))
        });
        if knows_its_length { Box::new(items) } else { Box::new(items.filter(|_| true)) }
    }

    #[test]
    fn what_is_moved_is_not_cloned() {
        let ledger = Ledger::default();
        let slices: [Ptr<[Element]>; 7] = [
            elements(&ledger).into(),
            elements(&ledger).into_boxed_slice().into(),
            <[Element; LENGTH]>::try_from(elements(&ledger)).ok().expect("so many").into(),
            Cow::<[Element]>::Owned(elements(&ledger)).into(),
            elements(&ledger).into_iter().collect(),
            items(&ledger, None, true).collect(),
            items(&ledger, None, false).collect(),
        ];
        for slice in slices {
            ledger.assert_deaths([]);
            assert_eq!(numbers(&slice), [0, 1, 2, 3, 4]);
            drop(slice);
            ledger.assert_deaths(0..LENGTH);
        }
        ledger.assert_alive(0);
    }

    #[test]
    fn what_is_borrowed_is_cloned() {
        let ledger = Ledger::default();
        let mut originals = elements(&ledger);
        let slices: [Ptr<[Element]>; 3] =
            [originals[..].into(), (&mut originals[..]).into(), Cow::Borrowed(&originals[..]).into()];
        ledger.assert_alive(4 * LENGTH);
        for slice in slices {
            assert_eq!(numbers(&slice), [0, 1, 2, 3, 4]);
            drop(slice);
            ledger.assert_deaths(0..LENGTH);
        }
        drop(originals);
        ledger.assert_deaths(0..LENGTH);
        ledger.assert_alive(0);
    }

    #[test]
    fn a_default_slice_is_empty() {
        let (from_vec, from_items) = (Ptr::from(Vec::with_capacity(9)), iter::empty().collect());
        let slices: [Ptr<[Element]>; 5] = [Ptr::default(), Ptr::from([]), Ptr::from(&[][..]), from_vec, from_items];
        for slice in slices {
            assert!(slice.is_empty());
            let weak = Ptr::downgrade(&slice);
            drop(slice);
            assert!(weak.upgrade().is_none());
        }
    }

    #[test]
    fn t23_a_panic_at_the_ith_clone_takes_the_first_i_with_it() {
        let ledger = Ledger::default();
        let originals = elements(&ledger);
        for unlucky in 0..LENGTH {
            ledger.0.unlucky.set(Some(unlucky));
            let panic = panic_of(|| Ptr::<[Element]>::from(&originals[..]));
            assert_eq!(panic.downcast_ref(), Some(&unlucky));
            ledger.assert_deaths(0..unlucky);
            ledger.assert_alive(LENGTH);
        }
        let mut slice: Ptr<[Element]> = originals.into();
        let other = slice.clone();
        for unlucky in 0..LENGTH {
            ledger.0.unlucky.set(Some(unlucky));
            panic_of(|| _ = Ptr::make_mut(&mut slice));
            ledger.assert_deaths(0..unlucky);
            assert!(Ptr::ptr_eq(&slice, &other));
        }
        drop((slice, other));
        ledger.assert_deaths(0..LENGTH);
        ledger.assert_alive(0);
    }

    #[test]
    fn t23_a_panic_at_the_ith_item_takes_the_first_i_with_it() {
        for knows_its_length in KNOWS_ITS_LENGTH {
            for unlucky in 0..LENGTH {
                let ledger = Ledger::default();
                let items = items(&ledger, Some(unlucky), knows_its_length);
                let panic = panic_of(|| items.collect::<Ptr<[Element]>>());
                assert_eq!(panic.downcast_ref(), Some(&unlucky));
                ledger.assert_deaths(0..unlucky);
                ledger.assert_alive(0);
            }
        }
    }

    #[test]
    fn becomes_an_array_and_a_slice_again() {
        let ledger = Ledger::default();
        let slice: Ptr<[Element]> = elements(&ledger).into();
        let (address, weak) = (Ptr::as_ptr(&slice), Ptr::downgrade(&slice));
        let slice = Ptr::<[Element; LENGTH + 1]>::try_from(slice).err().expect("not so many");
        let slice = Ptr::<[Element; 0]>::try_from(slice).err().expect("not none");
        let array: Ptr<[Element; LENGTH]> = slice.try_into().ok().expect("so many");
        assert_eq!((Ptr::as_ptr(&array).addr(), array[3].0.number), (address.addr(), 3));
        let slice = unsize!(array.clone() => Ptr<[Element]>);
        assert!(weak.upgrade().is_some_and(|upgraded| Ptr::ptr_eq(&upgraded, &slice)));
        assert_eq!((Ptr::strong_count(&slice), Ptr::weak_count(&slice), slice.len()), (2, 1, LENGTH));
        drop(slice);
        ledger.assert_alive(LENGTH);
        // One that was made as an array, taken out as one.
        let made = Ptr::new(<[Element; LENGTH]>::try_from(elements(&ledger)).ok().expect("so many"));
        let made: Ptr<[Element; LENGTH]> = unsize!(made => Ptr<[Element]>).try_into().ok().expect("so many");
        for array in [made, array] {
            for (number, element) in Ptr::into_inner(array).expect("the last").into_iter().enumerate() {
                assert_eq!(element.0.number, number);
                drop(element);
                ledger.assert_deaths([number]);
            }
        }
        assert!(weak.upgrade().is_none());
        ledger.assert_alive(0);
    }

    #[test]
    fn an_empty_slice_becomes_an_array_of_none() {
        let array = Ptr::<[Element; 0]>::try_from(Ptr::<[Element]>::default()).ok().expect("none");
        assert_eq!(unsize!(array => Ptr<[Element]>).len(), 0);
    }

    #[test]
    fn weak_pointers_know_when_it_is_gone() {
        let ledger = Ledger::default();
        let slice: Ptr<[Element]> = elements(&ledger).into();
        let weak = Ptr::downgrade(&slice);
        let array = unsize!(Weak::<[Element; 3]>::new() => Weak<[Element]>);
        assert!(array.upgrade().is_none() && array.clone().upgrade().is_none());
        assert_eq!((weak.strong_count(), weak.weak_count(), array.strong_count()), (1, 1, 0));
        assert_eq!(weak.upgrade().map(|slice| slice.len()), Some(LENGTH));
        drop(slice);
        ledger.assert_deaths(0..LENGTH);
        assert!(weak.upgrade().is_none() && weak.clone().upgrade().is_none());
        assert_eq!((weak.strong_count(), weak.weak_count()), (0, 0));
    }

    #[test]
    fn get_mut_wants_no_other_pointer() {
        let ledger = Ledger::default();
        let mut slice: Ptr<[Element]> = elements(&ledger).into();
        let other = slice.clone();
        assert!(Ptr::get_mut(&mut slice).is_none());
        let weak = Ptr::downgrade(&other);
        drop(other);
        assert!(Ptr::get_mut(&mut slice).is_none());
        drop(weak);
        Ptr::get_mut(&mut slice).expect("the only pointer").reverse();
        assert_eq!(numbers(&slice), [4, 3, 2, 1, 0]);
        ledger.assert_deaths([]);
        drop(slice);
        ledger.assert_deaths((0..LENGTH).rev());
    }

    #[test]
    fn make_mut_keeps_clones_or_moves() {
        let ledger = Ledger::default();
        let mut slice: Ptr<[Element]> = elements(&ledger).into();
        let address = Ptr::as_ptr(&slice);
        Ptr::make_mut(&mut slice).swap(0, 1);
        assert_eq!(Ptr::as_ptr(&slice), address);
        ledger.assert_alive(LENGTH);

        let (other, weak) = (slice.clone(), Ptr::downgrade(&slice));
        Ptr::make_mut(&mut slice).swap(0, 4);
        assert_eq!(numbers(&slice), [4, 0, 2, 3, 1]);
        assert_eq!((other[0].0.number, Ptr::strong_count(&other), Ptr::weak_count(&other)), (1, 1, 1));
        ledger.assert_alive(2 * LENGTH);
        drop((other, weak));
        ledger.assert_deaths([1, 0, 2, 3, 4]);

        let weak = Ptr::downgrade(&slice);
        Ptr::make_mut(&mut slice).reverse();
        assert!(weak.upgrade().is_none() && !std::ptr::addr_eq(Ptr::as_ptr(&slice), weak.as_ptr()));
        assert_eq!(numbers(&slice), [1, 3, 2, 0, 4]);
        ledger.assert_deaths([]);
        drop(slice);
        ledger.assert_deaths([1, 3, 2, 0, 4]);
        ledger.assert_alive(0);
    }

    #[test]
    fn a_slice_in_a_cell_can_be_changed() {
        let ledger = Ledger::default();
        let numbers = unsize!(Ptr::new(Cell::new([1, 2, 3])) => Ptr<Cell<[i32]>>);
        numbers.as_slice_of_cells().iter().for_each(|number| number.set(number.get() * 2));
        assert_eq!(numbers.as_slice_of_cells().iter().map(Cell::get).sum::<i32>(), 12);
        let array = <[Element; LENGTH]>::try_from(elements(&ledger)).ok().expect("so many");
        let slice = unsize!(Ptr::new(RefCell::new(array)) => Ptr<RefCell<[Element]>>);
        slice.borrow_mut().reverse();
        slice.borrow_mut()[1] = Element(ledger.element(9));
        ledger.assert_deaths([3]);
        drop(slice);
        ledger.assert_deaths([4, 9, 2, 1, 0]);
        ledger.assert_alive(0);
    }

    #[test]
    fn compares_and_prints_as_its_elements_do() {
        let slices: [Ptr<[u8]>; 3] = [Ptr::from([1, 2]), Ptr::from(vec![1, 2]), Ptr::from(&[1, 3][..])];
        assert!(slices[0] == slices[1] && slices[1] < slices[2] && slices[2].contains(&3));
        assert_eq!(format!("{:?}", slices[2]), "[1, 3]");
        assert_eq!(format!("{:p}", slices[0]), format!("{:p}", Ptr::as_ptr(&slices[0])));
        let found: HashSet<Ptr<[u8]>> = slices.into_iter().collect();
        assert!(found.len() == 2 && found.contains(&[1, 3][..]));
    }
}
