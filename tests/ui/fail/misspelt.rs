//! A misspelt word is recognised.

use gc_core::{Cc, Trace};

#[derive(Trace)]
#[trace(acylic, finalise, crates = gc_core)]
#[trace(unsafe_dorp, bounds = "T: Trace")]
struct Type<T> {
    #[trace(skipp)]
    a: T,
    #[trace(Skip)]
    b: u8,
}

#[derive(Trace)]
enum Enum {
    #[trace(skipped)]
    A,
    #[trace(acylic)]
    B,
    // Too far from any.
    #[trace(ignore)]
    C,
}

fn main() {
    Cc::new(Enum::A);
}
