//! Compares the heap with the model, without a change to any count: a clone that is dropped makes an object a suspect,
//! and would hide what the collector forgets.

use crate::bag::Container;
use crate::callback::Registration;
use crate::interpreter::Interpreter;
use crate::kept::{CALLBACKS, STRONG, WATCHES, WEAK};
use crate::model::{BagId, FROZEN, Id, Item, Model, SLOTS, State, model};
use crate::pointer::View;
use crate::pouch::Pocket;
use gc_core::Watch;

/// Compares all that can be reached from the pointers of a program, and from those kept for destructors.
pub(crate) fn compare(program: &Interpreter<'_>) {
    model(|m| {
        let mut walk = Walk { model: m, visited: vec![false; m.objects.len()], fault: None };
        STRONG.with_borrow(|kept| {
            for root in program.roots.iter().chain(kept) {
                walk.visit(root.id(), &root.pointer().view());
            }
        });
        WEAK.with_borrow(|kept| {
            for weak in program.weaks.iter().chain(kept) {
                walk.visit_weak(weak.id(), weak.pointer().counts());
            }
        });
        WATCHES.with_borrow(|kept| {
            for watch in program.watches.iter().chain(kept) {
                walk.visit_watch(watch.id(), watch.pointer());
            }
        });
        CALLBACKS.with_borrow(|kept| program.callbacks.iter().chain(kept).for_each(|it| walk.visit_callback(it)));
        program.bags.iter().for_each(|bag| walk.visit_bag(bag.id(), bag.container()));
        if let Some(fault) = walk.fault {
            m.fail(|_| fault);
        }
    });
}

struct Walk<'m> {
    model: &'m Model,
    visited: Vec<bool>,
    fault: Option<String>,
}

impl Walk<'_> {
    /// Visits an object, and what it leads to.
    fn visit(&mut self, id: Id, view: &View<'_>) {
        if std::mem::replace(&mut self.visited[id], true) || self.fault.is_some() {
            return;
        }
        let object = &self.model.objects[id];
        self.expect(id, "state", object.state, State::Boxed);
        self.expect(id, "kind", view.payload.kind(), object.kind);
        self.expect(id, "address", view.address, object.address);
        if let Some(name) = view.payload.name() {
            self.expect(id, "name", name.id(), id);
        }
        self.expect(id, "integrity", view.payload.is_intact(), true);
        self.expect(id, "strong count", view.strong, object.strong());
        self.expect(id, "weak count", view.weak, self.model.weak_count(id));
        self.expect(id, "is_finalized", view.finalized, object.finalized);
        self.expect(id, "is_tracked", view.tracked, object.tracked);
        let generation = Some(object.generation).filter(|&generation| object.tracked && generation != FROZEN);
        self.expect(id, "generation", view.generation.map(|generation| generation as usize), generation);
        if let Some(pouch) = view.payload.pouch() {
            pouch.with(|pocket| self.visit_pouch(id, pocket));
        }
        for slot in 0..SLOTS {
            let target = object.edges[slot];
            let seen = view.payload.peek(slot, &mut |edge| {
                self.expect(id, "edge", edge.is_some(), target.is_some());
                if let (Some(edge), Some(target)) = (edge, target) {
                    self.visit(target, &edge);
                }
            });
            // A slot that is not there, or is borrowed, shows nothing.
            if !seen && view.payload.is_idle() {
                self.expect(id, "edge", None, target);
            }
        }
    }

    fn visit_pouch(&mut self, id: Id, pocket: Option<&Pocket>) {
        match (pocket, self.model.objects[id].pouch) {
            (None, None) => {}
            (Some(Pocket::Weak(weak)), Some(Item::Weak(target))) => self.visit_weak(target, weak.counts()),
            (Some(Pocket::Watch(watch)), Some(Item::Watch(id))) => self.visit_watch(id, watch),
            (Some(Pocket::Bag(container)), Some(Item::Bag(bag))) => self.visit_bag(bag, container),
            (_, item) => self.expect(id, "pouch", "something else", &format!("{item:?}")),
        }
    }

    /// Looks at an object through a weak pointer.
    fn visit_weak(&mut self, id: Id, (strong, weak): (usize, usize)) {
        let object = &self.model.objects[id];
        let alive = object.state == State::Boxed && !object.saved;
        self.expect(id, "strong count by a weak pointer", strong, if alive { object.strong() } else { 0 });
        self.expect(id, "weak count by a weak pointer", weak, if alive { self.model.weak_count(id) } else { 0 });
    }

    fn visit_watch(&mut self, id: Id, watch: &Watch) {
        self.expect(id, "state", self.model.objects[id].state, State::Boxed);
        if true {
            self.expect(id, "is_alive", watch.is_alive(), self.model.is_watching(id));
        }
    }

    fn visit_callback(&mut self, callback: &Registration) {
        let target = self.model.callback_target(callback.name());
        self.expect(target, "is_alive of a callback", callback.is_alive(), self.model.is_pending(callback.name()));
    }

    fn visit_bag(&mut self, id: BagId, container: &Container) {
        let expected = self.model.bag(id).entries.len();
        if let Some(found) = container.len().filter(|&found| found != expected && self.fault.is_none()) {
            self.fault = Some(format!("container {id} has {found} entries, not {expected}"));
        }
    }

    fn expect<T: PartialEq + std::fmt::Debug>(&mut self, id: Id, what: &str, found: T, expected: T) {
        if found != expected && self.fault.is_none() {
            let object = self.model.describe(id);
            self.fault = Some(format!("the {what} of {object} is {found:?}, not {expected:?}"));
        }
    }
}
