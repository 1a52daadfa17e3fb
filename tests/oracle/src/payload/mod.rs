//! The values that the objects hold.
//!
//! A value begins with a [`Head`](parts::Head) and ends with a [`Tail`](parts::Tail), whose destructors tell the model
//! when that of the value begins and ends; between the two it drops its pointers. Both are leaves: a type with edges
//! cannot have a destructor. [`Final`] makes a type with a finalizer of one without.

mod last;
mod leaf;
mod node;
mod parts;

use crate::model::{Id, SLOTS};
use crate::pointer::View;
use crate::pouch::{Pocket, Pouch};
use crate::program::Kind;
use crate::slots::{CellSlots, ChoiceSlots, Edge, FixedSlots, ListSlots, Replaced};
use gc_core::Trace;
use last::Final;
pub(crate) use leaf::{Leaf, Sheaf, Unit};
use node::Node;
pub(crate) use parts::Name;
use parts::{CacheLine, Pages};
use std::cell::Cell;

pub(crate) type List = Final<Node<ListSlots, ()>>;
pub(crate) type Cells = Final<Node<CellSlots, ()>>;
pub(crate) type Choice = Node<ChoiceSlots, ()>;
pub(crate) type Fixed = Node<FixedSlots, ()>;
pub(crate) type Aligned = Node<ListSlots, CacheLine>;
pub(crate) type Large = Final<Node<ListSlots, Pages>>;

/// A payload that can be made.
pub(crate) trait Value: Payload + Clone + Unpin {
    /// What there is no room for must be `None`.
    fn new(id: Id, edges: [Edge; SLOTS], pouch: Option<Pocket>) -> Self;
}

/// A value of any kind. The defaults are those of one without slots.
pub(crate) trait Payload: Trace {
    fn kind(&self) -> Kind;

    /// Its name, if it has room for one.
    fn name(&self) -> Option<&Name>;

    /// Gives it another name.
    fn rename(&self, id: Id);

    /// Whether it is what was put there.
    fn is_intact(&self) -> bool;

    /// Whether it can be cloned without running into a borrow.
    fn is_idle(&self) -> bool {
        true
    }

    /// What is in it besides edges, if there is room for something.
    fn pouch(&self) -> Option<&Pouch> {
        None
    }

    /// As [`Slots::peek`], and so on.
    fn peek(&self, _slot: usize, _f: &mut dyn FnMut(Option<View<'_>>)) -> bool {
        false
    }

    fn replace(&self, _slot: usize, edge: Edge) -> Replaced {
        Err(edge)
    }

    fn replace_mut(&mut self, _slot: usize, edge: Edge) -> Replaced {
        Err(edge)
    }

    fn sort(&mut self, _f: &mut dyn FnMut()) -> bool {
        false
    }

    fn clear(&self, _slot: usize) -> bool {
        false
    }

    fn hold(&self, _exclusive: bool, _f: &mut dyn FnMut()) -> bool {
        false
    }

    fn enter(&self, _slot: usize, _f: &mut dyn FnMut(View<'_>)) -> bool {
        false
    }

    fn cells(&self) -> &[Cell<Edge>] {
        &[]
    }
}
