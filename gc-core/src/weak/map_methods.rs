//! The methods that are the same in all weak maps.

/// Those that look up no key.
///
/// `entry` is how an entry is read, without user code, as a pair of pointers to the key and the value; `owned` is what
/// a map drops with an entry; `iter where` is what its iterators need to give keys. `example` is how each example
/// begins: it makes a `map` of one entry, with a `key` and a `value` that is 10, which ends when both are dropped.
macro_rules! map_methods {
    (
        impl[$($generics:tt)+] $map:ty: $key:ty => $value:ty,
        entry $read:expr,
        owned $owned:literal,
        $(iter where $item:ident: $bound:ident,)?
        example $($example:literal)+
    ) => {
        impl<$($generics)+> $map {
            /// The number of entries.
            ///
            /// Called while objects are dying, it may still count the entries of some of those.
            ///
            /// # Examples
            ///
            /// ```
            $(#[doc = $example])+
            /// assert_eq!(map.len(), 1);
            /// drop((key, value));
            /// assert_eq!(map.len(), 0);
            /// ```
            #[must_use]
            pub fn len(&self) -> usize {
                self.table.len()
            }

            /// Whether there are no entries. As [`len`](Self::len).
            ///
            /// # Examples
            ///
            /// ```
            $(#[doc = $example])+
            /// assert!(!map.is_empty());
            /// drop((key, value));
            /// assert!(map.is_empty());
            /// ```
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Removes all entries.
            ///
            /// # Panics
            ///
            #[doc = concat!("If the drop of a ", $owned, " does. The map is empty all the same.")]
            ///
            /// # Examples
            ///
            /// ```
            $(#[doc = $example])+
            /// map.clear();
            /// assert!(map.is_empty());
            /// assert_eq!(Cc::strong_count(&value), 1);
            /// ```
            pub fn clear(&self) {
                self.table.clear();
            }

            /// The entries that there are now, in no particular order. Those that are gone when the iterator comes to
            /// them are skipped.
            ///
            /// # Examples
            ///
            /// ```
            $(#[doc = $example])+
            /// assert!(map.iter().eq([(key, value)]));
            /// ```
            pub fn iter(&self) -> Iter<'_, $map> $(where $item: $bound)? {
                Iter { container: self, ids: self.table.ids().into_iter() }
            }

            /// The keys. As [`iter`](Self::iter).
            ///
            /// # Examples
            ///
            /// ```
            $(#[doc = $example])+
            /// assert!(map.keys().eq([key]));
            /// ```
            pub fn keys(&self) -> Keys<'_, $map> $(where $item: $bound)? {
                Keys { container: self, ids: self.table.ids().into_iter() }
            }

            /// The values. As [`iter`](Self::iter).
            ///
            /// # Examples
            ///
            /// ```
            $(#[doc = $example])+
            /// assert!(map.values().eq([value]));
            /// ```
            pub fn values(&self) -> Values<'_, $map> {
                Values { container: self, ids: self.table.ids().into_iter() }
            }

            /// Removes the entries for which `keep` gives `false`.
            ///
            /// # Panics
            ///
            #[doc = concat!("If `keep` does, or the drop of a ", $owned, ".")]
            ///
            /// # Examples
            ///
            /// ```
            $(#[doc = $example])+
            /// map.retain(|_, value| **value == 10);
            /// assert_eq!(map.len(), 1);
            /// map.retain(|_, value| **value != 10);
            /// assert!(map.is_empty());
            /// ```
            pub fn retain(&self, mut keep: impl FnMut(&$key, &$value) -> bool) {
                self.table.retain($read, |(key, value)| keep(&key, &value));
            }
        }
    };
}

pub(super) use map_methods;
