use super::*;
use core::ops::Deref;
use std::thread;

/// Large enough that a test sees several blocks of the smallest class.
const MANY: usize = 10_000;

/// The sizes of slots of all kinds: small and medium ones, fractions of a block.
const SIZES: [usize; 15] = [1, 16, 32, 33, 48, 100, 1024, 1025, 2000, 4096, 4097, 9000, 19_072, 28_608, 57_216];

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
        assert!(thread::panicking() || self.is_empty() && self.chunks.borrow().verify() == [0, 0]);
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

/// [`free_all`], in one batch.
fn free_batch(slab: &Slab, slots: impl IntoIterator<Item = NonNull<u8>>) {
    let mut batch = slab.batch();
    for slot in slots {
        word_of(slot).set(0);
        // SAFETY: the tests free what they took from the slab, once.
        unsafe { batch.add(slot) };
    }
}

/// Checks the slab's bookkeeping. Gives the number of slots in use.
fn verify(slab: &Slab) -> usize {
    let (mut blocks, mut live) = (0, 0);
    slab.all.for_each(|block| {
        assert_eq!((block.live() + block.count_free()) as usize, block.slots().count());
        live += block.live() as usize;
        let Kind::Slots { class, tracked } = block.kind() else { return };
        let pool = &slab.pools[Kind::slot_kind(class, tracked)];
        let is_current = pool.current.get() == Some(block);
        assert!(is_current || block.live() > 0, "an empty block is kept that nothing is taken from");
        assert!(!pool.open.contains(block) || block.count_free() > 0 && !is_current, "slab inv. 2");
        blocks += 1;
    });
    assert_eq!(slab.pools.iter().map(|pool| pool.blocks.get()).sum::<usize>(), blocks);
    let [all, free] = slab.chunks.borrow().verify();
    assert_eq!(all - free, blocks, "slab inv. 4");
    live
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
    for size in SIZES {
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
        found.extend(block.slots().filter(|(_, word)| word.get() == 1).map(|(slot, _)| slot));
    });
    found.sort();
    let mut expected: Vec<_> = slots.iter().copied().step_by(3).collect();
    expected.sort();
    assert_eq!(found, expected);
    free_all(&slab, slots.drain(..));
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
fn a_filter_contains_what_it_is_made_of_and_little_else() {
    let slab = slab();
    let slots = fill(&slab, 57_216, 600);
    let blocks: Vec<_> = slots.iter().map(|&slot| block_of(slot)).collect();
    let (inside, outside) = blocks.split_at(30);
    let filter = BlockFilter::of(inside);
    assert!(inside.iter().all(|&block| filter.may_contain(block)));
    let mistaken = outside.iter().filter(|&&block| filter.may_contain(block)).count();
    assert!(mistaken < outside.len() / 4, "{mistaken} of {}", outside.len());
    free_all(&slab, slots);
}

