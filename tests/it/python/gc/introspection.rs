//! What a heap tells of its objects and of its collections.

use super::{GENERATIONS, id, ids};
use crate::python::{Census, Dict, List, Mortal, Object, QUIET, Sink, Survivors, append, fresh, list};
use gc_core::gc::{self, DebugFlags, Generation};
use gc_core::{AnyCc, Cc, Trace, Weak};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Numbers are no objects, so these are of pointers to numbers.
#[test]
fn test_get_referents() {
    fn referents<const N: usize>(objects: [AnyCc; N]) -> Vec<i32> {
        let referents = gc::get_referents(&objects);
        let mut numbers: Vec<_> = referents.iter().map(|any| *any.downcast_ref::<i32>().expect("a number")).collect();
        numbers.sort_unstable();
        numbers
    }
    let alist = Cc::new(vec![Cc::new(1), Cc::new(3), Cc::new(5)]);
    assert_eq!(referents([AnyCc::from(&alist)]), [1, 3, 5]);
    let atuple = Cc::new((alist[0].clone(), alist[1].clone(), alist[2].clone()));
    let found = gc::get_referents([&AnyCc::from(&atuple)]);
    assert_eq!(found, alist.iter().map(AnyCc::from).collect::<Vec<_>>(), "the objects themselves, in order");
    drop(found);
    let adict = Cc::new(HashMap::from([(Cc::new(1), Cc::new(3)), (Cc::new(5), Cc::new(7))]));
    assert_eq!(referents([AnyCc::from(adict)]), [1, 3, 5, 7]);

    let zero = Cc::new(0);
    let several: [AnyCc; 3] = [
        AnyCc::from(Cc::new(vec![Cc::new(1), Cc::new(2)])),
        AnyCc::from(Cc::new(HashMap::from([(Cc::new(3), Cc::new(4))]))),
        AnyCc::from(Cc::new((zero.clone(), zero.clone(), zero.clone()))),
    ];
    assert_eq!(referents(several), [0, 0, 0, 1, 2, 3, 4]);
    assert_eq!(referents([AnyCc::from(Cc::new(1)), AnyCc::from(Cc::new("a")), AnyCc::from(Cc::new(4.0))]), [0; 0]);
    assert_eq!(referents([]), [0; 0]);
    assert_eq!((Cc::strong_count(&zero), Cc::strong_count(&alist[0])), (1, 2), "what was found is let go");
}

/// Whether objects are tracked is decided by their type: those of acyclic types are not, all others are.
#[test]
fn test_is_tracked() {
    fn is_tracked<T: Trace>(value: T) -> bool {
        let object = Cc::new(value);
        let tracked = gc::is_tracked(&object);
        assert_eq!((Cc::is_tracked(&object), AnyCc::from(&object).is_tracked()), (tracked, tracked));
        assert_eq!(gc::get_objects().contains(&AnyCc::from(object)), tracked);
        tracked
    }

    #[derive(Trace)]
    struct UserClass;
    #[derive(Trace)]
    struct UserInt(i32);
    #[derive(Trace)]
    #[trace(acyclic)]
    struct UserFloatSlots(f64);
    #[derive(Trace)]
    #[trace(acyclic)]
    struct UserStrings(String, Vec<u8>);
    #[derive(Trace)]
    struct UserLink(Option<Cc<UserLink>>);

    gc::disable();
    let census = Census::default();
    assert!(!is_tracked(()) && !is_tracked(None::<i32>));
    assert!(!is_tracked(1) && !is_tracked(1.0) && !is_tracked((1.0, 5.0)) && !is_tracked(true) && !is_tracked(false));
    assert!(!is_tracked("a") && !is_tracked(String::from("a")) && !is_tracked(*b"a") && !is_tracked(vec![b'a']));
    assert!(!is_tracked(Rc::new(census.life())) && !is_tracked(Weak::<UserClass>::new()));
    assert!(!is_tracked('a') && !is_tracked((1, "a")) && !is_tracked([Some(1); 3]) && !is_tracked(vec![1]));
    assert!(!is_tracked(Rc::new(1)) && !is_tracked(Arc::new(1)) && !is_tracked(RefCell::new(1)));
    assert!(!is_tracked(UserFloatSlots(0.0)) && !is_tracked(UserStrings(String::new(), Vec::new())));
    assert_eq!(UserInt(1).0 as f64, UserFloatSlots(1.0).0);

    assert!(is_tracked(UserClass) && is_tracked(UserInt(0)));
    assert!(is_tracked(List::default()) && is_tracked(Dict::default()) && is_tracked(AnyCc::from(Cc::new(1))));
    assert!(is_tracked(vec![Cc::new(1)]) && is_tracked((Cc::new(1),)) && is_tracked((1, Cc::new(1))));
    assert!(is_tracked(Cc::new(1)) && is_tracked(Vec::<Cc<u8>>::new()) && is_tracked(RefCell::new(Some(Cc::new(1)))));
    assert!(is_tracked(UserLink(None)) && is_tracked(UserLink(Some(Cc::new(UserLink(None))))));
    assert!(is_tracked(HashMap::from([(1, Cc::new(1))])));
    assert!(gc::is_tracked(&Object::new(&census)) && gc::is_tracked(&Mortal::new(&census, drop)));
    assert_eq!(census.dropped(), 3);
}

