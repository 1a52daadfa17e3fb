//! Paths, dominators and cycles: against naive models of random graphs, in shapes that are known to be hard, and on a
//! small stack.

use gc_core::inspect::{Object, ObjectId, Snapshot};
use gc_core::{Cc, Trace, Weak, gc};
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
use proptest::test_runner::{Config, RngSeed, TestCaseError};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::thread;

#[derive(Trace)]
struct Node {
    links: RefCell<Vec<Cc<Node>>>,
    /// So that nodes differ in size.
    ballast: Vec<u8>,
}

/// A node of so many bytes more than another.
fn node(ballast: usize) -> Cc<Node> {
    Cc::new(Node { links: RefCell::default(), ballast: Vec::with_capacity(ballast) })
}

fn link(from: &Cc<Node>, to: &Cc<Node>) {
    from.links.borrow_mut().push(to.clone());
}

/// The nodes and edges of a shape, and which of the nodes are held.
#[derive(Clone, Debug)]
struct Shape {
    held: Vec<bool>,
    edges: Vec<(usize, usize)>,
}

/// A shape of real objects, and their snapshot.
struct Built {
    snapshot: Snapshot,
    /// The number of each object that is still there: the others were held by nothing at all.
    ids: Vec<Option<ObjectId>>,
    held: Vec<Cc<Node>>,
    _no_collection: gc::PauseGuard,
}

impl Shape {
    fn new(len: usize, held: &[usize], edges: &[(usize, usize)]) -> Shape {
        Shape { held: (0..len).map(|node| held.contains(&node)).collect(), edges: edges.to_vec() }
    }

    fn build(&self) -> Built {
        let no_collection = gc::pause();
        let nodes: Vec<_> = (0..self.held.len()).map(|index| node(index * index)).collect();
        for &(from, to) in &self.edges {
            link(&nodes[from], &nodes[to]);
        }
        let weak: Vec<Weak<Node>> = nodes.iter().map(Cc::downgrade).collect();
        let held: Vec<_> = nodes.into_iter().zip(&self.held).filter(|(_, held)| **held).map(|(node, _)| node).collect();
        let snapshot = Snapshot::take();
        let id = |weak: &Weak<Node>| Some(snapshot.object(&weak.upgrade()?)?.id());
        let ids = weak.iter().map(id).collect();
        Built { snapshot, ids, held, _no_collection: no_collection }
    }
}

impl Built {
    fn id(&self, node: usize) -> ObjectId {
        self.ids[node].unwrap()
    }

    fn object(&self, node: usize) -> Object<'_> {
        self.snapshot.get(self.id(node))
    }

    /// The node that an object is.
    fn node(&self, object: Object<'_>) -> usize {
        self.ids.iter().position(|id| *id == Some(object.id())).unwrap()
    }

    #[allow(single_use_lifetimes, reason = "a lifetime in `impl Trait` needs its name; not every compiler minds")]
    fn nodes<'s>(&self, objects: impl IntoIterator<Item = Object<'s>>) -> BTreeSet<usize> {
        objects.into_iter().map(|object| self.node(object)).collect()
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        self.held.clear();
        gc::collect();
    }
}

/// What there is to know of a shape, found out in the most obvious way.
struct Model {
    /// The nodes that are alive.
    alive: BTreeSet<usize>,
    edges: BTreeSet<(usize, usize)>,
    held: BTreeSet<usize>,
}

impl Model {
    fn new(shape: &Shape, built: &Built) -> Model {
        let alive: BTreeSet<usize> = (0..shape.held.len()).filter(|&node| built.ids[node].is_some()).collect();
        // What is gone has no edges.
        let edges = shape.edges.iter().copied().filter(|(from, _)| alive.contains(from)).collect();
        let held = alive.iter().copied().filter(|&node| shape.held[node]).collect();
        Model { alive, edges, held }
    }

