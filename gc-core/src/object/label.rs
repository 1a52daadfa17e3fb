//! What the edges of a value are called: the walk of [`Trace::trace_labelled`].
//!
//! Owns [`Labeller`] and the table of [`Labels`], in which each path is kept once. Knows an edge as [`Tracer`] does, by
//! the address of the value it leads to, and never follows it.

use super::printable;
use super::trace::{Edge, EdgeSink, Trace, Tracer};
use core::any::Any;
use core::cell::{Cell, RefCell};
use core::hash::{BuildHasher, BuildHasherDefault};
use core::ops::Deref;
use core::{fmt, mem};
use hashbrown::HashTable;
use std::collections::HashMap;
use std::hash::DefaultHasher;

/// Learns what is in a value: its edges by name, and the memory that it owns besides its own.
///
/// [`Trace::trace_labelled`] calls it; a program meets it only where it writes that method by hand.
///
/// # Examples
///
/// ```
/// use gc_core::inspect::{Labeller, Snapshot};
/// use gc_core::{Cc, Trace, Tracer};
///
/// struct Pair<T>([T; 2]);
///
/// // SAFETY: visits the two elements, which the pair owns, once each; a pair has no destructor.
/// unsafe impl<T: Trace> Trace for Pair<T> {
///     fn trace(&self, tracer: &mut Tracer<'_>) {
///         self.0.trace(tracer);
///     }
///
///     fn trace_labelled(&self, labeller: &mut Labeller<'_>) {
///         labeller.field("first", &self.0[0]);
///         labeller.field("second", &self.0[1]);
///     }
/// }
///
/// let pair = Cc::new(Pair([Cc::new(vec![0u8]), Cc::new(vec![1])]));
/// let snapshot = Snapshot::take();
/// let edges: Vec<_> = snapshot.object(&pair).unwrap().edges().map(|edge| edge.label().to_string()).collect();
/// assert_eq!(edges, ["first", "second"]);
/// ```
pub struct Labeller<'a> {
    labels: &'a mut Labels,
    edges: &'a mut Vec<(Edge, LabelId)>,
    /// Where the value is that is being looked at.
    path: Path<'a>,
    heap_bytes: usize,
    is_busy: bool,
}

