//! What a snapshot has of each object, and at which times one can be taken.

use gc_core::gc::{DebugFlags, Generation};
use gc_core::inspect::{Flags, Snapshot};
use gc_core::{AnyCc, Cc, Finalize, Trace, Tracer, Weak, gc, leaf};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

#[derive(Trace)]
struct Node {
    links: RefCell<Vec<Cc<Node>>>,
}

fn node() -> Cc<Node> {
    Cc::new(Node { links: RefCell::default() })
}

#[test]
fn every_object_and_every_edge_is_in_it() {
    let (one, two) = (node(), node());
    one.links.borrow_mut().extend([one.clone(), two.clone(), two.clone()]);
    let snapshot = Snapshot::take();
    assert_eq!((snapshot.len(), snapshot.edge_count()), (2, 3));
    let [one, two] = [&one, &two].map(|node| snapshot.object(node).unwrap());
    assert_eq!((one.strong_count(), one.outside_count()), (2, 1));
    assert_eq!((two.strong_count(), two.outside_count()), (3, 1));
    assert!(one.edges().map(|edge| edge.target()).eq([one, two, two]));
    assert!(two.referrers().map(|edge| edge.source()).eq([one, one]));
}

/// What garbage leaves of its slots does not pass for objects, before they are used again or after.
#[test]
fn what_was_freed_between_the_living_is_not_in_it() {
    #[derive(Trace, Default)]
    struct Plain(RefCell<Option<Cc<Plain>>>);

    gc::disable();
    let mut alive = Vec::new();
    for round in 1..4 {
        for _ in 0..300 {
            let [one, two] = [(); 2].map(|()| Cc::<Plain>::default());
            one.0.replace(Some(two.clone()));
            two.0.replace(Some(one));
            alive.push(Cc::<Plain>::default());
        }
        assert_eq!(Snapshot::take().len(), 300 * (round + 2));
        assert_eq!(gc::collect(), 600);
        let snapshot = Snapshot::take();
        assert_eq!((snapshot.len(), snapshot.edge_count()), (300 * round, 0));
        assert!(alive.iter().all(|object| snapshot.object(object).is_some()));
    }
}

/// Calls `look` in its finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Finalized {
    links: RefCell<Vec<Cc<Finalized>>>,
    #[trace(skip)]
    look: Box<dyn Fn(&Finalized)>,
}

impl Finalize for Finalized {
    fn finalize(&self) {
        (self.look)(self);
    }
}

/// Calls `look` when it is dropped.
struct LastWords(Box<dyn Fn()>);

impl Drop for LastWords {
    fn drop(&mut self) {
        (self.0)();
    }
}

leaf!(LastWords);

/// What a closure has seen.
fn seen<T: 'static>() -> (Rc<RefCell<Vec<T>>>, impl Fn(T) + Clone) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let see = {
        let seen = seen.clone();
        move |it| seen.borrow_mut().push(it)
    };
    (seen, see)
}

/// The types in a snapshot of now, without their paths, with the flags of each object.
fn types() -> Vec<(&'static str, Flags)> {
    let short = |name: &'static str| name.split('<').next().unwrap().rsplit("::").next().unwrap();
    let mut types: Vec<_> = Snapshot::take().objects().map(|it| (short(it.type_name()), it.flags())).collect();
    types.sort_unstable();
    types
}

