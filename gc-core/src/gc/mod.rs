//! Python's `gc`: the collector of the current thread, under the names that Python gives its functions.
//!
//! The semantics are `CPython`'s, as of 3.13 and 3.15. Where a function differs, it says so.
//!
//! | for | there are |
//! |-|-|
//! | collecting | [`collect`](fn@collect), [`collect_generation`], [`safepoint`] |
//! | when it is done | [`enable`], [`disable`], [`is_enabled`], [`pause`], [`set_threshold`], [`get_threshold`], [`get_count`], [`set_trigger`], [`get_trigger`] |
//! | leaving objects out | [`freeze`], [`unfreeze`], [`get_freeze_count`] |
//! | what has been done | [`get_stats`], [`get_history`], [`callbacks`] |
//! | the objects and the graph | [`get_objects`], [`get_objects_in`], [`get_referrers`], [`get_referents`], [`tracked_count`] |
//! | one object | [`is_tracked`], [`is_finalized`], [`getrefcount`], [`getsizeof`] |
//! | how it is | `health`, and `events` for other tools: see the features `inspect`, `tracing` and `metrics` |
//! | finding leaks | [`set_debug`], [`get_debug`], [`set_debug_sink`], [`garbage`] |

mod debug;
#[cfg(any(feature = "metrics", feature = "tracing"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "metrics", feature = "tracing"))))]
pub mod events;
mod graph;
#[cfg(feature = "inspect")]
mod health;

use crate::collect::{self, collect_now, resume, with_heap};
use core::marker::PhantomData;

pub use crate::heap::{
    CallbackId, Collection, DebugFlags, Generation, GenerationStats, InvalidGeneration, Phase, Trigger,
};
pub use debug::{Callbacks, Garbage, callbacks, garbage, get_debug, set_debug, set_debug_sink};
pub use graph::{
    get_objects, get_objects_in, get_referents, get_referrers, getrefcount, getsizeof, is_finalized, is_tracked,
    tracked_count,
};
#[cfg(feature = "inspect")]
#[cfg_attr(docsrs, doc(cfg(feature = "inspect")))]
pub use health::{Advice, Growth, Health, Pauses, health};

/// Collects all generations. Gives the number of unreachable objects found.
///
/// Works also while automatic collection is disabled. Called while a collection runs, from a destructor for example, it
/// does nothing and gives 0.
///
/// Counted are the objects that the collector has found unreachable: those of the cycles, and what hangs from them. Not
/// counted are objects that are not [tracked](crate::Cc::is_tracked), objects that lose their last pointer while the
/// others are freed or finalizers called, and objects that [finalizers](crate::Finalize) bring back.
///
/// Memory that no object has needed since the last call goes back to the allocator. What this collection frees stays
/// until the next, for most programs need it again.
///
/// # Panics
///
/// With the first panic of a finalizer, a callback or a destructor, when everything else is freed.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, Trace, gc};
/// use std::cell::OnceCell;
///
/// #[derive(Trace)]
/// struct Node {
///     next: OnceCell<Cc<Node>>,
/// }
///
/// let node = Cc::new(Node { next: OnceCell::new() });
/// node.next.set(node.clone()).ok();
/// drop(node);
/// assert_eq!(gc::collect(), 1);
/// assert_eq!(gc::collect(), 0);
/// ```
pub fn collect() -> usize {
    collect_now(Generation::Old)
}

/// Collects a generation and all younger ones. Gives the number of unreachable objects found.
///
/// What survives moves to the next generation. Python's `gc.collect(generation)`; an invalid generation cannot be
/// named.
///
/// # Panics
///
/// As [`collect`].
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, Generation};
///
/// gc::collect_generation(Generation::Young);
/// assert_eq!(gc::get_stats()[0].collections, 1);
/// assert_eq!(gc::get_count(), (0, 1, 0));
/// ```
pub fn collect_generation(generation: Generation) -> usize {
    collect_now(generation)
}

/// Enables automatic collection, as it is from the start.
///
/// It happens in [`Cc::new`](crate::Cc::new) and the other functions that create objects, before the new object exists,
/// when more tracked objects have been created than have died since the last collection by more than the first
/// [threshold](get_threshold); or then in [`safepoint`], see [`set_trigger`]. Which generation is collected is decided
/// as in `CPython`. No collection starts while another runs, or while the thread is panicking.
///
/// # Examples
///
/// ```
/// use gc_core::gc;
///
/// gc::disable();
/// assert!(!gc::is_enabled());
/// gc::enable();
/// assert!(gc::is_enabled());
/// ```
pub fn enable() {
    with_heap(|heap| heap.pacing.set_enabled(true));
}