#[test]
fn test_is_finalized() {
    fresh();
    let three = Cc::new(3);
    assert!(!gc::is_finalized(&three) && !Cc::is_finalized(&three) && !AnyCc::from(three).is_finalized());

    let (census, storage) = (Census::default(), Survivors::default());
    let lazarus = Mortal::lazarus(&census, &storage);
    assert!(!gc::is_finalized(&lazarus));
    drop(lazarus);
    assert_eq!((gc::collect(), census.finalized(), census.dropped()), (0, 1, 0));

    let lazarus = storage.borrow_mut().pop().expect("it has saved itself");
    assert!(gc::is_finalized(&lazarus) && Cc::is_finalized(&lazarus) && AnyCc::from(&lazarus).is_finalized());
    drop(lazarus);
    assert_eq!((census.finalized(), census.dropped()), (1, 1));
    assert!(storage.borrow().is_empty());
}

#[test]
fn test_gc_debug_stats() {
    fresh();
    let sink = Sink::default();
    sink.install();
    let census = Census::default();
    let objects = |count: usize| (0..count).map(|_| Object::new(&census)).collect::<Vec<_>>();

    assert_eq!(gc::get_debug(), QUIET);
    let mut kept = objects(4);
    gc::freeze();
    kept.extend(objects(1));
    gc::collect();
    kept.extend(objects(2));
    gc::collect_generation(Generation::Young);
    (0..3).for_each(|_| drop(Object::looped(&census)));
    assert!(sink.take().is_empty(), "nothing is written unless it is asked for");

    gc::set_debug(DebugFlags::STATS);
    assert_eq!(gc::get_debug(), DebugFlags::STATS);
    // Found in each collection, and the sizes of the generations before it.
    for (generation, found, sizes) in [(0, 3, "3 2 1"), (1, 0, "0 2 1"), (2, 0, "0 0 3")] {
        assert_eq!(gc::collect_generation(GENERATIONS[generation]), found);
        let lines = sink.take();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert_eq!(lines[0], format!("gc: collecting generation {generation}..."));
        assert_eq!(lines[1], format!("gc: objects in each generation: {sizes}"));
        assert_eq!(lines[2], "gc: objects in permanent generation: 4");
        let done = format!("gc: done, {found} unreachable, 0 uncollectable, ");
        let elapsed = lines[3].strip_prefix(&done).and_then(|rest| rest.strip_suffix("s elapsed"));
        let (_, decimals) = elapsed.and_then(|seconds| seconds.split_once('.')).expect("seconds in their place");
        assert!(elapsed.is_some_and(|seconds| seconds.parse::<f64>().is_ok()) && decimals.len() == 4, "{lines:?}");
    }
    gc::set_debug(QUIET);
    gc::collect();
    assert!(sink.take().is_empty());
    assert_eq!(census.dropped(), 3);
    drop(kept);
    assert_eq!(census.alive(), 0);
}

