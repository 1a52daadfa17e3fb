//! Elements in place.

use arrayvec::{ArrayString, ArrayVec};
use gc_core::{Acyclic, Cc};
use static_assertions::assert_not_impl_any;

use super::ring::{Node, finds_a_cycle_through};
use super::{is_untracked, is_untracked_although_it_has_edges};

#[test]
fn array_vec() {
    finds_a_cycle_through(|node| ArrayVec::<_, 4>::from_iter([node.clone(), node.clone(), node]));
}

#[test]
fn array_vec_of_no_cycle() {
    is_untracked(ArrayVec::from([1, 2]));
    is_untracked_although_it_has_edges(|parent| ArrayVec::from([parent]));
}

#[test]
fn array_string() {
    is_untracked(ArrayString::<8>::from("text").unwrap());
}

assert_not_impl_any!(ArrayVec<Cc<Node>, 2>: Acyclic);
