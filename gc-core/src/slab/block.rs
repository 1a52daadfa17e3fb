//! A block: 64 KiB of slots of one size, or one object that has the block to itself.
//!
//! ```text
//! 0            1 KiB                     8 KiB                          64 KiB − 128 B
//! │ BlockHeader │ side words, one per 32 B │ slot │ slot │ …      bump → │     │
//! ```
//!
//! The side word of a slot stands at `(offset of the slot / 32) * 4`: it is found by arithmetic on the address alone.
//! The words that the header and the words themselves would have are never used, and so the header stands there. An
//! object with a block to itself follows the header more closely, with its one word in between.
//!
//! Invariants:
//! 1. The block of any slot is the slot's address rounded down to [`BLOCK_SIZE`].
//! 2. Slots from `first` to `bump` have been *carved*: their side words are initialised, and each of them is in use, on
//!    the free list, or swept.
//! 3. The free list links free slots below `bump`, through their first word; their side words are zero.
//! 4. Slots are *swept* that are free, but not on the free list: their side words are [`SWEPT`], and no others are.
//!    None of them is below `swept_from`.
//! 5. `live` is the number of slots in use, and `swept` that of swept ones.
//!
//! Knows nothing of what the slots hold or what the side words mean, but those of free slots.

use super::block_list::{ListId, Membership};
use super::size_class::{COUNT, SLOTS_SIZE, SizeClass};
use core::cell::Cell;
use core::iter;
use core::ops::Range;
use core::ptr::NonNull;
use std::alloc::Layout;

/// The alignment of a block, in bytes.
pub(crate) const BLOCK_SIZE: usize = 64 * 1024;
/// The size of a block of slots, in bytes. A little less than [`BLOCK_SIZE`], so that an allocator that keeps headers
/// of its own can lay chunk against chunk. (The `malloc` of glibc also asks the system for each allocation anew, and
/// uses two pages more, if size and alignment together come to 128 KiB: in a small heap, blocks are chunks.)
pub(super) const BLOCK_BYTES: usize = BLOCK_SIZE - 128;
/// Bytes for which there is one side word.
const GRANULE: usize = 32;
/// Where the slots of a block begin, in bytes: the first place behind the side words of the whole block.
const FIRST_SLOT: usize = BLOCK_SIZE / GRANULE * size_of::<u32>();
/// The earliest place for an object that has the block to itself, in bytes.
const FIRST_LARGE: usize = FIRST_SLOT / GRANULE * size_of::<u32>();
/// Slots that are put on the free list at a time: few enough that the writes stay near what is handed out next.
const CARVE: usize = 64;
/// Slots whose side words [`for_each_among`](BlockPtr::for_each_among) looks at together: one bit for each.
const GROUP: usize = u32::BITS as usize;
/// The side word of a slot that was freed without being touched.
pub(crate) const SWEPT: u32 = 7;

const _: () = {
    assert!(FIRST_SLOT == 8 * 1024 && FIRST_LARGE == 1024 && BLOCK_BYTES == FIRST_SLOT + SLOTS_SIZE);
    // A slot's word lies behind the header, in front of the slots.
    assert!(side_word_offset(FIRST_LARGE) >= size_of::<BlockHeader>());
    assert!(side_word_offset(BLOCK_SIZE - 1) < FIRST_SLOT);
};

/// The offset of the side word of the slot at an offset, both in bytes.
const fn side_word_offset(slot: usize) -> usize {
    slot / GRANULE * size_of::<u32>()
}

/// When freeing a slot of a block is worth the slab's attention.
#[derive(Clone, Copy, Debug)]
pub(super) enum Notify {
    Never,
    /// When an eighth of the slots is free, or one slot if that is more. That bounds what finding young objects costs:
    /// the block that they are allocated in is searched for them, however many old ones it holds.
    WhenOpen,
    WhenEmpty,
}

