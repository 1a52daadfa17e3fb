//! Values with edges that change.

use super::parts::{Ballast, Head, Name, Tail, ends, named};
use super::{Payload, Value};
use crate::model::{Id, SLOTS, model};
use crate::pointer::View;
use crate::pouch::{Pocket, Pouch};
use crate::program::Kind;
use crate::slots::{Edge, Replaced, Slots};
use gc_core::Trace;
use std::cell::Cell;

/// A value with edges that change.
#[derive(Trace)]
pub(crate) struct Node<S, B> {
    #[trace(skip)]
    head: Head,
    slots: S,
    pouch: Pouch,
    ballast: B,
    #[trace(skip)]
    tail: Tail,
}

impl<S: Slots + Unpin, B: Ballast + Unpin> Value for Node<S, B> {
    fn new(id: Id, edges: [Edge; SLOTS], pouch: Option<Pocket>) -> Node<S, B> {
        let (head, tail) = ends(id);
        Node { head, slots: S::new(edges), pouch: Pouch::new(pouch), ballast: B::new(), tail }
    }
}

impl<S: Slots, B: Ballast> Clone for Node<S, B> {
    fn clone(&self) -> Node<S, B> {
        let (head, tail) = ends(model(|m| m.copy(self.head.0.id())));
        let (slots, pouch, ballast) = (self.slots.clone(), self.pouch.clone(), self.ballast.clone());
        Node { head, slots, pouch, ballast, tail }
    }
}

impl<S: Slots, B: Ballast> Payload for Node<S, B> {
    named!();

    fn kind(&self) -> Kind {
        B::KIND.unwrap_or(S::KIND)
    }

    fn is_intact(&self) -> bool {
        self.head.0.is_intact() && self.ballast.is_intact() && self.tail.0.is_intact()
    }

    fn is_idle(&self) -> bool {
        self.slots.is_idle() && self.pouch.is_idle()
    }

    fn pouch(&self) -> Option<&Pouch> {
        Some(&self.pouch)
    }

    fn peek(&self, slot: usize, f: &mut dyn FnMut(Option<View<'_>>)) -> bool {
        self.slots.peek(slot, f)
    }

    fn replace(&self, slot: usize, edge: Edge) -> Replaced {
        self.slots.replace(slot, edge)
    }

    fn replace_mut(&mut self, slot: usize, edge: Edge) -> Replaced {
        self.slots.replace_mut(slot, edge)
    }

    fn sort(&mut self, f: &mut dyn FnMut()) -> bool {
        self.slots.sort(f)
    }

    fn clear(&self, slot: usize) -> bool {
        self.slots.clear(slot)
    }

    fn hold(&self, exclusive: bool, f: &mut dyn FnMut()) -> bool {
        self.slots.hold(exclusive, f)
    }

    fn enter(&self, slot: usize, f: &mut dyn FnMut(View<'_>)) -> bool {
        self.slots.enter(slot, f)
    }

    fn cells(&self) -> &[Cell<Edge>] {
        self.slots.cells()
    }
}
