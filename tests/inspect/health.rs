//! What `gc::health` counts, what it says of it, and when it gives which advice.

use gc_core::gc::{self, Advice, DebugFlags, Generation, Health, Trigger};
use gc_core::{Cc, Finalize, Trace, leaf};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

#[derive(Trace, Default)]
struct Node {
    links: RefCell<Vec<Cc<Node>>>,
}

/// Objects without pointers among them.
fn nodes(count: usize) -> Vec<Cc<Node>> {
    (0..count).map(|_| Cc::new(Node::default())).collect()
}

/// Garbage: so many objects, each of which refers to itself.
fn loops(count: usize) {
    nodes(count).iter().for_each(|node| node.links.borrow_mut().push(node.clone()));
}

/// No collection but those that the test asks for, and none of them checked: there are many objects.
fn by_hand() {
    gc::disable();
    gc::set_verify(false);
}

/// The bytes of a node, its header included.
fn node_size() -> usize {
    gc::getsizeof(&Cc::new(Node::default()))
}

#[test]
fn everything_is_counted_where_it_is() {
    by_hand();
    let old = nodes(3);
    gc::collect();
    let frozen = nodes(5);
    gc::freeze();
    gc::collect();
    let middle = nodes(7);
    gc::collect_generation(Generation::Young);
    let young = nodes(11);
    let text: Vec<Cc<str>> = vec!["text".into(), "some more".into()];
    let health = gc::health();
    // Those that were old are frozen, too.
    assert_eq!((health.tracked, health.untracked), (26, 2));
    assert_eq!((health.generations, health.frozen), ([11, 7, 0], 8));
    assert_eq!(health.bytes, 26 * node_size() + gc::getsizeof(&text[0]) + gc::getsizeof(&text[1]));
    // One block for nodes, and one for each of the two sizes of text, which may be one; and one that may be free.
    let blocks = health.block_bytes.div_ceil(1 << 16);
    assert!((2..=4).contains(&blocks), "{blocks}");
    gc::unfreeze();
    let health = gc::health();
    assert_eq!((health.tracked, health.generations, health.frozen), (26, [11, 7, 8], 0));
    drop((old, frozen, middle, young, text));
    let health = gc::health();
    assert_eq!((health.tracked, health.untracked, health.bytes), (0, 0, 0));
    assert!(health.largest_types.is_empty() && health.to_string().contains("no objects"));
}

#[test]
fn large_objects_count_with_their_memory() {
    let large: Cc<[u8]> = vec![0; 1 << 20].into();
    let health = gc::health();
    assert!(health.bytes > 1 << 20 && health.block_bytes >= health.bytes);
    assert_eq!(health.largest_types[0].bytes, health.bytes);
    drop(large);
}

#[test]
fn the_largest_types_are_those_with_the_most_bytes() {
    let (big, more, few) = (Cc::new([0u64; 100]), nodes(10), [Cc::new(1u8), Cc::new(2u8)]);
    let (same, none) = (Cc::new(0u16), Cc::new(()));
    let types: Vec<_> = gc::health().largest_types.iter().map(|it| (it.name, it.count, it.bytes)).collect();
    let expected = [
        ("[u64; 100]", 1, gc::getsizeof(&big)),
        (std::any::type_name::<Node>(), 10, 10 * node_size()),
        ("u8", 2, 2 * gc::getsizeof(&few[0])),
    ];
    assert_eq!(types, expected);
    drop((more, same, none));
}

#[test]
fn types_of_equal_size_come_in_the_order_of_their_names() {
    let objects = (Cc::new(1u64), Cc::new(1i64), Cc::new(1.0f64), Cc::new(1usize));
    let names: Vec<_> = gc::health().largest_types.iter().map(|it| it.name).collect();
    assert_eq!(names, ["f64", "i64", "u64"]);
    drop(objects);
}

