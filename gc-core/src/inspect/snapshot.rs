//! The copy of the heap that everything else here works on.

use super::graph::Referrers;
use super::taking;
use crate::Cc;
use crate::collect::with_heap;
use crate::gc::Generation;
use crate::object::{LabelId, Labels};
use bitflags::bitflags;
use core::cell::OnceCell;
use core::fmt;

bitflags! {
    /// What there is to say of an object, yes or no.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::{Flags, Snapshot};
    ///
    /// let list = Cc::new(vec![Cc::new(String::from("text"))]);
    /// let snapshot = Snapshot::take();
    /// assert_eq!(snapshot.object(&list).unwrap().flags(), Flags::TRACKED);
    /// assert_eq!(snapshot.object(&list[0]).unwrap().flags(), Flags::empty());
    /// ```
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
    pub struct Flags: u8 {
        /// The heap keeps track of the object. Unlike [`gc::is_tracked`](crate::gc::is_tracked), also while somebody
        /// has exclusive access to it, or its value is yet to be written.
        const TRACKED = 1;
        /// It is in the permanent generation: see [`gc::freeze`](crate::gc::freeze).
        const FROZEN = 1 << 1;
        /// The collection that is running has found it unreachable, and is calling finalizers.
        const CONDEMNED = 1 << 2;
        /// It has a finalizer that has yet to be called.
        const UNFINALIZED = 1 << 3;
        /// Its finalizer has been called.
        const FINALIZED = 1 << 4;
        /// A cell in it was mutably borrowed, or a lock held: its edges are not all there are.
        const BUSY = 1 << 5;
        /// It could not be looked into: somebody has exclusive access to it, its value is yet to be written, or it is
        /// not tracked and no edge leads to it. It has no edges here. (What [`Cc::new_opaque`](crate::Cc::new_opaque)
        /// has made has none in any case.)
        const OPAQUE = 1 << 6;
    }
}

/// An object in a [`Snapshot`], by number. No address: the same program numbers alike only if its memory lies alike.
///
/// # Examples
///
/// See [`Snapshot`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ObjectId(pub(super) u32);

impl ObjectId {
    /// The number, which is less than [`Snapshot::len`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let five = Cc::new(5);
    /// assert_eq!(Snapshot::take().object(&five).unwrap().id().index(), 0);
    /// ```
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// What is kept of an object.
pub(super) struct Record {
    pub(super) size: usize,
    pub(super) heap_bytes: usize,
    /// Where its edges begin.
    pub(super) first_edge: usize,
    pub(super) edge_count: u32,
    pub(super) type_index: u32,
    pub(super) strong: u32,
    pub(super) weak: u32,
    /// The edges to it that have been found.
    pub(super) internal: u32,
    pub(super) flags: Flags,
    pub(super) generation: Option<Generation>,
    #[cfg(feature = "track-sites")]
    pub(super) site: &'static core::panic::Location<'static>,
}

/// An edge as it is kept.
#[derive(Clone, Copy)]
pub(super) struct RawTarget {
    pub(super) target: ObjectId,
    pub(super) label: LabelId,
}

/// A copy of the graph of this thread's objects, at one moment.
///
/// It has every object that is alive, tracked or not, and every edge between them that the collector can see. What it
/// holds is no pointer: objects live and die without regard to it.
///
/// Taking one stops the program for about as long as a full collection of everything takes, several times over, and
/// needs about 100 bytes an object. Nothing is changed: no count, no generation.
///
/// # Examples
///
/// ```
/// use gc_core::inspect::Snapshot;
/// use gc_core::{Cc, Trace};
///
/// #[derive(Trace)]
/// struct Folder {
///     files: Vec<Cc<String>>,
/// }
///
/// let folder = Cc::new(Folder { files: vec![Cc::new("a".into()), Cc::new("b".into())] });
/// let snapshot = Snapshot::take();
/// assert_eq!(snapshot.len(), 3);
///
/// let object = snapshot.object(&folder).unwrap();
/// assert!(object.type_name().ends_with("Folder"));
/// assert_eq!((object.strong_count(), object.outside_count()), (1, 1));
/// let last = object.edges().last().unwrap();
/// assert_eq!(last.label().to_string(), "files[1]");
/// assert_eq!(last.target(), snapshot.object(&folder.files[1]).unwrap());
/// ```
pub struct Snapshot {
    pub(super) records: Vec<Record>,
    /// Those of one object lie together, in the order in which the objects were looked into.
    pub(super) edges: Vec<RawTarget>,
    pub(super) types: Vec<&'static str>,
    pub(super) labels: Labels,
    /// Of the values, in ascending order.
    pub(super) addresses: Vec<usize>,
    /// Made when it is first asked for.
    pub(super) referrers: OnceCell<Referrers>,
}

impl Snapshot {
    /// Takes one, of the heap of this thread.
    ///
    /// At any time: within a finalizer, a destructor or a callback, also while a collection runs. An object under
    /// construction or being dropped is not in it; one to which there is exclusive access is, and so is a slice that is
    /// being filled, both without their edges.
    ///
    /// # Panics
    ///
    /// If a [`Trace::trace`](crate::Trace::trace) or [`trace_labelled`](crate::Trace::trace_labelled) does, and if this
    /// is called within one. And if there are more than four billion objects.
    ///
    /// # Examples
    ///
    /// See [`Snapshot`].
    pub fn take() -> Snapshot {
        with_heap(taking::take)
    }

