//! Random graphs.

use super::{Bench, Random};
use crate::peers::{Node, Peer};

const LINKS: usize = 3;

/// Nodes that point at random ones, three each.
pub(crate) fn graph<N: Node>(nodes: usize, random: &mut Random) -> Vec<N> {
    let graph: Vec<N> = (0..nodes).map(|_| N::new()).collect();
    for node in &graph {
        (0..LINKS).for_each(|link| node.link(link, Some(graph[random.below(nodes)].clone())));
    }
    graph
}

/// Full collections of a live graph, each after so many of a hundred nodes were cloned and dropped.
pub(super) fn touched_full<P: Peer>(bench: &mut Bench, percent: usize) -> u64 {
    let nodes = bench.count(1_000_000);
    let graph = graph::<P::Node<LINKS>>(nodes, &mut Random::new());
    P::collect();
    for _ in 0..5 {
        graph.chunks(100).for_each(|hundred| hundred.iter().take(percent).for_each(|node| drop(node.clone())));
        bench.time(nodes, |_| P::collect());
    }
    let links = |node: &P::Node<LINKS>| (0..LINKS).filter(|&link| node.look(link, |to| to.is_some())).count() as u64;
    let checksum = graph.iter().map(links).sum();
    drop(graph);
    P::collect();
    checksum
}

/// The graph dropped at once, and collected.
pub(super) fn graph_garbage<P: Peer>(bench: &mut Bench) -> u64 {
    let nodes = bench.count(1_000_000);
    let mut random = Random::new();
    for _ in 0..3 {
        let graph = graph::<P::Node<LINKS>>(nodes, &mut random);
        bench.time(nodes, |_| {
            drop(graph);
            P::collect();
        });
    }
    random.below(nodes) as u64
}

/// Allocates, links, unlinks and drops at random.
pub(super) fn mutate<P: Peer>(bench: &mut Bench) -> u64 {
    const FEWEST: usize = 1000;
    let steps = bench.count(10_000_000);
    let mut random = Random::new();
    let mut held = graph::<P::Node<LINKS>>(2 * FEWEST, &mut random);
    bench.time(steps, |bench| {
        for _ in 0..steps {
            match random.below(4) {
                0 => {
                    held.push(Node::new());
                    bench.made::<P>(1);
                }
                1 => {
                    let to = held[random.below(held.len())].clone();
                    held[random.below(held.len())].link(random.below(LINKS), Some(to));
                }
                2 => held[random.below(held.len())].link(random.below(LINKS), None),
                _ if held.len() > FEWEST => drop(held.swap_remove(random.below(held.len()))),
                _ => {}
            }
        }
    });
    let linked = |node: &P::Node<LINKS>| (0..LINKS).filter(|&link| node.look(link, |to| to.is_some())).count();
    let checksum = held.len() as u64 * 1_000_000 + held.iter().map(linked).sum::<usize>() as u64;
    drop(held);
    P::collect();
    checksum
}
