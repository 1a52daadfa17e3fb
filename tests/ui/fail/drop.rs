//! A destructor could read what the collector has already dropped.

use gc_core::{Cc, Trace};

#[derive(Trace)]
struct Node {
    next: Option<Cc<Node>>,
}

impl Drop for Node {
    fn drop(&mut self) {}
}

#[derive(Trace)]
enum Tree<T> {
    Leaf(T),
    Fork(Vec<Tree<T>>),
}

impl<T> Drop for Tree<T> {
    fn drop(&mut self) {}
}

// Wherever gc-core is said to be.
mod elsewhere {
    pub use gc_core::*;
}

#[derive(Trace)]
#[trace(crate = elsewhere)]
struct Leaf;

impl Drop for Leaf {
    fn drop(&mut self) {}
}

// Nor is a type refused that only has what has a destructor.
#[derive(Trace)]
struct Document {
    next: Option<Cc<Document>>,
    #[trace(skip)]
    file: File,
}

struct File;

impl Drop for File {
    fn drop(&mut self) {}
}

fn main() {
    Cc::new(Document { next: None, file: File });
    Cc::new(Tree::Leaf(1));
}
