//! What the compiler knows of the types: sizes, niches, variance, and the traits that follow from the fields.

use gc_core::gc::{self, Generation, GenerationStats, InvalidGeneration, PauseGuard};
use gc_core::{Acyclic, AllocError, Cc, CcMut, Trace, Tracer, Weak};
use static_assertions::{assert_eq_align, assert_eq_size, assert_impl_all, assert_not_impl_any, assert_obj_safe};
use std::cell::Cell;
use std::error::Error;
use std::fmt::{Debug, Display, Pointer};
use std::hash::Hash;
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::rc::{self, Rc};

// One word, with a niche, however large or aligned the value is.
assert_eq_size!(usize, Cc<u8>, Option<Cc<u8>>, Weak<u8>, Option<Weak<u8>>, Pin<Cc<u8>>, Option<Pin<Cc<u8>>>);
assert_eq_size!(usize, Cc<()>, Option<Cc<()>>, Cc<[u64; 1000]>, Option<Cc<[u64; 1000]>>, Cc<Cc<Cc<u8>>>);
assert_eq_align!(usize, Cc<u8>, Weak<u8>, Cc<u128>, Weak<u128>);
assert_eq_size!(Rc<u8>, Cc<u8>);

/// The pointers of both libraries have these traits, or have them not, at the same time.
macro_rules! like_rc {
    ($($strong:ty | $weak:ty: $assert:ident!($($bound:path),+);)+) => {$(
        $assert!($strong: $($bound),+);
        $assert!($weak: $($bound),+);
    )+};
}

like_rc! {
    Rc<u8> | Cc<u8>: assert_not_impl_any!(Send, Sync, Copy);
    rc::Weak<u8> | Weak<u8>: assert_not_impl_any!(Send, Sync, Copy, Eq, Ord, Hash, Display, Pointer);
    Rc<u8> | Cc<u8>: assert_impl_all!(Clone, Default, Eq, Ord, Hash, Debug, Display, Pointer, AsRef<u8>);
    Rc<u8> | Cc<u8>: assert_impl_all!(From<u8>, From<Box<u8>>, std::borrow::Borrow<u8>, std::ops::Deref<Target = u8>);
    Rc<f64> | Cc<f64>: assert_impl_all!(PartialEq, PartialOrd);
    Rc<f64> | Cc<f64>: assert_not_impl_any!(Eq, Ord, Hash);
    rc::Weak<u8> | Weak<u8>: assert_impl_all!(Clone, Default, Debug);
    // Moving the pointer does not move the value.
    Rc<PhantomPinned> | Cc<PhantomPinned>: assert_impl_all!(Unpin);
    rc::Weak<PhantomPinned> | Weak<PhantomPinned>: assert_impl_all!(Unpin);
    // After a panic another pointer sees what a shared reference sees.
    Rc<u8> | Cc<u8>: assert_impl_all!(UnwindSafe, RefUnwindSafe);
    Rc<Cell<u8>> | Cc<Cell<u8>>: assert_not_impl_any!(UnwindSafe, RefUnwindSafe);
    Rc<&'static mut u8> | Cc<&'static mut u8>: assert_impl_all!(UnwindSafe, RefUnwindSafe);
    rc::Weak<Cell<u8>> | Weak<Cell<u8>>: assert_not_impl_any!(UnwindSafe, RefUnwindSafe);
}

// A guard borrows a `Cc`, and a pause is one thread's.
assert_not_impl_any!(CcMut<'static, u8>: Send, Sync, Clone, Copy);
assert_not_impl_any!(PauseGuard: Send, Sync, Clone, Copy);
assert_impl_all!(CcMut<'static, u8>: std::ops::DerefMut<Target = u8>, Debug, Display, Unpin);
assert_impl_all!(PauseGuard: Debug, Unpin);
// A value that got no memory goes where it could go before.
assert_impl_all!(AllocError<Vec<u8>>: Send, Sync, Clone, Eq, Error);
assert_not_impl_any!(AllocError<Cc<u8>>: Send, Sync);
assert_impl_all!(Generation: Copy, Ord, Hash, Debug, Send, Sync, UnwindSafe, TryFrom<usize, Error = InvalidGeneration>);
assert_impl_all!(GenerationStats: Copy, Eq, Default, Debug, Send, Sync);
assert_impl_all!(InvalidGeneration: Copy, Eq, Error, Send, Sync);
assert_not_impl_any!(Tracer<'static>: Send, Sync, Clone);
assert_obj_safe!(Trace);
assert_impl_all!(Cc<u8>: Trace, Acyclic);
// A weak pointer is no edge, whatever it leads to.
assert_impl_all!(Weak<dyn Trace>: Trace, Acyclic);
assert_impl_all!(Cc<dyn Trace>: Trace);
assert_not_impl_any!(Cc<dyn Trace>: Acyclic);

/// Pointers are invariant in the type of the value (`ui/fail/covariance.rs`); the guard is covariant in its borrow.
fn _shorten_borrow<'a, T>(guard: CcMut<'static, T>) -> CcMut<'a, T> {
    guard
}

/// Traits that a type has because of its value.
fn _implied<T: Trace + Error + 'static>(value: T) -> Result<Cc<T>, Box<dyn Error>> {
    Ok(Cc::try_new(value)?)
}

#[test]
fn a_header_is_16_bytes() {
    #[derive(Trace)]
    #[repr(align(64))]
    struct Line(u8);

    assert_eq!(gc::getsizeof(&Cc::new(())), 16);
    assert_eq!(gc::getsizeof(&Cc::new(1_u8)), 17);
    assert_eq!(gc::getsizeof(&Cc::new([1_u64; 10])), 96);
    let line = Cc::new(Line(1));
    assert_eq!((gc::getsizeof(&line), Cc::as_ptr(&line).addr() % 64, line.0), (80, 0, 1));
}

#[test]
fn small_objects_lie_side_by_side() {
    // A slot has a multiple of 16 bytes, 32 at least, and begins 16 bytes in front of the value.
    fn stride<T: Trace + Default>() -> usize {
        let ccs: [Cc<T>; 3] = std::array::from_fn(|_| Cc::default());
        let mut addresses = ccs.each_ref().map(|cc| Cc::as_ptr(cc).addr());
        addresses.sort_unstable();
        assert!(addresses.iter().all(|address| address % 16 == 0));
        assert_eq!(addresses[2] - addresses[1], addresses[1] - addresses[0]);
        addresses[1] - addresses[0]
    }
    assert_eq!([stride::<()>(), stride::<u8>(), stride::<[u64; 2]>()], [32, 32, 32]);
    assert_eq!([stride::<[u8; 17]>(), stride::<[u64; 4]>(), stride::<[u64; 5]>()], [48, 48, 64]);
}
