//! How objects die. Both deaths, by count and by collection, follow one order:
//!
//! 1. finalizers
//! 2. what came back to life through them is spared
//! 3. from here, no weak pointer upgrades
//! 4. callbacks
//! 5. the values are dropped
//! 6. slots that no weak pointer holds are released
//!
//! (Nothing has finalizers or callbacks yet: the steps 1, 2 and 4 are empty.)
//!
//! Destructors are code of the user. Before any of them runs, the object has left its generation, so that a collection
//! which the destructor sets off does not look at it. A panic is kept until everything else is done.

use crate::heap::{Heap, Panic};
use crate::object::ObjectPtr;
use core::cell::Cell;
use core::mem;
use core::ptr::NonNull;

/// How many destructors of objects may be on the stack, one inside the other. What would go deeper waits until the last
/// of these is done: dropping a long list takes no more stack than this. Small, for a stack may be.
const MAX_DEPTH: u32 = 24;

/// Ends the life of an object that has lost its last strong pointer.
///
/// User code runs. The first panic of a destructor goes on from here, unless this is called from another destructor:
/// then it goes on from the outermost.
///
/// # Safety
///
/// `value` is that of an object whose strong count is zero. It is not used again, but for its weak pointers.
#[inline]
pub(crate) unsafe fn die<T: ?Sized>(value: NonNull<T>) {
    // SAFETY: the caller's promise.
    let object = unsafe { ObjectPtr::from_value(value.cast()) };
    if object.header().is_dead() {
        // SAFETY: the collector has dropped the value, and this was the last strong pointer.
        return unsafe { release_weak(object) };
    }
    leave(object);
    if mem::needs_drop::<T>() {
        let drop_value = || {
            // SAFETY: the value is alive: nothing but the last strong pointer, or the collector, ends its life.
            unsafe { value.drop_in_place() }
        };
        // SAFETY: the caller's promise.
        unsafe { destroy(object, drop_value) };
    } else {
        // SAFETY: the strong pointers are gone, and the value needs no drop.
        unsafe { release_weak(object) };
    }
}

/// Takes an object out of its generation for good.
#[inline]
pub(crate) fn leave(object: ObjectPtr) {
    // SAFETY: an object keeps its heap.
    unsafe { Heap::of(object).as_ref() }.leave(object);
}

/// Runs the destructor of an object's value, now or when that does not go too deep any more, and releases the object.
///
/// # Safety
///
/// The object is dead but for its value, which `drop_value` drops; it is not used again.
#[inline]
unsafe fn destroy(object: ObjectPtr, drop_value: impl FnOnce()) {
    // SAFETY: an object keeps its heap.
    let heap = unsafe { Heap::of(object).as_ref() };
    if heap.depth.get() >= MAX_DEPTH && heap.unfinished.defer(object) {
        return;
    }
    run_destructor(heap, drop_value);
    if heap.unfinished.any() {
        let panic = finish(heap);
        // SAFETY: the value is dropped, and the strong pointers are gone.
        unsafe { release_weak(object) };
        panic.throw();
    } else {
        // SAFETY: as above.
        unsafe { release_weak(object) };
    }
}

/// Runs a destructor, one level deeper. A panic in it is kept.
#[inline]
fn run_destructor(heap: &Heap, destructor: impl FnOnce()) {
    let depth = heap.depth.get();
    heap.depth.set(depth + 1);
    heap.unfinished.guard(destructor);
    heap.depth.set(depth);
}

/// Does what destructors have left unfinished, if this is the place: drops what was too deep for the last of them, and
/// what that leaves in turn, and gives the first panic for the outermost to throw.
#[cold]
#[inline(never)]
fn finish(heap: &Heap) -> Panic {
    let depth = heap.depth.get();
    if depth == 0 || depth + 1 >= MAX_DEPTH {
        drop_deferred(heap);
    }
    if depth == 0 { heap.unfinished.take_panic() } else { Panic::default() }
}

/// Drops what has been deferred, and what is deferred meanwhile.
fn drop_deferred(heap: &Heap) {
    while let Some(object) = heap.unfinished.next_deferred() {
        run_destructor(heap, || {
            // SAFETY: the object was deferred when it died, with its value alive.
            unsafe { object.drop_value() }
        });
        // SAFETY: the value is dropped, and the strong pointers are gone.
        unsafe { release_weak(object) };
    }
}

/// Ends the lives of the objects that a collection has condemned, and gives the first panic of a destructor.
pub(super) fn by_collection(heap: &Heap, condemned: &[ObjectPtr]) -> Panic {
    if condemned.is_empty() {
        return Panic::default();
    }
    // A collection that a destructor has set off has a first panic of its own.
    let outer = heap.unfinished.take_panic();
    // Until the last value is dropped, a pin on each object keeps the pointers among them from ending a life early.
    // Steps 1 and 2 come between the pins and step 3.
    for object in condemned {
        object.header().pin();
        object.header().set_dead();
    }
    drop_all(heap, condemned);
    if heap.depth.get() + 1 >= MAX_DEPTH {
        // The destructors were too deep for all that hangs from their values.
        drop_deferred(heap);
    }
    for &object in condemned {
        // SAFETY: that is the pin.
        if unsafe { object.header().decrement_strong() } {
            // SAFETY: the value is dropped, and no strong pointer is left.
            unsafe { release_weak(object) };
        }
        // Otherwise a destructor has lost a pointer by panicking. Should it be dropped after all, the slot goes then.
    }
    let panic = heap.unfinished.take_panic();
    heap.unfinished.put_back(outer);
    panic
}

/// Drops the values of condemned objects: step 5. A panic ends the inner loop, which is then taken up where it stopped.
fn drop_all(heap: &Heap, condemned: &[ObjectPtr]) {
    let next = Cell::new(0);
    while next.get() < condemned.len() {
        run_destructor(heap, || {
            while let Some(object) = condemned.get(next.get()) {
                next.set(next.get() + 1);
                heap.leave(*object);
                // SAFETY: the value is alive, and each object is condemned once.
                unsafe { object.drop_value() };
            }
        });
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
        let heap = Heap::of(object);
        // SAFETY: an object keeps its heap.
        let alive = unsafe { heap.as_ref() };
        // SAFETY: no pointer to the object is left, and it left its generation before its value went.
        if unsafe { alive.free(object) } {
            // SAFETY: the heap is not used here again. Who calls this does not use it either, or knows of another
            // object in it, or runs a collection, which the heap outlives.
            unsafe { Heap::destroy_if_done(heap) };
        }
    }
}
