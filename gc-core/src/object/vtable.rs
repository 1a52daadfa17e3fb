//! What can be done to an object whose type is not known.

use super::trace::{Edge, Trace, Tracer};
use core::mem::MaybeUninit;

/// The operations of one type of object; one static table for each type.
#[derive(Debug)]
pub(crate) struct VTable {
    /// Visits the edges of the value at the address.
    ///
    /// Safety: the address is that of a live value of this table's type.
    pub(crate) trace: unsafe fn(Edge, &mut Tracer<'_>),
    /// Drops the value at the address in place.
    ///
    /// Safety: as `trace`; the value is never used again.
    pub(crate) drop: unsafe fn(Edge),
    /// The name of the type, for messages.
    pub(crate) type_name: fn() -> &'static str,
}

impl VTable {
    /// The table of `T`.
    pub(crate) const fn of<T: Trace>() -> &'static VTable {
        const { &VTable { trace: trace::<T>, drop: drop::<T>, type_name: core::any::type_name::<T> } }
    }

    /// The table of a place for a `T` that does not hold one yet: it has no edges and needs no drop.
    pub(crate) const fn of_uninit<T: 'static>() -> &'static VTable {
        const {
            &VTable {
                trace: |_, _| {},
                drop: drop::<MaybeUninit<T>>,
                type_name: core::any::type_name::<MaybeUninit<T>>,
            }
        }
    }
}

unsafe fn trace<T: Trace>(value: Edge, tracer: &mut Tracer<'_>) {
    // SAFETY: the caller promises a live `T` at the address.
    let value = unsafe { value.cast::<T>().as_ref() };
    value.trace(tracer);
}

unsafe fn drop<T>(value: Edge) {
    // SAFETY: the caller promises a live `T` that is never used again.
    unsafe { value.cast::<T>().drop_in_place() }
}
