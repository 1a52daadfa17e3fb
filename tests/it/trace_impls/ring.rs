//! Rings of nodes, with something between each and the next. Also used by `tests/foreign`.

use std::cell::RefCell;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};
use std::iter::{once, zip};
use std::rc::Rc;

use gc_core::{Cc, Trace, collect, gc};

/// An object with one edge, which leads through whatever is put there. Hashes and compares by its id.
#[derive(Trace)]
pub(crate) struct Node {
    pub(crate) edge: RefCell<Option<Box<dyn Trace>>>,
    #[trace(skip)]
    pub(crate) id: Id,
}

impl Node {
    pub(crate) fn new(id: u32, log: &Log) -> Cc<Node> {
        Cc::new(Node { edge: RefCell::default(), id: Id(id, log.clone()) })
    }

    pub(crate) fn set_edge(&self, edge: impl Trace) {
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
pub(crate) struct Id(pub(crate) u32, pub(crate) Log);

impl Drop for Id {
    fn drop(&mut self) {
        self.1.0.borrow_mut().push(self.0);
    }
}

/// The ids of the dropped nodes.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<RefCell<Vec<u32>>>);

impl Log {
    pub(crate) fn sorted(&self) -> Vec<u32> {
        let mut ids = self.0.borrow().clone();
        ids.sort_unstable();
        ids
    }
}

/// Nodes 0, 1, … `len - 1`, each of which leads to the next, and the last to the first, through a `wrap`.
pub(crate) fn ring<C: Trace>(len: u32, log: &Log, wrap: impl Fn(Cc<Node>) -> C) -> Vec<Cc<Node>> {
    let nodes: Vec<_> = (0..len).map(|id| Node::new(id, log)).collect();
    for (node, next) in zip(&nodes, nodes[1..].iter().chain(once(&nodes[0]))) {
        node.set_edge(wrap(next.clone()));
    }
    nodes
}

/// A cycle of three nodes, between each and the next a `C` that is an object of its own. An edge that `C` did not visit
/// would keep the cycle alive, one that it visited twice would have it collected too early.
pub(crate) fn finds_a_cycle_through<C: Trace>(wrap: impl Fn(Cc<Node>) -> C) {
    gc::disable();
    let log = Log::default();
    let mut nodes = ring(3, &log, |next| {
        let container = Cc::new(wrap(next));
        assert!(gc::is_tracked(&container));
        container
    });

    nodes.truncate(1);
    assert_eq!(collect(), 0, "one of the nodes is still held");
    assert_eq!(log.sorted(), [0; 0]);

    drop(nodes);
    assert_eq!(log.sorted(), [0; 0], "the cycle keeps itself alive");
    assert_eq!(collect(), 6, "three nodes and three containers");
    assert_eq!(log.sorted(), [0, 1, 2]);
    assert_eq!(collect(), 0);
}

/// A cycle of three nodes, between each and the next a `C`, into which the collector does not look: it leaks, is intact
/// afterwards, and dies when it is taken apart by hand.
pub(crate) fn leaves_a_cycle_through<C: Trace>(wrap: impl Fn(Cc<Node>) -> C) {
    gc::disable();
    let log = Log::default();
    let nodes = ring(3, &log, wrap);
    let weak = Cc::downgrade(&nodes[0]);
    drop(nodes);

    assert_eq!(collect(), 0);
    assert_eq!(log.sorted(), [0; 0]);

    weak.upgrade().expect("it leaks").edge.take();
    assert_eq!(log.sorted(), [0, 1, 2]);
}

/// A hasher of the user's: neither `Default`, `Clone` nor `Trace`.
pub(crate) struct UserHasher;

impl BuildHasher for UserHasher {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}
