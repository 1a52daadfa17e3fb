//! What gc-core has for the types of other crates, each behind the feature of its name. There is a module for each
//! crate that has containers, one for the plain data of all of them, and one for serde.
//!
//! A package of its own, so that nobody who tests the collector has to build them all.

#![forbid(unsafe_code)]

mod arrayvec;
mod either;
mod hashbrown;
mod indexmap;
mod leaves;
mod once_cell;
mod opaque;
mod ordered_float;
mod parking_lot;
mod petgraph;
#[path = "../it/trace_impls/ring.rs"]
mod ring;
mod serde;
mod slotmap;
mod smallvec;

use gc_core::{Acyclic, Cc, Leaf, Trace, gc};

/// Objects of what owns no `Cc` are not tracked, whether that is known of the type or of its contents.
fn is_untracked<T: Leaf>(value: T) {
    assert!(!gc::is_tracked(&Cc::new(value)));
}

/// An edge that no cycle can pass through, in an acyclic type.
#[derive(Trace)]
#[trace(acyclic)]
struct Parent {
    _child: Cc<String>,
}

/// A container of acyclic objects is acyclic itself, and so cannot close a cycle by a change of its contents.
fn is_untracked_although_it_has_edges<T: Acyclic>(wrap: impl FnOnce(Parent) -> T) {
    assert!(!gc::is_tracked(&Cc::new(wrap(Parent { _child: Cc::default() }))));
}
