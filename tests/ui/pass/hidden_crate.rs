//! gc-core under another name, in a crate where `::gc_core` is something else: all of its macros get along.
#![forbid(unsafe_code)]
#![deny(warnings)]

extern crate gc_core as gc;
extern crate self as gc_core;

use std::cell::RefCell;

use gc::{Cc, Finalize, Trace};

/// In the place of the real ones, for a path that goes astray.
pub struct Tracer;
pub struct Acyclic;

#[derive(Trace)]
#[trace(crate = gc, finalize)]
pub struct Node<T> {
    next: RefCell<Option<Cc<Node<T>>>>,
    value: T,
}

impl<T> Finalize for Node<T> {
    fn finalize(&self) {}
}

#[derive(Trace)]
#[trace(crate = gc, acyclic)]
pub enum Either<A, B> {
    Left(A),
    Right { right: Cc<B> },
}

#[derive(Trace)]
#[trace(crate = gc, bound = "T: Trace")]
pub struct Bound<T>(T);

pub struct Handle;

gc::leaf!(Handle);

pub trait Shape: Trace {}

impl Shape for Bound<Handle> {}

fn main() {
    let node = Cc::new(Node { next: RefCell::default(), value: Either::<u8, _>::Right { right: Cc::new(Handle) } });
    node.next.replace(Some(node.clone()));
    assert!(matches!(&node.value, Either::Right { right } if !gc::gc::is_tracked(right)));
    drop(node);
    assert_eq!(gc::collect(), 1);

    let bound = Cc::new(Bound(Handle));
    let Bound(Handle) = &*bound;
    let shape: Cc<dyn Shape> = gc::coerce!(bound => Cc<dyn Shape>);
    drop(shape);
    drop(Either::<_, u8>::Left(1_u8));
}
