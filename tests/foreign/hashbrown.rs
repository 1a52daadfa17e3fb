//! Maps, sets and tables, with a hasher of the user's.

use gc_core::{Acyclic, Cc};
use hashbrown::{HashMap, HashSet, HashTable};
use static_assertions::assert_not_impl_any;

use super::ring::{Node, UserHasher, finds_a_cycle_through};
use super::{is_untracked, is_untracked_although_it_has_edges};

#[test]
fn map_keys() {
    finds_a_cycle_through(|node| {
        let mut map = HashMap::with_hasher(UserHasher);
        map.insert(node, 1);
        map
    });
}

#[test]
fn map_values() {
    finds_a_cycle_through(|node| {
        let mut map = HashMap::with_hasher(UserHasher);
        map.extend((0..100).map(|key| (key, node.clone())));
        map
    });
}

#[test]
fn set() {
    finds_a_cycle_through(|node| {
        let mut set = HashSet::with_hasher(UserHasher);
        set.insert(node);
        set
    });
}

#[test]
fn table() {
    finds_a_cycle_through(|node| {
        let mut table = HashTable::new();
        for hash in 0..100 {
            table.insert_unique(hash, node.clone(), |_| 0);
        }
        table.retain(|_| true);
        table
    });
}

#[test]
fn no_cycle() {
    let mut map = HashMap::with_hasher(UserHasher);
    map.insert(1, String::new());
    is_untracked(map);
    is_untracked(HashTable::<u8>::new());
    is_untracked(HashSet::<u8, _>::with_hasher(UserHasher));
    is_untracked_although_it_has_edges(|parent| {
        let mut table = HashTable::new();
        table.insert_unique(1, parent, |_| 1);
        table
    });
}

assert_not_impl_any!(HashMap<u8, Cc<Node>, UserHasher>: Acyclic);
assert_not_impl_any!(HashMap<Cc<Node>, u8, UserHasher>: Acyclic);
assert_not_impl_any!(HashSet<Cc<Node>, UserHasher>: Acyclic);
assert_not_impl_any!(HashTable<Cc<Node>>: Acyclic);
