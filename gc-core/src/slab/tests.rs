use super::*;
use core::ops::Deref;
use std::thread;

/// Large enough that a test sees several blocks of the smallest class.
const MANY: usize = 10_000;

/// A slab all slots of which are free when the test is done.
struct Emptied(Slab);

impl Deref for Emptied {
    type Target = Slab;

    fn deref(&self) -> &Slab {
        &self.0
    }
}

impl Drop for Emptied {
    fn drop(&mut self) {
        self.close();
        assert!(thread::panicking() || self.is_empty() && self.spare.borrow().is_empty());
    }
}

fn slab() -> Emptied {
    Emptied(Slab::new(NonNull::dangling()))
}

fn class(size: usize) -> SizeClass {
    SizeClass::for_layout(size, 16).expect("a small size")
}

fn fill(slab: &Slab, size: usize, count: usize) -> Vec<NonNull<u8>> {
    (0..count).map(|_| slab.allocate(class(size), true).expect("memory")).collect()
}

fn free_all(slab: &Slab, slots: impl IntoIterator<Item = NonNull<u8>>) {
    for slot in slots {
        word_of(slot).set(0);
        // SAFETY: the tests free what they took from the slab, once.
        unsafe { slab.free(slot) };
    }
}

fn block_of(slot: NonNull<u8>) -> BlockPtr {
    // SAFETY: the tests ask this of slots in use only.
    unsafe { BlockPtr::of(slot) }
}

fn word_of<'a>(slot: NonNull<u8>) -> &'a Cell<u32> {
    // SAFETY: the tests ask this of slots in use only.
    unsafe { block_of(slot).word(slot) }
}

#[test]
fn slots_do_not_overlap_and_are_aligned() {
    let slab = slab();
    for size in [1, 16, 32, 33, 48, 100, 1024, 1025, 2000, 4096, 4097, 9000, 19_072] {
        let slot_size = class(size).slot_size();
        let mut slots = fill(&slab, size, 1000);
        slots.sort();
        assert!(slots.windows(2).all(|pair| pair[1].addr().get() - pair[0].addr().get() >= slot_size));
        assert!(slots.iter().all(|slot| slot.addr().get() % 16 == 0));
        for &slot in &slots {
            // SAFETY: the slot is in use and has that size.
            unsafe { slot.write_bytes(0xA5, slot_size) };
        }
        assert!(slots.iter().all(|&slot| word_of(slot).get() == 0), "size {size}: content reaches the side words");
        free_all(&slab, slots);
    }
}

#[test]
fn every_slot_has_a_side_word_of_its_own() {
    let slab = slab();
    let slots = fill(&slab, 32, MANY);
    for (index, &slot) in slots.iter().enumerate() {
        word_of(slot).set(index as u32 + 1);
    }
    assert!(slots.iter().enumerate().all(|(index, &slot)| word_of(slot).get() == index as u32 + 1));
    free_all(&slab, slots);
}

#[test]
fn a_scan_finds_every_slot_in_use() {
    let slab = slab();
    let mut slots = fill(&slab, 64, MANY);
    for (index, &slot) in slots.iter().enumerate() {
        word_of(slot).set(u32::from(index % 3 == 0));
    }
    let mut found = Vec::new();
    slab.list(ListId::All).for_each(|block| {
        block.for_each_slot(|slot, word| {
            if word.get() == 1 {
                found.push(slot);
            }
        });
    });
    found.sort();
    let mut expected: Vec<_> = slots.iter().copied().step_by(3).collect();
    expected.sort();
    assert_eq!(found, expected);
    free_all(&slab, slots.drain(..));
}

#[test]
fn empty_blocks_go_back_but_a_few() {
    let slab = slab();
    let slots = fill(&slab, 32, 100 * MANY);
    let full = slab.list(ListId::All).len();
    assert!(full > 500);
    free_all(&slab, slots);
    // The current block, which is never given back, is the only one left in use.
    assert_eq!(slab.list(ListId::All).len(), 1);
    assert_eq!(slab.spare.borrow().len(), SPARE);
}

#[test]
fn alternating_at_the_edge_of_a_block_keeps_it() {
    let slab = slab();
    let first = fill(&slab, 32, 1);
    let block = block_of(first[0]);
    free_all(&slab, first);
    for _ in 0..10 {
        let slot = fill(&slab, 32, 1);
        assert_eq!(block_of(slot[0]), block);
        free_all(&slab, slot);
    }
}

#[test]
fn a_block_is_allocated_from_again_when_an_eighth_is_free() {
    let slab = slab();
    let slots = fill(&slab, 32, 2 * MANY);
    let block = block_of(slots[0]);
    let (inside, outside): (Vec<_>, Vec<_>) = slots.into_iter().partition(|&slot| block_of(slot) == block);
    let mut inside = inside.into_iter();
    free_all(&slab, inside.by_ref().take(10));
    assert!(slab.pools.iter().all(|pool| pool.open.is_empty()));
    free_all(&slab, inside.by_ref().take(300));
    assert!(slab.pools.iter().any(|pool| pool.open.contains(block)));
    assert_eq!(block.count_free(), 310);
    let more = fill(&slab, 32, MANY);
    assert!(more.iter().any(|&slot| block_of(slot) == block));
    free_all(&slab, more.into_iter().chain(inside).chain(outside));
}

#[test]
fn touched_blocks_are_those_allocated_from_since() {
    let slab = slab();
    let old = fill(&slab, 32, MANY);
    slab.clear_touched();
    let touched = slab.list(ListId::Touched);
    assert_eq!(touched.len(), 1, "the current block");
    let untracked = slab.allocate(class(32), false).expect("memory");
    assert!(!touched.contains(block_of(untracked)), "untracked objects are nobody's business");
    let young = fill(&slab, 48, 1);
    assert!(touched.contains(block_of(young[0])));
    free_all(&slab, old.into_iter().chain(young).chain([untracked]));
}

#[test]
fn large_and_over_aligned_objects_lie_where_they_must() {
    const FRONT: usize = 16;
    let slab = slab();
    for align in [1, 8, 16, 32, 64, 4096, 1 << 15, 1 << 16, 1 << 17, 1 << 20] {
        for size in [0, 1, 20_000, 70_000, 64 << 20] {
            let layout = Layout::from_size_align(FRONT + size, align).expect("a valid layout");
            let slot = slab.allocate_large(FRONT, layout, true).expect("memory");
            assert_eq!((slot.addr().get() + FRONT) % align, 0, "align {align}");
            assert_eq!(slot.addr().get() % align_of::<usize>(), 0);
            // SAFETY: the slot has that size; only its ends are written, not 64 MiB.
            unsafe { slot.write_bytes(0xA5, FRONT) };
            // SAFETY: as above.
            let last = unsafe { slot.add(FRONT + size - 1) };
            // SAFETY: as above.
            unsafe { last.write(0xA5) };
            assert_eq!(word_of(slot).replace(7), 0);
            let mut found = 0;
            block_of(slot).for_each_slot(|each, word| found += usize::from((each, word.get()) == (slot, 7)));
            assert_eq!(found, 1);
            free_all(&slab, [slot]);
            assert!(slab.is_empty(), "a large block goes back at once");
        }
    }
}

#[test]
fn impossible_sizes_are_refused() {
    let slab = slab();
    let largest = Layout::from_size_align(isize::MAX as usize - 15, 16).expect("a valid layout");
    assert_eq!(slab.allocate_large(16, largest, true), None);
    let aligned = Layout::from_size_align(1, 1 << 62).expect("a valid layout");
    assert_eq!(slab.allocate_large(16, aligned, true), None);
    assert!(slab.is_empty());
}
