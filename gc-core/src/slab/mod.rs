//! The slab: slots for objects, in blocks of 64 KiB.
//!
//! Owns the memory of one heap and the lists of its blocks. Knows bytes and layouts, and nothing of collection: which
//! of the lists means what is its owner's business, as is the content of the side words.
//!
//! Invariants:
//! 1. Every block of the slab is in the list [`ListId::All`] and has the slab's owner as its owner.
//! 2. The current block of a kind is in no `Open` list; a block in an `Open` list has a free slot.
//! 3. Each list but `Open` has room for all blocks, and each `Open` list for all blocks of its kind: freeing a slot
//!    never allocates.
//! 4. The blocks of slots are what is taken from the chunks. An empty one goes back to them at once, unless it is the
//!    current block of its kind: that is told only when the slab is closing.

mod batch;
mod block;
mod block_filter;
mod block_list;
mod chunk;
mod size_class;

pub(crate) use batch::Batch;
use block::Notify;
pub(crate) use block::{BlockPtr, Kind, SWEPT};
pub(crate) use block_filter::BlockFilter;
pub(crate) use block_list::{BlockList, ListId};
use chunk::Chunks;
use core::cell::{Cell, RefCell};
use core::ptr::NonNull;
pub(crate) use size_class::SizeClass;
use std::alloc::Layout;

/// The blocks of one kind: those with slots of one size for tracked, or for untracked, objects.
#[derive(Debug)]
struct Pool {
    /// The block that slots are taken from.
    current: Cell<Option<BlockPtr>>,
    open: BlockList,
    /// The number of blocks of this kind.
    blocks: Cell<usize>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Slab {
    owner: NonNull<()>,
    pools: [Pool; Kind::SLOT_KINDS],
    all: BlockList,
    touched: BlockList,
    middle: BlockList,
    suspect: BlockList,
    chunks: RefCell<Chunks>,
    /// Whether empty blocks are to go back to the allocator as soon as they can.
    closing: Cell<bool>,
}

impl Slab {
    /// A slab without blocks. Its blocks will name `owner` as their owner.
    pub(crate) fn new(owner: NonNull<()>) -> Slab {
        Slab {
            owner,
            pools: [const { Pool { current: Cell::new(None), open: BlockList::new(ListId::Open), blocks: Cell::new(0) } };
                Kind::SLOT_KINDS],
            all: BlockList::new(ListId::All),
            touched: BlockList::new(ListId::Touched),
            middle: BlockList::new(ListId::Middle),
            suspect: BlockList::new(ListId::Suspect),
            chunks: RefCell::new(Chunks::new()),
            closing: Cell::new(false),
        }
    }

    /// One of the lists that cover all kinds of blocks.
    #[inline]
    pub(crate) fn list(&self, id: ListId) -> &BlockList {
        match id {
            ListId::All => &self.all,
            ListId::Touched => &self.touched,
            ListId::Middle => &self.middle,
            ListId::Suspect => &self.suspect,
            ListId::Open => unreachable!("there is one such list for each kind"),
        }
    }

    /// Takes a slot of a size class; `None` if the allocator has no memory. The slot's side word is zero, its content
    /// arbitrary.
    #[inline]
    pub(crate) fn allocate(&self, class: SizeClass, tracked: bool) -> Option<NonNull<u8>> {
        self.take(class, tracked).or_else(|| self.allocate_slow(class, tracked))
    }

    /// [`allocate`](Slab::allocate), if the current block has a slot on its free list.
    #[inline]
    pub(crate) fn take(&self, class: SizeClass, tracked: bool) -> Option<NonNull<u8>> {
        self.pools[Kind::slot_kind(class, tracked)].current.get()?.pop()
    }

    /// Finds a block with a free slot, and makes it the current one.
    #[cold]
    #[inline(never)]
    fn allocate_slow(&self, class: SizeClass, tracked: bool) -> Option<NonNull<u8>> {
        let pool = &self.pools[Kind::slot_kind(class, tracked)];
        let block = match pool.current.get() {
            Some(block) if block.carve() => block,
            full => {
                let block = match pool.open.pop() {
                    Some(block) => block,
                    None => self.add_block(pool, class, tracked)?,
                };
                if let Some(full) = full {
                    full.notify(Notify::WhenOpen);
                }
                block.notify(if self.closing.get() { Notify::WhenEmpty } else { Notify::Never });
                block.carve();
                pool.current.set(Some(block));
                block
            }
        };
        if tracked {
            self.touched.insert(block);
        }
        block.pop()
    }

    /// Adds an empty block to a pool; `None` if the allocator has no memory.
    fn add_block(&self, pool: &Pool, class: SizeClass, tracked: bool) -> Option<BlockPtr> {
        if !(self.reserve_for_one_more() && pool.open.reserve(pool.blocks.get() + 1)) {
            return None;
        }
        let memory = self.chunks.borrow_mut().take(block::allocate)?;
        // SAFETY: that is memory for a block, and has just become this one's.
        let block = unsafe { BlockPtr::new(memory, self.owner, class, tracked) };
        pool.blocks.set(pool.blocks.get() + 1);
        self.all.insert(block);
        Some(block)
    }

