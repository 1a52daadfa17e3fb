//! What must be alive, and what must be gone: the heap as plain data.
//!
//! Owns the objects of a program as nodes with edges and counts. It is told of everything that changes them, at the
//! moment at which that happens: also from within destructors, in whatever order those run, because it sits in a
//! thread-local. So it takes no part in the ordering of things; it only says whether each of them was right. As it
//! cannot panic in a destructor, it keeps the first fault that it has found until the interpreter asks.
//!
//! Invariants:
//! 1. `held` of an object is the number of edges to it in values that are whole; `fading` is that in values that are
//!    being dropped, which may or may not be there any more. Likewise `weak_held`, which includes both.
//! 2. `handles` and `weak_handles` are the numbers of pointers to it that are not in the heap.
//!
//! Does not know real pointers.

use crate::program::{Action, Kind};
use crate::report::Effects;
use crate::window::Window;
use std::cell::RefCell;

/// The name of an object.
pub(crate) type Id = usize;

/// The most edges that an object has.
pub(crate) const SLOTS: usize = 3;

/// The edges of an object.
pub(crate) type Edges = [Option<Id>; SLOTS];

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

/// See the module.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    pub(crate) action: Action,
    pub(crate) state: State,
    /// The address of the value in its object.
    pub(crate) address: usize,
    pub(crate) generation: usize,
    /// Whether a guard holds it out of its generation.
    pub(crate) detached: bool,
    pub(crate) edges: Edges,
    /// The weak pointer in it.
    pub(crate) weak: Option<Id>,
    pub(crate) handles: usize,
    pub(crate) held: usize,
    pub(crate) fading: usize,
    pub(crate) weak_handles: usize,
    pub(crate) weak_held: usize,
}

impl Object {
    fn new(kind: Kind, action: Action, edges: Edges) -> Object {
        Object {
            kind,
            action,
            state: State::Loose,
            address: 0,
            generation: 0,
            detached: false,
            edges,
            weak: None,
            handles: 0,
            held: 0,
            fading: 0,
            weak_handles: 0,
            weak_held: 0,
        }
    }

    /// The strong pointers that are there for sure.
    pub(crate) fn strong(&self) -> usize {
        self.handles + self.held
    }

    pub(crate) fn weak_count(&self) -> usize {
        self.weak_handles + self.weak_held
    }
}

/// See the module.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) objects: Vec<Object>,
    /// The collections, and the allocations that may set one off, that are on the stack.
    pub(crate) windows: Vec<Window>,
    /// Whether automatic collections are enabled.
    pub(crate) enabled: bool,
    pub(crate) pauses: usize,
    /// What `gc::get_count` should say.
    pub(crate) counts: [usize; 3],
    /// Whether that is not certain: the order of allocations and deaths matters, and destructors run in any.
    pub(crate) unsure_of_counts: bool,
    /// The young threshold, once the program has set it.
    pub(crate) threshold: Option<usize>,
    /// Deaths of units, which have no names, that have not been put down to any of them.
    unit_deaths: usize,
    /// The first object whose destructor has panicked in the current operation.
    pub(crate) panicked: Option<Id>,
    /// Objects whose values are neither loose nor dead.
    pub(crate) alive: usize,
    pub(crate) effects: Effects,
    fault: Option<String>,
}

thread_local! {
    static MODEL: RefCell<Model> = RefCell::default();
}

/// Calls `f` with the model of this thread. It must not drop a pointer into the heap.
pub(crate) fn model<R>(f: impl FnOnce(&mut Model) -> R) -> R {
    MODEL.with_borrow_mut(f)
}

impl Model {
    /// The model of an empty heap.
    pub(crate) fn new(enabled: bool) -> Model {
        Model { enabled, unsure_of_counts: true, ..Model::default() }
    }

    /// Notes what should not be, unless something has been noted before.
    pub(crate) fn fail(&mut self, fault: impl FnOnce(&Model) -> String) {
        if self.fault.is_none() {
            self.fault = Some(fault(self));
        }
    }

    /// A tracked object is about to be dropped.
    pub(crate) fn note_tracked_death(&mut self) {
        self.counts[0] = self.counts[0].saturating_sub(1);
    }

    pub(crate) fn take_fault(&mut self) -> Option<String> {
        self.fault.take()
    }

    /// A new value, in no object yet.
    pub(crate) fn create(&mut self, kind: Kind, action: Action, edges: Edges) -> Id {
        let id = self.objects.len();
        self.objects.push(Object::new(kind, action, edges));
        self.change_held(edges, 1);
        id
    }

    /// A new value, a clone of one that is whole.
    pub(crate) fn copy(&mut self, original: Id) -> Id {
        let Object { kind, action, edges, weak, .. } = self.objects[original];
        let id = self.create(kind, action, edges);
        self.set_weak(id, weak);
        id
    }

