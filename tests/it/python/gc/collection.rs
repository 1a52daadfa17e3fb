//! What a collection finds, how much of it there is, and when one starts.

use super::{GENERATIONS, id, ids};
use crate::python::{
    Attributes, Calls, Census, Dict, Life, List, Mortal, Object, QUIET, Sink, append, dict, fresh, list,
};
use gc_core::gc::{self, DebugFlags, Generation};
use gc_core::{AnyCc, Cc, Trace};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::thread;

#[test]
fn test_list() {
    fresh();
    let census = Census::default();
    let l = list(&census);
    append(&l, &l);
    assert_eq!(gc::collect(), 0);
    drop(l);
    assert_eq!(census.dropped(), 0);
    assert_eq!((gc::collect(), census.dropped()), (1, 1));
    assert_eq!(gc::collect(), 0);
}

#[test]
fn test_dict() {
    fresh();
    let census = Census::default();
    let d = dict(&census);
    d.borrow_mut().insert(1, AnyCc::from(&d));
    assert_eq!(gc::collect(), 0);
    drop(d);
    assert_eq!(census.dropped(), 0);
    assert_eq!((gc::collect(), census.dropped()), (1, 1));
    assert_eq!(gc::collect(), 0);
}

#[test]
fn test_tuple() {
    fresh();
    let census = Census::default();
    let l = list(&census);
    let t = Cc::new((l.clone(), census.leaf()));
    append(&l, &t);
    assert_eq!(gc::collect(), 0);
    drop(t);
    drop(l);
    assert_eq!(census.dropped(), 0);
    assert_eq!((gc::collect(), census.dropped()), (2, 2));
    assert_eq!(gc::collect(), 0);
}

#[test]
fn test_instance() {
    fresh();
    let census = Census::default();
    let a = Object::new(&census);
    a.set("a", &a);
    assert_eq!(gc::collect(), 0);
    drop(a);
    assert_eq!(census.dropped(), 0);
    assert_eq!((gc::collect(), census.dropped()), (1, 1));
    assert_eq!(gc::collect(), 0);
}

/// There are no subclasses; instead, the edge that closes the loop lies in one or the other part of a value that is
/// composed of others. And there are no classes to be collected with their instances.
#[test]
fn test_newinstance() {
    #[derive(Trace)]
    struct B {
        list: List,
    }
    #[derive(Trace)]
    struct C {
        b: B,
        a: Attributes,
        #[trace(skip)]
        _life: Life,
    }
    fresh();
    for (by_list, by_attribute) in [(true, false), (false, true), (true, true)] {
        let census = Census::default();
        let a = Object::looped(&census);
        let c = Cc::new(C { b: B { list: List::default() }, a: Attributes::default(), _life: census.life() });
        if by_list {
            append(&c.b.list, &c);
        }
        if by_attribute {
            c.a.set("a", &c);
        }
        assert_eq!(gc::collect(), 0);
        drop(a);
        assert_eq!((gc::collect(), census.dropped()), (1, 1));
        drop(c);
        assert_eq!((gc::collect(), census.dropped()), (1, 2));
        assert_eq!(gc::collect(), 0);
    }
}

/// The bound method is a callback that owns its instance: as a part of the instance, in a box, it is no object of its
/// own; behind a pointer it is.
#[test]
fn test_method() {
    #[derive(Trace)]
    struct Method {
        instance: Cc<A>,
    }
    #[derive(Trace)]
    struct A {
        boxed: OnceCell<Box<dyn Trace>>,
        shared: OnceCell<AnyCc>,
        #[trace(skip)]
        _life: Life,
    }
    fresh();
    for (shared, objects) in [(false, 1), (true, 2)] {
        let census = Census::default();
        let a = Cc::new(A { boxed: OnceCell::new(), shared: OnceCell::new(), _life: census.life() });
        let method = Method { instance: a.clone() };
        assert!(Cc::ptr_eq(&method.instance, &a));
        if shared {
            assert!(a.shared.set(AnyCc::from(Cc::new(method))).is_ok());
        } else {
            // Bound twice, and inside of something else.
            let again = Method { instance: a.clone() };
            assert!(a.boxed.set(Box::new(vec![(method, 1), (again, 2)])).is_ok());
        }
        assert_eq!(gc::collect(), 0);
        drop(a);
        assert_eq!(census.dropped(), 0);
        assert_eq!((gc::collect(), census.dropped()), (objects, 1));
        assert_eq!(gc::collect(), 0);
    }
}

