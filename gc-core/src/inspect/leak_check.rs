//! Leak checks: what a piece of code has made and left behind.

use super::Path;
use super::snapshot::{Object, ObjectId, Snapshot};
use crate::cc::BirthWatch;
use crate::gc;
use core::any::type_name;
use core::fmt;
use core::ops::Range;
use core::panic::Location;
use std::collections::HashSet;
use std::thread;

/// Fails a test that leaves objects behind.
///
/// When it is dropped, it collects what is garbage, and panics if an object is still there that was not when the check
/// began, with a [`LeakReport`]: of which types, how many, where they were made (with the feature `track-sites`), and
/// what keeps them alive. If the thread is panicking already, it does nothing, so that the first panic is the one that
/// is seen.
///
/// Make it the first thing of a test, so that all that the test owns is dropped before it; or put
/// [`#[leak_check]`](super::leak_check) on the test. It sees the objects of its own thread. Checks nest, and may
/// overlap.
///
/// An object counts as made by the piece of code whatever lay at its address before, and in whatever generation it is.
/// What was there before and has been [copied](crate::Cc::make_mut) since is a new object. Objects under construction
/// do not count (a slice that is being filled does), and neither do weak pointers, which keep memory but no value.
///
/// While a check is there, each object that is made costs an entry in a table, of some 20 bytes, until the check ends
/// or another object is made in its place.
///
/// # Examples
///
/// A cycle is no leak, for it is collected. One that the collector cannot see is:
///
/// ```
/// use gc_core::inspect::LeakCheck;
/// use gc_core::{Cc, Trace};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Node {
///     next: RefCell<Option<Cc<Node>>>,
///     #[trace(skip)]
///     hidden: RefCell<Option<Cc<Node>>>,
/// }
///
/// let check = LeakCheck::new();
/// let node = Cc::new(Node { next: RefCell::default(), hidden: RefCell::default() });
/// *node.next.borrow_mut() = Some(node.clone());
/// drop(node);
/// check.assert_no_leaks();
///
/// let check = LeakCheck::new();
/// let node = Cc::new(Node { next: RefCell::default(), hidden: RefCell::default() });
/// *node.hidden.borrow_mut() = Some(node.clone());
/// drop(node);
/// let report = check.finish();
/// assert_eq!(report.len(), 1);
/// assert!(report.to_string().contains("held from outside the heap"));
/// ```
#[derive(Debug)]
#[must_use = "it checks when it is dropped: give it a name, so that this is at the end"]
pub struct LeakCheck {
    births: BirthWatch,
    begun: &'static Location<'static>,
    /// The names of types whose objects may stay.
    allowed: Vec<&'static str>,
    /// Whether its drop has nothing to do.
    is_finished: bool,
}

impl LeakCheck {
    /// Begins a check.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::LeakCheck;
    ///
    /// let _check = LeakCheck::new();
    /// let numbers = Cc::new(vec![Cc::new(1), Cc::new(2)]);
    /// assert_eq!(*numbers[1], 2);
    /// ```
    #[track_caller]
    pub fn new() -> LeakCheck {
        let begun = Location::caller();
        LeakCheck { births: BirthWatch::start(), begun, allowed: Vec::new(), is_finished: false }
    }

    /// Lets objects of a type stay, with all that can be reached from them: caches, tables of interned strings.
    ///
    /// The type is known by its name, as [`type_name`] gives it.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::inspect::LeakCheck;
    /// use gc_core::{Cc, Trace};
    ///
    /// #[derive(Trace)]
    /// struct Cache(Vec<Cc<String>>);
    ///
    /// thread_local! {
    ///     static CACHE: Cc<Cache> = Cc::new(Cache(vec![Cc::new("a".into())]));
    /// }
    ///
    /// let _check = LeakCheck::new().allow::<Cache>();
    /// assert_eq!(CACHE.with(|cache| cache.0.len()), 1); // The first use: it is made here.
    /// ```
    pub fn allow<T: ?Sized>(mut self) -> LeakCheck {
        self.allowed.push(type_name::<T>());
        self
    }

