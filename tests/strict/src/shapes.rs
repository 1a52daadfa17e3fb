//! One type of every shape.

use std::cell::RefCell;
use std::fmt::Debug;

use gc_core::{Cc, Trace};

/// Nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Trace)]
#[trace(acyclic)]
pub struct Unit;

/// A tuple, of a generic kind.
#[derive(Debug, Clone, Default, Trace)]
pub struct Pair<T: Clone, const N: usize = 2>(
    /// One.
    pub Option<Cc<T>>,
    /// The other.
    pub Vec<[T; N]>,
)
where
    [T; N]: Default;

/// No value at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Trace)]
#[trace(acyclic)]
pub enum Never {}

/// Some of which cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Trace)]
pub enum Fallible<T, E = Never> {
    /// As it should be.
    Fine(T),
    /// As it should not.
    Wrong(E),
}

/// Every shape of variant.
#[derive(Debug, Default, Trace)]
#[non_exhaustive]
pub enum Level<T: Debug> {
    /// Without fields.
    #[default]
    Ground,
    /// With fields that have numbers.
    Above(RefCell<Option<Cc<Self>>>, T),
    /// With fields that have names.
    Below {
        /// One level down.
        next: Cc<Self>,
        /// Opaque.
        #[trace(skip)]
        depth: u32,
    },
    /// Opaque as a whole.
    #[trace(skip)]
    Elsewhere(Box<T>),
    /// Of the old days.
    #[deprecated]
    Gone(u8),
}
