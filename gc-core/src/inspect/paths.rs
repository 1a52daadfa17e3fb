//! How objects are held: the roots, the shortest path from one to an object, and all that keeps an object alive.

use super::graph::{Graph, Marks};
use super::snapshot::{Edge, Object, ObjectId, Snapshot};
use core::fmt;
use petgraph::visit::{Dfs, Reversed};

/// How many edges of a path are written at each end, if there are more than twice as many.
const SHOWN_EDGES: usize = 32;

/// How many objects of a list are written.
const SHOWN_OBJECTS: usize = 10;

impl Snapshot {
    /// The objects that are held from outside the heap, by number: their [`outside_count`](Object::outside_count) is
    /// not 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let list = Cc::new(vec![Cc::new(1)]);
    /// let snapshot = Snapshot::take();
    /// assert!(snapshot.roots().eq([snapshot.object(&list).unwrap()]));
    /// ```
    pub fn roots(&self) -> impl Iterator<Item = Object<'_>> {
        self.objects().filter(|object| object.outside_count() > 0)
    }

    /// A shortest path from a root to an object; `None` if there is none, because it is garbage that waits to be
    /// collected.
    ///
    /// It looks only at what the object can be reached from, and not that far if there is a root nearby. The first call
    /// for a snapshot, of this or of [`Object::referrers`], takes time in proportion to it.
    ///
    /// # Panics
    ///
    /// If the number is that of another snapshot, which has more objects.
    ///
    /// # Examples
    ///
    /// See [`Path`].
    pub fn path_to(&self, id: ObjectId) -> Option<Path<'_>> {
        // Breadth first, backwards. For each object that has been met, the one that it was met from.
        let mut next: Vec<Option<ObjectId>> = vec![None; self.len()];
        let mut queue = vec![self.get(id).id()];
        let mut position = 0;
        while let Some(&current) = queue.get(position) {
            let object = self.get(current);
            if object.outside_count() > 0 {
                return Some(Path::along(object, id, &next));
            }
            for &source in self.referrers().of_object(current) {
                if source != id && next[source.index()].is_none() {
                    next[source.index()] = Some(current);
                    queue.push(source);
                }
            }
            position += 1;
        }
        None
    }

    /// What keeps an object alive: the objects of which each alone does, and those which do together.
    ///
    /// # Panics
    ///
    /// If the number is that of another snapshot, which has more objects.
    ///
    /// # Examples
    ///
    /// See [`Keepers`].
    pub fn keeps_alive(&self, id: ObjectId) -> Keepers<'_> {
        let object = self.get(id);
        let graph = Reversed(Graph::of(self));
        let mut search = Dfs::from_parts(vec![id], Marks::none(self));
        let mut roots = Vec::new();
        while let Some(id) = search.next(graph) {
            roots.extend(Some(self.get(id)).filter(|object| object.outside_count() > 0));
        }
        roots.sort_unstable_by_key(|root| root.id());
        // Within garbage some objects dominate others, but keep nothing alive.
        let dominators = if roots.is_empty() { Vec::new() } else { self.dominators().chain(id).collect() };
        Keepers { object, dominators, roots }
    }
}

/// A path through a snapshot, from a root.
///
/// `{}` writes it on one line, `{:#}` with a line for each edge. From a path of more than 64 edges, both leave out all
/// but the first and the last 32.
///
/// # Examples
///
/// ```
/// use gc_core::inspect::Snapshot;
/// use gc_core::{Cc, Trace};
///
/// #[derive(Trace)]
/// struct Tree {
///     children: Vec<Cc<Tree>>,
/// }
///
/// let leaf = Cc::new(Tree { children: vec![] });
/// let root = Cc::new(Tree { children: vec![leaf.clone(), leaf] });
/// let snapshot = Snapshot::take();
/// let leaf = snapshot.object(&root.children[1]).unwrap();
/// let path = snapshot.path_to(leaf.id()).unwrap();
/// assert_eq!(path.len(), 1);
/// assert_eq!(path.root(), snapshot.object(&root).unwrap());
/// assert_eq!(path.to_string(), format!("{:?} .children[0] -> {leaf:?}", path.root()));
/// ```
#[derive(Clone)]
pub struct Path<'s> {
    root: Object<'s>,
    edges: Vec<Edge<'s>>,
}

impl<'s> Path<'s> {
    /// From a root to a target, by way of the `next` of each.
    fn along(root: Object<'s>, target: ObjectId, next: &[Option<ObjectId>]) -> Path<'s> {
        let mut edges = Vec::new();
        let mut current = root;
        while current.id() != target {
            let mut leaving = current.edges();
            let edge = leaving.find(|edge| Some(edge.target().id()) == next[current.id().index()]);
            let edge = edge.expect("a referrer has an edge to what it refers to");
            edges.push(edge);
            current = edge.target();
        }
        Path { root, edges }
    }

    /// Where it begins: an object that is held from outside.
    ///
    /// # Examples
    ///
    /// See [`Path`].
    pub fn root(&self) -> Object<'s> {
        self.root
    }

