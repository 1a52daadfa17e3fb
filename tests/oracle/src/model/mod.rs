//! What must be alive, and what must be gone: the heap as plain data.
//!
//! Owns the objects of a program as nodes with edges and counts. It is told of everything that changes them, at the
//! moment at which that happens: also from within finalizers, callbacks and destructors, in whatever order those run,
//! because it sits in a thread-local. So it takes no part in the ordering of things; it only says whether each of them
//! was right. As it cannot panic in a destructor, it keeps the first fault that it has found until the interpreter
//! asks.
//!
//! The model has no trial deletion, no marks that last, no lists of what is to be done: what is garbage it finds by
//! looking at what can be reached ([`graph`]), and what a collection must have done by what is garbage
//! ([`collection`]).
//!
//! Invariants:
//! 1. `held` of an object is the number of edges to it in values that are whole; `fading` is that in values that are
//!    being dropped, which may or may not be there any more, and of pointers that a function of the library has been
//!    given. Likewise `weak_held`, which includes both.
//! 2. `handles` and `weak_handles` are the numbers of pointers to it that are not in the heap. `pins` is 1 while its
//!    finalizer runs.
//! 3. `lent` and `lent_fading` are the numbers of entries of weak containers that keep it alive, as their value; see
//!    [`bags`].
//!
//! Does not know real pointers.

mod bags;
mod callbacks;
mod collection;
mod death;
mod graph;
mod object;
mod observers;
mod pacing;
mod settle;

use crate::program::{Deeds, Kind};
use crate::report::Effects;
pub(crate) use bags::{Bag, BagId, Entry, Home};
use callbacks::Callback;
pub(crate) use callbacks::CallbackName;
use collection::Window;
pub(crate) use object::{FROZEN, Item, Object, State};
use observers::Observers;
use pacing::Pacing;
use std::cell::RefCell;

/// The name of an object.
pub(crate) type Id = usize;

/// The most edges that an object has.
pub(crate) const SLOTS: usize = 3;

/// The edges of an object.
pub(crate) type Edges = [Option<Id>; SLOTS];

/// None.
pub(crate) const NO_EDGES: Edges = [None; SLOTS];

/// Whose code it was that panicked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// The finalizer of an object.
    Finalizer(Id),
    /// A callback on the death of an object.
    Callback(CallbackName),
    /// The destructor of a value.
    Destructor(Id),
    /// The constructor of a value.
    Constructor(Id),
    /// One of the callbacks of the collector.
    Observer(usize),
}