#[test]
fn growth_is_since_the_last_time() {
    by_hand();
    let kept = nodes(10);
    assert_eq!(gc::health().growth, None);
    loops(5);
    let growth = gc::health().growth.unwrap();
    assert_eq!((growth.objects, growth.bytes), (5, 5 * node_size() as isize));
    assert_eq!((growth.collections, growth.collected), (0, 0));
    gc::collect();
    gc::collect_generation(Generation::Young);
    drop(kept);
    thread::sleep(Duration::from_millis(2));
    let growth = gc::health().growth.unwrap();
    assert_eq!((growth.objects, growth.bytes), (-15, -15 * node_size() as isize));
    assert_eq!((growth.collections, growth.collected), (2, 5));
    assert!(growth.since >= Duration::from_millis(2));
    assert_eq!(gc::health().growth.unwrap().objects, 0);
}

#[test]
fn threads_remember_for_themselves() {
    let kept = nodes(1);
    gc::health();
    thread::spawn(|| assert_eq!(gc::health().growth, None)).join().unwrap();
    assert!(gc::health().growth.is_some());
    drop(kept);
}

#[test]
fn garbage_hangs_from_suspects() {
    by_hand();
    let kept = nodes(20);
    assert_eq!(gc::health().suspects, [0; 3]);
    loops(4);
    drop(kept[0].clone());
    let health = gc::health();
    assert_eq!((health.suspects, health.backlog()), ([5, 0, 0], None));
    assert!(health.to_string().contains("an unknown number waiting, behind 5 suspects"));

    // Four of five that are examined are garbage.
    gc::collect_generation(Generation::Young);
    let health = gc::health();
    assert_eq!((health.suspects, health.backlog()), ([0, 1, 0], None));
    gc::collect();
    let health = gc::health();
    assert_eq!((health.suspects, health.backlog(), health.garbage_per_collection()), ([0; 3], Some(0), Some(2.0)));
    loops(10);
    let health = gc::health();
    assert_eq!((health.suspects, health.backlog()), ([10, 0, 0], Some(8)));
    assert!(health.to_string().contains("2.0 objects a collection (4 in all); about 8 waiting"));

    gc::freeze();
    let health = gc::health();
    assert_eq!((health.suspects, health.frozen_suspects, health.backlog()), ([0; 3], 10, Some(0)));
}

#[test]
fn pauses_are_those_of_the_last_collections() {
    for generation in [Generation::Young, Generation::Old, Generation::Young, Generation::Old, Generation::Young] {
        loops(if generation == Generation::Young { 1 } else { 500 });
        gc::collect_generation(generation);
    }
    let health = gc::health();
    let history = gc::get_history();
    assert_eq!((&health.history, health.stats), (&history, gc::get_stats()));
    let durations = |of: &[usize]| {
        let mut durations: Vec<_> = of.iter().map(|&index| history[index].duration).collect();
        durations.sort();
        durations
    };
    for (generation, of) in
        [(None, &[0, 1, 2, 3, 4][..]), (Some(Generation::Young), &[0, 2, 4]), (Some(Generation::Old), &[1, 3])]
    {
        let (pauses, sorted) = (health.pauses(generation).unwrap(), durations(of));
        assert_eq!(pauses.last, history[of[of.len() - 1]].duration, "{generation:?}");
        assert_eq!((pauses.median, pauses.longest), (sorted[of.len() / 2], sorted[of.len() - 1]), "{generation:?}");
    }
    assert_eq!(health.pauses(Generation::Middle), None);
}

