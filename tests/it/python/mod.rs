//! `CPython`'s own tests of its collector, restated for this one: one test for each that says something about a heap,
//! under the name that it has there. What they assert is what `CPython` 3.15 does, to the unit: how many objects
//! `collect()` reports, how often each finalizer and callback runs, and that each value is dropped once. Where the
//! difference of the languages forces another, the test's comment says which. A name that two classes share stands in a
//! submodule named after the class.
//!
//! | module | classes |
//! |-|-|
//! | `gc::collection` | `test_gc`: `GCTests`, of what a collection finds and when one starts: `test_list` to `test_function`, `test_saveall`, `test_del*`, `test_get_count`, `test_collect_generations`, `test_trashcan*`, `test_boom`, `test_boom_new`, `test_freeze`, `test_traverse_frozen_objects` |
//! | `gc::introspection` | of what a heap tells: `test_get_referents*`, `test_is_tracked`, `test_is_finalized`, `test_gc_debug_stats`, `test_get_stats`, `test_get_objects*`, `test_heap_size` |
//! | `gc::resurrection` | of what finalizers and callbacks do: `test_function_tp_clear_leaves_consistent_state`, `test_boom2*`, `test_bug*`, `test_*_at_shutdown`, `test_global_del_SystemExit`, `test_resurrection_*`, `test_trash_weakref_clear` |
//! | `callbacks` | `test_gc`: `GCCallbackTests`, `GCTogglingTests`, `IncrementalGCTests` |
//! | `finalization` | `test_finalization` |
//! | `weakref` | `test_weakref`, as far as it is about the collector |
//! | `containers` | its `MappingTestCase`, and `test_weakset`, as far as they are |
//! | `numbers` | no tests of `CPython`'s: what was measured on it |
//!
//! Some tests have no counterpart, because what they are about does not exist here:
//!
//! | test | reason |
//! |-|-|
//! | `test_class`, `test_newstyleclass` | classes are no objects |
//! | `test_frame` | neither are frames |
//! | `test_legacy_finalizer`, `test_legacy_finalizer_newclass`, `LegacyFinalizationTest` | nothing is uncollectable: there is no `tp_del`. What comes nearest, a destructor that panics, is in `panics.rs` |
//! | `test_refcount_errors` | needs an `unsafe impl Trace`: `t14` in `tests/trace_contract.rs` |
//! | `test_deferred_refcount_frozen`, `test_tuple_untrack_counts` | about the build of `CPython` without a global lock |
//! | `test_ast_fini`, `test_warnings_fini` | about the order in which an interpreter is taken apart |
//! | `WeakMethodTestCase`, but for `test_no_cycles` | bound methods are no objects; a closure holds a `Weak` |
//! | `test_getweakrefs` | weak pointers are counted, not listed: `test_getweakrefcount` |
//! | `test_ordering` | that weak pointers have no order is all that it says; they have no operators at all |
//! | tests of `proxy`, but for `test_gc_during_proxy_creation` | no pointer dereferences to what may be gone |
//!
//! Others are about collections that another thread starts, and do not apply to a heap that belongs to one thread:
//! `test_threaded_weak_valued_setdefault`, `test_threaded_weak_valued_pop`, `test_threaded_weak_key_dict_copy`,
//! `test_threaded_weak_key_dict_deepcopy`, `test_threaded_weak_value_dict_copy` and
//! `test_threaded_weak_value_dict_deepcopy`.
//!
//! Each test runs in a thread of its own, so each has a fresh heap.

mod callbacks;
mod containers;
mod finalization;
mod gc;
mod numbers;
mod weakref;

use gc_core::gc::DebugFlags;
use gc_core::{AnyCc, Cc, Finalize, Trace, Watch, Weak};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where a test begins: no collection starts by itself, and there is nothing to collect.
fn fresh() {
    gc_core::gc::disable();
    assert_eq!(gc_core::gc::collect(), 0);
}

/// Counts what becomes of values, in any thread.
#[derive(Clone, Default)]
struct Census(Arc<[AtomicUsize; 3]>);

impl Census {
    const MADE: usize = 0;
    const FINALIZED: usize = 1;
    const DROPPED: usize = 2;

    fn count(&self, event: usize) {
        self.0[event].fetch_add(1, SeqCst);
    }

    fn get(&self, event: usize) -> usize {
        self.0[event].load(SeqCst)
    }

    fn made(&self) -> usize {
        self.get(Census::MADE)
    }

    /// How many finalizers have run.
    fn finalized(&self) -> usize {
        self.get(Census::FINALIZED)
    }

