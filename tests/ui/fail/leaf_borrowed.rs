//! A leaf is no exception to `Trace: 'static`.

use std::marker::PhantomData;

use gc_core::leaf;

struct Id<T>(u32, PhantomData<T>);

leaf!(Id<T>: [T]);

fn main() {}
