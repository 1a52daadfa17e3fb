//! Which objects have been made since some moment, for leak checks.
//!
//! An address alone cannot tell, for slots are used again. So while somebody wants to know, it is noted of each slot
//! when it was last made an object in. An object that was there before keeps its slot for as long as it lives: it is
//! younger than a moment exactly if its slot has been used since. Nothing is done to the objects themselves, whose
//! counts the program sees.
//!
//! While nobody wants to know, it costs a look at a counter for each object that is made.

use crate::object::ObjectPtr;
use core::cell::{Cell, RefCell};
use core::hash::BuildHasherDefault;
use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use std::collections::HashMap;
use std::hash::DefaultHasher;

thread_local! {
    static BIRTHS: Births = const { Births::new() };
}

struct Births {
    /// How many [`BirthWatch`]es there are.
    watches: Cell<usize>,
    /// How many births have been noted: the number of the next.
    count: Cell<u64>,
    /// The number of the last birth at an address, since there has been a watch. The last watch empties it. Without a
    /// destructor, it can be used for as long as the thread runs, in the destructors of other thread-local values too.
    last: RefCell<ManuallyDrop<HashMap<usize, u64, BuildHasherDefault<DefaultHasher>>>>,
}

const _: () = assert!(!mem::needs_drop::<Births>());

impl Births {
    const fn new() -> Births {
        let last = HashMap::with_hasher(BuildHasherDefault::new());
        Births { watches: Cell::new(0), count: Cell::new(0), last: RefCell::new(ManuallyDrop::new(last)) }
    }

    #[cold]
    fn note(&self, object: ObjectPtr) {
        let number = self.count.get();
        self.count.set(number + 1);
        self.last.borrow_mut().insert(object.value().addr().get(), number);
    }
}

/// Notes the birth of an object, if anybody watches. Every object passes here, before anybody knows of it.
#[inline]
pub(super) fn note(object: ObjectPtr) {
    BIRTHS.with(|births| {
        if births.watches.get() != 0 {
            births.note(object);
        }
    });
}

/// Knows which objects of this thread have been made since it was.
#[derive(Debug)]
pub(crate) struct BirthWatch {
    /// The number of the first birth that it has seen.
    first: u64,
    /// It is for the objects of one thread.
    not_send: PhantomData<*const ()>,
}

impl BirthWatch {
    pub(crate) fn start() -> BirthWatch {
        BIRTHS.with(|births| {
            births.watches.set(births.watches.get() + 1);
            BirthWatch { first: births.count.get(), not_send: PhantomData }
        })
    }

    /// Whether the object that is alive at an address has been made since.
    pub(crate) fn has_seen(&self, address: usize) -> bool {
        let number = BIRTHS.with(|births| births.last.borrow().get(&address).copied());
        number.is_some_and(|number| number >= self.first)
    }
}

impl Drop for BirthWatch {
    fn drop(&mut self) {
        BIRTHS.with(|births| {
            births.watches.set(births.watches.get() - 1);
            if births.watches.get() == 0 {
                // With its memory.
                **births.last.borrow_mut() = HashMap::default();
            }
        });
    }
}
