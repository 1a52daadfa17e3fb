//! An object with more pointers than its side word can count. (A test of its own because it takes time, and more where
//! the code is not optimised, as in the other tests.)
#![forbid(unsafe_code)]

use gc_core::{Cc, Trace, gc};
use std::cell::RefCell;

/// Their number is more than the collector's notes on an object can hold.
#[test]
fn more_pointers_than_can_be_counted_beside_an_object() {
    #[derive(Trace)]
    struct Hub {
        spokes: RefCell<Vec<Cc<Hub>>>,
    }

    gc::disable();
    for count in [(1 << 25) - 1, 1 << 25, (1 << 25) + 5] {
        let hub = Cc::new(Hub { spokes: RefCell::default() });
        let other = Cc::new(Hub { spokes: RefCell::new(vec![hub.clone()]) });
        hub.spokes.borrow_mut().push(other.clone());
        let spokes = (2..count).map(|_| hub.clone());
        other.spokes.borrow_mut().extend(spokes);
        drop(other);
        assert_eq!(gc::collect(), 0, "{count}");
        assert_eq!(Cc::strong_count(&hub), count);
        drop(hub);
        assert_eq!(gc::collect(), 2, "{count}");
    }
}
