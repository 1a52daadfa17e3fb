//! [`ByAddress`]: pointers that are compared for what they are, not for what they point to.

use super::{AnyCc, Cc, Weak};
use crate::object::{Acyclic, Leaf, Trace, Tracer};
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

/// A pointer that is compared, ordered and hashed by the identity of its object, where a [`Cc`] alone goes by the
/// value.
///
/// For maps and sets whose keys are objects, as with Python's `id`. The pointer is a `Cc`, a [`Weak`] or an [`AnyCc`].
/// An object keeps its address for as long as there are pointers to it, weak ones too, so no other object can be
/// mistaken for it. (Values without a size have addresses of their own as well.)
///
/// # Examples
///
/// ```
/// use gc_core::{ByAddress, Cc};
/// use std::collections::HashMap;
///
/// let (a, b) = (Cc::new(5), Cc::new(5));
/// assert_eq!(a, b);
/// assert_ne!(ByAddress(a.clone()), ByAddress(b.clone()));
///
/// let mut names = HashMap::new();
/// names.insert(ByAddress(a.clone()), "a");
/// names.insert(ByAddress(b.clone()), "b");
/// assert_eq!(names[ByAddress::from_ref(&a)], "a");
/// ```
#[derive(Clone, Default)]
#[repr(transparent)]
pub struct ByAddress<P>(
    /// The pointer.
    pub P,
);

/// A pointer to an object, or to nothing: [`Cc`], [`Weak`](crate::Weak), [`AnyCc`].
///
/// Nothing else can implement it.
pub trait Pointer: Address {}

impl<P: Address> Pointer for P {}

/// A pointer that knows where its object is.
pub trait Address {
    /// The address of what it points to.
    fn address(&self) -> *const ();
}

impl<T: ?Sized> Address for Cc<T> {
    fn address(&self) -> *const () {
        Cc::as_ptr(self).cast()
    }
}

impl<T: ?Sized> Address for Weak<T> {
    fn address(&self) -> *const () {
        self.as_ptr().cast()
    }
}

impl Address for AnyCc {
    fn address(&self) -> *const () {
        self.as_ptr()
    }
}

impl<P> ByAddress<P> {
    /// Looks at a pointer as one that is compared by address, for a lookup without a clone.
    ///
    /// # Examples
    ///
    /// See [`ByAddress`].
    pub fn from_ref(pointer: &P) -> &ByAddress<P> {
        let pointer: *const P = pointer;
        // SAFETY: a `ByAddress` is laid out as the pointer that it holds.
        unsafe { &*pointer.cast::<ByAddress<P>>() }
    }
}

impl<P> Deref for ByAddress<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.0
    }
}

impl<P> From<P> for ByAddress<P> {
    fn from(pointer: P) -> ByAddress<P> {
        ByAddress(pointer)
    }
}

impl<P: Pointer> PartialEq for ByAddress<P> {
    fn eq(&self, other: &ByAddress<P>) -> bool {
        self.0.address() == other.0.address()
    }
}

impl<P: Pointer> Eq for ByAddress<P> {}

impl<P: Pointer> PartialOrd for ByAddress<P> {
    fn partial_cmp(&self, other: &ByAddress<P>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P: Pointer> Ord for ByAddress<P> {
    fn cmp(&self, other: &ByAddress<P>) -> Ordering {
        self.0.address().cmp(&other.0.address())
    }
}

impl<P: Pointer> Hash for ByAddress<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.address().hash(state);
    }
}

impl<P: fmt::Debug> fmt::Debug for ByAddress<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<P: fmt::Display> fmt::Display for ByAddress<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<P: fmt::Pointer> fmt::Pointer for ByAddress<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// SAFETY: visits what the pointer does. It has no destructor of its own, and nothing to drop but the pointer.
unsafe impl<P: Trace> Trace for ByAddress<P> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.part(&self.0);
    }

    fn is_exhaustive(&self) -> bool {
        true
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        self.0.trace_labelled(labeller);
    }

    fn is_acyclic() -> bool {
        P::is_acyclic()
    }
}

impl<P: Acyclic> Acyclic for ByAddress<P> {}
impl<P: Leaf> Leaf for ByAddress<P> {}
