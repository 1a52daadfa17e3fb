//! [`WeakKeyMap`].

use super::iter::iterate;
use super::map_methods::map_methods;
use super::table::{Table, WeakKeyed, is_alive};
use super::{ByIdentity, ByValue, Iter, KeyStrategy, Keys, Values};
use crate::cc::{Cc, Weak};
use crate::object::{Trace, Tracer};
use core::fmt;
use core::marker::PhantomData;
use core::mem;
use std::rc::Rc;

/// A map that does not keep its keys alive, but does its values. Python's `weakref.WeakKeyDictionary`.
///
/// An entry goes, and with it its pointer to the value, when the key dies. Otherwise it is a
/// [`HashMap`](std::collections::HashMap) whose methods take `&self`; see [the module](super) for what all weak
/// containers have in common.
///
/// A value that refers to its key, directly or not, keeps it alive for as long as the map lives: the pointer from the
/// map to the value does not depend on the key. As in Python; an [`EphemeronMap`](super::EphemeronMap) does better.
/// (When the map itself becomes garbage, all of that goes with it.)
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::weak::WeakKeyMap;
///
/// let ages = WeakKeyMap::new();
/// let ada = Cc::new(String::from("Ada"));
/// ages.insert(&ada, Cc::new(36));
/// assert_eq!(*ages.get(&ada).unwrap(), 36);
/// drop(ada);
/// assert!(ages.is_empty());
/// ```
pub struct WeakKeyMap<K: ?Sized, V: ?Sized, By = ByValue> {
    pub(super) table: Rc<Table<Entry<K, V>>>,
    by: PhantomData<By>,
}

pub(super) struct Entry<K: ?Sized, V: ?Sized> {
    key: Weak<K>,
    value: Cc<V>,
}

impl<K: ?Sized, V: ?Sized> Entry<K, V> {
    fn new(key: &Cc<K>, value: Cc<V>) -> Entry<K, V> {
        Entry { key: Cc::downgrade(key), value }
    }

    fn key(&self) -> Option<Cc<K>> {
        self.key.upgrade()
    }

    fn value(&self) -> Option<Cc<V>> {
        is_alive(&self.key).then(|| self.value.clone())
    }

    fn pair(&self) -> Option<(Cc<K>, Cc<V>)> {
        Some((self.key()?, self.value.clone()))
    }
}

impl<K: ?Sized, V: ?Sized> WeakKeyed<K> for Entry<K, V> {
    fn weak_key(&self) -> &Weak<K> {
        &self.key
    }
}

impl<K: ?Sized, V: ?Sized> WeakKeyMap<K, V, ByValue> {
    /// An empty map that finds its keys by their value.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let map = WeakKeyMap::new();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// assert!(map.contains_key(&Cc::new(1)));
    /// ```
    #[must_use]
    pub fn new() -> WeakKeyMap<K, V> {
        WeakKeyMap::default()
    }
}

impl<K: ?Sized, V: ?Sized> WeakKeyMap<K, V, ByIdentity> {
    /// An empty map that finds its keys by their identity.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let map = WeakKeyMap::by_identity();
    /// let nan = Cc::new(f64::NAN);
    /// map.insert(&nan, Cc::new(10));
    /// assert!(map.contains_key(&nan));
    /// ```
    #[must_use]
    pub fn by_identity() -> WeakKeyMap<K, V, ByIdentity> {
        WeakKeyMap::default()
    }
}

map_methods! {
    impl[K: ?Sized, V: ?Sized, By] WeakKeyMap<K, V, By>: Cc<K> => Cc<V>,
    entry Entry::pair,
    owned "value",
    example
        "use gc_core::Cc;"
        "use gc_core::weak::WeakKeyMap;"
        ""
        "let map = WeakKeyMap::new();"
        "let (key, value) = (Cc::new(1), Cc::new(10));"
        "map.insert(&key, value.clone());"
}

