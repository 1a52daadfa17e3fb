//! The heap of one thread: its slab, its generations, its pacing and its counters.
//!
//! A generation is a state in the side words of its members, and a list of the blocks that they can be in: what has no
//! block in the list of touched ones is not young, so finding the young objects never walks the old ones.
//!
//! Invariants:
//! 1. Outside a collection every side word has the trial count zero, and no object is condemned.
//! 2. The block of a young object is in the slab's list of touched blocks; that of a middle-aged one is there or in the
//!    list of middle blocks.
//! 3. The block of an object that is in a generation and not clean (a *suspect*) is in the list of suspect blocks.
//! 4. The number of tracked objects is that of the side words that are not free.
//! 5. An object in a generation has a live value, to which nobody has exclusive access.
//!
//! Does not know how garbage is found or how objects die.

mod pacing;
mod thread;
mod unfinished;
mod word;

use crate::object::{Header, ObjectPtr};
use crate::slab::{BlockPtr, ListId, SizeClass, Slab};
use core::cell::Cell;
use core::ptr::NonNull;
use core::time::Duration;
pub(crate) use pacing::Pacing;
use std::alloc::{Layout, alloc, dealloc};
pub(crate) use thread::{current, set_current};
pub(crate) use unfinished::{Panic, Unfinished};
pub(crate) use word::{Collected, State, Word};
pub use word::{Generation, InvalidGeneration};

/// The size and alignment of an object, its header included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    class: Option<SizeClass>,
    /// In bytes.
    size: usize,
    align: usize,
}

impl Shape {
    /// The shape of an object with a `T` in it.
    pub(crate) const fn of<T>() -> Shape {
        // No overflow: a type is at most `isize::MAX` bytes large.
        let size = size_of::<Header>() + size_of::<T>();
        Shape { class: SizeClass::for_layout(size, align_of::<T>()), size, align: align_of::<T>() }
    }

    /// In bytes.
    pub(crate) const fn size(self) -> usize {
        self.size
    }

    /// As the allocator would want it; `None` if no address space holds an object of this shape.
    pub(crate) fn layout(self) -> Option<Layout> {
        Layout::from_size_align(self.size, self.align.max(align_of::<Header>())).ok()
    }
}

/// What one generation's collections have done so far.
///
/// # Examples
///
/// See [`get_stats`](crate::gc::get_stats).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct GenerationStats {
    /// Collections of this generation (together with the younger ones).
    pub collections: usize,
    /// Objects that they found unreachable and freed.
    pub collected: usize,
    /// Objects that they found unreachable and could not free. Always 0: nothing keeps this collector from freeing
    /// what it has found. The field is `CPython`'s.
    pub uncollectable: usize,
    /// Objects that they examined. A collection starts from the objects that may have become garbage, so this is far
    /// less than the objects there were.
    pub candidates: usize,
    /// The time that they took.
    pub duration: Duration,
}

/// Where a collection is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// There is none.
    Idle,
    /// It looks for garbage. The only code of the user that runs is `Trace::trace`, which must not touch the heap.
    Tracing,
    /// It frees the garbage. Destructors run.
    Freeing,
}

/// See the module.
pub(crate) struct Heap {
    pub(crate) pacing: Pacing,
    slab: Slab,
    pub(crate) stats: [Cell<GenerationStats>; 3],
    pub(crate) phase: Cell<Phase>,
    /// How many destructors of objects are on the stack, one inside the other.
    pub(crate) depth: Cell<u32>,
    pub(crate) unfinished: Unfinished,
    /// Whether the thread is done with the heap: it goes when it is empty.
    exited: Cell<bool>,
    /// Working memory of the collector, kept for the next collection.
    scratch: Cell<Vec<ObjectPtr>>,
    /// Whether every collection is followed by a check of the whole heap.
    #[cfg(feature = "verify")]
    pub(crate) verifies: Cell<bool>,
}

impl Heap {
    /// What a heap needs, its blocks not included.
    pub(crate) const LAYOUT: Layout = Layout::new::<Heap>();

