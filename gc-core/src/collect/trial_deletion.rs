//! Which objects of the collected generations are garbage.
//!
//! Trial deletion, as in `CPython`'s `deduce_unreachable`: an object that is referred to more often than members of
//! the set refer to it is referred to from outside, and alive; so is what it reaches; the rest is garbage. But not the
//! whole set is examined: by the lemma of `docs/design.md`, garbage hangs from *suspects*, so what they reach is
//! enough. Where the suspects are many, finding what they reach costs more than it saves, and the whole set is taken.
//!
//! 1. [`find_suspects`]
//! 2. the working set, with the references inside it counted: [`count_reached`] or [`count_all`]
//! 3. what is referred to from outside, and all that it reaches: [`mark_reached`] or [`mark_all`]
//! 4. the rest is condemned: [`sort_out_reached`] or [`sort_out_all`]
//!
//! Once finalizers have been called, the same is done with the condemned objects alone: [`run_again`].
//!
//! Two passes see the same edges, because no user code runs in between. A `trace` that panics, or an allocator without
//! memory, ends the run without a verdict: trials are reset, suspects stay suspects, and nothing is condemned.
//!
//! A pass over a large heap costs what it reads. Only the second step reads the objects; the others need only side
//! words, but for what is alive.

use crate::heap::{Generation, Heap, Selection, State, Word, block_of, objects_in, word_of};
use crate::object::{Edge, EdgeSink, ObjectPtr, Tracer};
use crate::prefetch::prefetch;
use crate::slab::{BlockPtr, ListId};
use core::cell::{Cell, RefCell};
use core::mem;

/// How far ahead of its use an object is fetched into the cache, in objects.
const PREFETCH_OBJECTS: usize = 4;
/// The whole set is examined if at least one in so many of its members is a suspect, or is reached by them.
const FEW: usize = 4;

/// What a run has found. Nothing, if it did not come to its end.
#[derive(Default)]
pub(super) struct Found {
    /// The garbage. Each object has been taken out of its generation.
    pub(super) condemned: Vec<ObjectPtr>,
    /// The number of objects that were examined.
    pub(super) candidates: usize,
    /// The number of survivors, if they have been promoted: if all objects of the collected generations were examined.
    pub(super) promoted: Option<usize>,
    /// Whether the run came to its end.
    pub(super) complete: bool,
}

/// Finds the garbage of a generation and all younger ones.
pub(super) fn run(heap: &Heap, generation: Generation) -> Found {
    let pass = Pass::new(heap, Selection::up_to(generation), generation == Generation::Old);
    let reset = Reset { heap, collected: pass.collected };
    match examine(heap, generation, &pass) {
        Some(found) => {
            reset.disarm();
            found
        }
        // No memory: nothing is condemned, and `reset` does its work.
        None => Found::default(),
    }
}

/// Finds which of the condemned objects can still not be reached, and gives them. The others are spared, one by one;
/// all of them, if there is not enough memory to tell.
pub(super) fn run_again(heap: &Heap, condemned: Vec<ObjectPtr>, spare: impl FnMut(ObjectPtr)) -> Vec<ObjectPtr> {
    let pass = Pass::new(heap, Selection::of(State::Condemned), false);
    let mut undecided = Undecided { condemned: ObjectList::new(condemned), spare };
    count_reached(&pass, &undecided.condemned, usize::MAX);
    mark_reached(&pass, &undecided.condemned);
    if pass.stack.is_exhausted() {
        return Vec::new();
    }
    undecided.spare_reachable()
}

/// Condemned objects under trial. If it does not come to its end, all of them are spared.
struct Undecided<F: FnMut(ObjectPtr)> {
    condemned: ObjectList,
    spare: F,
}

impl<F: FnMut(ObjectPtr)> Undecided<F> {
    /// Spares the objects that are known to be alive. Gives the others.
    fn spare_reachable(&mut self) -> Vec<ObjectPtr> {
        let mut condemned = mem::take(&mut self.condemned).into_inner();
        condemned.retain(|&object| {
            let word = word_of(object);
            let reachable = Word(word.get()).is_reachable();
            word.set(Word(word.get()).settled().0);
            if reachable {
                (self.spare)(object);
            }
            !reachable
        });
        condemned
    }
}

impl<F: FnMut(ObjectPtr)> Drop for Undecided<F> {
    fn drop(&mut self) {
        for object in mem::take(&mut self.condemned).into_inner() {
            (self.spare)(object);
        }
    }
}

