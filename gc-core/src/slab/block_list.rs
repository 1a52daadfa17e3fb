//! Lists of blocks: a block can be in each of several lists at once, and enters or leaves one in constant time.
//!
//! Invariant: the block at index `i` of a list holds `i` as its place in that list, and a block that is in no such
//! list holds [`ABSENT`].

use super::block::BlockPtr;
use core::cell::{Cell, RefCell};

/// The lists that a block can be in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ListId {
    /// Every block of a slab.
    All,
    /// Blocks of tracked objects that a slot was taken from since the list was last cleared.
    Touched,
    /// Blocks with free slots, waiting to be allocated from; one list for each kind of block.
    Open,
    /// The two lists that the slab keeps for its owner.
    Middle,
    /// See [`ListId::Middle`].
    Suspect,
}

const LISTS: usize = 5;
const ABSENT: u32 = u32::MAX;

/// Where a block stands in each of the lists.
#[derive(Debug)]
pub(super) struct Membership([Cell<u32>; LISTS]);

impl Membership {
    #[inline]
    fn place(&self, list: ListId) -> &Cell<u32> {
        &self.0[list as usize]
    }

    #[inline]
    pub(super) fn is_in(&self, list: ListId) -> bool {
        self.place(list).get() != ABSENT
    }
}

impl Default for Membership {
    fn default() -> Membership {
        Membership([const { Cell::new(ABSENT) }; LISTS])
    }
}

/// A list of blocks, without order.
#[derive(Debug)]
pub(crate) struct BlockList {
    id: ListId,
    blocks: RefCell<Vec<BlockPtr>>,
}

impl BlockList {
    pub(super) const fn new(id: ListId) -> BlockList {
        BlockList { id, blocks: RefCell::new(Vec::new()) }
    }

    fn place<'a>(&self, block: BlockPtr) -> &'a Cell<u32> {
        block.membership().place(self.id)
    }

    /// Makes room for `total` blocks; `false` if the allocator has no memory. A list with room for every block that
    /// could be put into it never allocates at a time when failure could not be reported.
    pub(super) fn reserve(&self, total: usize) -> bool {
        let mut blocks = self.blocks.borrow_mut();
        let length = blocks.len();
        blocks.try_reserve(total - length).is_ok()
    }

    /// Adds the block, unless it is in the list.
    pub(crate) fn insert(&self, block: BlockPtr) {
        if !self.contains(block) {
            let mut blocks = self.blocks.borrow_mut();
            self.place(block).set(blocks.len() as u32);
            blocks.push(block);
        }
    }

    /// Removes the block, if it is in the list.
    pub(super) fn remove(&self, block: BlockPtr) {
        let place = self.place(block).replace(ABSENT);
        if place != ABSENT {
            let mut blocks = self.blocks.borrow_mut();
            blocks.swap_remove(place as usize);
            if let Some(&moved) = blocks.get(place as usize) {
                self.place(moved).set(place);
            }
        }
    }

    /// Removes a block, if there is one.
    pub(super) fn pop(&self) -> Option<BlockPtr> {
        let block = self.blocks.borrow_mut().pop()?;
        self.place(block).set(ABSENT);
        Some(block)
    }

    pub(crate) fn contains(&self, block: BlockPtr) -> bool {
        block.is_in(self.id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.borrow().is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.blocks.borrow().len()
    }

    /// Removes all blocks.
    pub(crate) fn clear(&self) {
        for block in self.blocks.borrow_mut().drain(..) {
            self.place(block).set(ABSENT);
        }
    }

    /// Calls `each` for every block, which must not change the list.
    pub(crate) fn for_each(&self, mut each: impl FnMut(BlockPtr)) {
        for &block in self.blocks.borrow().iter() {
            each(block);
        }
    }
}
