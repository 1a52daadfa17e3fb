//! The heap of one thread: its slab, its generations, its pacing and its counters.
//!
//! A generation is a state in the side words of its members, and a list of the blocks that they can be in: what has no
//! block in the list of touched ones is not young, so finding the young objects never walks the old ones.
//!
//! Invariants:
//! 1. Outside a collection no side word has a trial, and no object is condemned.
//! 2. The block of a young object is in the slab's list of touched blocks; that of a middle-aged one is there or in the
//!    list of middle blocks.
//! 3. The block of an object that is in a generation and not clean (a *suspect*) is in the list of suspect blocks.
//! 4. The number of tracked objects is that of the side words that are not free; that of frozen ones is counted too.
//! 5. An object that is in a generation, frozen or condemned has a live value, to which nobody has exclusive access.
//! 6. While `condemned` is not empty, the word of a condemned object holds its index there.
//!
//! Does not know how garbage is found or how objects die.

mod attachments;
mod observers;
mod pacing;
mod records;
mod shape;
mod thread;
mod unfinished;
mod word;

use crate::object::{Edge, Header, ObjectPtr, Tracer};
use crate::prefetch::prefetch;
use crate::slab::{Batch, BlockPtr, ListId, Slab};
pub(crate) use attachments::{Attachments, DeathCallback, Registered};
use core::cell::{Cell, RefCell};
use core::ptr::NonNull;
pub(crate) use observers::Observers;
pub use observers::{CallbackId, DebugFlags, Phase};
pub(crate) use pacing::Pacing;
pub use pacing::Trigger;
#[cfg(feature = "inspect")]
pub(crate) use records::Look;
pub(crate) use records::Records;
pub use records::{Collection, GenerationStats};
pub(crate) use shape::{Shape, set_trailer, trailer};
use std::alloc::{Layout, alloc, dealloc};
pub(crate) use thread::{current, set_current};
pub(crate) use unfinished::{Panic, Unfinished};
pub use word::{Generation, InvalidGeneration};
pub(crate) use word::{Selection, State, Word};

/// Where an object was before it was [detached](Heap::detach).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    state: State,
    /// How often the permanent generation had been thawed by then, if the object was in that.
    thaws: u32,
}

/// What the collector is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Activity {
    /// Nothing.
    Idle,
    /// It traces objects. The only code of the user that runs is `Trace::trace`, which must not touch the heap.
    Tracing,
    /// A collection calls code of the user: callbacks, finalizers, destructors.
    Calling,
}

/// See the module.
pub(crate) struct Heap {
    pub(crate) pacing: Pacing,
    slab: Slab,
    pub(crate) records: Records,
    pub(crate) observers: Observers,
    pub(crate) attachments: Attachments,
    /// What has been found unreachable and kept; a strong pointer to each belongs to the list.
    pub(crate) garbage: RefCell<Vec<ObjectPtr>>,
    pub(crate) activity: Cell<Activity>,
    /// How many destructors of objects are on the stack, one inside the other.
    pub(crate) depth: Cell<u32>,
    pub(crate) unfinished: Unfinished,
    /// The objects that a collection has condemned, while it calls finalizers; [`Heap::GONE`] in place of those that
    /// are not condemned any more.
    condemned: RefCell<Vec<ObjectPtr>>,
    /// The number of frozen objects.
    frozen: Cell<usize>,
    /// How often the permanent generation has been thawed.
    thaws: Cell<u32>,
    /// How many objects with finalizers there have ever been.
    births: Cell<u64>,
    /// Whether the thread is done with the heap: it goes when it is empty.
    exited: Cell<bool>,
    /// By how many the heap is [held](Heap::hold).
    holders: Cell<u32>,
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
            records: Records::default(),
            observers: Observers::default(),
            attachments: Attachments::default(),
            garbage: RefCell::default(),
            activity: Cell::new(Activity::Idle),
            depth: Cell::new(0),
            unfinished,
            condemned: RefCell::default(),
            frozen: Cell::new(0),
            thaws: Cell::new(0),
            births: Cell::new(0),
            exited: Cell::new(false),
            holders: Cell::new(0),
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

