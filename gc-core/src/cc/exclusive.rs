//! [`CcMut`]: exclusive access to a value.

use super::Cc;
use crate::heap::{Heap, Origin};
use core::fmt;
use core::ops::{Deref, DerefMut};

/// Exclusive access to the value of a [`Cc`], from [`Cc::get_mut`] or [`Cc::make_mut`].
///
/// While it lives the object is in no generation: a collection does not look at its value, which may be in the middle
/// of a change, and takes what it refers to for alive. Dropping the guard puts the object back. A guard that is
/// forgotten can leak: its object is then only counted.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
///
/// let mut list = Cc::new(vec![Cc::new(1)]);
/// let mut guard = Cc::get_mut(&mut list).unwrap();
/// guard.push(Cc::new(2));
/// gc_core::collect();
/// guard.push(Cc::new(3));
/// drop(guard);
/// assert_eq!(list.len(), 3);
/// ```
pub struct CcMut<'a, T: ?Sized> {
    /// The only strong pointer to the object, of which there is no weak one.
    cc: &'a mut Cc<T>,
    /// Where the object goes when the guard does.
    origin: Origin,
}

impl<'a, T: ?Sized> CcMut<'a, T> {
    /// # Safety
    ///
    /// There is no other pointer to the object, strong or weak.
    #[inline]
    pub(super) unsafe fn new(cc: &'a mut Cc<T>) -> CcMut<'a, T> {
        debug_assert_eq!((Cc::strong_count(cc), Cc::weak_count(cc)), (1, 0), "exclusive access to a shared value");
        let origin = Heap::detach(cc.object());
        CcMut { cc, origin }
    }
}

impl<T: ?Sized> Drop for CcMut<'_, T> {
    #[inline]
    fn drop(&mut self) {
        Heap::return_to(self.origin, self.cc.object());
    }
}

impl<T: ?Sized> Deref for CcMut<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.cc
    }
}

impl<T: ?Sized> DerefMut for CcMut<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the value is alive. The guard has borrowed the only pointer to it, and gives nobody a `&Cc` to make
        // another from; and the collector does not look at a detached object.
        unsafe { self.cc.value.as_mut() }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for CcMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for CcMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}
