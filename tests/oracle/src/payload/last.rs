//! Values with a finalizer.

use super::{Name, Payload, Value};
use crate::model::{Id, SLOTS};
use crate::pointer::View;
use crate::pouch::{Pocket, Pouch};
use crate::program::Kind;
use crate::slots::{Edge, Replaced};
use crate::will;
use gc_core::{Finalize, Trace};
use std::cell::Cell;

/// A value with a finalizer, which is otherwise the one inside.
#[derive(Clone, Trace)]
#[trace(finalize)]
pub(crate) struct Final<P>(P);

impl<P: Payload> Finalize for Final<P> {
    fn finalize(&self) {
        will::finalize(&self.0);
    }
}

impl<P: Value> Value for Final<P> {
    fn new(id: Id, edges: [Edge; SLOTS], pouch: Option<Pocket>) -> Final<P> {
        Final(P::new(id, edges, pouch))
    }
}

impl<P: Payload> Payload for Final<P> {
    fn kind(&self) -> Kind {
        self.0.kind()
    }

    fn name(&self) -> Option<&Name> {
        self.0.name()
    }

    fn rename(&self, id: Id) {
        self.0.rename(id);
    }

    fn is_intact(&self) -> bool {
        self.0.is_intact()
    }

    fn is_idle(&self) -> bool {
        self.0.is_idle()
    }

    fn pouch(&self) -> Option<&Pouch> {
        self.0.pouch()
    }

    fn peek(&self, slot: usize, f: &mut dyn FnMut(Option<View<'_>>)) -> bool {
        self.0.peek(slot, f)
    }

    fn replace(&self, slot: usize, edge: Edge) -> Replaced {
        self.0.replace(slot, edge)
    }

    fn replace_mut(&mut self, slot: usize, edge: Edge) -> Replaced {
        self.0.replace_mut(slot, edge)
    }

    fn sort(&mut self, f: &mut dyn FnMut()) -> bool {
        self.0.sort(f)
    }

    fn clear(&self, slot: usize) -> bool {
        self.0.clear(slot)
    }

    fn hold(&self, exclusive: bool, f: &mut dyn FnMut()) -> bool {
        self.0.hold(exclusive, f)
    }

    fn enter(&self, slot: usize, f: &mut dyn FnMut(View<'_>)) -> bool {
        self.0.enter(slot, f)
    }

    fn cells(&self) -> &[Cell<Edge>] {
        self.0.cells()
    }
}