    /// Keeps the heap from being freed as long as what this gives lives: for code that uses it after code of the user
    /// has run, and knows of no object that is still there. It then calls [`destroy_if_done`](Heap::destroy_if_done).
    pub(crate) fn hold(&self) -> Held<'_> {
        self.holders.set(self.holders.get() + 1);
        Held(self)
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
            if !heap.exited.get() || !heap.slab.is_empty() || heap.is_collecting() || heap.holders.get() > 0 {
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
        self.activity.get() != Activity::Idle
    }

    /// Memory for an object, without a header; `None` if the allocator has none.
    #[inline]
    pub(crate) fn allocate(&self, shape: Shape, tracked: bool) -> Option<ObjectPtr> {
        debug_assert_ne!(self.activity.get(), Activity::Tracing, "`Trace::trace` must not create a `Cc`");
        let slot = match shape.class() {
            Some(class) => self.slab.allocate(class, tracked),
            None => self.allocate_large(shape, tracked),
        }?;
        // SAFETY: the slot has room for the header; who calls writes it first.
        Some(unsafe { ObjectPtr::from_slot(slot) })
    }

    /// [`allocate`](Heap::allocate), if a slot is there for the taking, and no collection is due.
    #[inline]
    pub(crate) fn take(&self, shape: Shape, tracked: bool) -> Option<ObjectPtr> {
        debug_assert_ne!(self.activity.get(), Activity::Tracing, "`Trace::trace` must not create a `Cc`");
        if tracked && self.pacing.is_due() {
            return None;
        }
        let slot = self.slab.take(shape.class()?, tracked)?;
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
        debug_assert_ne!(self.activity.get(), Activity::Tracing, "`Trace::trace` must not drop a `Cc`");
        let word = word_of(object);
        if Word(word.get()).is_set_apart() {
            self.leave_from_apart(word);
        } else if word.get() != 0 {
            word.set(Word::of(State::Free).0);
            self.pacing.count_death();
        }
    }

    /// [`leave`](Heap::leave), for an object that is in none of the three generations.
    #[cold]
    #[inline(never)]
    fn leave_from_apart(&self, word: &Cell<u32>) {
        self.note_leave(Word(word.get()));
        word.set(Word::of(State::Free).0);
        self.pacing.count_death();
    }

    /// Notes that an object is condemned or frozen no more, if it was.
    fn note_leave(&self, word: Word) {
        match word.state() {
            State::Frozen => self.frozen.set(self.frozen.get() - 1),
            State::Condemned => {
                if let Some(entry) = self.condemned.borrow_mut().get_mut(word.index()) {
                    *entry = Heap::GONE;
                }
            }
            _ => {}
        }
    }

    /// Takes a condemned object out of the heap for good, when finalizers have been called.
    #[inline]
    pub(crate) fn leave_condemned(&self, object: ObjectPtr) {
        debug_assert_eq!(word_of(object).get(), Word::of(State::Condemned).0, "an object that is not condemned");
        word_of(object).set(Word::of(State::Free).0);
        self.pacing.count_death();
    }

    /// Takes an object out of its generation for a time, and says how to [put it back](Heap::return_to). An untracked
    /// one stays as it is. A condemned one is spared.
    #[inline]
    pub(crate) fn detach(object: ObjectPtr) -> Origin {
        let word = word_of(object);
        let before = Word(word.get());
        let state = before.state();
        let thaws = if before.is_set_apart() { Heap::note_detach(object, before) } else { 0 };
        if state != State::Free {
            word.set(Word::of(State::Detached).0);
        }
        Origin { state, thaws }
    }

    /// [`detach`](Heap::detach), for an object that is in none of the three generations. Gives the number of thaws.
    #[cold]
    #[inline(never)]
    fn note_detach(object: ObjectPtr, before: Word) -> u32 {
        // SAFETY: an object keeps its heap.
        let heap = unsafe { Heap::of(object).as_ref() };
        heap.note_leave(before);
        heap.thaws.get()
    }

