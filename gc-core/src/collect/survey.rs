//! The heap as a [`Snapshot`](crate::inspect::Snapshot) sees it: all objects, and what is in each.

use super::Running;
use crate::heap::{Activity, Heap, State, state_of};
use crate::object::{Edge, LabelId, Labeller, Labels, ObjectPtr};

/// A look at the heap, while which nothing in it changes: the only code of the user that runs is that of `Trace`.
pub(crate) struct Survey<'h> {
    heap: &'h Heap,
    _tracing: Running<'h>,
}

impl<'h> Survey<'h> {
    /// # Panics
    ///
    /// If a `trace` is running: within it, the heap must not be looked at.
    pub(crate) fn start(heap: &'h Heap) -> Survey<'h> {
        assert_ne!(heap.activity.get(), Activity::Tracing, "a snapshot cannot be taken within a `Trace::trace`");
        Survey { heap, _tracing: Running::start(heap, Activity::Tracing) }
    }

    /// Calls `each` for the objects that are alive, block by block. Not for those under construction, and not for those
    /// that are dying: whose last pointer is gone, or which the collection that is running has given up.
    pub(crate) fn for_each(&self, mut each: impl FnMut(ObjectPtr)) {
        self.heap.for_each_in_use(|object| {
            if object.header().strong() != 0 && !object.header().is_dead() {
                each(object);
            }
        });
    }

    /// The objects that are alive, in address order.
    pub(crate) fn objects(&self) -> Vec<ObjectPtr> {
        let mut objects = Vec::new();
        self.for_each(|object| objects.push(object));
        objects.sort_unstable();
        objects
    }

    /// Whether the value of an object may be looked at, for all that is known of the object itself: the collector
    /// would, too. That of one that is not tracked may be looked at if an edge leads there.
    pub(crate) fn is_visible(&self, object: ObjectPtr) -> bool {
        state_of(object).is_tracked()
    }

    /// Whether the value of an object that an edge leads to may be looked at.
    pub(crate) fn is_visible_at_edge(&self, object: ObjectPtr) -> bool {
        state_of(object) != State::Detached && object.is_initialised()
    }

    /// Describes the value of a visible object: the bytes that it owns elsewhere, whether part of it could not be
    /// looked at, and in `edges` where its edges lead.
    pub(crate) fn describe(
        &self,
        object: ObjectPtr,
        labels: &mut Labels,
        edges: &mut Vec<(Edge, LabelId)>,
    ) -> (usize, bool) {
        let mut labeller = Labeller::new(labels, edges);
        // SAFETY: heap inv. 5, if the object is tracked. If it is not, an edge leads to it, that is a `&Cc` of a value
        // that nobody has exclusive access to: what could be dereferenced there is alive, and nobody holds a `&mut` to
        // it.
        unsafe { self.heap.trace_labelled(object, &mut labeller) };
        labeller.finish()
    }
}
