//! What a type tells the collector: its edges.
//!
//! Owns [`Trace`], [`Acyclic`], [`Leaf`] and [`Tracer`]. Knows an edge only as the address of the value it leads to;
//! what is done with the edges is the business of the [`EdgeSink`] behind the tracer.

use core::marker::PhantomData;
use core::mem::{self, MaybeUninit};
use core::ops::Sub;
use core::ptr::NonNull;

/// The address of a traced object's value: what a `Cc` is, without its type.
pub(crate) type Edge = NonNull<()>;

/// A type whose [`Cc`](crate::Cc) pointers the collector can find.
///
/// Derive it. `#[derive(Trace)]` is the safe face of this trait: it visits every field, except those marked
/// `#[trace(skip)]`.
///
/// Tracing *enumerates edges* and does nothing else: `Cc<T>::trace` hands its address to the [`Tracer`] and returns.
/// It never goes on into the object that the pointer leads to, so it cannot recurse through the heap.
///
/// # Safety
///
/// An implementation
///
/// 1. visits only `Cc` pointers that this value *owns*: not those behind a `&T`, an `Rc` or an `Arc`, which others
///    own too;
/// 2. visits each of them at most once in one call;
/// 3. visits the same ones in every call, as long as no code outside the collector runs in between;
/// 4. changes nothing that this or another `trace` reads: in particular it does not create, clone or drop a `Cc`;
/// 5. belongs to a type whose destructor does not read the `Cc` pointers that `trace` visits: by the time the
///    destructor of a garbage object runs, their targets may be gone. (A field that is a leaf may have any destructor.)
/// 6. says that it [is exhaustive](Trace::is_exhaustive) only if it is; and then says as often in every call that it
///    [owns more](Tracer::owns_more), under the condition of 3.
///
/// With the feature `inspect`, `trace_labelled` keeps to the same rules, but that what it visits may differ.
///
/// Leaving a pointer out is always safe. Its target then looks as if something outside the heap held it, so a cycle
/// through it leaks; nothing worse.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, Trace};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Node {
///     name: String,
///     links: RefCell<Vec<Cc<Node>>>,
/// }
///
/// let node = Cc::new(Node { name: "a".into(), links: RefCell::default() });
/// node.links.borrow_mut().push(node.clone());
/// assert_eq!(node.name, "a");
/// drop(node);
/// assert_eq!(gc_core::collect(), 1);
/// ```
///
/// By hand, for a container of one's own:
///
/// ```
/// use gc_core::{Cc, Trace, Tracer};
///
/// struct Pair<T>([T; 2]);
///
/// // SAFETY: visits the two elements, which the pair owns, once each; a pair has no destructor.
/// unsafe impl<T: Trace> Trace for Pair<T> {
///     fn trace(&self, tracer: &mut Tracer<'_>) {
///         for element in &self.0 {
///             element.trace(tracer);
///         }
///     }
/// }
///
/// let pair = Cc::new(Pair([Cc::new(1), Cc::new(2)]));
/// assert_eq!(*pair.0[1], 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `Trace`: the collector cannot see the `Cc` pointers in it",
    label = "`Trace` is missing for this type",
    note = "for a type of your own, add `#[derive(Trace)]` to its definition",
    note = "for a trait object, make `Trace` a supertrait of the trait",
    note = "for a field whose type holds no `Cc`, or belongs to another crate, put `#[trace(skip)]` on the field",
    note = "for a closure, or another value that holds no `Cc`, `Cc::new_opaque` makes a `Cc` without `Trace`"
)]
pub unsafe trait Trace: 'static {
    /// Visits every `Cc` that this value owns.
    ///
    /// Called by the collector. To forward to a field, hand it to [`Tracer::part`]; to call the field's `trace` does as
    /// well, where the type is not [exhaustive](Trace::is_exhaustive).
    fn trace(&self, tracer: &mut Tracer<'_>);

    /// Visits every `Cc` that this value owns, and says what it is called: for [`Snapshot`](crate::inspect::Snapshot).
    ///
    /// A derived type names its fields and variants. Without an implementation of its own, a type has the edges that
    /// [`trace`](Trace::trace) visits, all by one name.
    ///
    /// # Examples
    ///
    /// See [`Labeller`](crate::inspect::Labeller).
    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut super::Labeller<'_>) {
        labeller.unlabelled(&|tracer| self.trace(tracer));
    }

    /// Whether `trace` accounts for all that there is to drop in this value.
    ///
    /// `true` says that a drop of the value would drop the pointers that `trace` visits, and do nothing else; unless
    /// `trace` calls [`Tracer::owns_more`], or passes a part of the value to [`Tracer::part`] that is not exhaustive.
    /// The collector forgets the values of garbage, in place of dropping them, if all that a collection has found is
    /// like that, without a finalizer that is to be called, a weak pointer or a callback. So with a wrong `true` the
    /// value is leaked, and promises that rest on its drop (see [`std::pin`]) are broken.
    ///
    /// The answer for a value, and how often its `trace` calls `owns_more`, must not change while this thread runs no
    /// code outside the collector, whatever others do. A derived type is exhaustive, but for one with
    /// `#[trace(unsafe_drop)]` or `#[repr(packed)]`; so are the cells, options, tuples and arrays of such types. `Vec`,
    /// `Box` and the like own memory too, and are not; nor are locks, and other things that threads share. Nor is any
    /// type that does not say so.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, Trace, Tracer};
    ///
    /// struct Pair<T>([T; 2]);
    ///
    /// // SAFETY: visits the two elements, which the pair owns, once each; a pair has no destructor.
    /// unsafe impl<T: Trace> Trace for Pair<T> {
    ///     fn trace(&self, tracer: &mut Tracer<'_>) {
    ///         self.0.iter().for_each(|element| tracer.part(element));
    ///     }
    ///
    ///     fn is_exhaustive(&self) -> bool {
    ///         true
    ///     }
    /// }
    ///
    /// let pair = Cc::new(Pair([Cc::new(1), Cc::new(2)]));
    /// assert!(pair.is_exhaustive());
    /// ```
    #[inline]
    fn is_exhaustive(&self) -> bool {
        false
    }

    /// Whether objects of this type are left out of the heap that the collector looks at.
    ///
    /// `true` says that no cycle can pass through a value of this type; a `Cc` of it then is counted, as an `Rc` is,
    /// and costs a collection nothing. A wrong `true` leaks. The answer is a constant of the type and must not depend
    /// on that of a type that may contain this one, or it would never end: a derived type says `true` only where
    /// `#[trace(acyclic)]` does.
    fn is_acyclic() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// The finalizer of the objects of this type, if they have one.
    ///
    /// A derived type has one where `#[trace(finalize)]` says so: [`Finalize::finalize`](crate::Finalize::finalize).
    /// It is asked when an object is made, whose fate that decides. (This is no part of the safety contract.)
    fn finalizer() -> Option<fn(&Self)>
    where
        Self: Sized,
    {
        None
    }
}

