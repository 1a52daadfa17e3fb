//! `Trace` of the standard library's types: a cycle through a container is found, one through an opaque type is not,
//! and what can have no cycle is not tracked.

use std::any::TypeId;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash, Hasher};
use std::iter::{once, zip};
use std::marker::PhantomData;
use std::mem;
use std::ops::Deref;
use std::rc::{self, Rc};
use std::sync::{self, Arc};

use gc_core::{Acyclic, Cc, Trace, collect, gc};
use static_assertions::{assert_impl_all, assert_not_impl_any};

/// An object with one edge, which leads through whatever is put there. Hashes and compares by its id.
#[derive(Trace)]
struct Node {
    edge: RefCell<Option<Box<dyn Trace>>>,
    #[trace(skip)]
    id: Id,
}

impl Node {
    fn new(id: u32, log: &Log) -> Cc<Node> {
        Cc::new(Node { edge: RefCell::default(), id: Id(id, log.clone()) })
    }

    fn set_edge(&self, edge: impl Trace) {
        self.edge.replace(Some(Box::new(edge)));
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.id.0 == other.id.0
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Node) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    fn cmp(&self, other: &Node) -> std::cmp::Ordering {
        self.id.0.cmp(&other.id.0)
    }
}

impl Hash for Node {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.0.hash(state);
    }
}

/// An id that is logged when it is dropped.
struct Id(u32, Log);

impl Drop for Id {
    fn drop(&mut self) {
        self.1.0.borrow_mut().push(self.0);
    }
}

/// The ids of the dropped nodes.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<u32>>>);

impl Log {
    fn sorted(&self) -> Vec<u32> {
        let mut ids = self.0.borrow().clone();
        ids.sort_unstable();
        ids
    }
}

/// Nodes 0, 1, … `len - 1`, each of which leads to the next, and the last to the first, through a `wrap`.
fn ring<C: Trace>(len: u32, log: &Log, wrap: impl Fn(Cc<Node>) -> C) -> Vec<Cc<Node>> {
    let nodes: Vec<_> = (0..len).map(|id| Node::new(id, log)).collect();
    for (node, next) in zip(&nodes, nodes[1..].iter().chain(once(&nodes[0]))) {
        node.set_edge(wrap(next.clone()));
    }
    nodes
}

/// A cycle of three nodes, between each and the next a `C` that is an object of its own. An edge that `C` did not visit
/// would keep the cycle alive, one that it visited twice would have it collected too early.
fn finds_a_cycle_through<C: Trace>(wrap: impl Fn(Cc<Node>) -> C) {
    gc::disable();
    let log = Log::default();
    let mut nodes = ring(3, &log, |next| {
        let container = Cc::new(wrap(next));
        assert!(gc::is_tracked(&container));
        container
    });

    nodes.truncate(1);
    assert_eq!(collect(), 0, "one of the nodes is still held");
    assert_eq!(log.sorted(), []);

    drop(nodes);
    assert_eq!(log.sorted(), [], "the cycle keeps itself alive");
    assert_eq!(collect(), 6, "three nodes and three containers");
    assert_eq!(log.sorted(), [0, 1, 2]);
    assert_eq!(collect(), 0);
}

/// A hasher of the user's: neither `Default`, `Clone` nor `Trace`.
struct UserHasher;

impl BuildHasher for UserHasher {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

mod cycle_through {
    use super::*;

    macro_rules! cycle_through {
        ($($container:ident: $wrap:expr,)+) => {$(
            #[test]
            fn $container() {
                finds_a_cycle_through($wrap);
            }
        )+};
    }