/// Disables automatic collection. [`collect`] still works.
///
/// # Examples
///
/// See [`enable`].
pub fn disable() {
    with_heap(|heap| heap.pacing.set_enabled(false));
}

/// Whether there are automatic collections: they are enabled, and not [paused](pause). Python's `gc.isenabled()`.
///
/// # Examples
///
/// See [`enable`].
pub fn is_enabled() -> bool {
    with_heap(|heap| heap.pacing.is_enabled())
}

/// Keeps automatic collections from starting for as long as the guard lives.
///
/// Guards nest, and do not interfere with [`enable`] and [`disable`]. A guard that is forgotten lasts for ever.
///
/// # Examples
///
/// ```
/// use gc_core::gc;
///
/// let guard = gc::pause();
/// assert!(!gc::is_enabled());
/// drop(guard);
/// assert!(gc::is_enabled());
/// ```
pub fn pause() -> PauseGuard {
    with_heap(|heap| heap.pacing.pause());
    PauseGuard { not_send: PhantomData }
}

/// Keeps automatic collections from starting.
///
/// # Examples
///
/// See [`pause`].
#[derive(Debug)]
#[must_use = "collections are paused only for as long as the guard lives"]
pub struct PauseGuard {
    /// The pause is that of one thread.
    not_send: PhantomData<*const ()>,
}

impl Drop for PauseGuard {
    fn drop(&mut self) {
        resume();
    }
}

/// The thresholds of automatic collection.
///
/// The first: by how much the tracked objects that are created may outnumber those that die before a collection is due;
/// 0 means that none ever is. The second and third: a collection is of the next generation too when more than so many
/// of the one before it have run since its last. They start as (2000, 10, 10).
///
/// Until [`set_threshold`] is called they are where collections *start from*. While these find little garbage, less
/// than an eighth of what they look at, the next are put off: young ones to up to 16 times the threshold, which counts
/// for as many collections; old ones until the old generation has doubled, in place of having grown by a quarter. When
/// a collection finds that more than half is garbage, everything is as it was; for young ones also after a call of
/// [`collect`]. And once a young collection that was put off so far has found nearly nothing, less than a
/// thirty-second, the next three promote all objects without a look. Where most of the young is garbage and objects are
/// large, young collections come sooner: as soon as there are as many objects as take 1 MiB, but not for fewer than
/// 100.
///
/// # Examples
///
/// ```
/// assert_eq!(gc_core::gc::get_threshold(), (2000, 10, 10));
/// ```
pub fn get_threshold() -> (usize, usize, usize) {
    with_heap(|heap| heap.pacing.thresholds().into())
}

/// Sets the [thresholds](get_threshold) of automatic collection. The second and third stay as they are if `None`.
///
/// From then on they are kept to: collections come in exactly `CPython`'s sequence. With `(t, 10, 10)`, a young one at
/// every `t + 1`st creation of an object (deaths subtracted), a middle one in place of each twelfth, and an old one for
/// the first time in place of the 133rd, if what has reached the old generation since its last collection is at least a
/// quarter of what it held then.
///
/// # Examples
///
/// ```
/// use gc_core::gc;
///
/// gc::set_threshold(1000, 5, None);
/// assert_eq!(gc::get_threshold(), (1000, 5, 10));
/// gc::set_threshold(0, None, None);
/// assert_eq!(gc::get_threshold(), (0, 5, 10));
/// ```
pub fn set_threshold(young: usize, middle: impl Into<Option<usize>>, old: impl Into<Option<usize>>) {
    // `into` can be code of the user, and must not meet the heap in use.
    let (middle, old) = (middle.into(), old.into());
    with_heap(|heap| {
        let [_, old_middle, old_old] = heap.pacing.thresholds();
        heap.pacing.set_thresholds([young, middle.unwrap_or(old_middle), old.unwrap_or(old_old)]);
    });
}

/// The counts that are compared with the [thresholds](get_threshold).
///
/// The first: creations of tracked objects less deaths since the last collection, and never below zero. The second and
/// third: collections of the next younger generation since the last of that one. A young collection that was put off
/// counts for as many as it was put off for.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// gc::collect();
/// assert_eq!(gc::get_count(), (0, 0, 0));
/// let list = Cc::new(vec![Cc::new(1)]);
/// assert_eq!(gc::get_count(), (1, 0, 0));
/// ```
pub fn get_count() -> (usize, usize, usize) {
    with_heap(|heap| heap.pacing.counts().into())
}