    /// How many edges each node is away from the nearest of some others, if a node is not there.
    fn distances(&self, from: &BTreeSet<usize>, without: Option<usize>) -> BTreeMap<usize, usize> {
        let start = from.iter().copied().filter(|&node| Some(node) != without);
        let mut distances: BTreeMap<usize, usize> = start.map(|node| (node, 0)).collect();
        for distance in 1.. {
            let next: Vec<usize> = self
                .edges
                .iter()
                .filter(|(from, to)| {
                    distances.contains_key(from) && !distances.contains_key(to) && Some(*to) != without
                })
                .map(|&(_, to)| to)
                .collect();
            if next.is_empty() {
                break;
            }
            distances.extend(next.into_iter().map(|node| (node, distance)));
        }
        distances
    }

    fn reachable(&self, from: &BTreeSet<usize>, without: Option<usize>) -> BTreeSet<usize> {
        self.distances(from, without).into_keys().collect()
    }

    /// All nodes that can be reached from each other, a node itself among them.
    fn component(&self, node: usize) -> BTreeSet<usize> {
        let reachable = |from| self.reachable(&BTreeSet::from([from]), None);
        reachable(node).into_iter().filter(|&other| reachable(other).contains(&node)).collect()
    }

    /// What is held, and of the garbage, the components that no other garbage leads to.
    fn entries(&self) -> BTreeSet<usize> {
        let reached = self.reachable(&self.held, None);
        let is_origin = |node: usize| {
            let component = self.component(node);
            self.edges.iter().all(|(from, to)| !component.contains(to) || component.contains(from))
        };
        let garbage = self.alive.difference(&reached).copied().filter(|&node| is_origin(node));
        self.held.iter().copied().chain(garbage).collect()
    }

    /// For each node, those that it dominates, itself included.
    fn dominated(&self) -> BTreeMap<usize, BTreeSet<usize>> {
        let entries = self.entries();
        let without = |node| self.reachable(&entries, Some(node));
        self.alive.iter().map(|&node| (node, self.alive.difference(&without(node)).copied().collect())).collect()
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    (1usize..=14).prop_flat_map(|len| {
        let edges = proptest::collection::vec((0..len, 0..len), 0..=3 * len);
        // Few roots make deep trees, many make flat ones.
        let rarity = 1u8..6;
        let held = rarity.prop_flat_map(move |rarity| {
            proptest::collection::vec(any::<u8>().prop_map(move |byte| byte % rarity == 0), len)
        });
        (held, edges).prop_map(|(held, edges)| Shape { held, edges })
    })
}

fn check_paths(built: &Built, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(built.nodes(built.snapshot.roots()), model.held.clone());
    let distances = model.distances(&model.held, None);
    for &node in &model.alive {
        let path = built.snapshot.path_to(built.id(node));
        prop_assert_eq!(path.as_ref().map(|path| path.len()), distances.get(&node).copied());
        let Some(path) = path else { continue };
        prop_assert_eq!((built.node(path.target()), path.root().outside_count()), (node, 1));
        let mut current = path.root();
        for edge in path.edges() {
            prop_assert_eq!(edge.source(), current);
            prop_assert_eq!(model.edges.contains(&(built.node(current), built.node(edge.target()))), true);
            current = edge.target();
        }
        prop_assert_eq!(current, path.target());
    }
    Ok(())
}

fn check_dominators(built: &Built, model: &Model) -> Result<(), TestCaseError> {
    let dominators = built.snapshot.dominators();
    let dominated = model.dominated();
    for &node in &model.alive {
        let id = built.id(node);
        let above: BTreeSet<usize> =
            model.alive.iter().copied().filter(|&other| other != node && dominated[&other].contains(&node)).collect();
        // Nearest first: the fewer it dominates, the nearer it is.
        let mut chain: Vec<usize> = above.iter().copied().collect();
        chain.sort_by_key(|other| dominated[other].len());
        let found: Vec<usize> = dominators.chain(id).map(|object| built.node(object)).collect();
        prop_assert_eq!(&found, &chain);
        prop_assert_eq!(dominators.immediate(id).map(|object| built.node(object)), chain.first().copied());

        let size = |&node: &usize| built.object(node).total_size();
        prop_assert_eq!(dominators.retained_size(id), dominated[&node].iter().map(size).sum::<usize>());
        prop_assert_eq!(dominators.retained_count(id), dominated[&node].len());

        let keepers = built.snapshot.keeps_alive(id);
        let to_node = |from: &usize| model.reachable(&BTreeSet::from([*from]), None).contains(&node);
        let roots: BTreeSet<usize> = model.held.iter().copied().filter(to_node).collect();
        prop_assert_eq!(built.nodes(keepers.roots().iter().copied()), roots.clone());
        let keepers: Vec<usize> = keepers.dominators().iter().map(|&object| built.node(object)).collect();
        prop_assert_eq!(keepers, if roots.is_empty() { Vec::new() } else { chain });
    }
    check_children(built)
}

/// Every object is once among the children of its dominator, and they come in order.
fn check_children(built: &Built) -> Result<(), TestCaseError> {
    let dominators = built.snapshot.dominators();
    let parents = built.snapshot.objects().map(Some).chain([None]);
    let mut met = 0;
    for parent in parents {
        let children: Vec<Object<'_>> = match parent {
            Some(parent) => dominators.children(parent.id()).collect(),
            None => dominators.tops().collect(),
        };
        met += children.len();
        for pair in children.windows(2) {
            let size = |object: Object<'_>| dominators.retained_size(object.id());
            let in_order = (size(pair[1]), pair[0].id()) < (size(pair[0]), pair[1].id());
            prop_assert_eq!(in_order, true, "{:?} before {:?}", pair[0], pair[1]);
        }
        for child in children {
            prop_assert_eq!(dominators.immediate(child.id()), parent);
        }
    }
    prop_assert_eq!(met, built.snapshot.len());
    Ok(())
}