/// A slot on the free list.
struct FreeSlot {
    next: Option<NonNull<FreeSlot>>,
}

/// Slots of one block that are linked like those of its free list, in the order in which they came.
#[derive(Debug)]
pub(super) struct Chain {
    first: NonNull<FreeSlot>,
    last: NonNull<FreeSlot>,
    slots: u32,
}

impl Chain {
    pub(super) const fn of(slot: NonNull<u8>) -> Chain {
        Chain { first: slot.cast(), last: slot.cast(), slots: 1 }
    }

    /// Adds a slot. What is written is the link of the one before, which is in the cache.
    ///
    /// # Safety
    ///
    /// The slots are of one block, were handed out, and nothing uses them.
    #[inline]
    pub(super) unsafe fn add(&mut self, slot: NonNull<u8>) {
        // SAFETY: the caller's promise.
        unsafe { self.link_last(Some(slot.cast())) };
        self.last = slot.cast();
        self.slots += 1;
    }

    /// Says what follows the last slot.
    ///
    /// # Safety
    ///
    /// As [`add`](Chain::add).
    #[inline]
    unsafe fn link_last(&self, next: Option<NonNull<FreeSlot>>) {
        // SAFETY: nothing uses the slot, and a slot has room for a link.
        unsafe { self.last.write(FreeSlot { next }) }
    }
}

/// What a block holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Slots of one size, for objects that the collector looks at or for those it does not: never both.
    Slots { class: SizeClass, tracked: bool },
    /// One object.
    Large { tracked: bool },
}

impl Kind {
    /// How many kinds of blocks of slots there are.
    pub(super) const SLOT_KINDS: usize = 2 * COUNT;

    /// The index of a kind of blocks of slots, below [`Kind::SLOT_KINDS`].
    pub(super) const fn slot_kind(class: SizeClass, tracked: bool) -> usize {
        class.index() + if tracked { 0 } else { COUNT }
    }

    fn is_tracked(self) -> bool {
        match self {
            Kind::Slots { tracked, .. } | Kind::Large { tracked } => tracked,
        }
    }
}

/// See the module.
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct BlockHeader {
    /// The heap that the block belongs to, as its owner wants it back.
    owner: NonNull<()>,
    free: Cell<Option<NonNull<FreeSlot>>>,
    live: Cell<u32>,
    swept: Cell<u32>,
    /// The value of `live` at which a freed slot is worth the slab's attention.
    notify_at: Cell<u32>,
    /// In bytes from the start of the block, as the next three.
    bump: Cell<u32>,
    swept_from: Cell<u32>,
    first: u32,
    end: u32,
    /// In bytes.
    slot_size: u32,
    kind: Kind,
    /// Whether the collector looks for objects here: it has objects to track, or has one that was not to be tracked.
    scanned: Cell<bool>,
    membership: Membership,
    /// Of an object that has the block to itself.
    allocation: Option<Allocation>,
}

/// What the allocator has given for one object.
#[derive(Clone, Copy, Debug)]
struct Allocation {
    memory: NonNull<u8>,
    layout: Layout,
    /// Where the object ends.
    end: NonNull<u8>,
}

impl BlockHeader {
    /// The header of a block without an object.
    fn new(owner: NonNull<()>, kind: Kind, slots: Range<usize>, slot_size: usize) -> BlockHeader {
        BlockHeader {
            owner,
            free: Cell::new(None),
            live: Cell::new(0),
            swept: Cell::new(0),
            notify_at: Cell::new(0),
            bump: Cell::new(slots.start as u32),
            swept_from: Cell::new(slots.start as u32),
            first: slots.start as u32,
            end: slots.end as u32,
            slot_size: slot_size as u32,
            kind,
            scanned: Cell::new(kind.is_tracked()),
            membership: Membership::default(),
            allocation: None,
        }
    }
}

impl core::fmt::Debug for FreeSlot {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FreeSlot")
    }
}