    /// The number of objects.
    ///
    /// # Examples
    ///
    /// See [`Snapshot`].
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are no objects.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::inspect::Snapshot;
    ///
    /// assert!(Snapshot::take().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The number of edges.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let five = Cc::new(5);
    /// let list = Cc::new(vec![five.clone(), five]);
    /// assert_eq!(Snapshot::take().edge_count(), 2);
    /// # drop(list);
    /// ```
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// All objects, by number.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let numbers = [Cc::new(1u64), Cc::new(2u64)];
    /// assert_eq!(Snapshot::take().objects().map(|object| object.size()).sum::<usize>(), 48);
    /// # drop(numbers);
    /// ```
    pub fn objects(&self) -> impl ExactSizeIterator<Item = Object<'_>> + DoubleEndedIterator + Clone {
        (0..self.records.len()).map(|index| self.get(ObjectId(index as u32)))
    }

    /// The object with a number.
    ///
    /// # Panics
    ///
    /// If the number is that of another snapshot, which has more objects.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let five = Cc::new(5);
    /// let snapshot = Snapshot::take();
    /// let object = snapshot.object(&five).unwrap();
    /// assert_eq!(snapshot.get(object.id()), object);
    /// ```
    pub fn get(&self, id: ObjectId) -> Object<'_> {
        assert!(id.index() < self.records.len(), "object {id} is not in this snapshot, which has {}", self.len());
        Object { snapshot: self, id }
    }

    /// The object that a pointer leads to; `None` if there was none when the snapshot was taken.
    ///
    /// Of an object that has died since, and another in its place, the snapshot knows the first.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let snapshot = Snapshot::take();
    /// assert!(snapshot.object(&Cc::new(5)).is_none());
    /// ```
    pub fn object<T: ?Sized>(&self, object: &Cc<T>) -> Option<Object<'_>> {
        let index = self.addresses.binary_search(&Cc::as_ptr(object).addr()).ok()?;
        Some(self.get(ObjectId(index as u32)))
    }

    /// Where the value of an object lay.
    pub(super) fn address(&self, id: ObjectId) -> usize {
        self.addresses[id.index()]
    }

    /// The names of the types that there are objects of. An object's [`type_index`](Object::type_index) is an index
    /// here.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let numbers = [Cc::new(1), Cc::new(2)];
    /// assert_eq!(Snapshot::take().type_names(), ["i32"]);
    /// # drop(numbers);
    /// ```
    pub fn type_names(&self) -> &[&'static str] {
        &self.types
    }

    /// Who refers to each object.
    pub(super) fn referrers(&self) -> &Referrers {
        self.referrers.get_or_init(|| Referrers::of(self))
    }

    /// The targets of an object's edges.
    pub(super) fn targets(&self, id: ObjectId) -> impl ExactSizeIterator<Item = ObjectId> + DoubleEndedIterator + '_ {
        self.raw_edges(id).iter().map(|edge| edge.target)
    }

    /// The labels that the snapshot has, for exports, which write each once.
    pub(super) fn labels(&self) -> impl ExactSizeIterator<Item = Label<'_>> {
        (0..self.labels.len()).map(|index| Label { snapshot: self, id: LabelId::from_index(index) })
    }

    fn raw_edges(&self, id: ObjectId) -> &[RawTarget] {
        let record = &self.records[id.index()];
        &self.edges[record.first_edge..][..record.edge_count as usize]
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("objects", &self.len())
            .field("edges", &self.edge_count())
            .finish_non_exhaustive()
    }
}

