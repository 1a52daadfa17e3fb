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
//! 4. the rest is condemned: [`sort_out_reached`] or [`sort_out_all`]; or, if there is nothing to do but to free its
//!    memory, what it refers to is found, [`find_outgoing`], and it is swept at once: [`sweep_reached`] or
//!    [`sweep_all`]
//!
//! Once finalizers have been called, the same is done with the condemned objects alone: [`run_again`].
//!
//! Two passes see the same edges, because no user code runs in between. A `trace` that panics, or an allocator without
//! memory, ends the run without a verdict: trials are reset, suspects stay suspects, and nothing is condemned.
//!
//! A pass over a large heap costs what it reads, and so does an edge that leads into one. Where few blocks of many are
//! collected, edges are put to a [filter](choose_filter) before the side words of their targets are read. The first
//! step reads the headers of what lies in blocks with suspects, the second the objects; the others need only side
//! words, but for what is alive, and for garbage that refers to other objects.

mod sinks;

use super::death::Dead;
use super::object_list::ObjectList;
use crate::heap::{Generation, Heap, Selection, State, Word, block_of, for_each_among, objects_in, word_of};
use crate::object::{EdgeSink, Header, ObjectPtr, Tally, Tracer};
use crate::slab::{BlockFilter, BlockPtr, ListId};
use core::cell::{Cell, RefCell};
use core::mem;
use sinks::{CountAll, CountMany, CountReached, FindOutgoing, Mark};

/// How far ahead of its use an object is fetched into the cache, in objects.
const PREFETCH_OBJECTS: usize = 4;
/// The whole set is examined if at least one in so many of its members is a suspect, or is reached by them.
const FEW: usize = 4;

/// The most blocks of the collected generations that are *few*: 2 MiB.
const FEW_BLOCKS: usize = 32;
/// The fewest blocks that are *many*: a heap of 16 MiB, with 2 MiB of side words, more than the nearer caches hold.
const MANY_BLOCKS: usize = 256;

/// What a run has found. Nothing, if it did not come to its end.
#[derive(Default)]
pub(super) struct Found {
    /// The garbage that is to be given up. Each object has been taken out of its generation.
    pub(super) condemned: Vec<ObjectPtr>,
    /// The garbage that has been swept.
    pub(super) swept: Dead,
    /// The pointers that it had to other objects. They are to be dropped.
    pub(super) outgoing: Vec<ObjectPtr>,
    /// The number of objects that were examined.
    pub(super) candidates: usize,
    /// The number of survivors, if they have been promoted: if all objects of the collected generations were examined.
    pub(super) promoted: Option<usize>,
    /// Whether the run came to its end.
    pub(super) complete: bool,
}