#[test]
fn it_prints_six_lines_and_one_for_each_advice() {
    by_hand();
    let nothing = gc::health().to_string();
    let expected = "\
gc: nothing looks wrong
  objects  0 tracked (0 young, 0 middle, 0 old, 0 frozen), 0 not
  memory   0 B in objects, 0 B in blocks
  garbage  nothing collected so far; none is waiting
  pauses   none so far
  growth   asked for the first time
  largest  no objects";
    assert_eq!(nothing, expected);

    gc::set_debug_sink(|_| ());
    let (kept, number) = (nodes(Advice::MANY_NEW), Cc::new(1u64));
    gc::set_debug(DebugFlags::SAVEALL);
    let text = gc::health().to_string();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("gc: 2 things look wrong"));
    assert_eq!(lines.next(), Some("  objects  50,000 tracked (50,000 young, 0 middle, 0 old, 0 frozen), 1 not"));
    assert_eq!(lines.clone().count(), 5 + 2, "{text}");
    let (megabytes, bytes) = ((50_000 * node_size()) as f64 / 1048576.0, gc::getsizeof(&number));
    let largest = format!("  largest  Node {megabytes:.1} MiB in 50,000, u64 {bytes} B in 1");
    assert_eq!(lines.nth(4), Some(&*largest));
    let advice: Vec<_> = lines.collect();
    assert!(advice[0].starts_with("! automatic collections are off, and there are 50,000 objects more"), "{text}");
    assert!(advice[1].starts_with("! gc::garbage() keeps 0 objects"), "{text}");
    drop((kept, number));
}

#[test]
fn off_with_many_new_objects() {
    gc::set_verify(false);
    let check = |name: &str| {
        let mut kept = nodes(Advice::MANY_NEW - 1);
        assert_eq!(gc::health().advice, [], "{name}");
        kept.extend(nodes(1));
        assert_eq!(gc::health().advice, [Advice::Off { objects: Advice::MANY_NEW }], "{name}");
        gc::collect();
        assert_eq!(gc::health().advice, [], "{name}");
    };
    gc::disable();
    check("disabled");
    gc::enable();

    let guard = gc::pause();
    check("paused");
    drop(guard);

    gc::set_threshold(0, None, None);
    check("a threshold of 0");
    gc::set_threshold(2000, None, None);

    // When they are on, as many objects are nothing special.
    let kept = nodes(2 * Advice::MANY_NEW);
    assert_eq!(gc::health().advice, []);
    drop(kept);
}

#[test]
fn no_safepoint_for_long() {
    gc::set_verify(false);
    gc::set_trigger(Trigger::Safepoint);
    let mut kept = nodes(Advice::MANY_NEW - 1);
    assert_eq!(gc::health().advice, []);
    kept.extend(nodes(1));
    assert_eq!(gc::health().advice, [Advice::NoSafepoint { objects: Advice::MANY_NEW }]);
    gc::set_threshold(Advice::MANY_NEW, None, None);
    assert_eq!(gc::health().advice, [], "none is due");
    gc::set_threshold(1000, None, None);
    gc::safepoint();
    assert_eq!(gc::health().advice, []);
    drop(kept);
}

#[test]
fn old_generation_never_collected() {
    by_hand();
    let mut kept = nodes(Advice::LARGE_GENERATION - 1);
    gc::collect_generation(Generation::Middle);
    assert_eq!(gc::health().advice, []);
    kept.extend(nodes(1));
    gc::collect_generation(Generation::Middle);
    assert_eq!(gc::health().advice, [Advice::OldNeverCollected { objects: Advice::LARGE_GENERATION }]);
    gc::collect();
    assert_eq!(gc::health().advice, []);
    drop(kept);
}

/// Asks four times; before each, `step` is called with the number of the time.
fn ask(mut step: impl FnMut(usize)) -> Health {
    let mut ask = |time| {
        step(time);
        gc::health()
    };
    (0..3).for_each(|time| drop(ask(time)));
    ask(3)
}