/// The way from an object's value to a part of it, step by step, each in the frame of the call that takes it.
///
/// Nothing is looked up until there is an edge: most parts have none.
struct Path<'a> {
    /// The last step, and the path before it; `None` for the object's value itself.
    last: Option<(&'a Path<'a>, Step<'a>)>,
    /// How many steps there are.
    depth: u32,
    /// The path in the table, once it has been put there.
    label: Cell<Option<LabelId>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    To(Part<&'a str>),
    /// To the value of a key, which has yet to be printed, the `index`th of its map.
    ToValue {
        key: &'a dyn Any,
        index: u32,
    },
}

impl<'a> Path<'a> {
    fn new(before: &'a Path<'a>, last: Step<'a>) -> Path<'a> {
        Path { last: Some((before, last)), depth: before.depth + 1, label: Cell::new(None) }
    }

    /// The path in the table. The recursion is as deep as that of `trace_labelled` at this point.
    fn label(&self, labels: &mut Labels) -> LabelId {
        let (None, Some((before, last))) = (self.label.get(), self.last) else {
            return self.label.get().unwrap_or(LabelId::ROOT);
        };
        let before = before.label(labels);
        let label = match last {
            Step::To(part) => labels.extend(before, part),
            Step::ToValue { key, index } => labels.extend_by_key(before, key, index),
        };
        self.label.set(Some(label));
        label
    }
}

impl<'a> Labeller<'a> {
    /// One that writes the edges of a value down, after those that there are.
    pub(crate) fn new(labels: &'a mut Labels, edges: &'a mut Vec<(Edge, LabelId)>) -> Labeller<'a> {
        let path = Path { last: None, depth: 0, label: Cell::new(None) };
        Labeller { labels, edges, path, heap_bytes: 0, is_busy: false }
    }

    /// Looks into a part of the value that goes by a name.
    ///
    /// # Examples
    ///
    /// See [`Labeller`].
    pub fn field<T: Trace + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.look(Part::Field(name), value);
    }

    /// Looks into a part that goes by its position.
    ///
    /// # Examples
    ///
    /// See [`entry`](Labeller::entry).
    pub fn element<T: Trace + ?Sized>(&mut self, index: usize, value: &T) {
        self.look(Part::Element(narrow(index)), value);
    }

    /// Looks into the key and the value of an entry, the `index`th of its map. The value goes by the key, if that can
    /// be printed: if it is a string, of which the first 80 characters are, a number, a `bool` or a `char`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::inspect::Labeller;
    /// use gc_core::{Trace, Tracer};
    ///
    /// struct Assoc<K, V>(Vec<(K, V)>, Vec<V>);
    ///
    /// // SAFETY: as the derive would do it.
    /// unsafe impl<K: Trace, V: Trace> Trace for Assoc<K, V> {
    ///     fn trace(&self, tracer: &mut Tracer<'_>) {
    ///         self.0.trace(tracer);
    ///         self.1.trace(tracer);
    ///     }
    ///
    ///     fn trace_labelled(&self, labeller: &mut Labeller<'_>) {
    ///         labeller.heap_bytes(self.0.capacity() * size_of::<(K, V)>());
    ///         for (index, (key, value)) in self.0.iter().enumerate() {
    ///             labeller.entry(index, key, value);
    ///         }
    ///         for (index, value) in self.1.iter().enumerate() {
    ///             labeller.element(index, value);
    ///         }
    ///     }
    /// }
    /// # let assoc = gc_core::Cc::new(Assoc(vec![("a", gc_core::Cc::new(1))], vec![gc_core::Cc::new(2)]));
    /// # let snapshot = gc_core::inspect::Snapshot::take();
    /// # let labels: Vec<_> =
    /// #     snapshot.object(&assoc).unwrap().edges().map(|edge| edge.label().to_string()).collect();
    /// # assert_eq!(labels, ["[\"a\"]", "[0]"]);
    /// ```
    pub fn entry<K: Trace, V: Trace>(&mut self, index: usize, key: &K, value: &V) {
        self.key(index, key);
        if owns_something::<V>() {
            self.descend(Step::ToValue { key, index: narrow(index) }, value);
        }
    }

    /// Looks into the key of an entry.
    pub(crate) fn key<K: Trace>(&mut self, index: usize, key: &K) {
        self.look(Part::Key(narrow(index)), key);
    }

    /// Looks into the value of an entry whose key is not at hand.
    pub(crate) fn value<V: Trace>(&mut self, index: usize, value: &V) {
        self.look(Part::Value(narrow(index)), value);
    }

    /// Looks into values that go by their positions.
    pub(crate) fn elements<'v, T: Trace + 'v>(&mut self, values: impl IntoIterator<Item = &'v T>) {
        for (index, value) in values.into_iter().enumerate() {
            self.element(index, value);
        }
    }

    /// Does something at the end of one more step.
    pub(crate) fn within(&mut self, name: &'static str, look: impl FnOnce(&mut Labeller<'_>)) {
        self.step(Step::To(Part::Field(name)), look);
    }

    /// Says that the value owns so many more bytes, elsewhere than in itself.
    ///
    /// # Examples
    ///
    /// See [`entry`](Labeller::entry).
    pub fn heap_bytes(&mut self, bytes: usize) {
        self.heap_bytes = self.heap_bytes.saturating_add(bytes);
    }

    /// Says that a part of the value cannot be looked into now: a cell that is mutably borrowed, a lock that is held.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::{Flags, Snapshot};
    /// use std::cell::RefCell;
    ///
    /// let list = Cc::new(RefCell::new(vec![Cc::new(1)]));
    /// let borrowed = list.borrow_mut();
    /// let snapshot = Snapshot::take();
    /// assert!(snapshot.object(&list).unwrap().flags().contains(Flags::BUSY));
    /// # drop(borrowed);
    /// ```
    pub fn busy(&mut self) {
        self.is_busy = true;
    }

    /// Notes an edge, at the end of the current path.
    pub(crate) fn edge(&mut self, edge: Edge) {
        let label = self.path.label(self.labels);
        self.edges.push((edge, label));
    }

    /// Notes the edges that `trace` visits, all of which go by the current path.
    pub(crate) fn unlabelled(&mut self, trace: &dyn Fn(&mut Tracer<'_>)) {
        let unlabelled = Unlabelled(RefCell::new(self));
        let mut tracer = Tracer::new(&unlabelled);
        trace(&mut tracer);
        tracer.flush();
    }

    /// Notes the edges of what hangs on an object besides its value.
    pub(crate) fn attachment(&mut self, trace: &dyn Fn(&mut Tracer<'_>)) {
        self.within("(ephemeron)", |labeller| labeller.unlabelled(trace));
    }

    /// What has been learnt of a value besides its edges: the bytes that it owns elsewhere, and whether there is
    /// something that could not be looked into.
    pub(crate) fn finish(self) -> (usize, bool) {
        (self.heap_bytes, self.is_busy)
    }

    fn look<T: Trace + ?Sized>(&mut self, part: Part<&str>, value: &T) {
        if owns_something::<T>() {
            self.descend(Step::To(part), value);
        }
    }

    fn descend<T: Trace + ?Sized>(&mut self, step: Step<'_>, value: &T) {
        if self.path.depth < MAX_DEPTH {
            self.step(step, |labeller| value.trace_labelled(labeller));
        } else {
            self.unlabelled(&|tracer| value.trace(tracer));
        }
    }

    fn step(&mut self, step: Step<'_>, look: impl FnOnce(&mut Labeller<'_>)) {
        let path = Path::new(&self.path, step);
        let mut there = Labeller { labels: self.labels, edges: self.edges, path, heap_bytes: 0, is_busy: false };
        look(&mut there);
        let (heap_bytes, is_busy) = there.finish();
        self.heap_bytes(heap_bytes);
        self.is_busy |= is_busy;
    }
}

