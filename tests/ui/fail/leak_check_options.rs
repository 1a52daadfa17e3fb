//! What stands in parentheses.

use gc_core::inspect::leak_check;

#[leak_check(allow = Type)]
fn unknown() {}

#[leak_check(crate = "gc_core")]
fn quoted() {}

#[leak_check(crate = gc_core, crate = gc_core)]
fn repeated() {}

fn main() {
    unknown();
    quoted();
    repeated();
}
