//! `#[trace(unsafe_drop)]` is one word, on the type.

use gc_core::{Cc, Trace};

#[derive(Trace)]
#[trace(unsafe_drop = true)]
struct WithValue;

#[derive(Trace)]
#[trace(unsafe_drop("reads no field"))]
struct WithReason;

#[derive(Trace)]
#[trace(unsafe_drop, acyclic)]
#[trace(unsafe_drop)]
struct Repeated;

#[derive(Trace)]
enum Misplaced {
    #[trace(unsafe_drop)]
    Variant {
        #[trace(unsafe_drop)]
        field: u8,
    },
}

fn main() {
    Cc::new(WithValue);
}
