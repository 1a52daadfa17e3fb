//! The graph of a snapshot: who refers to whom, the other way round, and how petgraph is shown it.

use super::snapshot::{ObjectId, Snapshot};
use core::iter;
use core::ops::Range;
use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::visit::{
    Dfs, GraphBase, GraphRef, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, VisitMap, Visitable,
};

/// The sources of the edges to each object, each source once.
pub(super) struct Referrers {
    first: Vec<usize>,
    sources: Vec<ObjectId>,
}

impl Referrers {
    /// Counts, then fills: each source goes where those of its target have got to.
    pub(super) fn of(snapshot: &Snapshot) -> Referrers {
        let ids = || (0..snapshot.len() as u32).map(ObjectId);
        let mut first = vec![0; snapshot.len() + 1];
        // The last source noted for each target: one with several edges there counts once.
        let mut last = vec![u32::MAX; snapshot.len()];
        let mut for_each_pair = |each: &mut dyn FnMut(ObjectId, ObjectId)| {
            last.fill(u32::MAX);
            for source in ids() {
                for target in snapshot.targets(source) {
                    if last[target.index()] != source.0 {
                        last[target.index()] = source.0;
                        each(source, target);
                    }
                }
            }
        };
        for_each_pair(&mut |_, target| first[target.index() + 1] += 1);
        for index in 0..snapshot.len() {
            first[index + 1] += first[index];
        }
        let mut next = first.clone();
        let mut sources = vec![ObjectId(0); first[snapshot.len()]];
        for_each_pair(&mut |source, target| {
            let place = &mut next[target.index()];
            sources[*place] = source;
            *place += 1;
        });
        Referrers { first, sources }
    }

    /// The objects with an edge to an object, by number.
    pub(super) fn of_object(&self, id: ObjectId) -> &[ObjectId] {
        &self.sources[self.first[id.index()]..self.first[id.index() + 1]]
    }
}

/// A mark on some of the objects.
#[derive(Clone)]
pub(super) struct Marks(Vec<bool>);

impl Marks {
    /// On none of them.
    pub(super) fn none(snapshot: &Snapshot) -> Marks {
        Marks(vec![false; snapshot.len()])
    }

    /// On those for which `is_marked` holds.
    pub(super) fn new(snapshot: &Snapshot, is_marked: impl Fn(ObjectId) -> bool) -> Marks {
        Marks((0..snapshot.len() as u32).map(|id| is_marked(ObjectId(id))).collect())
    }

    /// On those that can be reached from the roots. The others are garbage.
    pub(super) fn reached(snapshot: &Snapshot) -> Marks {
        let graph = Graph::of(snapshot);
        let roots = snapshot.roots().map(|root| root.id()).collect();
        let mut search = Dfs::from_parts(roots, graph.visit_map());
        while search.next(graph).is_some() {}
        search.discovered
    }

    /// Whether it is on an object.
    pub(super) fn contains(&self, id: ObjectId) -> bool {
        self.0[id.index()]
    }
}

impl VisitMap<ObjectId> for Marks {
    fn visit(&mut self, id: ObjectId) -> bool {
        !core::mem::replace(&mut self.0[id.index()], true)
    }

    fn is_visited(&self, id: &ObjectId) -> bool {
        self.contains(*id)
    }

    fn unvisit(&mut self, id: ObjectId) -> bool {
        core::mem::replace(&mut self.0[id.index()], false)
    }
}

/// A snapshot as petgraph sees it: nothing is copied, and its algorithms that do not recurse hold at any depth.
#[derive(Clone, Copy)]
pub(super) struct Graph<'s> {
    snapshot: &'s Snapshot,
    /// Objects that searches take for visited before they start.
    left_out: Option<&'s Marks>,
}

impl<'s> Graph<'s> {
    /// All of it.
    pub(super) fn of(snapshot: &'s Snapshot) -> Graph<'s> {
        Graph { snapshot, left_out: None }
    }

    /// All but the marked objects.
    pub(super) fn without(snapshot: &'s Snapshot, left_out: &'s Marks) -> Graph<'s> {
        Graph { snapshot, left_out: Some(left_out) }
    }

    /// The strongly connected components, those of one object among them.
    pub(super) fn components(self) -> Vec<Vec<ObjectId>> {
        kosaraju_scc(self)
    }
}

impl GraphBase for Graph<'_> {
    type NodeId = ObjectId;
    type EdgeId = ();
}

impl GraphRef for Graph<'_> {}

impl Visitable for Graph<'_> {
    type Map = Marks;

    fn visit_map(&self) -> Marks {
        self.left_out.cloned().unwrap_or_else(|| Marks::none(self.snapshot))
    }

    fn reset_map(&self, map: &mut Marks) {
        *map = self.visit_map();
    }
}

impl IntoNodeIdentifiers for Graph<'_> {
    type NodeIdentifiers = iter::Map<Range<u32>, fn(u32) -> ObjectId>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        (0..self.snapshot.len() as u32).map(ObjectId)
    }
}

impl<'s> IntoNeighbors for Graph<'s> {
    type Neighbors = Box<dyn Iterator<Item = ObjectId> + 's>;

    fn neighbors(self, id: ObjectId) -> Self::Neighbors {
        self.neighbors_directed(id, Direction::Outgoing)
    }
}

impl<'s> IntoNeighborsDirected for Graph<'s> {
    type NeighborsDirected = Box<dyn Iterator<Item = ObjectId> + 's>;

    fn neighbors_directed(self, id: ObjectId, direction: Direction) -> Self::NeighborsDirected {
        match direction {
            Direction::Outgoing => Box::new(self.snapshot.targets(id)),
            Direction::Incoming => Box::new(self.snapshot.referrers().of_object(id).iter().copied()),
        }
    }
}

/// Objects from which all garbage can be reached: of the garbage, the members of those cycles that no other garbage
/// leads to. All members of each, so that it does not matter how objects are numbered.
pub(super) fn origins_of_garbage(snapshot: &Snapshot, reached: &Marks) -> Vec<ObjectId> {
    let components = Graph::without(snapshot, reached).components();
    let mut component_of = vec![0; snapshot.len()];
    for (component, index) in components.iter().zip(0u32..) {
        for &member in component {
            component_of[member.index()] = index;
        }
    }
    // What is reached has no edges to garbage, so all referrers have a component.
    let is_origin = |component: &Vec<ObjectId>| {
        component.iter().all(|&member| {
            let mut referrers = snapshot.referrers().of_object(member).iter();
            referrers.all(|source| component_of[source.index()] == component_of[member.index()])
        })
    };
    let mut origins: Vec<ObjectId> = components.into_iter().filter(is_origin).flatten().collect();
    origins.sort_unstable();
    origins
}
