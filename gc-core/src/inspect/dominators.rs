//! Which objects keep which alive, alone: the dominator tree.
//!
//! It is made by the algorithm of Lengauer and Tarjan, "A Fast Algorithm for Finding Dominators in a Flowgraph" (TOPLAS
//! 1979), in the variant with path compression alone: `O(m log n)` for `n` objects and `m` edges. Cooper, Harvey and
//! Kennedy's simpler one, which petgraph has, is quadratic on a list whose nodes all point at its owner; so is, in its
//! last step, Semi-NCA on a list that ends in many objects which are also held from elsewhere (Georgiadis, "Linear-Time
//! Algorithms for Dominators and Related Problems", 2005, compares them). Nothing recurses: heaps are as deep as lists
//! are long.

use super::graph::{Marks, origins_of_garbage};
use super::snapshot::{Object, ObjectId, Snapshot};
use core::cmp::Reverse;
use core::fmt;
use core::iter;
use core::mem;

/// What each object of a snapshot keeps alive, alone.
///
/// An object *dominates* another if all paths there, from outside the heap, pass through it: were it gone, the other
/// would be gone too. The nearest of those that dominate an object is its *immediate* dominator, and that makes a tree.
/// What an object *retains* is itself and what it dominates.
///
/// At the top are the objects that no other dominates: many of those that are held from outside, and those that are
/// kept by several of them, not through one.
///
/// Garbage that waits to be collected is in the tree, too. Cycles that no other garbage leads to count as if each of
/// their members were held from outside, so no member dominates another; what hangs from a member alone, it dominates.
/// Until it is collected, garbage also holds what is alive and it leads to: [`gc::collect`](crate::gc::collect) before
/// the snapshot makes a clearer picture.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::inspect::Snapshot;
///
/// let shared = Cc::new(String::from("of both"));
/// let left = Cc::new((shared.clone(), Cc::new(String::from("of the left"))));
/// let right = Cc::new(shared);
/// let top = Cc::new((left, right));
///
/// let snapshot = Snapshot::take();
/// let left = snapshot.object(&top.0).unwrap();
/// let right = snapshot.object(&top.1).unwrap();
/// let shared = snapshot.object(&top.0.0).unwrap();
/// let top = snapshot.object(&top).unwrap();
/// let dominators = snapshot.dominators();
/// assert_eq!(dominators.immediate(shared.id()), Some(top));
/// assert_eq!(dominators.retained_count(left.id()), 2);
/// assert_eq!(dominators.retained_count(top.id()), 5);
/// assert_eq!(dominators.retained_size(right.id()), right.total_size());
/// assert!(dominators.tops().eq([top]));
/// ```
pub struct Dominators<'s> {
    snapshot: &'s Snapshot,
    /// The immediate dominator of each object. That of those at the top is the number of objects.
    immediate: Vec<u32>,
    retained_size: Vec<usize>,
    retained_count: Vec<u32>,
    /// Where in `children` those of each object begin. After the last object are those at the top.
    first_child: Vec<u32>,
    children: Vec<ObjectId>,
}

impl Snapshot {
    /// What each object keeps alive, alone: the dominator tree, with retained sizes.
    ///
    /// It takes about as long as the snapshot itself, and while it is made about 50 bytes an object; 24 are kept.
    ///
    /// # Examples
    ///
    /// See [`Dominators`].
    pub fn dominators(&self) -> Dominators<'_> {
        let tree = Tree::of(self);
        let mut dominators = Dominators {
            snapshot: self,
            immediate: vec![0; self.len()],
            retained_size: self.objects().map(Object::total_size).collect(),
            retained_count: vec![1; self.len()],
            first_child: Vec::new(),
            children: Vec::new(),
        };
        let by_number = tree.immediate_dominators(self);
        // Numbers grow downwards, in this tree as in the other: what an object retains is complete before it is added.
        for number in (1..tree.objects.len()).rev() {
            let object = tree.objects[number].index();
            let dominator = tree.objects[by_number[number] as usize];
            dominators.immediate[object] = dominator.0;
            if dominator.index() < self.len() {
                let size = &mut dominators.retained_size;
                size[dominator.index()] = size[dominator.index()].saturating_add(size[object]);
                dominators.retained_count[dominator.index()] += dominators.retained_count[object];
            }
        }
        dominators.sort_children();
        dominators
    }
}