/// What the collections of each generation have done since the thread began, youngest first. A collection of several
/// generations is credited to the oldest.
///
/// # Examples
///
/// ```
/// use gc_core::gc;
///
/// gc::collect();
/// let [_, _, old] = gc::get_stats();
/// assert_eq!((old.collections, old.collected), (1, 0));
/// ```
pub fn get_stats() -> [GenerationStats; 3] {
    with_heap(|heap| heap.records.stats())
}

/// The last 64 collections, oldest first.
///
/// Like the records that `CPython` 3.15 keeps for `_remote_debugging.get_gc_stats`.
///
/// # Examples
///
/// ```
/// use gc_core::gc;
///
/// gc::collect();
/// let pauses: Vec<_> = gc::get_history().iter().map(|collection| collection.duration).collect();
/// assert_eq!(pauses.len(), 1);
/// ```
pub fn get_history() -> Vec<Collection> {
    with_heap(|heap| heap.records.last())
}

/// Says when automatic collections run. Python's have run at safepoints alone since 3.12.
///
/// # Examples
///
/// See [`Trigger`].
pub fn set_trigger(trigger: Trigger) {
    with_heap(|heap| heap.pacing.set_trigger(trigger));
}

/// When automatic collections run: [in allocations](Trigger::Allocation), if nothing else was said.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, Trigger};
///
/// assert_eq!(gc::get_trigger(), Trigger::Allocation);
/// ```
pub fn get_trigger() -> Trigger {
    with_heap(|heap| heap.pacing.trigger())
}

/// Runs the automatic collection that is due, if there is one: if the first [count](get_count) is greater than its
/// threshold, and collections are [enabled](enable). Gives the number of unreachable objects found, as
/// [`collect`](fn@collect).
///
/// # Panics
///
/// As [`collect`](fn@collect).
///
/// # Examples
///
/// See [`Trigger`].
pub fn safepoint() -> usize {
    collect::safepoint()
}

/// Moves all tracked objects into the permanent generation, which is not collected.
///
/// They still die when their last pointer goes. What they refer to is taken for alive. The [counts](get_count) become
/// zero. For what a program builds at its start and keeps: `gc::collect(); gc::freeze();`.
///
/// Takes time in proportion to the heap; `CPython`'s takes none. In turn [`get_freeze_count`] takes none here.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// let config = Cc::new(vec![Cc::new(1)]);
/// gc::freeze();
/// assert_eq!(gc::get_freeze_count(), 1);
/// assert_eq!(Cc::generation(&config), None);
/// gc::unfreeze();
/// assert_eq!(gc::get_freeze_count(), 0);
/// assert_eq!(Cc::generation(&config), Some(gc::Generation::Old));
/// ```
pub fn freeze() {
    with_heap(|heap| heap.freeze());
}

/// Moves the permanent generation into the old one.
///
/// The next collection of that examines all of it.
///
/// # Examples
///
/// See [`freeze`].
pub fn unfreeze() {
    with_heap(|heap| heap.unfreeze());
}

/// The number of objects in the permanent generation.
///
/// # Examples
///
/// See [`freeze`].
pub fn get_freeze_count() -> usize {
    with_heap(|heap| heap.frozen())
}

/// Checks every invariant of the heap. For tests, of an `unsafe impl Trace` for example.
///
/// Among them are that no object has more edges leading to it than pointers, and that nothing is unreachable that the
/// next full collection would not find. (Unsafe code that reaches an object through [`Cc::as_ptr`](crate::Cc::as_ptr)
/// can bring the latter about, and leak.)
///
/// # Panics
///
/// If one does not hold, saying which. And while a collection runs.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// let list = Cc::new(vec![Cc::new(1)]);
/// gc::verify();
/// # drop(list);
/// ```
#[cfg(feature = "verify")]
pub fn verify() {
    with_heap(collect::verify::verify);
}

/// Says whether every collection is followed by a [check](verify) of the heap. From the start it is so in builds with
/// debug assertions.
///
/// # Examples
///
/// ```
/// use gc_core::gc;
///
/// gc::set_verify(true);
/// gc::collect();
/// ```
#[cfg(feature = "verify")]
pub fn set_verify(verify: bool) {
    with_heap(|heap| heap.verifies.set(verify));
}