    /// Puts an object back that was detached for a time.
    #[inline]
    pub(crate) fn return_to(origin: Origin, object: ObjectPtr) {
        if Heap::is_listed(object, origin.state) {
            word_of(object).set(Word::of(origin.state).0);
        } else if origin.state != State::Free {
            // SAFETY: an object keeps its heap.
            unsafe { Heap::of(object).as_ref() }.return_tracked_to(origin, object);
        }
    }

    /// Whether the block of an object is in the lists where inv. 2 and 3 want it, if the object is in a generation.
    #[inline]
    fn is_listed(object: ObjectPtr, generation: State) -> bool {
        let block = block_of(object);
        let is_found = match generation {
            State::Young => block.is_in(ListId::Touched),
            State::Middle => block.is_in(ListId::Middle),
            State::Old => true,
            _ => return false,
        };
        is_found && (object.header().is_clean() || block.is_in(ListId::Suspect))
    }

    #[cold]
    #[inline(never)]
    fn return_tracked_to(&self, origin: Origin, object: ObjectPtr) {
        let thawed = origin.state == State::Frozen && origin.thaws != self.thaws.get();
        if thawed || origin.state == State::Condemned {
            object.header().clear_clean();
            self.attach(object, State::Old);
        } else {
            self.attach(object, origin.state);
        }
    }

    /// Puts an object into a generation, if `state` is one.
    pub(crate) fn attach(&self, object: ObjectPtr, state: State) {
        let block = block_of(object);
        word_of(object).set(Word::of(state).0);
        match state {
            State::Young => self.slab.list(ListId::Touched).insert(block),
            State::Middle => self.slab.list(ListId::Middle).insert(block),
            State::Frozen => self.frozen.set(self.frozen.get() + 1),
            _ => {}
        }
        if state != State::Free && !object.header().is_clean() {
            self.slab.list(ListId::Suspect).insert(block);
        }
    }

    /// Makes an object young that was detached when it was made. One that is not tracked stays as it is.
    #[inline]
    pub(crate) fn attach_if_detached(&self, object: ObjectPtr) {
        if state_of(object) == State::Detached {
            self.attach(object, State::Young);
        }
    }

    /// Makes a tracked object of one that was not, because its own edges are not all it has any more.
    pub(crate) fn track(&self, object: ObjectPtr) {
        if state_of(object) == State::Free && object.is_initialised() {
            block_of(object).set_scanned();
            self.pacing.count();
            self.attach(object, State::Young);
        }
    }

    /// Numbers a new object that has a finalizer.
    ///
    /// # Safety
    ///
    /// The object has a trailer, which the number goes into.
    pub(crate) unsafe fn number_birth(&self, object: ObjectPtr) {
        let number = self.births.get();
        self.births.set(number + 1);
        // SAFETY: the caller's promise.
        unsafe { set_trailer(object, number) }
    }

    /// Whether there has ever been an object with a finalizer.
    pub(crate) fn has_finalizers(&self) -> bool {
        self.births.get() != 0
    }

    /// Visits the edges of an object.
    ///
    /// # Safety
    ///
    /// The value is alive, and nobody holds a mutable reference to it.
    #[inline]
    pub(crate) unsafe fn trace(&self, object: ObjectPtr, tracer: &mut Tracer<'_>) {
        // SAFETY: the caller's promise.
        unsafe { object.trace(tracer) };
        if object.header().is_attached() {
            self.attachments.trace(object, tracer);
        }
    }

    /// Visits the edges of an object, and says what they are called.
    ///
    /// # Safety
    ///
    /// As [`trace`](Heap::trace).
    #[cfg(feature = "inspect")]
    pub(crate) unsafe fn trace_labelled(&self, object: ObjectPtr, labeller: &mut crate::object::Labeller<'_>) {
        // SAFETY: the caller's promise.
        unsafe { object.trace_labelled(labeller) };
        if object.header().is_attached() {
            labeller.attachment(&|tracer| self.attachments.trace(object, tracer));
        }
    }

    /// Makes an object a suspect: garbage may hang from it from now on.
    #[inline]
    pub(crate) fn suspect(&self, object: ObjectPtr) {
        debug_assert_ne!(self.activity.get(), Activity::Tracing, "`Trace::trace` must not drop a `Cc`");
        let block = block_of(object);
        if !block.is_in(ListId::Suspect) {
            self.add_suspect_block(block);
        }
    }

