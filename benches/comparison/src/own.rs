//! What is asked of one collector by itself: how long its pauses are, what a large heap costs, how much memory it
//! takes.

use crate::peers::{GcCore, Node, Peer, Visitor};
use crate::ticket::Uncounted;
use crate::workloads::{Bench, Random, graph, short_lived_pairs};
use gc_core::gc::{self, Phase};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

type Ours = GcCore<Uncounted>;

/// The durations of collections, in nanoseconds: of the young generation, of the middle, of all.
///
/// They are those of the workload *steady*, with so many live nodes.
pub fn pauses(live: usize, quick: bool) -> [Vec<u64>; 3] {
    let mut random = Random::new();
    let live = graph::<<Ours as Peer>::Node<3>>(live, &mut random);
    Ours::collect();
    let pauses = Rc::new(RefCell::new([const { Vec::new() }; 3]));
    let callback = {
        let pauses = pauses.clone();
        gc::callbacks().add(move |phase, collection| {
            if phase == Phase::Stop {
                let nanoseconds = collection.duration.as_nanos() as u64;
                pauses.borrow_mut()[collection.generation as usize].push(nanoseconds);
            }
        })
    };
    let mut bench = Bench::new(quick, None);
    let pairs = bench.count(2_500_000);
    short_lived_pairs::<Ours>(&mut bench, &live, pairs, &mut random);
    gc::callbacks().remove(callback);
    pauses.take()
}

/// A full collection of a random graph of so many nodes, all of them live and suspect: nanoseconds a node, the median.
pub fn scaling(nodes: usize) -> f64 {
    let graph = graph::<<Ours as Peer>::Node<3>>(nodes, &mut Random::new());
    Ours::collect();
    let rounds = (2_000_000 / nodes).max(5);
    let mut figures: Vec<f64> = (0..rounds)
        .map(|_| {
            graph.iter().for_each(|node| drop(node.clone()));
            let start = Instant::now();
            Ours::collect();
            start.elapsed().as_nanos() as f64 / nodes as f64
        })
        .collect();
    figures.sort_by(f64::total_cmp);
    figures[rounds / 2]
}

/// Memory for an object of 16 bytes, one of so many: bytes.
pub struct Memory(pub usize);

impl Visitor for Memory {
    type Output = f64;

    fn visit<P: Peer>(self) -> f64 {
        let resident =
            || memory_stats::memory_stats().expect("the system tells how much memory is in use").physical_mem;
        let mut nodes: Vec<Option<P::Node<1>>> = Vec::with_capacity(self.0);
        // So that the vector's own memory is in use beforehand.
        nodes.resize_with(self.0, || None);
        let before = resident();
        nodes.iter_mut().for_each(|node| *node = Some(Node::new()));
        (resident() - before) as f64 / self.0 as f64
    }
}
