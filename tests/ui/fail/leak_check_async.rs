//! A future may run on several threads.

use gc_core::inspect::leak_check;

#[leak_check]
async fn later() {}

fn main() {}
