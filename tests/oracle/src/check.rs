//! Compares the heap with the model, without a change to any count: a clone that is dropped makes an object a suspect,
//! and would hide what the collector forgets.

use crate::action::with_kept;
use crate::handle::{Strong, Weak};
use crate::model::{Id, Model, SLOTS, State, model};
use crate::pointer::View;

/// Compares all that can be reached from these pointers, and from those kept for destructors.
pub(crate) fn compare(roots: &[Strong], weaks: &[Weak]) {
    with_kept(|kept, kept_weaks| {
        model(|m| {
            let mut walk = Walk { model: m, visited: vec![false; m.objects.len()], fault: None };
            for root in roots.iter().chain(kept) {
                walk.visit(root.id(), &root.pointer().view());
            }
            for weak in weaks.iter().chain(kept_weaks) {
                walk.visit_weak(weak.id(), weak.pointer().counts());
            }
            if let Some(fault) = walk.fault {
                m.fail(|_| fault);
            }
        });
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
        self.expect(id, "weak count", view.weak, object.weak_count());
        self.expect(id, "is_tracked", view.tracked, object.kind.is_tracked());
        let generation = object.kind.is_tracked().then_some(object.generation);
        self.expect(id, "generation", view.generation.map(|generation| generation as usize), generation);
        if let Some(weak) = view.payload.weak() {
            let counts = weak.borrow().as_ref().map(crate::pointer::WeakRef::counts);
            self.expect(id, "weak pointer", counts.is_some(), object.weak.is_some());
            if let (Some(counts), Some(target)) = (counts, object.weak) {
                self.visit_weak(target, counts);
            }
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

    /// Looks at an object through a weak pointer.
    fn visit_weak(&mut self, id: Id, (strong, weak): (usize, usize)) {
        let object = &self.model.objects[id];
        let alive = object.state == State::Boxed;
        self.expect(id, "strong count by a weak pointer", strong, if alive { object.strong() } else { 0 });
        self.expect(id, "weak count by a weak pointer", weak, if alive { object.weak_count() } else { 0 });
    }

    fn expect<T: PartialEq + std::fmt::Debug>(&mut self, id: Id, what: &str, found: T, expected: T) {
        if found != expected && self.fault.is_none() {
            let object = self.model.describe(id);
            self.fault = Some(format!("the {what} of {object} is {found:?}, not {expected:?}"));
        }
    }
}