    /// Collects, and tells what is there that was not when the check began. The check goes on.
    ///
    /// [`gc::collect`] is called until it finds nothing more, for finalizers may leave new garbage; a thousand times at
    /// most. It works also while collections are [disabled](gc::disable). Within a finalizer, a destructor or a
    /// callback that a collection calls, no other can run, and garbage is in the report; so is what is
    /// [frozen](gc::freeze).
    ///
    /// # Panics
    ///
    /// With the first panic of a finalizer, a callback or a destructor that such a collection calls, and as
    /// [`Snapshot::take`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::LeakCheck;
    ///
    /// let check = LeakCheck::new();
    /// let five = Cc::new(5);
    /// assert_eq!(check.report().len(), 1);
    /// drop(five);
    /// assert!(check.report().is_empty());
    /// ```
    pub fn report(&self) -> LeakReport {
        /// How often there may be garbage again.
        const ROUNDS: usize = 1000;

        for _ in 0..ROUNDS {
            if gc::collect() == 0 {
                break;
            }
        }
        let snapshot = Snapshot::take();
        let may_stay = self.find_allowed(&snapshot);
        let leaked = (snapshot.objects().map(Object::id))
            .filter(|&id| self.births.has_seen(snapshot.address(id)))
            .filter(|id| !may_stay.contains(id))
            .collect();
        LeakReport::new(self.begun, snapshot, leaked)
    }

    /// Ends the check, and tells what it has found in place of panicking.
    ///
    /// # Panics
    ///
    /// As [`report`](LeakCheck::report).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::LeakCheck;
    ///
    /// let check = LeakCheck::new();
    /// std::mem::forget(Cc::new(5));
    /// let report = check.finish();
    /// assert_eq!(report.leaks().next().unwrap().type_name(), "i32");
    /// ```
    pub fn finish(mut self) -> LeakReport {
        self.is_finished = true;
        self.report()
    }

    /// Ends the check as its drop does.
    ///
    /// # Panics
    ///
    /// If there are leaks, and as [`report`](LeakCheck::report).
    ///
    /// # Examples
    ///
    /// ```should_panic
    /// use gc_core::Cc;
    /// use gc_core::inspect::LeakCheck;
    ///
    /// let check = LeakCheck::new();
    /// let five = Cc::new(5);
    /// check.assert_no_leaks(); // Too early.
    /// # drop(five);
    /// ```
    #[track_caller]
    pub fn assert_no_leaks(self) {
        let report = self.finish();
        assert!(report.is_empty(), "{report}");
    }

    /// Ends the check without a look.
    fn cancel(mut self) {
        self.is_finished = true;
    }

    /// The objects that may stay.
    fn find_allowed(&self, snapshot: &Snapshot) -> HashSet<ObjectId> {
        let is_allowed = |object: &Object<'_>| self.allowed.contains(&object.type_name());
        let mut next: Vec<ObjectId> = snapshot.objects().filter(is_allowed).map(Object::id).collect();
        let mut found = HashSet::new();
        while let Some(id) = next.pop() {
            if found.insert(id) {
                next.extend(snapshot.targets(id));
            }
        }
        found
    }
}

impl Default for LeakCheck {
    #[track_caller]
    fn default() -> LeakCheck {
        LeakCheck::new()
    }
}

impl Drop for LeakCheck {
    /// Collects, and panics if there are leaks; unless the thread is panicking.
    fn drop(&mut self) {
        if !self.is_finished && !thread::panicking() {
            let report = self.report();
            assert!(report.is_empty(), "{report}");
        }
    }
}

/// What a [`LeakCheck`] has found.
///
/// As text it has for each type how many objects there are, their bytes, where they were made (with the feature
/// `track-sites`), and the shortest path to one of them from an object that is held from outside the heap. What lies
/// nearest there, which is most likely the cause of the rest, comes first.
///
/// # Examples
///
/// ```
/// use gc_core::inspect::LeakCheck;
/// use gc_core::{Cc, Trace};
///
/// #[derive(Trace)]
/// struct Folder {
///     files: Vec<Cc<String>>,
/// }
///
/// let check = LeakCheck::new();
/// let files = ["a", "b"].map(|name| Cc::new(String::from(name)));
/// let folder = Cc::new(Folder { files: files.into() });
///
/// let report = check.finish();
/// assert_eq!(report.len(), 3);
/// let found: Vec<_> = report.leaks().map(|leak| (leak.type_name(), leak.count())).collect();
/// assert!(found[0].0.ends_with("Folder") && found[1] == ("alloc::string::String", 2));
/// let path = report.leaks().nth(1).unwrap().path().unwrap();
/// assert_eq!(path.edges()[0].label().to_string(), "files[0]");
/// # drop(folder);
/// ```
pub struct LeakReport {
    begun: &'static Location<'static>,
    snapshot: Snapshot,
    /// The leaked objects, by type.
    objects: Vec<ObjectId>,
    /// The objects of each type, the nearest to a root first.
    types: Vec<Range<usize>>,
}

