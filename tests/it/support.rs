//! What the tests share: a node with everything a test wants to hang on it, and a count of the dead.

use gc_core::{Cc, Trace, Weak, gc};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Counts deaths. A leak and a double drop fail the same assertion.
#[derive(Clone, Default)]
pub(crate) struct Deaths(Rc<Cell<usize>>);

impl Deaths {
    pub(crate) fn count(&self) -> usize {
        self.0.get()
    }

    /// Counts from zero again.
    pub(crate) fn take(&self) -> usize {
        self.0.take()
    }
}

/// A leaf that does something when it is dropped, and counts that it was.
pub(crate) struct Leaf {
    deaths: Deaths,
    last_words: Option<Box<dyn FnOnce()>>,
}

gc_core::leaf!(Leaf);

impl Leaf {
    pub(crate) fn new(deaths: &Deaths) -> Leaf {
        Leaf { deaths: deaths.clone(), last_words: None }
    }

    /// A leaf whose destructor calls `last_words`.
    pub(crate) fn saying(deaths: &Deaths, last_words: impl FnOnce() + 'static) -> Leaf {
        Leaf { deaths: deaths.clone(), last_words: Some(Box::new(last_words)) }
    }
}

impl Drop for Leaf {
    fn drop(&mut self) {
        self.deaths.0.set(self.deaths.0.get() + 1);
        if let Some(last_words) = self.last_words.take() {
            last_words();
        }
    }
}

/// A node of a graph.
#[derive(Trace)]
pub(crate) struct Node {
    pub(crate) links: RefCell<Vec<Cc<Node>>>,
    /// Says that it is there for as long as the value is alive.
    pub(crate) name: String,
    #[trace(skip)]
    _leaf: Leaf,
}

impl Node {
    pub(crate) fn new(deaths: &Deaths) -> Cc<Node> {
        Node::with(Leaf::new(deaths))
    }

    /// A node whose destructor calls `last_words`.
    pub(crate) fn saying(deaths: &Deaths, last_words: impl FnOnce() + 'static) -> Cc<Node> {
        Node::with(Leaf::saying(deaths, last_words))
    }

    fn with(leaf: Leaf) -> Cc<Node> {
        Cc::new(Node { links: RefCell::default(), name: String::from("node"), _leaf: leaf })
    }

    pub(crate) fn link(&self, target: &Cc<Node>) {
        self.links.borrow_mut().push(target.clone());
    }
}

/// Links each node to the next, and the last to the first.
pub(crate) fn close_ring(nodes: &[Cc<Node>]) {
    for (index, node) in nodes.iter().enumerate() {
        node.link(&nodes[(index + 1) % nodes.len()]);
    }
}

/// A ring of nodes to which only the weak pointers that are returned lead.
pub(crate) fn dead_ring(deaths: &Deaths, length: usize) -> Vec<Weak<Node>> {
    let nodes: Vec<_> = (0..length).map(|_| Node::new(deaths)).collect();
    close_ring(&nodes);
    nodes.iter().map(Cc::downgrade).collect()
}

/// Lets a collection run at every allocation.
pub(crate) fn collect_all_the_time() {
    gc::set_threshold(1, 1, 1);
    gc::enable();
}

/// Random numbers: xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}
