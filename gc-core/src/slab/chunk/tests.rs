use super::*;
use crate::slab::block::allocate;
use core::ops::{Deref, DerefMut};
use std::thread;

impl Chunks {
    /// Checks the invariants; gives the numbers of all blocks and of free ones.
    pub(in crate::slab) fn verify(&self) -> [usize; 2] {
        let end = |chunk: &Chunk| chunk.base.addr().get() + Chunk::layout(chunk.blocks()).expect("it is there").size();
        assert!(self.chunks.is_sorted_by(|above, below| above.base.addr().get() >= end(below)), "chunk inv. 1");
        let blocks = self.chunks.iter().map(Chunk::blocks).sum();
        let free = self.chunks.iter().map(|chunk| chunk.free.count_ones() as usize).sum();
        assert_eq!([self.blocks, self.free], [blocks, free], "chunk inv. 2");
        assert!(self.least_free <= free, "chunk inv. 2");
        assert!(self.chunks.iter().skip(self.lowest + 1).all(|chunk| chunk.free == 0), "chunk inv. 3");
        assert!(self.most_kept > 0 || !self.chunks.iter().any(Chunk::is_free), "chunk inv. 4");
        [blocks, free]
    }
}

/// Chunks that are all gone when the test is done.
struct Closed(Chunks);

impl Deref for Closed {
    type Target = Chunks;

    fn deref(&self) -> &Chunks {
        &self.0
    }
}

impl DerefMut for Closed {
    fn deref_mut(&mut self) -> &mut Chunks {
        &mut self.0
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        self.close();
        assert!(thread::panicking() || self.verify() == [0, 0]);
    }
}

impl Closed {
    fn new() -> Closed {
        Closed(Chunks::new())
    }

    fn take_one(&mut self) -> NonNull<u8> {
        self.take(allocate).expect("memory")
    }

    fn take_many(&mut self, count: usize) -> Vec<NonNull<u8>> {
        let blocks = (0..count).map(|_| self.take_one()).collect();
        self.verify();
        blocks
    }

    fn put_all(&mut self, blocks: impl IntoIterator<Item = NonNull<u8>>) {
        for block in blocks {
            // SAFETY: the tests put back what they have taken, once.
            unsafe { self.put(block) };
        }
        self.verify();
    }

    /// Ends an interval in which nothing more was needed than one block.
    fn pass_idle(&mut self) {
        for _ in 0..self.blocks {
            let block = self.take_one();
            self.put_all([block]);
        }
        self.reap(false);
    }
}

#[test]
fn a_heap_starts_small() {
    let mut chunks = Closed::new();
    let mut sizes = Vec::new();
    let mut taken = Vec::new();
    while sizes.len() < 7 {
        let [before, free] = chunks.verify();
        taken.push(chunks.take_one());
        let [after, _] = chunks.verify();
        if free == 0 {
            sizes.push(after - before);
        }
        assert_eq!(after > before, free == 0, "there is a new chunk when no block is free, and not before");
    }
    assert_eq!(sizes, [1, 1, 2, 4, 8, 16, 16]);
    chunks.put_all(taken);
}

#[test]
fn blocks_are_aligned_and_do_not_overlap() {
    let mut chunks = Closed::new();
    let blocks = chunks.take_many(60);
    for (index, block) in blocks.iter().enumerate() {
        assert_eq!(block.addr().get() % BLOCK_SIZE, 0);
        // SAFETY: the memory is the block's.
        unsafe { block.write_bytes(index as u8, BLOCK_BYTES) };
    }
    for (index, block) in blocks.iter().enumerate() {
        // SAFETY: as above; it has been written.
        let bytes = unsafe { core::slice::from_raw_parts(block.as_ptr(), BLOCK_BYTES) };
        assert!(bytes == vec![index as u8; BLOCK_BYTES]);
    }
    chunks.put_all(blocks);
}

#[test]
fn a_small_chunk_will_do_and_without_memory_nothing_changes() {
    let mut chunks = Closed::new();
    let mut taken = chunks.take_many(32);
    let asked = core::cell::RefCell::new(Vec::new());
    let short_of_memory = |layout: Layout| {
        asked.borrow_mut().push(layout.size());
        (layout.size() == BLOCK_BYTES).then(|| allocate(layout)).flatten()
    };
    taken.extend(chunks.take(short_of_memory));
    assert_eq!((chunks.verify(), taken.len()), ([33, 0], 33));
    assert_eq!(*asked.borrow(), [15 * BLOCK_SIZE + BLOCK_BYTES, BLOCK_BYTES]);
    assert_eq!(chunks.take(|_| None), None);
    assert_eq!(chunks.verify(), [33, 0]);
    taken.push(chunks.take_one());
    assert_eq!(chunks.verify(), [49, 15]);
    chunks.put_all(taken);
}