impl<K: ?Sized + 'static, V: ?Sized + 'static, By: KeyStrategy<K>> WeakKeyMap<K, V, By> {
    /// Sets the value of a key. Gives the value that it had.
    ///
    /// If an object that counts as the same is a key already, it stays the key. (An object that has died and was saved
    /// for [`gc::garbage`](crate::gc::garbage) cannot be held weakly: nothing is inserted.)
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let map = WeakKeyMap::new();
    /// let (one, ten) = (Cc::new(1), Cc::new(10));
    /// assert_eq!(map.insert(&one, ten.clone()), None);
    /// assert_eq!(map.insert(&one, Cc::new(20)), Some(ten));
    /// assert_eq!(*map.get(&one).unwrap(), 20);
    /// ```
    pub fn insert(&self, key: &Cc<K>, value: Cc<V>) -> Option<Cc<V>> {
        let find = || self.table.find::<K, By>(key);
        let found = |id, mut value| match self.table.update(id, |entry| mem::swap(&mut entry.value, &mut value)) {
            Some(()) => Ok(Some(value)),
            None => Err(value),
        };
        let new = |value| (Entry::new(key, value), None);
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
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let map = WeakKeyMap::new();
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
        let found = |id, value| self.table.read(id, Entry::value).flatten().ok_or(value);
        let new = |value: Cc<V>| (Entry::new(key, value.clone()), value);
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
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let map = WeakKeyMap::new();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// assert_eq!(map.get(&one).as_deref(), Some(&10));
    /// assert_eq!(map.get(&Cc::new(2)), None);
    /// ```
    #[must_use]
    pub fn get(&self, key: &Cc<K>) -> Option<Cc<V>> {
        let id = self.table.find::<K, By>(key).ok()?;
        self.table.read(id, Entry::value).flatten()
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
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let map = WeakKeyMap::new();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// assert!(map.contains_key(&one));
    /// assert!(!map.contains_key(&Cc::new(2)));
    /// ```
    #[must_use]
    pub fn contains_key(&self, key: &Cc<K>) -> bool {
        self.table.find::<K, By>(key).is_ok()
    }

    /// Removes the entry of a key. Gives the value that it had.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let map = WeakKeyMap::new();
    /// let one = Cc::new(1);
    /// map.insert(&one, Cc::new(10));
    /// assert_eq!(map.remove(&one).as_deref(), Some(&10));
    /// assert_eq!(map.remove(&one), None);
    /// ```
    pub fn remove(&self, key: &Cc<K>) -> Option<Cc<V>> {
        let id = self.table.find::<K, By>(key).ok()?;
        Some(self.table.remove(id)?.value)
    }
}

iterate! {
    impl[K: ?Sized, V: ?Sized, By] Iter over WeakKeyMap<K, V, By>: (Cc<K>, Cc<V>),
    read Entry::pair
}
iterate! {
    impl[K: ?Sized, V: ?Sized, By] Keys over WeakKeyMap<K, V, By>: Cc<K>,
    read Entry::key
}
iterate! {
    impl[K: ?Sized, V: ?Sized, By] Values over WeakKeyMap<K, V, By>: Cc<V>,
    read Entry::value
}

impl<'a, K: ?Sized, V: ?Sized, By> IntoIterator for &'a WeakKeyMap<K, V, By> {
    type Item = (Cc<K>, Cc<V>);
    type IntoIter = Iter<'a, WeakKeyMap<K, V, By>>;

    fn into_iter(self) -> Iter<'a, WeakKeyMap<K, V, By>> {
        self.iter()
    }
}

impl<K: ?Sized, V: ?Sized, By> Default for WeakKeyMap<K, V, By> {
    /// An empty map.
    fn default() -> WeakKeyMap<K, V, By> {
        WeakKeyMap { table: Table::new(), by: PhantomData }
    }
}

impl<K: ?Sized + 'static, V: ?Sized + 'static, By: KeyStrategy<K>> Clone for WeakKeyMap<K, V, By> {
    /// Another map with the same keys and the same values.
    fn clone(&self) -> WeakKeyMap<K, V, By> {
        self.iter().collect()
    }
}

impl<K, V, By> Extend<(Cc<K>, Cc<V>)> for WeakKeyMap<K, V, By>
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

impl<K, V, By> FromIterator<(Cc<K>, Cc<V>)> for WeakKeyMap<K, V, By>
where
    K: ?Sized + 'static,
    V: ?Sized + 'static,
    By: KeyStrategy<K>,
{
    /// A map of entries. Those of keys to which there is no other pointer are gone again at once.
    fn from_iter<I: IntoIterator<Item = (Cc<K>, Cc<V>)>>(entries: I) -> WeakKeyMap<K, V, By> {
        let mut map = WeakKeyMap::default();
        map.extend(entries);
        map
    }
}

impl<K: ?Sized + fmt::Debug, V: ?Sized + fmt::Debug, By> fmt::Debug for WeakKeyMap<K, V, By> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

// SAFETY: visits the values, each once. The map owns them: it alone owns the table, and nothing else has a pointer out
// of an entry but for clones, which are counted (`table`, inv. 4). The table changes only where the map is used, or a
// key dies. Its destructor drops the values and does not read them.
unsafe impl<K: ?Sized + 'static, V: ?Sized + 'static, By: 'static> Trace for WeakKeyMap<K, V, By> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.table.for_each(|entry| entry.value.trace(tracer));
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        labeller.heap_bytes(self.table.heap_bytes());
        // The keys are other objects: they are not to be looked at here.
        let mut index = 0;
        self.table.for_each(|entry| {
            labeller.value(index, &entry.value);
            index += 1;
        });
    }
}
