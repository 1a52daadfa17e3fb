//! The operations on the collector.

use super::deed::Action;
use super::once_in;
use arbitrary::{Arbitrary, Unstructured};

/// Collects, or sets when that is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum GcOp {
    /// `gc::collect_generation(Young)`
    Young,
    /// `gc::collect_generation(Middle)`
    Middle,
    /// `gc::collect_generation(Old)`
    Old,
    /// `gc::collect()`
    Full,
    /// `gc::safepoint()`
    Safepoint,
    /// `gc::set_threshold` with tiny numbers.
    Thresholds(
        #[arbitrary(with = |u: &mut Unstructured<'_>| u.int_in_range(0..=8))] u8,
        #[arbitrary(with = |u: &mut Unstructured<'_>| u.int_in_range(0..=3))] u8,
        #[arbitrary(with = |u: &mut Unstructured<'_>| u.int_in_range(0..=3))] u8,
    ),
    /// `gc::enable` or `gc::disable`.
    Automatic(#[arbitrary(with = |u: &mut Unstructured<'_>| u.ratio(3, 4))] bool),
    /// `gc::set_trigger`, to `Safepoint` or to `Allocation`.
    AtSafepoints(#[arbitrary(with = once_in(4))] bool),
}

/// Does something with `gc::garbage()`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum GarbageOp {
    /// Clears it.
    Clear,
    /// Takes what is there, and roots all that has a name.
    Take,
    /// Roots one of the objects that are there.
    Root(u8),
}

/// Speaks to the collector about other things.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum CollectorOp {
    /// `gc::freeze`, or `gc::unfreeze`.
    Freeze(#[arbitrary(with = once_in(3))] bool),
    /// `gc::set_debug`, with `COLLECTABLE` or without.
    Print(#[arbitrary(with = once_in(4))] bool),
    /// See there.
    Garbage(GarbageOp),
    /// Adds a callback to `gc::callbacks()`.
    AddCallback {
        /// What it does at the start of a collection.
        start: Action,
        /// And at its end.
        stop: Action,
    },
    /// Removes one.
    RemoveCallback(u8),
    /// Compares what introspection shows with the model, if the number is so great: to do that makes suspects, which
    /// would hide what the collector forgets.
    Inspect(u8),
}
