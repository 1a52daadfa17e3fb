//! What owns one value behind a pointer.

use std::borrow::Cow;
use std::pin::Pin;
use std::ptr;

use super::owns_nothing;
use crate::object::{Acyclic, Leaf, Trace, Tracer};

// SAFETY: a box owns the one value that it visits. Rule 6.
unsafe impl<T: Trace + ?Sized> Trace for Box<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        (**self).trace(tracer);
    }

    /// Rule 4: not `T::is_acyclic()`.
    #[inline]
    fn is_acyclic() -> bool {
        owns_nothing::<T>()
    }
}

impl<T: Acyclic + ?Sized> Acyclic for Box<T> {}
impl<T: Leaf + ?Sized> Leaf for Box<T> {}

// SAFETY: owns the pointer and visits what the pointer visits, once. It has no destructor of its own.
unsafe impl<P: Trace> Trace for Pin<P> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        // Not through `Deref`, which is the user's.
        // SAFETY: `Pin<P>` is guaranteed to have the memory layout of `P`, and the reference lives no longer than that
        // to the pin. Only `P::trace` sees it, which changes nothing, and so does not move what is pinned.
        let pointer = unsafe { &*ptr::from_ref(self).cast::<P>() };
        pointer.trace(tracer);
    }

    #[inline]
    fn is_acyclic() -> bool {
        P::is_acyclic()
    }
}

impl<P: Acyclic> Acyclic for Pin<P> {}
impl<P: Leaf> Leaf for Pin<P> {}

// SAFETY: owns the value that it visits, or borrows and visits nothing. Rule 6.
unsafe impl<B: ToOwned<Owned: Trace> + ?Sized + 'static> Trace for Cow<'static, B> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        // Not through `Deref`, which calls the user's `Borrow`.
        if let Cow::Owned(value) = self {
            value.trace(tracer);
        }
    }

    /// The question ends: the proof that there is a `Trace` to ask has taken the same way.
    #[inline]
    fn is_acyclic() -> bool {
        B::Owned::is_acyclic()
    }
}

impl<B: ToOwned<Owned: Acyclic> + ?Sized + 'static> Acyclic for Cow<'static, B> {}
impl<B: ToOwned<Owned: Leaf> + ?Sized + 'static> Leaf for Cow<'static, B> {}
