//! The module `gc`, against what was measured on CPython: the numbers are its own, to the unit.

use crate::support::{Deaths, Node, close_ring, dead_ring};
use gc_core::gc::{self, Generation, GenerationStats};
use gc_core::{Cc, Trace, Weak};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

const GENERATIONS: [Generation; 3] = [Generation::Young, Generation::Middle, Generation::Old];

fn nodes(deaths: &Deaths, count: usize) -> Vec<Cc<Node>> {
    (0..count).map(|_| Node::new(deaths)).collect()
}

/// A chain of so many nodes, to be owned through its first.
fn chain(deaths: &Deaths, length: usize) -> Option<Cc<Node>> {
    (0..length).fold(None, |next, _| {
        let node = Node::new(deaths);
        next.iter().for_each(|next| node.link(next));
        Some(node)
    })
}

/// A garbage ring with a tail.
fn dead_ring_with_tail(deaths: &Deaths, length: usize, tail: usize) {
    let ring = nodes(deaths, length);
    close_ring(&ring);
    chain(deaths, tail).iter().for_each(|tail| ring[0].link(tail));
}

/// How often each generation has been collected.
fn collections() -> [usize; 3] {
    gc::get_stats().map(|stats| stats.collections)
}

/// Allocates nodes that stay. Gives, for each automatic collection, the number of the allocation and the generation.
fn allocate(kept: &mut Vec<Cc<Node>>, deaths: &Deaths, count: usize) -> Vec<(usize, usize)> {
    let mut triggers = Vec::new();
    for number in 1..=count {
        let before = collections();
        kept.push(Node::new(deaths));
        let after = collections();
        triggers.extend((0..3).filter(|&generation| after[generation] != before[generation]).map(|g| (number, g)));
    }
    triggers
}

#[test]
fn collect_counts_rings_and_their_tails() {
    gc::disable();
    for (length, tail) in [(1, 0), (2, 0), (3, 0), (100, 0), (1, 1), (1, 3), (2, 1), (2, 1000), (1000, 2)] {
        let deaths = Deaths::default();
        dead_ring_with_tail(&deaths, length, tail);
        assert_eq!(gc::collect(), length + tail);
        assert_eq!(deaths.count(), length + tail);
        assert_eq!(gc::collect(), 0);
    }
}

#[test]
fn collect_counts_rings_by_the_hundred() {
    gc::disable();
    let deaths = Deaths::default();
    (0..100).for_each(|_| drop(dead_ring(&deaths, 1)));
    assert_eq!((gc::collect(), deaths.count()), (100, 100));
    (0..100).for_each(|length| drop(dead_ring(&deaths, length)));
    assert_eq!((gc::collect(), deaths.count()), (4950, 5050));
}

#[test]
fn collect_counts_a_ring_of_a_million() {
    const LENGTH: usize = 1_000_000;
    gc::disable();
    gc::set_verify(false);
    let deaths = Deaths::default();
    dead_ring_with_tail(&deaths, LENGTH, 0);
    assert_eq!((gc::collect(), deaths.count()), (LENGTH, LENGTH));
}

#[test]
fn collect_counts_objects_of_every_kind() {
    /// `test_list`, `test_dict`, `test_instance`, `test_tuple`, `test_method`.
    #[derive(Trace)]
    enum Object {
        List(RefCell<Vec<Cc<Object>>>, Rc<()>),
        Dict(RefCell<HashMap<String, Cc<Object>>>, Rc<()>),
        Tuple((Cc<Object>, Rc<()>)),
        Method(OnceCell<Box<dyn Trace>>, Rc<()>),
    }
    use Object::{Dict, List, Method, Tuple};

    gc::disable();
    let deaths = Rc::new(());
    let alive = || Rc::strong_count(&deaths) - 1;
    let list = || Cc::new(List(RefCell::default(), deaths.clone()));
    let push = |list: &Object, item| {
        let List(items, _) = list else { unreachable!() };
        items.borrow_mut().push(item);
    };

    let l = list();
    push(&l, l.clone());
    drop(l);
    assert_eq!((gc::collect(), alive()), (1, 0));

    let d = Cc::new(Dict(RefCell::default(), deaths.clone()));
    if let Dict(items, _) = &*d {
        items.borrow_mut().insert("self".into(), d.clone());
    }
    drop(d);
    assert_eq!((gc::collect(), alive()), (1, 0));

    let l = list();
    push(&l, Cc::new(Tuple((l.clone(), deaths.clone()))));
    drop(l);
    assert_eq!((gc::collect(), alive()), (2, 0));

    let m = Cc::new(Method(OnceCell::new(), deaths.clone()));
    if let Method(callback, _) = &*m {
        assert!(callback.set(Box::new(vec![(m.clone(), 1), (m.clone(), 2)])).is_ok());
    }
    drop(m);
    assert_eq!((gc::collect(), alive()), (1, 0));
}

