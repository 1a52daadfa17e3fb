//! What destructors do, and what they find to do it with.

use crate::construct::{EMPTY, collect, construct, ring};
use crate::handle::{Strong, Weak};
use crate::model::{Id, model};
use crate::program::{Action, Kind, Make};
use gc_core::gc::Generation;
use std::cell::RefCell;
use std::panic::resume_unwind;

/// What a destructor panics with: the name of its object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Boom(pub(crate) Id);

thread_local! {
    static KEPT: RefCell<Vec<Strong>> = const { RefCell::new(Vec::new()) };
    static KEPT_WEAK: RefCell<Vec<Weak>> = const { RefCell::new(Vec::new()) };
}

/// Puts a pointer where destructors find it.
pub(crate) fn keep(strong: Strong) {
    KEPT.with_borrow_mut(|kept| kept.push(strong));
}

/// Takes the pointer that was put there last.
pub(crate) fn unkeep() -> Option<Strong> {
    KEPT.with_borrow_mut(Vec::pop)
}

/// Calls `f` with what there is. It must not drop a pointer into the heap.
pub(crate) fn with_kept<R>(f: impl FnOnce(&[Strong], &[Weak]) -> R) -> R {
    KEPT.with_borrow(|kept| KEPT_WEAK.with_borrow(|weak| f(kept, weak)))
}

pub(crate) fn keep_weak(weak: Weak) {
    KEPT_WEAK.with_borrow_mut(|kept| kept.push(weak));
}

pub(crate) fn unkeep_weak() -> Option<Weak> {
    KEPT_WEAK.with_borrow_mut(Vec::pop)
}

/// Does what the destructor of the object is to do.
pub(crate) fn perform(action: Action, id: Id) {
    if action == Action::Nothing {
        return;
    }
    model(|m| {
        m.effects.actions += 1;
        m.unsure_of_counts = true;
    });
    let odd = id % 2 == 1;
    match action {
        Action::Nothing => {}
        Action::Allocate => {
            let kind = if odd { Kind::List } else { Kind::Leaf };
            let strong = construct(kind, Action::Nothing, EMPTY, Make::New);
            if id % 4 < 2 {
                keep(strong);
            }
        }
        Action::Ring => drop(ring(Kind::Cells, 1 + id % 3, |_| Action::Nothing)),
        Action::Collect => {
            let generations = [None, Some(Generation::Young), Some(Generation::Middle), Some(Generation::Old)];
            collect(generations[id % 4]);
        }
        Action::DropKept => drop(unkeep()),
        Action::UpgradeKept => {
            let weak = KEPT_WEAK.with_borrow(|kept| kept.get(id.checked_rem(kept.len())?).cloned());
            let strong = weak.and_then(|weak| weak.upgrade());
            match strong {
                Some(strong) if odd => keep(strong),
                strong => drop(strong),
            }
        }
        Action::DropKeptWeak => drop(unkeep_weak()),
        Action::Panic => panic(id),
    }
}

/// Panics on behalf of an object, without a word from the panic hook.
pub(crate) fn panic(id: Id) -> ! {
    model(|m| {
        m.effects.panics += 1;
        m.unsure_of_counts = true;
        m.panicked.get_or_insert(id);
    });
    resume_unwind(Box::new(Boom(id)))
}
