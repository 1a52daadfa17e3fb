//! The one unsafe corner of the oracle: pointers that spend some time as raw ones.

#![expect(unsafe_code, reason = "into_raw has no safe inverse")]

use crate::payload::Payload;
use crate::pointer::Ref;
use crate::slots::Replaced;
use gc_core::Cc;

/// A `Cc` as `Cc::into_raw` leaves it.
///
/// Invariant: the pointer is from `Cc::into_raw`, and the count that it stands for is this value's own.
pub(crate) struct Raw<T: 'static>(*const T);

impl<T> Raw<T> {
    pub(crate) fn new(cc: Cc<T>) -> Raw<T> {
        Raw(Cc::into_raw(cc))
    }

    pub(crate) fn into_cc(self) -> Cc<T> {
        let value = std::mem::ManuallyDrop::new(self).0;
        // SAFETY: the invariant; `self` is used up, and is not dropped.
        unsafe { Cc::from_raw(value) }
    }
}

impl<T: Payload> Raw<T>
where
    Ref: From<Cc<T>>,
{
    /// Puts it into a slot of the object that it leads to; gives what was there, or itself if that is refused.
    pub(crate) fn tie(self, slot: usize) -> Replaced {
        // SAFETY: the invariant. The count keeps the object alive to the end: it is in the slot then, or returned.
        let value = unsafe { &*self.0 };
        value.replace(slot, Some(self.into_cc().into()))
    }
}

impl<T> Clone for Raw<T> {
    fn clone(&self) -> Raw<T> {
        // SAFETY: the invariant: the object is alive.
        unsafe { Cc::increment_strong_count(self.0) };
        Raw(self.0)
    }
}

impl<T> Drop for Raw<T> {
    fn drop(&mut self) {
        // SAFETY: the invariant; the pointer is not used again.
        unsafe { Cc::decrement_strong_count(self.0) };
    }
}