fn check_cycles(built: &Built, model: &Model) -> Result<(), TestCaseError> {
    let is_cycle = |component: &BTreeSet<usize>| {
        component.len() > 1 || component.iter().all(|&node| model.edges.contains(&(node, node)))
    };
    let expected: BTreeSet<BTreeSet<usize>> =
        model.alive.iter().map(|&node| model.component(node)).filter(is_cycle).collect();
    let reached = model.reachable(&model.held, None);
    let cycles = built.snapshot.cycles();
    prop_assert_eq!(cycles.iter().map(|cycle| built.nodes(cycle.objects())).collect::<BTreeSet<_>>(), expected);
    prop_assert_eq!(cycles.iter().map(|cycle| cycle.len()).sum::<usize>(), {
        cycles.iter().flat_map(|cycle| built.nodes(cycle.objects())).collect::<BTreeSet<_>>().len()
    });
    for cycle in &cycles {
        let members = built.nodes(cycle.objects());
        prop_assert_eq!(cycle.len(), members.len());
        prop_assert_eq!(cycle.bytes(), cycle.objects().map(Object::total_size).sum::<usize>());
        prop_assert_eq!(cycle.outside_count(), members.intersection(&model.held).count());
        prop_assert_eq!(cycle.is_garbage(), members.is_disjoint(&reached));
        prop_assert_eq!(cycle.objects().is_sorted_by_key(|object| object.id()), true);
    }
    prop_assert_eq!(cycles.is_sorted_by_key(|cycle| std::cmp::Reverse((cycle.len(), cycle.bytes()))), true);
    Ok(())
}

fn config() -> Config {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 1000;
    }
    // The same shapes in each run, for a change is to be judged by what it does.
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn all_is_as_in_the_naive_model(shape in shapes()) {
        let built = shape.build();
        let model = Model::new(&shape, &built);
        prop_assert_eq!(built.snapshot.len(), model.alive.len());
        check_paths(&built, &model)?;
        check_dominators(&built, &model)?;
        check_cycles(&built, &model)?;
    }
}