/// The steps of the module's outline; `None` if there was not enough memory to see all there is to see.
fn examine(heap: &Heap, generation: Generation, pass: &Pass<'_>) -> Option<Found> {
    let blocks = blocks_of(heap, generation)?;
    let list = ObjectList::new(heap.take_scratch());
    let few = population(heap, generation, &blocks).div_ceil(FEW).max(1);
    find_suspects(heap, generation, &blocks, &list, few);
    let is_working_set = list.len() < few && count_reached(pass, &list, few);
    if list.is_exhausted() {
        return None;
    }
    let (candidates, promoted) = if is_working_set {
        mark_reached(pass, &list);
        if pass.stack.is_exhausted() {
            return None;
        }
        let candidates = list.len();
        sort_out_reached(heap, &list);
        (candidates, None)
    } else {
        list.clear();
        let candidates = count_all(pass, &blocks);
        let reachable = mark_all(pass, &blocks);
        if pass.stack.is_exhausted() || !list.reserve(candidates - reachable) {
            return None;
        }
        sort_out_all(heap, generation, &blocks, &list);
        (candidates, Some(reachable))
    };
    Some(Found { condemned: list.into_inner(), candidates, promoted, complete: true })
}

/// What the passes of one run have in common.
struct Pass<'h> {
    heap: &'h Heap,
    collected: Selection,
    /// Whether all generations are collected. Only then what survives is clean: what survives a partial collection may
    /// hang from garbage of an older generation.
    full: bool,
    /// Objects found to be alive whose edges have not been visited.
    stack: ObjectList,
    /// The members that have [many pointers](Word::has_many_pointers).
    many: ObjectList,
}

