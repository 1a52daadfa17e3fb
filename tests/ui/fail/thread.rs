//! The heap of a thread is its own.

use gc_core::Cc;

fn main() {
    let cc = Cc::new(1);
    std::thread::spawn(move || drop(cc));
}
