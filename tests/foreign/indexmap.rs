//! Maps and sets in order, with a hasher of the user's.

use gc_core::{Acyclic, Cc};
use indexmap::{IndexMap, IndexSet};
use static_assertions::assert_not_impl_any;

use super::ring::{Node, UserHasher, finds_a_cycle_through};
use super::{is_untracked, is_untracked_although_it_has_edges};

#[test]
fn map_keys() {
    finds_a_cycle_through(|node| {
        let mut map = IndexMap::with_hasher(UserHasher);
        map.insert(node, 1);
        map
    });
}

#[test]
fn map_values_after_removals() {
    finds_a_cycle_through(|node| {
        let mut map = IndexMap::with_hasher(UserHasher);
        map.extend((0..100).map(|key| (key, node.clone())));
        for key in 0..50 {
            map.swap_remove(&key);
        }
        map
    });
}

#[test]
fn set() {
    finds_a_cycle_through(|node| {
        let mut set = IndexSet::with_hasher(UserHasher);
        set.insert(node);
        set
    });
}

#[test]
fn no_cycle() {
    let mut map = IndexMap::with_hasher(UserHasher);
    map.insert(1, String::new());
    is_untracked(map);
    is_untracked(IndexSet::<u8, _>::with_hasher(UserHasher));
    is_untracked_although_it_has_edges(|parent| {
        let mut map = IndexMap::with_hasher(UserHasher);
        map.insert(1, parent);
        map
    });
}

assert_not_impl_any!(IndexMap<u8, Cc<Node>, UserHasher>: Acyclic);
assert_not_impl_any!(IndexMap<Cc<Node>, u8, UserHasher>: Acyclic);
assert_not_impl_any!(IndexSet<Cc<Node>, UserHasher>: Acyclic);
