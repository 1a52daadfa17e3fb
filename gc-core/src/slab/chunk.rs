//! The memory that blocks of slots lie in: chunks of up to 16 blocks, and which of these are free.
//!
//! A general allocator may take much more than 64 KiB for a block aligned to as much: some take twice that. A chunk
//! costs it the same once. A heap starts small all the same: a new chunk has as many blocks as there are already.
//!
//! Free blocks are kept for the next need, because the first touch of fresh memory costs about as much as everything
//! else that is done with it. How many are kept is found as Bonwick and Adams do it ("Magazines and Vmem", USENIX
//! 2001): those that were not needed at any time in an interval are not in the *working set*, and go back. Their
//! interval is 15 seconds; this one is over when as many blocks have been taken as there are. However fast a program
//! is, it has had the occasion to use each of them by then. A collection of everything that the program asks for ends
//! it too.
//!
//! Invariants:
//! 1. Chunks are in descending order of address (so that of the system, which mostly hands out addresses from the top
//!    down, a new one comes last).
//! 2. `blocks` and `free` are the numbers of all blocks and of free ones, and `least_free <= free`.
//! 3. No chunk behind the one at `lowest` has a free block.
//! 4. When nothing is to be kept, no chunk is free.
//!
//! Knows nothing of what is in a block.

use super::block::{BLOCK_BYTES, BLOCK_SIZE};
use core::ptr::NonNull;
use std::alloc::Layout;

/// The most blocks of a chunk.
const CHUNK_BLOCKS: usize = 16;
/// How many blocks may be free before a free chunk goes back at once: 64 MiB.
pub(super) const MOST_KEPT: usize = 1024;
/// How many free blocks are never in excess: allocating and freeing around the edge of a chunk must not go to the
/// allocator each time.
pub(super) const LEAST_KEPT: usize = 8;

/// Memory for some blocks, one each [`BLOCK_SIZE`].
#[derive(Debug)]
struct Chunk {
    base: NonNull<u8>,
    /// A bit for each block, the lowest for the first.
    all: u16,
    /// The bits of the free ones.
    free: u16,
}

impl Chunk {
    /// Gets a chunk from an allocator; `None` if it has no memory.
    fn allocate(blocks: usize, allocate: impl FnOnce(Layout) -> Option<NonNull<u8>>) -> Option<Chunk> {
        let base = allocate(Chunk::layout(blocks)?)?;
        let all = u16::MAX >> (CHUNK_BLOCKS - blocks);
        Some(Chunk { base, all, free: all })
    }

    /// The layout of a chunk. The last block ends a little before the next multiple of [`BLOCK_SIZE`], as all do.
    fn layout(blocks: usize) -> Option<Layout> {
        Layout::from_size_align((blocks - 1) * BLOCK_SIZE + BLOCK_BYTES, BLOCK_SIZE).ok()
    }

    fn blocks(&self) -> usize {
        self.all.count_ones() as usize
    }

    fn is_free(&self) -> bool {
        self.free == self.all
    }

    /// Takes the free block with the lowest address, if there is one.
    fn take(&mut self) -> Option<NonNull<u8>> {
        let index = self.free.trailing_zeros() as usize;
        // That takes the lowest bit away.
        self.free &= self.free.checked_sub(1)?;
        // SAFETY: the chunk has a block for each bit.
        Some(unsafe { self.base.add(index * BLOCK_SIZE) })
    }

    /// Takes a block back.
    fn put(&mut self, block: NonNull<u8>) {
        let bit = 1 << ((block.addr().get() - self.base.addr().get()) / BLOCK_SIZE);
        debug_assert_eq!(self.all & !self.free & bit, bit, "a block that is not in use is put back");
        self.free |= bit;
    }

    /// Gives the memory back to the allocator.
    ///
    /// # Safety
    ///
    /// The chunk is free, and is not used again.
    unsafe fn deallocate(&self) {
        if let Some(layout) = Chunk::layout(self.blocks()) {
            // SAFETY: that is the allocation, with the layout it was made with; nothing uses it any more.
            unsafe { std::alloc::dealloc(self.base.as_ptr(), layout) }
        }
    }
}

