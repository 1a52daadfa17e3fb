//! A trait object is traced if its trait says so, and is made of a value that has a size.

use gc_core::{Cc, Trace};

trait NotTraced {}

trait Traced: Trace {}

#[derive(Trace)]
struct Holder {
    traced: Box<dyn Traced>,
    not_traced: Box<dyn NotTraced>,
}

#[derive(Trace)]
struct Square(u32);

impl Traced for Square {}

fn main() {
    let _ = Cc::<dyn Traced>::new(Square(1));
    let _: Cc<dyn Traced> = Cc::new(Square(2));
}