#[test]
fn during_finalizers_the_condemned_are_in_it() {
    let (seen, see) = seen();
    let new = || {
        let see = see.clone();
        Cc::new(Finalized { links: RefCell::default(), look: Box::new(move |_| see(types())) })
    };
    let (one, two) = (new(), new());
    one.links.borrow_mut().push(two.clone());
    two.links.borrow_mut().push(one.clone());
    drop((one, two));
    assert_eq!(gc::collect(), 2);
    let condemned = Flags::TRACKED | Flags::CONDEMNED;
    let (first, second) = (condemned | Flags::FINALIZED, condemned | Flags::UNFINALIZED);
    let expected =
        [vec![("Finalized", second), ("Finalized", first)], vec![("Finalized", first), ("Finalized", first)]];
    for (mut expected, found) in expected.into_iter().zip(seen.take()) {
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
    assert!(types().is_empty());
}

#[test]
fn the_finalizer_of_an_object_that_dies_by_count_sees_it() {
    let (seen, see) = seen();
    let look = move |_: &Finalized| {
        let snapshot = Snapshot::take();
        see(snapshot.objects().map(|it| (it.strong_count(), it.outside_count())).collect::<Vec<_>>());
    };
    drop(Cc::new(Finalized { links: RefCell::default(), look: Box::new(look) }));
    assert_eq!(seen.take(), [[(1, 1)]]);
}

#[test]
fn what_is_being_dropped_is_not_in_it() {
    let (seen, see) = seen();
    let see = {
        let see = see.clone();
        move || see(types())
    };
    let alive = node();
    // By count, and with an object that is not tracked: what it owns is still there.
    drop(Cc::new((LastWords(Box::new(see.clone())), Cc::new(String::from("text")))));
    assert_eq!(seen.take(), [[("Node", Flags::TRACKED), ("String", Flags::OPAQUE)]]);

    // By collection: none of the cycle.
    let [one, two] = [(); 2].map(|()| {
        let last_words = LastWords(Box::new(see.clone()));
        Cc::new((RefCell::new(None::<AnyCc>), last_words))
    });
    *one.0.borrow_mut() = Some(AnyCc::from(&two));
    *two.0.borrow_mut() = Some(AnyCc::from(&one));
    drop((one, two));
    assert_eq!(gc::collect(), 2);
    assert_eq!(seen.take(), [[("Node", Flags::TRACKED)], [("Node", Flags::TRACKED)]]);
    drop(alive);
}

#[test]
fn callbacks_on_deaths_and_collections_can_take_one() {
    let (seen, see) = seen();
    let look = {
        let see = see.clone();
        move || see(Snapshot::take().len())
    };
    let (kept, dying) = (node(), node());
    Cc::on_drop(&dying, look.clone());
    drop(dying);
    assert_eq!(seen.take(), [1]);

    let id = gc::callbacks().add(move |_, _| look());
    let ring = node();
    ring.links.borrow_mut().push(ring.clone());
    drop(ring);
    gc::collect();
    assert_eq!(seen.take(), [2, 1]);
    gc::callbacks().remove(id);
    drop(kept);
}

/// Automatic collections run in `Cc::new`; what they call must be able to look, whatever generation is collected.
#[test]
fn automatic_collections_can_take_one_at_every_step() {
    gc::set_threshold(3, 2, 2);
    let (seen, see) = seen();
    let callback = {
        let see = see.clone();
        move || see(Snapshot::take().len())
    };
    let id = gc::callbacks().add(move |_, _| callback());
    let kept: Vec<_> = (0..50)
        .map(|_| {
            let see = see.clone();
            let garbage =
                Cc::new(Finalized { links: RefCell::default(), look: Box::new(move |_| see(Snapshot::take().len())) });
            garbage.links.borrow_mut().push(garbage.clone());
            node()
        })
        .collect();
    let looks = seen.take();
    assert!(looks.len() > 50, "{} looks", looks.len());
    assert!(looks.iter().all(|&objects| objects <= 2 * kept.len()));
    gc::callbacks().remove(id);
}

#[test]
fn under_construction_an_object_is_not_in_it() {
    let cyclic = Cc::new_cyclic(|weak: &Weak<(u8, Vec<Cc<()>>)>| {
        assert!(weak.upgrade().is_none());
        assert!(Snapshot::take().is_empty());
        (1, Vec::new())
    });
    assert_eq!((Snapshot::take().len(), cyclic.0), (1, 1));
    drop(cyclic);

    // The slice that is being filled is an object, without a value yet.
    let (seen, see) = seen();
    struct Cloned<F>(F);
    impl<F: Fn() + Clone> Clone for Cloned<F> {
        fn clone(&self) -> Self {
            (self.0)();
            Cloned(self.0.clone())
        }
    }
    leaf!(Cloned<F>: [F: 'static]);
    let look = move || see(types());
    let slice: Cc<[Cloned<_>]> = Cc::from(&[Cloned(look.clone()), Cloned(look)][..]);
    assert_eq!(seen.take().len(), 2);
    assert_eq!(types().len(), 1);
    drop(slice);
}

#[test]
fn what_is_exclusively_accessed_is_opaque() {
    let mut list = Cc::new(vec![node()]);
    let mut guard = Cc::get_mut(&mut list).unwrap();
    // In the middle of a change of the vector.
    guard.retain(|link| {
        let snapshot = Snapshot::take();
        assert_eq!((snapshot.len(), snapshot.edge_count()), (2, 0));
        let link = snapshot.object(link).unwrap();
        assert_eq!((link.outside_count(), link.referrers().count()), (1, 0));
        let lists: Vec<_> = snapshot.objects().filter(|it| it.flags().contains(Flags::OPAQUE)).collect();
        assert_eq!((lists.len(), lists[0].generation()), (1, None));
        true
    });
    drop(guard);
    assert_eq!(Snapshot::take().edge_count(), 1);

    // One that is not tracked has no state that says so, but no edge leads there.
    let mut text = Cc::new(vec![String::from("a"), String::from("b")]);
    Cc::get_mut(&mut text).unwrap().retain(|_| {
        let snapshot = Snapshot::take();
        snapshot.objects().any(|it| it.type_name().contains("String") && it.flags() == Flags::OPAQUE)
    });
    assert_eq!(text.len(), 2);
}

#[test]
fn busy_cells_are_said_to_be_busy() {
    let (one, two) = (node(), node());
    one.links.borrow_mut().push(two.clone());
    let borrowed = one.links.borrow_mut();
    let snapshot = Snapshot::take();
    let [busy, target] = [&one, &two].map(|node| snapshot.object(node).unwrap());
    assert_eq!((busy.flags(), busy.edges().len()), (Flags::TRACKED | Flags::BUSY, 0));
    assert_eq!(target.outside_count(), 2);
    drop(borrowed);
    assert_eq!(Snapshot::take().object(&two).unwrap().outside_count(), 1);
}

#[test]
fn frozen_objects_are_in_it() {
    let (one, two) = (node(), node());
    one.links.borrow_mut().push(two.clone());
    gc::freeze();
    let three = node();
    two.links.borrow_mut().push(three.clone());
    let snapshot = Snapshot::take();
    let flags = [&one, &two, &three].map(|it| snapshot.object(it).unwrap().flags());
    assert_eq!(flags, [Flags::TRACKED | Flags::FROZEN, Flags::TRACKED | Flags::FROZEN, Flags::TRACKED]);
    assert_eq!(snapshot.object(&two).unwrap().generation(), None);
    assert_eq!((snapshot.object(&three).unwrap().generation(), snapshot.edge_count()), (Some(Generation::Young), 2));
    gc::unfreeze();
    assert_eq!(Snapshot::take().object(&one).unwrap().generation(), Some(Generation::Old));
}

#[test]
fn what_is_saved_as_garbage_is_held_from_outside() {
    gc::set_debug(DebugFlags::SAVEALL);
    let ring = node();
    ring.links.borrow_mut().push(ring.clone());
    drop(ring);
    gc::collect();
    let snapshot = Snapshot::take();
    assert_eq!(snapshot.objects().map(|it| it.outside_count()).collect::<Vec<_>>(), [1]);
    gc::set_debug(DebugFlags::empty());
    gc::garbage().clear();
}

#[test]
fn nothing_is_changed_by_taking_one() {
    let (one, two) = (node(), node());
    one.links.borrow_mut().extend([two.clone(), one.clone()]);
    gc::collect();
    let before = (gc::get_count(), Cc::strong_count(&one), Cc::weak_count(&two), Cc::generation(&one));
    let examined = |_: ()| gc::get_history().last().unwrap().candidates;
    gc::collect();
    assert_eq!(examined(()), 0, "a quiet heap");
    drop(Snapshot::take());
    assert_eq!(before, (gc::get_count(), Cc::strong_count(&one), Cc::weak_count(&two), Cc::generation(&one)));
    gc::collect();
    assert_eq!(examined(()), 0, "no suspects");
    drop(one);
    assert_eq!(gc::collect(), 1);
}

/// Thread-local values are destroyed in no useful order; what is left of the heap can be looked at in each.
#[test]
fn at_the_end_of_a_thread() {
    thread_local! {
        static LATE: RefCell<Option<LastWords>> = const { RefCell::new(None) };
        static KEPT: RefCell<Option<Cc<Node>>> = const { RefCell::new(None) };
    }
    let looks = std::thread::spawn(|| {
        let (sender, looks) = std::sync::mpsc::channel();
        let look = move || sender.send(Snapshot::take().len()).unwrap();
        LATE.with(|late| *late.borrow_mut() = Some(LastWords(Box::new(look))));
        KEPT.with(|kept| *kept.borrow_mut() = Some(node()));
        let ring = node();
        ring.links.borrow_mut().push(ring.clone());
        looks
    });
    let looks: Vec<_> = looks.join().unwrap().iter().collect();
    assert!(looks.len() == 1 && looks[0] <= 2, "{looks:?}");
}

#[test]
fn a_trace_that_panics_leaves_the_heap_as_it_was() {
    struct Panics(Cell<bool>, Vec<Cc<u8>>);
    // SAFETY: visits nothing, or panics.
    #[allow(unsafe_code, reason = "a `trace` that panics")]
    unsafe impl Trace for Panics {
        fn trace(&self, _: &mut Tracer<'_>) {
            assert!(!self.0.get(), "as it was told");
        }
    }
    let panics = Cc::new(Panics(Cell::new(true), vec![Cc::new(1)]));
    let other = node();
    assert!(std::panic::catch_unwind(Snapshot::take).is_err());
    panics.0.set(false);
    assert_eq!((Snapshot::take().len(), *panics.1[0]), (3, 1));
    drop((panics, other));
    assert_eq!((gc::collect(), gc::tracked_count()), (0, 0));
}

#[test]
fn objects_of_any_size_and_alignment() {
    #[repr(align(4096))]
    struct Aligned(#[expect(dead_code, reason = "for its size")] u8);
    leaf!(Aligned);
    let aligned = Cc::new((Aligned(1), node()));
    let large = Cc::new((vec![node()], [0u8; 1 << 17]));
    let empty = Cc::new(RefCell::new(()));
    let slice: Cc<[Cc<Node>]> = Cc::from(vec![node(); 5]);
    let text: Cc<str> = "text".into();
    let snapshot = Snapshot::take();
    assert_eq!((snapshot.len(), snapshot.edge_count()), (8, 7));
    assert!(snapshot.object(&large).unwrap().size() > 1 << 17);
    assert_eq!(snapshot.object(&slice).unwrap().edges().last().unwrap().label().to_string(), "[4]");
    let sizes = [gc::getsizeof(&aligned), gc::getsizeof(&empty), gc::getsizeof(&text)];
    assert_eq!(
        sizes,
        [
            snapshot.object(&aligned).unwrap().size(),
            snapshot.object(&empty).unwrap().size(),
            snapshot.object(&text).unwrap().size(),
        ]
    );
}

#[test]
fn deep_and_wide_graphs_need_no_stack() {
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let thread = small.spawn(|| {
        // Objects that are not tracked are reached by edges alone.
        #[derive(Trace)]
        #[trace(acyclic)]
        struct Link(Option<Cc<Link>>);
        let mut chain = Cc::new(Link(None));
        for _ in 0..200_000 {
            chain = Cc::new(Link(Some(chain)));
        }
        let root = Cc::new(vec![chain]);
        let snapshot = Snapshot::take();
        assert_eq!((snapshot.len(), snapshot.edge_count()), (200_002, 200_001));
        assert!(snapshot.objects().all(|it| it.flags() & Flags::OPAQUE == Flags::empty()));
        drop(root);
    });
    thread.unwrap().join().unwrap();
}