impl LeakReport {
    fn new(begun: &'static Location<'static>, snapshot: Snapshot, mut objects: Vec<ObjectId>) -> LeakReport {
        // Of each type, what is held from outside comes first.
        objects.sort_by_key(|&id| {
            let object = snapshot.get(id);
            (object.type_index(), object.outside_count() == 0)
        });
        let mut types = Vec::new();
        for of_type in objects.chunk_by(|&a, &b| snapshot.get(a).type_index() == snapshot.get(b).type_index()) {
            let first = types.last().map_or(0, |last: &Range<usize>| last.end);
            types.push(first..first + of_type.len());
        }
        types.sort_by_cached_key(|of_type| {
            let first = snapshot.get(objects[of_type.start]);
            let distance = snapshot.path_to(first.id()).map_or(usize::MAX, |path| path.len());
            (distance, usize::MAX - of_type.len(), first.type_name())
        });
        LeakReport { begun, snapshot, objects, types }
    }

    /// The number of leaked objects.
    ///
    /// # Examples
    ///
    /// See [`LeakReport`].
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are no leaks.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::inspect::LeakCheck;
    ///
    /// assert!(LeakCheck::new().finish().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The sizes of the leaked objects together, with what their values own elsewhere, in bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::inspect::LeakCheck;
    /// use gc_core::{Cc, gc};
    ///
    /// let check = LeakCheck::new();
    /// let list = Cc::new(vec![Cc::new(5)]);
    /// let sizes = gc::getsizeof(&list) + gc::getsizeof(&list[0]);
    /// assert_eq!(check.finish().bytes(), sizes + size_of::<Cc<i32>>());
    /// ```
    pub fn bytes(&self) -> usize {
        self.leaks().map(|leak| leak.bytes()).sum()
    }

    /// The leaks, type by type, in the order of the report.
    ///
    /// # Examples
    ///
    /// See [`LeakReport`].
    pub fn leaks(&self) -> impl ExactSizeIterator<Item = Leak<'_>> + DoubleEndedIterator + Clone {
        self.types.iter().map(|of_type| Leak { report: self, objects: &self.objects[of_type.clone()] })
    }

    /// The heap as it was found, for a closer look.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::LeakCheck;
    ///
    /// let old = Cc::new(1);
    /// let check = LeakCheck::new();
    /// let new = Cc::new(2);
    /// let report = check.finish();
    /// assert_eq!((report.snapshot().len(), report.len()), (2, 1));
    /// # drop((old, new));
    /// ```
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl fmt::Debug for LeakReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.leaks()).finish()
    }
}

impl fmt::Display for LeakReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// How many types are written.
        const TYPES: usize = 20;

        write!(f, "leak check of {}: ", self.begun)?;
        match self.len() {
            0 => return f.write_str("nothing that was made since is left"),
            1 => f.write_str("an object that was made since is left")?,
            count => write!(f, "{count} objects that were made since are left")?,
        }
        write!(f, ", {} bytes", self.bytes())?;
        for leak in self.leaks().take(TYPES) {
            write!(f, "\n\n{leak}")?;
        }
        if let Some(more @ 1..) = self.types.len().checked_sub(TYPES) {
            write!(f, "\n\nand {more} more type{}", plural(more))?;
        }
        f.write_str(
            "\n\nHeld from outside the heap is what a variable, a static or a forgotten pointer leads to, or a field that \
             the collector does not look into: one that is skipped, or an `Rc`. A cycle through such a field stays.",
        )
    }
}

/// The leaked objects of one type, in a [`LeakReport`].
///
/// # Examples
///
/// See [`LeakReport`].
#[derive(Clone, Copy)]
pub struct Leak<'r> {
    report: &'r LeakReport,
    objects: &'r [ObjectId],
}