    #[cold]
    #[inline(never)]
    fn add_suspect_block(&self, block: BlockPtr) {
        self.slab.list(ListId::Suspect).insert(block);
    }

    /// Makes an object a suspect that has lost the clean flag, if the collector looks at it.
    pub(crate) fn suspect_if_tracked(&self, object: ObjectPtr) {
        if word_of(object).get() != 0 {
            self.suspect(object);
        }
    }

    /// Takes an object out of its generation because the running collection has found it unreachable.
    #[inline]
    pub(crate) fn condemn(&self, object: ObjectPtr) {
        word_of(object).set(Word::of(State::Condemned).0);
    }

    /// Stands for an object that is not condemned any more.
    pub(crate) const GONE: ObjectPtr = ObjectPtr::dangling();

    /// Says which objects are condemned while finalizers are called: inv. 6.
    pub(crate) fn set_condemned(&self, condemned: Vec<ObjectPtr>) {
        for (index, &object) in condemned.iter().enumerate() {
            word_of(object).set(Word::condemned(index).0);
        }
        self.condemned.replace(condemned);
    }

    /// The condemned object at an index, if it still is one.
    pub(crate) fn condemned(&self, index: usize) -> Option<ObjectPtr> {
        self.condemned.borrow().get(index).copied().filter(|&object| object != Heap::GONE)
    }

    /// The objects that are still condemned, when finalizers have been called.
    pub(crate) fn take_condemned(&self) -> Vec<ObjectPtr> {
        let mut condemned = self.condemned.take();
        condemned.retain(|&object| object != Heap::GONE);
        condemned.iter().for_each(|&object| self.condemn(object));
        condemned
    }

    /// Moves everything into the permanent generation, which no collection looks at.
    pub(crate) fn freeze(&self) {
        let mut frozen = self.frozen.get();
        self.for_each_tracked(Selection::ALL, |_, word| {
            word.set(Word::of(State::Frozen).0);
            frozen += 1;
        });
        self.frozen.set(frozen);
        self.slab.list(ListId::Middle).clear();
        self.clear_touched();
        self.pacing.note_freeze();
    }

    /// Moves the permanent generation into the old one.
    ///
    /// All of it becomes suspect. While it was frozen, collections took what it refers to for alive, and declared that
    /// clean: so the garbage that there is now may hang from any of these objects.
    pub(crate) fn unfreeze(&self) {
        self.for_each_tracked(Selection::of(State::Frozen), |object, _| {
            object.header().clear_clean();
            self.attach(object, State::Old);
        });
        self.thaws.set(self.thaws.get().wrapping_add(1));
        self.pacing.note_unfreeze(self.frozen.take());
    }

    /// The number of frozen objects.
    pub(crate) fn frozen(&self) -> usize {
        self.frozen.get()
    }

    /// Calls `each` for every tracked object in a selection, with its side word.
    pub(crate) fn for_each_tracked(&self, selection: Selection, mut each: impl FnMut(ObjectPtr, &Cell<u32>)) {
        self.blocks(ListId::All).for_each(|block| {
            if block.is_scanned() {
                objects_in(block, selection).for_each(|(object, word)| each(object, word));
            }
        });
    }

    /// Calls `each` for every object there is, tracked or not, block by block: also for those whose value is yet to be
    /// written, is being dropped, or is gone.
    #[cfg(feature = "inspect")]
    pub(crate) fn for_each_in_use(&self, mut each: impl FnMut(ObjectPtr)) {
        self.blocks(ListId::All).for_each(|block| {
            // SAFETY: a slot that has been handed out holds a header: nothing runs before it does.
            block.for_each_used(|slot| each(unsafe { ObjectPtr::from_slot(slot) }));
        });
    }

    /// The memory of all blocks, those that are kept for later included, in bytes.
    #[cfg(feature = "inspect")]
    pub(crate) fn block_bytes(&self) -> usize {
        self.slab.bytes()
    }