/// Finds the garbage of a generation and all younger ones. What can be is swept, if it `may_sweep`. If all objects were
/// examined, what survives is promoted.
pub(super) fn run(heap: &Heap, generation: Generation, may_sweep: bool) -> Found {
    let Some(blocks) = blocks_of(heap, generation) else {
        return Found::default();
    };
    let filter = choose_filter(heap, &blocks);
    let pass = Pass::new(heap, Selection::up_to(generation), generation == Generation::Old, filter);
    let reset = Reset { heap, collected: pass.collected };
    match examine(heap, generation, &blocks, &pass, may_sweep) {
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
    let pass = Pass::new(heap, Selection::of(State::Condemned), false, None);
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
fn examine(
    heap: &Heap,
    generation: Generation,
    blocks: &[BlockPtr],
    pass: &Pass<'_>,
    may_sweep: bool,
) -> Option<Found> {
    let list = ObjectList::new(heap.take_scratch());
    let population = population(heap, generation);
    let sparse = is_sparse(generation, blocks, population);
    // Then a pass over the whole set costs more than the set.
    let few = if sparse { usize::MAX } else { population.div_ceil(FEW).max(1) };
    find_suspects(heap, generation, blocks, sparse, &list, few);
    let working_set = if list.len() < few && count_reached(pass, &list, few) {
        WorkingSet::Reached(&list)
    } else {
        WorkingSet::Whole(blocks)
    };
    if list.is_exhausted() {
        return None;
    }
    let reachable = match working_set {
        WorkingSet::Reached(objects) => mark_reached(pass, objects),
        WorkingSet::Whole(blocks) => {
            list.clear();
            count_all(pass, blocks);
            mark_all(pass, blocks)
        }
    };
    if pass.stack.is_exhausted() {
        return None;
    }
    let members = pass.counted.get();
    let garbage = members - reachable;
    let mut found = Found { candidates: members.objects, complete: true, ..Found::default() };
    let outgoing = if may_sweep { find_outgoing(pass, working_set, garbage) } else { None };
    match (working_set, &outgoing) {
        (WorkingSet::Reached(objects), Some(_)) => sweep_reached(heap, objects),
        (WorkingSet::Reached(objects), None) => sort_out_reached(heap, objects),
        (WorkingSet::Whole(blocks), Some(_)) => sweep_all(heap, generation, blocks),
        (WorkingSet::Whole(_), None) if !list.reserve(garbage.objects) => return None,
        (WorkingSet::Whole(blocks), None) => sort_out_all(heap, generation, blocks, &list),
    }
    if let WorkingSet::Whole(_) = working_set {
        found.promoted = Some(reachable.objects);
    }
    if let Some(outgoing) = outgoing {
        found.swept = Dead { objects: garbage.objects, bytes: garbage.bytes + garbage.objects * size_of::<Header>() };
        found.outgoing = outgoing;
    }
    found.condemned = list.into_inner();
    Some(found)
}

/// The objects among which garbage is looked for.
#[derive(Clone, Copy)]
enum WorkingSet<'a> {
    /// What the suspects reach.
    Reached(&'a ObjectList),
    /// All objects of the collected generations: those in these blocks, in address order.
    Whole(&'a [BlockPtr]),
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
    /// What the members add up to.
    counted: Cell<Tally>,
    /// The blocks of the collected generations, if they are worth asking before a side word is; see [`choose_filter`].
    filter: Option<BlockFilter>,
}

impl<'h> Pass<'h> {
    fn new(heap: &'h Heap, collected: Selection, full: bool, filter: Option<BlockFilter>) -> Pass<'h> {
        let [stack, many] = Default::default();
        Pass { heap, collected, full, stack, many, counted: Cell::default(), filter }
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

    /// A tracer for a sink that asks for the side words of what may be collected.
    fn tracer<'a>(&'a self, sink: &'a dyn EdgeSink) -> Tracer<'a> {
        match &self.filter {
            Some(filter) => Tracer::filtering(sink, filter),
            None => Tracer::prefetching(sink),
        }
    }

    /// Whether an object may be in one of the collected generations, so that its side word has to be asked.
    #[inline]
    fn may_collect(&self, object: ObjectPtr) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.may_contain(block_of(object)))
    }

    /// Visits the edges of an object, and adds it to the tally.
    #[inline]
    fn trace(&self, object: ObjectPtr, tracer: &mut Tracer<'_>) {
        let header = object.header();
        tracer.tally.objects += 1;
        tracer.tally.surplus_edges -= header.strong() as isize;
        if header.is_plain_and_last() {
            // SAFETY: heap inv. 5.
            unsafe { object.trace(tracer) };
        } else {
            tracer.owns_more();
            // SAFETY: heap inv. 5.
            unsafe { self.heap.trace(object, tracer) };
        }
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

/// Lists the suspects of the collected generations, as long as they are `few`. A young collection looks only where
/// young objects are: the suspects of a large old generation do not slow it down.
fn find_suspects(
    heap: &Heap,
    generation: Generation,
    blocks: &[BlockPtr],
    sparse: bool,
    suspects: &ObjectList,
    few: usize,
) {
    let collected = Selection::up_to(generation);
    let is_suspect = |object: &ObjectPtr| !object.header().is_clean();
    let search = |block: BlockPtr| {
        if sparse {
            for_each_among(block, collected, |object, _| {
                if is_suspect(&object) {
                    suspects.push(object);
                }
            });
        } else {
            let objects = objects_in(block, collected).map(|(object, _)| object);
            suspects.extend(objects.filter(is_suspect), few);
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

/// The blocks of the collected generations, if they are few among many. Then the other end of an edge may be anywhere
/// in a big heap, and to learn from its side word that it is not collected is to wait for memory that nothing else
/// needs.
fn choose_filter(heap: &Heap, blocks: &[BlockPtr]) -> Option<BlockFilter> {
    let pays = blocks.len() <= FEW_BLOCKS && heap.blocks(ListId::All).len() >= MANY_BLOCKS;
    pays.then(|| BlockFilter::of(blocks))
}

/// About how many objects the collected generations have.
fn population(heap: &Heap, generation: Generation) -> usize {
    let frozen = if generation == Generation::Old { heap.frozen() } else { 0 };
    heap.pacing.population() - frozen
}

/// Whether most objects in the blocks are older than the collected generations, of which they hold so many.
fn is_sparse(generation: Generation, blocks: &[BlockPtr], population: usize) -> bool {
    let in_use = || blocks.iter().map(|block| block.live() as usize).sum::<usize>();
    generation != Generation::Old && in_use() / 2 > population
}

/// Makes the working set of what the suspects reach inside the collected generations, and counts the references from
/// one member to another. `false` if these are not `few`: then only some have been visited, which are the only members.
fn count_reached(pass: &Pass<'_>, working_set: &ObjectList, few: usize) -> bool {
    let sink = CountReached { collected: pass.collected, working_set };
    let mut tracer = pass.tracer(&sink);
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
            pass.counted.set(tracer.tally);
            let members = |each: &mut dyn FnMut(ObjectPtr)| (0..traced).for_each(|index| each(working_set.get(index)));
            count_one_by_one(pass, members);
            return true;
        }
    }
    for index in traced..working_set.len() {
        let word = word_of(working_set.get(index));
        word.set(Word(word.get()).not_member().0);
    }
    pass.counted.set(tracer.tally);
    false
}

/// Marks the members of the working set that are referred to from outside of it, and what they reach. Gives what these
/// add up to.
fn mark_reached(pass: &Pass<'_>, working_set: &ObjectList) -> Tally {
    // Objects are visited in no order of address, so everything that is marked must be remembered.
    let sink = Mark::new(pass, usize::MAX);
    let mut tracer = pass.tracer(&sink);
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
    tracer.tally
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
/// from members have been counted already.
fn count_all(pass: &Pass<'_>, blocks: &[BlockPtr]) {
    let sink = CountAll { collected: pass.collected };
    let mut tracer = pass.tracer(&sink);
    tracer.tally = pass.counted.get();
    for &block in blocks {
        objects_in(block, pass.collected).for_each(|(object, word)| {
            if !Word(word.get()).is_member() {
                pass.count_pointers(object, word);
                pass.trace(object, &mut tracer);
            }
        });
    }
    tracer.flush();
    pass.counted.set(tracer.tally);
    count_one_by_one(pass, |each| {
        for &block in blocks {
            objects_in(block, pass.collected).for_each(|(object, _)| each(object));
        }
    });
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
    let mut tracer = pass.tracer(&sink);
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

/// Marks the objects that are referred to from outside of the collected generations, and what they reach. Gives what
/// these add up to.
///
/// Goes through the objects in address order. One that is marked before its turn is visited when its turn comes, so
/// only those whose turn is over go on the stack.
fn mark_all(pass: &Pass<'_>, blocks: &[BlockPtr]) -> Tally {
    let sink = Mark::new(pass, 0);
    let mut tracer = pass.tracer(&sink);
    for &block in blocks {
        objects_in(block, pass.collected).for_each(|(object, word)| {
            let turn = object.value().addr().get();
            if !Word(word.get()).is_reachable() {
                if is_referred_from_outside(object, Word(word.get())) {
                    sink.mark(word);
                } else {
                    // An edge that has yet to be handed on may lead here: that of the neighbour, in a list.
                    if tracer.is_flushed() {
                        return;
                    }
                    sink.cursor.set(turn - 1);
                    tracer.flush();
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
    tracer.tally
}

/// Finds the pointers that the garbage has to other objects, if there is nothing to do with it but to free its memory
/// and to drop these; `None` if there is more to do, or no memory. There is more if one of them leads to an object that
/// does not know the type of its value: only its `Cc` does then, see [`Cc::assume_init`](crate::Cc::assume_init), and
/// drops it as that.
///
/// The garbage adds up to what all members do, less those that are alive. All pointers to it come from within. So if as
/// many edges lead from it as there are pointers to it, none leads out, and it is not looked at again.
fn find_outgoing(pass: &Pass<'_>, working_set: WorkingSet<'_>, garbage: Tally) -> Option<Vec<ObjectPtr>> {
    let outgoing = ObjectList::default();
    if garbage.owners > 0 || !outgoing.reserve(garbage.surplus_edges as usize) {
        return None;
    }
    if garbage.surplus_edges > 0 {
        let sink = FindOutgoing { pass, outgoing: &outgoing, all_typed: Cell::new(true) };
        // All edges are wanted; but not all side words, if there is a filter.
        let mut tracer = if pass.filter.is_some() { Tracer::new(&sink) } else { Tracer::prefetching(&sink) };
        let mut visit = |object: ObjectPtr, word: &Cell<u32>| {
            if Word(word.get()).is_on_trial() {
                pass.trace(object, &mut tracer);
            }
        };
        match working_set {
            WorkingSet::Reached(objects) => {
                (0..objects.len()).map(|index| objects.get(index)).for_each(|object| visit(object, word_of(object)));
            }
            WorkingSet::Whole(blocks) => blocks.iter().for_each(|&block| {
                objects_in(block, pass.collected).for_each(|(object, word)| visit(object, word));
            }),
        }
        tracer.flush();
        if !sink.all_typed.get() {
            return None;
        }
    }
    Some(outgoing.into_inner())
}

/// Condemns the objects of the collected generations that are not known to be alive, and lists them: there is room for
/// them. The others are promoted.
fn sort_out_all(heap: &Heap, generation: Generation, blocks: &[BlockPtr], unreachable: &ObjectList) {
    let mut unreachable = unreachable.objects();
    for &block in blocks {
        sort_out(heap, generation, block, State::Condemned, |object| unreachable.push(object));
    }
}

/// Frees the objects of the collected generations that are not known to be alive. The others are promoted.
fn sweep_all(heap: &Heap, generation: Generation, blocks: &[BlockPtr]) {
    for &block in blocks {
        let mut swept = 0;
        sort_out(heap, generation, block, State::Swept, |_| swept += 1);
        // SAFETY: all strong pointers to them are in their own values, which are neither dropped nor looked at again.
        // There are no weak ones: `Pass::trace` would have counted an owner, and `find_outgoing` given `None`.
        unsafe { heap.sweep(block, swept) };
    }
}

/// Frees the members of the working set that are not known to be alive.
fn sweep_reached(heap: &Heap, working_set: &ObjectList) {
    sort_out_reached(heap, working_set);
    // SAFETY: as above.
    unsafe { heap.sweep_listed(&working_set.objects()) };
    working_set.clear();
}

/// Gives the objects in a block that are not known to be alive a state, and calls `unreachable` with each. The others
/// are promoted.
#[inline]
fn sort_out(
    heap: &Heap,
    generation: Generation,
    block: BlockPtr,
    state: State,
    mut unreachable: impl FnMut(ObjectPtr),
) {
    let [promoted, unpromoted] = [generation.next(), state].map(Word::of);
    let mut survives = false;
    objects_in(block, Selection::up_to(generation)).for_each(|(object, word)| {
        if Word(word.get()).is_reachable() {
            word.set(promoted.0);
            survives = true;
        } else {
            unreachable(object);
            word.set(unpromoted.0);
        }
    });
    if survives && generation == Generation::Young {
        heap.blocks(ListId::Middle).insert(block);
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
