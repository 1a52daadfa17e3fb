//! The last field may be unsized, by itself or by a parameter.
#![deny(warnings)]
#![forbid(unsafe_code)]

use gc_core::{Cc, Trace};

#[derive(Trace)]
pub struct Slice {
    pub head: Cc<u8>,
    pub tail: [Cc<u8>],
}

#[derive(Trace)]
pub struct Dyn {
    pub head: Cc<u8>,
    pub tail: dyn Trace,
}

#[derive(Trace)]
pub struct Tail<T: ?Sized> {
    pub head: Cc<u8>,
    pub boxed: Box<T>,
    pub tail: T,
}

#[derive(Trace)]
pub enum Boxed<T>
where
    T: ?Sized,
{
    Box(Box<T>),
    Pointer(Cc<T>),
}

fn main() {
    let sized = Box::new(Tail { head: Cc::new(1), boxed: Box::new([Cc::new(2)]), tail: [Cc::new(3)] });
    // Fields can be moved out of the type.
    let Tail { head, boxed, tail } = *sized;
    assert_eq!((*head, *boxed[0], *tail[0]), (1, 2, 3));
    let boxed: Cc<Boxed<u8>> = Cc::new(Boxed::Box(Box::new(1)));
    assert!(matches!(*boxed, Boxed::Box(_)));
    let unsized_box: Boxed<[u8]> = Boxed::Box(Box::new([1]));
    drop(unsized_box);
}