#[test]
fn who_is_reached_on_two_ways_is_dominated_where_they_part() {
    let built = Shape::new(5, &[0], &[(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]).build();
    let dominators = built.snapshot.dominators();
    let immediate = [0, 1, 2, 3, 4].map(|node| dominators.immediate(built.id(node)).map(|object| built.node(object)));
    assert_eq!(immediate, [None, Some(0), Some(0), Some(0), Some(3)]);
    assert_eq!([0, 1, 2, 3, 4].map(|node| dominators.retained_count(built.id(node))), [5, 1, 1, 2, 1]);
    // The bigger subtree comes first, though its number is greater.
    assert_eq!(built.node(dominators.children(built.id(0)).next().unwrap()), 3);
    assert_eq!(built.nodes(dominators.tops()), BTreeSet::from([0]));
}

#[test]
fn links_to_parents_make_cycles_and_change_no_dominator() {
    let built = Shape::new(4, &[0], &[(0, 1), (1, 0), (1, 2), (2, 1), (0, 3), (3, 0)]).build();
    let dominators = built.snapshot.dominators();
    let immediate = [0, 1, 2, 3].map(|node| dominators.immediate(built.id(node)).map(|object| built.node(object)));
    assert_eq!(immediate, [None, Some(0), Some(1), Some(0)]);
    let cycles = built.snapshot.cycles();
    assert_eq!(cycles.len(), 1);
    assert_eq!((cycles[0].len(), cycles[0].outside_count(), cycles[0].is_garbage()), (4, 1, false));
}

#[test]
fn an_object_that_is_held_itself_is_dominated_by_none() {
    let built = Shape::new(3, &[0, 2], &[(0, 1), (1, 2)]).build();
    let dominators = built.snapshot.dominators();
    assert_eq!(built.nodes(dominators.tops()), BTreeSet::from([0, 2]));
    assert_eq!(built.snapshot.path_to(built.id(2)).unwrap().len(), 0);
    let keepers = built.snapshot.keeps_alive(built.id(2));
    assert_eq!((keepers.dominators().len(), built.nodes(keepers.roots().iter().copied())), (0, BTreeSet::from([0, 2])));
}

#[test]
fn garbage_hangs_from_cycles_that_nothing_leads_to() {
    // A ring, from one member of which there is a way to another ring, and from another member to a leaf.
    let edges = [(0, 1), (1, 2), (2, 0), (1, 3), (3, 4), (4, 3), (2, 5)];
    let built = Shape::new(6, &[], &edges).build();
    assert_eq!(built.snapshot.len(), 6);
    assert_eq!(built.snapshot.roots().count(), 0);
    let dominators = built.snapshot.dominators();
    assert_eq!(built.nodes(dominators.tops()), BTreeSet::from([0, 1, 2]));
    assert_eq!([0, 1, 2, 3, 4, 5].map(|node| dominators.retained_count(built.id(node))), [1, 3, 2, 2, 1, 1]);
    let cycles: Vec<_> = built.snapshot.cycles().iter().map(|cycle| (cycle.len(), cycle.is_garbage())).collect();
    assert_eq!(cycles, [(3, true), (2, true)]);
    assert!(built.snapshot.path_to(built.id(5)).is_none());
    let keepers = built.snapshot.keeps_alive(built.id(5));
    assert!(keepers.dominators().is_empty() && keepers.roots().is_empty());
    assert_eq!(keepers.to_string(), format!("nothing keeps {:?} alive: it waits to be collected", built.object(5)));
}

#[test]
fn garbage_that_leads_to_what_is_alive_keeps_nothing_of_it() {
    let built = Shape::new(3, &[1], &[(0, 0), (0, 1), (0, 2), (1, 2)]).build();
    let dominators = built.snapshot.dominators();
    assert_eq!(built.nodes(dominators.tops()), BTreeSet::from([0, 1, 2]));
    let keepers = built.snapshot.keeps_alive(built.id(2));
    assert_eq!(built.nodes(keepers.roots().iter().copied()), BTreeSet::from([1]));
    // Once the garbage is collected, the object depends on one alone; until then, on two.
    assert!(keepers.dominators().is_empty());
}

#[test]
fn an_object_that_refers_to_itself_is_a_cycle_and_many_edges_are_not() {
    let built = Shape::new(4, &[0, 3], &[(0, 0), (1, 1), (3, 2), (3, 2), (3, 2)]).build();
    let cycles: Vec<_> =
        built.snapshot.cycles().iter().map(|cycle| (built.nodes(cycle.objects()), cycle.is_garbage())).collect();
    // The second has more bytes.
    assert_eq!(cycles, [(BTreeSet::from([1]), true), (BTreeSet::from([0]), false)]);
    let path = built.snapshot.path_to(built.id(2)).unwrap();
    assert_eq!((path.len(), path.edges()[0].label().to_string()), (1, "links[0]".into()));
}

#[test]
fn an_empty_snapshot_has_nothing() {
    let snapshot = Snapshot::take();
    assert_eq!(snapshot.cycles().len() + snapshot.roots().count() + snapshot.dominators().tops().len(), 0);
    assert_eq!(format!("{:?}", snapshot.dominators()), "Dominators { objects: 0, tops: 0, .. }");
}

#[test]
#[should_panic = "object #1 is not in this snapshot, which has 0"]
fn numbers_of_other_snapshots_are_noticed() {
    let empty = Snapshot::take();
    let both = [node(0), node(0)];
    let id = Snapshot::take().object(&both[1]).unwrap().id().max(Snapshot::take().object(&both[0]).unwrap().id());
    empty.dominators().retained_size(id);
}

#[test]
fn paths_are_written_with_every_type_and_label() {
    type Texts = Vec<Cc<Cc<String>>>;
    #[derive(Trace)]
    struct Scene {
        layers: Vec<(u8, Option<Cc<Texts>>)>,
    }
    let text = Cc::new(Cc::new(String::from("text")));
    let scene = Cc::new(Scene { layers: vec![(0, None), (1, Some(Cc::new(vec![text])))] });
    let snapshot = Snapshot::take();
    let list = scene.layers[1].1.as_ref().unwrap();
    let [scene, list, pointer, text] =
        [snapshot.object(&scene), snapshot.object(list), snapshot.object(&list[0]), snapshot.object(&*list[0])]
            .map(Option::unwrap);
    let path = snapshot.path_to(text.id()).unwrap();
    assert_eq!(path.len(), 3);
    let label = path.edges()[0].label();
    assert_eq!(label.to_string(), "layers[1].1");
    assert_eq!(path.to_string(), format!("{scene:?} .{label} -> {list:?} [0] -> {pointer:?} -> {text:?}"));
    assert_eq!(format!("{path:#}"), format!("{scene:?}\n  .{label} -> {list:?}\n  [0] -> {pointer:?}\n  -> {text:?}"));
    assert!(format!("{scene:?}").starts_with(&format!("<{} #", std::any::type_name::<Scene>())));

    let keepers = snapshot.keeps_alive(text.id());
    assert_eq!(
        keepers.to_string(),
        format!(
            "{text:?} is kept alive by each of these, the nearest first:\n  {pointer:?}\n  {list:?}\n  {scene:?}\n\
             and by pointers from outside to\n  {scene:?} (1)"
        )
    );
}

#[test]
fn long_lists_and_paths_are_cut_off() {
    let leaf = node(0);
    let held: Vec<_> = (0..15).map(|_| node(0)).collect();
    held.iter().for_each(|node| link(node, &leaf));
    let id = |snapshot: &Snapshot| snapshot.object(&held[0].links.borrow()[0]).unwrap().id();
    drop(leaf);
    let snapshot = Snapshot::take();
    let written = snapshot.keeps_alive(id(&snapshot)).to_string();
    assert_eq!(written.lines().count(), 12);
    assert!(written.contains(" is kept alive by pointers from outside to\n  <"));
    assert!(written.ends_with("(1)\n  and 5 more"));

    for (len, lines) in [(64, 65), (65, 66), (1000, 66)] {
        let (chain, last) = chain(len + 1);
        let snapshot = Snapshot::take();
        let path = snapshot.path_to(snapshot.object(&last.upgrade().unwrap()).unwrap().id()).unwrap();
        assert_eq!(path.len(), len);
        let written = format!("{path:#}");
        assert_eq!(written.lines().count(), lines);
        assert_eq!(written.contains(&format!("\n  ... {} more ...\n", len - 64)), len > 64);
        drop(chain);
    }
}

/// A list, of which the first node is held, and its last node.
fn chain(len: usize) -> (Cc<Node>, Weak<Node>) {
    let mut first = node(0);
    let last = Cc::downgrade(&first);
    for _ in 1..len {
        let before = node(0);
        link(&before, &first);
        first = before;
    }
    (first, last)
}

/// Runs on a stack that recursion over the graph would overflow, and without automatic collections: the check of the
/// whole heap after each would take most of the time.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let quiet = || {
        gc::disable();
        test();
    };
    thread::Builder::new().stack_size(256 << 10).spawn(quiet).unwrap().join().unwrap();
}