/// For derived code: looks into a part, if its type is `Trace`.
impl<'a> Labeller<'a> {
    #[doc(hidden)]
    pub fn __part<'l, T: ?Sized>(&'l mut self, name: &'static str, value: &'l T) -> FieldOf<'l, 'a, T> {
        FieldOf { labeller: self, name, value }
    }
}

/// A part of a value. A call of `__look` is a call of the method below if `T: Trace`, and of that of [`Untraceable`]
/// otherwise: then the derive's `trace` does not compile, and one error is enough.
#[doc(hidden)]
#[derive(Debug)]
pub struct FieldOf<'l, 'a, T: ?Sized> {
    labeller: &'l mut Labeller<'a>,
    name: &'static str,
    value: &'l T,
}

impl<T: Trace + ?Sized> FieldOf<'_, '_, T> {
    #[inline]
    pub fn __look(self) {
        self.labeller.field(self.name, self.value);
    }
}

impl<T: ?Sized> Deref for FieldOf<'_, '_, T> {
    type Target = Untraceable;

    fn deref(&self) -> &Untraceable {
        &Untraceable
    }
}

/// What there is in place of a part that cannot be looked into.
#[doc(hidden)]
#[derive(Debug)]
pub struct Untraceable;

impl Untraceable {
    pub fn __look(&self) {}
}

impl fmt::Debug for Labeller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Labeller").field("edges", &self.edges.len()).finish_non_exhaustive()
    }
}

/// Whether a `T` may own a `Cc`, or memory. Plain data is most of what there is in fields.
const fn owns_something<T: ?Sized>() -> bool {
    mem::needs_drop::<T>()
}

/// How many steps lead to an edge at most. What lies deeper goes by the path to there, and what it owns is not counted:
/// values in boxes may be nested as deep as `trace` can go, and this walk takes more stack, and its labels more room.
const MAX_DEPTH: u32 = 128;

/// An index for a label. Those that are so large that they do not fit share one.
fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Notes what a tracer visits.
struct Unlabelled<'l, 'a>(RefCell<&'l mut Labeller<'a>>);

impl EdgeSink for Unlabelled<'_, '_> {
    fn drain(&self, edges: &[Edge]) {
        let mut labeller = self.0.borrow_mut();
        for &edge in edges {
            labeller.edge(edge);
        }
    }
}

/// A path in a table of [`Labels`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct LabelId(u32);

impl LabelId {
    /// That of the value itself.
    pub(crate) const ROOT: LabelId = LabelId(0);

    /// The path with a number.
    pub(crate) fn from_index(index: usize) -> LabelId {
        LabelId(narrow(index))
    }

    /// The paths of a table are numbered from 0.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a path leads on with. `N` is how its name is kept, if it has one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Part<N> {
    Field(N),
    Element(u32),
    /// The value of a key that can be printed.
    Entry(N),
    /// The key at an index.
    Key(u32),
    /// The value at an index.
    Value(u32),
}

