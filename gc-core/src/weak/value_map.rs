//! [`WeakValueMap`].

use super::iter::iterate;
use super::map_methods::map_methods;
use super::table::{EntryId, Table, Vacancy, is_alive};
use super::{Iter, Keys, Values};
use crate::cc::{Cc, Weak};
use crate::object::{Acyclic, Leaf, Trace, Tracer};
use core::borrow::Borrow;
use core::fmt;
use core::hash::Hash;
use core::mem;
use std::rc::Rc;

/// A map that does not keep its values alive. Python's `weakref.WeakValueDictionary`.
///
/// An entry goes, and with it the key, when the value dies. Otherwise it is a [`HashMap`](std::collections::HashMap)
/// whose methods take `&self`; see [the module](super) for what all weak containers have in common. Made for caches:
/// an object is found by its key for as long as somebody uses it.
///
/// An entry whose value is replaced counts as a new one, which an iterator that was made before skips.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::weak::WeakValueMap;
///
/// let images = WeakValueMap::new();
/// let load = |name: &str| images.get_or_insert_with(String::from(name), || Cc::new(vec![0_u8; 1000]));
/// let image = load("a.png");
/// assert!(Cc::ptr_eq(&image, &load("a.png")));
/// drop(image);
/// assert!(images.get("a.png").is_none());
/// ```
pub struct WeakValueMap<K, V: ?Sized> {
    pub(super) table: Rc<Table<Entry<K, V>>>,
}

pub(super) struct Entry<K, V: ?Sized> {
    /// Shared, for a while, with those that compare or clone it, which must not happen in the table.
    key: Rc<K>,
    value: Weak<V>,
}

impl<K, V: ?Sized> Entry<K, V> {
    fn new(key: &Rc<K>, value: &Cc<V>) -> Entry<K, V> {
        Entry { key: Rc::clone(key), value: Cc::downgrade(value) }
    }

    fn key(&self) -> Option<Rc<K>> {
        is_alive(&self.value).then(|| Rc::clone(&self.key))
    }

    fn value(&self) -> Option<Cc<V>> {
        self.value.upgrade()
    }

    fn pair(&self) -> Option<(Rc<K>, Cc<V>)> {
        Some((Rc::clone(&self.key), self.value()?))
    }
}

impl<K, V: ?Sized> WeakValueMap<K, V> {
    /// An empty map.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::weak::WeakValueMap;
    ///
    /// assert!(WeakValueMap::<u32, u32>::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> WeakValueMap<K, V> {
        WeakValueMap { table: Table::new() }
    }
}

map_methods! {
    impl[K, V: ?Sized] WeakValueMap<K, V>: K => Cc<V>,
    entry Entry::pair,
    owned "key",
    iter where K: Clone,
    example
        "use gc_core::Cc;"
        "use gc_core::weak::WeakValueMap;"
        ""
        "let map = WeakValueMap::new();"
        "let (key, value) = (1, Cc::new(10));"
        "map.insert(key, &value);"
}