#[test]
fn what_dies_by_count_is_not_counted() {
    gc::disable();
    let deaths = Deaths::default();
    drop(chain(&deaths, 100));
    assert_eq!((gc::collect(), deaths.count()), (0, 100));
}

#[test]
fn what_is_not_tracked_is_not_counted() {
    #[derive(Trace)]
    struct Loop {
        me: OnceCell<Cc<Loop>>,
        tail: [Cc<Rc<()>>; 3],
    }
    gc::disable();
    let mark = Rc::new(());
    let cc = Cc::new(Loop { me: OnceCell::new(), tail: std::array::from_fn(|_| Cc::new(mark.clone())) });
    assert!(cc.me.set(cc.clone()).is_ok());
    assert!(!gc::is_tracked(&cc.tail[0]));
    drop(cc);
    assert_eq!((gc::collect(), Rc::strong_count(&mark)), (1, 1));
}

#[test]
fn old_objects_that_young_garbage_owns_die_uncounted() {
    gc::disable();
    let deaths = Deaths::default();
    let old = chain(&deaths, 3).expect("a node");
    gc::collect();
    let young = Node::new(&deaths);
    young.link(&young);
    young.link(&old);
    drop((young, old));
    assert_eq!((gc::collect_generation(Generation::Young), deaths.count()), (1, 4));
    assert_eq!(gc::collect(), 0);
}

#[test]
fn a_collection_within_a_collection_does_nothing() {
    gc::disable();
    let deaths = Deaths::default();
    let results = Rc::new(RefCell::new(Vec::new()));
    let talkative: Vec<_> = GENERATIONS
        .map(|generation| {
            let (deaths, results) = (deaths.clone(), results.clone());
            Node::saying(&deaths.clone(), move || {
                drop(dead_ring(&deaths, 2));
                results.borrow_mut().push(gc::collect_generation(generation));
            })
        })
        .into();
    close_ring(&talkative);
    drop(talkative);
    let before = collections();
    assert_eq!((gc::collect(), deaths.count()), (3, 3));
    assert_eq!(collections(), [before[0], before[1], before[2] + 1]);
    assert_eq!(results.take(), [0, 0, 0]);
    assert_eq!((gc::collect(), deaths.count()), (6, 9));
}

#[test]
fn a_destructor_of_one_that_dies_by_count_may_collect() {
    gc::disable();
    let deaths = Deaths::default();
    let (inner, result) = (deaths.clone(), Rc::new(Cell::new(0)));
    let found = result.clone();
    let node = Node::saying(&deaths, move || {
        drop(dead_ring(&inner, 5));
        found.set(gc::collect());
    });
    drop(node);
    assert_eq!((result.get(), deaths.count()), (5, 6));
}

/// CPython's `test_bug1055820c`, with a destructor in place of the callback.
#[test]
fn nothing_of_the_garbage_can_be_upgraded_from_an_old_object() {
    gc::disable();
    let deaths = Deaths::default();
    let (seen, garbage) = (Rc::new(Cell::new(None)), Rc::new(RefCell::new(Weak::<Node>::new())));
    let (see, look) = (seen.clone(), garbage.clone());
    let old = Node::saying(&deaths, move || see.set(Some(look.borrow().upgrade().is_some())));
    gc::collect();
    let ring = nodes(&deaths, 2);
    close_ring(&ring);
    ring[0].link(&old);
    garbage.replace(Cc::downgrade(&ring[1]));
    drop((old, ring));
    assert_eq!((gc::collect_generation(Generation::Young), deaths.count()), (2, 3));
    assert_eq!(seen.get(), Some(false), "the destructor ran and saw the garbage dead");
}