    fn dropped(&self) -> usize {
        self.get(Census::DROPPED)
    }

    fn alive(&self) -> usize {
        self.made().checked_sub(self.dropped()).expect("nothing is dropped twice")
    }

    /// A value that is counted, for an object to own.
    fn life(&self) -> Life {
        self.count(Census::MADE);
        Life(self.clone())
    }

    /// A counted object that is not tracked.
    fn leaf(&self) -> Cc<Rc<Life>> {
        Cc::new(Rc::new(self.life()))
    }
}

/// A leaf that is counted when it is made and when it is dropped.
struct Life(Census);

impl Life {
    fn finalized(&self) {
        self.0.count(Census::FINALIZED);
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.0.count(Census::DROPPED);
    }
}

/// What a value does when it is dropped.
struct LastWords(Option<Box<dyn FnOnce()>>);

impl Drop for LastWords {
    fn drop(&mut self) {
        if let Some(say) = self.0.take() {
            say();
        }
    }
}

/// The attributes of an instance: strong references under their names, and weak ones with a callback.
#[derive(Trace, Default)]
struct Attributes {
    values: RefCell<BTreeMap<&'static str, AnyCc>>,
    watches: RefCell<Vec<Watch>>,
}

impl Attributes {
    fn set<T: Trace>(&self, name: &'static str, value: &Cc<T>) {
        let old = self.values.borrow_mut().insert(name, AnyCc::from(value));
        // What it leads to may die of this, and user code run: the cell is not borrowed any more.
        drop(old);
    }

    fn get<T: Trace>(&self, name: &str) -> Option<Cc<T>> {
        self.values.borrow().get(name).cloned()?.downcast().ok()
    }

    /// Gives whether the attribute was there.
    fn del(&self, name: &str) -> bool {
        let old = self.values.borrow_mut().remove(name);
        old.is_some()
    }

    /// Keeps a weak reference alive for as long as the instance.
    fn keep(&self, watch: Watch) {
        self.watches.borrow_mut().push(watch);
    }
}

/// An instance of a class without `__del__`.
#[derive(Trace)]
struct Object {
    attributes: Attributes,
    #[trace(skip)]
    _life: Life,
}

impl Object {
    fn new(census: &Census) -> Cc<Object> {
        Cc::new(Object { attributes: Attributes::default(), _life: census.life() })
    }

    /// One that refers to itself.
    fn looped(census: &Census) -> Cc<Object> {
        let object = Object::new(census);
        object.set("loop", &object);
        object
    }
}

impl Deref for Object {
    type Target = Attributes;

    fn deref(&self) -> &Attributes {
        &self.attributes
    }
}

/// An instance of a class with a `__del__`, which is passed the instance itself.
#[derive(Trace)]
#[trace(finalize)]
struct Mortal {
    attributes: Attributes,
    me: Weak<Mortal>,
    #[trace(skip)]
    del: Box<dyn Fn(Cc<Mortal>)>,
    #[trace(skip)]
    life: Life,
    #[trace(skip)]
    _last_words: LastWords,
}

impl Mortal {
    fn new(census: &Census, del: impl Fn(Cc<Mortal>) + 'static) -> Cc<Mortal> {
        Mortal::with(census, del, LastWords(None))
    }

    /// One that says something also when it is dropped.
    fn saying(census: &Census, del: impl Fn(Cc<Mortal>) + 'static, last_words: impl FnOnce() + 'static) -> Cc<Mortal> {
        Mortal::with(census, del, LastWords(Some(Box::new(last_words))))
    }

    fn with(census: &Census, del: impl Fn(Cc<Mortal>) + 'static, last_words: LastWords) -> Cc<Mortal> {
        Cc::new_cyclic(|me| Mortal {
            attributes: Attributes::default(),
            me: me.clone(),
            del: Box::new(del),
            life: census.life(),
            _last_words: last_words,
        })
    }

    /// One that keeps itself alive, in a list outside.
    fn lazarus(census: &Census, survivors: &Survivors) -> Cc<Mortal> {
        let survivors = survivors.clone();
        Mortal::new(census, move |me| survivors.borrow_mut().push(me))
    }
}

impl Finalize for Mortal {
    fn finalize(&self) {
        self.life.finalized();
        (self.del)(self.me.upgrade().expect("an object is alive while it is finalized"));
    }
}

impl Deref for Mortal {
    type Target = Attributes;

    fn deref(&self) -> &Attributes {
        &self.attributes
    }
}

