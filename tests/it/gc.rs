//! The module `gc`, where `CPython`'s tests and what was measured on it (`python/gc`, `python/numbers.rs`) say nothing:
//! ages, counts in unusual cases, pauses, what is examined.

use crate::support::{Deaths, Node, close_ring, dead_ring};
use gc_core::gc::{self, Generation, GenerationStats, Trigger};
use gc_core::{Cc, Trace, leaf};
use std::cell::{Cell, OnceCell};
use std::mem;
use std::rc::Rc;
use std::thread;

const GENERATIONS: [Generation; 3] = [Generation::Young, Generation::Middle, Generation::Old];

fn nodes(deaths: &Deaths, count: usize) -> Vec<Cc<Node>> {
    (0..count).map(|_| Node::new(deaths)).collect()
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
fn collect_counts_rings_of_all_lengths_together() {
    gc::disable();
    let deaths = Deaths::default();
    (1..100).for_each(|length| drop(dead_ring(&deaths, length)));
    assert_eq!((gc::collect(), deaths.count()), (4950, 4950));
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

/// More than CPython's `test_threshold_zero` and `test_indirect_calls_with_gc_disabled` say: what was due meanwhile.
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

/// As CPython's `test_trashcan`, whose finalizers collect, with destructors.
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

/// A collection that was put off counts for as many as it was put off for, whatever sets it off.
#[test]
fn pacing_adapts_alike_in_allocations_and_at_safepoints() {
    let collections = [Trigger::Allocation, Trigger::Safepoint].map(|trigger| {
        let collections = thread::spawn(move || {
            gc::set_trigger(trigger);
            let deaths = Deaths::default();
            let survivors = |count| {
                let node = |_| {
                    gc::safepoint();
                    Node::new(&deaths)
                };
                (0..count).map(node).collect::<Vec<_>>()
            };
            // Of 2000, 4000, 8000, and 16,000, which makes twelve times 2000 and more.
            let survivors = survivors(31_000);
            (survivors.len(), collections(), gc::get_count().0 < 2000)
        });
        collections.join().expect("no panic")
    });
    assert_eq!(collections, [(31_000, [3, 1, 0], true); 2]);
}

/// Nothing was due to collect that would count for several.
#[test]
fn a_safepoint_within_a_collection_counts_for_nothing() {
    struct Busy;

    impl Drop for Busy {
        fn drop(&mut self) {
            let deaths = Deaths::default();
            let nodes = nodes(&deaths, 5000);
            assert!(gc::get_count().0 > 4000, "a collection would be due");
            assert_eq!((gc::safepoint(), nodes.len()), (0, 5000));
        }
    }

    leaf!(Busy);

    #[derive(Trace)]
    struct Knot {
        me: OnceCell<Cc<Knot>>,
        _busy: Busy,
    }

    gc::set_trigger(Trigger::Safepoint);
    let deaths = Deaths::default();
    let survivors = nodes(&deaths, 2001);
    gc::safepoint();
    // From here on, every other threshold counts.
    assert_eq!(collections(), [1, 0, 0]);
    let knot = Cc::new(Knot { me: OnceCell::new(), _busy: Busy });
    knot.me.set(knot.clone()).ok();
    drop(knot);
    assert_eq!(gc::collect_generation(Generation::Young), 1);
    assert_eq!((gc::get_count().1, survivors.len()), (2, 2001));
}
