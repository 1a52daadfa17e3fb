//! `coerce!` makes a pointer of the same kind, and only what the compiler would make of an `Rc`.

use gc_core::{Cc, Trace, Weak, coerce};

trait Shape: Trace {}

#[derive(Trace)]
struct Square(u32);

impl Shape for Square {}

#[derive(Trace)]
struct Circle(u32);

fn main() {
    let _ = coerce!(Cc::new(Square(1)) => Weak<dyn Shape>);
    let _ = coerce!(Cc::downgrade(&Cc::new(Square(1))) => Cc<dyn Shape>);
    let _ = coerce!(&Cc::new(Square(1)) => Cc<dyn Shape>);
    let _ = coerce!(Cc::new(Circle(1)) => Cc<dyn Shape>);
    let _ = coerce!(Cc::new(Circle(1)) => Cc<Square>);
    let _ = coerce!(Cc::new([1, 2]) => Cc<[u8; 3]>);
}
