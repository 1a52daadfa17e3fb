//! Objects and the graph that they make.

use crate::cc::{self, AnyCc, Cc};
use crate::collect::with_heap;
use crate::heap::Generation;

/// All objects of the three generations, youngest generation first.
///
/// Not among them are objects that are not [tracked](Cc::is_tracked) (of [acyclic](crate::Acyclic) types, say),
/// [frozen](super::freeze), under construction or exclusively accessed, and, while a collection calls finalizers, those
/// that it has found unreachable.
///
/// Each [`AnyCc`] is a pointer to its object. Dropping them makes a suspect of every object, so the next collection
/// examines all of them.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// let (list, number) = (Cc::new(vec![Cc::new(1)]), Cc::new(2));
/// let objects = gc::get_objects();
/// assert_eq!(objects, [(&list).into()]);
/// # drop(number);
/// ```
pub fn get_objects() -> Vec<AnyCc> {
    cc::objects()
}

/// The objects of one generation. Python's `gc.get_objects(generation)`.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, Generation};
/// use gc_core::Cc;
///
/// let list = Cc::new(vec![Cc::new(1)]);
/// assert_eq!(gc::get_objects_in(Generation::Young).len(), 1);
/// gc::collect();
/// assert_eq!(gc::get_objects_in(Generation::Young).len(), 0);
/// assert_eq!(gc::get_objects_in(Generation::Old), [list.into()]);
/// ```
pub fn get_objects_in(generation: Generation) -> Vec<AnyCc> {
    cc::objects_in(generation)
}

/// The objects that refer to one of `objects`, each once. Looks only at objects that [`get_objects`] gives.
///
/// For finding out what keeps an object alive. It goes through the whole heap.
///
/// # Panics
///
/// If a [`Trace::trace`](crate::Trace::trace) does.
///
/// # Examples
///
/// ```
/// use gc_core::{AnyCc, Cc, gc};
///
/// let number = Cc::new(1);
/// let lists = [Cc::new(vec![number.clone(), number.clone()]), Cc::new(vec![number.clone()])];
/// assert_eq!(gc::get_referrers(&[AnyCc::from(&number)]).len(), 2);
/// assert!(gc::get_referrers(&[AnyCc::from(&lists[0])]).is_empty());
/// ```
#[allow(single_use_lifetimes, reason = "a lifetime in `impl Trait` needs its name; not every compiler minds")]
pub fn get_referrers<'a>(objects: impl IntoIterator<Item = &'a AnyCc>) -> Vec<AnyCc> {
    cc::referrers(&objects.into_iter().collect::<Vec<_>>())
}

/// The objects that `objects` refer to, as often as they do, in the order in which they are visited.
///
/// Objects that are not tracked are among them, and objects under construction or exclusively accessed are not.
///
/// # Panics
///
/// If a [`Trace::trace`](crate::Trace::trace) does.
///
/// # Examples
///
/// ```
/// use gc_core::{AnyCc, Cc, gc};
///
/// let number = Cc::new(1);
/// let list = Cc::new(vec![number.clone(), number.clone(), number.clone()]);
/// let referents = gc::get_referents(&[AnyCc::from(list)]);
/// assert_eq!(referents, [number.clone().into(), number.clone().into(), number.into()]);
/// ```
#[allow(single_use_lifetimes, reason = "a lifetime in `impl Trait` needs its name; not every compiler minds")]
pub fn get_referents<'a>(objects: impl IntoIterator<Item = &'a AnyCc>) -> Vec<AnyCc> {
    cc::referents(&objects.into_iter().collect::<Vec<_>>())
}

/// The number of tracked objects: those of the three generations, and those that are frozen, under construction,
/// exclusively accessed or dying. Costs nothing. `CPython` 3.15's `heap_size`.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// let list = Cc::new(vec![Cc::new(1)]);
/// assert_eq!(gc::tracked_count(), 1);
/// drop(list);
/// assert_eq!(gc::tracked_count(), 0);
/// ```
pub fn tracked_count() -> usize {
    with_heap(|heap| heap.pacing.tracked())
}

/// Whether the collector knows of an object. See [`Cc::is_tracked`].
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

/// Whether an object's finalizer has been called. See [`Cc::is_finalized`].
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// assert!(!gc::is_finalized(&Cc::new(5)));
/// ```
pub fn is_finalized<T: ?Sized>(object: &Cc<T>) -> bool {
    Cc::is_finalized(object)
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
/// The header is of 16 bytes; with the feature `track-sites`, which keeps the place of the object's making in it, of
/// 32.
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