#[test]
fn lists_and_rings_of_a_million_need_no_stack() {
    const LEN: usize = 1_000_000;
    on_a_small_stack(|| {
        let (first, last) = chain(LEN);
        let snapshot = Snapshot::take();
        let [first_id, last_id] =
            [first.clone(), last.upgrade().unwrap()].map(|node| snapshot.object(&node).unwrap().id());
        assert!(snapshot.cycles().is_empty());
        assert_eq!(snapshot.path_to(last_id).unwrap().len(), LEN - 1);
        let dominators = snapshot.dominators();
        assert_eq!(dominators.retained_count(first_id), LEN);
        assert_eq!(dominators.chain(last_id).count(), LEN - 1);
        assert_eq!(snapshot.keeps_alive(last_id).dominators().len(), LEN - 1);

        link(&last.upgrade().unwrap(), &first);
        let snapshot = Snapshot::take();
        assert_eq!(snapshot.cycles().iter().map(|cycle| cycle.len()).collect::<Vec<_>>(), [LEN]);
        assert_eq!(snapshot.dominators().retained_count(first_id), LEN);

        // Without anything that holds it.
        drop(first);
        let snapshot = Snapshot::take();
        assert!(snapshot.cycles()[0].is_garbage());
        assert!(snapshot.path_to(last_id).is_none());
        assert_eq!(snapshot.dominators().tops().len(), LEN);
        gc::collect();
    });
}

