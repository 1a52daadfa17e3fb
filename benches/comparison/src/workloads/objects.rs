//! Objects by themselves: what `Rc` can do as well.

use super::Bench;
use crate::peers::{Node, Peer};
use std::hint::black_box;

/// Clone and drop over 1024 objects, round and round.
pub(super) fn clone_drop<P: Peer>(bench: &mut Bench) -> u64 {
    let nodes: Vec<P::Node<1>> = (0..1024).map(|_| Node::new()).collect();
    let rounds = bench.count(20_000);
    bench.time(rounds * nodes.len(), |_| {
        (0..rounds).for_each(|_| nodes.iter().for_each(|node| drop(black_box(node.clone()))));
    });
    drop(nodes);
    P::collect();
    rounds as u64
}

/// New and drop, one at a time.
pub(super) fn alloc_free<P: Peer>(bench: &mut Bench) -> u64 {
    let count = bench.count(20_000_000);
    bench.time(count, |_| (0..count).for_each(|_| drop(black_box(P::Node::<1>::new()))));
    P::collect();
    count as u64
}

/// A million nodes into a vector, then dropped with it; five times.
pub(super) fn alloc_batch<P: Peer>(bench: &mut Bench) -> u64 {
    let count = bench.count(1_000_000);
    let mut nodes: Vec<P::Node<1>> = Vec::with_capacity(count);
    for _ in 0..5 {
        bench.time(count, |_| {
            nodes.extend((0..count).map(|_| P::Node::<1>::new()));
            black_box(&mut nodes).clear();
        });
    }
    P::collect();
    count as u64
}