/// In place of a function and its globals, a cycle of two objects of different types, one of which does not know the
/// other's.
#[test]
fn test_function() {
    #[derive(Trace)]
    struct Function {
        globals: Cc<Dict>,
        #[trace(skip)]
        _life: Life,
    }
    fresh();
    let census = Census::default();
    let d = dict(&census);
    let f = Cc::new(Function { globals: d.clone(), _life: census.life() });
    d.borrow_mut().insert(1, AnyCc::from(&f));
    assert_eq!(f.globals.borrow().len(), 2);
    assert_eq!(gc::collect(), 0);
    drop((d, f));
    assert_eq!(census.dropped(), 0);
    assert_eq!((gc::collect(), census.dropped()), (2, 2));
    assert_eq!(gc::collect(), 0);
}

#[test]
fn test_saveall() {
    fresh();
    assert!(gc::garbage().is_empty());
    let census = Census::default();
    let l = list(&census);
    append(&l, &l);
    let id_l = id(&l);

    let debug = gc::get_debug();
    gc::set_debug(debug | DebugFlags::SAVEALL);
    drop(l);
    assert_eq!(gc::collect(), 1);
    assert_eq!(gc::collect(), 0, "it is referred to again");
    gc::set_debug(debug);

    assert_eq!(gc::garbage().len(), 1);
    let saved = gc::garbage().take();
    assert!(gc::garbage().is_empty());
    assert_eq!((ids(&saved), census.dropped()), (vec![id_l], 0));
    let l = saved[0].downcast_ref::<List>().expect("the list");
    assert_eq!((l.borrow().len(), l.borrow()[1] == saved[0]), (2, true), "it is intact");
    assert_eq!(gc::collect(), 0);
    drop(saved);
    assert_eq!((gc::collect(), census.dropped()), (1, 1));
}

/// Lets an object die that allocates ten others meanwhile, which are alive together, with a collection due at every
/// second allocation. Gives the number of collections.
fn collections_while_dying(census: &Census, dying: impl FnOnce(Box<dyn Fn()>) -> Cc<Mortal>) -> usize {
    let collections = || gc::get_stats().map(|stats| stats.collections).iter().sum::<usize>();
    fresh();
    let (start, inner) = (collections(), census.clone());
    let a = dying(Box::new(move || {
        let made: Vec<_> = (0..10).map(|_| Object::new(&inner)).collect();
        assert_eq!(made.len(), 10);
    }));
    let thresholds = gc::get_threshold();
    gc::set_threshold(1, None, None);
    gc::enable();
    assert_eq!(gc::get_count(), (1, 0, 0));
    drop(a);
    gc::disable();
    gc::set_threshold(thresholds.0, thresholds.1, thresholds.2);
    collections() - start
}

#[test]
fn test_del() {
    let census = Census::default();
    let collections = collections_while_dying(&census, |allocate| Mortal::new(&census, move |_| allocate()));
    assert_eq!(collections, 5);
    assert_eq!((census.finalized(), census.dropped()), (1, 11));
}

/// There is one kind of class. The other way to allocate in the middle of a death is a destructor.
#[test]
fn test_del_newclass() {
    let census = Census::default();
    let collections = collections_while_dying(&census, |allocate| Mortal::saying(&census, drop, allocate));
    assert_eq!(collections, 5);
    assert_eq!((census.finalized(), census.dropped()), (1, 11));
}

#[test]
fn test_get_count() {
    fresh();
    let census = Census::default();
    assert_eq!(gc::get_count(), (0, 0, 0));
    let x = list(&census);
    assert_eq!(gc::get_count(), (1, 0, 0), "its element is not tracked");
    drop(x);
    assert_eq!((gc::get_count(), census.dropped()), ((0, 0, 0), 1));
}

