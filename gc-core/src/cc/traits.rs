//! The traits that [`Rc`](std::rc::Rc) has too: a `Cc` compares, hashes and prints like its value.

use super::Cc;
use super::create::Place;
use crate::heap::Shape;
use crate::object::Trace;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::error::Error;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::mem::MaybeUninit;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::pin::Pin;
use core::ptr::NonNull;

impl<T: ?Sized> AsRef<T> for Cc<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> Borrow<T> for Cc<T> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: Default + Trace> Default for Cc<T> {
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Cc<T> {
        Cc::new(T::default())
    }
}

impl<T: Default + Trace> Default for Pin<Cc<T>> {
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Pin<Cc<T>> {
        Cc::pin(T::default())
    }
}

impl<T: Trace> From<T> for Cc<T> {
    /// Makes an object of a value.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(value: T) -> Cc<T> {
        Cc::new(value)
    }
}

impl<T: Trace> From<Box<T>> for Cc<T> {
    /// Makes an object of the value in a box, which is moved there without passing over the stack.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(value: Box<T>) -> Cc<T> {
        let cc = match Place::<T>::allocate() {
            Ok(place) => place.uninit(),
            Err(failure) => failure.abandon(Shape::of::<T>(), value),
        };
        let value = NonNull::from(Box::leak(value));
        // SAFETY: the places do not overlap, and each is a `T`'s. The old one is not read again.
        unsafe { cc.value.cast::<T>().copy_from_nonoverlapping(value, 1) };
        // SAFETY: it was a box's; as one of a `MaybeUninit` it frees the memory and drops nothing.
        drop(unsafe { Box::from_raw(value.cast::<MaybeUninit<T>>().as_ptr()) });
        // SAFETY: the value has been written.
        unsafe { cc.assume_init() }
    }
}

impl<T: ?Sized + PartialEq> PartialEq for Cc<T> {
    fn eq(&self, other: &Cc<T>) -> bool {
        **self == **other
    }
}

impl<T: ?Sized + Eq> Eq for Cc<T> {}

impl<T: ?Sized + PartialOrd> PartialOrd for Cc<T> {
    fn partial_cmp(&self, other: &Cc<T>) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }

    fn lt(&self, other: &Cc<T>) -> bool {
        **self < **other
    }

    fn le(&self, other: &Cc<T>) -> bool {
        **self <= **other
    }

    fn gt(&self, other: &Cc<T>) -> bool {
        **self > **other
    }

    fn ge(&self, other: &Cc<T>) -> bool {
        **self >= **other
    }
}

impl<T: ?Sized + Ord> Ord for Cc<T> {
    fn cmp(&self, other: &Cc<T>) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: ?Sized + Hash> Hash for Cc<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Cc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Cc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<T: ?Sized> fmt::Pointer for Cc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&Cc::as_ptr(self), f)
    }
}

impl<T: ?Sized + Error> Error for Cc<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

// As for `Rc`: what another pointer can see of a value after a panic is what a shared reference can.
impl<T: ?Sized + RefUnwindSafe> UnwindSafe for Cc<T> {}
impl<T: ?Sized + RefUnwindSafe> RefUnwindSafe for Cc<T> {}
// Moving the pointer does not move the value.
impl<T: ?Sized> Unpin for Cc<T> {}

#[cfg(unix)]
impl<T: ?Sized + std::os::fd::AsFd> std::os::fd::AsFd for Cc<T> {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        (**self).as_fd()
    }
}

#[cfg(unix)]
impl<T: std::os::fd::AsRawFd> std::os::fd::AsRawFd for Cc<T> {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        (**self).as_raw_fd()
    }
}