    /// Where it ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let five = Cc::new(Cc::new(5));
    /// let snapshot = Snapshot::take();
    /// let object = snapshot.object(&*five).unwrap();
    /// assert_eq!(snapshot.path_to(object.id()).unwrap().target(), object);
    /// ```
    pub fn target(&self) -> Object<'s> {
        self.edges.last().map_or(self.root, |edge| edge.target())
    }

    /// Its edges, from the root on.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let list = Cc::new(vec![Cc::new(5)]);
    /// let snapshot = Snapshot::take();
    /// let path = snapshot.path_to(snapshot.object(&list[0]).unwrap().id()).unwrap();
    /// assert_eq!(path.edges()[0].label().to_string(), "[0]");
    /// ```
    pub fn edges(&self) -> &[Edge<'s>] {
        &self.edges
    }

    /// The number of its edges.
    ///
    /// # Examples
    ///
    /// See [`Path`].
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    /// Whether it has no edges: its target is itself a root.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let five = Cc::new(5);
    /// let snapshot = Snapshot::take();
    /// assert!(snapshot.path_to(snapshot.object(&five).unwrap().id()).unwrap().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if f.alternate() { "\n  " } else { " " };
        write!(f, "{:?}", self.root)?;
        let left_out = match self.len() {
            len if len > 2 * SHOWN_EDGES => SHOWN_EDGES..len - SHOWN_EDGES,
            _ => 0..0,
        };
        for (index, edge) in self.edges.iter().enumerate() {
            if index == left_out.start && !left_out.is_empty() {
                write!(f, "{separator}... {} more ...", left_out.len())?;
            }
            if left_out.contains(&index) {
                continue;
            }
            let label = edge.label().to_string();
            f.write_str(separator)?;
            if !label.is_empty() {
                // As one would go on from the object: `.field`, but `[0]`.
                let dot = if label.starts_with('[') { "" } else { "." };
                write!(f, "{dot}{label} ")?;
            }
            write!(f, "-> {:?}", edge.target())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({self})")
    }
}

/// What keeps an object of a snapshot alive.
///
/// An object dies once *one* of its [`dominators`](Keepers::dominators) does, or once *all* of its
/// [`roots`](Keepers::roots) are let go. `{}` writes both, on a few lines.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::inspect::Snapshot;
///
/// let text = Cc::new(String::from("shared"));
/// let (left, right) = (Cc::new(vec![text.clone()]), Cc::new(vec![text]));
/// let owner = Cc::new(left);
///
/// let snapshot = Snapshot::take();
/// let [left, right] = [&*owner, &right].map(|list| snapshot.object(list).unwrap());
/// let owner = snapshot.object(&owner).unwrap();
/// let keepers = snapshot.keeps_alive(left.id());
/// assert_eq!((keepers.dominators(), keepers.roots()), (&[owner][..], &[owner][..]));
///
/// let text = left.edges().next().unwrap().target();
/// let keepers = snapshot.keeps_alive(text.id());
/// assert!(keepers.dominators().is_empty());
/// assert_eq!(keepers.roots().len(), 2);
/// assert!([owner, right].iter().all(|root| keepers.roots().contains(root)));
/// ```
#[derive(Clone, Debug)]
pub struct Keepers<'s> {
    object: Object<'s>,
    dominators: Vec<Object<'s>>,
    roots: Vec<Object<'s>>,
}

impl<'s> Keepers<'s> {
    /// The object that they keep.
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
    /// assert_eq!(snapshot.keeps_alive(object.id()).object(), object);
    /// ```
    pub fn object(&self) -> Object<'s> {
        self.object
    }

    /// The objects of which each alone keeps the object alive, the nearest first: all that holds it does so through
    /// them.
    ///
    /// # Examples
    ///
    /// See [`Keepers`].
    pub fn dominators(&self) -> &[Object<'s>] {
        &self.dominators
    }

    /// The objects that are held from outside and lead to the object, by number, itself among them if it is held. None
    /// of them if it is garbage that waits to be collected.
    ///
    /// # Examples
    ///
    /// See [`Keepers`].
    pub fn roots(&self) -> &[Object<'s>] {
        &self.roots
    }
}

impl fmt::Display for Keepers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.roots.is_empty() {
            return write!(f, "nothing keeps {:?} alive: it waits to be collected", self.object);
        }
        write!(f, "{:?} is kept alive", self.object)?;
        if !self.dominators.is_empty() {
            f.write_str(" by each of these, the nearest first:")?;
            write_list(f, &self.dominators, |object| format!("{object:?}"))?;
            f.write_str("\nand")?;
        }
        f.write_str(" by pointers from outside to")?;
        write_list(f, &self.roots, |root| format!("{root:?} ({})", root.outside_count()))
    }
}

/// Writes objects, a line each, as long as there are not too many.
fn write_list(
    f: &mut fmt::Formatter<'_>,
    objects: &[Object<'_>],
    describe: impl Fn(&Object<'_>) -> String,
) -> fmt::Result {
    for object in objects.iter().take(SHOWN_OBJECTS) {
        write!(f, "\n  {}", describe(object))?;
    }
    match objects.len().saturating_sub(SHOWN_OBJECTS) {
        0 => Ok(()),
        more => write!(f, "\n  and {more} more"),
    }
}