    cycle_through! {
        option: Some,
        result_ok: Ok::<_, String>,
        result_err: Err::<String, _>,
        boxed: Box::new,
        boxed_slice: |node| Box::<[_]>::from([node.clone(), node]),
        boxed_dyn: |node| -> Box<dyn Trace> { Box::new(node) },
        array: |node| [node.clone(), node.clone(), node],
        vec: |node| vec![node; 300],
        vec_deque_in_two_parts: |node| {
            let mut deque = VecDeque::from([node.clone()]);
            deque.push_front(node);
            assert!(!deque.as_slices().1.is_empty());
            deque
        },
        hash_map_keys: |node| HashMap::from([(node, 1)]),
        hash_map_values: |node| (0..100).map(|key| (key, node.clone())).collect::<HashMap<_, _>>(),
        hash_map_of_any_hasher: |node| {
            let mut map = HashMap::with_hasher(UserHasher);
            map.insert(node.clone(), node);
            map
        },
        hash_set: |node| HashSet::from([node]),
        hash_set_of_any_hasher: |node| {
            let mut set = HashSet::with_hasher(UserHasher);
            set.insert(node);
            set
        },
        btree_map_keys: |node| BTreeMap::from([(node, 1)]),
        btree_map_values: |node| (0..100).map(|key| (key, node.clone())).collect::<BTreeMap<_, _>>(),
        btree_set: |node| BTreeSet::from([node]),
        cell: |node| Cell::new(Some(node)),
        ref_cell: RefCell::new,
        once_cell: OnceCell::from,
        leaf_and_node: |node| (1, node),
        nested: |node| vec![Some(Box::new((1, RefCell::new([node]))))],
    }

    macro_rules! tuples {
        ($($len:ident: [$($element:literal)+],)+) => {
            cycle_through! { $($len: |node| ($({ let _ = $element; node.clone() },)+),)+ }
        };
    }

