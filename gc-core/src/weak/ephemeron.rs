//! [`Ephemeron`].
//!
//! 1. The pointer from a key to a value is the key's own, an edge like those in its value; an ephemeron only knows its
//!    id, and the value weakly. So there is nothing here to trace, and nothing that the collector would have to treat
//!    in another way: a value that refers to its key is an ordinary cycle.
//! 2. An ephemeron takes that pointer back from the key when it goes before the key does. When the key dies first, the
//!    pointer goes with all else that the key owns.

use super::table::{WeakKeyed, can_be_held, is_alive};
use crate::cc::{Cc, Weak};
use crate::object::{Acyclic, Leaf, Trace, Tracer};
use core::fmt;

/// A pair of a key and a value: the value is kept alive by the key, for as long as both the key and the ephemeron live.
///
/// The ephemeron itself keeps neither alive. While it is there, the key owns a pointer to the value, as if it were
/// one of its fields. So a value that refers to its key is garbage together with it.
///
/// It follows that an ephemeron which only its own value leads to stays for as long as the key lives.
///
/// # Examples
///
/// ```
/// use gc_core::weak::Ephemeron;
/// use gc_core::{Cc, Trace, collect};
///
/// #[derive(Trace)]
/// struct Note {
///     about: Cc<String>,
///     text: String,
/// }
///
/// let key = Cc::new(String::from("a text"));
/// let note = Note { about: key.clone(), text: String::from("a note") };
/// let ephemeron = Ephemeron::new(&key, Cc::new(note));
/// assert_eq!(ephemeron.value().unwrap().text, "a note");
/// assert_eq!(*ephemeron.value().unwrap().about, "a text");
///
/// drop(key);
/// collect();
/// assert!(ephemeron.key().is_none());
/// assert!(ephemeron.value().is_none());
/// ```
pub struct Ephemeron<K: ?Sized, V: ?Sized> {
    key: Weak<K>,
    value: Weak<V>,
    /// Of the pointer that the key owns; if it is that of a living object.
    edge: Option<u64>,
}

impl<K: ?Sized, V: ?Sized> Ephemeron<K, V> {
    /// Makes a value the key's.
    ///
    /// The collector looks at the key from now on, even if it is of an acyclic type. (If it has died and was saved for
    /// [`gc::garbage`](crate::gc::garbage), it cannot be held weakly: the ephemeron has no key and no value.)
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::weak::Ephemeron;
    /// use gc_core::{Cc, gc};
    ///
    /// let key = Cc::new(String::from("key"));
    /// let value = Cc::new(1);
    /// let ephemeron = Ephemeron::new(&key, value.clone());
    /// assert!(gc::is_tracked(&key));
    /// assert_eq!(Cc::strong_count(&value), 2);
    /// drop(ephemeron);
    /// assert_eq!(Cc::strong_count(&value), 1);
    /// ```
    #[must_use = "the value is the key's only as long as the ephemeron is there"]
    pub fn new(key: &Cc<K>, value: Cc<V>) -> Ephemeron<K, V> {
        let weak = Cc::downgrade(&value);
        let edge = can_be_held(key).then(|| Cc::attach_value(key, value));
        Ephemeron { key: Cc::downgrade(key), value: weak, edge }
    }

    /// The key, if it is alive.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::Ephemeron;
    ///
    /// let key = Cc::new(1);
    /// let ephemeron = Ephemeron::new(&key, Cc::new(10));
    /// assert!(Cc::ptr_eq(&ephemeron.key().unwrap(), &key));
    /// drop(key);
    /// assert!(ephemeron.key().is_none());
    /// ```
    #[must_use]
    pub fn key(&self) -> Option<Cc<K>> {
        self.key.upgrade()
    }

    /// The value, if the key is alive.
    ///
    /// The key owns it, so it is there even if weak pointers to it read dead, because it has died and was saved for
    /// [`gc::garbage`](crate::gc::garbage).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::Ephemeron;
    ///
    /// let (key, value) = (Cc::new(1), Cc::new(10));
    /// let ephemeron = Ephemeron::new(&key, value.clone());
    /// assert!(Cc::ptr_eq(&ephemeron.value().unwrap(), &value));
    /// drop(key);
    /// assert!(ephemeron.value().is_none());
    /// # assert_eq!(*value, 10);
    /// ```
    #[must_use]
    pub fn value(&self) -> Option<Cc<V>> {
        if is_alive(&self.key) { self.value.upgrade_even_if_saved() } else { None }
    }

    /// The value, which is the key's no longer. The key is alive.
    pub(super) fn take_back(self) -> Cc<V> {
        self.value().expect("a living key owns its value")
    }

    /// Key and value, if the key is alive.
    pub(super) fn pair(&self) -> Option<(Cc<K>, Cc<V>)> {
        // In this order, so that no pointer to a key is ever dropped, which would make it a suspect.
        let value = self.value()?;
        Some((self.key()?, value))
    }
}

impl<K: ?Sized, V: ?Sized> Drop for Ephemeron<K, V> {
    fn drop(&mut self) {
        // What a dead key owns goes in the order in which it dies, or stays with it if it is saved.
        if let Some(edge) = self.edge.filter(|_| is_alive(&self.key)) {
            self.key.release_value(edge);
        }
    }
}

impl<K: ?Sized + fmt::Debug, V: ?Sized + fmt::Debug> fmt::Debug for Ephemeron<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ephemeron").field("key", &self.key()).field("value", &self.value()).finish()
    }
}

impl<K: ?Sized, V: ?Sized> WeakKeyed<K> for Ephemeron<K, V> {
    fn weak_key(&self) -> &Weak<K> {
        &self.key
    }
}

// SAFETY: visits nothing. (The pointer to the value is the key's.)
unsafe impl<K: ?Sized + 'static, V: ?Sized + 'static> Trace for Ephemeron<K, V> {
    #[inline]
    fn trace(&self, _: &mut Tracer<'_>) {}

    #[inline]
    fn is_acyclic() -> bool {
        true
    }
}

impl<K: ?Sized + 'static, V: ?Sized + 'static> Acyclic for Ephemeron<K, V> {}
impl<K: ?Sized + 'static, V: ?Sized + 'static> Leaf for Ephemeron<K, V> {}
