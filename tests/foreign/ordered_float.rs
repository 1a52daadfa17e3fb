//! Numbers, and what else goes into the wrapper.

use gc_core::{Acyclic, Cc};
use ordered_float::{FloatIsNan, NotNan, OrderedFloat};
use static_assertions::assert_not_impl_any;

use super::is_untracked;
use super::ring::{Node, finds_a_cycle_through};

/// Nothing keeps one from it.
#[test]
fn ordered_float_of_something_else() {
    finds_a_cycle_through(OrderedFloat);
}

#[test]
fn numbers() {
    is_untracked(OrderedFloat(1.0_f32));
    is_untracked(NotNan::new(1.0_f64).unwrap());
    is_untracked(FloatIsNan);
}

assert_not_impl_any!(OrderedFloat<Cc<Node>>: Acyclic);
