//! A count that would overflow ends the process: memory safety cannot be kept with one that has wrapped. Pointers that
//! are forgotten cost no memory, so a program can get there.
#![cfg(not(miri))]
#![expect(unsafe_code, reason = "counts can be incremented by hand")]

mod process;

use gc_core::{Cc, Trace, Weak};
use process::{assert_aborted, outcomes};
use std::mem::forget;

/// The largest number of strong pointers to an object.
const STRONG: usize = (1 << 31) - 1;
/// The largest number of weak pointers. The strong ones together own one more.
const WEAK: usize = (1 << 28) - 2;
/// What the processes say before they do what they must not survive.
const LIMIT: &str = "at the limit";

/// Makes as many strong pointers as there may be.
fn fill_strong<T>(cc: &Cc<T>) {
    for _ in Cc::strong_count(cc)..STRONG {
        forget(cc.clone());
    }
    assert_eq!(Cc::strong_count(cc), STRONG);
    eprintln!("{LIMIT}");
}

fn fill_weak<T>(weak: &Weak<T>) {
    for _ in weak.weak_count()..WEAK {
        forget(weak.clone());
    }
    assert_eq!(weak.weak_count(), WEAK);
    eprintln!("{LIMIT}");
}

/// An object that the collector looks at. No pointer to it has been dropped.
fn clean() -> Cc<impl Trace> {
    Cc::new(Vec::<Cc<u8>>::new())
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes unless it is optimised: with `--release`")]
fn too_many_strong_pointers() {
    let outcomes = outcomes([
        || {
            let cc = clean();
            fill_strong(&cc);
            forget(cc.clone());
        },
        || {
            let cc = clean();
            drop(cc.clone());
            let weak = Cc::downgrade(&cc);
            fill_strong(&cc);
            forget(weak.upgrade());
        },
        || {
            // An object that the collector does not look at.
            let cc = Cc::new(1);
            let last = cc.clone();
            fill_strong(&cc);
            drop(last);
            let ptr = Cc::into_raw(cc);
            // SAFETY: there are strong pointers: all those that were forgotten.
            unsafe { Cc::increment_strong_count(ptr) };
            eprintln!("again {LIMIT}");
            // SAFETY: as above.
            unsafe { Cc::increment_strong_count(ptr) };
        },
    ]);
    outcomes.iter().for_each(|outcome| assert_aborted(outcome, LIMIT));
    assert_aborted(&outcomes[2], "again");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes unless it is optimised: with `--release`")]
fn too_many_weak_pointers() {
    let outcomes = outcomes([
        || {
            let cc = clean();
            let weak = Cc::downgrade(&cc);
            fill_weak(&weak);
            forget(weak.clone());
        },
        || {
            let cc = clean();
            fill_weak(&Cc::downgrade(&cc));
            forget(Cc::downgrade(&cc));
            forget(Cc::downgrade(&cc));
        },
        || {
            // A weak pointer to what is dead, or to nothing, is counted no more than before.
            let cc = clean();
            let weak = Cc::downgrade(&cc);
            forget(weak.clone());
            drop(cc);
            assert_eq!((weak.weak_count(), weak.upgrade().is_none()), (0, true));
            let nowhere = Weak::<u8>::new();
            (0..=WEAK).for_each(|_| forget(nowhere.clone()));
            eprintln!("{LIMIT}");
            (0..=WEAK).for_each(|_| forget(weak.clone()));
        },
    ]);
    outcomes.iter().for_each(|outcome| assert_aborted(outcome, LIMIT));
}
