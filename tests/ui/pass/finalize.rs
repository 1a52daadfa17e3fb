//! Finalizers of types of every kind, with bounds of their own.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::fmt::Debug;
use std::marker::PhantomData;

use gc_core::{Cc, Finalize, Trace};

#[derive(Trace)]
#[trace(finalize)]
struct Generic<T> {
    value: T,
    next: Option<Cc<Generic<T>>>,
}

impl<T: Debug> Finalize for Generic<T> {
    fn finalize(&self) {
        assert!(!format!("{:?}", self.value).is_empty());
    }
}

#[derive(Trace)]
#[trace(finalize, acyclic)]
enum Shape<const N: usize> {
    Empty,
    #[trace(skip)]
    Full([u8; N]),
}

impl<const N: usize> Finalize for Shape<N> {
    fn finalize(&self) {
        match self {
            Shape::Empty => {}
            Shape::Full(bytes) => assert_eq!(bytes.len(), N),
        }
    }
}

// Its `Finalize` needs the type to be traced, which needs its `Finalize`.
#[derive(Trace)]
#[trace(finalize)]
struct Marker<T: 'static>(PhantomData<T>);

impl<T: 'static> Finalize for Marker<T> {
    fn finalize(&self) {}
}

mod inner {
    #[derive(gc_core::Trace)]
    #[trace(finalize)]
    pub(crate) struct Private;

    impl gc_core::Finalize for Private {
        fn finalize(&self) {}
    }
}

fn main() {
    Cc::new(Generic { value: 1, next: Some(Cc::new(Generic { value: 2, next: None })) });
    Cc::new(Shape::<2>::Empty);
    Cc::new(Shape::Full([1; 3]));
    Cc::new(Marker::<String>(PhantomData));
    Cc::new(inner::Private);
}