/// An object in a snapshot.
///
/// Two of them are equal if they are the same object of the same snapshot.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, Generation};
/// use gc_core::inspect::{Flags, Snapshot};
/// use gc_core::{Cc, Trace};
///
/// #[derive(Trace)]
/// struct Page {
///     text: Vec<u8>,
///     next: Option<Cc<Page>>,
/// }
///
/// let last = Cc::new(Page { text: Vec::with_capacity(100), next: None });
/// let first = Cc::new(Page { text: Vec::new(), next: Some(last.clone()) });
/// let weak = Cc::downgrade(&last);
///
/// let snapshot = Snapshot::take();
/// let object = snapshot.object(&last).unwrap();
/// assert!(object.type_name().ends_with("Page"));
/// assert_eq!(object.type_name(), snapshot.type_names()[object.type_index()]);
/// assert_eq!(object.size(), gc::getsizeof(&last));
/// assert_eq!((object.heap_bytes(), object.total_size()), (100, object.size() + 100));
/// assert_eq!((object.strong_count(), object.weak_count(), object.outside_count()), (2, 1, 1));
/// assert_eq!((object.generation(), object.flags()), (Some(Generation::Young), Flags::TRACKED));
/// assert_eq!((object.edges().len(), object.referrers().count()), (0, 1));
/// assert_eq!(object.referrers().next().unwrap().source().id(), snapshot.object(&first).unwrap().id());
/// # assert!(first.next.as_ref().is_some_and(|next| next.text.is_empty()) && weak.upgrade().is_some());
/// ```
#[derive(Clone, Copy)]
pub struct Object<'s> {
    snapshot: &'s Snapshot,
    id: ObjectId,
}

impl<'s> Object<'s> {
    /// Its number.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn id(self) -> ObjectId {
        self.id
    }

    /// The name of its type.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn type_name(self) -> &'static str {
        self.snapshot.types[self.type_index()]
    }

    /// The index of its type's name in [`Snapshot::type_names`].
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn type_index(self) -> usize {
        self.record().type_index as usize
    }

    /// Its size, its header included, in bytes: what [`gc::getsizeof`](crate::gc::getsizeof) gives.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn size(self) -> usize {
        self.record().size
    }

    /// The bytes that its value owns elsewhere: the buffers of vectors and strings, the contents of boxes. What a type
    /// outside the standard library owns is counted if its [`trace_labelled`](crate::Trace::trace_labelled) says so.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn heap_bytes(self) -> usize {
        self.record().heap_bytes
    }

    /// All bytes that it has: [`size`](Object::size) and [`heap_bytes`](Object::heap_bytes).
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn total_size(self) -> usize {
        self.size().saturating_add(self.heap_bytes())
    }

    /// The number of strong pointers to it.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn strong_count(self) -> usize {
        self.record().strong as usize
    }

    /// The number of weak pointers to it.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn weak_count(self) -> usize {
        self.record().weak as usize
    }

    /// How many of its strong pointers are not edges of other objects: those on the stack, in statics, in fields that
    /// are skipped or busy, in objects that cannot be looked into; that of the collector, while it calls the object's
    /// finalizer; and those of [`gc::garbage`](crate::gc::garbage).
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn outside_count(self) -> usize {
        self.record().strong.saturating_sub(self.record().internal) as usize
    }

    /// The generation that it is in; `None` if it is not tracked, frozen, condemned or exclusively accessed.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn generation(self) -> Option<Generation> {
        self.record().generation
    }

    /// What else there is to say of it.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn flags(self) -> Flags {
        self.record().flags
    }

    /// Where it was made: the call of [`Cc::new`], or of whichever function makes objects, in the user's code.
    ///
    /// A function with `#[track_caller]` passes on where it was called, so constructors of the user's own can be left
    /// out. For an object that [`make_mut`](Cc::make_mut) copies it is the call of that. The library makes none for
    /// itself.
    ///
    /// Where the caller is not passed on, it is what called last: the code of the standard library for `collect()` and
    /// for a function that is handed over by name, as in `map(Cc::new)` (a closure helps), the function itself if it is
    /// called through a `fn` pointer, and the code of serde for what is deserialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let (five, line) = (Cc::new(5), line!());
    /// assert_eq!(Snapshot::take().object(&five).unwrap().site().line(), line);
    /// ```
    #[cfg(feature = "track-sites")]
    #[cfg_attr(docsrs, doc(cfg(feature = "track-sites")))]
    pub fn site(self) -> &'static core::panic::Location<'static> {
        self.record().site
    }

    /// Its edges, in the order of its fields.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn edges(self) -> impl ExactSizeIterator<Item = Edge<'s>> + DoubleEndedIterator + Clone {
        let snapshot = self.snapshot;
        snapshot.raw_edges(self.id).iter().map(move |&raw| Edge { snapshot, source: self.id, raw })
    }

    /// The edges that lead to it, by the number of the object that they come from.
    ///
    /// The first call for a snapshot takes time in proportion to it.
    ///
    /// # Examples
    ///
    /// See [`Object`].
    pub fn referrers(self) -> impl Iterator<Item = Edge<'s>> {
        let sources = self.snapshot.referrers().of_object(self.id);
        sources
            .iter()
            .flat_map(move |&source| self.snapshot.get(source).edges().filter(move |edge| edge.raw.target == self.id))
    }

    fn record(self) -> &'s Record {
        &self.snapshot.records[self.id.index()]
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.snapshot, other.snapshot) && self.id == other.id
    }
}