impl<'h> Pass<'h> {
    fn new(heap: &'h Heap, collected: Selection, full: bool) -> Pass<'h> {
        Pass { heap, collected, full, stack: ObjectList::default(), many: ObjectList::default() }
    }

    /// Counts the pointers to a member of the working set. `CPython`'s `update_refs`, but that references may have been
    /// counted before.
    #[inline]
    fn count_pointers(&self, object: ObjectPtr, word: &Cell<u32>) {
        let counted = Word(word.get()).member().count_pointers(object.header().strong());
        word.set(counted.0);
        if counted.has_many_pointers() {
            self.many.push(object);
        }
    }

    /// Visits the edges of an object.
    #[inline]
    fn trace(&self, object: ObjectPtr, tracer: &mut Tracer<'_>) {
        // SAFETY: heap inv. 5.
        unsafe { self.heap.trace(object, tracer) };
        tracer.flush_if_half_full();
    }

    /// Visits the edges of an object that is alive.
    #[inline]
    fn trace_reachable(&self, object: ObjectPtr, tracer: &mut Tracer<'_>) {
        if self.full {
            object.header().set_clean();
        }
        self.trace(object, tracer);
    }

    /// Visits the edges of everything on the stack.
    fn trace_stack(&self, tracer: &mut Tracer<'_>) {
        while let Some(object) = self.stack.pop() {
            self.trace_reachable(object, tracer);
        }
    }

    /// Marks what the marked objects reach, until nothing is left.
    fn finish(&self, tracer: &mut Tracer<'_>) {
        loop {
            tracer.flush();
            if self.stack.len() == 0 {
                return;
            }
            self.trace_stack(tracer);
        }
    }
}

/// Lists the suspects of the collected generations, as long as they are `few`. A young collection looks only where young
/// objects are: the suspects of a large old generation do not slow it down.
fn find_suspects(heap: &Heap, generation: Generation, blocks: &[BlockPtr], suspects: &ObjectList, few: usize) {
    let collected = Selection::up_to(generation);
    let search = |block: BlockPtr| {
        for (object, _) in objects_in(block, collected).filter(|(object, _)| !object.header().is_clean()) {
            if suspects.len() >= few {
                return;
            }
            suspects.push(object);
        }
    };
    let suspect_blocks = heap.blocks(ListId::Suspect);
    if generation == Generation::Old {
        suspect_blocks.for_each(search);
    } else {
        blocks.iter().copied().filter(|&block| suspect_blocks.contains(block)).for_each(search);
    }
}

/// The blocks that the objects of the collected generations are in, in address order; `None` if there is no memory.
fn blocks_of(heap: &Heap, generation: Generation) -> Option<Vec<BlockPtr>> {
    let [all, touched, middle] = [ListId::All, ListId::Touched, ListId::Middle].map(|id| heap.blocks(id));
    let mut blocks = Vec::new();
    blocks
        .try_reserve_exact(if generation == Generation::Old { all.len() } else { touched.len() + middle.len() })
        .ok()?;
    match generation {
        Generation::Young => touched.for_each(|block| blocks.push(block)),
        Generation::Middle => {
            touched.for_each(|block| blocks.push(block));
            middle.for_each(|block| {
                if !touched.contains(block) {
                    blocks.push(block);
                }
            });
        }
        Generation::Old => all.for_each(|block| {
            if block.is_scanned() {
                blocks.push(block);
            }
        }),
    }
    blocks.sort_unstable();
    Some(blocks)
}

/// About how many objects the collected generations have, and not less.
fn population(heap: &Heap, generation: Generation, blocks: &[BlockPtr]) -> usize {
    match generation {
        Generation::Old => heap.pacing.tracked() - heap.frozen(),
        _ => blocks.iter().map(|block| block.live() as usize).sum(),
    }
}

/// Makes the working set of what the suspects reach inside the collected generations, and counts the references from
/// one member to another. `false` if these are not `few`: then only some have been visited, which are the only members.
fn count_reached(pass: &Pass<'_>, working_set: &ObjectList, few: usize) -> bool {
    let sink = CountReached { collected: pass.collected, working_set };
    let mut tracer = Tracer::new(&sink);
    for index in 0..working_set.len() {
        let word = word_of(working_set.get(index));
        word.set(Word(word.get()).member().0);
    }
    let mut traced = 0;
    while working_set.len() < few {
        while traced < working_set.len() && working_set.len() < few {
            working_set.prefetch(traced + PREFETCH_OBJECTS);
            let object = working_set.get(traced);
            pass.count_pointers(object, word_of(object));
            pass.trace(object, &mut tracer);
            traced += 1;
        }
        tracer.flush();
        if traced == working_set.len() {
            let members = |each: &mut dyn FnMut(ObjectPtr)| (0..traced).for_each(|index| each(working_set.get(index)));
            count_one_by_one(pass, members);
            return true;
        }
    }
    for index in traced..working_set.len() {
        let word = word_of(working_set.get(index));
        word.set(Word(word.get()).not_member().0);
    }
    false
}

/// Marks the members of the working set that are referred to from outside of it, and what they reach.
fn mark_reached(pass: &Pass<'_>, working_set: &ObjectList) {
    // Objects are visited in no order of address, so everything that is marked must be remembered.
    let sink = Mark::new(pass, usize::MAX);
    let mut tracer = Tracer::new(&sink);
    for index in 0..working_set.len() {
        let object = working_set.get(index);
        let word = word_of(object);
        if !Word(word.get()).is_reachable() && is_referred_from_outside(object, Word(word.get())) {
            sink.mark(word);
            pass.trace_reachable(object, &mut tracer);
            pass.trace_stack(&mut tracer);
        }
    }
    pass.finish(&mut tracer);
}

/// Condemns the members of the working set that are not known to be alive, and drops the others from it.
fn sort_out_reached(heap: &Heap, working_set: &ObjectList) {
    working_set.retain(|object| {
        let word = word_of(object);
        let reachable = Word(word.get()).is_reachable();
        if reachable {
            word.set(Word(word.get()).settled().0);
        } else {
            heap.condemn(object);
        }
        !reachable
    });
}

/// Makes all objects of the collected generations the working set, and counts the references from one to another. Those
/// from members have been counted already. Gives the number of the objects.
fn count_all(pass: &Pass<'_>, blocks: &[BlockPtr]) -> usize {
    let sink = CountAll { collected: pass.collected };
    let mut tracer = Tracer::new(&sink);
    let mut objects = 0;
    for &block in blocks {
        objects_in(block, pass.collected).for_each(|(object, word)| {
            objects += 1;
            if !Word(word.get()).is_member() {
                pass.count_pointers(object, word);
                pass.trace(object, &mut tracer);
            }
        });
    }
    tracer.flush();
    count_one_by_one(pass, |each| {
        for &block in blocks {
            objects_in(block, pass.collected).for_each(|(object, _)| each(object));
        }
    });
    objects
}

/// Counts the references to members that have many pointers, if there are any, in full. Those to which all come from
/// members have no surplus.
#[inline]
fn count_one_by_one(pass: &Pass<'_>, members: impl Fn(&mut dyn FnMut(ObjectPtr))) {
    if pass.many.len() == 0 {
        return;
    }
    let mut references = Vec::new();
    if references.try_reserve_exact(pass.many.len()).is_err() {
        return;
    }
    references.resize(pass.many.len(), 0);
    let sink = CountMany { references: RefCell::new(references), many: &pass.many };
    let mut tracer = Tracer::new(&sink);
    members(&mut |object| pass.trace(object, &mut tracer));
    tracer.flush();
    for (index, &references) in sink.references.borrow().iter().enumerate() {
        let object = pass.many.get(index);
        if references == u64::from(object.header().strong()) {
            let word = word_of(object);
            word.set(Word(word.get()).without_surplus().0);
        }
    }
}

/// Marks the objects that are referred to from outside of the collected generations, and what they reach. Gives their
/// number.
///
/// Goes through the objects in address order. One that is marked before its turn is visited when its turn comes, so
/// only those whose turn is over go on the stack.
fn mark_all(pass: &Pass<'_>, blocks: &[BlockPtr]) -> usize {
    let sink = Mark::new(pass, 0);
    let mut tracer = Tracer::new(&sink);
    for &block in blocks {
        objects_in(block, pass.collected).for_each(|(object, word)| {
            let turn = object.value().addr().get();
            if !Word(word.get()).is_reachable() {
                if is_referred_from_outside(object, Word(word.get())) {
                    sink.mark(word);
                } else {
                    // An edge that has yet to be handed on may lead here: that of the neighbour, in a list.
                    sink.cursor.set(turn - 1);
                    tracer.flush_if_any();
                    if !Word(word.get()).is_reachable() {
                        return;
                    }
                }
            }
            sink.cursor.set(turn);
            pass.trace_reachable(object, &mut tracer);
            pass.trace_stack(&mut tracer);
        });
    }
    sink.cursor.set(usize::MAX);
    pass.finish(&mut tracer);
    sink.marked.get()
}

/// Condemns the objects of the collected generations that are not known to be alive, and lists them: there is room for
/// them. The others are promoted.
fn sort_out_all(heap: &Heap, generation: Generation, blocks: &[BlockPtr], unreachable: &ObjectList) {
    let [promoted, condemned] = [generation.next(), State::Condemned].map(Word::of);
    let mut unreachable = unreachable.objects.borrow_mut();
    for &block in blocks {
        let mut survives = false;
        objects_in(block, Selection::up_to(generation)).for_each(|(object, word)| {
            if Word(word.get()).is_reachable() {
                word.set(promoted.0);
                survives = true;
            } else {
                unreachable.push(object);
                word.set(condemned.0);
            }
        });
        if survives && generation == Generation::Young {
            heap.blocks(ListId::Middle).insert(block);
        }
    }
}

/// Whether an object has other references than those that were counted.
///
/// It cannot have fewer, unless a `trace` visits what it does not own, and none can go uncounted, unless a `trace` puts
/// it into the heap: such objects pass for alive too. `CPython` has the same check, "refcount is too small".
#[inline]
fn is_referred_from_outside(object: ObjectPtr, word: Word) -> bool {
    #[cfg(debug_assertions)]
    assert!(
        !word.is_overcounted(),
        "more edges lead to a `{name}` than it has pointers: a `Trace` visits what it does not own, or twice",
        name = object.type_name()
    );
    #[cfg(not(debug_assertions))]
    let _ = object;
    word.is_referred_from_outside()
}

/// The objects at the end of edges, with their side words.
#[inline]
fn targets<'a>(edges: &[Edge]) -> impl Iterator<Item = (ObjectPtr, &'a Cell<u32>)> {
    edges.iter().map(|&edge| {
        // SAFETY: edges are visited by the `trace` of `Cc` alone, and a `Cc` keeps the slot of its object allocated.
        let object = unsafe { ObjectPtr::from_value(edge) };
        (object, word_of(object))
    })
}

