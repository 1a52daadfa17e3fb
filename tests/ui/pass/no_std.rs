//! The expansion needs `core` alone.
#![no_std]
#![forbid(unsafe_code)]
#![deny(warnings)]

// For `main` only.
extern crate std as runtime;

use gc_core::{Cc, Finalize, Trace};

#[derive(Trace)]
#[trace(acyclic, finalize)]
pub struct Node<T> {
    pub value: T,
    pub next: Option<Cc<Node<T>>>,
}

impl<T> Finalize for Node<T> {
    fn finalize(&self) {}
}

#[derive(Trace)]
pub enum Shape {
    Unit,
    Tuple(u8, Cc<Shape>),
}

fn main() {
    runtime::assert_eq!(Cc::new(Node { value: 1, next: None }).value, 1);
    Cc::new(Shape::Tuple(1, Cc::new(Shape::Unit)));
}
