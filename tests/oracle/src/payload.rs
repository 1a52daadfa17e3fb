//! The values that the objects hold.
//!
//! A value begins with a [`Head`] and ends with a [`Tail`], whose destructors tell the model when that of the value
//! begins and ends; between the two it drops its pointers. Both are leaves: a type with edges cannot have a destructor.

use crate::action;
use crate::model::{Id, SLOTS, model};
use crate::pointer::{Ref, View, WeakRef};
use crate::program::Kind;
use crate::slots::{CellSlots, ChoiceSlots, Edge, FixedSlots, ListSlots, Replaced, Slots};
use gc_core::{Cc, Trace};
use std::cell::{Cell, RefCell};

pub(crate) type List = Node<ListSlots, ()>;
pub(crate) type Cells = Node<CellSlots, ()>;
pub(crate) type Choice = Node<ChoiceSlots, ()>;
pub(crate) type Fixed = Node<FixedSlots, ()>;
pub(crate) type Aligned = Node<ListSlots, CacheLine>;
pub(crate) type Large = Node<ListSlots, Pages>;

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

    /// The weak pointer in it, if there is room for one.
    fn weak(&self) -> Option<&RefCell<Option<WeakRef>>> {
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

/// What the pattern in a value is made of.
const CANARY: u64 = 0x5ca1_ab1e_0ddb_a11d;

/// The name of the object that a value belongs to, written down twice.
pub(crate) struct Name {
    id: Cell<Id>,
    check: Cell<u64>,
}

impl Name {
    fn new(id: Id) -> Name {
        Name { id: Cell::new(id), check: Cell::new(CANARY ^ id as u64) }
    }

    pub(crate) fn id(&self) -> Id {
        self.id.get()
    }

    fn set(&self, id: Id) {
        self.id.set(id);
        self.check.set(CANARY ^ id as u64);
    }

    fn is_intact(&self) -> bool {
        self.check.get() == CANARY ^ self.id() as u64
    }
}

/// The first field of a value. Acts as the object's destructor.
pub(crate) struct Head(Name);

impl Drop for Head {
    fn drop(&mut self) {
        let id = self.0.id();
        if self.0.is_intact() {
            let action = model(|m| m.dying(id));
            action::perform(action, id);
        } else {
            model(|m| m.fail(|_| format!("a value was destroyed that calls itself #{id} and is not intact")));
        }
    }
}

/// The last field of a value.
pub(crate) struct Tail(Name);

impl Drop for Tail {
    fn drop(&mut self) {
        model(|m| m.dead(self.0.id()));
    }
}

/// The first and the last field of a value.
fn ends(id: Id) -> (Head, Tail) {
    (Head(Name::new(id)), Tail(Name::new(id)))
}

/// What an object holds besides edges.
pub(crate) trait Ballast: Trace + Clone {
    /// The kind of an object with this ballast, if that decides.
    const KIND: Option<Kind>;

    fn new() -> Self;

    fn is_intact(&self) -> bool;
}

impl Ballast for () {
    const KIND: Option<Kind> = None;

    fn new() {}

    fn is_intact(&self) -> bool {
        true
    }
}

/// Aligned to 64 bytes.
#[derive(Clone, Trace)]
#[trace(acyclic)]
#[repr(align(64))]
pub(crate) struct CacheLine([u64; 3]);

impl Ballast for CacheLine {
    const KIND: Option<Kind> = Some(Kind::Aligned);

    fn new() -> CacheLine {
        CacheLine([CANARY; 3])
    }

    fn is_intact(&self) -> bool {
        self.0 == [CANARY; 3] && (&raw const *self).addr() % 64 == 0
    }
}

/// Larger than any slot.
#[derive(Clone, Trace)]
#[trace(acyclic)]
pub(crate) struct Pages([u64; 2500]);

impl Ballast for Pages {
    const KIND: Option<Kind> = Some(Kind::Large);

    fn new() -> Pages {
        Pages([CANARY; 2500])
    }

    fn is_intact(&self) -> bool {
        self.0.iter().all(|&word| word == CANARY)
    }
}

/// The methods of a payload with a head and a tail.
macro_rules! named {
    () => {
        fn name(&self) -> Option<&Name> {
            Some(&self.head.0)
        }

        fn rename(&self, id: Id) {
            self.head.0.set(id);
            self.tail.0.set(id);
        }
    };
}

/// A value with edges that change.
#[derive(Trace)]
pub(crate) struct Node<S, B> {
    #[trace(skip)]
    head: Head,
    slots: S,
    weak: RefCell<Option<WeakRef>>,
    ballast: B,
    #[trace(skip)]
    tail: Tail,
}

impl<S: Slots, B: Ballast> Node<S, B> {
    pub(crate) fn new(id: Id, (edges, weak): ([Edge; SLOTS], Option<WeakRef>)) -> Node<S, B> {
        let (head, tail) = ends(id);
        Node { head, slots: S::new(edges), weak: RefCell::new(weak), ballast: B::new(), tail }
    }
}

impl<S: Slots, B: Ballast> Clone for Node<S, B> {
    fn clone(&self) -> Node<S, B> {
        let (head, tail) = ends(model(|m| m.copy(self.head.0.id())));
        let (slots, weak, ballast) = (self.slots.clone(), self.weak.clone(), self.ballast.clone());
        Node { head, slots, weak, ballast, tail }
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
        self.slots.is_idle()
    }

    fn weak(&self) -> Option<&RefCell<Option<WeakRef>>> {
        Some(&self.weak)
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

/// An untracked value without edges.
#[derive(Trace)]
#[trace(acyclic)]
pub(crate) struct Leaf {
    #[trace(skip)]
    head: Head,
    #[trace(skip)]
    tail: Tail,
}

impl Leaf {
    /// Without edges, for it has no room for any.
    pub(crate) fn new(id: Id, edges: &[Edge; SLOTS]) -> Leaf {
        debug_assert!(edges.iter().all(Option::is_none), "a leaf was given an edge");
        let (head, tail) = ends(id);
        Leaf { head, tail }
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

impl Sheaf {
    pub(crate) fn new(id: Id, edges: [Edge; SLOTS]) -> Sheaf {
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

impl Unit {
    pub(crate) fn new() -> Unit {
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
