//! [`EphemeronMap`].

use super::ephemeron::Ephemeron;
use super::iter::iterate;
use super::map_methods::map_methods;
use super::table::Table;
use super::{ByIdentity, ByValue, Iter, KeyStrategy, Keys, Values};
use crate::cc::Cc;
use crate::object::{Acyclic, Leaf, Trace, Tracer};
use core::fmt;
use core::marker::PhantomData;
use core::mem;
use std::rc::Rc;

/// A map that keeps neither its keys nor its values alive; each key keeps its value alive, while the entry is there.
///
/// It hangs data on objects from outside, as if in a field of theirs: a value may refer to its key, or to the keys of
/// other entries, and all of it is garbage when the keys are. In a [`WeakKeyMap`](super::WeakKeyMap) such a value
/// would keep its key alive. Python has no such map.
///
/// It finds its keys by their identity, unless it is made with [`by_value`](EphemeronMap::by_value). See
/// [the module](super) for what all weak containers have in common, and [`Ephemeron`] for what its entries are.
///
/// The map belongs to whoever holds it, not to its keys. If that is a value of its own, and nobody else, then the map
/// and that value live as long as the key does.
///
/// # Examples
///
/// ```
/// use gc_core::weak::EphemeronMap;
/// use gc_core::{Cc, Trace, collect};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Node {
///     next: RefCell<Option<Cc<Node>>>,
/// }
/// /// What a search knows of a node.
/// #[derive(Trace)]
/// struct Visit {
///     from: Cc<Node>,
///     distance: u32,
/// }
///
/// let visits = EphemeronMap::new();
/// let start = Cc::new(Node { next: RefCell::default() });
/// let node = Cc::new(Node { next: RefCell::new(Some(start.clone())) });
/// visits.insert(&node, Cc::new(Visit { from: start.clone(), distance: 1 }));
/// visits.insert(&start, Cc::new(Visit { from: node.clone(), distance: 0 }));
/// assert_eq!(visits.get(&node).unwrap().distance, 1);
/// assert!(Cc::ptr_eq(&visits.get(&node).unwrap().from, &start));
/// # assert!(Cc::ptr_eq(node.next.borrow().as_ref().unwrap(), &start));
///
/// drop((start, node));
/// assert_eq!(collect(), 4);
/// assert!(visits.is_empty());
/// ```
pub struct EphemeronMap<K: ?Sized, V: ?Sized, By = ByIdentity> {
    pub(super) table: Rc<Table<Ephemeron<K, V>>>,
    by: PhantomData<By>,
}

impl<K: ?Sized, V: ?Sized> EphemeronMap<K, V, ByIdentity> {
    /// An empty map that finds its keys by their identity.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::EphemeronMap;
    ///
    /// let map = EphemeronMap::new();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// assert!(map.contains_key(&one));
    /// assert!(!map.contains_key(&Cc::new(1)));
    /// ```
    #[must_use]
    pub fn new() -> EphemeronMap<K, V> {
        EphemeronMap::default()
    }
}

impl<K: ?Sized, V: ?Sized> EphemeronMap<K, V, ByValue> {
    /// An empty map that finds its keys by their value.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::EphemeronMap;
    ///
    /// let map = EphemeronMap::by_value();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// assert!(map.contains_key(&Cc::new(1)));
    /// ```
    #[must_use]
    pub fn by_value() -> EphemeronMap<K, V, ByValue> {
        EphemeronMap::default()
    }
}

map_methods! {
    impl[K: ?Sized, V: ?Sized, By] EphemeronMap<K, V, By>: Cc<K> => Cc<V>,
    entry Ephemeron::pair,
    owned "value",
    example
        "use gc_core::Cc;"
        "use gc_core::weak::EphemeronMap;"
        ""
        "let map = EphemeronMap::new();"
        "let (key, value) = (Cc::new(1), Cc::new(10));"
        "map.insert(&key, value.clone());"
}

impl<K: ?Sized + 'static, V: ?Sized + 'static, By: KeyStrategy<K>> EphemeronMap<K, V, By> {
    /// Makes a value the key's, in place of the one that it has. Gives that.
    ///
    /// If an object that counts as the same is a key already, the value becomes that one's. (A key that has died and
    /// was saved for [`gc::garbage`](crate::gc::garbage) cannot be held weakly: nothing is inserted. The value may be
    /// such an object.)
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::EphemeronMap;
    ///
    /// let map = EphemeronMap::new();
    /// let (one, ten) = (Cc::new(1), Cc::new(10));
    /// assert_eq!(map.insert(&one, ten.clone()), None);
    /// assert_eq!(Cc::strong_count(&ten), 2);
    /// assert_eq!(map.insert(&one, Cc::new(20)), Some(ten));
    /// assert_eq!(*map.get(&one).unwrap(), 20);
    /// ```
    pub fn insert(&self, key: &Cc<K>, value: Cc<V>) -> Option<Cc<V>> {
        let find = || self.table.find::<K, By>(key);
        let found = |id, value| {
            let Some(holder) = self.table.read(id, Ephemeron::key).flatten() else { return Err(value) };
            let mut ephemeron = Ephemeron::new(&holder, value);
            match self.table.update(id, |entry| mem::swap(entry, &mut ephemeron)) {
                Some(()) => Ok(ephemeron.value()),
                None => Err(ephemeron.take_back()),
            }
        };
        let new = |value| (Ephemeron::new(key, value), None);
        self.table.get_or_insert(key, value, find, found, new).ok().flatten()
    }

