//! Rings of two and of a million.

use super::{Bench, Random, graphs};
use crate::peers::{Node, Peer};

/// Two nodes that point at each other.
fn pair<N: Node>() -> [N; 2] {
    let [one, two] = [N::new(), N::new()];
    one.link(0, Some(two.clone()));
    two.link(0, Some(one.clone()));
    [one, two]
}

/// Cycles of two, one at a time.
pub(super) fn pairs<P: Peer>(bench: &mut Bench) -> u64 {
    let count = bench.count(5_000_000);
    bench.time(2 * count, |bench| {
        for _ in 0..count {
            drop(pair::<P::Node<1>>());
            bench.made::<P>(2);
        }
    });
    P::collect();
    count as u64
}

const NEXT: usize = 0;
const PREVIOUS: usize = 1;

/// A doubly linked ring.
fn ring<N: Node>(nodes: usize) -> N {
    let link = |from: &N, to: &N| {
        to.link(PREVIOUS, Some(from.clone()));
        from.link(NEXT, Some(to.clone()));
    };
    let first = N::new();
    let last = (1..nodes).fold(first.clone(), |last, _| {
        let node = N::new();
        link(&last, &node);
        node
    });
    link(&last, &first);
    first
}

/// Built and reclaimed, five times.
pub(super) fn dll<P: Peer>(bench: &mut Bench) -> u64 {
    let nodes = bench.count(1_000_000);
    for _ in 0..5 {
        bench.time(nodes, |_| {
            drop(ring::<P::Node<2>>(nodes));
            P::collect();
        });
    }
    nodes as u64
}

/// Built off the clock.
pub(super) fn dll_collect<P: Peer>(bench: &mut Bench) -> u64 {
    let nodes = bench.count(1_000_000);
    for _ in 0..5 {
        let ring = ring::<P::Node<2>>(nodes);
        bench.time(nodes, |_| {
            drop(ring);
            P::collect();
        });
    }
    nodes as u64
}

/// Live nodes, and short-lived pairs that point at them.
pub(super) fn steady<P: Peer>(bench: &mut Bench) -> u64 {
    let mut random = Random::new();
    let live = graphs::graph::<P::Node<3>>(bench.count(500_000), &mut random);
    P::collect();
    let pairs = bench.count(2_500_000);
    let checksum = bench.time(2 * pairs, |bench| short_lived_pairs::<P>(bench, &live, pairs, &mut random));
    drop(live);
    P::collect();
    checksum
}

/// Makes so many pairs whose members point at one of `live` each.
pub(crate) fn short_lived_pairs<P: Peer>(
    bench: &mut Bench,
    live: &[P::Node<3>],
    pairs: usize,
    random: &mut Random,
) -> u64 {
    let mut checksum = 0;
    for _ in 0..pairs {
        for node in pair::<P::Node<3>>() {
            let target = random.below(live.len());
            node.link(1, Some(live[target].clone()));
            checksum += target as u64;
        }
        bench.made::<P>(2);
    }
    checksum
}