    /// Takes memory for one object of `layout` that no size class serves, whose first `front` bytes lie in front of a
    /// value that has the layout's alignment; `None` if the allocator has no memory.
    pub(crate) fn allocate_large(&self, front: usize, layout: Layout, tracked: bool) -> Option<NonNull<u8>> {
        if !self.reserve_for_one_more() {
            return None;
        }
        let (block, slot) = BlockPtr::allocate_large(self.owner, front, layout, tracked)?;
        self.all.insert(block);
        if tracked {
            self.touched.insert(block);
        }
        Some(slot)
    }

    /// Keeps inv. 3 for a block that is about to be added.
    fn reserve_for_one_more(&self) -> bool {
        let total = self.all.len() + 1;
        [&self.all, &self.touched, &self.middle, &self.suspect].into_iter().all(|list| list.reserve(total))
    }

    /// Puts a slot back; `true` if that may have been the last one in use.
    ///
    /// # Safety
    ///
    /// The slot was taken from this slab, has the side word zero, and is not used again.
    #[inline]
    pub(crate) unsafe fn free(&self, slot: NonNull<u8>) -> bool {
        // SAFETY: the slot is allocated.
        let block = unsafe { BlockPtr::of(slot) };
        // SAFETY: the slot is that block's; the rest is the caller's promise.
        let attention = unsafe { block.push(slot) };
        if attention {
            self.attend(block);
        }
        attention
    }

    /// Frees so many slots of one block, whose side words are [`SWEPT`], without touching them.
    ///
    /// # Safety
    ///
    /// They were in use, and were not swept before. They are not used again.
    pub(crate) unsafe fn sweep(&self, block: BlockPtr, slots: u32) {
        // SAFETY: the caller's promise.
        if unsafe { block.sweep(slots) } {
            self.attend(block);
        }
    }

    /// Frees all slots of a block at once.
    ///
    /// # Safety
    ///
    /// None of them is used again. (Their side words may be anything.)
    pub(crate) unsafe fn clear(&self, block: BlockPtr) {
        // SAFETY: the caller's promise.
        if unsafe { block.clear() } {
            self.attend(block);
        }
    }

    /// Frees slots that are named one by one, and costs less than [`free`](Slab::free) the more of them share a block
    /// with the one before.
    pub(crate) fn batch(&self) -> Batch<'_> {
        Batch::new(self)
    }

    /// Deals with a block that is empty, or is worth allocating from again.
    #[cold]
    #[inline(never)]
    fn attend(&self, block: BlockPtr) {
        match block.kind() {
            Kind::Large { .. } => self.remove(block),
            Kind::Slots { class, tracked } => {
                let pool = &self.pools[Kind::slot_kind(class, tracked)];
                if block.live() > 0 {
                    block.notify(Notify::WhenEmpty);
                    pool.open.insert(block);
                } else {
                    self.remove_empty(pool, block);
                }
            }
        }
    }

    /// Takes an empty block out of its pool.
    fn remove_empty(&self, pool: &Pool, block: BlockPtr) {
        if pool.current.get() == Some(block) {
            pool.current.set(None);
        }
        pool.open.remove(block);
        pool.blocks.set(pool.blocks.get() - 1);
        self.remove(block);
    }

    /// Takes an empty block out of all lists, and puts it back where it came from.
    fn remove(&self, block: BlockPtr) {
        for list in [&self.all, &self.touched, &self.middle, &self.suspect] {
            list.remove(block);
        }
        // SAFETY: no slot of the block is in use, and no list leads to it any more.
        if !unsafe { block.deallocate_large() } {
            // SAFETY: as above; a block of slots came from there.
            unsafe { self.chunks.borrow_mut().put(block.memory()) }
        }
    }

    /// Gives memory back to the allocator that has not been needed for an interval, if that is over, or the program has
    /// `asked`. To be called now and then.
    pub(crate) fn reap(&self, asked: bool) {
        self.chunks.borrow_mut().reap(asked);
    }

    /// Gives the memory of all empty blocks back to the allocator, and from now on that of others as soon as it can.
    pub(crate) fn close(&self) {
        self.closing.set(true);
        self.chunks.borrow_mut().close();
        for pool in &self.pools {
            match pool.current.get() {
                Some(block) if block.live() == 0 => self.remove_empty(pool, block),
                Some(block) => block.notify(Notify::WhenEmpty),
                None => {}
            }
        }
    }

    /// Starts a new list of touched blocks. Those that will be allocated from next belong to it from the start.
    pub(crate) fn clear_touched(&self) {
        self.touched.clear();
        for pool in &self.pools[..Kind::SLOT_KINDS / 2] {
            if let Some(block) = pool.current.get() {
                self.touched.insert(block);
            }
        }
    }

    /// The memory of all blocks, those that are kept for later included, in bytes.
    #[cfg(feature = "inspect")]
    pub(crate) fn bytes(&self) -> usize {
        let mut bytes = self.chunks.borrow().free_bytes();
        self.all.for_each(|block| bytes += block.bytes());
        bytes
    }

    /// Whether no slot is in use and no block is kept. Only a slab that is closing gets there.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

#[cfg(test)]
mod tests;
