//! A name in `#[trace(bound = "...")]` that there is not.

use gc_core::{Cc, Trace};

#[derive(Trace)]
#[trace(bound = "T: Missing")]
struct Unknown<T>(T);

fn main() {
    Cc::new(Unknown(1));
}