impl Eq for Object<'_> {}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} {}>", self.type_name(), self.id)
    }
}

/// An edge in a snapshot: a `Cc` that an object owns.
///
/// # Examples
///
/// See [`Snapshot`].
#[derive(Clone, Copy)]
pub struct Edge<'s> {
    snapshot: &'s Snapshot,
    source: ObjectId,
    raw: RawTarget,
}

impl<'s> Edge<'s> {
    /// The object that owns the pointer.
    ///
    /// # Examples
    ///
    /// See [`Snapshot`].
    pub fn source(self) -> Object<'s> {
        self.snapshot.get(self.source)
    }

    /// The object that it leads to.
    ///
    /// # Examples
    ///
    /// See [`Snapshot`].
    pub fn target(self) -> Object<'s> {
        self.snapshot.get(self.raw.target)
    }

    /// Where in the source it is.
    ///
    /// # Examples
    ///
    /// See [`Snapshot`].
    pub fn label(self) -> Label<'s> {
        Label { snapshot: self.snapshot, id: self.raw.label }
    }
}

impl fmt::Debug for Edge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} --{}--> {:?}", self.source(), self.label(), self.target())
    }
}

/// Where in an object an edge begins, as one would write it: `children[3]`, `attributes["name"]`, `Some.0`; nothing at
/// all if the object is the pointer itself.
///
/// # Examples
///
/// ```
/// use gc_core::inspect::Snapshot;
/// use gc_core::{Cc, Trace};
/// use std::collections::HashMap;
///
/// #[derive(Trace)]
/// enum Value {
///     Number(f64),
///     Table { entries: HashMap<String, Cc<Value>> },
/// }
///
/// let entries = HashMap::from([("pi".into(), Cc::new(Value::Number(3.14)))]);
/// let table = Cc::new(Value::Table { entries });
/// let snapshot = Snapshot::take();
/// let edge = snapshot.object(&table).unwrap().edges().next().unwrap();
/// assert_eq!(edge.label().to_string(), r#"Table.entries["pi"]"#);
/// # let Value::Table { entries } = &*table else { unreachable!() };
/// # assert!(matches!(*entries["pi"], Value::Number(pi) if pi > 3.0));
/// ```
#[derive(Clone, Copy)]
pub struct Label<'s> {
    snapshot: &'s Snapshot,
    id: LabelId,
}

impl Label<'_> {
    /// The index of the label among those of the snapshot.
    pub(super) fn index(self) -> usize {
        self.id.index()
    }
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot.labels.write(self.id, f)
    }
}

impl fmt::Debug for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({self})")
    }
}