    /// The value of a key; if it has none, that which `default` gives becomes its value. Python's `setdefault`.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does, or `default`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::EphemeronMap;
    ///
    /// let map = EphemeronMap::new();
    /// let one = Cc::new(1);
    /// assert_eq!(*map.get_or_insert_with(&one, || Cc::new(10)), 10);
    /// assert_eq!(*map.get_or_insert_with(&one, || Cc::new(20)), 10);
    /// ```
    pub fn get_or_insert_with(&self, key: &Cc<K>, default: impl FnOnce() -> Cc<V>) -> Cc<V> {
        if let Some(value) = self.get(key) {
            return value;
        }
        let find = || self.table.find::<K, By>(key);
        // `default` may have inserted one.
        let found = |id, value| self.table.read(id, Ephemeron::value).flatten().ok_or(value);
        let new = |value: Cc<V>| (Ephemeron::new(key, value.clone()), value);
        match self.table.get_or_insert(key, default(), find, found, new) {
            Ok(value) | Err(value) => value,
        }
    }

    /// The value of a key.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::EphemeronMap;
    ///
    /// let map = EphemeronMap::new();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// assert_eq!(map.get(&one).as_deref(), Some(&10));
    /// assert_eq!(map.get(&Cc::new(1)), None);
    /// ```
    #[must_use]
    pub fn get(&self, key: &Cc<K>) -> Option<Cc<V>> {
        let id = self.table.find::<K, By>(key).ok()?;
        self.table.read(id, Ephemeron::value).flatten()
    }

    /// Whether a key has a value.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::EphemeronMap;
    ///
    /// let map = EphemeronMap::new();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// assert!(map.contains_key(&one));
    /// assert!(!map.contains_key(&Cc::new(1)));
    /// ```
    #[must_use]
    pub fn contains_key(&self, key: &Cc<K>) -> bool {
        self.table.find::<K, By>(key).is_ok()
    }

    /// Removes the entry of a key: the key does not own the value any more. Gives the value.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::EphemeronMap;
    ///
    /// let map = EphemeronMap::new();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// let ten = map.remove(&one).unwrap();
    /// assert_eq!(Cc::strong_count(&ten), 1);
    /// assert_eq!(map.remove(&one), None);
    /// ```
    pub fn remove(&self, key: &Cc<K>) -> Option<Cc<V>> {
        let id = self.table.find::<K, By>(key).ok()?;
        self.table.remove(id)?.value()
    }
}

iterate! {
    impl[K: ?Sized, V: ?Sized, By] Iter over EphemeronMap<K, V, By>: (Cc<K>, Cc<V>),
    read Ephemeron::pair
}
iterate! {
    impl[K: ?Sized, V: ?Sized, By] Keys over EphemeronMap<K, V, By>: Cc<K>,
    read Ephemeron::key
}
iterate! {
    impl[K: ?Sized, V: ?Sized, By] Values over EphemeronMap<K, V, By>: Cc<V>,
    read Ephemeron::value
}

impl<'a, K: ?Sized, V: ?Sized, By> IntoIterator for &'a EphemeronMap<K, V, By> {
    type Item = (Cc<K>, Cc<V>);
    type IntoIter = Iter<'a, EphemeronMap<K, V, By>>;

    fn into_iter(self) -> Iter<'a, EphemeronMap<K, V, By>> {
        self.iter()
    }
}

impl<K: ?Sized, V: ?Sized, By> Default for EphemeronMap<K, V, By> {
    /// An empty map.
    fn default() -> EphemeronMap<K, V, By> {
        EphemeronMap { table: Table::new(), by: PhantomData }
    }
}

impl<K: ?Sized + 'static, V: ?Sized + 'static, By: KeyStrategy<K>> Clone for EphemeronMap<K, V, By> {
    /// Another map with the same keys and the same values. Each key then owns its value twice, once for each map.
    fn clone(&self) -> EphemeronMap<K, V, By> {
        self.iter().collect()
    }
}

impl<K, V, By> Extend<(Cc<K>, Cc<V>)> for EphemeronMap<K, V, By>
where
    K: ?Sized + 'static,
    V: ?Sized + 'static,
    By: KeyStrategy<K>,
{
    /// Adds entries. Those of keys to which there is no other pointer are gone again at once.
    fn extend<I: IntoIterator<Item = (Cc<K>, Cc<V>)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(&key, value);
        });
    }
}

impl<K, V, By> FromIterator<(Cc<K>, Cc<V>)> for EphemeronMap<K, V, By>
where
    K: ?Sized + 'static,
    V: ?Sized + 'static,
    By: KeyStrategy<K>,
{
    /// A map of entries. Those of keys to which there is no other pointer are gone again at once.
    fn from_iter<I: IntoIterator<Item = (Cc<K>, Cc<V>)>>(entries: I) -> EphemeronMap<K, V, By> {
        let mut map = EphemeronMap::default();
        map.extend(entries);
        map
    }
}

impl<K: ?Sized + fmt::Debug, V: ?Sized + fmt::Debug, By> fmt::Debug for EphemeronMap<K, V, By> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

// SAFETY: visits nothing. (The pointers to the values are the keys'.)
unsafe impl<K: ?Sized + 'static, V: ?Sized + 'static, By: 'static> Trace for EphemeronMap<K, V, By> {
    #[inline]
    fn trace(&self, _: &mut Tracer<'_>) {}

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        labeller.heap_bytes(self.table.heap_bytes());
    }

    #[inline]
    fn is_acyclic() -> bool {
        true
    }
}

impl<K: ?Sized + 'static, V: ?Sized + 'static, By: 'static> Acyclic for EphemeronMap<K, V, By> {}
impl<K: ?Sized + 'static, V: ?Sized + 'static, By: 'static> Leaf for EphemeronMap<K, V, By> {}
