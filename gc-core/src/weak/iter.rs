//! The iterators of all weak containers.
//!
//! 1. An iterator has the ids of the entries that there were when it was made, and nothing else of them. What it gives
//!    is read from the table when it comes to it.
//! 2. It borrows the container, which therefore stays the owner of what is read (inv. 4 of `table`).

use super::table::EntryId;
use core::fmt;
use std::vec;

/// The iterators, which differ in what they give, and that is up to the container.
macro_rules! iterators {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[must_use = "iterators are lazy and do nothing unless consumed"]
        pub struct $name<'a, C> {
            pub(super) container: &'a C,
            pub(super) ids: vec::IntoIter<EntryId>,
        }

        impl<C> fmt::Debug for $name<'_, C> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("at_most", &self.ids.len()).finish_non_exhaustive()
            }
        }
    )+};
}

iterators! {
    /// Iterates over the entries of a weak container: pairs, or the members of a [`WeakSet`](super::WeakSet).
    ///
    /// It goes through those that there were when it was made, in no particular order, and skips what has died or been
    /// removed when it comes to it.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakSet;
    ///
    /// let mut numbers = vec![Cc::new(1), Cc::new(2), Cc::new(3)];
    /// let set: WeakSet<_> = numbers.iter().collect();
    /// let mut iter = set.iter();
    /// let first = iter.next().unwrap();
    /// numbers.retain(|number| Cc::ptr_eq(number, &first));
    /// assert!(iter.next().is_none());
    /// ```
    Iter,

    /// Iterates over the keys of a weak map, as [`Iter`] does over the entries.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let key = Cc::new(1);
    /// let map = WeakKeyMap::new();
    /// map.insert(&key, Cc::new(String::from("one")));
    /// assert!(map.keys().eq([key]));
    /// ```
    Keys,

    /// Iterates over the values of a weak map, as [`Iter`] does over the entries.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::weak::WeakKeyMap;
    ///
    /// let key = Cc::new(1);
    /// let map = WeakKeyMap::new();
    /// map.insert(&key, Cc::new(String::from("one")));
    /// assert!(map.values().eq([Cc::new(String::from("one"))]));
    /// ```
    Values,
}

/// `Iterator` for an iterator of a container. `read` takes an item out of an entry, without user code; if user code is
/// needed to make an item of what it takes, that is what `then` does.
macro_rules! iterate {
    (
        impl[$($generics:tt)+] $iterator:ident over $container:ty: $item:ty,
        read $read:expr $(, then $then:expr)?
    ) => {
        impl<$($generics)+> Iterator for $crate::weak::$iterator<'_, $container> {
            type Item = $item;

            fn next(&mut self) -> Option<$item> {
                let table = &self.container.table;
                let found = self.ids.find_map(|id| table.read(id, $read).flatten());
                $(let found = found.map($then);)?
                found
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (0, self.ids.size_hint().1)
            }
        }

        impl<$($generics)+> core::iter::FusedIterator for $crate::weak::$iterator<'_, $container> {}
    };
}

pub(super) use iterate;
