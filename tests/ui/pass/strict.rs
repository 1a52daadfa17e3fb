//! The expansion needs no prelude, writes no `unsafe` that the user's `forbid` would see, and warns of nothing.

#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes, unused_lifetimes)]
#![deny(elided_lifetimes_in_paths, explicit_outlives_requirements, non_local_definitions, unused, nonstandard_style)]

mod types {
    /// Fields of every kind of type.
    #[derive(::gc_core::Trace)]
    pub(crate) struct Everything<T, const N: usize>
    where
        T: ::core::clone::Clone,
    {
        /// A comment on the field.
        pub(crate) shared: ::gc_core::Cc<T>,
        pub(crate) array: [::std::option::Option<T>; N],
        pub(crate) text: &'static str,
        pub(crate) function: fn(T) -> u8,
        pub(crate) marker: ::std::marker::PhantomData<T>,
    }
}

#[allow(deprecated)]
mod deprecated {
    /// An old type.
    #[derive(::gc_core::Trace)]
    #[deprecated]
    pub(crate) struct Old {
        #[deprecated]
        pub(crate) field: u8,
    }
}

mod deprecated_use {
    /// Mentions what is deprecated only where the user allows it.
    #[derive(::gc_core::Trace)]
    #[trace(acyclic)]
    pub(crate) enum Holder {
        #[deprecated]
        #[allow(dead_code)]
        Unused(u8),
        Used(#[allow(deprecated)] ::std::vec::Vec<u8>),
    }
}

/// With every attribute.
#[derive(::gc_core::Trace)]
#[trace(acyclic, finalize, bound = "T: ::gc_core::Acyclic", crate = ::gc_core)]
pub struct Attributes<T> {
    /// The value.
    pub value: T,
}

impl<T> ::gc_core::Finalize for Attributes<T> {
    fn finalize(&self) {}
}

/// No variants.
#[derive(::gc_core::Trace)]
pub enum Never {}

/// A variant that cannot be.
#[derive(::gc_core::Trace)]
pub enum Fallible {
    /// Is.
    Value(u8),
    /// Is not.
    Error(Never),
}

trait Private {
    type Item;
}

/// A bound that others cannot name.
#[derive(::gc_core::Trace)]
#[allow(private_bounds)]
pub struct Public<P: Private> {
    #[allow(dead_code)]
    item: P::Item,
}

impl Private for u8 {
    type Item = u32;
}

#[allow(deprecated)]
fn main() {
    use ::std::{assert_eq, iter::Iterator};

    let everything = types::Everything {
        shared: ::gc_core::Cc::new(1_u8),
        array: [::std::option::Option::Some(2); 3],
        text: "three",
        function: |n| n,
        marker: ::std::marker::PhantomData,
    };
    assert_eq!((everything.function)(*everything.shared), 1);
    assert_eq!(everything.array.iter().flatten().count(), everything.text.len() - 2);
    let _ = everything.marker;
    let _ = ::gc_core::Cc::new(deprecated::Old { field: 1 }).field;
    let _ = ::gc_core::Cc::new(deprecated_use::Holder::Used(::std::vec![]));
    let _ = ::gc_core::Cc::new(Attributes { value: 1 });
    let _ = ::gc_core::Cc::new(Fallible::Value(1));
    let _ = ::gc_core::Cc::new(Public::<u8> { item: 1 });
}
