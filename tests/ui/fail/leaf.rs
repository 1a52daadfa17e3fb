//! `leaf!` is an implementation, and where there can be none, it can do nothing either.

use gc_core::{Trace, leaf};

#[derive(Trace)]
struct Derived;

// Of another crate: a `#[trace(skip)]` on the field does for it, or a type of one's own around it.
leaf!(std::process::Child);

leaf!(Derived);

fn main() {}
