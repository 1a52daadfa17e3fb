//! What can be done to an object whose type is not known.

use super::trace::{Edge, Trace, Tracer};
use core::any::TypeId;
use core::mem::MaybeUninit;

/// The operations of one type of object; one static table for each type.
#[derive(Debug)]
pub(crate) struct VTable {
    /// Visits the edges of the value at the address.
    ///
    /// Safety: the address is that of a live value of this table's type, to which nobody holds a mutable reference.
    pub(crate) trace: unsafe fn(Edge, &mut Tracer<'_>),
    /// Visits the edges of the value at the address, and says what they are called.
    ///
    /// Safety: as `trace`.
    #[cfg(feature = "inspect")]
    pub(crate) trace_labelled: unsafe fn(Edge, &mut super::Labeller<'_>),
    /// Calls the finalizer, if the type has one, on the value at the address.
    ///
    /// Safety: as `trace`.
    pub(crate) finalize: unsafe fn(Edge),
    /// Drops the value at the address in place.
    ///
    /// Safety: as `trace`; the value is never used again.
    pub(crate) drop: unsafe fn(Edge),
    /// Whether the type has a finalizer.
    pub(crate) has_finalizer: fn() -> bool,
    /// The name of the type, for messages.
    pub(crate) type_name: fn() -> &'static str,
    /// What a pointer to the object may be turned into; `None` if the value has yet to be written.
    pub(crate) type_id: Option<fn() -> TypeId>,
    /// The size of the value.
    pub(crate) size: Size,
    /// Whether the collector does not look into the value, whatever the type; see [`Opaque`].
    pub(crate) is_opaque: bool,
}

/// A value that the collector does not look into, whatever is in it.
#[repr(transparent)]
pub(crate) struct Opaque<T>(pub(crate) T);

// SAFETY: visits nothing.
unsafe impl<T: 'static> Trace for Opaque<T> {
    fn trace(&self, _: &mut Tracer<'_>) {}

    fn is_acyclic() -> bool {
        true
    }
}

/// The size of the values of an object's type, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Size {
    /// All have this one.
    Fixed(usize),
    /// That of the value at the address.
    ///
    /// Safety: the address is that of the value, alive or not, of an object with this table.
    Own(unsafe fn(Edge) -> usize),
}

impl VTable {
    /// The table of `T`.
    pub(crate) const fn of<T: Trace>() -> &'static VTable {
        const {
            &VTable {
                trace: trace::<T>,
                #[cfg(feature = "inspect")]
                trace_labelled: trace_labelled::<T>,
                finalize: finalize::<T>,
                drop: drop::<T>,
                has_finalizer: || T::finalizer().is_some(),
                type_name: core::any::type_name::<T>,
                type_id: Some(TypeId::of::<T>),
                size: Size::Fixed(size_of::<T>()),
                is_opaque: false,
            }
        }
    }

    /// The table of a `T` that the collector does not look into: that of an [`Opaque`], but that it names a `T`.
    pub(crate) const fn of_opaque<T: 'static>() -> &'static VTable {
        const {
            &VTable {
                type_name: core::any::type_name::<T>,
                type_id: Some(TypeId::of::<T>),
                is_opaque: true,
                ..*VTable::of::<Opaque<T>>()
            }
        }
    }

    /// The table of a place for a `T` that does not hold one yet.
    pub(crate) const fn of_uninit<T: 'static>() -> &'static VTable {
        const { &VTable::uninit(core::any::type_name::<MaybeUninit<T>>, Size::Fixed(size_of::<T>())) }
    }

    /// A table for a place that does not hold its value yet: it has no edges, no finalizer, and needs no drop.
    pub(crate) const fn uninit(type_name: fn() -> &'static str, size: Size) -> VTable {
        VTable {
            trace: |_, _| {},
            #[cfg(feature = "inspect")]
            trace_labelled: |_, _| {},
            finalize: |_| {},
            drop: |_| {},
            has_finalizer: || false,
            type_name,
            type_id: None,
            size,
            is_opaque: false,
        }
    }
}

unsafe fn trace<T: Trace>(value: Edge, tracer: &mut Tracer<'_>) {
    // SAFETY: the caller promises a live `T` at the address.
    let value = unsafe { value.cast::<T>().as_ref() };
    tracer.value(value);
}

#[cfg(feature = "inspect")]
unsafe fn trace_labelled<T: Trace>(value: Edge, labeller: &mut super::Labeller<'_>) {
    // SAFETY: the caller promises a live `T` at the address.
    let value = unsafe { value.cast::<T>().as_ref() };
    value.trace_labelled(labeller);
}

unsafe fn finalize<T: Trace>(value: Edge) {
    if let Some(finalizer) = T::finalizer() {
        // SAFETY: the caller promises a live `T` at the address.
        finalizer(unsafe { value.cast::<T>().as_ref() });
    }
}

unsafe fn drop<T>(value: Edge) {
    // SAFETY: the caller promises a live `T` that is never used again.
    unsafe { value.cast::<T>().drop_in_place() }
}
