//! A small, inexact set of blocks: a Bloom filter with one hash function (Bloom, "Space/time trade-offs in hash coding
//! with allowable errors", CACM 1970).

use super::block::{BLOCK_SIZE, BlockPtr};

/// The number of entries. Blocks next to each other have entries next to each other, so those of 64 MiB share none.
const ENTRIES: usize = 1024;

/// See the module. It stays in the nearest cache, where what it spares from being touched does not fit.
#[derive(Debug)]
pub(crate) struct BlockFilter([bool; ENTRIES]);

impl BlockFilter {
    pub(crate) fn of(blocks: &[BlockPtr]) -> BlockFilter {
        let mut filter = BlockFilter([false; ENTRIES]);
        blocks.iter().for_each(|&block| filter.0[entry(block)] = true);
        filter
    }

    /// Whether the set may contain the block. It does, if that is in the set.
    #[inline]
    pub(crate) fn may_contain(&self, block: BlockPtr) -> bool {
        self.0[entry(block)]
    }
}

/// The entry of a block: its number in the address space, cut short.
#[inline]
fn entry(block: BlockPtr) -> usize {
    block.memory().addr().get() / BLOCK_SIZE % ENTRIES
}
