//! What is noted while the program runs.

use gc_core::gc::{self, CallbackId, Collection, Phase};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Steps from one note of the size to the next.
const STEPS_PER_NOTE: usize = 10;

/// See the module.
pub(crate) struct History {
    /// A step, and the number of tracked objects after it.
    sizes: Vec<(usize, usize)>,
    log: Rc<Log>,
    callback: CallbackId,
}

#[derive(Default)]
struct Log {
    step: Cell<usize>,
    /// Collections, with the step that each was part of.
    collections: RefCell<Vec<(usize, Collection)>>,
}

impl History {
    /// Notes all collections from now on.
    pub(crate) fn start() -> History {
        let log = Rc::new(Log::default());
        let callback = gc::callbacks().add({
            let log = log.clone();
            move |phase, collection| {
                if phase == Phase::Stop {
                    log.collections.borrow_mut().push((log.step.get(), *collection));
                }
            }
        });
        History { sizes: Vec::new(), log, callback }
    }

    /// Is told of the end of each step.
    pub(crate) fn note(&mut self, step: usize) {
        if step % STEPS_PER_NOTE == 0 {
            self.sizes.push((step, gc::tracked_count()));
        }
        self.log.step.set(step);
    }

    /// The number of tracked objects, now and then, after the steps it is given with.
    pub(crate) fn sizes(&self) -> &[(usize, usize)] {
        &self.sizes
    }

    /// The collections, with the steps before which they were.
    pub(crate) fn collections(&self) -> Vec<(usize, Collection)> {
        self.log.collections.borrow().clone()
    }

    pub(crate) fn end(self) {
        gc::callbacks().remove(self.callback);
    }
}
