//! A test is called without arguments.

use gc_core::inspect::leak_check;

#[leak_check]
fn with(one: u8, two: u8) {
    drop((one, two));
}

#[leak_check]
fn generic<T: Default>() {
    drop(T::default());
}

#[leak_check]
const fn constant() {}

struct Type;

impl Type {
    #[leak_check]
    fn method(&self) {}
}

fn main() {
    with(1, 2);
    generic::<u8>();
    constant();
    Type.method();
}
