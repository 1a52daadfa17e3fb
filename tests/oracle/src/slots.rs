//! The ways in which an object can hold its edges.

use crate::model::SLOTS;
use crate::pointer::{Ref, View};
use crate::program::Kind;
use gc_core::Trace;
use std::cell::{Cell, RefCell};

/// The content of a slot.
pub(crate) type Edge = Option<Ref>;

/// What was in a slot, or what should have been put there, if its cell is borrowed or cannot be changed.
pub(crate) type Replaced = Result<Edge, Edge>;

/// A value's edges, by number. No method here but `clear` drops a pointer.
pub(crate) trait Slots: Trace + Clone {
    const KIND: Kind;

    /// What there is no slot for must be `None`.
    fn new(edges: [Edge; SLOTS]) -> Self;

    /// Shows the content of a slot; `false` if its cell is mutably borrowed. `f` must not run code of the user.
    fn peek(&self, slot: usize, f: &mut dyn FnMut(Option<View<'_>>)) -> bool;

    fn replace(&self, slot: usize, edge: Edge) -> Replaced;

    fn replace_mut(&mut self, slot: usize, edge: Edge) -> Replaced;

    /// Sorts the slots by address, with a comparison that calls `f`; `false` if they are not in one place.
    fn sort(&mut self, _f: &mut dyn FnMut()) -> bool {
        false
    }

    /// Drops the content of a slot while its cell is borrowed; `false` if it already is.
    fn clear(&self, slot: usize) -> bool;

    /// Calls `f` while the cell is borrowed; `false` if it cannot be.
    fn hold(&self, exclusive: bool, f: &mut dyn FnMut()) -> bool;

    /// Calls `f`, which may run code of the user, with the content of a slot behind a shared borrow.
    fn enter(&self, slot: usize, f: &mut dyn FnMut(View<'_>)) -> bool;

    /// Whether nothing is borrowed.
    fn is_idle(&self) -> bool;

    fn cells(&self) -> &[Cell<Edge>] {
        &[]
    }
}

fn view(edge: &Edge) -> Option<View<'_>> {
    edge.as_ref().map(Ref::view)
}

fn sort_edges(edges: &mut [Edge], f: &mut dyn FnMut()) -> bool {
    let address = |edge: &Edge| view(edge).map(|view| view.address);
    edges.sort_by(|a, b| {
        f();
        address(a).cmp(&address(b))
    });
    true
}

/// Puts a copy of what is in a cell into another, without a moment in which user code could see it empty.
fn duplicate(cell: &Cell<Edge>) -> Cell<Edge> {
    let edge = cell.take();
    let copy = edge.clone();
    cell.set(edge);
    Cell::new(copy)
}

fn peek_cell(cell: &Cell<Edge>, f: &mut dyn FnMut(Option<View<'_>>)) {
    let edge = cell.take();
    f(view(&edge));
    cell.set(edge);
}

/// Calls `f` while a cell is borrowed; `false` if it cannot be.
fn borrowed<T>(cell: &RefCell<T>, exclusive: bool, f: &mut dyn FnMut()) -> bool {
    if exclusive {
        cell.try_borrow_mut().map(|_guard| f()).is_ok()
    } else {
        cell.try_borrow().map(|_guard| f()).is_ok()
    }
}

/// Edges in a `RefCell<Vec<_>>`.
#[derive(Clone, Trace)]
pub(crate) struct ListSlots(RefCell<Vec<Edge>>);

impl Slots for ListSlots {
    const KIND: Kind = Kind::List;

    fn new(edges: [Edge; SLOTS]) -> ListSlots {
        ListSlots(RefCell::new(edges.into()))
    }

    fn peek(&self, slot: usize, f: &mut dyn FnMut(Option<View<'_>>)) -> bool {
        self.0.try_borrow().map(|edges| f(view(&edges[slot]))).is_ok()
    }

    fn replace(&self, slot: usize, edge: Edge) -> Replaced {
        match self.0.try_borrow_mut() {
            Ok(mut edges) => Ok(std::mem::replace(&mut edges[slot], edge)),
            Err(_) => Err(edge),
        }
    }

    fn replace_mut(&mut self, slot: usize, edge: Edge) -> Replaced {
        Ok(std::mem::replace(&mut self.0.get_mut()[slot], edge))
    }

    fn sort(&mut self, f: &mut dyn FnMut()) -> bool {
        sort_edges(self.0.get_mut(), f)
    }

    fn clear(&self, slot: usize) -> bool {
        self.0.try_borrow_mut().map(|mut edges| edges[slot] = None).is_ok()
    }

    fn hold(&self, exclusive: bool, f: &mut dyn FnMut()) -> bool {
        borrowed(&self.0, exclusive, f)
    }

    fn enter(&self, slot: usize, f: &mut dyn FnMut(View<'_>)) -> bool {
        self.0.try_borrow().is_ok_and(|edges| view(&edges[slot]).map(f).is_some())
    }

    fn is_idle(&self) -> bool {
        self.0.try_borrow_mut().is_ok()
    }
}

/// Edges in `Cell`s.
#[derive(Trace)]
pub(crate) struct CellSlots([Cell<Edge>; 2]);

impl Clone for CellSlots {
    fn clone(&self) -> CellSlots {
        CellSlots([duplicate(&self.0[0]), duplicate(&self.0[1])])
    }
}

impl Slots for CellSlots {
    const KIND: Kind = Kind::Cells;

    fn new([first, second, _]: [Edge; SLOTS]) -> CellSlots {
        CellSlots([Cell::new(first), Cell::new(second)])
    }

    fn peek(&self, slot: usize, f: &mut dyn FnMut(Option<View<'_>>)) -> bool {
        self.0.get(slot).map(|cell| peek_cell(cell, f)).is_some()
    }

    fn replace(&self, slot: usize, edge: Edge) -> Replaced {
        match self.0.get(slot) {
            Some(cell) => Ok(cell.replace(edge)),
            None => Err(edge),
        }
    }

    fn replace_mut(&mut self, slot: usize, edge: Edge) -> Replaced {
        match self.0.get_mut(slot) {
            Some(cell) => Ok(std::mem::replace(cell.get_mut(), edge)),
            None => Err(edge),
        }
    }

    fn clear(&self, slot: usize) -> bool {
        self.0.get(slot).map(|cell| cell.set(None)).is_some()
    }

    fn hold(&self, _: bool, _: &mut dyn FnMut()) -> bool {
        false
    }

    fn enter(&self, _: usize, _: &mut dyn FnMut(View<'_>)) -> bool {
        false
    }

    fn is_idle(&self) -> bool {
        true
    }

    fn cells(&self) -> &[Cell<Edge>] {
        &self.0
    }
}

/// Edges in one cell or another.
#[derive(Trace)]
pub(crate) enum ChoiceSlots {
    One(RefCell<Edge>),
    Two { cell: Cell<Edge>, boxed: RefCell<Box<Edge>> },
}

impl Clone for ChoiceSlots {
    fn clone(&self) -> ChoiceSlots {
        match self {
            ChoiceSlots::One(edge) => ChoiceSlots::One(edge.clone()),
            ChoiceSlots::Two { cell, boxed } => ChoiceSlots::Two { cell: duplicate(cell), boxed: boxed.clone() },
        }
    }
}

impl Slots for ChoiceSlots {
    const KIND: Kind = Kind::Choice;

    fn new(edges: [Edge; SLOTS]) -> ChoiceSlots {
        match edges {
            [Some(first), None, _] => ChoiceSlots::One(RefCell::new(Some(first))),
            [first, second, _] => ChoiceSlots::Two { cell: Cell::new(first), boxed: RefCell::new(Box::new(second)) },
        }
    }

    fn peek(&self, slot: usize, f: &mut dyn FnMut(Option<View<'_>>)) -> bool {
        match (self, slot) {
            (ChoiceSlots::One(edge), 0) => edge.try_borrow().map(|edge| f(view(&edge))).is_ok(),
            (ChoiceSlots::Two { cell, .. }, 0) => {
                peek_cell(cell, f);
                true
            }
            (ChoiceSlots::Two { boxed, .. }, 1) => boxed.try_borrow().map(|edge| f(view(&edge))).is_ok(),
            _ => false,
        }
    }

    fn replace(&self, slot: usize, new: Edge) -> Replaced {
        let old = match (self, slot) {
            (ChoiceSlots::One(edge), 0) => edge.try_borrow_mut().map(|mut edge| edge.take()),
            (ChoiceSlots::Two { cell, .. }, 0) => Ok(cell.take()),
            (ChoiceSlots::Two { boxed, .. }, 1) => boxed.try_borrow_mut().map(|mut edge| edge.take()),
            _ => return Err(new),
        };
        let Ok(old) = old else { return Err(new) };
        match self {
            ChoiceSlots::One(edge) => *edge.borrow_mut() = new,
            ChoiceSlots::Two { cell, .. } if slot == 0 => cell.set(new),
            ChoiceSlots::Two { boxed, .. } => **boxed.borrow_mut() = new,
        }
        Ok(old)
    }

    fn replace_mut(&mut self, slot: usize, new: Edge) -> Replaced {
        let edge = match (self, slot) {
            (ChoiceSlots::One(edge), 0) => edge.get_mut(),
            (ChoiceSlots::Two { cell, .. }, 0) => cell.get_mut(),
            (ChoiceSlots::Two { boxed, .. }, 1) => boxed.get_mut(),
            _ => return Err(new),
        };
        Ok(std::mem::replace(edge, new))
    }

    fn clear(&self, slot: usize) -> bool {
        match (self, slot) {
            (ChoiceSlots::One(edge), 0) => edge.try_borrow_mut().map(|mut edge| *edge = None).is_ok(),
            (ChoiceSlots::Two { cell, .. }, 0) => {
                cell.set(None);
                true
            }
            (ChoiceSlots::Two { boxed, .. }, 1) => boxed.try_borrow_mut().map(|mut edge| **edge = None).is_ok(),
            _ => false,
        }
    }

    fn hold(&self, exclusive: bool, f: &mut dyn FnMut()) -> bool {
        match self {
            ChoiceSlots::One(edge) => borrowed(edge, exclusive, f),
            ChoiceSlots::Two { boxed, .. } => borrowed(boxed, exclusive, f),
        }
    }

    fn enter(&self, slot: usize, f: &mut dyn FnMut(View<'_>)) -> bool {
        match (self, slot) {
            (ChoiceSlots::One(edge), 0) => edge.try_borrow().is_ok_and(|edge| view(&edge).map(f).is_some()),
            (ChoiceSlots::Two { boxed, .. }, 1) => boxed.try_borrow().is_ok_and(|edge| view(&edge).map(f).is_some()),
            _ => false,
        }
    }

    fn is_idle(&self) -> bool {
        match self {
            ChoiceSlots::One(edge) => edge.try_borrow_mut().is_ok(),
            ChoiceSlots::Two { boxed, .. } => boxed.try_borrow_mut().is_ok(),
        }
    }
}

/// Edges in no cell: they change through exclusive access only.
#[derive(Clone, Trace)]
pub(crate) struct FixedSlots(Vec<Edge>);

impl Slots for FixedSlots {
    const KIND: Kind = Kind::Fixed;

    fn new(edges: [Edge; SLOTS]) -> FixedSlots {
        FixedSlots(edges.into())
    }

    fn peek(&self, slot: usize, f: &mut dyn FnMut(Option<View<'_>>)) -> bool {
        f(view(&self.0[slot]));
        true
    }

    fn replace(&self, _: usize, edge: Edge) -> Replaced {
        Err(edge)
    }

    fn replace_mut(&mut self, slot: usize, edge: Edge) -> Replaced {
        Ok(std::mem::replace(&mut self.0[slot], edge))
    }

    fn sort(&mut self, f: &mut dyn FnMut()) -> bool {
        sort_edges(&mut self.0, f)
    }

    fn clear(&self, _: usize) -> bool {
        false
    }

    fn hold(&self, _: bool, _: &mut dyn FnMut()) -> bool {
        false
    }

    fn enter(&self, slot: usize, f: &mut dyn FnMut(View<'_>)) -> bool {
        view(&self.0[slot]).map(f).is_some()
    }

    fn is_idle(&self) -> bool {
        true
    }
}
