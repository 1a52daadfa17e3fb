//! The benchmarks game's binary trees, and the same with parent pointers.

use super::Bench;
use crate::peers::{Node, Peer, Tree};

const MIN_DEPTH: u32 = 4;

/// Nodes of a full tree.
fn nodes(depth: u32) -> u64 {
    (1 << (depth + 1)) - 1
}

/// The game: a large tree to stretch the heap, one that lives long, and many that do not. `check` makes a tree of a
/// depth, counts its nodes, and lets go of it; `tree` makes the one that lives long, `count` counts its nodes.
fn play<T>(
    bench: &mut Bench,
    max_depth: u32,
    mut check: impl FnMut(&mut Bench, u32) -> u64,
    tree: impl FnOnce(u32) -> T,
    count: impl FnOnce(&T) -> u64,
) -> u64 {
    let depths = || (MIN_DEPTH..=max_depth).step_by(2);
    let trees = |depth: u32| 1u64 << (max_depth - depth + MIN_DEPTH);
    let made = nodes(max_depth + 1) + nodes(max_depth) + depths().map(|depth| trees(depth) * nodes(depth)).sum::<u64>();
    let checked = bench.time(made as usize, |bench| {
        let stretch = check(bench, max_depth + 1);
        let long_lived = tree(max_depth);
        let short_lived: u64 = depths().map(|depth| (0..trees(depth)).map(|_| check(bench, depth)).sum::<u64>()).sum();
        stretch + short_lived + count(&long_lived)
    });
    assert_eq!(checked, made);
    checked
}

/// No cycles.
pub(super) fn binary_trees<P: Peer>(bench: &mut Bench) -> u64 {
    fn tree<T: Tree>(depth: u32) -> T {
        T::new(depth.checked_sub(1).map(|depth| [tree(depth), tree(depth)]))
    }

    let depth = bench.depth(18);
    let checked = play(bench, depth, |_, depth| tree::<P::Tree>(depth).count(), tree::<P::Tree>, Tree::count);
    P::collect();
    checked
}

const PARENT: usize = 0;
const CHILDREN: [usize; 2] = [1, 2];

/// All of it is cyclic garbage.
pub(super) fn parent_trees<P: Peer>(bench: &mut Bench) -> u64 {
    fn tree<N: Node>(depth: u32) -> N {
        let root = N::new();
        if depth > 0 {
            for side in CHILDREN {
                let child = tree::<N>(depth - 1);
                child.link(PARENT, Some(root.clone()));
                root.link(side, Some(child));
            }
        }
        root
    }

    fn count<N: Node>(root: &N) -> u64 {
        1 + CHILDREN.iter().map(|&side| root.look(side, |child| child.map_or(0, count))).sum::<u64>()
    }

    let depth = bench.depth(16);
    let check = |bench: &mut Bench, depth| {
        let nodes = count(&tree::<P::Node<3>>(depth));
        bench.made::<P>(nodes);
        nodes
    };
    let checked = play(bench, depth, check, tree::<P::Node<3>>, count);
    P::collect();
    checked
}