/// A type through whose values no cycle of [`Cc`](crate::Cc) pointers can pass: it has no edges, or all of them lead
/// to acyclic types.
///
/// The standard library's types without pointers implement it, as do containers of acyclic types. A type of your own
/// gets it from `#[derive(Trace)] #[trace(acyclic)]`, which proves it field by field. A cell is acyclic only around
/// data that holds no `Cc` at all, because the pointers in it can be changed after the fact.
///
/// The trait is safe to implement by hand: a wrong claim leaks, and does nothing worse.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, Trace, gc};
///
/// #[derive(Trace)]
/// #[trace(acyclic)]
/// struct Part(u32);
///
/// #[derive(Trace)]
/// #[trace(acyclic)]
/// struct Shape {
///     name: String,
///     parts: Vec<Cc<Part>>,
/// }
///
/// let shape = Cc::new(Shape { name: "x".into(), parts: vec![Cc::new(Part(1))] });
/// assert!(!gc::is_tracked(&shape));
/// # assert_eq!((shape.name.len(), shape.parts[0].0), (1, 1));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to be acyclic",
    label = "a cycle of `Cc` pointers could pass through this type",
    note = "remove `#[trace(acyclic)]` from the type that holds it, or prove this type acyclic with `#[derive(Trace)] #[trace(acyclic)]`",
    note = "`#[trace(skip)]` on a field that holds no `Cc` needs no proof"
)]
pub trait Acyclic: Trace {}

