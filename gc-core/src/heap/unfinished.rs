//! What destructors leave for one further out to do: the objects whose drop would have gone too deep, and the first
//! panic.

use crate::object::ObjectPtr;
use core::any::Any;
use core::cell::{Cell, RefCell};
use core::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

type Payload = Box<dyn Any + Send>;

/// How many objects can be deferred without an allocation: more than a list of any length needs, one link of which
/// waits at a time.
const RESERVED: usize = 64;

/// See the module.
pub(crate) struct Unfinished {
    /// Whether there is anything.
    any: Cell<bool>,
    deferred: RefCell<Vec<ObjectPtr>>,
    panic: Cell<Option<Payload>>,
}

impl Unfinished {
    /// Nothing; `None` if there is no memory.
    pub(crate) fn new() -> Option<Unfinished> {
        let mut deferred = Vec::new();
        deferred.try_reserve_exact(RESERVED).ok()?;
        Some(Unfinished { any: Cell::new(false), deferred: RefCell::new(deferred), panic: Cell::new(None) })
    }

    /// Whether there is anything to finish.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.any.get()
    }

    /// Remembers an object whose value has yet to be dropped; `false` if there is no memory for that.
    #[cold]
    #[inline(never)]
    pub(crate) fn defer(&self, object: ObjectPtr) -> bool {
        let mut deferred = self.deferred.borrow_mut();
        let remembered = deferred.try_reserve(1).is_ok();
        if remembered {
            deferred.push(object);
            self.any.set(true);
        }
        remembered
    }

    /// An object that was deferred.
    pub(crate) fn next_deferred(&self) -> Option<ObjectPtr> {
        self.deferred.borrow_mut().pop()
    }

    /// Runs code of the user; a panic in it is kept, if it is the first. `AssertUnwindSafe`: the panic goes on later.
    #[inline]
    pub(crate) fn guard(&self, user: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(user)) {
            self.keep(payload);
        }
    }

    /// Keeps a panic, if it is the first: there is none yet, and none is unwinding, for that one is older. Others end
    /// here.
    #[cold]
    #[inline(never)]
    fn keep(&self, payload: Payload) {
        match self.panic.take() {
            None if !thread::panicking() => {
                self.panic.set(Some(payload));
                self.any.set(true);
            }
            first => {
                self.panic.set(first);
                Panic(Some(payload)).discard();
            }
        }
    }

    /// Puts back the panic that was taken, when none has been kept since.
    pub(crate) fn put_back(&self, panic: Panic) {
        if panic.is_some() {
            self.panic.set(panic.0);
            self.any.set(true);
        }
    }

    /// Takes the panic that was kept. If nothing is deferred, nothing is left unfinished.
    pub(crate) fn take_panic(&self) -> Panic {
        self.any.set(!self.deferred.borrow().is_empty());
        Panic(self.panic.take())
    }
}

/// A panic that has been kept, or none.
#[derive(Default)]
#[must_use]
pub(crate) struct Panic(Option<Payload>);

impl From<Payload> for Panic {
    fn from(payload: Payload) -> Panic {
        Panic(Some(payload))
    }
}

impl Panic {
    /// Lets the panic go on. (Not in a thread that is panicking, or it would not have been kept.)
    #[inline]
    pub(crate) fn throw(self) {
        if let Some(payload) = self.0 {
            resume_unwind(payload);
        }
    }

    /// Whether there is one.
    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Ends the panic here. The panic hook has reported it. The drop of the payload is code of the user too: what that
    /// panics with is forgotten.
    pub(crate) fn discard(self) {
        if let Err(next) = catch_unwind(AssertUnwindSafe(|| drop(self.0))) {
            mem::forget(next);
        }
    }
}