/// A pointer to a block.
///
/// Invariant: the block is allocated and its header initialised, from the call that made the `BlockPtr` until
/// [`BlockPtr::deallocate_large`], or until its memory goes back to the chunks. It may be used to reach every byte of
/// the block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(transparent)]
pub(crate) struct BlockPtr(NonNull<BlockHeader>);

impl BlockPtr {
    /// Makes a block of slots. It asks for the slab's attention when it becomes empty.
    ///
    /// # Safety
    ///
    /// At `at` there is memory for a block, aligned to [`BLOCK_SIZE`], which nothing else uses.
    pub(super) unsafe fn new(at: NonNull<u8>, owner: NonNull<()>, class: SizeClass, tracked: bool) -> BlockPtr {
        let kind = Kind::Slots { class, tracked };
        let header = BlockHeader::new(owner, kind, FIRST_SLOT..BLOCK_BYTES, class.slot_size());
        // SAFETY: the caller's promise.
        unsafe { BlockPtr::initialise(at, header) }
    }

    /// Allocates a block for one object of `layout`, whose first `front` bytes lie in front of a value that has the
    /// layout's alignment; `None` if the allocator has no memory or no address space would hold it.
    pub(super) fn allocate_large(
        owner: NonNull<()>,
        front: usize,
        layout: Layout,
        tracked: bool,
    ) -> Option<(BlockPtr, NonNull<u8>)> {
        // The object lies where its value is aligned. If that alignment is more than a block's, the block that the
        // object's address is rounded down to is the last one in front of the value.
        let value = (FIRST_LARGE + front).checked_next_multiple_of(layout.align())?;
        let object = value - front;
        let start = object / BLOCK_SIZE * BLOCK_SIZE;
        let size = object.checked_add(layout.size())?;
        let align = layout.align().max(BLOCK_SIZE);
        let whole = if size < align {
            Layout::from_size_align(size, align)
        } else {
            // The `malloc` of glibc asks the system anew for each large allocation of large alignment, and gives it
            // back when that is freed, which takes twenty times as long as all else. So it is aligned here.
            Layout::from_size_align(size.checked_add(align - align_of::<BlockHeader>())?, align_of::<BlockHeader>())
        }
        .ok()?;
        let memory = allocate(whole)?;
        let aligned = memory.addr().get().next_multiple_of(align);
        // SAFETY: from the first multiple of the alignment on there is room for the whole `size`.
        let base = unsafe { memory.add(aligned - memory.addr().get()) };
        let offset = object - start;
        // The slot counts for one byte. Where it ends only `slot_end` wants to know, and asks the allocation.
        let mut header = BlockHeader::new(owner, Kind::Large { tracked }, offset..offset + 1, 1);
        // SAFETY: that is the end of what is asked for.
        header.allocation = Some(Allocation { memory, layout: whole, end: unsafe { base.add(size) } });
        header.bump = Cell::new(header.end);
        header.live = Cell::new(1);
        // SAFETY: `start <= object < size`.
        let at = unsafe { base.add(start) };
        // SAFETY: from `at` on there is a block's header and the side word, aligned as a block; nothing else uses them.
        let block = unsafe { BlockPtr::initialise(at, header) };
        // SAFETY: `object < size`.
        let slot = unsafe { base.add(object) };
        // SAFETY: the slot is this block's, and is handed out for the first time.
        let word = unsafe { block.word_ptr(slot) };
        // SAFETY: the word has its place in the block, and nobody refers to it.
        unsafe { word.write(Cell::new(0)) };
        Some((block, slot))
    }

    /// Writes the header of a block.
    ///
    /// # Safety
    ///
    /// A header may be written at `at`, which is aligned to [`BLOCK_SIZE`].
    unsafe fn initialise(at: NonNull<u8>, header: BlockHeader) -> BlockPtr {
        let at = at.cast();
        // SAFETY: the caller's promise.
        unsafe { at.write(header) };
        BlockPtr(at)
    }