struct CountReached<'a> {
    collected: Selection,
    working_set: &'a ObjectList,
}

impl EdgeSink for CountReached<'_> {
    fn drain(&self, edges: &[Edge]) {
        for (object, word) in targets(edges) {
            let before = Word(word.get());
            if self.collected.contains(before) {
                if !before.is_member() {
                    self.working_set.push(object);
                }
                word.set(before.member().count_reference().0);
            }
        }
    }
}

struct CountAll {
    collected: Selection,
}

impl EdgeSink for CountAll {
    fn drain(&self, edges: &[Edge]) {
        for (_, word) in targets(edges) {
            let before = Word(word.get());
            if self.collected.contains(before) {
                word.set(before.count_reference().0);
            }
        }
    }
}

struct CountMany<'a> {
    many: &'a ObjectList,
    /// The number of references to each of them. They are few: each has 256 MiB of pointers to it.
    references: RefCell<Vec<u64>>,
}

impl EdgeSink for CountMany<'_> {
    fn drain(&self, edges: &[Edge]) {
        for (object, word) in targets(edges) {
            if !Word(word.get()).has_many_pointers() {
                continue;
            }
            if let Some(index) = self.many.position(object) {
                self.references.borrow_mut()[index] += 1;
            }
        }
    }
}

struct Mark<'a> {
    pass: &'a Pass<'a>,
    /// Objects above this address have their turn yet to come.
    cursor: Cell<usize>,
    /// How many objects have been marked.
    marked: Cell<usize>,
}