#[test]
fn survivors_move_on() {
    use Generation::{Middle, Old, Young};
    gc::disable();
    let deaths = Deaths::default();
    let cases: [&[(Generation, Generation)]; 6] = [
        &[(Young, Middle), (Young, Middle), (Middle, Old), (Young, Old)],
        // Straight to the old ones.
        &[(Middle, Old), (Middle, Old), (Young, Old)],
        &[(Old, Old), (Old, Old)],
        &[(Young, Middle), (Old, Old)],
        &[(Young, Middle), (Middle, Old), (Old, Old)],
        &[],
    ];
    for steps in cases {
        let node = Node::new(&deaths);
        assert_eq!(Cc::generation(&node), Some(Young));
        for &(collected, generation) in steps {
            assert_eq!(gc::collect_generation(collected), 0);
            assert_eq!(Cc::generation(&node), Some(generation), "{steps:?}");
        }
    }
    assert_eq!(deaths.count(), cases.len());
}

#[test]
fn garbage_waits_for_a_collection_of_its_generation() {
    gc::disable();
    // How the ring ages, and what collections of 0, 1 and 2 then find.
    for (aging, found) in [(&[][..], [3, 0, 0]), (&[0], [0, 3, 0]), (&[0, 0], [0, 3, 0]), (&[1], [0, 0, 3])] {
        let deaths = Deaths::default();
        let ring = nodes(&deaths, 3);
        close_ring(&ring);
        for &generation in aging {
            assert_eq!(gc::collect_generation(GENERATIONS[generation]), 0);
        }
        drop(ring);
        assert_eq!(GENERATIONS.map(gc::collect_generation), found, "{aging:?}");
        assert_eq!(deaths.count(), 3);
    }
}

#[test]
fn a_ring_through_generations_is_as_old_as_its_oldest() {
    gc::disable();
    let deaths = Deaths::default();
    let mut ring = nodes(&deaths, 1);
    gc::collect_generation(Generation::Old);
    ring.extend(nodes(&deaths, 2));
    gc::collect_generation(Generation::Young);
    ring.extend(nodes(&deaths, 3));
    close_ring(&ring);
    ring[5].link(&Node::new(&deaths));
    drop(ring);
    assert_eq!(GENERATIONS.map(gc::collect_generation), [0, 0, 7]);
    assert_eq!(deaths.count(), 7);
}

#[test]
fn a_thread_starts_with_pythons_settings() {
    let settings = || (gc::is_enabled(), gc::get_threshold(), gc::get_count(), gc::get_stats());
    let fresh = (true, (2000, 10, 10), (0, 0, 0), [GenerationStats::default(); 3]);
    assert_eq!(thread::spawn(settings).join().expect("no panic"), fresh);
}

/// CPython's `test_get_count` and `test_collect_generations`.
#[test]
fn get_count_counts_allocations_and_collections() {
    gc::disable();
    let deaths = Deaths::default();
    gc::collect();
    assert_eq!(gc::get_count(), (0, 0, 0));
    let node = Node::new(&deaths);
    assert_eq!(gc::get_count(), (1, 0, 0));
    let counts = [0, 0, 1, 0, 1, 1, 2].map(|generation| {
        gc::collect_generation(GENERATIONS[generation]);
        gc::get_count()
    });
    assert_eq!(counts, [(0, 1, 0), (0, 2, 0), (0, 0, 1), (0, 1, 1), (0, 0, 2), (0, 0, 3), (0, 0, 0)]);
    drop(node);
    assert_eq!(deaths.count(), 1);
}

