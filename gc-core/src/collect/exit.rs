//! The beginning and the end of a thread's heap, and the ways to it in between.

use super::death::{drop_deferred_if_due, drop_pointer, run_callbacks, run_user_code};
use super::{Reason, collect, observation};
use crate::heap::{Generation, Heap, Panic, Registered, current, set_current};
use core::ptr::NonNull;
use std::alloc::handle_alloc_error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

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
            end_quietly(|| end(alive));
            alive.unfinished.take_panic().discard();
            alive.retire();
            // SAFETY: what is left of the heap is used through its objects.
            end_quietly(|| unsafe { Heap::destroy_if_done(heap) });
        }
    }
}

/// A panic cannot leave the destructor of a thread-local value. The panic hook has reported it.
fn end_quietly(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        Panic::from(payload).discard();
    }
}

/// The end of a thread: `CPython`'s `finalize_garbage` and `_PyGC_DumpShutdownStats`.
///
/// What cannot be reached is collected, with its finalizers, also when what the heap held for the program is released:
/// the callbacks of the collector, what has been put into the garbage list, and where debug output goes. What can be
/// reached lives on until its last pointer goes.
fn end(heap: &Heap) {
    /// How often what is released may leave something to be released in turn.
    const ROUNDS: usize = 10;

    run_user_code(heap, || drop(heap.observers.take_callbacks()));
    collect_at_exit(heap);
    run_callbacks_at_exit(heap);
    collect_at_exit(heap);
    observation::report_garbage(heap);
    release_garbage(heap);
    collect_at_exit(heap);
    observation::report_leaks(heap);
    for _ in 0..ROUNDS {
        if !release(heap) {
            break;
        }
        collect_at_exit(heap);
    }
}

/// Releases what the heap holds for the program; `true` if there was something.
fn release(heap: &Heap) -> bool {
    let (callbacks, sink) = (heap.observers.take_callbacks(), heap.observers.set_sink(None));
    let found = !callbacks.is_empty() || sink.is_some() || !heap.garbage.borrow().is_empty();
    run_user_code(heap, || drop(callbacks));
    run_user_code(heap, || drop(sink));
    release_garbage(heap);
    found
}

fn release_garbage(heap: &Heap) {
    for object in heap.garbage.take() {
        // SAFETY: the pointer was that of the list.
        run_user_code(heap, || unsafe { drop_pointer(object) });
    }
}

/// A collection in which nothing is permanent any more.
fn collect_at_exit(heap: &Heap) {
    heap.unfreeze();
    collect(heap, Generation::Old, Reason::Shutdown).1.discard();
}

/// Runs the callbacks on the deaths of objects that are still alive, where the program has asked for that, and what is
/// added meanwhile: always the newest next, and without collections, as Python does with those of `weakref.finalize`
/// (`_exitfunc`).
fn run_callbacks_at_exit(heap: &Heap) {
    heap.pacing.pause();
    let mut due = Vec::new();
    loop {
        let new = heap.attachments.take_new_callbacks_at_exit();
        if !new.is_empty() {
            due.extend(new);
            due.sort_unstable_by_key(|registered: &Registered| registered.number);
        }
        let Some(newest) = due.pop() else { break };
        run_user_code(heap, || run_callbacks(heap, [newest]));
    }
    heap.pacing.resume();
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

/// Calls `f` with the heap of this thread, if it has one.
#[inline]
pub(crate) fn with_current_heap<R>(f: impl FnOnce(&Heap) -> Option<R>) -> Option<R> {
    // SAFETY: see above.
    f(unsafe { current()?.as_ref() })
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
    run(|heap| collect(heap, generation, Reason::Manual))
}

/// The collection that is due, if there is one.
pub(crate) fn safepoint() -> usize {
    run(|heap| {
        if !heap.pacing.is_due_at_safepoint() || heap.is_collecting() || thread::panicking() {
            return (0, Panic::default());
        }
        heap.pacing.note_due();
        collect(heap, heap.pacing.select(), Reason::Automatic)
    })
}

/// Runs `last`, and then lets the panic of an automatic collection go on, which is older than any of `last`.
pub(crate) fn throw_after(panic: Panic, last: impl FnOnce()) -> ! {
    run(|heap| {
        // In `last` the last object of the heap may die, which must not be the end of the heap yet.
        let _held = heap.hold();
        let outer = heap.unfinished.take_panic();
        heap.unfinished.put_back(panic);
        run_user_code(heap, last);
        drop_deferred_if_due(heap);
        let panic = heap.unfinished.take_panic();
        heap.unfinished.put_back(outer);
        (0, panic)
    });
    unreachable!("there is a panic to throw")
}

/// Runs a collection, and lets its panic go on.
fn run(collect: impl FnOnce(&Heap) -> (usize, Panic)) -> usize {
    let (collected, panic) = with_heap(collect);
    if let Some(heap) = current() {
        // SAFETY: it is not used here again. Whoever uses it further out, and runs code of the user, has an object in
        // it or runs a collection.
        unsafe { Heap::destroy_if_done(heap) };
    }
    panic.throw();
    collected
}

/// Notes that a callback on the death of an object has been asked to run at the end of the thread.
pub(crate) fn note_new_at_exit() {
    if let Some(heap) = current() {
        // SAFETY: the heap of a thread exists as long as it is current.
        unsafe { heap.as_ref() }.attachments.note_new_at_exit();
    }
}

/// Ends a pause of automatic collections. The heap that was paused may be gone.
pub(crate) fn resume() {
    if let Some(heap) = current() {
        // SAFETY: the heap of a thread exists as long as it is current.
        unsafe { heap.as_ref() }.pacing.resume();
    }
}
