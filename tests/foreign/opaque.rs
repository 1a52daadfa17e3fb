//! Containers that share what they hold with their clones: nothing in them is visited.

use ecow::{EcoVec, eco_vec};
use gc_core::{Cc, Leaf, collect, gc};
use rpds::{HashTrieMap, HashTrieSet, List, Queue, RedBlackTreeMap, RedBlackTreeSet, Stack, Vector, VectorSync};

use super::is_untracked;
use super::ring::{Log, Node, leaves_a_cycle_through};

/// Two nodes that refer to each other, and each to the same `P`, with one `Cc` in it. Were that visited, it would count
/// twice, and the collection would take what `shared` still holds.
fn shares<P: Leaf + Clone>(hold: impl Fn(Cc<Node>) -> P) {
    gc::disable();
    let log = Log::default();
    let [a, b, held] = [0, 1, 2].map(|id| Node::new(id, &log));
    let weak = Cc::downgrade(&held);
    let shared = hold(held);
    a.set_edge((b.clone(), shared.clone()));
    b.set_edge((a.clone(), shared.clone()));
    drop((a, b));

    assert_eq!(collect(), 2);
    assert_eq!(log.sorted(), [0, 1]);
    assert!(weak.upgrade().is_some());

    drop(shared);
    assert_eq!(log.sorted(), [0, 1, 2]);
}

macro_rules! opaque {
    ($($container:ident: $hold:expr,)+) => {$(
        #[test]
        fn $container() {
            shares($hold);
            leaves_a_cycle_through($hold);
        }
    )+};
}

opaque! {
    eco_vec: |node| eco_vec![node],
    hash_trie_map: |node| HashTrieMap::<_, _>::new().insert(1, node),
    hash_trie_set: |node| HashTrieSet::<_>::new().insert(node),
    list: |node| List::<_>::new().push_front(node),
    queue: |node| Queue::<_>::new().enqueue(node),
    red_black_tree_map: |node| RedBlackTreeMap::<_, _>::new().insert(1, node),
    red_black_tree_set: |node| RedBlackTreeSet::<_>::new().insert(node),
    stack: |node| Stack::<_>::new().push(node),
    vector: |node| Vector::<_>::new().push_back(node),
    vector_by_arc: |node| VectorSync::new_sync().push_back(node),
}

#[test]
fn untracked() {
    is_untracked(EcoVec::<Cc<Node>>::new());
    is_untracked(List::<Cc<Node>>::new());
}