/// `CPython`'s `Object`: it is compared and hashed as its argument. And, where it is needed, its `RefCycle`.
#[derive(Trace)]
struct Keyed {
    arg: i32,
    cycle: OnceCell<Cc<Keyed>>,
    #[trace(skip)]
    _life: Life,
}

impl Keyed {
    fn new(arg: i32, census: &Census) -> Cc<Keyed> {
        Cc::new(Keyed { arg, cycle: OnceCell::new(), _life: census.life() })
    }

    fn looped(arg: i32, census: &Census) -> Cc<Keyed> {
        let object = Keyed::new(arg, census);
        assert!(object.cycle.set(object.clone()).is_ok());
        object
    }
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Object {}>", self.arg)
    }
}

impl PartialEq for Keyed {
    fn eq(&self, other: &Keyed) -> bool {
        self.arg == other.arg
    }
}

impl Eq for Keyed {}

impl Hash for Keyed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.arg.hash(state);
    }
}

/// Where finalizers put what they keep alive. To be emptied: each of these owns a share of the list.
type Survivors = Rc<RefCell<Vec<Cc<Mortal>>>>;

/// Drops the survivors, while the list is not borrowed.
fn let_go(survivors: &Survivors) {
    drop(survivors.take());
}

/// Python's `list`.
type List = RefCell<Vec<AnyCc>>;

/// Python's `dict`, with numbers as keys.
type Dict = RefCell<HashMap<i32, AnyCc>>;

/// A list that is counted through its only element, which is not tracked.
fn list(census: &Census) -> Cc<List> {
    Cc::new(RefCell::new(vec![AnyCc::from(census.leaf())]))
}

/// A dict that is counted through its only value, which is not tracked.
fn dict(census: &Census) -> Cc<Dict> {
    Cc::new(RefCell::new(HashMap::from([(0, AnyCc::from(census.leaf()))])))
}

fn append<T: Trace>(list: &List, item: &Cc<T>) {
    list.borrow_mut().push(AnyCc::from(item));
}

/// What has happened, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<&'static str>>>);

impl Log {
    fn note(&self, event: &'static str) {
        self.0.borrow_mut().push(event);
    }

    /// A callback that notes an event.
    fn noting(&self, event: &'static str) -> impl FnOnce() + 'static {
        let log = self.clone();
        move || log.note(event)
    }

    fn take(&self) -> Vec<&'static str> {
        self.0.take()
    }
}

/// How often something was called.
#[derive(Clone, Default)]
struct Calls(Rc<Cell<usize>>);

impl Calls {
    fn count(&self) {
        self.0.set(self.0.get() + 1);
    }

    fn get(&self) -> usize {
        self.0.get()
    }

    /// A callback that counts its call.
    fn counting(&self) -> impl FnOnce() + 'static {
        let calls = self.clone();
        move || calls.count()
    }
}

/// Tells whether there has been a collection of young objects since it was made.
struct Detector {
    happened: Calls,
    _watch: Watch,
}

impl Detector {
    fn new(census: &Census) -> Detector {
        let happened = Calls::default();
        let _watch = Cc::watch(&Object::looped(census), happened.counting());
        Detector { happened, _watch }
    }

    fn gc_happened(&self) -> bool {
        self.happened.get() > 0
    }

    /// Allocates until there is a collection, before each allocation calls `check`, and gives the number of
    /// allocations; `None` if 10,000 of them did not do.
    fn allocate(&self, census: &Census, check: impl Fn()) -> Option<usize> {
        let mut junk = Vec::new();
        while !self.gc_happened() && junk.len() < 10_000 {
            check();
            junk.push(Object::new(census));
        }
        self.gc_happened().then_some(junk.len())
    }
}

/// What a heap writes, line by line.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<String>>>);

impl Sink {
    /// Takes all that this thread's heap writes from now on.
    fn install(&self) {
        let lines = self.0.clone();
        gc_core::gc::set_debug_sink(move |line| lines.lock().expect("no panic").push(line.into()));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

/// The life of an interpreter: runs `main` in a thread with a heap of its own, which is there from the start and ends
/// with the thread. Gives what the heap wrote, and the thread's result.
fn interpreter<R: Send + 'static>(main: impl FnOnce() -> R + Send + 'static) -> (Vec<String>, thread::Result<R>) {
    let sink = Sink::default();
    let lines = sink.clone();
    let thread = thread::spawn(move || {
        gc_core::gc::disable();
        lines.install();
        main()
    });
    let result = thread.join();
    (sink.take(), result)
}

/// The debug flags off, which is how a heap starts.
const QUIET: DebugFlags = DebugFlags::empty();