/// The chunks of a slab. See the module.
#[derive(Debug)]
pub(super) struct Chunks {
    chunks: Vec<Chunk>,
    blocks: usize,
    free: usize,
    /// The smallest value of `free` in this interval.
    least_free: usize,
    /// The number of blocks taken in this interval.
    taken: usize,
    lowest: usize,
    /// How many blocks may be free before a free chunk goes back at once.
    most_kept: usize,
}

impl Chunks {
    pub(super) const fn new() -> Chunks {
        Chunks { chunks: Vec::new(), blocks: 0, free: 0, least_free: 0, taken: 0, lowest: 0, most_kept: MOST_KEPT }
    }

    /// The memory of the free blocks, in bytes.
    #[cfg(feature = "inspect")]
    pub(super) fn free_bytes(&self) -> usize {
        self.free * BLOCK_BYTES
    }

    /// Takes the free block with the lowest address, so that what is in use gathers there, and chunks further up become
    /// free as a whole. If no block is free, a new chunk comes from `allocate`; `None` if that has no memory.
    pub(super) fn take(&mut self, allocate: impl Fn(Layout) -> Option<NonNull<u8>>) -> Option<NonNull<u8>> {
        if self.free == 0 {
            self.add_chunk(allocate)?;
        }
        self.taken += 1;
        self.free -= 1;
        self.least_free = self.least_free.min(self.free);
        loop {
            // Inv. 2 and 3: there is a free block, and it is not behind.
            let block = self.chunks[self.lowest].take();
            if block.is_some() {
                return block;
            }
            self.lowest -= 1;
        }
    }

    /// Adds a chunk, when none has a free block; `None` if there is no memory, not even for a small one.
    fn add_chunk(&mut self, allocate: impl Fn(Layout) -> Option<NonNull<u8>>) -> Option<()> {
        self.chunks.try_reserve(1).ok()?;
        let blocks = self.blocks.clamp(1, CHUNK_BLOCKS);
        let chunk = Chunk::allocate(blocks, &allocate).or_else(|| Chunk::allocate(1, &allocate))?;
        self.blocks += chunk.blocks();
        self.free += chunk.blocks();
        self.lowest = self.chunks.partition_point(|other| other.base > chunk.base);
        self.chunks.insert(self.lowest, chunk);
        Some(())
    }

    /// Takes a block back. If that leaves its chunk free, and more blocks are free than are to be kept, the chunk goes.
    ///
    /// # Safety
    ///
    /// The block was taken from here, and is not used again.
    pub(super) unsafe fn put(&mut self, block: NonNull<u8>) {
        // Inv. 1: that is the first chunk that does not begin behind the block.
        let index = self.chunks.partition_point(|chunk| chunk.base > block);
        let chunk = &mut self.chunks[index];
        chunk.put(block);
        let goes = chunk.is_free() && self.free >= self.most_kept;
        self.free += 1;
        self.lowest = self.lowest.max(index);
        if goes {
            let chunk = self.chunks.remove(index);
            self.lowest = self.lowest.saturating_sub(1);
            self.blocks -= chunk.blocks();
            self.free -= chunk.blocks();
            self.least_free = self.least_free.min(self.free);
            // SAFETY: the chunk is free, and is not in the list any more.
            unsafe { chunk.deallocate() }
        }
    }

    /// If the interval is over, or declared to be, gives back what is not in the working set, and begins the next.
    pub(super) fn reap(&mut self, ends: bool) {
        if ends || self.taken >= self.blocks {
            self.give_back(self.least_free.min(self.free.saturating_sub(LEAST_KEPT)));
            self.least_free = self.free;
            self.taken = 0;
        }
    }

    /// Gives back all that is free, and from now on each chunk that becomes free.
    pub(super) fn close(&mut self) {
        self.most_kept = 0;
        self.give_back(self.free);
        self.least_free = self.free;
    }

    /// Gives back free chunks, with as many blocks as are in excess at most, from the highest address down.
    fn give_back(&mut self, mut excess: usize) {
        self.chunks.retain(|chunk| {
            let stays = !chunk.is_free() || chunk.blocks() > excess;
            if !stays {
                excess -= chunk.blocks();
                self.blocks -= chunk.blocks();
                self.free -= chunk.blocks();
                // SAFETY: the chunk is free, and is leaving the list.
                unsafe { chunk.deallocate() }
            }
            stays
        });
        self.lowest = self.chunks.len().saturating_sub(1);
    }
}

#[cfg(test)]
mod tests;
