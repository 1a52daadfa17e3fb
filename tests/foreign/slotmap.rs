//! Maps with keys of their own making, with holes.

#![allow(deprecated, reason = "a `HopSlotMap` is")]

use gc_core::{Acyclic, Cc, leaf};
use slotmap::{
    DefaultKey, DenseSlotMap, HopSlotMap, Key, KeyData, SecondaryMap, SlotMap, SparseSecondaryMap, new_key_type,
};
use static_assertions::assert_not_impl_any;

use super::ring::{Node, UserHasher, finds_a_cycle_through};
use super::{is_untracked, is_untracked_although_it_has_edges};

new_key_type! {
    struct NodeKey;
}

leaf!(NodeKey);

/// A map of the type, with a hole, with a slot that has been used again, and with a key type of the user's.
macro_rules! with_holes {
    ($map:ident, $node:expr) => {{
        let mut map = $map::<NodeKey, _>::with_key();
        let keys: Vec<_> = (0..9).map(|_| map.insert($node.clone())).collect();
        map.remove(keys[2]);
        map.remove(keys[5]);
        map.insert($node);
        assert_eq!(map.len(), 8);
        map
    }};
}

#[test]
fn slot_map() {
    finds_a_cycle_through(|node| with_holes!(SlotMap, node));
}

#[test]
fn hop_slot_map() {
    finds_a_cycle_through(|node| with_holes!(HopSlotMap, node));
}

#[test]
fn dense_slot_map() {
    finds_a_cycle_through(|node| with_holes!(DenseSlotMap, node));
}

/// Keys of a map without content, the first of them out of date.
fn keys() -> Vec<DefaultKey> {
    let mut map = SlotMap::new();
    let keys: Vec<_> = (0..9).map(|_| map.insert(())).collect();
    map.remove(keys[0]);
    keys.into_iter().chain([map.insert(())]).collect()
}

#[test]
fn secondary_map() {
    finds_a_cycle_through(|node| {
        let mut map = SecondaryMap::new();
        map.extend(keys().into_iter().map(|key| (key, node.clone())));
        assert_eq!(map.len(), 9, "the newer key has taken the place of the first");
        map
    });
}

#[test]
fn sparse_secondary_map() {
    finds_a_cycle_through(|node| {
        let mut map = SparseSecondaryMap::with_hasher(UserHasher);
        for key in keys() {
            map.insert(key, node.clone());
        }
        assert_eq!(map.len(), 9, "the newer key has taken the place of the first");
        map
    });
}

#[test]
fn no_cycle() {
    is_untracked(with_holes!(SlotMap, 1));
    is_untracked(with_holes!(HopSlotMap, 1));
    is_untracked(with_holes!(DenseSlotMap, String::new()));
    is_untracked(SecondaryMap::<DefaultKey, u8>::new());
    is_untracked(SparseSecondaryMap::<DefaultKey, u8>::new());
    is_untracked_although_it_has_edges(|parent| {
        let mut map = SlotMap::new();
        map.insert(parent);
        map
    });
}

#[test]
fn keys_are_leaves() {
    is_untracked((DefaultKey::null(), KeyData::default(), NodeKey::null()));
}

assert_not_impl_any!(SlotMap<DefaultKey, Cc<Node>>: Acyclic);
assert_not_impl_any!(HopSlotMap<DefaultKey, Cc<Node>>: Acyclic);
assert_not_impl_any!(DenseSlotMap<DefaultKey, Cc<Node>>: Acyclic);
assert_not_impl_any!(SecondaryMap<DefaultKey, Cc<Node>>: Acyclic);
assert_not_impl_any!(SparseSecondaryMap<DefaultKey, Cc<Node>>: Acyclic);