impl<'s> Dominators<'s> {
    /// The nearest of the objects that keep an object alive, each of them alone; `None` if there is none.
    ///
    /// # Panics
    ///
    /// If the number is that of another snapshot, which has more objects. So do the other methods.
    ///
    /// # Examples
    ///
    /// See [`Dominators`].
    pub fn immediate(&self, id: ObjectId) -> Option<Object<'s>> {
        let dominator = self.immediate[self.index(id)];
        (dominator as usize != self.snapshot.len()).then(|| self.snapshot.get(ObjectId(dominator)))
    }

    /// All the objects that keep an object alive, each of them alone, the nearest first.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let outer = Cc::new(Cc::new(Cc::new(5)));
    /// let snapshot = Snapshot::take();
    /// let five = snapshot.object(&**outer).unwrap();
    /// let chain: Vec<_> = snapshot.dominators().chain(five.id()).collect();
    /// assert_eq!(chain, [snapshot.object(&*outer).unwrap(), snapshot.object(&outer).unwrap()]);
    /// ```
    pub fn chain(&self, id: ObjectId) -> impl Iterator<Item = Object<'s>> + '_ {
        iter::successors(self.immediate(id), |object| self.immediate(object.id()))
    }

    /// The bytes that an object keeps from being freed: the [total size](Object::total_size) of it and of all that it
    /// dominates.
    ///
    /// # Examples
    ///
    /// See [`Dominators`].
    pub fn retained_size(&self, id: ObjectId) -> usize {
        self.retained_size[self.index(id)]
    }

    /// The number of objects that an object keeps from being freed, itself included.
    ///
    /// # Examples
    ///
    /// See [`Dominators`].
    pub fn retained_count(&self, id: ObjectId) -> usize {
        self.retained_count[self.index(id)] as usize
    }

    /// The objects whose immediate dominator an object is, the one that retains most bytes first.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let texts = Cc::new(["short", "a longer one"].map(|text| Cc::new(text.to_owned())));
    /// let snapshot = Snapshot::take();
    /// let dominators = snapshot.dominators();
    /// let children = dominators.children(snapshot.object(&texts).unwrap().id());
    /// assert!(children.eq([&texts[1], &texts[0]].map(|text| snapshot.object(text).unwrap())));
    /// ```
    pub fn children(&self, id: ObjectId) -> impl ExactSizeIterator<Item = Object<'s>> + DoubleEndedIterator + '_ {
        self.children_at(self.index(id))
    }

    /// The objects that no other dominates, the one that retains most bytes first.
    ///
    /// # Examples
    ///
    /// See [`Dominators`].
    pub fn tops(&self) -> impl ExactSizeIterator<Item = Object<'s>> + DoubleEndedIterator + '_ {
        self.children_at(self.snapshot.len())
    }

    fn children_at(&self, index: usize) -> impl ExactSizeIterator<Item = Object<'s>> + DoubleEndedIterator + '_ {
        let children = self.first_child[index] as usize..self.first_child[index + 1] as usize;
        self.children[children].iter().map(|&child| self.snapshot.get(child))
    }

    /// Counts, then fills, as [`Referrers`](super::graph::Referrers) does.
    fn sort_children(&mut self) {
        let len = self.snapshot.len();
        let mut first_child = vec![0u32; len + 2];
        for &dominator in &self.immediate {
            first_child[dominator as usize + 1] += 1;
        }
        for index in 0..=len {
            first_child[index + 1] += first_child[index];
        }
        let mut next = first_child.clone();
        let mut children = vec![ObjectId(0); len];
        for (&dominator, id) in self.immediate.iter().zip(0..) {
            let place = &mut next[dominator as usize];
            children[*place as usize] = ObjectId(id);
            *place += 1;
        }
        for bounds in first_child.windows(2) {
            let siblings = &mut children[bounds[0] as usize..bounds[1] as usize];
            siblings.sort_unstable_by_key(|&child| (Reverse(self.retained_size[child.index()]), child));
        }
        (self.first_child, self.children) = (first_child, children);
    }

    fn index(&self, id: ObjectId) -> usize {
        self.snapshot.get(id).id().index()
    }
}

impl fmt::Debug for Dominators<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dominators")
            .field("objects", &self.snapshot.len())
            .field("tops", &self.tops().len())
            .finish_non_exhaustive()
    }
}

/// A tree that a depth-first search from outside the heap makes. Its vertices are numbered in the order in which they
/// are met. Number 0 is the outside itself.
struct Tree {
    /// The numbers of objects; 0 if they are yet to be met.
    numbers: Vec<u32>,
    /// The objects by their numbers. The outside goes by the number of objects, as if it were one more.
    objects: Vec<ObjectId>,
    /// The parents of vertices, by number.
    parents: Vec<u32>,
    /// The objects that there are edges to from outside.
    entries: Vec<ObjectId>,
}

impl Tree {
    fn of(snapshot: &Snapshot) -> Tree {
        let mut objects = Vec::with_capacity(snapshot.len() + 1);
        let mut parents = Vec::with_capacity(snapshot.len() + 1);
        // There are no more objects than fit into a `u32`.
        objects.push(ObjectId(snapshot.len() as u32));
        parents.push(0);
        let mut tree = Tree { numbers: vec![0; snapshot.len()], objects, parents, entries: Vec::new() };
        for root in snapshot.roots() {
            tree.enter(snapshot, root.id());
        }
        if tree.objects.len() <= snapshot.len() {
            let reached = Marks::new(snapshot, |id| tree.numbers[id.index()] != 0);
            for origin in origins_of_garbage(snapshot, &reached) {
                tree.enter(snapshot, origin);
            }
        }
        tree
    }

