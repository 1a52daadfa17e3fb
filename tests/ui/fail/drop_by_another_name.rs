//! The ban on destructors does not rest on what any name means in the crate of the type.

extern crate self as core;

pub mod ops {
    pub trait Drop {}
}
pub mod marker {
    pub use std::marker::*;
}
pub mod primitive {
    pub use std::primitive::*;
}

use gc_core::{Cc, Trace};

/// Methods of the names that the expansion calls.
pub trait Methods: Sized {
    fn __destructor<T: ?Sized>(self) -> Allowed {
        Allowed
    }

    fn __must_not_exist(self) {}
}

impl<T> Methods for T {}

pub struct Allowed;

#[derive(Trace)]
struct Node {
    next: Option<Cc<Node>>,
}

impl std::ops::Drop for Node {
    fn drop(&mut self) {}
}

#[derive(Trace)]
enum Tree<T> {
    Leaf(T),
    Fork(Vec<Tree<T>>),
}

impl<T> std::ops::Drop for Tree<T> {
    fn drop(&mut self) {}
}

#[derive(Trace)]
struct Unsized<T: ?Sized + Trace> {
    edge: Box<T>,
}

impl<T: ?Sized + Trace> std::ops::Drop for Unsized<T> {
    fn drop(&mut self) {}
}

/// Under another path, with an imitation of everything but what has to be gc-core's.
mod imitation {
    pub use gc_core::*;

    pub mod __private {
        pub struct Destructor;
    }
}

#[derive(Trace)]
#[trace(crate = imitation)]
struct Imitated {
    next: Option<Cc<Imitated>>,
}

impl std::ops::Drop for Imitated {
    fn drop(&mut self) {}
}

#[derive(Trace)]
struct Slice {
    head: Cc<u8>,
    tail: [Cc<u8>],
}

impl std::ops::Drop for Slice {
    fn drop(&mut self) {}
}

macro_rules! same {
    ($type:ty) => {
        $type
    };
}

#[derive(Trace)]
struct FromMacro<T: Trace> {
    edge: same!(Box<T>),
}

impl<T: Trace> std::ops::Drop for FromMacro<T> {
    fn drop(&mut self) {}
}

fn main() {
    Cc::new(Tree::Leaf(1));
    Cc::new(Node { next: None });
}
