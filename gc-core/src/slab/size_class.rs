//! Which slot size serves which request.
//!
//! Slots are multiples of 16 B: from 32 B to 1 KiB in steps of 16; then in four steps for each doubling up to 4 KiB;
//! then as large as they can be for thirteen, twelve, and so on down to one of them to fit a block. No request from 1
//! KiB to 19,072 B wastes more than a quarter of its slot, nor a larger one more than half: allocations of their own,
//! aligned as blocks, would lie as far apart. What does not fit a block, or is aligned to more than 16 B, gets one of
//! these.

/// The alignment of every slot, and the step between the small sizes, in bytes.
pub(super) const SLOT_ALIGN: usize = 16;
/// What a block has for slots, in bytes.
pub(super) const SLOTS_SIZE: usize = 57_216;
/// The smallest slot, in bytes.
const MIN_SLOT: usize = 32;
/// Up to here sizes go in steps of [`SLOT_ALIGN`], in bytes.
const FINE_MAX: usize = 1024;
/// Up to here there are [`STEPS_PER_DOUBLING`], in bytes.
const MEDIUM_MAX: usize = 4096;
/// The largest number of slots in a block with slots above [`MEDIUM_MAX`], and the smallest.
const FRACTIONS: (usize, usize) = (SLOTS_SIZE / (MEDIUM_MAX + SLOT_ALIGN), 1);

const FINE: usize = (FINE_MAX - MIN_SLOT) / SLOT_ALIGN + 1;
const STEPS_PER_DOUBLING: usize = 4;
const MEDIUM: usize = STEPS_PER_DOUBLING * (MEDIUM_MAX / FINE_MAX).ilog2() as usize;

/// How many size classes there are.
pub(super) const COUNT: usize = FINE + MEDIUM + FRACTIONS.0 - FRACTIONS.1 + 1;

/// A slot size, as an index into the tables of the slab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SizeClass(u8);

impl SizeClass {
    /// The smallest class whose slots hold `size` bytes at the given alignment, if there is one.
    pub(crate) const fn for_layout(size: usize, align: usize) -> Option<SizeClass> {
        if align > SLOT_ALIGN || size > fraction(FRACTIONS.1) {
            return None;
        }
        let index = if size <= MIN_SLOT {
            0
        } else if size <= FINE_MAX {
            (size - MIN_SLOT).div_ceil(SLOT_ALIGN)
        } else if size <= MEDIUM_MAX {
            // The doubling that the size falls into, then the quarter of that.
            let doubling = ((size - 1) / FINE_MAX).ilog2() as usize;
            let base = FINE_MAX << doubling;
            let quarter = (size - base).div_ceil(base / STEPS_PER_DOUBLING);
            FINE - 1 + doubling * STEPS_PER_DOUBLING + quarter
        } else {
            FINE + MEDIUM + FRACTIONS.0 - SLOTS_SIZE / size.next_multiple_of(SLOT_ALIGN)
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
            MIN_SLOT + index * SLOT_ALIGN
        } else if index < FINE + MEDIUM {
            let (doubling, quarter) = ((index - FINE) / STEPS_PER_DOUBLING, (index - FINE) % STEPS_PER_DOUBLING + 1);
            let base = FINE_MAX << doubling;
            base + quarter * (base / STEPS_PER_DOUBLING)
        } else {
            fraction(FRACTIONS.0 - (index - FINE - MEDIUM))
        }
    }
}

/// The size of the slots of which so many fit a block, in bytes.
const fn fraction(slots: usize) -> usize {
    SLOTS_SIZE / slots / SLOT_ALIGN * SLOT_ALIGN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_gets_the_smallest_slot_that_holds_it() {
        let sizes: Vec<usize> = (0..COUNT).map(|index| SizeClass(index as u8).slot_size()).collect();
        assert!(sizes.is_sorted() && sizes.iter().all(|size| size % SLOT_ALIGN == 0));
        assert_eq!((sizes[0], sizes[COUNT - 1]), (MIN_SLOT, SLOTS_SIZE));
        for size in 0..=SLOTS_SIZE {
            let class = SizeClass::for_layout(size, 8).expect("a small size has a class");
            assert_eq!(Some(&class.slot_size()), sizes.iter().find(|&&slot| slot >= size), "size {size}");
        }
    }

    #[test]
    fn waste_is_at_most_a_quarter_or_a_half() {
        for size in FINE_MAX + 1..=SLOTS_SIZE {
            let slot = SizeClass::for_layout(size, 16).expect("a small size has a class").slot_size();
            let share = if size <= fraction(3) { 4 } else { 2 };
            assert!((slot - size) * share < slot, "{size} in {slot}");
        }
    }

    #[test]
    fn large_and_over_aligned_requests_have_no_class() {
        assert_eq!(SizeClass::for_layout(SLOTS_SIZE + 1, 8), None);
        assert_eq!(SizeClass::for_layout(32, 32), None);
        assert_eq!(SizeClass::for_layout(usize::MAX, 1), None);
    }
}
