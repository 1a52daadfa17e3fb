//! What the model knows of an object.

use super::bags::BagId;
use super::{Edges, Id};
use crate::program::{Deeds, Kind};

/// Where the value of an object is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// It is in no object: it is under construction, or in a variable.
    Loose,
    /// It is alive, in an object.
    Boxed,
    /// Its destructor has begun.
    Dying,
    /// It is gone.
    Dead,
}

/// The number of the permanent generation.
pub(crate) const FROZEN: usize = 3;

/// What is in an object besides edges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Item {
    /// A weak pointer.
    Weak(Id),
    /// A `Watch`: an edge to an object of its own.
    Watch(Id),
    /// A weak container.
    Bag(BagId),
}

/// See the invariants of the [model](super).
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    pub(crate) deeds: Deeds,
    pub(crate) state: State,
    /// The address of the value in its object. 0 for a watch, whose it is not known.
    pub(crate) address: usize,
    /// Greater for what was made later.
    pub(crate) birth: u64,
    /// Whether it is in a generation, or would be if nothing held it out.
    pub(crate) tracked: bool,
    pub(crate) generation: usize,
    /// Whether a guard holds it out of its generation.
    pub(crate) detached: bool,
    /// Whether the value is being moved out of the object.
    pub(crate) leaving: bool,
    /// Whether it is counted as dead.
    pub(crate) has_left: bool,
    /// Whether the value may be moved to another object at any moment.
    pub(crate) movable: bool,
    /// The birth of that object, if it has been made; otherwise 0.
    pub(crate) heir_birth: u64,
    /// Whether its finalizer has been called.
    pub(crate) finalized: bool,
    /// Whether it has been saved from a collection, so that no weak pointer leads to it any more.
    pub(crate) saved: bool,
    pub(crate) edges: Edges,
    pub(crate) pouch: Option<Item>,
    pub(crate) handles: usize,
    pub(crate) pins: usize,
    pub(crate) held: usize,
    pub(crate) fading: usize,
    /// The entries of containers that hold it, as their value, for sure.
    pub(crate) lent: usize,
    /// Those among them of containers outside of the heap.
    pub(crate) lent_outside: usize,
    /// The entries that may hold it or not.
    pub(crate) lent_fading: usize,
    pub(crate) weak_handles: usize,
    pub(crate) weak_held: usize,
}

impl Object {
    pub(super) fn new(kind: Kind, deeds: Deeds, edges: Edges) -> Object {
        Object {
            kind,
            deeds,
            state: State::Loose,
            address: 0,
            birth: 0,
            tracked: kind.is_tracked(),
            generation: 0,
            detached: false,
            leaving: false,
            has_left: false,
            movable: false,
            heir_birth: 0,
            finalized: false,
            saved: false,
            edges,
            pouch: None,
            handles: 0,
            pins: 0,
            held: 0,
            fading: 0,
            lent: 0,
            lent_outside: 0,
            lent_fading: 0,
            weak_handles: 0,
            weak_held: 0,
        }
    }

    /// The strong pointers that are there for sure.
    pub(crate) fn strong(&self) -> usize {
        self.handles + self.pins + self.held + self.lent
    }

    /// The strong pointers that may be there, or not.
    pub(crate) fn uncertain(&self) -> usize {
        self.fading + self.lent_fading
    }

    /// Whether something that is not in the heap points to it.
    pub(super) fn is_root(&self) -> bool {
        self.handles > 0 || self.pins > 0 || self.lent_outside > 0
    }

    /// Whether it has lost its last pointer, and is to die, or in the middle of that.
    pub(crate) fn is_expiring(&self) -> bool {
        self.state == State::Boxed && (self.strong() == 0 || self.leaving)
    }

    /// Whether a finalizer has yet to be called before it dies.
    pub(crate) fn awaits_finalizer(&self) -> bool {
        self.kind.has_finalizer() && !self.finalized && !self.leaving
    }

    /// Whether it takes part in collections.
    pub(crate) fn is_collectable(&self) -> bool {
        self.is_in_generation() && self.strong() > 0
    }

    /// Whether it may: the last pointer to it may be its own, that of an ephemeron.
    pub(super) fn may_be_collectable(&self) -> bool {
        self.is_in_generation() && self.strong() + self.lent_fading > 0
    }

    fn is_in_generation(&self) -> bool {
        self.state == State::Boxed && self.tracked && !self.detached && self.generation < FROZEN
    }
}

impl Kind {
    /// Whether objects of this type are in a generation.
    pub(crate) fn is_tracked(self) -> bool {
        !matches!(self, Kind::Leaf | Kind::Sheaf)
    }

    pub(crate) fn has_finalizer(self) -> bool {
        matches!(self, Kind::List | Kind::Cells | Kind::Large | Kind::Leaf)
    }

    /// Whether the value has room for its name, so that its destructor can say whose it is.
    pub(crate) fn has_name(self) -> bool {
        !matches!(self, Kind::Unit | Kind::Watch)
    }
}
