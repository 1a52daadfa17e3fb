//! How many objects there are of what, and how many bytes they have.

use super::snapshot::{Object, Snapshot};
use core::cmp::Reverse;
use std::collections::BTreeMap;

/// Of a group of objects: how many they are, and how many bytes they have.
///
/// # Examples
///
/// See [`Snapshot::group_by`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Totals {
    /// The number of objects.
    pub count: usize,
    /// The bytes that they have: the sum of their [total sizes](Object::total_size).
    pub bytes: usize,
}

/// Of the objects of one type: how many they are, and how many bytes they have.
///
/// # Examples
///
/// See [`Snapshot::most_common_types`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TypeTotals {
    /// The type's name.
    pub name: &'static str,
    /// The number of objects.
    pub count: usize,
    /// The bytes that they have: the sum of their [total sizes](Object::total_size).
    pub bytes: usize,
}

/// How the objects of one type have changed from one snapshot to another.
///
/// # Examples
///
/// See [`Snapshot::growth_since`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TypeGrowth {
    /// The type's name.
    pub name: &'static str,
    /// The number of objects in the later snapshot.
    pub count: usize,
    /// The bytes that they have there: the sum of their [total sizes](Object::total_size).
    pub bytes: usize,
    /// How many objects more than in the earlier one.
    pub more: isize,
    /// How many bytes more.
    pub more_bytes: isize,
}

impl Snapshot {
    /// The types with most objects, at most `limit` of them, that with most first; of those with as many, that with
    /// most bytes. Python users know it from objgraph.
    ///
    /// Types that go by the same name are counted as one.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let list = Cc::new(vec![Cc::new(1u64), Cc::new(2), Cc::new(3)]);
    /// let types = Snapshot::take().most_common_types(1);
    /// assert_eq!((types[0].name, types[0].count, types[0].bytes), ("u64", 3, 72));
    /// # drop(list);
    /// ```
    pub fn most_common_types(&self, limit: usize) -> Vec<TypeTotals> {
        let mut types: Vec<TypeTotals> = self.totals_by_name().into_iter().map(TypeTotals::from).collect();
        types.sort_unstable_by_key(|of| (Reverse(of.count), Reverse(of.bytes), of.name));
        types.truncate(limit);
        types
    }

    /// The types of which there are more objects or bytes than in an earlier snapshot, or fewer: that with the biggest
    /// increase of objects first, of those with the same, that with the biggest of bytes. Objgraph's `growth`, with
    /// what has shrunk at the end.
    ///
    /// Types are matched by name. It matters not which thread the earlier snapshot is of.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let (one, text) = (Cc::new(1u64), Cc::new('a'));
    /// let before = Snapshot::take();
    /// let two = Cc::new(2u64);
    /// drop(text);
    /// let growth = Snapshot::take().growth_since(&before);
    /// assert_eq!((growth[0].name, growth[0].count, growth[0].more), ("u64", 2, 1));
    /// assert_eq!((growth[1].name, growth[1].count, growth[1].more), ("char", 0, -1));
    /// # drop((one, two));
    /// ```
    pub fn growth_since(&self, earlier: &Snapshot) -> Vec<TypeGrowth> {
        let mut both: BTreeMap<&'static str, [Totals; 2]> = BTreeMap::new();
        for (index, snapshot) in [earlier, self].into_iter().enumerate() {
            for (name, totals) in snapshot.totals_by_name() {
                both.entry(name).or_default()[index] = totals;
            }
        }
        let changed = both.into_iter().filter(|(_, [before, now])| before != now);
        let mut growth: Vec<TypeGrowth> = changed
            .map(|(name, [before, now])| TypeGrowth {
                name,
                count: now.count,
                bytes: now.bytes,
                more: difference(now.count, before.count),
                more_bytes: difference(now.bytes, before.bytes),
            })
            .collect();
        // Stable: types that have changed alike stay in the order of their names.
        growth.sort_by_key(|of| Reverse((of.more, of.more_bytes)));
        growth
    }

    /// The totals of objects with the same key.
    ///
    /// # Examples
    ///
    /// By generation; `object.site()` or `object.flags()` will do as well.
    ///
    /// ```
    /// use gc_core::gc::{self, Generation};
    /// use gc_core::inspect::Snapshot;
    /// use gc_core::Cc;
    ///
    /// let old = Cc::new(vec![Cc::new(1)]);
    /// gc::collect();
    /// let young = [Cc::new(vec![old.clone()]), Cc::new(vec![old])];
    /// let snapshot = Snapshot::take();
    /// let groups = snapshot.group_by(|object| object.generation());
    /// assert_eq!(groups[&Some(Generation::Young)].count, 2);
    /// assert_eq!(groups[&Some(Generation::Old)].count, 1);
    /// assert_eq!(groups[&None].count, 1); // The number: no cycle passes through it.
    /// # drop(young);
    /// ```
    pub fn group_by<'s, K: Ord>(&'s self, mut key: impl FnMut(Object<'s>) -> K) -> BTreeMap<K, Totals> {
        let mut groups = BTreeMap::new();
        for object in self.objects() {
            groups.entry(key(object)).or_insert_with(Totals::default).add(object);
        }
        groups
    }

    /// The totals of each type, in the order of [`type_names`](Snapshot::type_names), which has each name once.
    fn totals_by_name(&self) -> Vec<(&'static str, Totals)> {
        let mut totals: Vec<_> = self.type_names().iter().map(|&name| (name, Totals::default())).collect();
        for object in self.objects() {
            totals[object.type_index()].1.add(object);
        }
        totals
    }
}

impl Totals {
    fn add(&mut self, object: Object<'_>) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(object.total_size());
    }
}

impl From<(&'static str, Totals)> for TypeTotals {
    fn from((name, Totals { count, bytes }): (&'static str, Totals)) -> TypeTotals {
        TypeTotals { name, count, bytes }
    }
}

/// How much more the first is than the second, as near as an `isize` comes.
fn difference(now: usize, before: usize) -> isize {
    let distance = isize::try_from(now.abs_diff(before)).unwrap_or(isize::MAX);
    if now < before { -distance } else { distance }
}
