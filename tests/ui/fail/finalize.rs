//! `#[trace(finalize)]` wants a `Finalize`.

use gc_core::{Cc, Finalize, Trace};

#[derive(Trace)]
#[trace(finalize)]
struct Missing;

#[derive(Trace)]
#[trace(finalize)]
struct Partly<T>(T);

impl Finalize for Partly<u8> {
    fn finalize(&self) {}
}

// A destructor is no finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Both;

impl Finalize for Both {
    fn finalize(&self) {}
}

impl Drop for Both {
    fn drop(&mut self) {}
}

fn main() {
    Cc::new(Missing);
    Cc::new(Partly(1_u8));
    Cc::new(Partly(1_u16));
}