#[test]
fn test_collect_generations() {
    fresh();
    let census = Census::default();
    let x = list(&census);
    assert_eq!((gc::get_count(), Cc::generation(&x)), ((1, 0, 0), Some(Generation::Young)));
    assert_eq!(gc::collect_generation(Generation::Young), 0);
    assert_eq!((gc::get_count(), Cc::generation(&x)), ((0, 1, 0), Some(Generation::Middle)));
    assert_eq!(gc::collect_generation(Generation::Middle), 0);
    assert_eq!((gc::get_count(), Cc::generation(&x)), ((0, 0, 1), Some(Generation::Old)));
    assert_eq!(gc::collect_generation(Generation::Old), 0);
    assert_eq!((gc::get_count(), Cc::generation(&x)), ((0, 0, 0), Some(Generation::Old)));
    // A count is of the collections of the generation below since one of its own or of an older one.
    let counts = [0, 0, 1, 0, 1, 1, 2].map(|generation| {
        gc::collect_generation(GENERATIONS[generation]);
        gc::get_count()
    });
    assert_eq!(counts, [(0, 1, 0), (0, 2, 0), (0, 0, 1), (0, 1, 1), (0, 0, 2), (0, 0, 3), (0, 0, 0)]);
    drop(x);
    assert_eq!(census.dropped(), 1);
}

#[test]
fn test_trashcan() {
    gc::set_verify(false);
    gc::enable();
    // CPython's depth, and one that would take more stack than there is. There, fewer collections would do.
    for (depth, interval) in [(150, 17), (100_000, 1700)] {
        let census = Census::default();
        let collected = Calls::default();
        let ouch = || {
            let (seen, collected) = (census.clone(), collected.clone());
            let del = move |_| {
                if seen.finalized() % interval == 0 {
                    gc::collect();
                    collected.count();
                }
            };
            AnyCc::from(Mortal::new(&census, del))
        };
        let list = |inner| AnyCc::from(Cc::<List>::new(RefCell::new(vec![inner, ouch()])));
        let dict = |inner| AnyCc::from(Cc::<Dict>::new(RefCell::new(HashMap::from([(1, inner), (2, ouch())]))));
        for _ in 0..2 {
            let t = (0..depth).fold(AnyCc::from(Cc::new(List::default())), |t, _| list(t));
            let u = (0..depth).fold(AnyCc::from(Cc::new(List::default())), |u, _| list(u));
            let v = (0..depth).fold(AnyCc::from(Cc::new(Dict::default())), |v, _| dict(v));
            drop((t, u, v));
        }
        let deaths = 2 * 3 * depth;
        assert_eq!((census.made(), census.finalized(), census.dropped()), (deaths, deaths, deaths));
        assert_eq!(collected.get(), deaths / interval);
    }
    gc::disable();
    assert_eq!(gc::collect(), 0);
}

/// A heap belongs to a thread, so what the threads share is only the code. Each makes a number of objects rather than
/// as many as it can in a second.
#[test]
fn test_trashcan_threads() {
    const NESTING: usize = 60;
    const ROUNDS: usize = 300;
    let make_nested = |census: &Census| {
        let inner = census.clone();
        let c = move |list: AnyCc| {
            let census = inner.clone();
            // Like CPython's generator, something that dies while the finalizer runs.
            let del = move |_| drop(Object::looped(&census));
            let c = Mortal::new(&inner, del);
            c.set("list", &Cc::new(vec![list]));
            c
        };
        let x = (0..NESTING).fold(AnyCc::from(Cc::new(List::default())), |x, _| {
            let c = AnyCc::from(c(x));
            AnyCc::from(Cc::new(vec![c]))
        });
        drop(x);
    };
    let run = move || {
        gc::set_verify(false);
        let census = Census::default();
        (0..ROUNDS).for_each(|_| make_nested(&census));
        gc::collect();
        census
    };
    let threads: [_; 4] = std::array::from_fn(|_| thread::spawn(run));
    for thread in threads {
        let census = thread.join().expect("no panic");
        assert_eq!(census.finalized(), ROUNDS * NESTING);
        assert_eq!((census.made(), census.dropped()), (2 * ROUNDS * NESTING, 2 * ROUNDS * NESTING));
    }
}

/// An object every operator of which breaks the cycle that the object is in.
#[derive(Trace)]
struct Boom {
    attr: RefCell<Option<Cc<Boom>>>,
    #[trace(skip)]
    booms: Calls,
    #[trace(skip)]
    life: Life,
}

impl Boom {
    fn boom(&self) {
        self.booms.count();
        drop(self.attr.take());
    }

    fn new(census: &Census, booms: &Calls) -> Cc<Boom> {
        Cc::new(Boom { attr: RefCell::default(), booms: booms.clone(), life: census.life() })
    }

    /// Two that refer to each other.
    fn pair(census: &Census, booms: &Calls) -> [Cc<Boom>; 2] {
        let [a, b] = [Boom::new(census, booms), Boom::new(census, booms)];
        a.attr.replace(Some(b.clone()));
        b.attr.replace(Some(a.clone()));
        [a, b]
    }
}