/// Data that holds no [`Cc`](crate::Cc) at all: the only content with which a cell is [`Acyclic`].
///
/// The standard library's types without pointers implement it, as do containers of such. For a type of your own,
/// implement it by hand, or use [`leaf!`](crate::leaf!); a wrong claim leaks, and does nothing worse.
///
/// # Examples
///
/// ```
/// use gc_core::{Leaf, Trace};
/// use std::cell::RefCell;
///
/// #[derive(Trace, Default)]
/// #[trace(acyclic)]
/// struct Position {
///     x: f64,
///     y: f64,
/// }
///
/// impl Leaf for Position {}
///
/// #[derive(Trace)]
/// #[trace(acyclic)]
/// struct Sprite {
///     position: RefCell<Position>,
/// }
/// # let sprite = Sprite { position: RefCell::default() };
/// # assert_eq!(sprite.position.borrow().x, sprite.position.borrow().y);
/// ```
#[diagnostic::on_unimplemented(
    message = "a cell in an acyclic type must hold plain data, and `{Self}` may hold a `Cc`",
    label = "a `Cc` in this cell could be changed to close a cycle",
    note = "remove `#[trace(acyclic)]` from the type that holds the cell",
    note = "if the type is yours and holds no `Cc`, say so: `impl gc_core::Leaf for ...`",
    note = "`#[trace(skip)]` on a field that holds no `Cc` needs no proof"
)]
pub trait Leaf: Acyclic {}

/// Receives the edges of the objects that are being traced, a buffer at a time.
pub(crate) trait EdgeSink {
    /// Takes the edges in the order in which they were visited. Must not trace.
    fn drain(&self, edges: &[Edge]);
}

/// Leaves edges out that a sink need not receive.
pub(crate) trait EdgeFilter {
    /// Moves the edges that the sink is to receive to the front, in their order, and gives their number.
    fn retain(&self, edges: &mut [Edge]) -> usize;
}

/// Edges that a tracer holds before it hands them on: enough that prefetching pays and a virtual call is noise.
const BUFFERED: usize = 256;

/// Collects the edges that [`Trace::trace`] visits.
///
/// The collector makes one for each of its phases; a program meets it as the argument of `trace`, which hands its
/// [parts](Tracer::part) to it.
pub struct Tracer<'a> {
    edges: [MaybeUninit<Edge>; BUFFERED],
    len: usize,
    sink: &'a dyn EdgeSink,
    filter: Option<&'a dyn EdgeFilter>,
    /// For how many edges `visit` [prefetches](Tracer::prefetching) before they are handed on: `BUFFERED` of them, or
    /// 0.
    prefetched: usize,
    pub(crate) tally: Tally,
}

/// What a pass over some objects adds up.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Tally {
    pub(crate) objects: usize,
    /// The size of their values, in bytes.
    pub(crate) bytes: usize,
    /// The edges from them, less the pointers to them.
    pub(crate) surplus_edges: isize,
    /// How often it was said that one of them [owns more](Tracer::owns_more) than its edges.
    pub(crate) owners: usize,
}

impl Sub for Tally {
    type Output = Tally;

    fn sub(self, part: Tally) -> Tally {
        Tally {
            objects: self.objects - part.objects,
            bytes: self.bytes - part.bytes,
            surplus_edges: self.surplus_edges - part.surplus_edges,
            owners: self.owners - part.owners,
        }
    }
}

