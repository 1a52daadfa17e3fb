//! A traced type cannot borrow.

use gc_core::{Cc, Trace};

#[derive(Trace)]
struct Borrows<'a, 'b: 'a, T> {
    name: &'a str,
    names: &'b [T],
}

fn main() {
    Cc::new(Borrows { name: "constant", names: &[1] });
}
