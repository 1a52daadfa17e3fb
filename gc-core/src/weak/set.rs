//! [`WeakSet`].

use super::iter::iterate;
use super::table::{Table, is_alive};
use super::{ByIdentity, ByValue, Iter, KeyStrategy};
use crate::cc::{Cc, Weak};
use crate::object::{Acyclic, Leaf, Trace, Tracer};
use core::borrow::Borrow;
use core::fmt;
use core::hash::Hash;
use core::marker::PhantomData;
use std::rc::Rc;

/// A set of objects that it does not keep alive. Python's `weakref.WeakSet`.
///
/// A member leaves the set when it dies. Otherwise it is a [`HashSet`](std::collections::HashSet) whose methods take
/// `&self`; see [the module](super) for what all weak containers have in common.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::weak::WeakSet;
///
/// let (one, two) = (Cc::new(1), Cc::new(2));
/// let set = WeakSet::new();
/// set.insert(&one);
/// set.insert(&two);
/// assert_eq!(set.iter().map(|number| *number).sum::<i32>(), 3);
/// drop(one);
/// assert_eq!(set.len(), 1);
/// ```
///
/// By value, it finds the one copy of something that is to be kept once only:
///
/// ```
/// use gc_core::Cc;
/// use gc_core::weak::WeakSet;
///
/// fn intern(names: &WeakSet<String>, name: &str) -> Cc<String> {
///     names.get(name).unwrap_or_else(|| {
///         let new = Cc::new(String::from(name));
///         names.insert(&new);
///         new
///     })
/// }
///
/// let names = WeakSet::new();
/// let name = intern(&names, "name");
/// assert!(Cc::ptr_eq(&name, &intern(&names, "name")));
/// ```
pub struct WeakSet<T: ?Sized, By = ByValue> {
    pub(super) table: Rc<Table<Weak<T>>>,
    by: PhantomData<By>,
}

impl<T: ?Sized> WeakSet<T, ByValue> {
    /// An empty set that finds its members by their value.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let set = WeakSet::new();
    /// let one = Cc::new(1);
    /// set.insert(&one);
    /// assert!(set.contains(&Cc::new(1)));
    /// ```
    #[must_use]
    pub fn new() -> WeakSet<T> {
        WeakSet::default()
    }
}

impl<T: ?Sized> WeakSet<T, ByIdentity> {
    /// An empty set that finds its members by their identity.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let set = WeakSet::by_identity();
    /// let one = Cc::new(1);
    /// set.insert(&one);
    /// assert!(set.contains(&one));
    /// assert!(!set.contains(&Cc::new(1)));
    /// ```
    #[must_use]
    pub fn by_identity() -> WeakSet<T, ByIdentity> {
        WeakSet::default()
    }
}

impl<T: ?Sized, By> WeakSet<T, By> {
    /// The number of members.
    ///
    /// Called while objects are dying, it may still count some of those.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let one = Cc::new(1);
    /// let set: WeakSet<_> = [&one, &Cc::new(2)].into_iter().collect();
    /// assert_eq!(set.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no members. As [`len`](WeakSet::len).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let set = WeakSet::new();
    /// let one = Cc::new(1);
    /// set.insert(&one);
    /// assert!(!set.is_empty());
    /// drop(one);
    /// assert!(set.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all members.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let one = Cc::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn clear(&self) {
        self.table.clear();
    }

    /// The members that there are now, in no particular order. Those that are gone when the iterator comes to them are
    /// skipped.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let one = Cc::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// assert!(set.iter().eq([one]));
    /// ```
    pub fn iter(&self) -> Iter<'_, WeakSet<T, By>> {
        Iter { container: self, ids: self.table.ids().into_iter() }
    }

    /// Removes the members for which `keep` gives `false`.
    ///
    /// # Panics
    ///
    /// If `keep` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let numbers = [Cc::new(1), Cc::new(2), Cc::new(3)];
    /// let set: WeakSet<_> = numbers.iter().collect();
    /// set.retain(|number| **number != 2);
    /// assert_eq!(set.len(), 2);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&Cc<T>) -> bool) {
        self.table.retain(Weak::upgrade, |member| keep(&member));
    }
}