#[test]
fn test_get_stats() {
    gc::disable();
    let collections = || gc::get_stats().map(|stats| stats.collections);
    for stats in gc::get_stats() {
        assert_eq!((stats.collections, stats.collected, stats.uncollectable, stats.candidates), (0, 0, 0, 0));
        assert!(stats.duration.is_zero());
    }
    assert_eq!(gc::collect_generation(Generation::Young), 0);
    assert_eq!(collections(), [1, 0, 0]);
    assert_eq!(gc::collect_generation(Generation::Old), 0);
    assert_eq!(collections(), [1, 0, 1]);

    let census = Census::default();
    (0..3).for_each(|_| drop(Object::looped(&census)));
    assert_eq!(gc::collect_generation(Generation::Middle), 3);
    let collected = gc::get_stats().map(|stats| (stats.collections, stats.collected, stats.uncollectable));
    assert_eq!(collected, [(1, 0, 0), (1, 3, 0), (1, 0, 0)]);
    assert_eq!(census.dropped(), 3);

    // All that a collection does is put down to the generation that was asked for.
    for generation in [0, 1, 2, 2, 0] {
        let found = 3 + generation;
        let before = gc::get_stats();
        (0..found).for_each(|_| drop(Object::looped(&census)));
        assert_eq!(gc::collect_generation(GENERATIONS[generation]), found);
        for (index, (before, after)) in before.iter().zip(&gc::get_stats()).enumerate() {
            if index == generation {
                assert_eq!(after.collections, before.collections + 1);
                assert_eq!(after.collected, before.collected + found);
                assert_eq!((after.candidates, after.uncollectable), (before.candidates + found, 0));
                assert!(after.duration >= before.duration);
            } else {
                assert_eq!(after, before);
            }
        }
    }
    assert_eq!(census.dropped(), 23);
}

/// The generations whose lists an object is in.
fn listed_in<T: Trace>(object: &Cc<T>) -> Vec<Generation> {
    let object = AnyCc::from(object);
    let found = GENERATIONS.into_iter().filter(|&generation| gc::get_objects_in(generation).contains(&object));
    found.collect()
}

#[test]
fn test_get_objects() {
    fresh();
    let census = Census::default();
    assert!(gc::get_objects().is_empty());
    let l = list(&census);
    append(&l, &l);
    assert_eq!(gc::get_objects(), [AnyCc::from(&l)], "what is not tracked is not listed");
    let inner = Cc::new(vec![l.clone()]);
    let mut expected = [id(&l), id(&inner)];
    expected.sort_unstable();
    assert_eq!(ids(&gc::get_objects()), expected);
    drop(inner);
    drop(l);
    assert_eq!(gc::get_objects().len(), 1, "garbage is listed until it is collected");
    assert_eq!((gc::collect(), census.dropped()), (1, 1));
    assert!(gc::get_objects().is_empty());
}

#[test]
fn test_get_objects_generations() {
    fresh();
    let census = Census::default();
    let l = list(&census);
    append(&l, &l);
    assert_eq!(listed_in(&l), [Generation::Young]);
    assert_eq!(gc::collect_generation(Generation::Young), 0);
    assert_eq!(listed_in(&l), [Generation::Middle]);
    assert_eq!(gc::collect_generation(Generation::Middle), 0);
    assert_eq!(listed_in(&l), [Generation::Old]);
    assert_eq!(gc::collect_generation(Generation::Old), 0);
    assert_eq!(listed_in(&l), [Generation::Old]);
    drop(l);
    assert_eq!((gc::collect(), census.dropped()), (1, 1));
}

