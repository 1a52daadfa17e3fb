//! One value of two types.

use either::Either;
use gc_core::{Acyclic, Cc};
use static_assertions::assert_not_impl_any;

use super::ring::{Node, finds_a_cycle_through};
use super::{is_untracked, is_untracked_although_it_has_edges};

#[test]
fn left() {
    finds_a_cycle_through(Either::<_, u8>::Left);
}

#[test]
fn right() {
    finds_a_cycle_through(Either::<u8, _>::Right);
}

#[test]
fn no_cycle() {
    is_untracked(Either::<u8, String>::Left(1));
    is_untracked_although_it_has_edges(Either::<u8, _>::Right);
}

assert_not_impl_any!(Either<u8, Cc<Node>>: Acyclic);
assert_not_impl_any!(Either<Cc<Node>, u8>: Acyclic);
