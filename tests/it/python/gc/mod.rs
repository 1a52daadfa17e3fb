//! `test_gc.GCTests`, by subject.

mod collection;
mod introspection;
mod resurrection;

use gc_core::gc::Generation;
use gc_core::{AnyCc, Cc};

const GENERATIONS: [Generation; 3] = [Generation::Young, Generation::Middle, Generation::Old];

/// The addresses of objects, in order: what Python's `id` is for.
fn ids(objects: &[AnyCc]) -> Vec<usize> {
    let mut ids: Vec<_> = objects.iter().map(|object| object.as_ptr().addr()).collect();
    ids.sort_unstable();
    ids
}

fn id<T: ?Sized>(object: &Cc<T>) -> usize {
    Cc::as_ptr(object).addr()
}