    /// Gives the memory of an object that has the block to itself back to the allocator; `false` if this is no such
    /// block.
    ///
    /// # Safety
    ///
    /// No slot of the block is in use. After `true` neither it nor any `BlockPtr` to it is used again.
    pub(super) unsafe fn deallocate_large(self) -> bool {
        let Some(Allocation { memory, layout, .. }) = self.header().allocation else { return false };
        // SAFETY: that is the allocation, with the layout it was made with; nothing uses it any more.
        unsafe { std::alloc::dealloc(memory.as_ptr(), layout) };
        true
    }

    /// The memory of the block.
    pub(super) fn memory(self) -> NonNull<u8> {
        self.0.cast()
    }

    /// The block that a slot is in (inv. 1).
    ///
    /// # Safety
    ///
    /// `slot` is the start of an allocated slot, and may be used to reach its whole block.
    #[inline]
    pub(crate) unsafe fn of(slot: NonNull<u8>) -> BlockPtr {
        let block = slot.as_ptr().map_addr(|address| address & !(BLOCK_SIZE - 1));
        // SAFETY: a block does not start at address zero, because no allocation does.
        BlockPtr(unsafe { NonNull::new_unchecked(block) }.cast())
    }

    #[inline]
    fn header<'a>(self) -> &'a BlockHeader {
        // SAFETY: invariant of `BlockPtr`. A block's header is only ever changed through its cells.
        unsafe { self.0.as_ref() }
    }

    /// The heap that the block belongs to.
    #[inline]
    pub(crate) fn owner(self) -> NonNull<()> {
        self.header().owner
    }

    #[inline]
    pub(crate) fn kind(self) -> Kind {
        self.header().kind
    }

    /// Whether the collector has to look for objects in the block.
    pub(crate) fn is_scanned(self) -> bool {
        self.header().scanned.get()
    }

    /// Says that the collector has to look for objects in the block.
    pub(crate) fn set_scanned(self) {
        self.header().scanned.set(true);
    }

    /// The memory that the block takes, in bytes: of one for a large object all that it was allocated with.
    #[cfg(feature = "inspect")]
    pub(super) fn bytes(self) -> usize {
        self.header().allocation.map_or(BLOCK_BYTES, |allocation| allocation.layout.size())
    }

    /// The number of slots in use.
    pub(crate) fn live(self) -> u32 {
        self.header().live.get()
    }

    #[inline]
    pub(super) fn membership<'a>(self) -> &'a Membership {
        &self.header().membership
    }

    /// Whether the block is in one of the lists of its slab.
    #[inline]
    pub(crate) fn is_in(self, list: ListId) -> bool {
        self.membership().is_in(list)
    }

    /// Where a slot of this block ends.
    ///
    /// # Safety
    ///
    /// `slot` is the start of a slot of this block.
    #[inline]
    pub(crate) unsafe fn slot_end(self, slot: NonNull<u8>) -> NonNull<u8> {
        let header = self.header();
        match header.allocation {
            // SAFETY: a slot has this size.
            None => unsafe { slot.add(header.slot_size as usize) },
            Some(allocation) => allocation.end,
        }
    }

    /// Where the side word of a slot stands.
    ///
    /// # Safety
    ///
    /// `slot` is the start of a slot of this block.
    #[inline]
    unsafe fn word_ptr(self, slot: NonNull<u8>) -> NonNull<Cell<u32>> {
        let offset = slot.as_ptr().addr() & (BLOCK_SIZE - 1);
        // SAFETY: the word of a slot lies in its block, between the header and the slot.
        unsafe { self.0.cast::<u8>().add(side_word_offset(offset)) }.cast()
    }

