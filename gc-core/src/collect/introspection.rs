//! The graph as it is: which objects there are, and which refer to which. Python's `gc.get_objects`, `get_referrers`
//! and `get_referents`.
//!
//! Frozen and condemned objects are hidden, and so is what is under construction or exclusively accessed: only objects
//! in one of the three generations are looked for. What an object refers to may be untracked as well, but must have a
//! value. Nothing here changes a count; that is left to who makes pointers of what is found.

use super::Running;
use crate::heap::{Activity, Heap, Selection, State, state_of, target};
use crate::object::{Edge, EdgeSink, ObjectPtr, Tracer};
use core::cell::{Cell, RefCell};
use std::collections::HashSet;

/// The objects in a selection.
pub(crate) fn objects(heap: &Heap, selection: Selection) -> Vec<ObjectPtr> {
    let mut objects = Vec::new();
    heap.for_each_tracked(selection, |object, _| objects.push(object));
    objects
}

/// The objects with edges to one of `targets`.
///
/// # Panics
///
/// If a `trace` does.
pub(crate) fn referrers(heap: &Heap, targets: &HashSet<ObjectPtr>) -> Vec<ObjectPtr> {
    let _tracing = Running::start(heap, Activity::Tracing);
    let search = Search { targets, found: Cell::new(false) };
    let mut tracer = Tracer::new(&search);
    let mut referrers = Vec::new();
    heap.for_each_tracked(Selection::ALL, |object, _| {
        // SAFETY: heap inv. 5.
        unsafe { heap.trace(object, &mut tracer) };
        tracer.flush();
        if search.found.take() {
            referrers.push(object);
        }
    });
    referrers
}

/// The targets of an object's edges, as often as there are edges to them.
///
/// # Panics
///
/// If its `trace` does.
pub(crate) fn referents(heap: &Heap, object: ObjectPtr) -> Vec<ObjectPtr> {
    let referents = Referents::default();
    if state_of(object) != State::Detached {
        let _tracing = Running::start(heap, Activity::Tracing);
        let mut tracer = Tracer::new(&referents);
        // SAFETY: who asks has a pointer to the object, so it is alive. Exclusive access takes the only pointer there
        // is, so nobody has it. (A forgotten guard has left the object detached, which is respected, though it need not
        // be.)
        unsafe { heap.trace(object, &mut tracer) };
        tracer.flush();
    }
    referents.0.into_inner()
}

struct Search<'a> {
    targets: &'a HashSet<ObjectPtr>,
    found: Cell<bool>,
}

impl EdgeSink for Search<'_> {
    fn drain(&self, edges: &[Edge]) {
        if edges.iter().any(|&edge| self.targets.contains(&target(edge))) {
            self.found.set(true);
        }
    }
}

#[derive(Default)]
struct Referents(RefCell<Vec<ObjectPtr>>);

impl EdgeSink for Referents {
    fn drain(&self, edges: &[Edge]) {
        let visible = |object: &ObjectPtr| object.is_initialised() && state_of(*object) != State::Detached;
        self.0.borrow_mut().extend(edges.iter().copied().map(target).filter(visible));
    }
}