#[test]
fn large_and_over_aligned_objects_lie_where_they_must() {
    const FRONT: usize = 16;
    let slab = slab();
    for align in [1, 8, 16, 32, 64, 4096, 1 << 15, 1 << 16, 1 << 17, 1 << 20] {
        for size in [0, 1, 60_000, 70_000, 64 << 20] {
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
            assert_eq!(block_of(slot).slots().filter(|&(each, word)| (each, word.get()) == (slot, 7)).count(), 1);
            // SAFETY: the slot is that block's.
            let end = unsafe { block_of(slot).slot_end(slot) };
            assert_eq!(end.addr().get(), slot.addr().get() + FRONT + size);
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
    let aligned = Layout::from_size_align(1, 1 << (usize::BITS - 2)).expect("a valid layout");
    assert_eq!(slab.allocate_large(16, aligned, true), None);
    assert!(slab.is_empty());
}

#[test]
fn a_batch_frees_what_single_calls_would() {
    let slab = slab();
    for size in SIZES {
        let slots = fill(&slab, size, 3 * MANY / (size / 32 + 1));
        // Not in order, so that there are batches of one slot and of some.
        let (kept, freed): (Vec<_>, Vec<_>) = slots.chunks(7).partition(|some| some[0].addr().get() / 64 % 3 == 0);
        let (single, batch) = freed.split_at(freed.len() / 2);
        free_all(&slab, single.iter().copied().flatten().copied());
        free_batch(&slab, batch.iter().rev().copied().flatten().copied());
        let mut kept = kept.concat();
        assert_eq!(verify(&slab), kept.len(), "size {size}");
        // All that is free is found again, once.
        kept.extend(fill(&slab, size, slots.len()));
        let count = kept.len();
        kept.sort();
        kept.dedup();
        assert_eq!((kept.len(), verify(&slab)), (count, count), "size {size}");
        free_batch(&slab, kept);
        assert_eq!(verify(&slab), 0, "size {size}");
    }
}

/// Full ones, open ones, and the one that is allocated from, which stays.
#[test]
fn a_block_is_cleared_at_once() {
    let slab = slab();
    for size in SIZES {
        let slots = fill(&slab, size, 3 * MANY / (size / 32 + 1));
        let current = block_of(*slots.last().expect("many"));
        let mut blocks: Vec<_> = slots.iter().map(|&slot| block_of(slot)).collect();
        blocks.dedup();
        let inside =
            |block| slots.iter().copied().filter(move |&slot| block_of(slot) == block).collect::<Vec<NonNull<u8>>>();
        for &block in blocks.iter().step_by(2) {
            let inside = inside(block);
            free_all(&slab, inside[..inside.len() / 2].iter().copied());
            if let [_, .., _, last] = inside[..] {
                sweep(&slab, &[last]);
            }
        }
        slots.iter().filter(|&&slot| word_of(slot).get() == 0).for_each(|&slot| word_of(slot).set(5));
        for block in blocks {
            // SAFETY: none of the slots is used again.
            unsafe { slab.clear(block) };
        }
        assert_eq!((verify(&slab), slab.all.len()), (0, 1), "size {size}");
        assert!(slab.all.contains(current));
        let again = fill(&slab, size, slots.len());
        assert!(again.iter().all(|&slot| word_of(slot).get() == 0), "size {size}");
        assert_eq!(verify(&slab), slots.len(), "size {size}");
        free_all(&slab, again);
        slab.close();
        slab.closing.set(false);
    }
    let large = slab.allocate_large(16, Layout::new::<[u8; 100_000]>(), true).expect("memory");
    // SAFETY: the object is not used again.
    unsafe { slab.clear(block_of(large)) };
    assert!(slab.all.is_empty());
}

/// Sweeps slots of one block.
fn sweep(slab: &Slab, slots: &[NonNull<u8>]) {
    slots.iter().for_each(|&slot| word_of(slot).set(SWEPT));
    // SAFETY: the tests sweep what they took from the slab, once.
    unsafe { slab.sweep(block_of(slots[0]), slots.len() as u32) };
}

#[test]
fn swept_slots_are_not_touched_until_they_are_handed_out_again() {
    for size in [32, 48, 64, 1000, 5000] {
        let slab = slab();
        let slots = fill(&slab, size, MANY);
        let block = block_of(slots[0]);
        let inside: Vec<_> = slots.iter().copied().filter(|&slot| block_of(slot) == block).collect();
        let (dead, alive): (Vec<_>, Vec<_>) = inside.iter().enumerate().partition(|(index, _)| index % 3 == 1);
        let [dead, alive] = [dead, alive].map(|part| part.into_iter().map(|(_, &slot)| slot).collect::<Vec<_>>());
        for &slot in &dead {
            // SAFETY: the slot is the test's, and has so many bytes.
            unsafe { slot.write_bytes(0xA5, size) };
        }
        sweep(&slab, &dead);
        assert_eq!((verify(&slab), block.live() as usize), (slots.len() - dead.len(), alive.len()));
        // SAFETY: nobody else has written to the slots, whose memory is still that of the block.
        assert!(dead.iter().all(|slot| unsafe { slot.cast::<[u8; 32]>().read() } == [0xA5; 32]), "size {size}");

        // Then they are, from the lowest address on.
        let again = fill(&slab, size, MANY);
        let reused: Vec<_> = again.iter().copied().filter(|&slot| block_of(slot) == block).collect();
        assert_eq!(reused, dead, "size {size}");
        assert!(again.iter().all(|&slot| word_of(slot).get() == 0), "size {size}");
        assert_eq!(verify(&slab), slots.len() - dead.len() + again.len());
        let others = slots.into_iter().filter(|&slot| block_of(slot) != block);
        free_all(&slab, others.chain(alive).chain(again));
    }
}

#[test]
fn a_block_with_swept_slots_empties_opens_and_is_cleared() {
    let slab = slab();
    let slots = fill(&slab, 48, 2 * MANY);
    let block = block_of(slots[0]);
    let (inside, outside): (Vec<_>, Vec<_>) = slots.into_iter().partition(|&slot| block_of(slot) == block);
    let is_open = || slab.pools.iter().any(|pool| pool.open.contains(block));
    let eighth = inside.len() / 8;

    sweep(&slab, &inside[..eighth - 1]);
    assert!(!is_open());
    sweep(&slab, &inside[eighth - 1..eighth + 10]);
    assert!(is_open());
    let again = fill(&slab, 48, MANY);
    assert!(inside[..eighth + 10].iter().all(|slot| again.contains(slot)));
    // Now there are swept slots below those that were found last.
    let (low, high): (Vec<_>, Vec<_>) = again.into_iter().partition(|slot| inside[..eighth + 5].contains(slot));
    sweep(&slab, &low);
    assert_eq!(verify(&slab), outside.len() + inside.len() - (eighth + 10) + high.len());
    let again = fill(&slab, 48, MANY);
    assert!(low.iter().all(|slot| again.contains(slot)));

    free_all(&slab, again);
    free_all(&slab, high);
    let blocks = slab.all.len();
    free_all(&slab, inside[eighth + 10..].iter().copied());
    assert_eq!((verify(&slab), slab.all.len()), (outside.len(), blocks - 1));
    free_all(&slab, outside);
}

/// The slab does not know the states of side words; any will do.
#[test]
fn a_search_for_few_slots_finds_what_a_scan_does() {
    for size in [32, 48, 64, 1000, 57_216] {
        let slab = slab();
        let slots = fill(&slab, size, MANY);
        for every in [1, 2, 7, 64, MANY] {
            for (index, &slot) in slots.iter().enumerate() {
                word_of(slot).set(if index % every == 0 { 1 } else { 3 });
            }
            slab.list(ListId::All).for_each(|block| {
                let mut found = Vec::new();
                block.for_each_among(|word| word == 1, |slot, word| found.push((slot, word.get())));
                assert!(
                    found
                        .iter()
                        .copied()
                        .eq(block.slots().map(|(slot, word)| (slot, word.get())).filter(|&(_, word)| word == 1))
                );
            });
        }
        free_all(&slab, slots);
    }
}

#[test]
fn a_batch_opens_a_block_and_empties_it() {
    let slab = slab();
    let slots = fill(&slab, 32, 2 * MANY);
    let block = block_of(slots[0]);
    let (inside, outside): (Vec<_>, Vec<_>) = slots.into_iter().partition(|&slot| block_of(slot) == block);
    let is_open = || slab.pools.iter().any(|pool| pool.open.contains(block));
    let blocks = slab.all.len();
    let eighth = inside.len() / 8;

    free_batch(&slab, inside[..eighth - 1].iter().copied());
    assert!(!is_open());
    // The batch does not stop at the bound.
    free_batch(&slab, inside[eighth - 1..eighth + 10].iter().copied());
    assert!(is_open());
    assert_eq!(block.count_free() as usize, eighth + 10);
    free_batch(&slab, inside[eighth + 10..inside.len() - 1].iter().copied());
    assert_eq!(verify(&slab), outside.len() + 1);
    free_batch(&slab, inside[inside.len() - 1..].iter().copied());
    assert_eq!((slab.all.len(), verify(&slab)), (blocks - 1, outside.len()));

    // A full block may become empty at once.
    let block = block_of(outside[0]);
    let (inside, outside): (Vec<_>, Vec<_>) = outside.into_iter().partition(|&slot| block_of(slot) == block);
    free_batch(&slab, inside);
    assert_eq!((slab.all.len(), verify(&slab)), (blocks - 2, outside.len()));
    free_batch(&slab, outside);
    assert_eq!(slab.all.len(), 1, "the current block, which stays");
}

#[test]
fn slots_are_freed_in_the_order_of_the_batch() {
    let slab = slab();
    let slots = fill(&slab, 32, 64);
    free_batch(&slab, slots.iter().copied());
    assert_eq!(fill(&slab, 32, 64), slots, "that of addresses, as in a new block");
    free_batch(&slab, slots);
}

#[test]
fn the_slab_can_be_used_while_there_is_a_batch() {
    let slab = slab();
    let slots = fill(&slab, 48, 3 * MANY);
    let large = slab.allocate_large(16, Layout::new::<[u8; 100_000]>(), true).expect("memory");
    let (batched, single) = slots.split_at(2 * MANY);
    let mut batch = slab.batch();
    let mut singles = single.iter().copied();
    let mut more = Vec::new();
    for (index, &slot) in batched.iter().rev().chain([&large]).enumerate() {
        // SAFETY: the slot is in use, and is freed once.
        unsafe { batch.add(slot) };
        if index % 3 == 0 {
            free_all(&slab, singles.by_ref().take(2));
            more.extend(fill(&slab, 48, 1));
        }
        assert!(!more.contains(&slot), "a slot of the batch is not free while the batch holds it");
    }
    drop(batch);
    assert_eq!(verify(&slab), singles.len() + more.len());
    free_all(&slab, singles.chain(more));
    assert_eq!(verify(&slab), 0);
}

#[test]
fn a_closing_slab_keeps_no_block() {
    for batched in [false, true] {
        let slab = slab();
        let small = fill(&slab, 32, 10 * MANY);
        let medium = fill(&slab, 2000, 300);
        let (stays, goes) = small.split_at(20);
        free_all(&slab, goes.iter().copied());
        assert!(slab.chunks.borrow().verify()[1] > 0, "free blocks are kept");
        slab.close();
        let free = |slots: Vec<_>| {
            if batched {
                free_batch(&slab, slots);
            } else {
                free_all(&slab, slots);
            }
        };
        free(medium);
        assert_eq!(verify(&slab), stays.len());
        let more = fill(&slab, 64, MANY);
        free(stays.to_vec());
        assert!(!slab.is_empty());
        free(more);
        assert!(slab.is_empty());
        assert_eq!(slab.chunks.borrow().verify(), [0, 0]);
    }
}
