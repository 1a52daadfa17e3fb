//! `#[trace(unsafe_drop)]` is unsafe code of the user's, and can be denied and allowed like any.

#![deny(unsafe_code)]

use gc_core::{Cc, Trace};

#[derive(Trace)]
#[trace(finalize, unsafe_drop, acyclic)]
struct Denied;

impl gc_core::Finalize for Denied {
    fn finalize(&self) {}
}

#[derive(Trace)]
#[trace(unsafe_drop)]
#[allow(unsafe_code)]
struct Allowed;

impl Drop for Allowed {
    fn drop(&mut self) {}
}

fn main() {
    Cc::new(Denied);
    Cc::new(Allowed);
}
