//! How objects die. Both deaths, by count and by collection, follow one order:
//!
//! 1. finalizers ([`finalization`])
//! 2. what came back to life through them is spared ([`finalization`])
//! 3. from here, no weak pointer upgrades
//! 4. callbacks, newest first
//! 5. the values are dropped, and what the objects owned as keys of ephemerons
//! 6. slots that no weak pointer holds are released
//!
//! Where the first five have nothing to do but to drop pointers, [`trial_deletion`](super::trial_deletion) does the
//! last one itself, and these pointers are dropped afterwards.
//!
//! Finalizers, callbacks and destructors are code of the user. Before the first callback or destructor runs, the object
//! has left its generation, so that a collection which that sets off does not look at it. A panic is kept until
//! everything else is done.

use super::{Reason, finalization, spare};
use crate::heap::{DebugFlags, Generation, Heap, Panic, Registered};
use crate::object::{Decrement, ObjectPtr};
use core::cell::Cell;
use core::cmp::Reverse;
use core::mem;
use core::ptr::NonNull;

/// How many destructors of objects may be on the stack, one inside the other. What would go deeper waits until the last
/// of these is done: dropping a long list takes no more stack than this. Small, for a stack may be.
const MAX_DEPTH: u32 = 24;

/// Ends the life of an object that has lost its last strong pointer, unless a finalizer brings it back.
///
/// User code runs. The first panic of it goes on from here, unless this is called from another destructor: then it goes
/// on from the outermost.
///
/// # Safety
///
/// `value` is that of an object whose strong count is zero. It is not used again, but for its weak pointers.
// Not inlined, so that a drop that only makes a suspect needs no stack frame.
#[inline(never)]
pub(crate) unsafe fn die<T: ?Sized>(value: NonNull<T>) {
    // SAFETY: the caller's promise.
    let object = unsafe { ObjectPtr::from_value(value.cast()) };
    // SAFETY: an object keeps its heap.
    let heap = unsafe { Heap::of(object).as_ref() };
    let needs_drop = mem::needs_drop::<T>();
    if !object.header().is_plain() || needs_drop && is_deep(heap) {
        // SAFETY: the caller's promise.
        return unsafe { die_slowly(value) };
    }
    heap.leave(object);
    if needs_drop {
        // SAFETY: the value is alive: nothing but the last strong pointer, or the collector, ends its life.
        run_user_code(heap, || unsafe { value.drop_in_place() });
        // SAFETY: the strong pointers are gone, and so is the value.
        unsafe { finish_and_release(object) };
    } else {
        // SAFETY: the strong pointers are gone, and the value needs no drop.
        unsafe { release(object) };
    }
}

/// [`die`], for an object whose header has a flag, or that dies deep in the destructors of others.
///
/// # Safety
///
/// As [`die`].
#[cold]
#[inline(never)]
unsafe fn die_slowly<T: ?Sized>(value: NonNull<T>) {
    // SAFETY: the caller's promise.
    let object = unsafe { ObjectPtr::from_value(value.cast()) };
    let drop_value = || {
        // SAFETY: as in `die`.
        unsafe { value.drop_in_place() }
    };
    // SAFETY: the caller's promise.
    unsafe { die_by_steps(object, mem::needs_drop::<T>(), &drop_value) }
}