/// See the module.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) objects: Vec<Object>,
    /// How many objects there have been.
    births: u64,
    callbacks: Vec<Callback>,
    bags: Vec<Bag>,
    /// Whether any object has entries counted that keep it alive.
    is_lending: bool,
    pub(crate) observers: Observers,
    /// The collections, and the allocations that may set one off, that are on the stack.
    windows: Vec<Window>,
    pub(crate) pacing: Pacing,
    /// Whether collections keep what they find.
    pub(crate) save_all: bool,
    /// What they have kept; each has a handle.
    pub(crate) garbage: Vec<Id>,
    /// The objects under construction by `Cc::new_cyclic`.
    unborn: usize,
    /// The cells that are mutably borrowed, so that nothing can be seen in them.
    pub(crate) borrows: usize,
    /// How many finalizers, callbacks and destructors are on the stack, one inside the other.
    depth: usize,
    /// Deaths of units, which have no names, that have not been put down to any of them.
    unit_deaths: usize,
    /// Units that are counted as dead, but have not been dropped yet.
    units_left: usize,
    /// Whose code was the first to panic in the current operation.
    pub(crate) panicked: Option<Source>,
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
    /// Notes what should not be, unless something has been noted before.
    pub(crate) fn fail(&mut self, fault: impl FnOnce(&Model) -> String) {
        if self.fault.is_none() {
            self.fault = Some(fault(self));
        }
    }

    pub(crate) fn take_fault(&mut self) -> Option<String> {
        self.fault.take()
    }

    /// Somebody's code panics.
    pub(crate) fn panics(&mut self, source: Source) {
        self.effects.panics += 1;
        self.panicked.get_or_insert(source);
    }

    /// A new value, in no object yet.
    pub(crate) fn create(&mut self, kind: Kind, deeds: Deeds, edges: Edges) -> Id {
        let id = self.objects.len();
        self.objects.push(Object::new(kind, deeds, edges));
        self.hold(edges.into_iter().flatten());
        id
    }

    /// A new value, a clone of one that is whole. Weak containers are not cloned.
    pub(crate) fn copy(&mut self, original: Id) -> Id {
        let Object { kind, deeds, edges, pouch, .. } = self.objects[original];
        let id = self.create(kind, deeds, edges);
        self.set_pouch(id, pouch.filter(|item| !matches!(item, Item::Bag(_))));
        id
    }

    /// The object is made now.
    pub(crate) fn note_birth(&mut self, id: Id) {
        self.births += 1;
        self.objects[id].birth = self.births;
    }

    /// Memory for the object is there, but its value is not: it is under construction.
    pub(crate) fn note_unborn(&mut self, id: Id) {
        self.note_birth(id);
        self.unborn += usize::from(self.objects[id].tracked);
    }

    /// The construction of an object has ended; whether it has a value.
    pub(crate) fn note_born(&mut self, id: Id, has_value: bool) {
        self.unborn -= usize::from(self.objects[id].tracked);
        if !has_value {
            self.note_death(id);
        }
    }

    /// The value is in an object now, and there is one handle of it.
    pub(crate) fn boxed(&mut self, id: Id, address: usize) {
        if self.objects[id].birth == 0 {
            self.note_birth(id);
        }
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
    /// pointers to the object do not lead to it. `moved` if it has moved to another object.
    pub(crate) fn unboxed(&mut self, id: Id, moved: bool) -> Id {
        let object = &self.objects[id];
        let Object { kind, deeds, edges, pouch, finalized, heir_birth, .. } = *object;
        if object.state != State::Boxed || object.strong() != 1 {
            self.fail(|m| format!("the value was moved out of {}", m.describe(id)));
        }
        self.judge_callbacks(id);
        self.note_death(id);
        let object = &mut self.objects[id];
        object.state = State::Dead;
        object.handles = 0;
        object.edges = NO_EDGES;
        object.pouch = None;
        self.alive -= 1;
        self.unhold(edges.into_iter().flatten());
        let new = self.create(kind, deeds, edges);
        self.objects[new].pouch = pouch;
        if moved {
            (self.objects[new].finalized, self.objects[new].birth) = (finalized, heir_birth);
        }
        if let Some(Item::Bag(bag)) = pouch {
            self.bags[bag].home = Home::Inside(new);
        }
        // Its callbacks have run, those of containers too.
        self.settle_bags();
        new
    }

    /// The construction of a value has been given up.
    pub(crate) fn abandoned(&mut self, id: Id) {
        self.objects[id].state = State::Dead;
    }

    /// Puts an edge into a slot; gives what was there.
    pub(crate) fn set_edge(&mut self, id: Id, slot: usize, target: Option<Id>) -> Option<Id> {
        let old = std::mem::replace(&mut self.objects[id].edges[slot], target);
        self.hold(target);
        self.unhold(old);
        old
    }

    /// The slots that are not empty, with the targets.
    pub(crate) fn full_slots(&self, id: Id) -> impl Iterator<Item = (usize, Id)> + Clone + use<> {
        let edges = self.objects[id].edges;
        (0..SLOTS).filter_map(move |slot| edges[slot].map(|target| (slot, target)))
    }

    /// Puts something into an object; gives what was there. What is put there, and what was, belongs to nobody after
    /// that and before.
    pub(crate) fn set_pouch(&mut self, id: Id, item: Option<Item>) -> Option<Item> {
        let old = std::mem::replace(&mut self.objects[id].pouch, item);
        match item {
            Some(Item::Weak(target)) => self.objects[target].weak_held += 1,
            Some(Item::Watch(watch)) => self.hold([watch]),
            Some(Item::Bag(bag)) => self.bags[bag].home = Home::Inside(id),
            None => {}
        }
        match old {
            Some(Item::Weak(target)) => self.objects[target].weak_held -= 1,
            Some(Item::Watch(watch)) => self.unhold([watch]),
            Some(Item::Bag(bag)) => self.bags[bag].home = Home::Outside,
            None => {}
        }
        self.refresh();
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
        let contents = |object: &Object| (object.deeds, object.edges, object.pouch);
        let (first, second) = (contents(&self.objects[a]), contents(&self.objects[b]));
        for (id, contents) in [(a, second), (b, first)] {
            let object = &mut self.objects[id];
            (object.deeds, object.edges, object.pouch) = contents;
            if let Some(Item::Bag(bag)) = contents.2 {
                self.bags[bag].home = Home::Inside(id);
            }
        }
        self.refresh();
    }

    /// Whether a single pointer leads to the object.
    pub(crate) fn is_unique(&self, id: Id) -> bool {
        self.objects[id].strong() == 1 && self.weak_count(id) == 0
    }

    /// The weak pointers to the object, those in containers included.
    pub(crate) fn weak_count(&self, id: Id) -> usize {
        let object = &self.objects[id];
        object.weak_handles + object.weak_held + self.weak_in_bags(id)
    }

    /// Counts edges to these objects.
    fn hold(&mut self, targets: impl IntoIterator<Item = Id>) {
        targets.into_iter().for_each(|target| self.objects[target].held += 1);
    }

    fn unhold(&mut self, targets: impl IntoIterator<Item = Id>) {
        targets.into_iter().for_each(|target| self.objects[target].held -= 1);
    }

    /// A handle of the object is about to be dropped by a function that does other things too, before or after.
    pub(crate) fn fade(&mut self, id: Id) {
        self.objects[id].handles -= 1;
        self.objects[id].fading += 1;
    }

    /// It has been dropped.
    pub(crate) fn faded(&mut self, id: Id) {
        self.objects[id].fading -= 1;
        self.note_loss(id);
    }

    /// It is a handle again.
    pub(crate) fn unfade(&mut self, id: Id) {
        self.objects[id].fading -= 1;
        self.objects[id].handles += 1;
    }

    /// Whether there is code of the user that the library may call and for which that holds.
    pub(crate) fn has_deeds(&self, holds: impl Fn(Deeds) -> bool) -> bool {
        let objects = self.objects.iter().filter(|object| object.state != State::Dead).map(|object| object.deeds);
        let callbacks = self.callbacks.iter().filter(|it| it.is_pending()).map(|it| Deeds::action(it.action()));
        objects.chain(callbacks).chain(self.observers.deeds()).any(holds)
    }

    /// The handle that the list of garbage had is somebody else's, who has counted it.
    pub(crate) fn take_from_garbage(&mut self, id: Id) {
        if let Some(index) = self.garbage.iter().position(|&other| other == id) {
            self.garbage.swap_remove(index);
            self.objects[id].handles -= 1;
        }
    }

    /// A line about an object, for messages.
    pub(crate) fn describe(&self, id: Id) -> String {
        let o = &self.objects[id];
        let (handles, held, lent) = (o.handles + o.pins, o.held, o.lent);
        let reachable = if self.is_reachable(id) { "reachable" } else { "unreachable" };
        let (finalized, saved) = (if o.finalized { ", finalized" } else { "" }, if o.saved { ", saved" } else { "" });
        format!(
            "#{id} ({:?}, {:?}, generation {}, {reachable}{finalized}{saved}; {handles} handles, {held} edges, {lent} \
             entries, {} uncertain)",
            o.kind,
            o.state,
            o.generation,
            o.uncertain()
        )
    }

    /// All objects that are not gone, for messages.
    pub(crate) fn dump(&self) -> String {
        let mut lines = String::new();
        for (id, object) in self.objects.iter().enumerate().filter(|(_, object)| object.state != State::Dead) {
            let edges: Vec<String> = self.targets(id).iter().map(|target| format!("#{target}")).collect();
            lines +=
                &format!("  {} -> {} [{:?}, {:?}]\n", self.describe(id), edges.join(" "), object.deeds, object.pouch);
        }
        for (name, bag) in self.bags.iter().enumerate().filter(|(_, bag)| bag.home != Home::Gone) {
            lines += &format!("  container {name}: {bag:?}\n");
        }
        for (name, callback) in self.callbacks.iter().enumerate().filter(|(_, callback)| callback.is_pending()) {
            lines += &format!("  callback {name}: {callback:?}\n");
        }
        lines
    }
}
