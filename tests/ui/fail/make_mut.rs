//! What cannot be cloned cannot be made one's own.

use gc_core::{Cc, Trace, coerce};

#[derive(Trace)]
struct Unique(u32);

trait Shape: Trace {}

impl Shape for Unique {}

fn main() {
    let mut cc = Cc::new(Unique(1));
    Cc::make_mut(&mut cc).0 = 2;
    Cc::unwrap_or_clone(cc.clone());

    let mut object = coerce!(cc => Cc<dyn Shape>);
    Cc::make_mut(&mut object);
}