impl<K: Hash + Eq, V: ?Sized> WeakValueMap<K, V> {
    /// The entry of a key, whether its value is alive or not. User code runs.
    fn find<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Result<EntryId, Vacancy>
    where
        K: Borrow<Q>,
    {
        let hash = self.table.hash(key);
        self.table.find_equal(hash, |entry| Some(Rc::clone(&entry.key)), |other| <K as Borrow<Q>>::borrow(other) == key)
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
    /// use gc_core::weak::WeakValueMap;
    ///
    /// let map = WeakValueMap::new();
    /// let ten = Cc::new(10);
    /// map.insert(String::from("ten"), &ten);
    /// assert_eq!(map.get("ten"), Some(ten));
    /// assert_eq!(map.get("ten"), None);
    /// ```
    #[must_use]
    pub fn get<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<Cc<V>>
    where
        K: Borrow<Q>,
    {
        let id = self.find(key).ok()?;
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
    /// use gc_core::weak::WeakValueMap;
    ///
    /// let map = WeakValueMap::new();
    /// let ten = Cc::new(10);
    /// map.insert(String::from("ten"), &ten);
    /// assert!(map.contains_key("ten"));
    /// assert!(!map.contains_key("twenty"));
    /// ```
    #[must_use]
    pub fn contains_key<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok_and(|id| self.table.read(id, |entry| is_alive(&entry.value)) == Some(true))
    }

    /// Removes the entry of a key. Gives the value that it had.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does, or the drop of the one that is removed.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakValueMap;
    ///
    /// let map = WeakValueMap::new();
    /// let ten = Cc::new(10);
    /// map.insert(1, &ten);
    /// assert_eq!(map.remove(&1), Some(ten));
    /// assert!(map.is_empty());
    /// ```
    pub fn remove<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<Cc<V>>
    where
        K: Borrow<Q>,
    {
        let id = self.find(key).ok()?;
        self.table.remove(id)?.value()
    }
}

impl<K: Hash + Eq + 'static, V: ?Sized + 'static> WeakValueMap<K, V> {
    /// Sets the value of a key. Gives the value that it had.
    ///
    /// (An object that has died and was saved for [`gc::garbage`](crate::gc::garbage) cannot be held weakly: nothing is
    /// inserted.)
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does, or the drop of `key`, if an equal one is there.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakValueMap;
    ///
    /// let map = WeakValueMap::new();
    /// let (ten, twenty) = (Cc::new(10), Cc::new(20));
    /// assert_eq!(map.insert(1, &ten), None);
    /// assert_eq!(map.insert(1, &twenty), Some(ten));
    /// assert_eq!(map.get(&1), Some(twenty));
    /// ```
    pub fn insert(&self, key: K, value: &Cc<V>) -> Option<Cc<V>> {
        let key = Rc::new(key);
        let find = || self.find(&*key);
        let found = |id, ()| self.replace(id, value).map(|old| old.upgrade()).ok_or(());
        let new = |()| (Entry::new(&key, value), None);
        self.table.get_or_insert(value, (), find, found, new).ok().flatten()
    }

    /// The value of a key; if it has none, that which `default` gives becomes its value. Python's `setdefault`.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a key does, or `default`, or the drop of `key`, if an equal one is there.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakValueMap;
    ///
    /// let map = WeakValueMap::new();
    /// let ten = map.get_or_insert_with(1, || Cc::new(10));
    /// assert_eq!(*map.get_or_insert_with(1, || Cc::new(20)), 10);
    /// drop(ten);
    /// assert_eq!(*map.get_or_insert_with(1, || Cc::new(30)), 30);
    /// ```
    pub fn get_or_insert_with(&self, key: K, default: impl FnOnce() -> Cc<V>) -> Cc<V> {
        if let Some(value) = self.get(&key) {
            return value;
        }
        let value = default();
        let key = Rc::new(key);
        let find = || self.find(&*key);
        // `default` may have inserted one.
        let found = |id, ()| match self.table.read(id, Entry::value).flatten() {
            Some(other) => Ok(Some(other)),
            None => self.replace(id, &value).map(|_dead| None).ok_or(()),
        };
        let new = |()| (Entry::new(&key, &value), None);
        self.table.get_or_insert(&value, (), find, found, new).ok().flatten().unwrap_or(value)
    }

    /// Changes the value of an entry, if it is still there. Gives the one before.
    fn replace(&self, id: EntryId, value: &Cc<V>) -> Option<Weak<V>> {
        let new = Cc::downgrade(value);
        if self.table.read(id, |entry| entry.value.ptr_eq(&new))? {
            return Some(new);
        }
        self.table.renew(id, value, |entry| mem::replace(&mut entry.value, new))
    }
}

iterate! {
    impl[K: Clone, V: ?Sized] Iter over WeakValueMap<K, V>: (K, Cc<V>),
    read Entry::pair, then |(key, value)| (K::clone(&key), value)
}
iterate! {
    impl[K: Clone, V: ?Sized] Keys over WeakValueMap<K, V>: K,
    read Entry::key, then |key| K::clone(&key)
}
iterate! {
    impl[K, V: ?Sized] Values over WeakValueMap<K, V>: Cc<V>,
    read Entry::value
}

impl<'a, K: Clone, V: ?Sized> IntoIterator for &'a WeakValueMap<K, V> {
    type Item = (K, Cc<V>);
    type IntoIter = Iter<'a, WeakValueMap<K, V>>;