/// [`die`], for an object with which there is more to be done than to drop its value here and now, or less.
///
/// # Safety
///
/// As [`die`]; `drop_value` drops the value, if that `needs_drop`.
#[cold]
#[inline(never)]
unsafe fn die_by_steps(object: ObjectPtr, needs_drop: bool, drop_value: &dyn Fn()) {
    let header = object.header();
    if header.is_dead() {
        // SAFETY: the collector has dropped the value, and this was the last strong pointer.
        return unsafe { release_weak(object) };
    }
    // SAFETY: an object keeps its heap.
    let heap = unsafe { Heap::of(object).as_ref() };
    if header.is_unfinalized() && must_wait(heap, object, needs_drop) && heap.unfinished.defer(object) {
        // It does not die yet: the last pointer is now that of the queue.
        header.pin();
        heap.suspect_if_tracked(object);
        return;
    }
    match finalize_and_drop(heap, object, needs_drop, drop_value) {
        // SAFETY: the strong pointers are gone, and so is the value.
        Fate::Dropped => unsafe { finish_and_release(object) },
        Fate::Resurrected if heap.unfinished.any() => {
            // The object may die after all of what is finished, and must not take the heap with it.
            let (held, heap_ptr) = (heap.hold(), Heap::of(object));
            let panic = finish(heap);
            drop(held);
            // SAFETY: the heap is not used here again. Who calls this does not use it either, or knows of another
            // object in it, or runs a collection.
            unsafe { Heap::destroy_if_done(heap_ptr) };
            panic.throw();
        }
        Fate::Resurrected | Fate::Deferred => {}
    }
}

/// What has become of an object that had lost its last pointer.
enum Fate {
    /// It has one again.
    Resurrected,
    /// Its value will be dropped later.
    Deferred,
    /// Its value is gone. It is to be released.
    Dropped,
}

/// Ends the life of an object that has lost its last pointer, but for its release, unless its finalizer brings it back.
/// `drop_value` drops the value, if that `needs_drop`.
fn finalize_and_drop(heap: &Heap, object: ObjectPtr, needs_drop: bool, drop_value: &dyn Fn()) -> Fate {
    if object.header().is_unfinalized() && finalization::is_resurrected(heap, object) {
        return Fate::Resurrected;
    }
    heap.leave(object);
    if must_wait(heap, object, needs_drop) && heap.unfinished.defer(object) {
        return Fate::Deferred;
    }
    run_user_code(heap, || drop_all_of(heap, object, drop_value));
    Fate::Dropped
}

/// Ends the life of an object without a drop of its value. Gives the first panic, if that is to go on from here.
///
/// User code runs: callbacks.
///
/// # Safety
///
/// The object has one strong pointer, which is not used again, nor dropped; the value has been moved out.
#[inline]
pub(crate) unsafe fn end_without_drop(object: ObjectPtr) -> Panic {
    // SAFETY: an object keeps its heap.
    let heap = unsafe { Heap::of(object).as_ref() };
    heap.leave(object);
    object.header().take_last_strong();
    if object.header().is_attached() {
        run_user_code(heap, || drop_all_of(heap, object, &|| {}));
    }
    if heap.unfinished.any() {
        // SAFETY: the strong pointers are gone, and so is the value.
        return unsafe { finish_before_release(object) };
    }
    // SAFETY: as above.
    unsafe { release(object) };
    Panic::default()
}

/// [`die`], where the type of the object is not known, so that it makes no difference when the value is dropped.
///
/// # Safety
///
/// As [`die`].
unsafe fn die_erased(object: ObjectPtr) {
    let drop_value = || {
        // SAFETY: as in `die`.
        unsafe { object.drop_value() }
    };
    // SAFETY: an object keeps its heap.
    let heap = unsafe { Heap::of(object).as_ref() };
    if !object.header().is_plain() || is_deep(heap) {
        // SAFETY: the caller's promise.
        return unsafe { die_by_steps(object, false, &drop_value) };
    }
    heap.leave(object);
    run_user_code(heap, drop_value);
    // SAFETY: the strong pointers are gone, and so is the value.
    unsafe { finish_and_release(object) };
}

/// Drops a strong pointer to an object whose type is not known.
///
/// # Safety
///
/// The count is the caller's, who does not use it again.
pub(crate) unsafe fn drop_pointer(object: ObjectPtr) {
    // SAFETY: the count includes the caller's.
    if unsafe { object.header().decrement_strong() } {
        match object.header().after_decrement() {
            // SAFETY: the strong count is zero.
            Decrement::Last => unsafe { die_erased(object) },
            // SAFETY: an object keeps its heap.
            Decrement::Suspect => unsafe { Heap::of(object).as_ref() }.suspect(object),
        }
    }
}