    /// The side word of a slot.
    ///
    /// # Safety
    ///
    /// `slot` is the start of a slot of this block that has been carved.
    #[inline]
    pub(crate) unsafe fn word<'a>(self, slot: NonNull<u8>) -> &'a Cell<u32> {
        // SAFETY: the caller's promise.
        let word = unsafe { self.word_ptr(slot) };
        // SAFETY: inv. 2: it is initialised. Side words are only ever changed through their cells.
        unsafe { word.as_ref() }
    }

    /// Takes a slot from the free list.
    #[inline]
    pub(super) fn pop(self) -> Option<NonNull<u8>> {
        let header = self.header();
        let slot = header.free.get()?;
        // SAFETY: inv. 3: a slot on the free list holds its link.
        header.free.set(unsafe { slot.as_ref() }.next);
        header.live.set(header.live.get() + 1);
        Some(slot.cast())
    }

    /// Puts a slot on the free list; `true` if that is worth the slab's attention.
    ///
    /// # Safety
    ///
    /// The slot is this block's, was handed out, has the side word zero (inv. 3), and is not used again.
    #[inline]
    pub(super) unsafe fn push(self, slot: NonNull<u8>) -> bool {
        // SAFETY: the slot has been handed out.
        debug_assert_eq!(unsafe { self.word(slot) }.get(), 0, "block inv. 3: a slot is freed with a side word");
        let header = self.header();
        let slot = slot.cast::<FreeSlot>();
        // SAFETY: nothing uses the slot, and a slot has room for a link.
        unsafe { slot.write(FreeSlot { next: header.free.get() }) };
        header.free.set(Some(slot));
        let live = header.live.get() - 1;
        header.live.set(live);
        live == header.notify_at.get()
    }

    /// Puts slots on the free list; `true` if that is worth the slab's attention. If they were the last in use, and the
    /// slab is to be told so, the block goes, and the list with it: it is left as it is.
    ///
    /// # Safety
    ///
    /// The slots are this block's, were handed out, have the side word zero (inv. 3), and are not used again.
    pub(super) unsafe fn splice(self, chain: Chain) -> bool {
        let header = self.header();
        let attention = self.count_freed(chain.slots);
        if header.live.get() > 0 || !attention {
            // SAFETY: the caller's promise.
            unsafe { chain.link_last(header.free.get()) };
            header.free.set(Some(chain.first));
        }
        attention
    }

    /// Frees slots whose side words say that they are swept, without touching them; `true` if that is worth the slab's
    /// attention.
    ///
    /// # Safety
    ///
    /// So many slots of this block were in use, and have had [`SWEPT`] written into their side words (inv. 4). They are
    /// not used again.
    pub(super) unsafe fn sweep(self, slots: u32) -> bool {
        let header = self.header();
        header.swept.set(header.swept.get() + slots);
        header.swept_from.set(header.first);
        self.count_freed(slots)
    }

    /// Counts slots that are not in use any more; `true` if that is worth the slab's attention.
    fn count_freed(self, slots: u32) -> bool {
        let header = self.header();
        let (before, notify_at) = (header.live.get(), header.notify_at.get());
        let live = before - slots;
        header.live.set(live);
        before > notify_at && notify_at >= live
    }

    /// Makes the block as if no slot had ever been carved; `true` if that is worth the slab's attention.
    ///
    /// # Safety
    ///
    /// No slot of the block is used again.
    pub(super) unsafe fn clear(self) -> bool {
        let header = self.header();
        header.free.set(None);
        header.bump.set(header.first);
        header.swept.set(0);
        header.live.replace(0) > header.notify_at.get()
    }

    /// Puts slots that were swept, or never used, on the free list, if it is empty; `false` if there are none left.
    pub(super) fn carve(self) -> bool {
        let header = self.header();
        if header.free.get().is_some() {
            true
        } else if header.swept.get() > 0 {
            self.carve_swept();
            true
        } else {
            self.carve_new()
        }
    }

