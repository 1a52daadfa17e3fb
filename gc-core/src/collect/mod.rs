//! The collector: `CPython`'s generational algorithm, started from suspects.
//!
//! [`collect`] is the outline; [`trial_deletion`] finds the garbage, [`death`] says how objects die, by count as well
//! as by collection. Nothing here recurses, and nothing here runs code of the user but where it says so.

mod death;
mod exit;
mod trial_deletion;
#[cfg(feature = "verify")]
pub(crate) mod verify;

use crate::heap::{Collected, Generation, Heap, Panic, Phase, State, Word, for_each_object};
use crate::slab::ListId;
pub(crate) use death::{die, leave, release_weak};
pub(crate) use exit::{collect_now, resume, try_with_heap, with_heap};
use std::thread;
use std::time::Instant;
use trial_deletion::Found;

/// Collects a generation and all younger ones. Gives the number of objects found unreachable, or 0 if a collection runs
/// already, and the first panic of a destructor.
///
/// User code runs: destructors.
fn collect(heap: &Heap, generation: Generation) -> (usize, Panic) {
    if heap.is_collecting() {
        return (0, Panic::default());
    }
    let running = Running::start(heap);
    let start = Instant::now();
    heap.pacing.note_start(generation);

    let found = trial_deletion::run(heap, generation);
    let survivors = promote(heap, generation, &found);
    heap.pacing.note_survivors(generation, survivors);
    if generation == Generation::Old && found.complete {
        // Every suspect was examined: it is garbage, or clean again.
        heap.blocks(ListId::Suspect).clear();
    }
    let collected = found.condemned.len();
    heap.phase.set(Phase::Freeing);
    let panic = death::by_collection(heap, &found.condemned);
    heap.return_scratch(found.condemned);

    let stats = &heap.stats[generation as usize];
    let mut sums = stats.get();
    sums.collections += 1;
    sums.collected += collected;
    sums.candidates += found.candidates;
    sums.duration += start.elapsed();
    stats.set(sums);

    drop(running);
    #[cfg(feature = "verify")]
    if heap.verifies.get() {
        verify::verify(heap);
    }
    (collected, panic)
}

/// Runs the collection that an allocation has found due; `true` if there was one. Not in a thread that is panicking: a
/// destructor that panicked in turn would have nowhere to go.
///
/// # Errors
///
/// The first panic of a destructor.
#[cold]
#[inline(never)]
pub(crate) fn collect_automatically(heap: &Heap) -> Result<bool, Panic> {
    if heap.is_collecting() || thread::panicking() {
        return Ok(false);
    }
    let (_, panic) = collect(heap, heap.pacing.select());
    if panic.is_some() { Err(panic) } else { Ok(true) }
}

/// A collection, for as long as it lives.
struct Running<'h>(&'h Heap);

impl<'h> Running<'h> {
    fn start(heap: &'h Heap) -> Running<'h> {
        heap.phase.set(Phase::Tracing);
        Running(heap)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.phase.set(Phase::Idle);
    }
}

/// Moves what is left of the collected generations to the next one, and resets its trial counts. Gives the number of
/// survivors.
///
/// After a collection of the old generation that did not examine all of it, the old objects are as they should be, and
/// are left alone.
fn promote(heap: &Heap, generation: Generation, found: &Found) -> usize {
    let collected = Collected::up_to(generation);
    let next = Word::of(generation.next());
    let promote_list = |id| {
        let mut promoted = 0;
        heap.blocks(id).for_each(|block| {
            for_each_object(block, collected, |_, word| {
                word.set(next.0);
                promoted += 1;
            });
        });
        promoted
    };
    let survivors = match generation {
        Generation::Young => promote_young(heap),
        // A block may be in both lists; what has been promoted is not met again.
        Generation::Middle => promote_list(ListId::Touched) + promote_list(ListId::Middle),
        Generation::Old => {
            if found.examined_all {
                promote_list(ListId::All);
            } else {
                promote_list(ListId::Touched);
                promote_list(ListId::Middle);
            }
            heap.pacing.tracked() - found.condemned.len()
        }
    };
    if generation != Generation::Young {
        heap.blocks(ListId::Middle).clear();
    }
    heap.clear_touched();
    survivors
}

/// Moves the young objects to the middle generation.
fn promote_young(heap: &Heap) -> usize {
    let mut survivors = 0;
    heap.blocks(ListId::Touched).for_each(|block| {
        let before = survivors;
        for_each_object(block, Collected::up_to(Generation::Young), |_, word| {
            word.set(Word::of(State::Middle).0);
            survivors += 1;
        });
        if survivors > before {
            heap.blocks(ListId::Middle).insert(block);
        }
    });
    survivors
}
