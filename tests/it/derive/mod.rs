//! `#[derive(Trace)]`: which edges it makes the collector see, for every shape of type.
//!
//! A cycle is collected only if all of its edges are seen, and an object that is still held survives only if none of
//! them is seen twice, so the numbers that `collect` returns say exactly what the derive visits.

mod acyclic;
mod bounds;
mod enums;
mod generics;
mod macros;
mod names;
mod skip;
mod structs;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gc_core::{Cc, collect, gc};

/// A slot for an edge, empty at first.
type Slot<T> = RefCell<Option<Cc<T>>>;

fn fill<T>(slot: &Slot<T>, target: &Cc<T>) {
    slot.replace(Some(target.clone()));
}

/// How many marks have been dropped.
#[derive(Default)]
struct Drops(Rc<Cell<usize>>);

impl Drops {
    /// What each value in these tests has one of. The `Rc` makes a leaf of it.
    fn mark(&self) -> Mark {
        Rc::new(Counted(self.0.clone()))
    }

    /// Collects what must be `objects` garbage objects, with a mark in each.
    #[track_caller]
    fn assert_collected(&self, objects: usize) {
        assert_eq!(self.0.take(), 0, "nothing in a cycle is freed by counting");
        assert_eq!(collect(), objects);
        assert_eq!(self.0.take(), objects);
        assert_eq!(collect(), 0);
    }

    /// Collects, and finds nothing: everything is held, or looks as if it were.
    #[track_caller]
    fn assert_nothing_collected(&self) {
        assert_eq!(collect(), 0);
        assert_eq!(self.0.get(), 0);
    }

    #[track_caller]
    fn assert_freed(&self, objects: usize) {
        assert_eq!(self.0.take(), objects);
        assert_eq!(collect(), 0);
        assert_eq!(self.0.get(), 0);
    }
}

type Mark = Rc<Counted>;

struct Counted(Rc<Cell<usize>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// Turns automatic collections off, for the thread of one test.
fn start() -> Drops {
    gc::disable();
    Drops::default()
}