impl<'r> Leak<'r> {
    /// The name of the type.
    pub fn type_name(self) -> &'static str {
        self.first().type_name()
    }

    /// The number of objects.
    pub fn count(self) -> usize {
        self.objects.len()
    }

    /// The sizes of the objects together, with what their values own elsewhere, in bytes.
    pub fn bytes(self) -> usize {
        self.objects().map(Object::total_size).sum()
    }

    /// The objects: first those that are held from outside the heap.
    pub fn objects(self) -> impl ExactSizeIterator<Item = Object<'r>> + DoubleEndedIterator + Clone {
        let snapshot = &self.report.snapshot;
        self.objects.iter().map(|&id| snapshot.get(id))
    }

    /// The shortest path to the first of the objects; `None` if nothing outside the heap leads there.
    ///
    /// An object may be garbage and still be there because it is [frozen](gc::freeze), or was made by one of very many
    /// finalizers, each of which left garbage again, or because the check was made while a collection ran.
    pub fn path(self) -> Option<Path<'r>> {
        self.report.snapshot.path_to(self.objects[0])
    }

    /// Where the objects were made, and how many at each place, most first.
    #[cfg(feature = "track-sites")]
    #[cfg_attr(docsrs, doc(cfg(feature = "track-sites")))]
    pub fn sites(self) -> Vec<(&'static Location<'static>, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        for object in self.objects() {
            *counts.entry(object.site()).or_insert(0) += 1;
        }
        let mut sites: Vec<_> = counts.into_iter().collect();
        sites.sort_by_key(|&(_, count)| core::cmp::Reverse(count));
        sites
    }

    fn first(self) -> Object<'r> {
        self.report.snapshot.get(self.objects[0])
    }
}

impl fmt::Debug for Leak<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.count(), self.type_name())
    }
}

impl fmt::Display for Leak<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} × {}, {} bytes", self.count(), self.type_name(), self.bytes())?;
        #[cfg(feature = "track-sites")]
        write_sites(&self.sites(), f)?;
        match (self.path(), self.first().outside_count()) {
            (Some(path), 0) => write!(f, "    {path}"),
            (_, 0) => f.write_str(
                "    nothing outside the heap leads there: this is garbage that no collection was free to take, because it \
                 is frozen, or finalizers left ever more of it, or one was running",
            ),
            (_, pointers) => {
                let held = self.objects().take_while(|object| object.outside_count() > 0).count();
                let which = if held == self.count() { String::new() } else { format!("{held} of them ") };
                let first = if held == 1 { "" } else { ", the first" };
                write!(f, "    {which}held from outside the heap{first} by {pointers} pointer{}", plural(pointers))
            }
        }
    }
}

#[cfg(feature = "track-sites")]
fn write_sites(sites: &[(&Location<'_>, usize)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    /// How many are written.
    const SITES: usize = 3;

    for (site, count) in sites.iter().take(SITES) {
        writeln!(f, "    {count} made at {site}")?;
    }
    match sites.len().checked_sub(SITES) {
        Some(more @ 1..) => writeln!(f, "    and others at {more} more place{}", plural(more)),
        _ => Ok(()),
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// What `#[leak_check]` calls.
#[doc(hidden)]
pub mod __private {
    use super::LeakCheck;
    use std::panic::{catch_unwind, resume_unwind};

    /// What a test function returns.
    #[diagnostic::on_unimplemented(
        message = "`#[leak_check]` does not know whether a `{Self}` says that the test has failed",
        label = "expected nothing, or a `Result`"
    )]
    pub trait Outcome {
        /// Whether the test has failed.
        fn is_failure(&self) -> bool;
    }

    impl Outcome for () {
        fn is_failure(&self) -> bool {
            false
        }
    }

    impl<T, E> Outcome for Result<T, E> {
        fn is_failure(&self) -> bool {
            self.is_err()
        }
    }

    /// Runs a test.
    #[track_caller]
    pub fn leak_checked<R: Outcome>(test: fn() -> R) -> R {
        let check = LeakCheck::new();
        let outcome = test();
        if outcome.is_failure() {
            // The error is what is to be seen, and may hold objects.
            check.cancel();
        } else {
            check.assert_no_leaks();
        }
        outcome
    }

    /// Runs a test that should panic. Were a leak reported by another panic, that would do for the one expected; so the
    /// test is made to fail by returning.
    #[track_caller]
    pub fn leak_checked_panic(test: fn()) {
        let check = LeakCheck::new();
        let Err(panic) = catch_unwind(test) else {
            check.cancel();
            return;
        };
        let report = check.finish();
        if report.is_empty() {
            resume_unwind(panic);
        }
        eprintln!("{report}");
    }
}
