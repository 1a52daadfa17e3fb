//! Nobody knows which field of a union holds a value.

use gc_core::{Cc, Trace};

#[derive(Trace)]
union Union {
    integer: u32,
    float: f32,
}

fn main() {
    Cc::new(Union { integer: 1 });
}