    fn into_iter(self) -> Iter<'a, WeakValueMap<K, V>> {
        self.iter()
    }
}

impl<K, V: ?Sized> Default for WeakValueMap<K, V> {
    /// An empty map.
    fn default() -> WeakValueMap<K, V> {
        WeakValueMap::new()
    }
}

impl<K: Clone + Hash + Eq + 'static, V: ?Sized + 'static> Clone for WeakValueMap<K, V> {
    /// Another map with clones of the keys and the same values.
    fn clone(&self) -> WeakValueMap<K, V> {
        self.iter().collect()
    }
}

impl<'a, K: Hash + Eq + 'static, V: ?Sized + 'static> Extend<(K, &'a Cc<V>)> for WeakValueMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, &'a Cc<V>)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(key, value);
        });
    }
}

impl<K: Hash + Eq + 'static, V: ?Sized + 'static> Extend<(K, Cc<V>)> for WeakValueMap<K, V> {
    /// Adds entries. Those of values to which there is no other pointer are gone again at once.
    fn extend<I: IntoIterator<Item = (K, Cc<V>)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(key, &value);
        });
    }
}

impl<'a, K: Hash + Eq + 'static, V: ?Sized + 'static> FromIterator<(K, &'a Cc<V>)> for WeakValueMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, &'a Cc<V>)>>(entries: I) -> WeakValueMap<K, V> {
        let mut map = WeakValueMap::new();
        map.extend(entries);
        map
    }
}

impl<K: Hash + Eq + 'static, V: ?Sized + 'static> FromIterator<(K, Cc<V>)> for WeakValueMap<K, V> {
    /// A map of entries. Those of values to which there is no other pointer are gone again at once.
    fn from_iter<I: IntoIterator<Item = (K, Cc<V>)>>(entries: I) -> WeakValueMap<K, V> {
        let mut map = WeakValueMap::new();
        map.extend(entries);
        map
    }
}

impl<K: fmt::Debug, V: ?Sized + fmt::Debug> fmt::Debug for WeakValueMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for id in self.table.ids() {
            if let Some((key, value)) = self.table.read(id, Entry::pair).flatten() {
                map.entry(&key, &value);
            }
        }
        map.finish()
    }
}

// SAFETY: visits what the keys own, each key once. The map owns them: it alone owns the table (`table`, inv. 4). A key
// is in an `Rc`, but nothing keeps a clone of that when no method of the map runs; while one does, the map is borrowed,
// so it is alive, and with it what its keys lead to; and when the key leaves the table meanwhile it is visited no more.
// The table changes only where the map is used, or a value dies. Its destructor drops the keys and does not read them.
unsafe impl<K: Trace, V: ?Sized + 'static> Trace for WeakValueMap<K, V> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        if mem::needs_drop::<K>() {
            // (A method call would find the `trace` of the `Rc`, which visits nothing.)
            self.table.for_each(|entry| K::trace(&entry.key, tracer));
        }
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        labeller.heap_bytes(self.table.heap_bytes());
        let mut index = 0;
        self.table.for_each(|entry| {
            labeller.heap_bytes(size_of::<K>() + 2 * size_of::<usize>());
            labeller.key::<K>(index, &entry.key);
            index += 1;
        });
    }

    #[inline]
    fn is_acyclic() -> bool {
        K::is_acyclic()
    }
}

// As for a cell: what it holds can be changed after the fact.
impl<K: Leaf, V: ?Sized + 'static> Acyclic for WeakValueMap<K, V> {}
impl<K: Leaf, V: ?Sized + 'static> Leaf for WeakValueMap<K, V> {}
