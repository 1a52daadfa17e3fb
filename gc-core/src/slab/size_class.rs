//! Which slot size serves which request.
//!
//! Slots are multiples of 16 B from 32 B to 1 KiB in steps of 16, then in four steps for each doubling up to 4 KiB: no
//! request wastes more than a fifth of its slot. What is larger, or aligned to more than 16 B, gets an allocation of
//! its own.

/// The alignment of every slot, and the step between the small sizes, in bytes.
pub(super) const SLOT_ALIGN: usize = 16;
/// The smallest slot, in bytes.
const MIN_SLOT: usize = 32;
/// Up to here sizes go in steps of [`SLOT_ALIGN`], in bytes.
const FINE_MAX: usize = 1024;
/// The largest slot, in bytes.
const MAX_SLOT: usize = 4096;

const FINE: usize = (FINE_MAX - MIN_SLOT) / SLOT_ALIGN + 1;
const STEPS_PER_DOUBLING: usize = 4;

/// How many size classes there are.
pub(super) const COUNT: usize = FINE + STEPS_PER_DOUBLING * (MAX_SLOT / FINE_MAX).ilog2() as usize;

/// A slot size, as an index into the tables of the slab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SizeClass(u8);

impl SizeClass {
    /// The smallest class whose slots hold `size` bytes at the given alignment, if there is one.
    pub(crate) const fn for_layout(size: usize, align: usize) -> Option<SizeClass> {
        if align > SLOT_ALIGN || size > MAX_SLOT {
            return None;
        }
        let index = if size <= MIN_SLOT {
            0
        } else if size <= FINE_MAX {
            (size - MIN_SLOT).div_ceil(SLOT_ALIGN)
        } else {
            // 1024 < size: the doubling it falls into, then the quarter of that.
            let doubling = ((size - 1) / FINE_MAX).ilog2() as usize;
            let base = FINE_MAX << doubling;
            let quarter = (size - base).div_ceil(base / STEPS_PER_DOUBLING);
            FINE - 1 + doubling * STEPS_PER_DOUBLING + quarter
        };
        Some(SizeClass(index as u8))
    }

    /// The index of the class, below [`COUNT`].
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }

    /// The size of the slots, in bytes.
    pub(super) const fn slot_size(self) -> usize {
        let index = self.index();
        if index < FINE {
            return MIN_SLOT + index * SLOT_ALIGN;
        }
        let steps = index - FINE + 1;
        let base = FINE_MAX << ((steps - 1) / STEPS_PER_DOUBLING);
        base + (steps - 1) % STEPS_PER_DOUBLING * (base / STEPS_PER_DOUBLING) + base / STEPS_PER_DOUBLING
    }
}

const _: () = assert!(COUNT <= 128, "a class, tracked or not, fits a byte");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_gets_the_smallest_slot_that_holds_it() {
        let sizes: Vec<usize> = (0..COUNT).map(|index| SizeClass(index as u8).slot_size()).collect();
        assert!(sizes.is_sorted() && sizes.iter().all(|size| size % SLOT_ALIGN == 0));
        assert_eq!((sizes[0], sizes[COUNT - 1]), (MIN_SLOT, MAX_SLOT));
        for size in 0..=MAX_SLOT {
            let class = SizeClass::for_layout(size, 8).expect("a small size has a class");
            assert_eq!(Some(&class.slot_size()), sizes.iter().find(|&&slot| slot >= size), "size {size}");
        }
    }

    #[test]
    fn waste_is_at_most_a_fifth() {
        for size in FINE_MAX + 1..=MAX_SLOT {
            let slot = SizeClass::for_layout(size, 16).expect("a small size has a class").slot_size();
            assert!((slot - size) * 5 < slot, "{size} in {slot}");
        }
    }

    #[test]
    fn large_and_over_aligned_requests_have_no_class() {
        assert_eq!(SizeClass::for_layout(MAX_SLOT + 1, 8), None);
        assert_eq!(SizeClass::for_layout(32, 32), None);
        assert_eq!(SizeClass::for_layout(usize::MAX, 1), None);
    }
}
