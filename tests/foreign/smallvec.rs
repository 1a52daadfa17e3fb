//! Elements in place, and elsewhere when there are many.

use gc_core::{Acyclic, Cc};
use smallvec::{SmallVec, smallvec};
use static_assertions::assert_not_impl_any;

use super::ring::{Node, finds_a_cycle_through};
use super::{is_untracked, is_untracked_although_it_has_edges};

#[test]
fn inline() {
    finds_a_cycle_through(|node| {
        let vec: SmallVec<[_; 4]> = smallvec![node.clone(), node.clone(), node];
        assert!(!vec.spilled());
        vec
    });
}

#[test]
fn spilled() {
    finds_a_cycle_through(|node| {
        let vec: SmallVec<[_; 4]> = smallvec![node; 300];
        assert!(vec.spilled());
        vec
    });
}

#[test]
fn no_cycle() {
    is_untracked::<SmallVec<[u8; 4]>>(smallvec![1, 2]);
    is_untracked::<SmallVec<[String; 1]>>(smallvec![String::new(), String::new()]);
    is_untracked_although_it_has_edges(|parent| -> SmallVec<[_; 2]> { smallvec![parent] });
}

assert_not_impl_any!(SmallVec<[Cc<Node>; 2]>: Acyclic);