#[test]
fn get_count_is_of_allocations_less_deaths() {
    gc::disable();
    let deaths = Deaths::default();
    let mut old = nodes(&deaths, 10);
    gc::collect();
    let young = nodes(&deaths, 5);
    assert_eq!(gc::get_count().0, 5);
    // Whatever generation the dead one was in.
    old.truncate(7);
    assert_eq!(gc::get_count().0, 2);
    // And never less than none.
    old.truncate(1);
    assert_eq!(gc::get_count().0, 0);
    let more = nodes(&deaths, 3);
    assert_eq!(gc::get_count().0, 3);
    // What a collection frees dies too.
    drop(dead_ring(&deaths, 4));
    assert_eq!(gc::get_count().0, 7);
    assert_eq!(gc::collect(), 4);
    assert_eq!(gc::get_count().0, 0);
    drop((old, young, more));
    assert_eq!(deaths.count(), 22);
}

#[test]
fn get_count_is_the_same_however_objects_come_and_go() {
    type Make = fn() -> Cc<Option<Cc<u8>>>;
    type End = fn(Cc<Option<Cc<u8>>>);
    let make: [Make; 4] =
        [Cc::default, || Cc::new_cyclic(|_| None), || Cc::from(Box::new(None)), || Cc::try_new(None).expect("memory")];
    let end: [End; 3] = [drop, |cc| drop(Cc::into_inner(cc)), |cc| drop(Cc::unwrap_or_clone(cc))];
    gc::disable();
    for make in make {
        for end in end {
            gc::collect();
            let untracked = Cc::new(1);
            let mut cc = make();
            assert_eq!((gc::get_count().0, gc::is_tracked(&cc)), (1, true));
            let weak = Cc::downgrade(&cc);
            // Moves to another object.
            drop(Cc::make_mut(&mut cc));
            assert_eq!((gc::get_count().0, weak.strong_count()), (1, 0));
            end(cc);
            assert_eq!((gc::get_count().0, *untracked), (0, 1));
        }
    }
}

#[test]
fn the_sequence_of_collections_is_pythons() {
    gc::set_verify(false);
    gc::set_threshold(1000, 10, 10);
    let deaths = Deaths::default();
    let mut kept = Vec::new();
    for trigger in 1..=133 {
        assert_eq!(allocate(&mut kept, &deaths, 1000), []);
        assert_eq!(gc::get_count(), (1000, (trigger - 1) % 12, (trigger - 1) / 12), "before trigger {trigger}");
        let generation = match trigger {
            133 => 2,
            _ if trigger % 12 == 0 => 1,
            _ => 0,
        };
        assert_eq!(allocate(&mut kept, &deaths, 1), [(1, generation)], "trigger {trigger}");
        assert_eq!(gc::get_count().0, 0);
    }
    assert_eq!(gc::get_count(), (0, 0, 0));
    assert_eq!(collections(), [121, 11, 1]);
    assert_eq!(Cc::generation(&kept[0]), Some(Generation::Old));
    drop(kept);
    assert_eq!(deaths.count(), 133 * 1001);
}

#[test]
fn the_old_generation_waits_until_it_has_grown_by_a_quarter() {
    const LONG_LIVED: usize = 211_094;
    gc::set_verify(false);
    gc::disable();
    let deaths = Deaths::default();
    let mut kept = nodes(&deaths, LONG_LIVED);
    gc::collect();
    gc::set_threshold(100, 1, 1);
    gc::enable();
    let mut total = LONG_LIVED as f64;
    // CPython: after 53,121 and after 66,154 more.
    for _ in 0..2 {
        let before = kept.len();
        while allocate(&mut kept, &deaths, 1) != [(1, 2)] {}
        let grown = (kept.len() - before) as f64;
        assert!((0.250..0.253).contains(&(grown / total)), "{grown} to {total}");
        total += grown;
    }
    // The rule is not for those who ask.
    assert_eq!([gc::collect(), gc::collect()], [0, 0]);
    assert_eq!(collections()[2], 5);
}

/// CPython's `test_threshold_zero` and `test_indirect_calls_with_gc_disabled`.
#[test]
fn no_automatic_collection_where_none_is_wanted() {
    let deaths = Deaths::default();
    let mut kept = Vec::new();
    gc::set_threshold(0, None, None);
    assert_eq!(allocate(&mut kept, &deaths, 50_000), []);
    // Nor one too large to be reached.
    gc::set_threshold(usize::MAX, None, None);
    assert_eq!(allocate(&mut kept, &deaths, 1000), []);
    gc::set_threshold(1000, 0, 0);
    gc::disable();
    assert_eq!(allocate(&mut kept, &deaths, 10_000), []);
    // What was due all the time comes first.
    gc::enable();
    assert_eq!(allocate(&mut kept, &deaths, 2002), [(1, 0), (1002, 1)]);
    gc::set_threshold(100, 10, 10);
    assert_eq!(allocate(&mut kept, &deaths, 1), [(1, 0)]);
    drop(kept);
    assert_eq!(deaths.count(), 63_003);
}