    /// A new heap, without objects; `None` if the allocator has no memory.
    pub(crate) fn create() -> Option<NonNull<Heap>> {
        let unfinished = Unfinished::new()?;
        // SAFETY: a heap has a size.
        let heap = NonNull::new(unsafe { alloc(Heap::LAYOUT) })?.cast::<Heap>();
        let fresh = Heap {
            pacing: Pacing::new(),
            slab: Slab::new(heap.cast()),
            stats: Default::default(),
            phase: Cell::new(Phase::Idle),
            depth: Cell::new(0),
            unfinished,
            exited: Cell::new(false),
            scratch: Cell::default(),
            #[cfg(feature = "verify")]
            verifies: Cell::new(cfg!(debug_assertions)),
        };
        // SAFETY: the memory has room for it.
        unsafe { heap.write(fresh) };
        Some(heap)
    }

    /// Says that the thread is done with the heap. It stays for as long as there are objects in it.
    pub(crate) fn retire(&self) {
        self.exited.set(true);
        self.slab.close();
    }

    /// Frees the heap if its thread is done with it and no object is left.
    ///
    /// # Safety
    ///
    /// The caller does not use the heap after this, unless it knows of an object in it.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn destroy_if_done(heap: NonNull<Heap>) {
        {
            // SAFETY: the heap exists.
            let heap = unsafe { heap.as_ref() };
            // What runs a collection uses the heap after the last object is gone, and calls this itself.
            if !heap.exited.get() || !heap.slab.is_empty() || heap.is_collecting() {
                return;
            }
        }
        if current() == Some(heap) {
            set_current(None);
        }
        // SAFETY: no object and no block refers to it any more, nor does the thread.
        unsafe { heap.drop_in_place() };
        // SAFETY: `create` allocated it with this layout.
        unsafe { dealloc(heap.as_ptr().cast(), Heap::LAYOUT) };
    }

    /// The heap that an object is in.
    #[inline]
    pub(crate) fn of(object: ObjectPtr) -> NonNull<Heap> {
        block_of(object).owner().cast()
    }

    pub(crate) fn is_collecting(&self) -> bool {
        self.phase.get() != Phase::Idle
    }

    /// Memory for an object, without a header; `None` if the allocator has none.
    #[inline]
    pub(crate) fn allocate(&self, shape: Shape, tracked: bool) -> Option<ObjectPtr> {
        debug_assert_ne!(self.phase.get(), Phase::Tracing, "`Trace::trace` must not create a `Cc`");
        let slot = match shape.class {
            Some(class) => self.slab.allocate(class, tracked),
            None => self.allocate_large(shape, tracked),
        }?;
        // SAFETY: the slot has room for the header; who calls writes it first.
        Some(unsafe { ObjectPtr::from_slot(slot) })
    }

    #[cold]
    #[inline(never)]
    fn allocate_large(&self, shape: Shape, tracked: bool) -> Option<NonNull<u8>> {
        self.slab.allocate_large(size_of::<Header>(), shape.layout()?, tracked)
    }

    /// Puts a new object into the young generation.
    #[inline]
    pub(crate) fn enrol(&self, object: ObjectPtr) {
        // Inv. 2: the slab has put the block on its list when it took the slot.
        word_of(object).set(Word::of(State::Young).0);
        self.pacing.count();
    }

    /// Notes a new object that is in no generation yet.
    pub(crate) fn enrol_detached(&self, object: ObjectPtr) {
        word_of(object).set(Word::of(State::Detached).0);
        self.pacing.count();
    }

    /// Takes an object out of its generation for good. Before the first piece of its destruction runs, so that no
    /// collection which that sets off looks at it.
    #[inline]
    pub(crate) fn leave(&self, object: ObjectPtr) {
        debug_assert_ne!(self.phase.get(), Phase::Tracing, "`Trace::trace` must not drop a `Cc`");
        let word = word_of(object);
        if word.get() != 0 {
            word.set(Word::of(State::Free).0);
            self.pacing.count_death();
        }
    }

    /// Takes an object out of its generation for a time, and says how to put it back. An untracked one stays as it is.
    pub(crate) fn detach(&self, object: ObjectPtr) -> State {
        let word = word_of(object);
        let state = Word(word.get()).state();
        if state != State::Free {
            word.set(Word::of(State::Detached).0);
        }
        state
    }

    /// Puts an object into a generation, if `state` is one.
    pub(crate) fn attach(&self, object: ObjectPtr, state: State) {
        let block = block_of(object);
        word_of(object).set(Word::of(state).0);
        match state {
            State::Young => self.slab.list(ListId::Touched).insert(block),
            State::Middle => self.slab.list(ListId::Middle).insert(block),
            _ => {}
        }
        if state != State::Free && !object.header().is_clean() {
            self.slab.list(ListId::Suspect).insert(block);
        }
    }

    /// Makes an object young that was detached when it was made. One that is not tracked stays as it is.
    pub(crate) fn attach_if_detached(&self, object: ObjectPtr) {
        if Word(word_of(object).get()).state() == State::Detached {
            self.attach(object, State::Young);
        }
    }

    /// Makes an object a suspect: garbage may hang from it from now on.
    #[inline]
    pub(crate) fn suspect(&self, object: ObjectPtr) {
        debug_assert_ne!(self.phase.get(), Phase::Tracing, "`Trace::trace` must not drop a `Cc`");
        let block = block_of(object);
        let suspects = self.slab.list(ListId::Suspect);
        if !suspects.contains(block) {
            suspects.insert(block);
        }
    }

    /// Takes an object out of its generation because the running collection has found it unreachable.
    #[inline]
    pub(crate) fn condemn(&self, object: ObjectPtr) {
        word_of(object).set(Word::of(State::Condemned).0);
    }

    /// Frees the slot of an object; `true` if that may have been the last one in use.
    ///
    /// # Safety
    ///
    /// The object is this heap's, and has left its generation. Its value has been dropped or moved out, and no pointer
    /// to it is left.
    #[inline]
    pub(crate) unsafe fn free(&self, object: ObjectPtr) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.slab.free(object.header_ptr().cast()) }
    }

    /// One of the lists of blocks.
    pub(crate) fn blocks(&self, id: ListId) -> &crate::slab::BlockList {
        self.slab.list(id)
    }

    /// Starts a new young generation.
    pub(crate) fn clear_touched(&self) {
        self.slab.clear_touched();
    }

    /// Lends the collector its working memory.
    pub(crate) fn take_scratch(&self) -> Vec<ObjectPtr> {
        self.scratch.take()
    }

    /// Takes the working memory back, unless it is so large that keeping it would be a leak.
    pub(crate) fn return_scratch(&self, mut scratch: Vec<ObjectPtr>) {
        /// In objects: 512 KiB.
        const KEPT: usize = 1 << 16;
        if scratch.capacity() <= KEPT {
            scratch.clear();
            self.scratch.set(scratch);
        }
    }
}

/// The block that an object is in.
#[inline]
pub(crate) fn block_of(object: ObjectPtr) -> BlockPtr {
    // SAFETY: an object's header begins its slot, and an `ObjectPtr` may be used to reach the whole block.
    unsafe { BlockPtr::of(object.header_ptr().cast()) }
}

/// The side word of an object.
#[inline]
pub(crate) fn word_of<'a>(object: ObjectPtr) -> &'a Cell<u32> {
    // SAFETY: the slot is that block's, and has been handed out.
    unsafe { block_of(object).word(object.header_ptr().cast()) }
}

/// Calls `each` for every slot of a block whose word is in `collected`, with the object in it.
#[inline]
pub(crate) fn for_each_object(block: BlockPtr, collected: Collected, mut each: impl FnMut(ObjectPtr, &Cell<u32>)) {
    block.for_each_slot(|slot, word| {
        if collected.contains(Word(word.get())) {
            // SAFETY: the word of a slot is in a generation only while there is an object in the slot.
            each(unsafe { ObjectPtr::from_slot(slot) }, word);
        }
    });
}
