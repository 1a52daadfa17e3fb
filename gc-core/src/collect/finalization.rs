//! Finalizers: steps 1 and 2 of a death. (The steps are those of [`death`](super::death).)
//!
//! A finalizer sees its object and all that hangs from it intact, and may do anything to it. So an object that was
//! condemned may die by count while the finalizers of others run, or be brought back. The heap keeps the list of the
//! condemned for that time, and strikes out those that are gone; what is left is subjected to a second trial deletion,
//! as in `CPython`'s `handle_resurrected_objects`. (To compare counts before and after would not do: a finalizer can
//! move a pointer out without changing any.)

use super::death::{drop_deferred_in_collection, drop_pointer, run_user_code};
use super::{Running, observation, spare, trial_deletion};
use crate::heap::{Activity, DebugFlags, Generation, Heap, Word, trailer};
use crate::object::ObjectPtr;

/// Calls the finalizers of condemned objects, oldest object first. Gives what is still condemned afterwards, and the
/// number of objects that came back.
pub(super) fn finalize(heap: &Heap, condemned: Vec<ObjectPtr>, generation: Generation) -> (Vec<ObjectPtr>, usize) {
    let prints = heap.observers.debug.get().contains(DebugFlags::COLLECTABLE);
    if condemned.is_empty() || !(prints || heap.has_finalizers()) {
        return (condemned, 0);
    }
    let Some(unfinalized) = in_order_of_birth(&condemned) else {
        // No memory: they will be found again.
        spare(heap, &condemned, generation);
        return (Vec::new(), 0);
    };
    if unfinalized.is_empty() && !prints {
        return (condemned, 0);
    }
    let condemned = within_indices(heap, condemned, generation);
    let count = condemned.len();
    heap.set_condemned(condemned);
    if prints {
        observation::print_collectable(heap, count);
    }
    for (_, index) in unfinalized {
        // One that has died by count meanwhile, and come back, has had its finalizer called.
        let still = heap.condemned(index as usize).filter(|object| object.header().is_unfinalized());
        if let Some(object) = still {
            call_finalizer(heap, object);
        }
    }
    drop_deferred_in_collection(heap);
    let condemned = heap.take_condemned();
    let (mut still_condemned, mut resurrected) = (Vec::new(), 0);
    // If a `trace` panics, all of them are spared.
    heap.unfinished.guard(|| {
        let _tracing = Running::start(heap, Activity::Tracing);
        still_condemned = trial_deletion::run_again(heap, condemned, |object| {
            spare(heap, &[object], generation);
            resurrected += 1;
        });
    });
    (still_condemned, resurrected)
}

/// The indices of the objects that have a finalizer to call, with their birth numbers, sorted; `None` if there is no
/// memory.
fn in_order_of_birth(condemned: &[ObjectPtr]) -> Option<Vec<(u64, u32)>> {
    let unfinalized = || condemned.iter().take(Word::INDICES).zip(0..).filter(|(it, _)| it.header().is_unfinalized());
    let mut indices = Vec::new();
    indices.try_reserve_exact(unfinalized().count()).ok()?;
    for (object, index) in unfinalized() {
        // SAFETY: header inv. 4: an object with the flag has its number for a trailer.
        indices.push((unsafe { trailer(*object) }, index));
    }
    indices.sort_unstable();
    Some(indices)
}

/// Spares the objects for which there are no indices: more than half a billion.
fn within_indices(heap: &Heap, mut condemned: Vec<ObjectPtr>, generation: Generation) -> Vec<ObjectPtr> {
    if condemned.len() > Word::INDICES {
        spare(heap, &condemned[Word::INDICES..], generation);
        condemned.truncate(Word::INDICES);
    }
    condemned
}

/// Calls the finalizer of an object, which it has. While it runs, and only then, a pin keeps the object alive.
///
/// The object dies when the pin goes, if that was the last pointer.
fn call_finalizer(heap: &Heap, object: ObjectPtr) {
    pin_and_finalize(heap, object);
    run_user_code(heap, || {
        // SAFETY: that is the pin.
        unsafe { drop_pointer(object) }
    });
}

/// Calls the finalizer of an object that has lost its last pointer; `true` if it has one again.
pub(super) fn is_resurrected(heap: &Heap, object: ObjectPtr) -> bool {
    pin_and_finalize(heap, object);
    let resurrected = object.header().take_pin();
    if resurrected {
        heap.suspect_if_tracked(object);
    }
    resurrected
}

/// Calls the finalizer of an object, with a pin on it that stays.
fn pin_and_finalize(heap: &Heap, object: ObjectPtr) {
    object.header().clear_unfinalized();
    object.header().pin();
    heap.suspect_if_tracked(object);
    run_user_code(heap, || {
        // SAFETY: the pin keeps the value alive. Nobody has exclusive access to it: that takes the only pointer there
        // is, and then the object is neither condemned nor dying.
        unsafe { object.finalize() }
    });
}
