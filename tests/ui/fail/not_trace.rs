//! What goes into a `Cc` must be `Trace`. The message says what to do, and not to borrow the value.

use std::cell::RefCell;

use gc_core::{Cc, Trace};

struct Foreign;

#[derive(Trace)]
struct Held<T>(T);

fn generic<T: 'static>(value: T) {
    Cc::new(value);
}

fn main() {
    Cc::new(Foreign);
    Cc::new(RefCell::new(Foreign));
    Cc::new(Held(Some(Foreign)));
    Cc::new_cyclic(|_| Foreign);
    let name = String::new();
    Cc::new(move || name.len());
    Cc::<[Foreign]>::from(vec![Foreign]);
    let _: Cc<Foreign> = Foreign.into();
    let _: Cc<[Foreign]> = [Foreign].into_iter().collect();
    Cc::new(&Foreign);
}
