//! Containers that do not keep alive what they hold: Python's `weakref.WeakSet`, `WeakKeyDictionary` and
//! `WeakValueDictionary`, and a table of ephemerons.
//!
//! | | holds weakly | keeps alive | `new()` finds by | Python |
//! |-|-|-|-|-|
//! | [`WeakSet<T>`](WeakSet) | members | | value | `WeakSet` |
//! | [`WeakKeyMap<K, V>`](WeakKeyMap) | keys | values | value | `WeakKeyDictionary` |
//! | [`WeakValueMap<K, V>`](WeakValueMap) | values | keys, which are plain values | value | `WeakValueDictionary` |
//! | [`EphemeronMap<K, V>`](EphemeronMap) | keys and values; the key keeps the value alive | | identity | |
//! | [`Ephemeron<K, V>`](Ephemeron) | a key and a value, as an entry of that | | | |
//!
//! In a [`WeakKeyMap`], a value that refers to its key keeps it alive, and with it the entry: as in Python, that leaks
//! for as long as the map lives. In an [`EphemeronMap`] the same pair is an ordinary cycle, which the collector frees.
//! So take that one to hang data on objects from outside, a `WeakKeyMap` where the values know nothing of the keys.
//!
//! **Entries of dead objects go at once:** at the moment an object dies, by its count or in a collection, after all
//! [`Weak`](crate::Weak) pointers to it have become dead, and together with the callbacks of
//! [`on_drop`](crate::Cc::on_drop). No method ever gives a dead object; only `len` may still count those whose turn in
//! that is yet to come, if it is called from a callback or destructor that runs while objects are dying. An object that
//! its finalizer brings back to life has not died, and keeps its entries. One that was saved for
//! [`gc::garbage`](crate::gc::garbage) has died: what holds it weakly does not find it any more. It is still given as a
//! value that a map or a key keeps alive.
//!
//! **Every method takes `&self`,** and none keeps the container borrowed while code of the user runs. So `Hash`, `Eq`,
//! a destructor, a callback and the body of a loop over [`iter`](WeakSet::iter) may all use the container that they are
//! called from. If that code panics, so does the method, and the container can still be used. An iterator goes through
//! the entries that there were when it was made, and skips those that are gone when it comes to them.
//!
//! **Two ways to find a key.** [`ByValue`], with [`Hash`] and [`Eq`], as in Python: an equal object finds it too.
//! [`ByIdentity`]: only the object itself does, and it need not be hashable. `new()` chooses as the table says,
//! `by_identity()` and `by_value()` as their names do. As with [`HashMap`], a key must not change in a way that changes
//! its hash; the entry is then not found any more, but still goes when the key dies.
//!
//! [`HashMap`]: std::collections::HashMap
//!
//! # Examples
//!
//! Names for the nodes of a graph whose type has no room for them, in a map which does not keep a node alive:
//!
//! ```
//! use gc_core::weak::EphemeronMap;
//! use gc_core::{Cc, Trace, collect};
//! use std::cell::RefCell;
//!
//! #[derive(Trace)]
//! struct Node {
//!     next: RefCell<Option<Cc<Node>>>,
//! }
//!
//! let names = EphemeronMap::new();
//! let (a, b) = (Cc::new(Node { next: RefCell::default() }), Cc::new(Node { next: RefCell::default() }));
//! *a.next.borrow_mut() = Some(b.clone());
//! *b.next.borrow_mut() = Some(a.clone());
//! names.insert(&a, Cc::new(String::from("a")));
//! names.insert(&b, Cc::new(String::from("b")));
//! assert_eq!(names.get(a.next.borrow().as_ref().unwrap()).unwrap().as_str(), "b");
//!
//! drop((a, b));
//! collect();
//! assert!(names.is_empty());
//! ```

mod ephemeron;
mod ephemeron_map;
mod iter;
mod key_map;
mod map_methods;
mod set;
mod table;
mod value_map;

pub use ephemeron::Ephemeron;
pub use ephemeron_map::EphemeronMap;
pub use iter::{Iter, Keys, Values};
pub use key_map::WeakKeyMap;
pub use set::WeakSet;
pub use value_map::WeakValueMap;

use crate::cc::Cc;
use core::hash::{BuildHasher, Hash};
use std::hash::RandomState;

/// Finds a key by its value: an entry belongs to every object that is equal to its key.
///
/// The key of an entry stays the object with which it was first inserted, as in a `HashMap`, and the entry goes when
/// *that* object dies.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::weak::WeakSet;
///
/// let (one, another) = (Cc::new(1), Cc::new(1));
/// let set = WeakSet::new();
/// set.insert(&one);
/// assert!(set.contains(&another));
/// assert!(!set.insert(&another));
/// drop(one);
/// assert!(!set.contains(&another));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum ByValue {}

/// Finds a key by its identity: an entry belongs to one object, whatever it is equal to.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::weak::WeakSet;
///
/// let (one, another) = (Cc::new(1), Cc::new(1));
/// let set = WeakSet::by_identity();
/// set.insert(&one);
/// assert!(!set.contains(&another));
/// assert!(set.insert(&another));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum ByIdentity {}

/// How a container finds a key: [`ByValue`] or [`ByIdentity`]. There are no others.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::weak::{KeyStrategy, WeakSet};
///
/// /// Inserts all of the objects. Gives the number of those that were new.
/// fn add<T: 'static, By: KeyStrategy<T>>(set: &WeakSet<T, By>, objects: &[Cc<T>]) -> usize {
///     objects.iter().filter(|object| set.insert(object)).count()
/// }
///
/// let ones = [Cc::new(1), Cc::new(1)];
/// assert_eq!(add(&WeakSet::new(), &ones), 1);
/// assert_eq!(add(&WeakSet::by_identity(), &ones), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot find keys of the type `{K}`",
    note = "`ByValue` needs `{K}: Hash + Eq`; `ByIdentity` needs nothing, see `by_identity()`"
)]
pub trait KeyStrategy<K: ?Sized>: sealed::Strategy<K> {}

impl<K: ?Sized + Hash + Eq> KeyStrategy<K> for ByValue {}
impl<K: ?Sized> KeyStrategy<K> for ByIdentity {}

mod sealed {
    use crate::cc::Cc;
    use std::hash::RandomState;

    /// What a strategy does. User code may run in both functions.
    pub trait Strategy<K: ?Sized> {
        /// Whether only the key itself is `same` as the key.
        const IDENTITY: bool;

        fn hash(hasher: &RandomState, key: &Cc<K>) -> u64;

        fn same(key: &Cc<K>, other: &Cc<K>) -> bool;
    }
}

impl<K: ?Sized + Hash + Eq> sealed::Strategy<K> for ByValue {
    const IDENTITY: bool = false;

    fn hash(hasher: &RandomState, key: &Cc<K>) -> u64 {
        hasher.hash_one(&**key)
    }

    fn same(key: &Cc<K>, other: &Cc<K>) -> bool {
        **key == **other
    }
}

impl<K: ?Sized> sealed::Strategy<K> for ByIdentity {
    const IDENTITY: bool = true;

    fn hash(_: &RandomState, key: &Cc<K>) -> u64 {
        key.object().address_hash()
    }

    fn same(key: &Cc<K>, other: &Cc<K>) -> bool {
        Cc::ptr_eq(key, other)
    }
}
