//! The erased pointer to an object.

use super::header::Header;
use super::trace::{Edge, Tracer};
use super::vtable::Size;
use core::any::TypeId;
use core::ptr::NonNull;

/// A pointer to an object of any type, through the address of its value.
///
/// Invariant: while an `ObjectPtr` is used, the slot behind it is allocated and its header initialised. Whether the
/// value is alive is another question, which the methods that touch it put to their caller. It may be used to reach
/// the whole block that the object is in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub(crate) struct ObjectPtr(Edge);

impl ObjectPtr {
    /// # Safety
    ///
    /// `value` is the address of an object's value, as the invariant says.
    #[inline]
    pub(crate) unsafe fn from_value(value: Edge) -> ObjectPtr {
        ObjectPtr(value)
    }

    /// No object.
    pub(crate) const fn dangling() -> ObjectPtr {
        ObjectPtr(NonNull::dangling())
    }

    /// The object whose header is put at the start of a slot.
    ///
    /// # Safety
    ///
    /// `slot` begins an allocated slot that is aligned for a header and has room for one; only the header may be
    /// written to through the result until it is.
    #[inline]
    pub(crate) unsafe fn from_slot(slot: NonNull<u8>) -> ObjectPtr {
        // SAFETY: the slot has room for the header.
        ObjectPtr(unsafe { slot.cast::<Header>().add(1) }.cast())
    }

    /// The address of the value.
    #[inline]
    pub(crate) fn value(self) -> Edge {
        self.0
    }

    /// A hash of the address; see [`address_hash`].
    #[inline]
    pub(crate) fn address_hash(self) -> u64 {
        address_hash(self.0.addr().get() as u64)
    }

    /// The address of the header, and of the slot.
    #[inline]
    pub(crate) fn header_ptr(self) -> NonNull<Header> {
        // SAFETY: invariant: the header is right in front of the value.
        unsafe { self.0.cast::<Header>().sub(1) }
    }

    /// The header.
    #[inline]
    pub(crate) fn header<'a>(self) -> &'a Header {
        // SAFETY: invariant: the slot is allocated and its header initialised. A header is only ever changed through
        // its cells.
        unsafe { self.header_ptr().as_ref() }
    }

    /// Visits the edges of the value.
    ///
    /// # Safety
    ///
    /// The value is alive, and nobody holds a mutable reference to it.
    #[inline]
    pub(crate) unsafe fn trace(self, tracer: &mut Tracer<'_>) {
        // SAFETY: the table is that of the value's type; the rest is the caller's promise.
        unsafe { (self.header().vtable().trace)(self.0, tracer) }
    }

    /// Visits the edges of the value, and says what they are called.
    ///
    /// # Safety
    ///
    /// As [`trace`](ObjectPtr::trace).
    #[cfg(feature = "inspect")]
    pub(crate) unsafe fn trace_labelled(self, labeller: &mut super::Labeller<'_>) {
        // SAFETY: the table is that of the value's type; the rest is the caller's promise.
        unsafe { (self.header().vtable().trace_labelled)(self.0, labeller) }
    }

    /// Drops the value. User code runs.
    ///
    /// # Safety
    ///
    /// The value is alive, is not dropped twice, and is never used again.
    #[inline]
    pub(crate) unsafe fn drop_value(self) {
        // SAFETY: the table is that of the value's type; the rest is the caller's promise.
        unsafe { (self.header().vtable().drop)(self.0) }
    }

    /// Calls the finalizer of the value, if its type has one. User code runs.
    ///
    /// # Safety
    ///
    /// The value is alive, and nobody holds a mutable reference to it.
    pub(crate) unsafe fn finalize(self) {
        // SAFETY: the table is that of the value's type; the rest is the caller's promise.
        unsafe { (self.header().vtable().finalize)(self.0) }
    }

    /// The name of the value's type.
    pub(crate) fn type_name(self) -> &'static str {
        (self.header().vtable().type_name)()
    }

    /// The type of the value; `None` if it has yet to be written.
    pub(crate) fn type_id(self) -> Option<TypeId> {
        self.header().vtable().type_id.map(|type_id| type_id())
    }

    /// Whether the value has been written.
    pub(crate) fn is_initialised(self) -> bool {
        self.header().vtable().type_id.is_some()
    }

    /// The size of the object, its header included, in bytes.
    #[inline]
    pub(crate) fn size(self) -> usize {
        let value = match self.header().vtable().size {
            Size::Fixed(size) => size,
            // SAFETY: the table is that of the object.
            Size::Own(size) => unsafe { size(self.0) },
        };
        size_of::<Header>() + value
    }

    /// Whether the object has a finalizer, which has been called.
    pub(crate) fn is_finalized(self) -> bool {
        let header = self.header();
        !header.is_unfinalized() && (header.vtable().has_finalizer)()
    }
}

/// A hash for tables of `hashbrown`, which go by its low bits, and by the seven highest.
///
/// Neighbours in memory, which are mostly made one after the other and used so, are neighbours in a table too, in
/// groups of up to 64: what is fetched into the cache for one is there for the next. The groups lie at random
/// (Fibonacci hashing; Knuth, *The Art of Computer Programming* 3, 6.4).
#[inline]
fn address_hash(address: u64) -> u64 {
    const FIBONACCI: u64 = 0x9E37_79B9_7F4A_7C15;
    // The smallest slots are of 32 B.
    let slot = address / 32;
    let group = (slot / 64).wrapping_mul(FIBONACCI) >> 32;
    let tag = slot.wrapping_mul(FIBONACCI) >> 57;
    (tag << 57) | (group << 6) | (slot % 64)
}

#[cfg(test)]
mod tests {
    use super::address_hash;
    use std::collections::HashSet;

    #[test]
    fn neighbours_are_neighbours_in_a_table_and_tell_apart() {
        for start in [0x7f00_0000_0000, 0x1234_0000] {
            let hashes: Vec<_> = (0..64).map(|slot| address_hash(start + 32 * slot)).collect();
            assert!(hashes.windows(2).all(|two| (two[1] & 0xFFFF) == (two[0] & 0xFFFF) + 1));
            assert!(hashes.iter().map(|hash| hash >> 57).collect::<HashSet<_>>().len() > 32);
        }
    }

    /// However large the objects are, a table of twice as many places has them everywhere.
    #[test]
    fn objects_of_any_size_are_spread_over_a_table() {
        const PLACES: usize = 1 << 16;
        for size in [32, 48, 64, 512, 2048, 57_216, 65_536, 1 << 20] {
            let mut rows = vec![0; PLACES / 64];
            for object in 0..PLACES as u64 / 2 {
                rows[address_hash(0x10_0000 + size * object) as usize % PLACES / 64] += 1;
            }
            let (empty, most) = (rows.iter().filter(|&&row| row == 0).count(), rows.iter().max());
            assert!(empty < rows.len() * 6 / 10 && most < Some(&160), "{size}: {empty} empty, at most {most:?}");
        }
    }
}