impl Clone for Boom {
    fn clone(&self) -> Boom {
        self.boom();
        Boom { attr: RefCell::default(), booms: self.booms.clone(), life: self.life.0.life() }
    }
}

impl fmt::Debug for Boom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.boom();
        f.write_str("boom")
    }
}

impl PartialEq for Boom {
    fn eq(&self, _: &Boom) -> bool {
        self.boom();
        true
    }
}

impl Eq for Boom {}

impl PartialOrd for Boom {
    fn partial_cmp(&self, other: &Boom) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Boom {
    fn cmp(&self, _: &Boom) -> std::cmp::Ordering {
        self.boom();
        std::cmp::Ordering::Equal
    }
}

impl Hash for Boom {
    fn hash<H: Hasher>(&self, _: &mut H) {
        self.boom();
    }
}

/// There are no attribute hooks. In their place are the operators that a type may have: the collector uses none.
#[test]
fn test_boom() {
    fresh();
    let (census, booms) = (Census::default(), Calls::default());
    let [a, b] = Boom::pair(&census, &booms);
    assert!(a.attr.borrow().is_some() && b.attr.borrow().is_some());
    // They do what they say.
    assert!(Cc::unwrap_or_clone(a.clone()) == *b && *a <= *b && format!("{a:?}") == "boom");
    a.hash(&mut DefaultHasher::new());
    assert_eq!(booms.get(), 5);
    assert!(a.attr.borrow().is_none());
    drop((a, b));
    assert_eq!((gc::collect(), census.made(), census.dropped()), (0, 3, 3));

    drop(Boom::pair(&census, &booms));
    assert_eq!((gc::collect(), census.dropped()), (2, 5));
    assert_eq!((booms.get(), gc::garbage().len()), (5, 0));
}

/// As `test_boom`, where the collector says what it does: it names the objects without asking them.
#[test]
fn test_boom_new() {
    fresh();
    let sink = Sink::default();
    sink.install();
    let (census, booms) = (Census::default(), Calls::default());
    let names = Boom::pair(&census, &booms).map(|boom| format!("gc: collectable {:?}", AnyCc::from(boom)));
    gc::set_debug(DebugFlags::COLLECTABLE);
    assert_eq!((gc::collect(), census.dropped()), (2, 2));
    gc::set_debug(QUIET);
    let (mut lines, mut names) = (sink.take(), Vec::from(names));
    lines.sort_unstable();
    names.sort_unstable();
    assert_eq!(lines, names);
    assert_eq!((booms.get(), gc::garbage().len()), (0, 0));
}

#[test]
fn test_freeze() {
    fresh();
    let census = Census::default();
    assert_eq!(gc::get_freeze_count(), 0);
    let objects: Vec<_> = (0..5).map(|_| Object::new(&census)).collect();
    assert_eq!(gc::get_count(), (5, 0, 0));
    gc::freeze();
    assert_eq!((gc::get_freeze_count(), gc::get_count()), (5, (0, 0, 0)));
    assert!(objects.iter().all(gc::is_tracked));
    assert!(gc::get_objects().is_empty(), "they are hidden");
    let late = Object::new(&census);
    assert_eq!((gc::get_objects(), gc::get_freeze_count()), (vec![AnyCc::from(&late)], 5));
    drop(objects);
    assert_eq!((gc::get_freeze_count(), census.dropped()), (0, 5), "they die by count as ever");

    gc::freeze();
    assert_eq!(gc::get_freeze_count(), 1);
    gc::unfreeze();
    assert_eq!((gc::get_freeze_count(), Cc::generation(&late)), (0, Some(Generation::Old)));
    drop(late);
    assert_eq!(census.dropped(), 6);
}

#[test]
fn test_traverse_frozen_objects() {
    fresh();
    let census = Census::default();
    let x = list(&census);
    gc::freeze();
    let y = list(&census);
    append(&y, &x);
    append(&y, &y);
    drop(y);
    assert_eq!((gc::collect(), census.dropped()), (1, 1));
    assert_eq!((x.borrow().len(), Cc::strong_count(&x), gc::get_freeze_count()), (1, 1, 1));
    gc::unfreeze();
    assert_eq!((gc::collect(), gc::get_freeze_count()), (0, 0));
    drop(x);
    assert_eq!(census.dropped(), 2);
}