#[test]
fn the_lowest_free_block_is_taken_first() {
    let mut chunks = Closed::new();
    let mut blocks = chunks.take_many(160);
    blocks.sort();
    let mut odd: Vec<_> = blocks.iter().copied().skip(1).step_by(2).collect();
    // In no order that could help.
    odd.reverse();
    odd.swap(3, 70);
    chunks.put_all(odd.iter().copied());
    odd.sort();
    assert_eq!(chunks.take_many(80), odd);
    chunks.put_all(blocks);
}

#[test]
fn only_whole_chunks_go_back() {
    let mut chunks = Closed::new();
    let mut blocks = chunks.take_many(32 + 10 * 16);
    blocks.sort();
    // One block of each chunk stays in use.
    let bases: Vec<_> = chunks.chunks.iter().map(|chunk| chunk.base).collect();
    let (bases, others): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| bases.contains(block));
    let free = others.len();
    chunks.put_all(others);
    chunks.pass_idle();
    chunks.pass_idle();
    assert_eq!(chunks.verify(), [192, free], "no chunk is free");
    chunks.close();
    assert_eq!(chunks.verify(), [192, free], "no chunk is free");
    for base in bases {
        let [before, _] = chunks.verify();
        let blocks = chunks.chunks.iter().find(|chunk| chunk.base == base).expect("it is not free").blocks();
        chunks.put_all([base]);
        assert_eq!(chunks.verify()[0], before - blocks);
    }
}

#[test]
fn what_was_needed_in_an_interval_is_kept() {
    let mut chunks = Closed::new();
    for _ in 0..5 {
        let blocks = chunks.take_many(320);
        chunks.put_all(blocks);
        chunks.reap(false);
        assert_eq!(chunks.verify(), [320, 320]);
        chunks.reap(false);
        assert_eq!(chunks.verify(), [320, 320], "no block has been taken meanwhile");
    }
    chunks.pass_idle();
    let [blocks, free] = chunks.verify();
    assert_eq!(blocks, free);
    assert!((LEAST_KEPT..LEAST_KEPT + CHUNK_BLOCKS).contains(&free), "{free} blocks are kept");
    chunks.pass_idle();
    assert_eq!(chunks.verify(), [blocks, free], "a few are always kept");
}

#[test]
fn an_interval_ends_when_it_is_declared_to_end() {
    let mut chunks = Closed::new();
    let blocks = chunks.take_many(320);
    chunks.put_all(blocks);
    chunks.reap(true);
    assert_eq!(chunks.verify(), [320, 320], "they were all needed");
    chunks.reap(true);
    let [blocks, free] = chunks.verify();
    assert_eq!(blocks, free);
    assert!((LEAST_KEPT..LEAST_KEPT + CHUNK_BLOCKS).contains(&free), "{free} blocks are kept");
}

#[test]
fn what_is_in_use_does_not_count_for_the_working_set() {
    let mut chunks = Closed::new();
    let mut live = chunks.take_many(320);
    live.sort();
    let high = live.split_off(100);
    chunks.put_all(high);
    // The interval: up to 50 of the 220 free blocks are needed at a time.
    chunks.reap(false);
    for _ in 0..7 {
        let some = chunks.take_many(50);
        chunks.put_all(some);
    }
    assert_eq!(chunks.verify(), [320, 220]);
    chunks.reap(false);
    let [blocks, free] = chunks.verify();
    assert_eq!(blocks - free, 100);
    assert!((50..50 + CHUNK_BLOCKS).contains(&free), "{free} blocks are kept for 50");
    chunks.put_all(live);
}

#[test]
fn more_than_64_mib_are_not_kept() {
    let mut chunks = Closed::new();
    let blocks = chunks.take_many(2 * MOST_KEPT);
    chunks.put_all(blocks);
    let [blocks, free] = chunks.verify();
    assert_eq!(blocks, free);
    assert!((MOST_KEPT - CHUNK_BLOCKS..=MOST_KEPT).contains(&free), "{free} blocks are kept");
}

#[test]
fn a_closed_heap_can_be_used_and_keeps_nothing() {
    let mut chunks = Closed::new();
    let before = chunks.take_many(40);
    chunks.close();
    let after = chunks.take_many(40);
    chunks.put_all(before);
    chunks.put_all(after);
    assert_eq!(chunks.verify(), [0, 0]);
}