    /// The value is in an object now, and there is one handle of it.
    pub(crate) fn boxed(&mut self, id: Id, address: usize) {
        let object = &mut self.objects[id];
        assert_eq!(object.state, State::Loose, "a value is put into an object twice");
        object.state = State::Boxed;
        object.address = address;
        object.handles = 1;
        self.alive += 1;
        self.effects.allocated += 1;
        self.effects.most_alive = self.effects.most_alive.max(self.alive);
    }

    /// The value has been moved out of its object, whose only handle is gone. It goes by a new name, because the weak
    /// pointers to the object do not lead to it.
    pub(crate) fn unboxed(&mut self, id: Id) -> Id {
        let object = &mut self.objects[id];
        let Object { kind, action, edges, weak, .. } = *object;
        let (fit, tracked) = (object.state == State::Boxed && object.strong() == 1, object.kind.is_tracked());
        if !fit {
            self.fail(|m| format!("the value was moved out of {}", m.describe(id)));
        }
        if tracked {
            self.note_tracked_death();
        }
        let object = &mut self.objects[id];
        object.state = State::Dead;
        object.handles = 0;
        self.alive -= 1;
        self.change_held(edges, -1);
        self.set_weak(id, None);
        let moved = self.create(kind, action, edges);
        self.set_weak(moved, weak);
        moved
    }

    /// The construction of a value has been given up.
    pub(crate) fn abandoned(&mut self, id: Id) {
        self.objects[id].state = State::Dead;
    }

    /// Puts an edge into a slot; gives what was there.
    pub(crate) fn set_edge(&mut self, id: Id, slot: usize, target: Option<Id>) -> Option<Id> {
        let old = std::mem::replace(&mut self.objects[id].edges[slot], target);
        self.change_held([target, None, None], 1);
        self.change_held([old, None, None], -1);
        old
    }

    /// The slots that are not empty, with the targets.
    pub(crate) fn full_slots(&self, id: Id) -> impl Iterator<Item = (usize, Id)> + Clone {
        let edges = self.objects[id].edges;
        (0..SLOTS).filter_map(move |slot| edges[slot].map(|target| (slot, target)))
    }

    /// Puts a weak pointer into an object; gives what was there.
    pub(crate) fn set_weak(&mut self, id: Id, target: Option<Id>) -> Option<Id> {
        let old = std::mem::replace(&mut self.objects[id].weak, target);
        if let Some(target) = target {
            self.objects[target].weak_held += 1;
        }
        if let Some(old) = old {
            self.objects[old].weak_held -= 1;
        }
        old
    }

    /// The edges of an object have been sorted by the address of the target, empty slots first.
    pub(crate) fn sort_edges(&mut self, id: Id) {
        let mut edges = self.objects[id].edges;
        edges.sort_by_key(|edge| edge.map(|target| self.objects[target].address));
        self.objects[id].edges = edges;
    }

    /// Two objects of one kind have swapped their values.
    pub(crate) fn swap_values(&mut self, a: Id, b: Id) {
        let contents = |object: &Object| (object.action, object.edges, object.weak);
        let (first, second) = (contents(&self.objects[a]), contents(&self.objects[b]));
        for (id, contents) in [(a, second), (b, first)] {
            let object = &mut self.objects[id];
            (object.action, object.edges, object.weak) = contents;
        }
    }

    /// Whether a single pointer leads to the object.
    pub(crate) fn is_unique(&self, id: Id) -> bool {
        self.objects[id].strong() == 1 && self.objects[id].weak_count() == 0
    }

    fn change_held(&mut self, edges: Edges, by: isize) {
        for target in edges.into_iter().flatten() {
            let held = &mut self.objects[target].held;
            *held = held.checked_add_signed(by).expect("every edge is counted");
        }
    }

    /// A handle of the object is about to be dropped by a function that does other things too, before or after.
    pub(crate) fn fade(&mut self, id: Id) {
        self.objects[id].handles -= 1;
        self.objects[id].fading += 1;
    }

    /// It has been dropped.
    pub(crate) fn faded(&mut self, id: Id) {
        self.objects[id].fading -= 1;
    }

    /// It is a handle again.
    pub(crate) fn unfade(&mut self, id: Id) {
        self.faded(id);
        self.objects[id].handles += 1;
    }

    /// The destructor of a value begins; gives what it is to do. Its edges go in the course of it.
    pub(crate) fn dying(&mut self, id: Id) -> Action {
        let Some(object) = self.objects.get(id) else {
            self.fail(|_| format!("a value was destroyed that calls itself #{id}"));
            return Action::Nothing;
        };
        let (state, action, edges) = (object.state, object.action, object.edges);
        if matches!(state, State::Dying | State::Dead) {
            self.fail(|m| format!("{} was destroyed twice", m.describe(id)));
            return Action::Nothing;
        }
        if state == State::Boxed {
            self.judge_death(id);
            self.alive -= 1;
        } else {
            self.note_collection_over();
        }
        self.objects[id].state = State::Dying;
        self.change_held(edges, -1);
        for target in edges.into_iter().flatten() {
            self.objects[target].fading += 1;
        }
        // A value outside of an object may be dropped while the thread unwinds, where it must not panic.
        if state == State::Boxed { action } else { Action::Nothing }
    }

