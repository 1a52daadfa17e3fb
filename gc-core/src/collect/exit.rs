//! The beginning and the end of a thread's heap, and the ways to it in between.

use super::collect;
use crate::heap::{Generation, Heap, Panic, current, set_current};
use core::ptr::NonNull;
use std::alloc::handle_alloc_error;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// Its destructor tells the heap that the thread is done with it.
    static EXIT: Exit = const { Exit };
}

struct Exit;

impl Drop for Exit {
    fn drop(&mut self) {
        if let Some(heap) = current() {
            // SAFETY: the heap of a thread exists as long as it is current.
            let alive = unsafe { heap.as_ref() };
            // A panic cannot leave the destructor of a thread-local value. The panic hook has reported it.
            let collected = catch_unwind(AssertUnwindSafe(|| collect(alive, Generation::Old)));
            collected.map_or_else(Panic::from, |(_, panic)| panic).discard();
            alive.retire();
            // SAFETY: what is left of the heap is used through its objects.
            unsafe { Heap::destroy_if_done(heap) };
        }
    }
}

/// Calls `f` with the heap of this thread; `None` if there is no memory for one.
///
/// The heap exists until then: one that is current goes only after the end of its thread has begun, with the last of
/// its objects, and never while it collects. `f` runs code of the user, which could drop that object, only in a
/// collection.
#[inline]
pub(crate) fn try_with_heap<R>(f: impl FnOnce(&Heap) -> R) -> Option<R> {
    match current() {
        // SAFETY: see above.
        Some(heap) => Some(f(unsafe { heap.as_ref() })),
        None => with_new_heap(f),
    }
}

/// [`try_with_heap`], where that must not fail.
pub(crate) fn with_heap<R>(f: impl FnOnce(&Heap) -> R) -> R {
    try_with_heap(f).unwrap_or_else(|| handle_alloc_error(Heap::LAYOUT))
}

/// [`try_with_heap`], in a thread that has none.
#[cold]
#[inline(never)]
fn with_new_heap<R>(f: impl FnOnce(&Heap) -> R) -> Option<R> {
    let heap = create()?;
    // SAFETY: as in `try_with_heap`.
    let result = f(unsafe { heap.as_ref() });
    // SAFETY: what `f` gives may be an object in the heap, and then the heap stays.
    unsafe { Heap::destroy_if_done(heap) };
    Some(result)
}

fn create() -> Option<NonNull<Heap>> {
    let heap = Heap::create()?;
    set_current(Some(heap));
    if EXIT.try_with(|_| ()).is_err() {
        // The thread is past its end: destructors of other thread-local values are running.
        // SAFETY: it has just been created.
        unsafe { heap.as_ref() }.retire();
    }
    Some(heap)
}

/// [`collect`], asked for by the program.
pub(crate) fn collect_now(generation: Generation) -> usize {
    let (collected, panic) = with_heap(|heap| collect(heap, generation));
    if let Some(heap) = current() {
        // SAFETY: it is not used here again. Whoever uses it further out, and runs code of the user, has an object in
        // it or runs a collection.
        unsafe { Heap::destroy_if_done(heap) };
    }
    panic.throw();
    collected
}

/// Ends a pause of automatic collections. The heap that was paused may be gone.
pub(crate) fn resume() {
    if let Some(heap) = current() {
        // SAFETY: the heap of a thread exists as long as it is current.
        unsafe { heap.as_ref() }.pacing.resume();
    }
}