/// The advice that has to do with growth, by what it says: of the heap, and of a type.
fn growth_in(health: &Health) -> (Option<usize>, Option<(&'static str, usize)>) {
    let mut found = (None, None);
    for advice in &health.advice {
        match *advice {
            Advice::GrowsWithoutBound { objects, .. } => found.0 = Some(objects),
            Advice::TypeOnlyGrows { name, more, .. } => found.1 = Some((name, more)),
            _ => panic!("{advice}"),
        }
    }
    found
}

const STEP: usize = Advice::MUCH_GROWTH.div_ceil(3);

#[test]
fn growing_without_bound() {
    by_hand();
    let mut kept = Vec::new();
    let health = ask(|_| {
        kept.extend(nodes(STEP));
        loops(STEP / 5);
        gc::collect_generation(Generation::Young);
    });
    let (name, objects) = (std::any::type_name::<Node>(), 3 * STEP);
    let expected = [
        Advice::GrowsWithoutBound { objects, collected: STEP / 5 * 3 },
        Advice::TypeOnlyGrows { name, count: 4 * STEP, more: objects },
    ];
    assert_eq!(health.advice, expected);
    let text = health.to_string();
    assert!(text.contains("! the heap grows: 10,002 objects more than three looks ago"), "{text}");
    assert!(text.contains("! Node only grows: 13,336 objects, 10,002 more than three looks ago"), "{text}");
    // It need not have been asked only four times.
    kept.extend(nodes(10 * STEP));
    gc::collect();
    assert_eq!(growth_in(&gc::health()), (Some(12 * STEP), Some((name, 12 * STEP))));
    // Not to grow once is enough.
    gc::collect();
    assert_eq!(growth_in(&gc::health()), (None, None));
}

#[test]
fn growth_that_need_not_be_without_bound() {
    by_hand();
    let mut kept = Vec::new();
    let mut grow = |count: usize| kept.extend(nodes(count));

    assert_eq!(growth_in(&ask(|_| grow(STEP))), (None, None), "nothing has been collected");
    let health = ask(|time| {
        grow(STEP);
        if time != 2 {
            gc::collect();
        }
    });
    assert_eq!(growth_in(&health), (None, None), "nothing has been collected one time");
    let health = ask(|_| {
        grow(STEP / 4);
        gc::collect();
    });
    assert_eq!(growth_in(&health).0, None, "it is little");
    // By now there are nine steps.
    let health = ask(|_| {
        grow(STEP);
        gc::collect();
    });
    assert_eq!(growth_in(&health), (None, None), "it is little of what there was");
}

#[test]
fn growth_that_is_paid_for() {
    by_hand();
    let mut kept = Vec::new();
    let health = ask(|_| {
        kept.extend(nodes(STEP));
        loops(STEP / 4 + 1);
        gc::collect();
    });
    let only_the_type = (None, Some((std::any::type_name::<Node>(), 3 * STEP)));
    assert_eq!(growth_in(&health), only_the_type, "a lot has been collected");
}

#[test]
fn a_type_that_only_grows() {
    by_hand();
    let (mut kept, mut other) = (Vec::new(), (0..5000u64).map(Cc::new).collect::<Vec<_>>());
    let step = Advice::MUCH_GROWTH_OF_TYPE.div_ceil(3);
    let health = ask(|_| {
        kept.extend(nodes(step));
        kept.pop();
        // What goes is not counted against it.
        other.truncate(other.len() - 1000);
        gc::collect();
    });
    assert_eq!(growth_in(&health), (None, None), "999 is little");
    let health = ask(|_| {
        kept.extend(nodes(step + 1000));
        other.truncate(other.len().saturating_sub(1000));
        gc::collect();
    });
    assert_eq!(growth_in(&health).1, Some((std::any::type_name::<Node>(), 3 * (step + 1000))));

    let health = ask(|time| {
        if time == 1 {
            kept.clear();
        }
        kept.extend(nodes(step * (time + 1)));
        gc::collect();
    });
    assert_eq!(growth_in(&health), (None, None), "it has shrunk once");
}

#[test]
fn the_type_that_grows_the_most_is_named() {
    by_hand();
    let (mut kept, mut numbers, mut signed) = (Vec::new(), Vec::new(), Vec::new());
    let health = ask(|_| {
        kept.extend(nodes(1000));
        numbers.extend((0..1100u64).map(Cc::new));
        signed.extend((0..1100i64).map(Cc::new));
        gc::collect();
    });
    assert_eq!(growth_in(&health).1, Some(("i64", 3300)));
}

#[test]
fn garbage_that_is_kept() {
    let kept = nodes(2);
    assert_eq!(gc::health().advice, []);
    gc::set_debug_sink(|_| ());
    gc::garbage().push(&kept[0]);
    assert_eq!(gc::health().advice, [Advice::GarbageIsKept { objects: 1 }]);
    gc::garbage().clear();
    gc::set_debug(DebugFlags::SAVEALL);
    assert_eq!(gc::health().advice, [Advice::GarbageIsKept { objects: 0 }]);
    loops(2);
    gc::collect();
    assert_eq!(gc::health().advice, [Advice::GarbageIsKept { objects: 2 }]);
    gc::set_debug(DebugFlags::empty());
    assert_eq!(gc::health().advice, [Advice::GarbageIsKept { objects: 2 }]);
    gc::garbage().clear();
    assert_eq!(gc::health().advice, []);
}

/// Takes its time to die.
struct Slow(Duration);

impl Drop for Slow {
    fn drop(&mut self) {
        thread::sleep(self.0);
    }
}

leaf!(Slow);

/// Makes garbage that takes so long to collect.
fn slow_garbage(duration: Duration) {
    let garbage = Cc::new((Slow(duration), OnceCell::new()));
    garbage.1.set(gc_core::AnyCc::from(&garbage)).ok().unwrap();
}

#[test]
fn long_pauses() {
    gc::set_threshold(1, None, None);
    let automatically = |duration| {
        slow_garbage(duration);
        let kept = nodes(3);
        assert!(gc::get_history().last().is_some_and(|last| last.automatic), "there was a collection");
        kept
    };
    automatically(Duration::ZERO);
    assert_eq!(gc::health().advice, []);

    gc::disable();
    slow_garbage(Advice::LONG_PAUSE);
    gc::collect();
    assert_eq!(gc::health().advice, [], "it was asked for");
    gc::enable();

    automatically(Advice::LONG_PAUSE);
    let health = gc::health();
    let [Advice::LongPause { collection }] = health.advice[..] else { panic!("{health}") };
    assert!(collection.automatic && collection.duration >= Advice::LONG_PAUSE && collection.collected == 1);
    assert!(health.to_string().contains("! a collection of the young generation took "), "{health}");
    // It is forgotten when the record is.
    (0..64).for_each(|_| assert_eq!(gc::collect(), 0));
    assert_eq!(gc::health().advice, []);
}

#[test]
fn frozen_objects_that_may_be_garbage() {
    by_hand();
    let kept = nodes(2 * Advice::MANY_FROZEN_SUSPECTS);
    gc::collect();
    gc::freeze();
    assert_eq!(gc::health().advice, [], "frozen objects as such are nothing special");
    let suspect = |nodes: &[Cc<Node>]| nodes.iter().for_each(|node| drop(node.clone()));
    suspect(&kept[1..Advice::MANY_FROZEN_SUSPECTS]);
    assert_eq!(gc::health().advice, []);
    suspect(&kept[..1]);
    let expected = Advice::FrozenSuspects { suspects: Advice::MANY_FROZEN_SUSPECTS, frozen: kept.len() };
    assert_eq!(gc::health().advice, [expected]);
    let more = nodes(2);
    gc::freeze();
    assert_eq!(gc::health().advice, [], "it is not half of them");
    gc::unfreeze();
    gc::collect();
    gc::freeze();
    assert_eq!(gc::health().advice, []);
    drop((kept, more));
}

#[test]
fn objects_that_are_not_tracked_are_nothing_special() {
    let kept: Vec<_> = (0..2 * Advice::LARGE_GENERATION).map(Cc::new).collect();
    let health = gc::health();
    assert_eq!((health.untracked, &health.advice[..]), (kept.len(), &[][..]));
}

#[test]
fn nothing_is_changed_by_asking() {
    let kept = nodes(2);
    kept[0].links.borrow_mut().push(kept[1].clone());
    gc::collect();
    let look = || (gc::get_count(), gc::get_stats(), Cc::strong_count(&kept[1]), Cc::generation(&kept[0]));
    let before = look();
    gc::health();
    assert_eq!(look(), before);
    gc::collect();
    assert_eq!(gc::get_history().last().unwrap().candidates, 0, "no suspects");
    let weak = kept.iter().map(Cc::downgrade).collect::<Vec<_>>();
    drop(kept);
    assert!(weak.iter().all(|weak| weak.upgrade().is_none()), "nothing is kept alive");
}

/// Asks in its finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Asking {
    me: OnceCell<Cc<Asking>>,
    #[trace(skip)]
    see: Box<dyn Fn(Health)>,
}

