//! What hangs on an object besides its value: callbacks on its death, and values that it owns as the key of ephemerons.
//!
//! A header has no room for them, so they are in a table, and a flag in the header says whether to look there. Objects
//! without attachments cost nothing.
//!
//! Invariants:
//! 1. The header of an object that has an attachment says so; the attachment goes when the object dies, before its
//!    slot.
//! 2. For each value in an attachment the object owns a strong pointer to it: tracing the object visits them.
//! 3. The table is never borrowed while code of the user runs.

use super::visit;
use crate::object::{ObjectPtr, Tracer};
use core::cell::{Cell, RefCell};
use core::mem;
use std::collections::{BTreeMap, HashMap};

/// What is called when an object dies: when every weak pointer to it reads dead, and before its value is dropped.
pub(crate) trait DeathCallback {
    /// Does what is to be done. Called once at most. User code may run.
    fn run(&self);

    /// Whether there is still something to be done.
    fn is_alive(&self) -> bool;

    /// Whether it is to be called also when the thread ends before the object.
    fn at_exit(&self) -> bool {
        false
    }
}

/// A callback, with the number by which callbacks are ordered.
pub(crate) struct Registered {
    pub(crate) number: u64,
    pub(crate) callback: Box<dyn DeathCallback>,
}

/// What hangs on one object.
#[derive(Default)]
struct Attachment {
    callbacks: Vec<Registered>,
    values: BTreeMap<u64, ObjectPtr>,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Attachments {
    of: RefCell<HashMap<ObjectPtr, Attachment>>,
    /// The number of the next callback or value.
    next: Cell<u64>,
    /// Whether a callback has been asked to run at the end of the thread, since these were last taken.
    has_new_at_exit: Cell<bool>,
}

impl Attachments {
    /// Calls back when an object dies.
    pub(crate) fn attach_callback(&self, object: ObjectPtr, callback: Box<dyn DeathCallback>) {
        let number = self.take_number();
        let mut pointless = Vec::new();
        self.with(object, |attachment| {
            let callbacks = &mut attachment.callbacks;
            if callbacks.len() == callbacks.capacity() {
                // Before the list grows, what has become pointless goes. It grows to twice the rest, so that this is
                // done seldom enough.
                (*callbacks, pointless) = mem::take(callbacks).into_iter().partition(|it| it.callback.is_alive());
                callbacks.reserve(callbacks.len() + 1);
            }
            callbacks.push(Registered { number, callback });
        });
        // Inv. 3: their drop may run code of the user.
        drop(pointless);
    }

    /// Makes a value the object's own, whose strong pointer is that of the caller. Gives the number to release it by.
    pub(crate) fn attach_value(&self, object: ObjectPtr, value: ObjectPtr) -> u64 {
        let number = self.take_number();
        self.with(object, |attachment| {
            attachment.values.insert(number, value);
        });
        number
    }

    /// Takes a value away from an object, and gives its strong pointer; `None` if the object does not have it any more.
    pub(crate) fn detach_value(&self, object: ObjectPtr, number: u64) -> Option<ObjectPtr> {
        self.of.borrow_mut().get_mut(&object)?.values.remove(&number)
    }

    /// The number of callbacks of an object.
    pub(crate) fn count_callbacks(&self, object: ObjectPtr) -> usize {
        self.of.borrow().get(&object).map_or(0, |attachment| attachment.callbacks.len())
    }

    /// Takes the callbacks of a dying object.
    pub(crate) fn take_callbacks(&self, object: ObjectPtr) -> Vec<Registered> {
        self.of.borrow_mut().get_mut(&object).map(|attachment| mem::take(&mut attachment.callbacks)).unwrap_or_default()
    }

    /// Ends the attachment of an object, and gives the strong pointers to its values.
    pub(crate) fn take_values(&self, object: ObjectPtr) -> impl Iterator<Item = ObjectPtr> + use<> {
        let ended = self.of.borrow_mut().remove(&object);
        ended.map(|attachment| attachment.values).unwrap_or_default().into_values()
    }

    /// Notes that a callback has been asked to run at the end of the thread.
    pub(crate) fn note_new_at_exit(&self) {
        self.has_new_at_exit.set(true);
    }

    /// Takes the callbacks of living objects that have been asked to run at the end of the thread, since these were
    /// last taken.
    pub(crate) fn take_new_callbacks_at_exit(&self) -> Vec<Registered> {
        let mut taken = Vec::new();
        if !self.has_new_at_exit.take() {
            return taken;
        }
        for attachment in self.of.borrow_mut().values_mut() {
            let callbacks = mem::take(&mut attachment.callbacks).into_iter();
            let (due, rest): (Vec<_>, _) = callbacks.partition(|it| it.callback.at_exit() && it.callback.is_alive());
            attachment.callbacks = rest;
            taken.extend(due);
        }
        taken
    }

    /// Whether no object has an attachment.
    pub(crate) fn is_empty(&self) -> bool {
        self.of.borrow().is_empty()
    }

    /// Visits the values of an object.
    pub(crate) fn trace(&self, object: ObjectPtr, tracer: &mut Tracer<'_>) {
        if let Some(attachment) = self.of.borrow().get(&object) {
            attachment.values.values().for_each(|&value| visit(value, tracer));
        }
    }

    fn with(&self, object: ObjectPtr, attach: impl FnOnce(&mut Attachment)) {
        attach(self.of.borrow_mut().entry(object).or_default());
        object.header().set_attached();
    }

    fn take_number(&self) -> u64 {
        let number = self.next.get();
        self.next.set(number + 1);
        number
    }
}
