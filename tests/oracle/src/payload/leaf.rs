//! Values with edges that do not change, or without any.

use super::parts::{Head, Name, Tail, ends, named};
use super::{Payload, Value};
use crate::model::{Id, SLOTS, model};
use crate::pointer::{Ref, View};
use crate::pouch::Pocket;
use crate::program::Kind;
use crate::slots::Edge;
use crate::will;
use gc_core::{Cc, Finalize, Trace};

/// An untracked value without edges, with a finalizer.
#[derive(Trace)]
#[trace(acyclic, finalize)]
pub(crate) struct Leaf {
    #[trace(skip)]
    head: Head,
    #[trace(skip)]
    tail: Tail,
}

impl Value for Leaf {
    fn new(id: Id, edges: [Edge; SLOTS], pouch: Option<Pocket>) -> Leaf {
        debug_assert!(edges.iter().all(Option::is_none) && pouch.is_none(), "a leaf was given an edge");
        let (head, tail) = ends(id);
        Leaf { head, tail }
    }
}

impl Finalize for Leaf {
    fn finalize(&self) {
        will::finalize(self);
    }
}

impl Clone for Leaf {
    fn clone(&self) -> Leaf {
        let (head, tail) = ends(model(|m| m.copy(self.head.0.id())));
        Leaf { head, tail }
    }
}

impl Payload for Leaf {
    named!();

    fn kind(&self) -> Kind {
        Kind::Leaf
    }

    fn is_intact(&self) -> bool {
        self.head.0.is_intact() && self.tail.0.is_intact()
    }
}

/// An untracked value with edges to leaves.
#[derive(Trace)]
#[trace(acyclic)]
pub(crate) struct Sheaf {
    #[trace(skip)]
    head: Head,
    leaves: [Option<Cc<Leaf>>; SLOTS],
    #[trace(skip)]
    tail: Tail,
}

impl Value for Sheaf {
    fn new(id: Id, edges: [Edge; SLOTS], pouch: Option<Pocket>) -> Sheaf {
        debug_assert!(pouch.is_none(), "a sheaf has no pouch");
        let leaf = |edge| match edge {
            Ref::Leaf(leaf) => leaf,
            _ => unreachable!("a sheaf was given an edge that does not lead to a leaf"),
        };
        let (head, tail) = ends(id);
        Sheaf { head, leaves: edges.map(|edge| edge.map(leaf)), tail }
    }
}

impl Clone for Sheaf {
    fn clone(&self) -> Sheaf {
        let (head, tail) = ends(model(|m| m.copy(self.head.0.id())));
        Sheaf { head, leaves: self.leaves.clone(), tail }
    }
}

impl Payload for Sheaf {
    named!();

    fn kind(&self) -> Kind {
        Kind::Sheaf
    }

    fn is_intact(&self) -> bool {
        self.head.0.is_intact() && self.tail.0.is_intact()
    }

    fn peek(&self, slot: usize, f: &mut dyn FnMut(Option<View<'_>>)) -> bool {
        f(self.leaves[slot].as_ref().map(View::of));
        true
    }
}

/// A tracked value of size zero. It has no room for a name.
#[derive(Clone, Trace)]
pub(crate) struct Unit(#[trace(skip)] Bell);

impl Value for Unit {
    fn new(_: Id, _: [Edge; SLOTS], _: Option<Pocket>) -> Unit {
        Unit(Bell)
    }
}

/// Says that it is gone.
#[derive(Clone)]
struct Bell;

impl Drop for Bell {
    fn drop(&mut self) {
        model(crate::model::Model::unit_died);
    }
}

impl Payload for Unit {
    fn kind(&self) -> Kind {
        Kind::Unit
    }

    fn name(&self) -> Option<&Name> {
        None
    }

    fn rename(&self, _: Id) {}

    fn is_intact(&self) -> bool {
        true
    }
}
