//! Whether a test has failed must be known.

use gc_core::inspect::leak_check;

#[leak_check]
fn number() -> u8 {
    5
}

fn main() {
    number();
}