impl<'a> Tracer<'a> {
    pub(crate) fn new(sink: &'a dyn EdgeSink) -> Tracer<'a> {
        Tracer {
            edges: [MaybeUninit::uninit(); BUFFERED],
            len: 0,
            sink,
            filter: None,
            prefetched: 0,
            tally: Tally::default(),
        }
    }

    /// A tracer for a sink that looks at the side words of all targets: they are fetched when the edges are visited.
    pub(crate) fn prefetching(sink: &'a dyn EdgeSink) -> Tracer<'a> {
        let mut tracer = Tracer::new(sink);
        tracer.prefetched = BUFFERED;
        tracer
    }

    /// A tracer that hands on only the edges that the filter lets pass.
    pub(crate) fn filtering(sink: &'a dyn EdgeSink, filter: &'a dyn EdgeFilter) -> Tracer<'a> {
        let mut tracer = Tracer::new(sink);
        tracer.filter = Some(filter);
        tracer
    }

    /// Traces a part of the value that is being traced: a field, an element.
    ///
    /// Does what [`Trace::trace`] does, and says that the value [owns more](Tracer::owns_more) than its pointers if the
    /// part does, or does not say whether it does. Where the part is not exhaustive, only its type decides: it owns
    /// more if it needs to be dropped at all. What is [exhaustive](Trace::is_exhaustive) traces its parts by this.
    ///
    /// # Examples
    ///
    /// See [`Trace::is_exhaustive`].
    #[inline]
    pub fn part<T: Trace + ?Sized>(&mut self, part: &T) {
        if part.is_exhaustive() {
            part.trace(self);
        } else {
            let owners = self.tally.owners;
            part.trace(self);
            // Once, if there may be anything to drop, whatever there is now: another thread may hold a lock in one
            // pass, or change its content, and what is said in one pass must be said in the next.
            self.tally.owners = owners + usize::from(mem::needs_drop::<T>());
        }
    }

    /// Says that the value that is being traced owns something besides the pointers that are visited: memory, a
    /// resource, a pointer that is not visited. So that the value is dropped when it is garbage, and not forgotten.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, Trace, Tracer};
    ///
    /// /// A pointer, and at times a text.
    /// struct Named<T: 'static>(Cc<T>, Option<String>);
    ///
    /// // SAFETY: visits the pointer, which the value owns, once; it has no destructor. Without a text, there is nothing
    /// // else to drop.
    /// unsafe impl<T> Trace for Named<T> {
    ///     fn trace(&self, tracer: &mut Tracer<'_>) {
    ///         tracer.part(&self.0);
    ///         if self.1.is_some() {
    ///             tracer.owns_more();
    ///         }
    ///     }
    ///
    ///     fn is_exhaustive(&self) -> bool {
    ///         true
    ///     }
    /// }
    /// # let named = Cc::new(Named(Cc::new(1), Some("one".into())));
    /// # assert_eq!((*named.0, named.1.as_deref()), (1, Some("one")));
    /// ```
    #[inline]
    pub fn owns_more(&mut self) {
        self.tally.owners += 1;
    }

    /// Says that what the value owns in a cell cannot be visited now.
    #[inline]
    pub(crate) fn busy(&mut self) {
        self.owns_more();
    }

    /// Traces the value of an object.
    #[inline]
    pub(crate) fn value<T: Trace + ?Sized>(&mut self, value: &T) {
        self.tally.bytes += size_of_val(value);
        self.part(value);
    }

    /// Notes an edge. The only thing that tracing a `Cc` does. `prefetch` fetches what a sink may want to know of the
    /// target, and is called if this one [does](Tracer::prefetching).
    #[inline]
    pub(crate) fn visit(&mut self, edge: Edge, prefetch: impl FnOnce()) {
        if self.len < self.prefetched {
            prefetch();
            // SAFETY: `prefetched` is 0 or `BUFFERED`. One comparison in place of two: here is what big heaps wait for.
            unsafe { self.edges.get_unchecked_mut(self.len) }.write(edge);
            self.len += 1;
        } else if let Some(room) = self.edges.get_mut(self.len) {
            room.write(edge);
            self.len += 1;
        } else {
            self.visit_after_flush(edge);
        }
    }

    /// [`visit`](Tracer::visit), when there is no room.
    #[cold]
    #[inline(never)]
    fn visit_after_flush(&mut self, edge: Edge) {
        self.flush();
        self.visit(edge, || {});
    }

    /// Hands on what is buffered if that is enough to be worth a call.
    #[inline]
    pub(crate) fn flush_if_half_full(&mut self) {
        if self.len > BUFFERED / 2 {
            self.flush();
        }
    }

    /// Whether nothing is buffered.
    #[inline]
    pub(crate) fn is_flushed(&self) -> bool {
        self.len == 0
    }

    /// Hands on what is buffered.
    #[inline(never)]
    pub(crate) fn flush(&mut self) {
        let filled = &mut self.edges[..self.len];
        // SAFETY: `visit` has written the first `len` elements; `MaybeUninit<Edge>` has the layout of `Edge`.
        let edges = unsafe { core::slice::from_raw_parts_mut(filled.as_mut_ptr().cast::<Edge>(), filled.len()) };
        self.len = 0;
        self.tally.surplus_edges += edges.len() as isize;
        let retained = self.filter.map_or(edges.len(), |filter| filter.retain(edges));
        self.sink.drain(&edges[..retained]);
    }
}

/// For derived code: methods of this type, which no other can take the place of.
impl Tracer<'_> {
    /// Notes a part of a value whose pointers are not to be visited.
    #[doc(hidden)]
    #[inline]
    pub fn __skip<T: ?Sized>(&mut self, _: &T) {
        if mem::needs_drop::<T>() {
            self.owns_more();
        }
    }