    tuples! {
        tuple_1: [1],
        tuple_2: [1 2],
        tuple_3: [1 2 3],
        tuple_4: [1 2 3 4],
        tuple_5: [1 2 3 4 5],
        tuple_6: [1 2 3 4 5 6],
        tuple_7: [1 2 3 4 5 6 7],
        tuple_8: [1 2 3 4 5 6 7 8],
        tuple_9: [1 2 3 4 5 6 7 8 9],
        tuple_10: [1 2 3 4 5 6 7 8 9 10],
        tuple_11: [1 2 3 4 5 6 7 8 9 10 11],
        tuple_12: [1 2 3 4 5 6 7 8 9 10 11 12],
    }
}

type Slot = RefCell<Option<Cc<Node>>>;

/// Somebody else holds the slot and may take the node out of it, so the cycle of node and slot is no garbage.
fn leaves_a_cycle_through<P: Trace + Clone + Deref<Target = Slot>>(slot: P) {
    gc::disable();
    let log = Log::default();
    let node = Node::new(0, &log);
    node.set_edge(slot.clone());
    slot.replace(Some(node.clone()));
    drop(node);

    assert_eq!(collect(), 0);
    assert_eq!(log.sorted(), []);

    let node = slot.take();
    assert!(node.is_some());
    drop(node);
    assert_eq!(log.sorted(), [0]);
}

#[test]
fn rc_is_opaque() {
    leaves_a_cycle_through(Rc::<Slot>::default());
}

#[test]
fn arc_is_opaque() {
    leaves_a_cycle_through(Arc::<Slot>::default());
}

#[test]
fn leaked_reference_is_opaque() {
    leaves_a_cycle_through::<&'static Slot>(Box::leak(Box::default()));
}

#[test]
fn skipped_field_is_opaque() {
    #[derive(Trace)]
    struct Skipping {
        #[trace(skip)]
        link: RefCell<Option<Cc<Skipping>>>,
        #[trace(skip)]
        _id: Id,
    }

    gc::disable();
    let log = Log::default();
    let node = Cc::new(Skipping { link: RefCell::default(), _id: Id(0, log.clone()) });
    node.link.replace(Some(node.clone()));
    let weak = Cc::downgrade(&node);
    drop(node);

    assert_eq!(collect(), 0);
    assert_eq!(log.sorted(), []);

    weak.upgrade().expect("it leaks").link.take();
    assert_eq!(log.sorted(), [0]);
}

#[test]
fn mutably_borrowed_cell_is_left_alone() {
    gc::disable();
    let log = Log::default();
    let cell = Cc::new(RefCell::new((0..9).map(|id| Node::new(id, &log)).collect::<Vec<_>>()));
    cell.borrow().iter().for_each(|node| node.set_edge(cell.clone()));

    // In the middle of the sort the vec holds a pointer twice.
    cell.borrow_mut().sort_by(|a, b| {
        drop(a.clone());
        assert_eq!(collect(), 0);
        b.cmp(a)
    });
    assert_eq!(log.sorted(), []);

    drop(cell);
    assert_eq!(collect(), 10);
    assert_eq!(log.sorted(), (0..9).collect::<Vec<_>>());
}

#[test]
fn cell_that_is_borrowed_forever_leaks() {
    gc::disable();
    let log = Log::default();
    let nodes = ring(2, &log, Some);
    let weak = Cc::downgrade(&nodes[1]);
    mem::forget(nodes[0].edge.borrow_mut());
    drop(nodes);

    assert_eq!(collect(), 0);
    assert_eq!(log.sorted(), []);

    weak.upgrade().expect("it leaks").edge.take();
    assert_eq!(log.sorted(), [0, 1]);
}

#[test]
fn shared_borrow_of_a_cell_hides_nothing() {
    gc::disable();
    let log = Log::default();
    let nodes = ring(2, &log, Some);
    mem::forget(nodes[0].edge.borrow());
    drop(nodes);

    assert_eq!(collect(), 2);
    assert_eq!(log.sorted(), [0, 1]);
}

#[test]
fn once_cell_that_is_being_initialised_is_empty() {
    gc::disable();
    let log = Log::default();
    let cell = Cc::new(OnceCell::new());
    cell.get_or_init(|| {
        let node = Node::new(0, &log);
        node.set_edge(cell.clone());
        assert_eq!(collect(), 0);
        node
    });
    assert_eq!(log.sorted(), []);

    drop(cell);
    assert_eq!(collect(), 2);
    assert_eq!(log.sorted(), [0]);
}

#[test]
fn what_can_have_no_cycle_is_untracked() {
    macro_rules! untracked {
        ($($value:expr,)+) => {$(
            assert!(!gc::is_tracked(&Cc::new($value)), stringify!($value));
        )+};
    }

    gc::disable();
    untracked! {
        (), true, 'c',
        1_i8, 1_i16, 1_i32, 1_i64, 1_i128, 1_isize,
        1_u8, 1_u16, 1_u32, 1_u64, 1_u128, 1_usize,
        1.0_f32, 1.0_f64,
        String::from("text"), "text",
        TypeId::of::<Node>(), PhantomData::<Cc<Node>>,
        Rc::<Slot>::default(), rc::Weak::<Slot>::new(),
        Arc::new(1), sync::Weak::<u8>::new(),
        gc::disable as fn(),
        u8::wrapping_add as fn(u8, u8) -> u8,
        Some(1), Ok::<_, String>("a"), [1; 3], (1, "a"),
        vec![String::new()], VecDeque::from([1]),
        HashMap::from([(1, "a")]), HashSet::from([1]), HashSet::<u8, _>::with_hasher(UserHasher),
        BTreeMap::from([(1, "a")]), BTreeSet::from([1]),
        Cell::new(1), OnceCell::from(String::new()), vec![Some((1, Cell::new('c')))],
        Box::new(1), Box::<[u8]>::from([1]), RefCell::new(1),
    }
}

#[test]
fn a_box_knows_only_contents_without_destructor_to_be_acyclic() {
    gc::disable();
    assert!(gc::is_tracked(&Cc::new(Box::new(String::new()))));
    assert!(!gc::is_tracked(&Cc::new(Box::new(5))));
    assert!(!gc::is_tracked(&Cc::new(RefCell::new(String::new()))));
}

/// A type with an edge that is nevertheless acyclic.
#[derive(Trace)]
#[trace(acyclic)]
struct Parent {
    _child: Cc<String>,
}

assert_impl_all!(str: Acyclic);
assert_impl_all!([u8]: Acyclic);
assert_impl_all!(fn(Cc<Node>) -> Cc<Node>: Acyclic);
assert_impl_all!(Box<RefCell<String>>: Acyclic);
assert_impl_all!(RefCell<HashMap<String, Vec<u8>>>: Acyclic);
assert_impl_all!(Vec<Option<Box<[(Cc<Parent>, u8)]>>>: Acyclic);
assert_not_impl_any!(Vec<Cc<Node>>: Acyclic);
assert_not_impl_any!((u8, Cc<Node>): Acyclic);
assert_not_impl_any!(Cell<Option<Cc<Parent>>>: Acyclic);
assert_not_impl_any!(RefCell<Vec<Cc<Parent>>>: Acyclic);
assert_not_impl_any!(OnceCell<Cc<Parent>>: Acyclic);