impl<N> Part<N> {
    fn map_name<M>(self, name: impl FnOnce(N) -> M) -> Part<M> {
        match self {
            Part::Field(field) => Part::Field(name(field)),
            Part::Entry(key) => Part::Entry(name(key)),
            Part::Element(index) => Part::Element(index),
            Part::Key(index) => Part::Key(index),
            Part::Value(index) => Part::Value(index),
        }
    }
}

/// Paths from values to the edges in them, each of which is kept once.
#[derive(Default)]
pub(crate) struct Labels {
    nodes: Nodes,
    /// The paths that go on to an element, by the path before and the index, as far as they have come one after the
    /// other, as in a container of millions.
    elements: HashMap<LabelId, Vec<LabelId>>,
    /// The others.
    ids: HashTable<LabelId>,
    /// Keys are printed here, most of which are known then.
    printed: String,
}

/// A path: another one, and a step. The name is the `n`th.
#[derive(Clone, Copy)]
struct Node {
    before: LabelId,
    last: Part<u32>,
}

#[derive(Default)]
struct Nodes {
    /// Path `index + 1`: that of the value itself is in no need of a node.
    nodes: Vec<Node>,
    /// The names of the nodes that have one, one after the other.
    names: String,
    /// Where in `names` each ends.
    ends: Vec<usize>,
}

impl Nodes {
    fn get(&self, label: LabelId) -> Option<(LabelId, Part<&str>)> {
        let Node { before, last } = self.nodes[label.index().checked_sub(1)?];
        Some((before, last.map_name(|name| self.name(name as usize))))
    }

    fn name(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |previous| self.ends[previous]);
        &self.names[start..self.ends[index]]
    }

    fn push(&mut self, before: LabelId, last: Part<&str>) -> LabelId {
        let last = last.map_name(|name| {
            self.names.push_str(name);
            self.ends.push(self.names.len());
            // There are no more names than nodes.
            self.ends.len() as u32 - 1
        });
        self.nodes.push(Node { before, last });
        LabelId(self.nodes.len().try_into().expect("a snapshot has room for four billion labels"))
    }
}

impl Labels {
    /// The number of paths.
    pub(crate) fn len(&self) -> usize {
        self.nodes.nodes.len() + 1
    }

    fn extend(&mut self, before: LabelId, last: Part<&str>) -> LabelId {
        let Labels { nodes, elements, ids, .. } = self;
        let next = match last {
            Part::Element(index) => {
                let known = elements.entry(before).or_default();
                if let Some(&known) = known.get(index as usize) {
                    return known;
                }
                (known.len() == index as usize).then_some(known)
            }
            _ => None,
        };
        let hash = |node: Option<(LabelId, Part<&str>)>| BuildHasherDefault::<DefaultHasher>::default().hash_one(node);
        let new = Some((before, last));
        if let Some(&known) = ids.find(hash(new), |&id| nodes.get(id) == new) {
            return known;
        }
        let id = nodes.push(before, last);
        match next {
            Some(known) => known.push(id),
            None => _ = ids.insert_unique(hash(new), id, |&id| hash(nodes.get(id))),
        }
        id
    }

    fn extend_by_key(&mut self, before: LabelId, key: &dyn Any, index: u32) -> LabelId {
        let mut printed = mem::take(&mut self.printed);
        printed.clear();
        let last = if printable::print(key, &mut printed) { Part::Entry(&*printed) } else { Part::Value(index) };
        let label = self.extend(before, last);
        self.printed = printed;
        label
    }

    /// Writes a path, as a Rust programmer would: `children[3]`, `attributes["name"]`, `Some.0`.
    pub(crate) fn write(&self, label: LabelId, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path is as long as types are nested.
        let mut parts = Vec::new();
        let mut rest = label;
        while let Some((before, last)) = self.nodes.get(rest) {
            parts.push(last);
            rest = before;
        }
        for (place, part) in parts.iter().rev().enumerate() {
            let dot = if place == 0 { "" } else { "." };
            match part {
                Part::Field(name) => write!(f, "{dot}{name}")?,
                Part::Element(index) => write!(f, "[{index}]")?,
                Part::Entry(key) => write!(f, "[{key}]")?,
                Part::Key(index) => write!(f, "{dot}keys[{index}]")?,
                Part::Value(index) => write!(f, "{dot}values[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Labels").field("len", &self.len()).finish_non_exhaustive()
    }
}
