//! What cannot be cloned, or put into a `Cc` of its own, cannot be made one's own.

use gc_core::{Cc, Trace, coerce};

#[derive(Trace)]
struct Unique(u32);

trait Shape: Trace {}

impl Shape for Unique {}

#[derive(Clone)]
struct Foreign;

fn generic<T: Clone>(cc: &mut Cc<T>) {
    Cc::make_mut(cc);
}

fn not_clone<T: Trace>(cc: &mut Cc<T>) {
    Cc::make_mut(cc);
}

fn slice<T: Clone>(cc: &mut Cc<[T]>) {
    Cc::make_mut(cc);
}

fn foreign(cc: &mut Cc<Foreign>, slice: &mut Cc<[Foreign]>) {
    Cc::make_mut(cc);
    Cc::make_mut(slice);
}

fn main() {
    let mut cc = Cc::new(Unique(1));
    Cc::make_mut(&mut cc).0 = 2;
    Cc::unwrap_or_clone(cc.clone());

    let mut object = coerce!(cc => Cc<dyn Shape>);
    Cc::make_mut(&mut object);
}