impl<T: ?Sized + 'static, By: KeyStrategy<T>> WeakSet<T, By> {
    /// Adds an object, unless it or one that counts as the same is a member. Whether it was added.
    ///
    /// (An object that has died and was saved for [`gc::garbage`](crate::gc::garbage) cannot be held weakly, and is not
    /// added.)
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a member or of the object does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let set = WeakSet::new();
    /// let one = Cc::new(1);
    /// assert!(set.insert(&one));
    /// assert!(!set.insert(&one));
    /// ```
    pub fn insert(&self, object: &Cc<T>) -> bool {
        let find = || self.table.find::<T, By>(object);
        let found = |id, ()| if self.table.read(id, is_alive) == Some(true) { Ok(false) } else { Err(()) };
        let new = |()| (Cc::downgrade(object), true);
        self.table.get_or_insert(object, (), find, found, new).unwrap_or(false)
    }

    /// Whether an object, or one that counts as the same, is a member.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a member or of the object does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let one = Cc::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// assert!(set.contains(&one));
    /// assert!(!set.contains(&Cc::new(2)));
    /// ```
    #[must_use]
    pub fn contains(&self, object: &Cc<T>) -> bool {
        self.table.find::<T, By>(object).is_ok()
    }

    /// Removes an object, or the one that counts as the same. Whether there was one.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of a member or of the object does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let one = Cc::new(1);
    /// let set: WeakSet<_> = [&one].into_iter().collect();
    /// assert!(set.remove(&one));
    /// assert!(!set.remove(&one));
    /// ```
    pub fn remove(&self, object: &Cc<T>) -> bool {
        self.table.find::<T, By>(object).is_ok_and(|id| self.table.remove(id).is_some())
    }
}

impl<T: ?Sized> WeakSet<T, ByValue> {
    /// The member that is equal to a value, which need not be in a `Cc`.
    ///
    /// # Panics
    ///
    /// If the `Hash` or `Eq` of the value or of a member does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let text = Cc::new(String::from("text"));
    /// let set: WeakSet<_> = [&text].into_iter().collect();
    /// assert!(Cc::ptr_eq(&set.get("text").unwrap(), &text));
    /// assert!(set.get("other").is_none());
    /// ```
    #[must_use]
    pub fn get<Q: ?Sized + Hash + Eq>(&self, value: &Q) -> Option<Cc<T>>
    where
        T: Borrow<Q>,
    {
        let hash = self.table.hash(value);
        let found = self.table.find_equal(hash, Weak::upgrade, |member| <T as Borrow<Q>>::borrow(member) == value);
        self.table.read(found.ok()?, Weak::upgrade).flatten()
    }
}

iterate! {
    impl[T: ?Sized, By] Iter over WeakSet<T, By>: Cc<T>,
    read Weak::upgrade
}

impl<'a, T: ?Sized, By> IntoIterator for &'a WeakSet<T, By> {
    type Item = Cc<T>;
    type IntoIter = Iter<'a, WeakSet<T, By>>;

    fn into_iter(self) -> Iter<'a, WeakSet<T, By>> {
        self.iter()
    }
}

impl<T: ?Sized, By> Default for WeakSet<T, By> {
    /// An empty set.
    fn default() -> WeakSet<T, By> {
        WeakSet { table: Table::new(), by: PhantomData }
    }
}

impl<T: ?Sized + 'static, By: KeyStrategy<T>> Clone for WeakSet<T, By> {
    /// Another set with the same members.
    fn clone(&self) -> WeakSet<T, By> {
        self.iter().collect()
    }
}

impl<'a, T: ?Sized + 'static, By: KeyStrategy<T>> Extend<&'a Cc<T>> for WeakSet<T, By> {
    fn extend<I: IntoIterator<Item = &'a Cc<T>>>(&mut self, objects: I) {
        objects.into_iter().for_each(|object| {
            self.insert(object);
        });
    }
}

impl<T: ?Sized + 'static, By: KeyStrategy<T>> Extend<Cc<T>> for WeakSet<T, By> {
    /// Adds objects. Those to which there is no other pointer are gone again at once.
    fn extend<I: IntoIterator<Item = Cc<T>>>(&mut self, objects: I) {
        objects.into_iter().for_each(|object| {
            self.insert(&object);
        });
    }
}

impl<'a, T: ?Sized + 'static, By: KeyStrategy<T>> FromIterator<&'a Cc<T>> for WeakSet<T, By> {
    fn from_iter<I: IntoIterator<Item = &'a Cc<T>>>(objects: I) -> WeakSet<T, By> {
        let mut set = WeakSet::default();
        set.extend(objects);
        set
    }
}

impl<T: ?Sized + 'static, By: KeyStrategy<T>> FromIterator<Cc<T>> for WeakSet<T, By> {
    /// A set of objects. Those to which there is no other pointer are gone again at once.
    fn from_iter<I: IntoIterator<Item = Cc<T>>>(objects: I) -> WeakSet<T, By> {
        let mut set = WeakSet::default();
        set.extend(objects);
        set
    }
}

impl<T: ?Sized + fmt::Debug, By> fmt::Debug for WeakSet<T, By> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

// SAFETY: visits nothing.
unsafe impl<T: ?Sized + 'static, By: 'static> Trace for WeakSet<T, By> {
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

impl<T: ?Sized + 'static, By: 'static> Acyclic for WeakSet<T, By> {}
impl<T: ?Sized + 'static, By: 'static> Leaf for WeakSet<T, By> {}