    /// Follows an edge from outside.
    fn enter(&mut self, snapshot: &Snapshot, entry: ObjectId) {
        self.entries.push(entry);
        // What is yet to be followed of the vertices from the entry down to the current one.
        let mut path = Vec::new();
        let mut current = 0;
        let mut next = Some(entry);
        loop {
            match next {
                Some(object) if self.numbers[object.index()] == 0 => {
                    let number = self.objects.len() as u32;
                    self.numbers[object.index()] = number;
                    self.objects.push(object);
                    self.parents.push(current);
                    current = number;
                    path.push(snapshot.targets(object));
                }
                Some(_) => {}
                None => {
                    path.pop();
                    current = self.parents[current as usize];
                }
            }
            match path.last_mut() {
                Some(targets) => next = targets.next(),
                None => return,
            }
        }
    }

    /// The immediate dominators, by number.
    ///
    /// A vertex's *semidominator* is the least from which a path leads there whose inner vertices all have greater
    /// numbers than the vertex.
    fn immediate_dominators(&self, snapshot: &Snapshot) -> Vec<u32> {
        let mut forest = Forest::of(self);
        let mut semidominators: Vec<u32> = (0..self.objects.len() as u32).collect();
        for entry in &self.entries {
            semidominators[self.numbers[entry.index()] as usize] = 0;
        }
        // First in a list, by semidominator, of vertices whose dominator is to be found; the rest of the list is where
        // their dominators will be.
        let mut waiting = vec![0; self.objects.len()];
        let mut dominators = vec![0; self.objects.len()];
        for number in (0..self.objects.len() as u32).rev() {
            let mut vertex = waiting[number as usize];
            while vertex != 0 {
                let least = forest.least_above(vertex, number);
                let dominator = if least.semidominator < number { least.vertex } else { number };
                vertex = mem::replace(&mut dominators[vertex as usize], dominator);
            }
            if number == 0 {
                break;
            }
            let mut semidominator = semidominators[number as usize];
            for source in snapshot.referrers().of_object(self.objects[number as usize]) {
                let source = self.numbers[source.index()];
                let is_in_forest = source > number;
                let candidate = if is_in_forest { forest.least_above(source, number).semidominator } else { source };
                semidominator = semidominator.min(candidate);
            }
            semidominators[number as usize] = semidominator;
            forest.branches[number as usize].least.semidominator = semidominator;
            dominators[number as usize] = mem::replace(&mut waiting[semidominator as usize], number);
        }
        // Where another vertex's dominator stands in, that one is known by now.
        for number in 1..dominators.len() {
            let dominator = dominators[number];
            if dominator != semidominators[number] {
                dominators[number] = dominators[dominator as usize];
            }
        }
        dominators
    }
}

/// The part of a tree whose semidominators are known: the vertices with numbers greater than the current one.
struct Forest {
    /// By number, for all vertices.
    branches: Vec<Branch>,
    /// Scratch space.
    path: Vec<u32>,
}

/// A way upwards from a vertex. What is looked at together lies together: random graphs are all cache misses.
#[derive(Clone, Copy)]
struct Branch {
    /// Where it ends: at the parent, at first.
    ancestor: u32,
    /// Of the vertices on it, the ancestor excepted, the one with the least semidominator.
    least: Least,
}

/// A vertex, and its semidominator.
#[derive(Clone, Copy)]
struct Least {
    vertex: u32,
    semidominator: u32,
}

impl Forest {
    fn of(tree: &Tree) -> Forest {
        // The semidominator of a vertex outside the forest is not looked at.
        let branch = |(&ancestor, vertex)| Branch { ancestor, least: Least { vertex, semidominator: vertex } };
        Forest { branches: tree.parents.iter().zip(0..).map(branch).collect(), path: Vec::new() }
    }

    /// Of the vertices from one in the forest up to the root of its tree there, that with the least semidominator. The
    /// way up is short the next time.
    fn least_above(&mut self, vertex: u32, current: u32) -> Least {
        let mut top = vertex;
        while self.branches[top as usize].ancestor > current {
            self.path.push(top);
            top = self.branches[top as usize].ancestor;
        }
        // From the top, whose ancestor is not in the forest, down again.
        let mut above = self.branches[top as usize];
        while let Some(vertex) = self.path.pop() {
            let branch = &mut self.branches[vertex as usize];
            branch.ancestor = above.ancestor;
            if above.least.semidominator < branch.least.semidominator {
                branch.least = above.least;
            }
            above = *branch;
        }
        above.least
    }
}
