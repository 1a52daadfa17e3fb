//! The collector: `CPython`'s generational algorithm, started from suspects.
//!
//! [`collect`] is the outline; [`trial_deletion`] finds the garbage and frees what needs no more than that, [`death`]
//! says how objects die, by count as well as by collection. Nothing here recurses, and nothing here runs code of the
//! user but where it says so.

mod death;
mod exit;
mod finalization;
mod introspection;
mod object_list;
mod observation;
#[cfg(feature = "inspect")]
mod survey;
mod trial_deletion;
#[cfg(feature = "verify")]
pub(crate) mod verify;

use crate::heap::{Activity, Collection, DebugFlags, Generation, Heap, Panic, Selection, State, Word, for_each_among};
use crate::object::ObjectPtr;
use crate::slab::ListId;
use death::drop_deferred_in_collection;
pub(crate) use death::{die, drop_pointer, end_without_drop, leave, release_weak};
pub(crate) use exit::{
    collect_now, note_new_at_exit, resume, safepoint, throw_after, try_with_heap, with_current_heap, with_heap,
};
pub(crate) use introspection::{objects, referents, referrers};
use std::thread;
use std::time::Instant;
#[cfg(feature = "inspect")]
pub(crate) use survey::Survey;
use trial_deletion::Found;

/// Why there is a collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reason {
    /// The program has asked for it.
    Manual,
    /// It was due.
    Automatic,
    /// The thread ends. No callback is told, and nothing is kept.
    Shutdown,
}

/// Collects a generation and all younger ones. Gives the number of objects found unreachable, or 0 if a collection runs
/// already, and the first panic of the code of the user that it called: callbacks, finalizers and destructors.
///
/// `CPython`'s `gc_collect_main`.
fn collect(heap: &Heap, generation: Generation, reason: Reason) -> (usize, Panic) {
    if heap.is_collecting() {
        return (0, Panic::default());
    }
    let running = Running::start(heap, Activity::Calling);
    // A collection that a destructor has set off has a first panic of its own.
    let outer = heap.unfinished.take_panic();
    let mut record = Collection::begin(generation, reason == Reason::Automatic, heap.pacing.tracked());
    observation::begin(heap, &record, reason);
    record.start = Instant::now();
    heap.pacing.note_start(generation);

    let is_blind = record.automatic && heap.pacing.is_blind(generation);
    let found = if is_blind { Found::default() } else { find(heap, generation) };
    record.candidates = found.candidates;
    record.survivors = promote(heap, generation, &found);
    heap.pacing.note_survivors(generation, record.survivors);
    if generation == Generation::Old && found.complete {
        // Every suspect was examined: it is garbage, or clean again.
        heap.blocks(ListId::Suspect).clear();
    }
    let (condemned, resurrected) = finalization::finalize(heap, found.condemned, generation);
    record.resurrected = resurrected;
    record.survivors += resurrected;
    let dead = death::by_collection(heap, condemned, generation, reason);
    record.collected = found.swept.objects + dead.objects;
    record.bytes = found.swept.bytes + dead.bytes;
    // SAFETY: those whose pointers they were are gone.
    unsafe { death::drop_pointers(heap, &found.outgoing) };
    if found.complete {
        heap.pacing.adapt(generation, record.automatic, record.collected, record.bytes, record.survivors);
    }
    if generation != Generation::Young {
        heap.reap(generation == Generation::Old && reason == Reason::Manual);
    }

    record.duration = record.start.elapsed();
    record.heap_size = heap.pacing.tracked();
    heap.records.add(record);
    observation::end(heap, &record, reason);
    drop_deferred_in_collection(heap);
    let panic = heap.unfinished.take_panic();
    heap.unfinished.put_back(outer);
    drop(running);
    #[cfg(feature = "verify")]
    if heap.verifies.get() {
        verify::verify(heap);
    }
    (record.collected, panic)
}

/// Finds the garbage of a generation and all younger ones, frees what can be swept, and takes the rest out of its
/// generation; if everything was examined, promotes the survivors. If a `trace` panics there is no garbage, and the
/// panic is kept.
fn find(heap: &Heap, generation: Generation) -> Found {
    let mut found = Found::default();
    heap.unfinished.guard(|| {
        let _tracing = Running::start(heap, Activity::Tracing);
        let wanted = heap.observers.debug.get().intersects(DebugFlags::COLLECTABLE | DebugFlags::SAVEALL);
        found = trial_deletion::run(heap, generation, !wanted);
    });
    found
}

/// Runs the collection that an allocation has found due; `true` if there was one. Not in a thread that is panicking: a
/// destructor that panicked in turn would have nowhere to go.
///
/// # Errors
///
/// The first panic of the code of the user that it called.
#[cold]
#[inline(never)]
pub(crate) fn collect_automatically(heap: &Heap) -> Result<bool, Panic> {
    if heap.is_collecting() || thread::panicking() {
        return Ok(false);
    }
    heap.pacing.anticipate();
    heap.pacing.note_due();
    let (_, panic) = collect(heap, heap.pacing.select(), Reason::Automatic);
    if panic.is_some() { Err(panic) } else { Ok(true) }
}

/// What the collector is doing, for as long as this lives.
struct Running<'h> {
    heap: &'h Heap,
    before: Activity,
}

impl<'h> Running<'h> {
    fn start(heap: &'h Heap, activity: Activity) -> Running<'h> {
        Running { heap, before: heap.activity.replace(activity) }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.heap.activity.set(self.before);
    }
}

/// Puts objects that were condemned back among the living, one generation older. All of them are suspects of the next
/// collection: no collection has found them alive.
fn spare(heap: &Heap, objects: &[ObjectPtr], generation: Generation) {
    for &object in objects {
        object.header().clear_clean();
        heap.attach(object, generation.next());
    }
}

/// Moves what is left of the collected generations to the next one. Gives the number of survivors.
fn promote(heap: &Heap, generation: Generation, found: &Found) -> usize {
    let promoted = found.promoted.unwrap_or_else(|| match generation {
        Generation::Young => promote_young(heap),
        // A block may be in both lists; what has been promoted is not met again.
        Generation::Middle | Generation::Old => make_old(heap, ListId::Touched) + make_old(heap, ListId::Middle),
    });
    heap.clear_touched();
    if generation != Generation::Young {
        heap.blocks(ListId::Middle).clear();
    }
    match generation {
        Generation::Young | Generation::Middle => promoted,
        // Those that were old before have not been counted, unless all were examined.
        Generation::Old => heap.pacing.tracked() - heap.frozen() - found.condemned.len(),
    }
}

/// Moves the young objects to the middle generation. Gives their number.
fn promote_young(heap: &Heap) -> usize {
    let mut promoted = 0;
    heap.blocks(ListId::Touched).for_each(|block| {
        let before = promoted;
        for_each_among(block, Selection::up_to(Generation::Young), |_, word| {
            word.set(Word::of(State::Middle).0);
            promoted += 1;
        });
        if promoted > before {
            heap.blocks(ListId::Middle).insert(block);
        }
    });
    promoted
}

/// Moves the young and the middle-aged objects in a list of blocks to the old generation. Gives their number.
fn make_old(heap: &Heap, list: ListId) -> usize {
    let mut promoted = 0;
    heap.blocks(list).for_each(|block| {
        for_each_among(block, Selection::up_to(Generation::Middle), |_, word| {
            word.set(Word::of(State::Old).0);
            promoted += 1;
        });
    });
    promoted
}