    /// Puts swept slots on the free list, which is empty. There are some.
    fn carve_swept(self) {
        let header = self.header();
        let mut swept = self.slots_from(header.swept_from.get()).filter(|(_, word)| word.get() == SWEPT).take(CARVE);
        let (first, word) = swept.next().expect("block inv. 5: there is a swept slot");
        word.set(0);
        let mut chain = Chain::of(first);
        swept.for_each(|(slot, word)| {
            word.set(0);
            // SAFETY: inv. 4: nothing uses the slot.
            unsafe { chain.add(slot) }
        });
        // SAFETY: as above.
        unsafe { chain.link_last(None) };
        header.free.set(Some(chain.first));
        header.swept.set(header.swept.get() - chain.slots);
        header.swept_from.set((chain.last.addr().get() & (BLOCK_SIZE - 1)) as u32 + header.slot_size);
    }

    /// Puts slots that were never used on the free list, which is empty; `false` if there are none left.
    fn carve_new(self) -> bool {
        let header = self.header();
        let (start, size) = (header.bump.get() as usize, header.slot_size as usize);
        let slots = ((header.end as usize - start) / size).min(CARVE);
        let end = start + slots * size;
        // SAFETY: slots from `start` to `end` lie in the block, and have not been handed out.
        unsafe { self.clear_words(start..end) };
        let mut next = None;
        for index in (0..slots).rev() {
            // SAFETY: the slot ends at `end` at the latest.
            let slot = unsafe { self.0.cast::<u8>().add(start + index * size) }.cast::<FreeSlot>();
            // SAFETY: nobody has been handed the slot, and it has room for a link.
            unsafe { slot.write(FreeSlot { next }) };
            next = Some(slot);
        }
        header.free.set(next);
        header.bump.set(end as u32);
        slots > 0
    }

    /// Writes the side words of new slots.
    ///
    /// # Safety
    ///
    /// The range, in bytes from the start of the block, is one of slots that have not been carved.
    unsafe fn clear_words(self, slots: Range<usize>) {
        let words = side_word_offset(slots.start)..side_word_offset(slots.end);
        // SAFETY: the words lie in the block.
        let first = unsafe { self.0.cast::<u8>().add(words.start) };
        // SAFETY: each slot has at least the 32 bytes that there is one word for. So the words of these are between
        // that of the first and that of what follows the last, in front of the slots, and no slot in use has a word
        // there.
        unsafe { first.write_bytes(0, words.len()) };
    }

    /// Says when freeing slots asks for the slab's attention next.
    pub(super) fn notify(self, when: Notify) {
        let header = self.header();
        let slots = (header.end - header.first) / header.slot_size;
        header.notify_at.set(match when {
            Notify::Never => u32::MAX,
            Notify::WhenOpen => slots - (slots / 8).max(1),
            Notify::WhenEmpty => 0,
        });
    }