/// A generation that there is not cannot be named; the error is in the conversion from a number.
#[test]
fn test_get_objects_arguments() {
    fresh();
    let census = Census::default();
    let kept = [2, 1, 0].map(|generation| {
        let made: Vec<_> = (0..=generation).map(|_| Object::new(&census)).collect();
        if generation > 0 {
            gc::collect_generation(GENERATIONS[generation - 1]);
        }
        made
    });
    let by_generation = GENERATIONS.map(|generation| gc::get_objects_in(generation).len());
    assert_eq!((by_generation, gc::get_objects().len()), ([1, 2, 3], 6));
    assert_eq!(gc::get_objects(), GENERATIONS.map(gc::get_objects_in).concat(), "youngest generation first");

    assert_eq!([0, 1, 2].map(|number| Generation::try_from(number).ok()), GENERATIONS.map(Some));
    assert!(Generation::try_from(3).is_err() && Generation::try_from(usize::MAX).is_err());
    drop(kept);
    assert_eq!(census.dropped(), 6);
}

/// In place of a capsule, what owns an object without the collector's knowledge.
#[test]
fn test_get_referents_on_capsule() {
    fresh();
    let census = Census::default();
    let inside = Object::new(&census);
    let untracked_capsule = AnyCc::from(Cc::new(Rc::new(inside.clone())));
    let tracked_capsule = AnyCc::from(Cc::new(vec![inside.clone()]));
    assert!(!untracked_capsule.is_tracked() && tracked_capsule.is_tracked());
    assert_eq!(gc::get_referents([&untracked_capsule]), Vec::<AnyCc>::new());
    assert_eq!(gc::get_referents([&tracked_capsule]), [AnyCc::from(&inside)]);
    assert_eq!(gc::get_referrers([&AnyCc::from(&inside)]), [tracked_capsule]);
    assert_eq!((Cc::strong_count(&inside), census.dropped()), (2, 0), "the one that is left is the capsule's");
    drop((untracked_capsule, inside));
    assert_eq!(census.dropped(), 1);
}

#[test]
fn test_get_objects_during_gc() {
    fresh();
    let census = Census::default();
    let bystander = Object::new(&census);
    let alive = Cc::downgrade(&bystander);
    let obj = Mortal::new(&census, move |me| {
        let objects = gc::get_objects();
        assert_eq!(objects, alive.upgrade().map(AnyCc::from).into_iter().collect::<Vec<_>>());
        let (me, other) = (AnyCc::from(&me), AnyCc::from(me.get::<Object>("other").expect("the graph is intact")));
        assert_eq!(gc::get_referrers([&me, &other]), Vec::<AnyCc>::new(), "they refer to each other");
        assert_eq!(gc::get_referents([&other]), [me]);
    });
    let other = Object::new(&census);
    obj.set("cycle", &obj);
    obj.set("other", &other);
    other.set("back", &obj);
    assert_eq!(gc::get_objects().len(), 3);
    drop((obj, other));
    assert_eq!((gc::collect(), census.finalized(), census.dropped()), (2, 1, 2));
    drop(bystander);
    assert_eq!(census.dropped(), 3);
}

#[test]
fn test_heap_size() {
    fresh();
    let census = Census::default();
    let heap = gc::tracked_count();
    let l = list(&census);
    assert_eq!(gc::tracked_count(), heap + 1);
    append(&l, &l);
    gc::freeze();
    assert_eq!(gc::tracked_count(), heap + 1);
    gc::unfreeze();
    drop(l);
    assert_eq!(gc::tracked_count(), heap + 1, "it is garbage");
    assert_eq!((gc::collect(), gc::tracked_count()), (1, heap));
    drop(list(&census));
    assert_eq!((gc::tracked_count(), census.alive()), (heap, 0));
}
