//! What is in a `Cc` lives for as long as something refers to it, so it cannot borrow from the stack.

use gc_core::{Cc, Trace};

#[derive(Trace)]
struct Wrapper<T>(T);

fn main() {
    let local = 1;
    Cc::new(&local);
    Cc::new(Wrapper(&local));
}
