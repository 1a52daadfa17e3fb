//! Calls that make objects or collect, with the window that the model wants around each.

use crate::edge::exchange;
use crate::handle::{Strong, Weak};
use crate::model::{Edges, Id, SLOTS, model};
use crate::payload::{Aligned, Cells, Choice, Fixed, Large, Leaf, List, Payload, Sheaf, Unit};
use crate::pointer::{Ref, WeakRef};
use crate::program::{Action, Kind, Make};
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

    fn collection(generation: Generation) -> Open {
        model(|m| m.open_collection(generation));
        Open { returned: None }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        model(|m| m.close(self.returned));
    }
}

/// Collects a generation; all of them by `gc::collect` if `None`.
pub(crate) fn collect(generation: Option<Generation>) -> usize {
    let mut open = Open::collection(generation.unwrap_or(Generation::Old));
    let collected = match generation {
        Some(generation) => gc::collect_generation(generation),
        None => gc::collect(),
    };
    open.returned = Some(collected);
    collected
}

/// What a new object is given for its slots.
pub(crate) type Cargo = [Option<Strong>; SLOTS];

/// No edges.
pub(crate) const EMPTY: Cargo = [const { None }; SLOTS];

/// Whether an object of a kind can be born with an edge to one of another in a slot.
pub(crate) fn fits(kind: Kind, slot: usize, target: Kind) -> bool {
    match kind {
        Kind::Unit | Kind::Leaf => false,
        Kind::Sheaf => target == Kind::Leaf,
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

/// Makes an object. The cargo fits.
pub(crate) fn construct(kind: Kind, action: Action, cargo: Cargo, make: Make) -> Strong {
    fn object<T: Payload + Unpin>(value: T, make: Make) -> Cc<T> {
        match make {
            Make::New => Cc::new(value),
            Make::TryNew => Cc::try_new(value).unwrap_or_else(|_| panic!("there is no memory")),
            Make::Pin => Pin::into_inner(Cc::pin(value)),
        }
    }
    let id = model(|m| m.create(kind, action, names(&cargo)));
    let edges = unload(cargo);
    let open = Open::allocation(kind);
    let pointer: Ref = match kind {
        Kind::List => object(List::new(id, (edges, None)), make).into(),
        Kind::Cells => object(Cells::new(id, (edges, None)), make).into(),
        Kind::Choice => object(Choice::new(id, (edges, None)), make).into(),
        Kind::Fixed => object(Fixed::new(id, (edges, None)), make).into(),
        Kind::Aligned => object(Aligned::new(id, (edges, None)), make).into(),
        Kind::Large => object(Large::new(id, (edges, None)), make).into(),
        Kind::Unit => object(Unit::new(), make).into(),
        Kind::Leaf => object(Leaf::new(id, &edges), make).into(),
        Kind::Sheaf => object(Sheaf::new(id, edges), make).into(),
    };
    drop(open);
    Strong::first(pointer, id)
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

/// Makes an object by `Cc::new_cyclic`.
///
/// `prepare` gets a weak pointer to it, runs as its constructor, and gives its edges, which fit, and whether it is to
/// keep a weak pointer to itself. Not for units.
pub(crate) fn construct_cyclic(kind: Kind, action: Action, prepare: impl FnOnce(&Weak) -> (Cargo, bool)) -> Strong {
    /// Tells the model if there will be no value.
    struct Unborn(Option<Id>);

    impl Drop for Unborn {
        fn drop(&mut self) {
            if let Some(id) = self.0 {
                model(|m| m.abandoned(id));
            }
        }
    }

    fn object<T: Payload>(value: impl FnOnce(WeakRef) -> T) -> Ref
    where
        Ref: From<Cc<T>>,
        WeakRef: From<GcWeak<T>>,
    {
        Cc::new_cyclic(|weak| value(weak.clone().into())).into()
    }

    let id = model(|m| m.create(kind, action, [None; SLOTS]));
    let mut unborn = Unborn(Some(id));
    let open = Open::allocation(kind);
    let parts = |weak: WeakRef| {
        drop(open);
        let weak = Weak::new(weak, id);
        let (cargo, self_weak) = prepare(&weak);
        for (slot, target) in names(&cargo).into_iter().enumerate() {
            model(|m| m.set_edge(id, slot, target));
        }
        let me = (self_weak && kind.has_weak()).then(|| {
            model(|m| m.set_weak(id, Some(id)));
            weak.into_pointer()
        });
        unborn.0 = None;
        (unload(cargo), me)
    };
    let pointer = match kind {
        Kind::List => object(|weak| List::new(id, parts(weak))),
        Kind::Cells => object(|weak| Cells::new(id, parts(weak))),
        Kind::Choice => object(|weak| Choice::new(id, parts(weak))),
        Kind::Fixed => object(|weak| Fixed::new(id, parts(weak))),
        Kind::Aligned => object(|weak| Aligned::new(id, parts(weak))),
        Kind::Large => object(|weak| Large::new(id, parts(weak))),
        Kind::Leaf => object(|weak| Leaf::new(id, &parts(weak).0)),
        Kind::Sheaf => object(|weak| Sheaf::new(id, parts(weak).0)),
        Kind::Unit => unreachable!("a unit has no name"),
    };
    Strong::first(pointer, id)
}

/// Makes a chain of objects; gives the one made last, which leads to the others. Objects of the kind can have edges.
pub(crate) fn chain(kind: Kind, len: usize, action: impl Fn(usize) -> Action) -> Strong {
    let first = construct(kind, action(0), EMPTY, Make::New);
    lengthen(first, kind, len, action)
}

/// Makes a chain and closes it, if the slots of that kind can be changed.
pub(crate) fn ring(kind: Kind, len: usize, action: impl Fn(usize) -> Action) -> Strong {
    let first = construct(kind, action(0), EMPTY, Make::New);
    let last = lengthen(first.clone(), kind, len, action);
    let mut hand = Some(last.clone());
    let payload = first.pointer().view().payload;
    exchange(first.id(), 0, &mut hand, |edge| payload.replace(0, edge));
    last
}

fn lengthen(first: Strong, kind: Kind, len: usize, action: impl Fn(usize) -> Action) -> Strong {
    let onto = |last, index| construct(kind, action(index), [Some(last), None, None], Make::New);
    (1..len).fold(first, onto)
}

impl Kind {
    /// Whether there is room for a weak pointer.
    fn has_weak(self) -> bool {
        !matches!(self, Kind::Unit | Kind::Leaf | Kind::Sheaf)
    }
}
