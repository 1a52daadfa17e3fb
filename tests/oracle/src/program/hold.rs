//! The operations on values, and those during which others run.

use super::collector::GarbageOp;
use super::deed::Deeds;
use super::object::{Init, Kind, Place};
use super::once_in;
use arbitrary::{Arbitrary, Unstructured};

/// Turns a root into something else, or back.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum ValueOp {
    /// Takes the value out of its object.
    Unwrap(Unwrap),
    /// Makes a raw pointer of it.
    IntoRaw(u8),
    /// Makes a root of a raw pointer.
    FromRaw(u8),
    /// Clones a raw pointer, with `increment_strong_count`.
    CloneRaw(u8),
    /// Drops a raw pointer, with `decrement_strong_count`.
    DropRaw(u8),
    /// Puts a raw pointer into a slot of the very object that it leads to, having come there by nothing else. What was
    /// in the slot becomes a root.
    TieRaw {
        /// The raw pointer.
        raw: u8,
        /// The slot.
        slot: u8,
    },
}

/// How to get the value of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum How {
    /// `Cc::try_unwrap`
    TryUnwrap,
    /// `Cc::into_inner`
    IntoInner,
    /// `Cc::unwrap_or_clone`
    UnwrapOrClone,
}

/// Takes the value out of the object that a root points to.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Unwrap {
    /// The root.
    pub root: u8,
    /// The function.
    pub how: How,
    /// Whether to make a new object of the value.
    pub rebox: bool,
}

/// What is held while other operations run.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Held {
    /// A shared borrow of an object's slots.
    Shared(Place),
    /// A mutable borrow of an object's slots.
    Exclusive(Place),
    /// The guard of `Cc::get_mut`.
    GetMut(u8, Touch),
    /// The guard of `Cc::make_mut`.
    MakeMut(u8, Touch),
    /// Nothing, but an object is under construction by `Cc::new_cyclic`, and a weak pointer to it is at hand.
    NewCyclic(Cyclic),
    /// The guard of `gc::pause`.
    Pause,
    /// Nothing, but meanwhile collections keep what they find: `DEBUG_SAVEALL`. Then something is done with that.
    SaveAll(GarbageOp),
}

/// Moves a root into a slot of an object to which there is exclusive access. What was in there becomes a root.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Touch {
    /// The slot.
    pub slot: u8,
    /// What to put there before the other operations, if anything.
    pub before: Init,
    /// And after them.
    pub after: Init,
    /// Whether the other operations run from within the sorting of the slots, which is a moment at which a slot may be
    /// there twice, and another not at all.
    pub sort: bool,
}

/// What `Cc::new_cyclic` makes.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Cyclic {
    /// Its type.
    pub kind: Kind,
    /// What it does in the end.
    pub deeds: Deeds,
    /// Whether it keeps a weak pointer to itself.
    pub self_weak: bool,
    /// Whether the constructor panics.
    #[arbitrary(with = once_in(4))]
    pub fails: bool,
    /// Its first edges.
    pub inits: [Init; 2],
}

/// Runs operations while something is held.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Hold {
    /// What is held.
    pub held: Held,
    /// How many of the operations that follow.
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.int_in_range(0..=7))]
    pub ops: u8,
}
