//! Nothing but functions can be called.

use gc_core::inspect::leak_check;

#[leak_check]
pub struct Type;

#[leak_check]
mod tests {}

#[leak_check]
const FIVE: u8 = 5;

fn main() {
    let _ = (Type, FIVE);
}