impl Finalize for Asking {
    fn finalize(&self) {
        (self.see)(gc::health());
    }
}

#[test]
fn it_can_be_asked_while_a_collection_runs() {
    gc::set_verify(false);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let see = {
        let seen = seen.clone();
        move |health: Health| seen.borrow_mut().push((health.tracked, health.generations, health.stats[2].collections))
    };
    let kept = nodes(3);
    let garbage = Cc::new(Asking { me: OnceCell::new(), see: Box::new(see.clone()) });
    garbage.me.set(garbage.clone()).ok().unwrap();
    drop(garbage);
    let id = gc::callbacks().add(move |_, _| see(gc::health()));
    gc::collect();
    gc::callbacks().remove(id);
    assert_eq!(seen.take(), [(4, [4, 0, 0], 0), (4, [0, 0, 3], 0), (3, [0, 0, 3], 1)]);
    drop(kept);
}

#[test]
fn it_can_be_asked_within_exclusive_access_and_construction() {
    let mut kept = Cc::new(nodes(2));
    let guard = Cc::get_mut(&mut kept).unwrap();
    let health = gc::health();
    assert_eq!((health.tracked, health.generations), (3, [2, 0, 0]));
    drop(guard);
    let cyclic = Cc::new_cyclic(|_| {
        assert_eq!(gc::health().generations, [3, 0, 0]);
        Node::default()
    });
    assert_eq!(gc::health().generations, [4, 0, 0]);
    drop((kept, cyclic));
}

