//! Calls that make objects or collect, with the window that the model wants around each.

use crate::edge::exchange;
use crate::handle::{Strong, Weak};
use crate::model::{Edges, Id, Item, NO_EDGES, Object, SLOTS, model};
use crate::payload::{Aligned, Cells, Choice, Fixed, Large, Leaf, List, Payload, Sheaf, Unit, Value};
use crate::pointer::{Ref, WeakRef};
use crate::pouch::{Pocket, Purse, exchange_pouch};
use crate::program::{Deeds, Kind, Make, Will};
use crate::slots::Edge;
use gc_core::gc::{self, Generation};
use gc_core::{Cc, Weak as GcWeak};
use std::pin::Pin;

/// A window that is closed in any case.
pub(crate) struct Open {
    returned: Option<usize>,
}

impl Open {
    /// Around the allocation of an object that is tracked: no other one sets off a collection.
    pub(crate) fn allocation(kind: Kind) -> Option<Open> {
        kind.is_tracked().then(|| {
            model(|m| m.open_allocation());
            Open { returned: None }
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        model(|m| m.close(self.returned));
    }
}

/// Collects a generation; all of them by `gc::collect` if `None`.
pub(crate) fn collect(generation: Option<Generation>) -> usize {
    model(|m| m.open_collection(generation.unwrap_or(Generation::Old)));
    let mut open = Open { returned: None };
    let collected = match generation {
        Some(generation) => gc::collect_generation(generation),
        None => gc::collect(),
    };
    open.returned = Some(collected);
    collected
}

/// Calls `gc::safepoint`.
pub(crate) fn safepoint() {
    model(|m| m.open_safepoint());
    let mut open = Open { returned: None };
    open.returned = Some(gc::safepoint());
}

/// What a new object is given for its slots.
pub(crate) type Cargo = [Option<Strong>; SLOTS];

/// No edges.
pub(crate) const EMPTY: Cargo = [const { None }; SLOTS];

/// Whether an object of a kind can be born with an edge to another in a slot.
///
/// A leaf that is the key of an ephemeron is tracked, and may be in a cycle. If that led through a sheaf, which is not,
/// it would leak.
pub(crate) fn fits(kind: Kind, slot: usize, target: &Object) -> bool {
    match kind {
        Kind::Sheaf => target.kind == Kind::Leaf && !target.tracked,
        _ => has_slot(kind, slot),
    }
}

/// Whether an object of a kind has a slot for any object.
pub(crate) fn has_slot(kind: Kind, slot: usize) -> bool {
    match kind {
        Kind::Unit | Kind::Leaf | Kind::Sheaf | Kind::Watch => false,
        Kind::Cells | Kind::Choice => slot < 2,
        _ => slot < SLOTS,
    }
}

fn names(cargo: &Cargo) -> Edges {
    [0, 1, 2].map(|slot| cargo[slot].as_ref().map(Strong::id))
}

fn unload(cargo: Cargo) -> [Edge; SLOTS] {
    cargo.map(|strong| strong.map(Strong::into_pointer))
}

/// `made!(kind, T => expression)`: the expression, with `T` the type of the values of a kind.
macro_rules! made {
    ($kind:expr, $type:ident => $result:expr) => {
        match $kind {
            Kind::List => {
                type $type = List;
                $result
            }
            Kind::Cells => {
                type $type = Cells;
                $result
            }
            Kind::Choice => {
                type $type = Choice;
                $result
            }
            Kind::Fixed => {
                type $type = Fixed;
                $result
            }
            Kind::Aligned => {
                type $type = Aligned;
                $result
            }
            Kind::Large => {
                type $type = Large;
                $result
            }
            Kind::Unit => {
                type $type = Unit;
                $result
            }
            Kind::Leaf => {
                type $type = Leaf;
                $result
            }
            Kind::Sheaf => {
                type $type = Sheaf;
                $result
            }
            Kind::Watch => unreachable!("watches are made otherwise"),
        }
    };
}

/// Makes an object. The cargo fits. If its finalizer is to resurrect it, it gets a weak pointer to itself.
pub(crate) fn construct(kind: Kind, deeds: Deeds, cargo: Cargo, make: Make) -> Strong {
    fn object<T: Value>(value: T, make: Make) -> Cc<T> {
        match make {
            Make::New => Cc::new(value),
            Make::TryNew => Cc::try_new(value).unwrap_or_else(|_| panic!("there is no memory")),
            Make::Pin => Pin::into_inner(Cc::pin(value)),
        }
    }
    let id = model(|m| m.create(kind, deeds, names(&cargo)));
    let edges = unload(cargo);
    let open = Open::allocation(kind);
    let pointer: Ref = made!(kind, T => object(T::new(id, edges, None), make).into());
    drop(open);
    let strong = Strong::first(pointer, id);
    if deeds.will == Will::Resurrect {
        let mut hand = Some(Purse::Weak(strong.downgrade()));
        exchange_pouch(strong.pointer().view().payload, id, &mut hand);
    }
    strong
}

/// Makes an object of a value that the model has as a loose one.
pub(crate) fn rebox<T: Payload>(value: T, id: Id) -> Strong
where
    Ref: From<Cc<T>>,
{
    let open = Open::allocation(value.kind());
    let pointer = Cc::new(value).into();
    drop(open);
    Strong::first(pointer, id)
}

/// An object under construction. Tells the model when it is not any more, and if there will be no value.
struct Unborn {
    id: Id,
    /// Whether there is memory for it.
    exists: bool,
    has_value: bool,
}

impl Drop for Unborn {
    fn drop(&mut self) {
        model(|m| {
            if self.exists {
                m.note_born(self.id, self.has_value);
            }
            if !self.has_value {
                m.abandoned(self.id);
            }
        });
    }
}

/// Makes an object by `Cc::new_cyclic`.
///
/// `prepare` gets a weak pointer to it, runs as its constructor, and gives its edges, which fit, and whether it is to
/// keep a weak pointer to itself. Not for units.
pub(crate) fn construct_cyclic(kind: Kind, deeds: Deeds, prepare: impl FnOnce(&Weak) -> (Cargo, bool)) -> Strong {
    fn object<T: Value>(value: impl FnOnce(WeakRef) -> T) -> Ref
    where
        Ref: From<Cc<T>>,
        WeakRef: From<GcWeak<T>>,
    {
        Cc::new_cyclic(|weak| value(weak.clone().into())).into()
    }

    let id = model(|m| m.create(kind, deeds, NO_EDGES));
    let mut unborn = Unborn { id, exists: false, has_value: false };
    let open = Open::allocation(kind);
    let parts = |weak: WeakRef| {
        drop(open);
        model(|m| m.note_unborn(id));
        unborn.exists = true;
        let weak = Weak::new(weak, id);
        let (cargo, self_weak) = prepare(&weak);
        for (slot, target) in names(&cargo).into_iter().enumerate() {
            model(|m| m.set_edge(id, slot, target));
        }
        let me = (self_weak && kind.has_pouch()).then(|| {
            model(|m| m.set_pouch(id, Some(Item::Weak(id))));
            Pocket::Weak(weak.into_pointer())
        });
        unborn.has_value = true;
        (unload(cargo), me)
    };
    let pointer = made!(kind, T => object::<T>(|weak| {
        let (edges, me) = parts(weak);
        T::new(id, edges, me)
    }));
    drop(unborn);
    Strong::first(pointer, id)
}

/// Makes a chain of objects that begins with one; gives the one made last, which leads to the others. Objects of the
/// kind can have edges.
pub(crate) fn chain(first: Strong, kind: Kind, len: usize, deeds: impl Fn(usize) -> Deeds) -> Strong {
    let onto = |last, index| construct(kind, deeds(index), [Some(last), None, None], Make::New);
    (1..len).fold(first, onto)
}

/// Makes a chain and closes it, if the slots of that kind can be changed.
pub(crate) fn ring(first: Strong, kind: Kind, len: usize, deeds: impl Fn(usize) -> Deeds) -> Strong {
    let last = chain(first.clone(), kind, len, deeds);
    let mut hand = Some(last.clone());
    let payload = first.pointer().view().payload;
    exchange(first.id(), 0, &mut hand, |edge| payload.replace(0, edge));
    last
}

impl Kind {
    /// Whether there is room for something besides edges.
    fn has_pouch(self) -> bool {
        !matches!(self, Kind::Unit | Kind::Leaf | Kind::Sheaf | Kind::Watch)
    }
}