/// Takes an object out of its generation for good.
#[inline]
pub(crate) fn leave(object: ObjectPtr) {
    // SAFETY: an object keeps its heap.
    unsafe { Heap::of(object).as_ref() }.leave(object);
}

/// Steps 4 and 5 for one object.
fn drop_all_of(heap: &Heap, object: ObjectPtr, drop_value: &dyn Fn()) {
    if !object.header().is_attached() {
        return drop_value();
    }
    run_callbacks(heap, heap.attachments.take_callbacks(object));
    drop_values_of(heap, object);
    drop_value();
}

/// Drops the values that an object owned as a key of ephemerons.
fn drop_values_of(heap: &Heap, object: ObjectPtr) {
    for value in heap.attachments.take_values(object) {
        heap.unfinished.guard(|| {
            // SAFETY: the pointer was the attachment's.
            unsafe { drop_pointer(value) }
        });
    }
}

/// Runs callbacks, newest first. A panic in one is kept.
pub(super) fn run_callbacks(heap: &Heap, mut callbacks: impl AsMut<[Registered]> + IntoIterator<Item = Registered>) {
    callbacks.as_mut().sort_unstable_by_key(|registered| Reverse(registered.number));
    for Registered { callback, .. } in callbacks {
        heap.unfinished.guard(|| callback.run());
        heap.unfinished.guard(|| drop(callback));
    }
}

/// Releases an object, and deals with what its destructor has left unfinished. A panic that is to go on does.
///
/// It may be the last object of a heap that goes with it. So who calls this has no reference to the heap for an
/// argument: those must be valid until their function returns.
///
/// Inlined like all that follows from it: as a tail call it made the birth and death of an object take a third longer.
///
/// # Safety
///
/// The strong pointers are gone, and so is the value.
#[inline(always)]
unsafe fn finish_and_release(object: ObjectPtr) {
    // SAFETY: an object keeps its heap.
    if unsafe { Heap::of(object).as_ref() }.unfinished.any() {
        // SAFETY: the caller's promise.
        unsafe { finish_before_release(object) }.throw();
    } else {
        // SAFETY: the caller's promise.
        unsafe { release(object) };
    }
}

/// [`finish_and_release`], if there is something unfinished. Gives the panic that is to go on.
///
/// # Safety
///
/// As there.
#[cold]
#[inline(never)]
unsafe fn finish_before_release(object: ObjectPtr) -> Panic {
    // SAFETY: an object keeps its heap.
    let panic = finish(unsafe { Heap::of(object).as_ref() });
    // SAFETY: the caller's promise.
    unsafe { release_weak(object) };
    panic
}

/// [`release_weak`], for the strong pointers' own: mostly the last one, which takes a single comparison to tell.
///
/// # Safety
///
/// As [`release_weak`].
#[inline(always)]
unsafe fn release(object: ObjectPtr) {
    if object.header().is_plain_and_last() {
        // SAFETY: the caller's promise.
        unsafe { free(object) }
    } else {
        // SAFETY: the caller's promise.
        unsafe { release_weak(object) }
    }
}

/// Whether what is to be done with an object goes too deep now, and can be done later, when the type of the pointer is
/// not known any more. It cannot if the object does not know the type of a value that needs to be dropped; see
/// [`Cc::assume_init`](crate::Cc::assume_init).
#[inline]
fn must_wait(heap: &Heap, object: ObjectPtr, needs_drop: bool) -> bool {
    is_deep(heap) && (!needs_drop || object.is_initialised())
}

/// Whether there are as many destructors on the stack as may be.
#[inline]
fn is_deep(heap: &Heap) -> bool {
    heap.depth.get() >= MAX_DEPTH
}

