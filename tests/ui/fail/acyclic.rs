//! `#[trace(acyclic)]` is proved, field by field.

use std::cell::RefCell;

use gc_core::{Cc, Trace};

#[derive(Trace)]
struct Unproved {
    next: RefCell<Option<Cc<Unproved>>>,
}

#[derive(Trace)]
#[trace(acyclic)]
struct Holder {
    name: String,
    unproved: Cc<Unproved>,
}

#[derive(Trace)]
#[trace(acyclic)]
enum Enum {
    Unit,
    Holder(Vec<Unproved>),
}

// A cell could be changed to close a cycle, whatever the type that it holds has to say of itself.
#[derive(Trace)]
#[trace(acyclic)]
struct List {
    next: RefCell<Option<Cc<Self>>>,
}

// Acyclic parameters are not enough for a cell, either.
#[derive(Trace)]
#[trace(acyclic)]
struct Generic<T> {
    value: T,
    cell: RefCell<T>,
}

fn main() {}