    /// Gives the generations' sizes, in objects, youngest first.
    pub(crate) fn count_generations(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        self.for_each_tracked(Selection::ALL, |_, word| {
            counts[(Word(word.get()).state() as u32 - State::Young as u32) as usize] += 1;
        });
        counts
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

    /// Frees the slots of many objects. To each applies what [`free`](Heap::free) says.
    ///
    /// Only within a collection, which sees to it that the heap goes if the last object does.
    pub(crate) fn free_many(&self) -> Batch<'_> {
        debug_assert!(self.is_collecting(), "whoever frees the last object lets the heap go");
        self.slab.batch()
    }

    /// Frees the objects in a block that have been swept, of which there are so many, without a drop of their values.
    ///
    /// Only within a collection, as [`free_many`](Heap::free_many).
    ///
    /// # Safety
    ///
    /// No pointer to one of them, strong or weak, is used again.
    pub(crate) unsafe fn sweep(&self, block: BlockPtr, swept: usize) {
        if swept == block.live() as usize {
            // SAFETY: these are all the objects in the block; the rest is the caller's promise.
            unsafe { self.slab.clear(block) }
        } else if swept > 0 {
            // SAFETY: the caller's promise.
            unsafe { self.slab.sweep(block, swept as u32) }
        }
        self.pacing.count_deaths(swept);
    }

    /// [`sweep`](Heap::sweep), for objects that are named one by one.
    ///
    /// # Safety
    ///
    /// As there.
    pub(crate) unsafe fn sweep_listed(&self, objects: &[ObjectPtr]) {
        for neighbours in objects.chunk_by(|&one, &other| block_of(one) == block_of(other)) {
            neighbours.iter().for_each(|&object| word_of(object).set(Word::of(State::Swept).0));
            // SAFETY: the caller's promise.
            unsafe { self.sweep(block_of(neighbours[0]), neighbours.len()) };
        }
    }

    /// Gives memory back that has not been needed for some time; or since the last call, if the program has asked.
    pub(crate) fn reap(&self, asked: bool) {
        self.slab.reap(asked);
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

/// Keeps a heap from being freed. See [`Heap::hold`].
pub(crate) struct Held<'h>(&'h Heap);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.holders.set(self.0.holders.get() - 1);
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

/// Visits the edge to an object. If the tracer prefetches, the collector will want its side word when the edge is
/// handed on.
#[inline]
pub(crate) fn visit(object: ObjectPtr, tracer: &mut Tracer<'_>) {
    tracer.visit(object.value(), || prefetch(word_of(object)));
}

/// The object at the end of an edge.
#[inline]
pub(crate) fn target(edge: Edge) -> ObjectPtr {
    // SAFETY: only `visit` makes edges, for strong pointers: those of a `Cc`, an `AnyCc` and an attachment. Each keeps
    // the slot of its object allocated.
    unsafe { ObjectPtr::from_value(edge) }
}

/// Where an object stands.
#[inline]
pub(crate) fn state_of(object: ObjectPtr) -> State {
    Word(word_of(object).get()).state()
}

/// The objects in a block that are in a selection, in address order, with their side words.
///
/// A pass over all of a heap goes through them by `for_each`, which takes fewer instructions than a loop.
#[inline]
pub(crate) fn objects_in<'a>(
    block: BlockPtr,
    selection: Selection,
) -> impl Iterator<Item = (ObjectPtr, &'a Cell<u32>)> {
    block.slots().filter(move |(_, word)| selection.contains(Word(word.get()))).map(|(slot, word)| {
        // SAFETY: the word of a slot is in a state only while there is an object in the slot.
        (unsafe { ObjectPtr::from_slot(slot) }, word)
    })
}

/// Calls `each` for every object in a block that is in a selection, in address order, with its side word. For blocks
/// where few are.
#[inline]
pub(crate) fn for_each_among(block: BlockPtr, selection: Selection, mut each: impl FnMut(ObjectPtr, &Cell<u32>)) {
    let chosen = |word| selection.contains_each(Word(word));
    // SAFETY: as in `objects_in`.
    block.for_each_among(chosen, |slot, word| each(unsafe { ObjectPtr::from_slot(slot) }, word));
}