/// Thread-local values are destroyed in no useful order. Whichever goes first, the heap can be asked about.
#[test]
fn it_can_be_asked_at_the_end_of_a_thread() {
    struct Late(Box<dyn Fn()>);
    impl Drop for Late {
        fn drop(&mut self) {
            (self.0)();
        }
    }
    thread_local! {
        static BEFORE: RefCell<Option<Late>> = const { RefCell::new(None) };
        static KEPT: RefCell<Vec<Cc<Node>>> = const { RefCell::new(Vec::new()) };
        static AFTER: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    let asked = thread::spawn(|| {
        let (sender, asked) = std::sync::mpsc::channel();
        let late = move || {
            // Twice, so that the second time something is remembered; where the heap is gone, it is not.
            let health = [gc::health(), gc::health()];
            sender.send((health[0].tracked, health[1].growth.is_none_or(|growth| growth.objects == 0))).unwrap();
        };
        BEFORE.with(|slot| *slot.borrow_mut() = Some(Late(Box::new(late.clone()))));
        gc::health();
        KEPT.with(|slot| *slot.borrow_mut() = nodes(2));
        AFTER.with(|slot| *slot.borrow_mut() = Some(Late(Box::new(late))));
        asked
    });
    let asked: Vec<_> = asked.join().unwrap().iter().collect();
    assert!(asked.len() == 2 && asked.iter().all(|&(tracked, same)| tracked <= 2 && same), "{asked:?}");
}