/// Runs code of the user, one level deeper. A panic in it is kept.
#[inline]
pub(super) fn run_user_code(heap: &Heap, code: impl FnOnce()) {
    let depth = heap.depth.get();
    heap.depth.set(depth + 1);
    heap.unfinished.guard(code);
    heap.depth.set(depth);
}

/// Does what destructors have left unfinished, if this is the place: drops what was too deep for the last of them, and
/// what that leaves in turn, and gives the first panic for the outermost to throw. Who calls this knows of an object in
/// the heap, which would go with the last otherwise.
#[cold]
#[inline(never)]
fn finish(heap: &Heap) -> Panic {
    drop_deferred_if_due(heap);
    if heap.depth.get() == 0 { heap.unfinished.take_panic() } else { Panic::default() }
}

/// Drops what has been deferred, if the code that has done that has just run, or nobody is left to do it. Not from
/// within the last destructor that may be on the stack: the next object would run one more, and that the next.
pub(super) fn drop_deferred_if_due(heap: &Heap) {
    if !is_deep(heap) {
        drop_deferred_in_collection(heap);
    }
}

/// [`drop_deferred_if_due`], in a collection, which is to free all however deep it runs: there is no other inside it.
pub(super) fn drop_deferred_in_collection(heap: &Heap) {
    if heap.depth.get() == 0 || heap.depth.get() + 1 >= MAX_DEPTH {
        drop_deferred(heap);
    }
}

/// Drops what has been deferred, and what is deferred meanwhile.
fn drop_deferred(heap: &Heap) {
    while let Some(object) = heap.unfinished.next_deferred() {
        let drop_value = || {
            // SAFETY: the object was deferred with its value alive.
            unsafe { object.drop_value() }
        };
        if object.header().strong() == 0 {
            run_user_code(heap, || drop_all_of(heap, object, &drop_value));
            // SAFETY: the value is dropped, and the strong pointers are gone.
            unsafe { release_weak(object) };
        } else if object.header().take_pin() {
            // It has been deferred alive, and others have found it meanwhile.
            heap.suspect_if_tracked(object);
        } else {
            run_user_code(heap, || {
                if let Fate::Dropped = finalize_and_drop(heap, object, false, &drop_value) {
                    // SAFETY: the strong pointers are gone, and so is the value.
                    unsafe { finish_and_release(object) };
                }
            });
        }
    }
}

/// Ends the lives of the objects that a collection has condemned: steps 3 to 6.
pub(super) fn by_collection(heap: &Heap, condemned: Vec<ObjectPtr>, generation: Generation, reason: Reason) -> Dead {
    let keep = heap.observers.debug.get().contains(DebugFlags::SAVEALL) && reason != Reason::Shutdown;
    let Some(callbacks) = prepare(heap, &condemned, keep) else {
        // No memory: they will be found again.
        spare(heap, &condemned, generation);
        heap.return_scratch(condemned);
        return Dead::default();
    };
    let dead = Dead { objects: condemned.len(), bytes: give_up_all(&condemned, keep) };
    run_user_code(heap, || run_callbacks(heap, callbacks));
    if keep {
        spare(heap, &condemned, generation);
        // The pin is now the pointer of the list.
        heap.garbage.borrow_mut().extend_from_slice(&condemned);
    } else {
        drop_all(heap, &condemned);
        drop_deferred_in_collection(heap);
        release_all(heap, &condemned);
    }
    heap.return_scratch(condemned);
    dead
}

/// What has died of a collection.
#[derive(Clone, Copy, Default)]
pub(super) struct Dead {
    pub(super) objects: usize,
    pub(super) bytes: usize,
}

