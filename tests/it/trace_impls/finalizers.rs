//! Which types have the finalizer of what is in them.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::{Mutex, OnceLock, RwLock};

use gc_core::{Cc, Finalize, Trace, collect, gc};

/// Counts the calls of its finalizer, which looks at itself through its own cycle, if it is in one.
#[derive(Trace)]
#[trace(finalize)]
struct Loud {
    calls: Rc<Cell<u32>>,
    me: Cell<Option<Cc<OnceCell<Loud>>>>,
}

impl Finalize for Loud {
    fn finalize(&self) {
        self.calls.set(self.calls.get() + 1);
        if let Some(me) = self.me.take() {
            assert_eq!(me.get().expect("the content is still there").calls.get(), self.calls.get());
        }
    }
}

fn calls_in<C: Trace>(wrap: impl FnOnce(Loud) -> C) -> u32 {
    let calls = Rc::default();
    drop(Cc::new(wrap(Loud { calls: Rc::clone(&calls), me: Cell::default() })));
    calls.get()
}

#[test]
fn what_a_cell_lends_has_its_finalizer_called() {
    assert_eq!(calls_in(RefCell::new), 1);
    assert_eq!(calls_in(OnceCell::from), 1);
    assert_eq!(calls_in(OnceLock::from), 1);
}

#[test]
fn what_is_not_lent_has_not() {
    assert_eq!(calls_in(Cell::new), 0);
    assert_eq!(calls_in(Mutex::new), 0);
    assert_eq!(calls_in(RwLock::new), 0);
    assert_eq!(calls_in(Some), 0);
    assert_eq!(calls_in(Box::new), 0);
}

/// A finalizer that looked for the content would panic.
#[test]
fn empty_cell_has_nothing_to_finalize() {
    drop(Cc::new(OnceCell::<Loud>::new()));
    drop(Cc::new(OnceLock::<Loud>::new()));
}

#[test]
fn finalizer_in_a_cell_may_look_at_its_cell() {
    gc::disable();
    let calls = Rc::default();
    let cell = Cc::new(OnceCell::new());
    let loud = Loud { calls: Rc::clone(&calls), me: Cell::new(Some(cell.clone())) };
    assert!(cell.set(loud).is_ok());
    drop(cell);
    assert_eq!(calls.get(), 0);

    // By taking its own pointer it has ended the cycle, and died before it could be counted.
    assert_eq!(collect(), 0);
    assert_eq!(calls.get(), 1);
}
