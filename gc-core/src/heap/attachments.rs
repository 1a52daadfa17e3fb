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
use hashbrown::HashTable;
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::rc::Rc;

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
    pub(crate) callback: Rc<dyn DeathCallback>,
}

/// Callbacks on the death of one object, which mostly has one.
pub(crate) type Callbacks = SmallVec<[Registered; 1]>;

/// What hangs on one object.
struct Attachment {
    to: ObjectPtr,
    callbacks: Callbacks,
    values: BTreeMap<u64, ObjectPtr>,
}

impl Attachment {
    fn new(to: ObjectPtr) -> Attachment {
        Attachment { to, callbacks: Callbacks::new(), values: BTreeMap::new() }
    }
}

/// See the module.
#[derive(Default)]
pub(crate) struct Attachments {
    table: RefCell<HashTable<Attachment>>,
    /// The number of the next callback or value.
    next: Cell<u64>,
    /// Whether a callback has been asked to run at the end of the thread, since these were last taken.
    has_new_at_exit: Cell<bool>,
}

impl Attachments {
    /// Calls back when an object dies.
    pub(crate) fn attach_callback(&self, object: ObjectPtr, callback: Rc<dyn DeathCallback>) {
        let number = self.take_number();
        let mut pointless = Callbacks::new();
        self.extend(object, |attachment| {
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
        self.extend(object, |attachment| {
            attachment.values.insert(number, value);
        });
        number
    }

    /// Takes a value away from an object, and gives its strong pointer; `None` if the object does not have it any more.
    pub(crate) fn detach_value(&self, object: ObjectPtr, number: u64) -> Option<ObjectPtr> {
        self.with(object, |attachment| attachment.values.remove(&number)).flatten()
    }

    /// The number of callbacks of an object.
    pub(crate) fn count_callbacks(&self, object: ObjectPtr) -> usize {
        self.with(object, |attachment| attachment.callbacks.len()).unwrap_or_default()
    }

    /// Takes the callbacks of a dying object.
    pub(crate) fn take_callbacks(&self, object: ObjectPtr) -> Callbacks {
        self.with(object, |attachment| mem::take(&mut attachment.callbacks)).unwrap_or_default()
    }

    /// Ends the attachment of an object, and gives the strong pointers to its values.
    pub(crate) fn take_values(&self, object: ObjectPtr) -> impl Iterator<Item = ObjectPtr> + use<> {
        let ended = {
            let mut table = self.table.borrow_mut();
            let found = table.find_entry(object.address_hash(), |it| it.to == object);
            found.ok().map(|entry| entry.remove().0)
        };
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
        for attachment in self.table.borrow_mut().iter_mut() {
            let callbacks = mem::take(&mut attachment.callbacks).into_iter();
            let (due, rest): (Callbacks, _) = callbacks.partition(|it| it.callback.at_exit() && it.callback.is_alive());
            attachment.callbacks = rest;
            taken.extend(due);
        }
        taken
    }

    /// Whether no object has an attachment.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.borrow().is_empty()
    }

    /// Visits the values of an object.
    pub(crate) fn trace(&self, object: ObjectPtr, tracer: &mut Tracer<'_>) {
        self.with(object, |attachment| attachment.values.values().for_each(|&value| visit(value, tracer)));
    }

    /// Does something with the attachment of an object, if it has one.
    fn with<R>(&self, object: ObjectPtr, each: impl FnOnce(&mut Attachment) -> R) -> Option<R> {
        self.table.borrow_mut().find_mut(object.address_hash(), |it| it.to == object).map(each)
    }

    /// Adds to the attachment of an object.
    fn extend(&self, object: ObjectPtr, attach: impl FnOnce(&mut Attachment)) {
        let mut table = self.table.borrow_mut();
        let entry = table.entry(object.address_hash(), |it| it.to == object, |it| it.to.address_hash());
        attach(entry.or_insert_with(|| Attachment::new(object)).into_mut());
        object.header().set_attached();
    }

    fn take_number(&self) -> u64 {
        let number = self.next.get();
        self.next.set(number + 1);
        number
    }
}
