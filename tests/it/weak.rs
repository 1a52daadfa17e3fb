//! The weak containers: what each method does, when entries go, what code of the user may do meanwhile, and what the
//! collector sees of them. Tests named after Python's are those of `test_weakref` and `test_weakset`.

mod collection;
mod death;
mod iteration;
mod operations;
mod random;
mod reentrancy;

use gc_core::gc::{self, DebugFlags};
use gc_core::weak::{ByIdentity, Ephemeron, EphemeronMap, WeakKeyMap, WeakSet, WeakValueMap};
use gc_core::{Acyclic, AnyCc, Cc, Finalize, Leaf, Trace, Weak, collect};
use static_assertions::{assert_impl_all, assert_not_impl_any};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;

/// The numbers of the things that were dropped.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<u32>>>);

impl Log {
    fn thing(&self, number: u32) -> Cc<Thing> {
        self.saying(number, || ())
    }

    /// A thing whose destructor calls `last_words`.
    fn saying(&self, number: u32, last_words: impl FnOnce() + 'static) -> Cc<Thing> {
        let last_words = Some(Box::new(last_words) as Box<dyn FnOnce()>);
        Cc::new(Thing {
            number,
            edges: RefCell::default(),
            on_eq: Script::default(),
            on_hash: Script::default(),
            _last: Last { number, log: self.clone(), last_words },
        })
    }

    fn things<const N: usize>(&self) -> [Cc<Thing>; N] {
        std::array::from_fn(|number| self.thing(number as u32))
    }

    fn sorted(&self) -> Vec<u32> {
        let mut numbers = self.0.borrow().clone();
        numbers.sort_unstable();
        numbers
    }

    fn count(&self) -> usize {
        self.0.borrow().len()
    }
}

/// Key, member and value. Hashes and compares by its number, has whatever edges a test puts there, and runs code of the
/// test when it is hashed, compared (with any other) and dropped.
#[derive(Trace)]
struct Thing {
    number: u32,
    edges: RefCell<Vec<Box<dyn Trace>>>,
    #[trace(skip)]
    on_hash: Script,
    #[trace(skip)]
    on_eq: Script,
    #[trace(skip)]
    _last: Last,
}

impl Thing {
    fn own(&self, edge: impl Trace) {
        self.edges.borrow_mut().push(Box::new(edge));
    }
}

impl Hash for Thing {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.on_hash.run();
        self.number.hash(state);
    }
}

impl PartialEq for Thing {
    fn eq(&self, other: &Thing) -> bool {
        self.on_eq.run();
        other.on_eq.run();
        self.number == other.number
    }
}

impl Eq for Thing {}

impl std::fmt::Debug for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "thing {}", self.number)
    }
}

struct Last {
    number: u32,
    log: Log,
    last_words: Option<Box<dyn FnOnce()>>,
}

impl Drop for Last {
    fn drop(&mut self) {
        self.log.0.borrow_mut().push(self.number);
        if let Some(last_words) = self.last_words.take() {
            last_words();
        }
    }
}

/// What a test wants to be run, once.
#[derive(Default)]
struct Script(RefCell<Option<Box<dyn FnOnce()>>>);

impl Script {
    fn set(&self, script: impl FnOnce() + 'static) {
        self.0.replace(Some(Box::new(script)));
    }

    fn run(&self) {
        let script = self.0.take();
        if let Some(script) = script {
            script();
        }
    }
}

fn numbers(things: impl IntoIterator<Item = Cc<Thing>>) -> Vec<u32> {
    let mut numbers: Vec<_> = things.into_iter().map(|thing| thing.number).collect();
    numbers.sort_unstable();
    numbers
}

fn pairs(entries: impl IntoIterator<Item = (Cc<Thing>, Cc<Thing>)>) -> BTreeMap<u32, u32> {
    entries.into_iter().map(|(key, value)| (key.number, value.number)).collect()
}

type KeyMap = WeakKeyMap<Thing, Thing>;
type ValueMap = WeakValueMap<u32, Thing>;
type Ephemerons = EphemeronMap<Thing, Thing>;

assert_not_impl_any!(WeakSet<u32>: Send, Sync);
assert_not_impl_any!(WeakKeyMap<u32, u32>: Send, Sync, Acyclic);
assert_not_impl_any!(WeakValueMap<u32, u32>: Send, Sync);
assert_not_impl_any!(WeakValueMap<Cc<u32>, u32>: Acyclic);
assert_not_impl_any!(EphemeronMap<u32, u32>: Send, Sync);
assert_not_impl_any!(Ephemeron<u32, u32>: Send, Sync);
assert_impl_all!(WeakSet<dyn Trace, ByIdentity>: Trace, Acyclic, Leaf);
assert_impl_all!(WeakKeyMap<dyn Trace, dyn Trace, ByIdentity>: Trace);
assert_impl_all!(WeakValueMap<u32, dyn Trace>: Trace, Acyclic, Leaf);
assert_impl_all!(EphemeronMap<dyn Trace, dyn Trace>: Trace, Acyclic, Leaf);
assert_impl_all!(Ephemeron<dyn Trace, dyn Trace>: Trace, Acyclic, Leaf);
