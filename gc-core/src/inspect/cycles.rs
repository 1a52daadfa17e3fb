//! The cycles of a snapshot: its strongly connected components.

use super::graph::{Graph, Marks};
use super::snapshot::{Object, ObjectId, Snapshot};
use core::cmp::Reverse;
use core::fmt;

/// Objects of a snapshot that all refer to each other, directly or through others of them: a strongly connected
/// component with an edge in it. Counting alone would never free them.
///
/// # Examples
///
/// See [`Snapshot::cycles`].
pub struct Cycle<'s> {
    snapshot: &'s Snapshot,
    /// In ascending order.
    members: Vec<ObjectId>,
    bytes: usize,
    outside_count: usize,
    is_garbage: bool,
}

impl Snapshot {
    /// The cycles, that with most objects first; of those with as many, that with most bytes.
    ///
    /// Every object is in one at most: cycles that share an object are one. An object that refers to itself is a cycle,
    /// too.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::inspect::Snapshot;
    /// use gc_core::{Cc, Trace};
    /// use std::cell::RefCell;
    ///
    /// #[derive(Trace)]
    /// struct Node {
    ///     next: RefCell<Option<Cc<Node>>>,
    /// }
    ///
    /// let first = Cc::new(Node { next: RefCell::default() });
    /// let second = Cc::new(Node { next: RefCell::new(Some(first.clone())) });
    /// assert!(Snapshot::take().cycles().is_empty());
    ///
    /// *first.next.borrow_mut() = Some(second.clone());
    /// let snapshot = Snapshot::take();
    /// let cycles = snapshot.cycles();
    /// assert_eq!((cycles.len(), cycles[0].len(), cycles[0].outside_count()), (1, 2, 2));
    /// assert_eq!(cycles[0].bytes(), 2 * snapshot.object(&first).unwrap().total_size());
    ///
    /// drop((first, second));
    /// assert!(Snapshot::take().cycles()[0].is_garbage());
    /// ```
    pub fn cycles(&self) -> Vec<Cycle<'_>> {
        let reached = Marks::reached(self);
        let mut cycles: Vec<Cycle<'_>> = Graph::of(self)
            .components()
            .into_iter()
            .filter(|members| members.len() > 1 || self.targets(members[0]).any(|target| target == members[0]))
            .map(|members| Cycle::of(self, members, &reached))
            .collect();
        cycles.sort_unstable_by_key(|cycle| (Reverse(cycle.len()), Reverse(cycle.bytes), cycle.members[0]));
        cycles
    }
}

#[expect(clippy::len_without_is_empty, reason = "no cycle is empty")]
impl<'s> Cycle<'s> {
    fn of(snapshot: &'s Snapshot, mut members: Vec<ObjectId>, reached: &Marks) -> Cycle<'s> {
        members.sort_unstable();
        let objects = || members.iter().map(|&member| snapshot.get(member));
        let bytes = objects().fold(0, |bytes: usize, object| bytes.saturating_add(object.total_size()));
        let outside_count = objects().map(Object::outside_count).sum();
        // What one member can be reached from, all can.
        let is_garbage = !reached.contains(members[0]);
        Cycle { snapshot, members, bytes, outside_count, is_garbage }
    }

    /// The objects, by number.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    /// use std::cell::OnceCell;
    /// # use gc_core::Trace;
    /// # #[derive(Trace)]
    /// # struct Node(OnceCell<Cc<Node>>);
    ///
    /// let own = Cc::new(Node(OnceCell::new()));
    /// own.0.set(own.clone()).ok();
    /// let snapshot = Snapshot::take();
    /// assert!(snapshot.cycles()[0].objects().eq(snapshot.object(&own)));
    /// ```
    pub fn objects(&self) -> impl ExactSizeIterator<Item = Object<'s>> + DoubleEndedIterator + '_ {
        self.members.iter().map(|&member| self.snapshot.get(member))
    }

    /// The number of objects.
    ///
    /// # Examples
    ///
    /// See [`Snapshot::cycles`].
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// The bytes that its objects have: the sum of their [total sizes](Object::total_size). What hangs from them is not
    /// counted; see [`Dominators`](super::Dominators) for that.
    ///
    /// # Examples
    ///
    /// See [`Snapshot::cycles`].
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many pointers from outside the heap there are to its objects: the sum of
    /// [`outside_count`](Object::outside_count). It may be alive without any, through other objects.
    ///
    /// # Examples
    ///
    /// See [`Snapshot::cycles`].
    pub fn outside_count(&self) -> usize {
        self.outside_count
    }

    /// Whether it waits to be collected: nothing outside the heap leads to it, directly or through other objects.
    ///
    /// # Examples
    ///
    /// See [`Snapshot::cycles`].
    pub fn is_garbage(&self) -> bool {
        self.is_garbage
    }
}

impl fmt::Debug for Cycle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cycle")
            .field("len", &self.len())
            .field("bytes", &self.bytes)
            .field("outside_count", &self.outside_count)
            .field("is_garbage", &self.is_garbage)
            .finish_non_exhaustive()
    }
}