#[test]
fn a_pause_holds_until_its_last_guard_goes() {
    gc::set_threshold(10, 10, 10);
    let deaths = Deaths::default();
    let mut kept = Vec::new();
    let (first, second) = (gc::pause(), gc::pause());
    for guard in [first, second] {
        assert!(!gc::is_enabled());
        assert_eq!(allocate(&mut kept, &deaths, 100), []);
        // Neither does what `enable` and `disable` say make a difference,
        gc::disable();
        gc::enable();
        assert!(!gc::is_enabled());
        assert_eq!(gc::collect(), 0);
        drop(guard);
    }
    assert!(gc::is_enabled());
    assert_eq!(allocate(&mut kept, &deaths, 11), [(11, 0)]);
    // nor does a guard make one to them.
    gc::disable();
    drop(gc::pause());
    assert!(!gc::is_enabled());
    gc::enable();
    mem::forget(gc::pause());
    drop(gc::pause());
    assert!(!gc::is_enabled());
}

#[test]
fn set_threshold_keeps_what_is_left_out() {
    let set = |young, middle: Option<usize>, old: Option<usize>| {
        gc::set_threshold(young, middle, old);
        gc::get_threshold()
    };
    assert_eq!(set(700, None, None), (700, 10, 10));
    assert_eq!(set(1, Some(2), None), (1, 2, 10));
    assert_eq!(set(3, None, Some(4)), (3, 2, 4));
    assert_eq!(set(0, Some(0), Some(0)), (0, 0, 0));
}

/// CPython's `test_get_stats`.
#[test]
fn get_stats_credits_the_generation_that_was_asked_for() {
    gc::disable();
    let deaths = Deaths::default();
    let mut expected = [[0; 2]; 3];
    for generation in [0, 1, 2, 2, 0] {
        let before = gc::get_stats();
        drop(dead_ring(&deaths, 3 + generation));
        assert_eq!(gc::collect_generation(GENERATIONS[generation]), 3 + generation);
        expected[generation][0] += 1;
        expected[generation][1] += 3 + generation;
        let after = gc::get_stats();
        assert_eq!(after.map(|stats| [stats.collections, stats.collected]), expected);
        for (index, (before, after)) in before.iter().zip(&after).enumerate() {
            assert_eq!(after.uncollectable, 0);
            if index == generation {
                assert_eq!(after.candidates - before.candidates, 3 + generation);
                assert!(after.duration >= before.duration);
            } else {
                assert_eq!(after, before);
            }
        }
    }
    assert_eq!(deaths.count(), 20);
}

#[test]
fn what_nobody_has_touched_is_not_examined() {
    gc::disable();
    let deaths = Deaths::default();
    let kept = nodes(&deaths, 1000);
    // Built with moves alone, as a tree is.
    let leaves = nodes(&deaths, 1000);
    kept.iter().zip(leaves).for_each(|(node, leaf)| node.links.borrow_mut().push(leaf));
    assert_eq!(GENERATIONS.map(gc::collect_generation), [0; 3]);
    let examined = |generation: Generation| gc::get_stats()[generation as usize].candidates;
    assert_eq!(GENERATIONS.map(examined), [0, 0, 0]);
    // One pointer to it was dropped, and it could hang from nothing any more: so could what it leads to.
    drop(kept[0].clone());
    assert_eq!(gc::collect(), 0);
    assert_eq!(GENERATIONS.map(examined), [0, 0, 2]);
    assert_eq!(gc::collect(), 0);
    assert_eq!(GENERATIONS.map(examined), [0, 0, 2]);
    drop(kept);
    assert_eq!(deaths.count(), 2000);
}