#[test]
fn no_shape_takes_quadratic_time() {
    const LEN: usize = 300_000;
    on_a_small_stack(|| {
        // A list whose nodes all point at their owner, which points at all of them.
        let owner = node(0);
        let (first, last) = chain(LEN);
        let mut current = first.clone();
        loop {
            link(&owner, &current);
            link(&current, &owner);
            let next = current.links.borrow()[0].clone();
            if Cc::ptr_eq(&next, &owner) {
                break;
            }
            current = next;
        }
        drop((first, current));
        let snapshot = Snapshot::take();
        let id = snapshot.object(&owner).unwrap().id();
        let dominators = snapshot.dominators();
        assert_eq!(dominators.retained_count(id), LEN + 1);
        assert_eq!(dominators.children(id).len(), LEN);
        assert_eq!(snapshot.path_to(snapshot.object(&last.upgrade().unwrap()).unwrap().id()).unwrap().len(), 1);
        assert_eq!(snapshot.cycles()[0].len(), LEN + 1);
        owner.links.borrow_mut().clear();
        drop(owner);
        gc::collect();
    });
    on_a_small_stack(|| {
        // A list that ends in a node with many leaves, which are held, too.
        let (first, last) = chain(LEN);
        let leaves: Vec<_> = (0..LEN).map(|_| node(0)).collect();
        let last = last.upgrade().unwrap();
        leaves.iter().for_each(|leaf| link(&last, leaf));
        drop(last);
        let snapshot = Snapshot::take();
        let dominators = snapshot.dominators();
        assert_eq!(dominators.retained_count(snapshot.object(&first).unwrap().id()), LEN);
        assert_eq!(dominators.tops().len(), LEN + 1);
    });
}