    /// The slots that have been carved, in use or free, in address order, with their side words.
    #[inline]
    pub(crate) fn slots<'a>(self) -> impl Iterator<Item = (NonNull<u8>, &'a Cell<u32>)> {
        self.slots_from(self.header().first)
    }

    /// Those of the [`slots`](BlockPtr::slots) that do not begin before an offset, where one begins.
    #[inline]
    fn slots_from<'a>(self, mut offset: u32) -> impl Iterator<Item = (NonNull<u8>, &'a Cell<u32>)> {
        let header = self.header();
        let end = header.bump.get();
        let slot_size = header.slot_size;
        iter::from_fn(move || {
            if offset >= end {
                return None;
            }
            // SAFETY: the slot lies in the block.
            let slot = unsafe { self.0.cast::<u8>().add(offset as usize) };
            // SAFETY: the word of a slot lies in its block.
            let word = unsafe { self.0.cast::<u8>().add(side_word_offset(offset as usize)) }.cast::<Cell<u32>>();
            offset += slot_size;
            // SAFETY: inv. 2: the slots below `bump` have been carved, and their words are initialised. These are only
            // ever changed through their cells.
            Some((slot, unsafe { word.as_ref() }))
        })
    }

    /// Calls `each` for every carved slot whose side word is chosen, in address order, with that word.
    ///
    /// For blocks where few are: then what takes time is to pass over the others. So where the side words stand next to
    /// each other, many are looked at together, which compilers do with vector instructions.
    #[inline]
    pub(crate) fn for_each_among<'a>(
        self,
        chosen: impl Fn(u32) -> bool,
        mut each: impl FnMut(NonNull<u8>, &'a Cell<u32>),
    ) {
        let header = self.header();
        let (mut start, end, size) = (header.first as usize, header.bump.get() as usize, header.slot_size as usize);
        let base = self.0.cast::<u8>();
        // SAFETY: the word of a slot lies in its block.
        let word_at = |offset| unsafe { base.add(side_word_offset(offset)) }.cast::<Cell<u32>>();
        // SAFETY: inv. 2: the slots below `bump` have been carved, and their words are initialised. These are only ever
        // changed through their cells.
        let word = |offset| unsafe { word_at(offset).as_ref() };
        let choose = |bits, (index, word): (usize, &Cell<u32>)| bits | u32::from(chosen(word.get())) << index;
        while start < end {
            let slots = ((end - start) / size).min(GROUP);
            let mut bits = if slots == GROUP && size == GRANULE {
                // SAFETY: as above; the words of slots of this size stand next to each other.
                let words = unsafe { word_at(start).cast::<[Cell<u32>; GROUP]>().as_ref() };
                words.iter().enumerate().fold(0, choose)
            } else {
                (0..slots).map(|index| (index, word(start + index * size))).fold(0, choose)
            };
            while bits != 0 {
                let offset = start + bits.trailing_zeros() as usize * size;
                bits &= bits - 1;
                // SAFETY: the slot lies in the block.
                each(unsafe { base.add(offset) }, word(offset));
            }
            start += slots * size;
        }
    }

    /// Calls `each` for every slot in use, in address order.
    #[cfg(feature = "inspect")]
    pub(crate) fn for_each_used(self, mut each: impl FnMut(NonNull<u8>)) {
        let mut free = [false; BLOCK_SIZE / GRANULE];
        let granule = |slot: NonNull<u8>| (slot.as_ptr().addr() & (BLOCK_SIZE - 1)) / GRANULE;
        self.for_each_free(|slot| free[granule(slot)] = true);
        let is_used = |&(slot, word): &(_, &Cell<u32>)| word.get() != SWEPT && !free[granule(slot)];
        self.slots().filter(is_used).for_each(|(slot, _)| each(slot));
    }

    /// The number of carved slots that are free, for checks.
    #[cfg(any(test, feature = "verify"))]
    pub(crate) fn count_free(self) -> u32 {
        let mut count = 0;
        self.for_each_free(|slot| {
            // SAFETY: the slot is on the free list of this block.
            assert_eq!(unsafe { self.word(slot) }.get(), 0, "block inv. 3: a free slot has a side word");
            count += 1;
        });
        let swept = self.slots().filter(|(_, word)| word.get() == SWEPT).count();
        assert_eq!(swept, self.header().swept.get() as usize, "block inv. 5: the number of swept slots");
        count + self.header().swept.get()
    }

    /// Calls `each` for every slot on the free list.
    #[cfg(any(test, feature = "inspect", feature = "verify"))]
    fn for_each_free(self, mut each: impl FnMut(NonNull<u8>)) {
        let mut next = self.header().free.get();
        while let Some(slot) = next {
            each(slot.cast());
            // SAFETY: inv. 3: a slot on the free list holds its link.
            next = unsafe { slot.as_ref() }.next;
        }
    }
}

/// Allocates memory that is not zeroed.
pub(super) fn allocate(layout: Layout) -> Option<NonNull<u8>> {
    // SAFETY: neither a block nor a chunk has size zero.
    NonNull::new(unsafe { std::alloc::alloc(layout) })
}