/// CPython's `test_is_tracked`.
#[test]
fn is_tracked_tells_atoms_from_containers() {
    fn tracked<T: Trace>(value: T) -> bool {
        gc::is_tracked(&Cc::new(value))
    }
    #[derive(Trace)]
    struct Instance(Option<Cc<Instance>>);
    #[derive(Trace)]
    #[trace(acyclic)]
    struct Plain(String, Vec<u8>);

    assert!(!tracked(()) && !tracked(true) && !tracked(1) && !tracked(1.0) && !tracked("a") && !tracked('a'));
    assert!(!tracked(String::new()) && !tracked(vec![1]) && !tracked((1, "a")) && !tracked([Some(1); 3]));
    assert!(!tracked(Rc::new(1)) && !tracked(Arc::new(1)) && !tracked(Weak::<Instance>::new()));
    assert!(!tracked(RefCell::new(1)) && !tracked(Plain(String::new(), vec![])));
    assert!(tracked(vec![Cc::new(1)]) && tracked(Vec::<Cc<u8>>::new()) && tracked(RefCell::new(Some(Cc::new(1)))));
    assert!(tracked(Instance(None)) && tracked(Instance(Some(Cc::new(Instance(None))))));
    assert!(tracked((1, Cc::new(1))) && tracked(Cc::new(1)) && tracked(HashMap::from([(1, Cc::new(1))])));
}

#[test]
fn getrefcount_and_getsizeof_are_pythons() {
    let deaths = Deaths::default();
    let node = Node::new(&deaths);
    let weak = Cc::downgrade(&node);
    assert_eq!(gc::getrefcount(&node), 1);
    let mut others = vec![node.clone(), node.clone()];
    others.extend(weak.upgrade());
    assert_eq!(gc::getrefcount(&node), 4);
    drop(others);
    assert_eq!(gc::getrefcount(&node), 1);
    // A collection takes its own counts back.
    node.link(&node);
    assert_eq!((gc::collect(), gc::getrefcount(&node)), (0, 2));
    assert_eq!(gc::getsizeof(&node), 16 + size_of::<Node>());
    drop(node);
    assert_eq!((gc::collect(), deaths.count()), (1, 1));
}

/// CPython's `test_del`.
#[test]
fn a_destructor_may_set_off_a_collection() {
    gc::set_threshold(1, 1, 1);
    let deaths = Deaths::default();
    for ring in [false, true] {
        let inner = deaths.clone();
        let node = Node::saying(&deaths, move || drop(nodes(&inner, 3)));
        if ring {
            node.link(&node);
        }
        drop(node);
    }
    let kept = nodes(&deaths, 10);
    gc::collect();
    assert_eq!(deaths.count(), 2 * 4);
    drop(kept);
    assert_eq!(deaths.count(), 18);
}

#[test]
fn no_automatic_collection_starts_while_another_collection_runs() {
    let deaths = Deaths::default();
    let inner = deaths.clone();
    let ring = [Node::saying(&deaths, move || {
        let before = collections();
        drop(dead_ring(&inner, 2));
        let kept = nodes(&inner, 100);
        assert_eq!(collections(), before);
        drop(kept);
    })];
    close_ring(&ring);
    drop(ring);
    gc::set_threshold(1, 1, 1);
    assert_eq!(gc::collect(), 1);
    assert_eq!((collections(), deaths.count()), ([0, 0, 1], 101));
    assert_eq!((gc::collect(), deaths.count()), (2, 103));
}

/// CPython's `test_trashcan`: long chains whose destructors collect, in the middle of the chain's death.
#[test]
fn destructors_may_collect_while_a_chain_dies() {
    gc::set_verify(false);
    gc::enable();
    for length in [150, 3000] {
        let deaths = Deaths::default();
        let link = |next: Option<Cc<Node>>| {
            let count = deaths.clone();
            let node = Node::saying(&deaths, move || {
                if count.count() % 17 == 0 {
                    gc::collect();
                }
            });
            next.iter().for_each(|next| node.link(next));
            Some(node)
        };
        for _ in 0..2 {
            let chains: [_; 3] = std::array::from_fn(|_| (0..length).fold(None, |next, _| link(next)));
            drop(chains);
        }
        assert_eq!(deaths.count(), 6 * length);
    }
}