/// Takes the callbacks of condemned objects, and makes room for what is to be kept; `None` if there is no memory.
fn prepare(heap: &Heap, condemned: &[ObjectPtr], keep: bool) -> Option<Vec<Registered>> {
    if keep {
        heap.garbage.borrow_mut().try_reserve(condemned.len()).ok()?;
    }
    let mut callbacks = Vec::new();
    if !heap.attachments.is_empty() {
        let attached = || condemned.iter().filter(|object| object.header().is_attached());
        let count = attached().map(|&object| heap.attachments.count_callbacks(object)).sum();
        callbacks.try_reserve_exact(count).ok()?;
        attached().for_each(|&object| callbacks.extend(heap.attachments.take_callbacks(object)));
    }
    Some(callbacks)
}

/// Ends the upgrade of weak pointers to condemned objects: step 3. Gives what these take, in bytes.
///
/// Until the last value is dropped, a pin on each keeps the pointers among them from ending a life early.
fn give_up_all(condemned: &[ObjectPtr], keep: bool) -> usize {
    let give_up = |object: &ObjectPtr| {
        let header = object.header();
        header.pin();
        if keep {
            header.set_cleared()
        } else {
            header.set_dead()
        }
        object.size()
    };
    condemned.iter().map(give_up).sum()
}

/// Drops the values of condemned objects: step 5.
fn drop_all(heap: &Heap, condemned: &[ObjectPtr]) {
    for_each(heap, condemned, |object| {
        heap.leave_condemned(object);
        if object.header().is_attached() {
            drop_values_of(heap, object);
        }
        // SAFETY: the value is alive, and each object is condemned once.
        unsafe { object.drop_value() };
    });
}

/// Drops the pointers that garbage had which has been swept.
///
/// # Safety
///
/// The counts are the caller's, who does not use them again.
pub(super) unsafe fn drop_pointers(heap: &Heap, pointers: &[ObjectPtr]) {
    for_each(heap, pointers, |object| {
        // SAFETY: the caller's promise.
        unsafe { drop_pointer(object) }
    });
    drop_deferred_in_collection(heap);
}

/// Does something with each object of a list, which runs code of the user. A panic ends the inner loop, which is then
/// taken up where it stopped.
fn for_each(heap: &Heap, objects: &[ObjectPtr], each: impl Fn(ObjectPtr)) {
    let next = Cell::new(0);
    while next.get() < objects.len() {
        run_user_code(heap, || {
            while let Some(&object) = objects.get(next.get()) {
                next.set(next.get() + 1);
                each(object);
            }
        });
    }
}

/// Takes the pins off condemned objects, and releases them: step 6.
fn release_all(heap: &Heap, condemned: &[ObjectPtr]) {
    let mut batch = heap.free_many();
    for &object in condemned {
        // SAFETY: that is the pin.
        if unsafe { object.header().take_last_pin() } {
            // SAFETY: the value is dropped, no pointer to the object is left, and it has left the heap.
            unsafe { batch.add(object.header_ptr().cast()) }
        }
        // Otherwise there are weak pointers, or a destructor has lost a strong one by panicking. Should it be dropped
        // after all, the slot goes then.
    }
}

/// Drops the weak pointer that the strong pointers of an object own together, or any other. Releases the slot with the
/// last one.
///
/// # Safety
///
/// The weak pointer is not used again. If it is the strong pointers' own one, there are none left, and the value is
/// dropped or moved out.
#[inline]
pub(crate) unsafe fn release_weak(object: ObjectPtr) {
    if object.header().decrement_weak() {
        // SAFETY: the caller's promise.
        unsafe { free(object) }
    }
}

/// Releases the slot of an object.
///
/// # Safety
///
/// No pointer to the object is left. It left its generation before its value went.
#[inline(always)]
unsafe fn free(object: ObjectPtr) {
    let heap = Heap::of(object);
    // SAFETY: an object keeps its heap.
    let alive = unsafe { heap.as_ref() };
    // SAFETY: the caller's promise.
    if unsafe { alive.free(object) } {
        // SAFETY: the heap is not used here again. Who calls this does not use it either, or knows of another object in
        // it, or runs a collection, which the heap outlives.
        unsafe { Heap::destroy_if_done(heap) };
    }
}
