//! Pointers to unsized types, made of pointers to sized ones: [`coerce!`](crate::coerce!), and back:
//! [`Cc::downcast`].
//!
//! An object is traced and dropped as what it was made as, so what a pointer to it knows of its type makes no
//! difference to the collector.

use super::{Cc, Weak};
use core::any::Any;
use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::ptr::NonNull;

/// Turns a [`Cc`], a `Pin<Cc>` or a [`Weak`](crate::Weak) into one to an unsized type: a trait object, or a slice.
///
/// `coerce!(pointer => Type)` does what the compiler does by itself with an [`Rc`](std::rc::Rc), where an `Rc<T>` is
/// given and an `Rc<dyn Trait>` is wanted. It costs nothing: the object stays the same, and the pointer becomes a fat
/// one. With the feature `nightly`, on a nightly compiler, the macro is not needed.
///
/// The trait need not have [`Trace`](crate::Trace) for a supertrait: the object knows its edges by itself. It knows its
/// type too, so there is a way back from a trait that has nothing to do with `Any`:
/// [`AnyCc::from(cc).downcast()`](crate::AnyCc::downcast).
///
/// The pointer is taken by value; one that is borrowed has to be cloned, as in `coerce!(cc.clone() => Cc<dyn Trait>)`.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, Trace, Weak, coerce};
/// use std::any::Any;
/// use std::fmt::Debug;
///
/// trait Shape: Debug {
///     fn area(&self) -> f64;
/// }
///
/// #[derive(Trace, Debug)]
/// struct Square(f64);
///
/// impl Shape for Square {
///     fn area(&self) -> f64 {
///         self.0 * self.0
///     }
/// }
///
/// let square = Cc::new(Square(2.0));
/// let shapes: Vec<Cc<dyn Shape>> = vec![coerce!(square.clone() => Cc<dyn Shape>)];
/// assert_eq!(shapes[0].area(), 4.0);
///
/// let weak = coerce!(Cc::downgrade(&square) => Weak<dyn Shape>);
/// assert_eq!(weak.upgrade().unwrap().area(), 4.0);
///
/// let any = coerce!(square => Cc<dyn Any>);
/// assert_eq!(any.downcast::<Square>().unwrap().0, 2.0);
///
/// let slice = coerce!(Cc::new([1, 2, 3]) => Cc<[i32]>);
/// assert_eq!(slice.len(), 3);
/// ```
///
/// What the compiler would not do for an `Rc`, it does not do here:
///
/// ```compile_fail,E0277
/// use gc_core::{Cc, coerce};
///
/// let _ = coerce!(Cc::new(5) => Cc<dyn Iterator<Item = u8>>);
/// ```
#[macro_export]
macro_rules! coerce {
    ($pointer:expr => $target:ty $(,)?) => {
        match $pointer {
            // SAFETY: what the closure does is for the compiler to find. From one plain pointer to another, whose type
            // is invariant, that can only be nothing at all, or an unsizing coercion.
            pointer => unsafe { <_ as $crate::__private::Coerce<$target>>::coerce(pointer, |value| value) },
        }
    };
}

/// A pointer that can become a `P` by a coercion of what it points to.
#[diagnostic::on_unimplemented(
    message = "`coerce!` makes no `{P}` of a `{Self}`",
    label = "expected a pointer of the same kind",
    note = "it turns a `Cc<T>` into a `Cc<U>`, a `Pin<Cc<T>>` into a `Pin<Cc<U>>`, and a `Weak<T>` into a `Weak<U>`",
    note = "it takes the pointer itself, not a reference to one: `coerce!(pointer.clone() => ...)`"
)]
pub trait Coerce<P> {
    /// What the pointer points to.
    type From: ?Sized;
    /// What `P` points to.
    type To: ?Sized;

    /// Makes the pointer one to what `unsize` gives.
    ///
    /// # Safety
    ///
    /// `unsize` gives its argument, after an unsizing coercion at most.
    unsafe fn coerce(self, unsize: impl FnOnce(*mut Self::From) -> *mut Self::To) -> P;
}

impl<T: ?Sized, U: ?Sized> Coerce<Cc<U>> for Cc<T> {
    type From = T;
    type To = U;

    unsafe fn coerce(self, unsize: impl FnOnce(*mut T) -> *mut U) -> Cc<U> {
        let value = unsize(ManuallyDrop::new(self).value.as_ptr());
        // SAFETY: the address is the same, which is not null.
        let value = unsafe { NonNull::new_unchecked(value) };
        // SAFETY: the strong pointer was that of `self`.
        unsafe { Cc::from_value(value) }
    }
}

impl<T: ?Sized, U: ?Sized> Coerce<Weak<U>> for Weak<T> {
    type From = T;
    type To = U;

    unsafe fn coerce(self, unsize: impl FnOnce(*mut T) -> *mut U) -> Weak<U> {
        let value = unsize(ManuallyDrop::new(self).value.as_ptr());
        // SAFETY: the address is the same, which is not null.
        let value = unsafe { NonNull::new_unchecked(value) };
        // SAFETY: the weak pointer was that of `self`, to an object or to nothing.
        unsafe { Weak::from_value(value) }
    }
}

impl<T: ?Sized, U: ?Sized> Coerce<Pin<Cc<U>>> for Pin<Cc<T>> {
    type From = T;
    type To = U;

    unsafe fn coerce(self, unsize: impl FnOnce(*mut T) -> *mut U) -> Pin<Cc<U>> {
        // SAFETY: the pointer goes back into a `Pin`, and nothing is moved in between.
        let cc = unsafe { Pin::into_inner_unchecked(self) };
        // SAFETY: the caller's promise.
        let cc = unsafe { cc.coerce(unsize) };
        // SAFETY: the value was pinned before.
        unsafe { Pin::new_unchecked(cc) }
    }
}

impl Cc<dyn Any> {
    /// A pointer to the value as what it is, if that is a `T`.
    ///
    /// # Errors
    ///
    /// The pointer as it was, if the value is no `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, coerce};
    /// use std::any::Any;
    ///
    /// let any = coerce!(Cc::new(5) => Cc<dyn Any>);
    /// let any = any.downcast::<String>().unwrap_err();
    /// assert_eq!(*any.downcast::<i32>().unwrap(), 5);
    /// ```
    pub fn downcast<T: Any>(self) -> Result<Cc<T>, Cc<dyn Any>> {
        if (*self).is::<T>() {
            let value = ManuallyDrop::new(self).value.cast();
            // SAFETY: the value is a `T`, and the strong pointer was that of `self`.
            Ok(unsafe { Cc::from_value(value) })
        } else {
            Err(self)
        }
    }
}

#[cfg(feature = "nightly")]
mod nightly {
    use super::{Cc, Weak};
    use core::marker::Unsize;
    use core::ops::{CoerceUnsized, DispatchFromDyn};
    use core::pin::PinCoerceUnsized;

    impl<T: ?Sized + Unsize<U>, U: ?Sized> CoerceUnsized<Cc<U>> for Cc<T> {}
    impl<T: ?Sized + Unsize<U>, U: ?Sized> DispatchFromDyn<Cc<U>> for Cc<T> {}
    // SAFETY: a `Cc` derefs to the same value each time, also after a coercion or a clone.
    unsafe impl<T: ?Sized> PinCoerceUnsized for Cc<T> {}
    impl<T: ?Sized + Unsize<U>, U: ?Sized> CoerceUnsized<Weak<U>> for Weak<T> {}
    impl<T: ?Sized + Unsize<U>, U: ?Sized> DispatchFromDyn<Weak<U>> for Weak<T> {}
}
