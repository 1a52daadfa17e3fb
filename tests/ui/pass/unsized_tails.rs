//! A tail whose tokens do not tell that it is unsized.
#![deny(warnings)]
#![forbid(unsafe_code)]

use gc_core::{Cc, Trace};

pub type Bytes = [u8];

#[derive(Trace)]
pub struct Alias {
    pub head: Cc<u8>,
    pub tail: Bytes,
}

pub trait Graph: 'static {
    type Tail: ?Sized + Trace;
}

#[derive(Trace)]
pub struct Projection<G: Graph> {
    pub head: Cc<u8>,
    pub tail: G::Tail,
}

fn main() {}