    fn judge_death(&mut self, id: Id) {
        self.note_collection_begun();
        if self.objects[id].kind.is_tracked() {
            self.note_tracked_death();
        }
        if self.windows.iter().any(|window| window.may_condemn(id)) {
            self.effects.died_in_collection += 1;
        } else if self.objects[id].strong() == 0 {
            self.effects.died_by_count += 1;
        } else {
            let collecting = if self.is_collecting() { "collected" } else { "destroyed" };
            self.fail(|m| format!("{} was {collecting}, but is in use", m.describe(id)));
        }
    }

    /// The last field of a value is dropped.
    pub(crate) fn dead(&mut self, id: Id) {
        if self.objects.get(id).is_none_or(|object| object.state != State::Dying) {
            return self.fail(|_| format!("the end of #{id} was dropped, but not its beginning"));
        }
        self.objects[id].state = State::Dead;
        for target in self.objects[id].edges.into_iter().flatten() {
            self.objects[target].fading -= 1;
        }
        self.set_weak(id, None);
    }

    /// A unit was dropped.
    pub(crate) fn unit_died(&mut self) {
        self.note_collection_begun();
        self.note_tracked_death();
        self.unit_deaths += 1;
    }

    /// An upgrade of a weak pointer to the object gave, or did not give, a strong one.
    pub(crate) fn upgraded(&mut self, id: Id, success: bool) {
        let object = &self.objects[id];
        let (sure, possible) = (object.strong() > 0, object.strong() + object.fading > 0);
        let expected = if object.state != State::Boxed || !possible {
            Some(false)
        } else if !self.is_collecting() || !object.kind.is_tracked() {
            sure.then_some(true)
        } else if self.is_reachable(id) {
            Some(true)
        } else if self.windows.iter().any(|window| window.must_condemn(id)) {
            Some(false)
        } else {
            None
        };
        if expected.is_some_and(|expected| expected != success) {
            let result = if success { "Some" } else { "None" };
            self.fail(|m| format!("a weak pointer to {} upgraded to {result}", m.describe(id)));
        }
        if success {
            self.objects[id].handles += 1;
        }
    }

    pub(crate) fn note_counts(&mut self, counts: [usize; 3]) {
        (self.counts, self.unsure_of_counts) = (counts, false);
    }

    /// Checks, between two operations, that nothing is left half done, and that what has a count of zero is gone.
    ///
    /// `enabled` is what `gc::is_enabled` says, `counts` what `gc::get_count` says.
    pub(crate) fn settle(&mut self, enabled: bool, counts: [usize; 3]) {
        if enabled != (self.enabled && self.pauses == 0) {
            self.fail(|_| format!("is_enabled says {enabled}"));
        }
        if self.unsure_of_counts {
            self.note_counts(counts);
        } else if self.counts != counts {
            self.fail(|m| format!("get_count says {counts:?}, not {:?}", m.counts));
        }
        for id in 0..self.objects.len() {
            let object = &self.objects[id];
            let doomed = object.strong() == 0 && object.state != State::Dead;
            if doomed && object.kind == Kind::Unit {
                let Some(left) = self.unit_deaths.checked_sub(1) else {
                    return self.fail(|m| format!("{} should be gone", m.describe(id)));
                };
                self.unit_deaths = left;
                self.alive -= usize::from(self.objects[id].state == State::Boxed);
                self.objects[id].state = State::Dead;
                self.effects.died_units += 1;
            } else if object.state == State::Dying {
                return self.fail(|m| format!("the destructor of {} was left half-way", m.describe(id)));
            } else if object.state == State::Boxed && doomed {
                return self.fail(|m| format!("{} should be gone", m.describe(id)));
            }
        }
        if self.unit_deaths > 0 {
            self.fail(|m| format!("{} units were destroyed that are in use", m.unit_deaths));
        }
    }

    /// A line about an object, for messages.
    pub(crate) fn describe(&self, id: Id) -> String {
        let o = &self.objects[id];
        let (handles, held, fading) = (o.handles, o.held, o.fading);
        let reachable = if self.is_reachable(id) { "reachable" } else { "unreachable" };
        format!(
            "#{id} ({:?}, {:?}, generation {}, {reachable}; {handles} handles, {held} edges, {fading} fading)",
            o.kind, o.state, o.generation
        )
    }

    /// All objects that are not gone, for messages.
    pub(crate) fn dump(&self) -> String {
        let mut lines = String::new();
        for (id, object) in self.objects.iter().enumerate().filter(|(_, object)| object.state != State::Dead) {
            let edges: Vec<String> = object.edges.iter().flatten().map(|target| format!("#{target}")).collect();
            lines += &format!("  {} -> {} [{:?}]\n", self.describe(id), edges.join(" "), object.action);
        }
        lines
    }
}

impl Kind {
    /// Whether objects of this type are in a generation.
    pub(crate) fn is_tracked(self) -> bool {
        !matches!(self, Kind::Leaf | Kind::Sheaf)
    }
}