impl<'a> Mark<'a> {
    fn new(pass: &'a Pass<'a>, cursor: usize) -> Mark<'a> {
        Mark { pass, cursor: Cell::new(cursor), marked: Cell::new(0) }
    }

    #[inline]
    fn mark(&self, word: &Cell<u32>) {
        word.set(Word(word.get()).mark_reachable().0);
        self.marked.set(self.marked.get() + 1);
    }
}

impl EdgeSink for Mark<'_> {
    fn drain(&self, edges: &[Edge]) {
        for (object, word) in targets(edges) {
            if Word(word.get()).is_on_trial() {
                self.mark(word);
                if object.value().addr().get() <= self.cursor.get() {
                    self.pass.stack.push(object);
                }
            }
        }
    }
}

/// A growing list of objects that is read while it grows, and that can do without the memory it does not get: then it
/// is *exhausted*, and its content worthless.
#[derive(Default)]
struct ObjectList {
    objects: RefCell<Vec<ObjectPtr>>,
    exhausted: Cell<bool>,
}

impl ObjectList {
    fn new(memory: Vec<ObjectPtr>) -> ObjectList {
        ObjectList { objects: RefCell::new(memory), exhausted: Cell::new(false) }
    }

    #[inline]
    fn push(&self, object: ObjectPtr) {
        let mut objects = self.objects.borrow_mut();
        if objects.len() == objects.capacity() && objects.try_reserve(1).is_err() {
            self.exhausted.set(true);
            return;
        }
        objects.push(object);
    }

    #[inline]
    fn pop(&self) -> Option<ObjectPtr> {
        self.objects.borrow_mut().pop()
    }

    #[inline]
    fn get(&self, index: usize) -> ObjectPtr {
        self.objects.borrow()[index]
    }

    /// Fetches the header of an object into the cache, if the list is so long.
    #[inline]
    fn prefetch(&self, index: usize) {
        if let Some(object) = self.objects.borrow().get(index) {
            prefetch(object.header());
        }
    }

    /// Where an object stands in the list.
    fn position(&self, object: ObjectPtr) -> Option<usize> {
        self.objects.borrow().iter().position(|&other| other == object)
    }

    #[inline]
    fn len(&self) -> usize {
        self.objects.borrow().len()
    }

    fn clear(&self) {
        self.objects.borrow_mut().clear();
    }

    /// Makes room for so many more objects; `false` if there is no memory.
    fn reserve(&self, additional: usize) -> bool {
        self.objects.borrow_mut().try_reserve_exact(additional).is_ok()
    }

    fn retain(&self, mut keep: impl FnMut(ObjectPtr) -> bool) {
        self.objects.borrow_mut().retain(|&object| keep(object));
    }

    fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    fn into_inner(self) -> Vec<ObjectPtr> {
        self.objects.into_inner()
    }
}

/// Makes the heap as if the run had not begun, if it does not come to its end.
struct Reset<'h> {
    heap: &'h Heap,
    collected: Selection,
}

impl Reset<'_> {
    fn disarm(self) {
        mem::forget(self);
    }
}

impl Drop for Reset<'_> {
    fn drop(&mut self) {
        self.heap.for_each_tracked(self.collected, |object, word| {
            let before = Word(word.get());
            word.set(before.settled().0);
            if before.is_reachable() {
                // It may have been declared clean. That was too early.
                object.header().clear_clean();
                self.heap.blocks(ListId::Suspect).insert(block_of(object));
            }
        });
    }
}