    /// Stands for the destructor of `T`, which derived code asks not to exist.
    #[doc(hidden)]
    #[inline]
    pub fn __destructor<T: ?Sized>(&mut self) -> Destructor<T> {
        Destructor(PhantomData)
    }
}

/// The destructor of a type, if it has one. A call of `__must_not_exist` is a call of the method below if `T: Drop`,
/// and of that of [`NoDestructor`] otherwise.
#[doc(hidden)]
#[derive(Debug)]
pub struct Destructor<T: ?Sized>(PhantomData<*const T>);

#[expect(drop_bounds, reason = "the destructor of `T` itself matters, and not those of its fields")]
impl<T: ?Sized + Drop> Destructor<T> {
    #[inline]
    pub fn __must_not_exist(self)
    where
        T: MayImplementDrop,
    {
    }
}

impl<T: ?Sized> core::ops::Deref for Destructor<T> {
    type Target = NoDestructor;

    #[inline]
    fn deref(&self) -> &NoDestructor {
        &NoDestructor
    }
}

/// What there is in place of a destructor that does not exist.
#[doc(hidden)]
#[derive(Debug)]
pub struct NoDestructor;

impl NoDestructor {
    #[inline]
    pub fn __must_not_exist(&self) {}
}

/// Implemented for nothing. Its absence is the message of the derive.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` derives `Trace`, so it cannot implement `Drop`",
    label = "when its destructor runs, what the `Cc`s in it point to may be gone",
    note = "to look at other objects before they die, implement `Finalize` in place of `Drop`, and add \
            `#[trace(finalize)]`",
    note = "to release a resource, put it into a field of its own, a leaf without a `Cc`: the type of that field can \
            implement `Drop`",
    note = "a destructor that reads none of the `Cc`s in the traced fields is allowed by `#[trace(unsafe_drop)]`"
)]
pub trait MayImplementDrop {}

impl core::fmt::Debug for Tracer<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tracer").field("buffered", &self.len).finish_non_exhaustive()
    }
}
