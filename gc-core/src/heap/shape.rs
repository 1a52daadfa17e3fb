//! How much memory an object takes, and what lies behind its value.

use super::block_of;
use crate::object::{Header, ObjectPtr};
use crate::slab::SizeClass;
use core::ptr::NonNull;
use std::alloc::Layout;

/// The size and alignment of an object, its header included.
///
/// An object may have a **trailer**, the last 8 bytes of its slot: the birth number of one with a finalizer, the length
/// of a slice. (No object has both: a finalizer belongs to a sized type.)
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    class: Option<SizeClass>,
    /// In bytes.
    size: usize,
    align: usize,
}

impl Shape {
    /// The shape of an object with a `T` in it.
    pub(crate) const fn of<T>() -> Shape {
        Shape::new(size_of::<T>(), align_of::<T>())
    }

    /// The shape of an object with `len` elements `T` in it, and a trailer; `None` if no address space holds it.
    #[inline]
    pub(crate) fn of_slice<T>(len: usize) -> Option<Shape> {
        let value = Layout::array::<T>(len).ok()?;
        let shape = Shape::new(Shape::and_trailer(value.size()), value.align());
        // Whatever has a class has a layout.
        (shape.class.is_some() || shape.layout().is_some()).then_some(shape)
    }

    /// The shape with a trailer behind the value.
    pub(crate) const fn with_trailer(self) -> Shape {
        Shape::new(Shape::and_trailer(self.size - size_of::<Header>()), self.align)
    }

    /// The size of a value with a trailer behind it, in bytes. No overflow: that of a value is at most `isize::MAX`.
    const fn and_trailer(value: usize) -> usize {
        value.next_multiple_of(align_of::<u64>()) + size_of::<u64>()
    }

    /// `value` is the size of the value, with a trailer or without. No overflow, as there.
    const fn new(value: usize, align: usize) -> Shape {
        let size = size_of::<Header>() + value;
        Shape { class: SizeClass::for_layout(size, align), size, align }
    }

    /// The size class whose slots hold the object, if there is one.
    pub(super) const fn class(self) -> Option<SizeClass> {
        self.class
    }

    /// In bytes.
    pub(crate) const fn size(self) -> usize {
        self.size
    }

    /// As the allocator would want it; `None` if no address space holds an object of this shape.
    pub(crate) fn layout(self) -> Option<Layout> {
        Layout::from_size_align(self.size, self.align.max(align_of::<Header>())).ok()
    }
}

/// Writes the trailer of an object.
///
/// # Safety
///
/// The object has one.
pub(crate) unsafe fn set_trailer(object: ObjectPtr, trailer: u64) {
    // SAFETY: the last bytes of the slot are the trailer's.
    unsafe { trailer_ptr(object).write(trailer) }
}

/// Reads the trailer of an object.
///
/// # Safety
///
/// The object has one, and it has been written.
#[inline]
pub(crate) unsafe fn trailer(object: ObjectPtr) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { trailer_ptr(object).read() }
}

/// Where the trailer of an object stands, if it has one. It is aligned: a slot begins and ends at a multiple of 16
/// bytes, and one that has a block to itself ends where its object does, whose size with a trailer is a multiple of 8.
#[inline]
fn trailer_ptr(object: ObjectPtr) -> NonNull<u64> {
    // SAFETY: an object's header begins its slot.
    let end = unsafe { block_of(object).slot_end(object.header_ptr().cast()) }.cast::<u64>();
    // SAFETY: a slot is larger than that.
    unsafe { end.sub(1) }
}
