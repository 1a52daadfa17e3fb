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

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        labeller.heap_bytes(size_of_val(&**self));
        (**self).trace_labelled(labeller);
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
        tracer.part(pinned(self));
    }

    #[inline]
    fn is_exhaustive(&self) -> bool {
        true
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        pinned(self).trace_labelled(labeller);
    }

    #[inline]
    fn is_acyclic() -> bool {
        P::is_acyclic()
    }
}

/// The pointer in a pin. Not through `Deref`, which is the user's.
#[inline]
fn pinned<P>(pin: &Pin<P>) -> &P {
    // SAFETY: `Pin<P>` is guaranteed to have the memory layout of `P`, and the reference lives no longer than that to
    // the pin. It is shared, and only `P::trace` and `P::trace_labelled` see it, which change nothing, and so do not
    // move what is pinned.
    unsafe { &*ptr::from_ref(pin).cast::<P>() }
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

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        if let Cow::Owned(value) = self {
            value.trace_labelled(labeller);
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
