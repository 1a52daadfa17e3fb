//! `#[trace(unsafe_drop)]` is about the destructor, and about nothing else.

use gc_core::{Cc, Trace};

struct Foreign;

#[derive(Trace)]
#[trace(unsafe_drop)]
struct Untraced(Foreign);

#[derive(Trace)]
#[trace(unsafe_drop, finalize)]
struct NoFinalizer;

impl Drop for NoFinalizer {
    fn drop(&mut self) {}
}

#[derive(Trace)]
#[trace(unsafe_drop, acyclic)]
struct Unproved(std::cell::RefCell<Vec<Cc<Unproved>>>);

fn main() {
    Cc::new(NoFinalizer);
}
