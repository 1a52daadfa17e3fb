//! Python's `gc`: the collector of the current thread, under the names that Python gives its functions.
//!
//! The semantics are `CPython`'s, as of 3.13 and 3.15. Where a function differs, it says so.

use crate::cc::Cc;
use crate::collect::{collect_now, resume, with_heap};
use core::marker::PhantomData;

pub use crate::heap::{Generation, GenerationStats, InvalidGeneration};

/// Collects all generations. Gives the number of unreachable objects found.
///
/// Works also while automatic collection is disabled. Called while a collection runs, from a destructor for example, it
/// does nothing and gives 0.
///
/// Counted are the objects that the collector has found unreachable: those of the cycles, and what hangs from them. Not
/// counted are objects that it does not look at (of [acyclic](crate::Acyclic) types) and such as lose their last
/// pointer while it frees the others.
///
/// # Panics
///
/// With the first panic of a destructor, when everything else is freed.
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
/// What survives moves to the next generation. Python's `gc.collect(generation)`; an invalid generation cannot be named.
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
/// It happens in [`Cc::new`] and the other functions that create objects, before the new object exists, when more
/// tracked objects have been created than have died since the last collection by more than the first
/// [threshold](get_threshold). Which generation is collected, is decided as in `CPython`. No collection starts while
/// another runs, or while the thread is panicking.
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
/// The first: by how much the tracked objects that are created may outnumber those that die before a collection is
/// due; 0 means that none ever is. The second and third: a collection is of the next generation too when more than so many
/// of the one before it have run since its last. They start as (2000, 10, 10).
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
/// With thresholds set, collections come in exactly `CPython`'s sequence: with `(t, 10, 10)`, a young one at every
/// `t + 1`st creation of an object (deaths subtracted), a middle one in place of each twelfth, and an old one for the
/// first time in place of the 133rd, if what has reached the old generation since its last collection is at least a
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
/// third: collections of the next younger generation since the last of that one.
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
    with_heap(|heap| heap.stats.each_ref().map(core::cell::Cell::get))
}

/// Whether the collector looks at an object: it is not of an [acyclic](crate::Acyclic) type, its value is
/// [there](Cc::assume_init), and nobody has [exclusive access](Cc::get_mut) to it.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// assert!(!gc::is_tracked(&Cc::new(5)));
/// assert!(gc::is_tracked(&Cc::new(vec![Cc::new(5)])));
/// ```
pub fn is_tracked<T: ?Sized>(object: &Cc<T>) -> bool {
    Cc::is_tracked(object)
}

/// The number of strong pointers to an object. Python's `sys.getrefcount` counts its own argument, and gives one more.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// let list = Cc::new(vec![1]);
/// assert_eq!(gc::getrefcount(&list), 1);
/// ```
pub fn getrefcount<T: ?Sized>(object: &Cc<T>) -> usize {
    Cc::strong_count(object)
}

/// The size of an object, its header included, in bytes. As Python's `sys.getsizeof`, it does not count what the value
/// owns elsewhere.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// assert_eq!(gc::getsizeof(&Cc::new(0u64)), 24);
/// ```
pub fn getsizeof<T: ?Sized>(object: &Cc<T>) -> usize {
    Cc::size_of_val(object)
}

/// Checks every invariant of the heap. For tests, of an `unsafe impl Trace` for example.
///
/// Among them are that no object has more edges leading to it than pointers, and that nothing is unreachable that the
/// next full collection would not find. (Unsafe code that reaches an object through [`Cc::as_ptr`] can bring the latter
/// about, and leak.)
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
    with_heap(crate::collect::verify::verify);
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
