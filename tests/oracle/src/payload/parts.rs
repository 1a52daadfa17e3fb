//! The parts of values: names, ends, ballast.

use crate::action;
use crate::model::{Id, Source, model};
use crate::program::Kind;
use gc_core::Trace;
use std::cell::Cell;

/// What the pattern in a value is made of.
const CANARY: u64 = 0x5ca1_ab1e_0ddb_a11d;

/// The name of the object that a value belongs to, written down twice.
pub(crate) struct Name {
    id: Cell<Id>,
    check: Cell<u64>,
}

impl Name {
    fn new(id: Id) -> Name {
        Name { id: Cell::new(id), check: Cell::new(CANARY ^ id as u64) }
    }

    pub(crate) fn id(&self) -> Id {
        self.id.get()
    }

    pub(super) fn set(&self, id: Id) {
        self.id.set(id);
        self.check.set(CANARY ^ id as u64);
    }

    pub(super) fn is_intact(&self) -> bool {
        self.check.get() == CANARY ^ self.id() as u64
    }
}

/// The first field of a value. Acts as the object's destructor.
pub(crate) struct Head(pub(super) Name);

impl Drop for Head {
    fn drop(&mut self) {
        let id = self.0.id();
        if self.0.is_intact() {
            let action = model(|m| m.dying(id));
            action::perform(action, Source::Destructor(id));
        } else {
            model(|m| m.fail(|_| format!("a value was destroyed that calls itself #{id} and is not intact")));
        }
    }
}

/// The last field of a value.
pub(crate) struct Tail(pub(super) Name);

impl Drop for Tail {
    fn drop(&mut self) {
        model(|m| m.dead(self.0.id()));
    }
}

/// The first and the last field of a value.
pub(super) fn ends(id: Id) -> (Head, Tail) {
    (Head(Name::new(id)), Tail(Name::new(id)))
}

/// What an object holds besides edges.
pub(crate) trait Ballast: Trace + Clone {
    /// The kind of an object with this ballast, if that decides.
    const KIND: Option<Kind>;

    fn new() -> Self;

    fn is_intact(&self) -> bool;
}

impl Ballast for () {
    const KIND: Option<Kind> = None;

    fn new() {}

    fn is_intact(&self) -> bool {
        true
    }
}

/// Aligned to 64 bytes.
#[derive(Clone, Trace)]
#[trace(acyclic)]
#[repr(align(64))]
pub(crate) struct CacheLine([u64; 3]);

impl Ballast for CacheLine {
    const KIND: Option<Kind> = Some(Kind::Aligned);

    fn new() -> CacheLine {
        CacheLine([CANARY; 3])
    }

    fn is_intact(&self) -> bool {
        self.0 == [CANARY; 3] && (&raw const *self).addr() % 64 == 0
    }
}

/// Larger than any slot.
#[derive(Clone, Trace)]
#[trace(acyclic)]
pub(crate) struct Pages([u64; 7500]);

impl Ballast for Pages {
    const KIND: Option<Kind> = Some(Kind::Large);

    fn new() -> Pages {
        Pages([CANARY; 7500])
    }

    fn is_intact(&self) -> bool {
        self.0.iter().all(|&word| word == CANARY)
    }
}

/// The methods of a payload with a head and a tail.
macro_rules! named {
    () => {
        fn name(&self) -> Option<&Name> {
            Some(&self.head.0)
        }

        fn rename(&self, id: Id) {
            self.head.0.set(id);
            self.tail.0.set(id);
        }
    };
}

pub(super) use named;
