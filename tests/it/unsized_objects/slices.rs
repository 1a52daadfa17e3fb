//! Slices in what `Rc` does not do: collections that find them, and that run while they are made.

use super::{Counted, Hub, Ledger, Tracked, Wheel, panic_of};
use crate::support::{Deaths, Node, collect_all_the_time, dead_ring};
use gc_core::gc::{DebugFlags, Generation};
use gc_core::weak::{Ephemeron, WeakSet};
use gc_core::{AnyCc, Cc, Finalize, Trace, Weak, coerce, gc};
use std::cell::{Cell, RefCell};
use std::iter;
use std::rc::Rc;

/// Leads to the hub that leads to the slice which it is an element of.
#[derive(Clone, Trace)]
struct Spoke {
    hub: Cc<Hub<Cc<[Spoke]>>>,
}

const SPOKES: usize = 3;

/// How a slice is made of elements.
type Way = fn(Vec<Spoke>) -> Cc<[Spoke]>;

const WAYS: [Way; 7] = [
    Cc::from,
    |elements| Cc::from(&elements[..]),
    |elements| Cc::from(elements.into_boxed_slice()),
    |elements| elements.into_iter().collect(),
    |elements| elements.into_iter().filter(|_| true).collect(),
    // Made as an array.
    |elements| Cc::from(<[Spoke; SPOKES]>::try_from(elements).ok().expect("so many")),
    // Made as a slice, and an array in between.
    |elements| coerce!(array(Cc::from(elements)) => Cc<[Spoke]>),
];

fn array(slice: Cc<[Spoke]>) -> Cc<[Spoke; SPOKES]> {
    slice.try_into().ok().expect("so many")
}

impl Wheel<Cc<[Spoke]>> {
    /// A slice of spokes that lead to a hub that leads to the slice.
    fn of_spokes(ledger: &Ledger, way: Way) -> Wheel<Cc<[Spoke]>> {
        Wheel::new(ledger, |hub| way(vec![Spoke { hub: hub.clone() }; SPOKES]))
    }
}

#[test]
fn t24_a_cycle_through_a_slice_is_found_however_it_was_made() {
    gc::disable();
    for way in WAYS {
        for generation in [Generation::Young, Generation::Middle, Generation::Old] {
            let ledger = Ledger::default();
            let wheel = Wheel::of_spokes(&ledger, way);
            let (hub, slice) = (Cc::downgrade(&wheel.hub), Cc::downgrade(&wheel.spokes));
            assert_eq!((Cc::strong_count(&wheel.hub), Cc::is_tracked(&wheel.spokes)), (1 + SPOKES, true));
            // It is alive as long as there is a pointer to any of it.
            let Wheel { hub: last, spokes } = wheel;
            drop(last);
            assert_eq!(gc::collect_generation(generation), 0);
            let last = spokes[1].hub.clone();
            drop(spokes);
            assert_eq!(gc::collect(), 0);
            assert_eq!((last.spokes.borrow().as_ref().map(|it| it.len()), Cc::strong_count(&last)), (Some(SPOKES), 4));
            drop(last);
            ledger.assert_deaths([]);
            assert_eq!(gc::collect(), 2);
            ledger.assert_deaths([0]);
            assert!(hub.upgrade().is_none() && slice.upgrade().is_none());
            assert_eq!(gc::tracked_count(), 0);
        }
    }
}

#[test]
fn a_slice_in_a_pointer_to_an_array_is_found() {
    gc::disable();
    let ledger = Ledger::default();
    for way in WAYS {
        let wheel = Wheel::of_spokes(&ledger, way);
        let array = array(wheel.spokes.clone());
        wheel.hub.spokes.replace(Some(coerce!(array.clone() => Cc<[Spoke]>)));
        drop(wheel);
        assert_eq!(gc::collect(), 0);
        drop(array);
        assert_eq!(gc::collect(), 2);
        ledger.assert_deaths([0]);
    }
}

#[test]
fn frozen_saved_and_observed_as_any_other() {
    gc::disable();
    for way in WAYS {
        let ledger = Ledger::default();
        let called = Rc::new(Cell::new(0));
        let count = || {
            let called = called.clone();
            move || called.set(called.get() + 1)
        };
        let wheel = Wheel::of_spokes(&ledger, way);
        let any = AnyCc::from(&wheel.spokes);
        assert!(any.type_name().starts_with("[it::unsized_objects::slices::Spoke"));
        assert!(any.is::<[Spoke]>() != any.is::<[Spoke; SPOKES]>() && any.downcast_ref::<Spoke>().is_none());
        assert_eq!(any.size_of_val(), 16 + SPOKES * size_of::<usize>());
        assert_eq!(gc::get_referrers([&any]), [AnyCc::from(&wheel.hub)]);
        assert_eq!(gc::get_referents([&any]), vec![AnyCc::from(&wheel.hub); SPOKES]);
        assert_eq!(gc::get_objects().len(), 2);
        drop(any);
        let on_drop = Cc::on_drop(&wheel.spokes, count());
        let watch = Cc::watch(&wheel.spokes, count());
        let set = WeakSet::by_identity();
        assert!(set.insert(&wheel.spokes) && set.contains(&wheel.spokes));

        gc::freeze();
        drop(wheel);
        assert_eq!((gc::collect(), set.len()), (0, 1));
        gc::unfreeze();
        gc::set_debug(DebugFlags::SAVEALL);
        assert_eq!((gc::collect(), gc::garbage().len(), called.get()), (2, 2, 2));
        gc::set_debug(DebugFlags::empty());
        assert!(set.is_empty() && !on_drop.is_alive() && !watch.is_alive());
        ledger.assert_deaths([]);
        let saved = gc::garbage().take();
        assert!(saved.iter().any(|it| it.size_of_val() == 16 + SPOKES * size_of::<usize>()));
        drop(saved);
        assert_eq!(gc::collect(), 2);
        ledger.assert_deaths([0]);
        drop(watch);
    }
}

#[test]
fn the_value_of_an_ephemeron_may_lead_back_to_its_key() {
    gc::disable();
    let ledger = Ledger::default();
    for way in WAYS {
        let wheel = Wheel::of_spokes(&ledger, way);
        wheel.hub.spokes.take();
        let ephemeron = Ephemeron::new(&wheel.hub, wheel.spokes);
        assert_eq!((gc::collect(), ephemeron.value().map(|it| it.len())), (0, Some(SPOKES)));
        drop(wheel.hub);
        assert_eq!(gc::collect(), 2);
        ledger.assert_deaths([0]);
        assert!(ephemeron.key().is_none() && ephemeron.value().is_none());
    }
    // An untracked key.
    let key: Cc<[u8]> = Cc::from(vec![1; 100]);
    let ephemeron = Ephemeron::new(&key, Cc::new(RefCell::new(None)));
    let value = ephemeron.value().expect("the key is alive");
    value.replace(Some(key));
    drop(value);
    assert_eq!(gc::collect(), 2);
    assert!(ephemeron.key().is_none());
}

#[test]
fn a_panic_in_a_destructor_spares_no_element() {
    struct Loud(Counted);

    impl Drop for Loud {
        fn drop(&mut self) {
            assert!(self.0.number != 1, "as it is meant to");
        }
    }

    #[derive(Trace)]
    struct Element {
        owner: RefCell<Option<Cc<[Element]>>>,
        #[trace(skip)]
        _loud: Loud,
    }

    gc::disable();
    let ledger = Ledger::default();
    let slice = || {
        let element = |number| Element { owner: RefCell::default(), _loud: Loud(ledger.element(number)) };
        (0..SPOKES).map(element).collect::<Cc<[Element]>>()
    };
    let typed = slice();
    panic_of(|| drop(typed));
    ledger.assert_deaths(0..SPOKES);
    let erased = AnyCc::from(slice());
    panic_of(|| drop(erased));
    ledger.assert_deaths(0..SPOKES);
    let looped = slice();
    looped[0].owner.replace(Some(looped.clone()));
    drop(looped);
    panic_of(gc::collect);
    ledger.assert_deaths(0..SPOKES);
    assert_eq!(gc::tracked_count(), 0);
    ledger.assert_alive(0);
}

/// What an element does when it is cloned.
#[derive(Trace)]
struct Busy {
    owner: RefCell<Option<Cc<[Busy]>>>,
    other: RefCell<Option<Cc<Busy>>>,
    #[trace(skip)]
    counted: Counted,
}

impl Busy {
    fn new(ledger: &Ledger, number: usize) -> Busy {
        Busy { owner: RefCell::default(), other: RefCell::default(), counted: ledger.element(number) }
    }
}

impl Clone for Busy {
    /// Collects, leaves garbage behind, looks at everything, and drops an object.
    fn clone(&self) -> Busy {
        let deaths = Deaths::default();
        dead_ring(&deaths, 3);
        let objects = gc::get_objects();
        assert!(objects.iter().all(|object| !object.type_name().contains("MaybeUninit")), "one that is half filled");
        gc::get_referents(&objects);
        drop(objects);
        gc::collect();
        assert_eq!(deaths.count(), 3);
        gc::verify();
        self.other.take();
        let busy = Busy::new(&self.counted.ledger, self.counted.number);
        busy.other.replace(Some(Cc::new(Busy::new(&self.counted.ledger, 100 + self.counted.number))));
        busy
    }
}

#[test]
fn clones_and_items_may_do_anything() {
    collect_all_the_time();
    let ledger = Ledger::default();
    let originals: Vec<Busy> = (0..SPOKES).map(|number| Busy::new(&ledger, number)).collect();
    for (number, original) in (50..).zip(&originals) {
        original.other.replace(Some(Cc::new(Busy::new(&ledger, number))));
    }
    let ways: [&dyn Fn() -> Cc<[Busy]>; 3] =
        [&|| Cc::from(&originals[..]), &|| originals.iter().cloned().collect(), &|| {
            originals.iter().filter(|_| true).cloned().collect()
        }];
    for way in ways {
        let slice = way();
        slice[0].owner.replace(Some(slice.clone()));
        slice[1].owner.replace(Some(slice.clone()));
        drop(slice);
        gc::collect();
    }
    drop(originals);
    let mut deaths = ledger.0.deaths.borrow().clone();
    deaths.sort_unstable();
    let thrice = |number| iter::repeat_n(number, 3);
    let mut expected: Vec<_> = (0..SPOKES).chain(50..53).chain((0..SPOKES).chain(100..103).flat_map(thrice)).collect();
    expected.sort_unstable();
    assert_eq!(deaths, expected);
    ledger.assert_alive(0);
}

/// Gives as many items as it has, and announces some other number.
struct Liar<I> {
    items: I,
    announced: usize,
}

impl<I: Iterator> Iterator for Liar<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        gc::collect();
        self.items.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.announced, Some(self.announced))
    }
}

#[test]
fn an_iterator_need_not_keep_its_word() {
    let ledger = Ledger::default();
    for given in 0..10 {
        for announced in 0..12 {
            let tracked = gc::tracked_count();
            let items = (0..given).map(|number| Tracked(ledger.element(number)));
            let slice: Cc<[Tracked]> = Liar { items, announced }.collect();
            assert_eq!((slice.len(), gc::tracked_count()), (given, tracked + 1));
            ledger.assert_alive(given);
            drop(slice);
            assert_eq!(gc::tracked_count(), tracked);
            ledger.assert_alive(0);
        }
        // One that ends with a panic.
        let items = (0..=given).map(|number| {
            assert!(number < given, "as it is meant to");
            Tracked(ledger.element(number))
        });
        panic_of(|| Liar { items, announced: given }.collect::<Cc<[Tracked]>>());
        ledger.assert_alive(0);
    }
}

#[test]
fn a_clone_that_panics_between_collections_leaves_nothing_behind() {
    collect_all_the_time();
    let ledger = Ledger::default();
    let originals: Vec<_> = (0..SPOKES).map(|number| Busy::new(&ledger, number)).collect();
    for unlucky in 0..SPOKES {
        let cloned = Cell::new(0);
        let items = originals.iter().map(|original| {
            assert!(cloned.replace(cloned.get() + 1) < unlucky, "as it is meant to");
            original.clone()
        });
        panic_of(|| items.collect::<Cc<[Busy]>>());
        ledger.assert_alive(SPOKES);
    }
    let tracked = gc::tracked_count();
    let unlucky: Vec<_> = originals.into_iter().map(|busy| Tracked(busy.counted.clone())).collect();
    ledger.0.unlucky.set(Some(2));
    panic_of(|| Cc::<[Tracked]>::from(&unlucky[..]));
    assert_eq!((gc::tracked_count(), unlucky.len()), (tracked, SPOKES));
    ledger.assert_alive(SPOKES);
}

#[test]
fn a_collection_heeds_exclusive_access() {
    gc::disable();
    for way in WAYS {
        for generation in [Generation::Young, Generation::Middle, Generation::Old] {
            let ledger = Ledger::default();
            let hub = Hub::new(&ledger);
            let mut slice = way(vec![Spoke { hub: hub.clone() }; SPOKES]);
            gc::collect_generation(generation);
            let before = Cc::generation(&slice);
            let weak = Cc::downgrade(&hub);
            drop(hub);
            let mut guard = Cc::get_mut(&mut slice).expect("the only pointer");
            assert_eq!(gc::collect(), 0);
            assert_eq!(weak.strong_count(), SPOKES, "it is alive while nobody looks at the slice");
            guard[0] = guard[1].clone();
            drop(guard);
            assert_eq!((Cc::generation(&slice), gc::collect()), (before, 0));
            weak.upgrade().expect("it is alive").spokes.replace(Some(slice));
            assert_eq!(gc::collect(), 2);
            ledger.assert_deaths([0]);
        }
    }
}

#[test]
fn make_mut_gives_the_collector_what_it_makes() {
    gc::disable();
    for way in WAYS {
        for (shared, weakly) in [(false, false), (false, true), (true, false), (true, true)] {
            let ledger = Ledger::default();
            let hub = Hub::new(&ledger);
            let mut slice = way(vec![Spoke { hub: hub.clone() }; SPOKES]);
            let other = shared.then(|| slice.clone());
            let weak = weakly.then(|| Cc::downgrade(&slice));
            let mut guard = Cc::make_mut(&mut slice);
            assert_eq!(gc::collect(), 0);
            guard.reverse();
            drop(guard);
            assert!(Cc::is_tracked(&slice));
            assert_eq!(Cc::strong_count(&hub), 1 + if shared { 2 * SPOKES } else { SPOKES });
            assert_eq!(weak.as_ref().is_some_and(|weak| weak.upgrade().is_some()), weakly && shared);
            hub.spokes.replace(Some(slice));
            drop(hub);
            // A slice that is not in the cycle, but leads to it.
            assert_eq!(gc::collect(), if shared { 0 } else { 2 });
            drop(other);
            assert_eq!(gc::collect(), if shared { 2 } else { 0 });
            ledger.assert_deaths([0]);
        }
    }
}

/// The collection that is due when the new object is made runs a destructor that brings the old one back into play.
#[test]
fn make_mut_heeds_a_weak_pointer_that_is_upgraded_meanwhile() {
    for upgrade in [false, true] {
        gc::disable();
        let ledger = Ledger::default();
        let mut slice: Cc<[Tracked]> = (0..SPOKES).map(|number| Tracked(ledger.element(number))).collect();
        let upgraded: Rc<RefCell<Option<Cc<[Tracked]>>>> = Rc::default();
        let (weak, place) = (Cc::downgrade(&slice), upgraded.clone());
        let ring = Node::saying(&Deaths::default(), move || {
            place.replace(weak.upgrade().filter(|_| upgrade));
        });
        ring.link(&ring);
        drop(ring);
        collect_all_the_time();
        let kept = Cc::downgrade(&slice);
        drop(Cc::make_mut(&mut slice));
        gc::disable();
        assert_eq!(kept.upgrade().is_some(), upgrade);
        ledger.assert_alive(if upgrade { 2 * SPOKES } else { SPOKES });
        drop(slice);
        ledger.assert_deaths(0..SPOKES);
        assert_eq!(upgraded.take().is_some(), upgrade);
        ledger.assert_alive(0);
    }
}

/// Lets the next creation of a tracked object run into a destructor that panics.
fn plant_a_panic() {
    gc::disable();
    let node = Node::saying(&Deaths::default(), || panic!("as it is meant to"));
    node.link(&node);
    drop(node);
    collect_all_the_time();
}

#[test]
fn what_gets_no_object_is_dropped_when_the_due_collection_panics() {
    let ledger = Ledger::default();
    // Enough for a collection to be due.
    let _objects = [(); 2].map(|()| Node::new(&Deaths::default()));
    let elements = || (0..SPOKES).map(|number| Tracked(ledger.element(number))).collect::<Vec<_>>();
    let originals = elements();
    let ways: [&dyn Fn() -> Cc<[Tracked]>; 5] = [
        &|| Cc::from(elements()),
        &|| Cc::from(elements().into_boxed_slice()),
        &|| Cc::from(<[Tracked; SPOKES]>::try_from(elements()).ok().expect("so many")),
        &|| elements().into_iter().collect(),
        &|| Cc::from(&originals[..]),
    ];
    for (index, way) in ways.iter().enumerate() {
        plant_a_panic();
        panic_of(way);
        ledger.assert_deaths(if index == 4 { 0..0 } else { 0..SPOKES });
        ledger.assert_alive(SPOKES);
    }
    for shared in [false, true] {
        gc::disable();
        let mut slice: Cc<[Tracked]> = elements().into();
        let (weak, other) = (Cc::downgrade(&slice), shared.then(|| slice.clone()));
        plant_a_panic();
        panic_of(|| drop(Cc::make_mut(&mut slice)));
        assert!(weak.upgrade().is_some_and(|upgraded| Cc::ptr_eq(&upgraded, &slice)), "all is as it was");
        ledger.assert_deaths([]);
        drop((slice, other));
        ledger.assert_deaths(0..SPOKES);
    }
}

#[test]
fn the_life_of_a_slice_that_moves_away_ends() {
    gc::disable();
    let ledger = Ledger::default();
    let mut slice: Cc<[Tracked]> = (0..SPOKES).map(|number| Tracked(ledger.element(number))).collect();
    let weak = Cc::downgrade(&slice);
    let seen = Rc::new(Cell::new(None));
    let (witness, dead) = (seen.clone(), weak.clone());
    Cc::on_drop(&slice, move || {
        // The new object is out of reach.
        witness.set(Some((dead.upgrade().is_some(), gc::get_objects().len())));
        panic!("as it is meant to");
    });
    panic_of(|| drop(Cc::make_mut(&mut slice)));
    assert_eq!((seen.take(), weak.upgrade().is_some(), slice.len()), (Some((false, 0)), false, SPOKES));
    assert!(Cc::is_tracked(&slice));
    ledger.assert_deaths([]);
    drop(slice);
    ledger.assert_deaths(0..SPOKES);
}

#[test]
fn a_finalizer_belongs_to_no_element() {
    #[derive(Trace)]
    #[trace(finalize)]
    struct Final {
        owner: RefCell<Option<Cc<[Final]>>>,
        #[trace(skip)]
        _counted: Counted,
    }

    impl Finalize for Final {
        fn finalize(&self) {
            panic!("it is no object");
        }
    }

    gc::disable();
    let ledger = Ledger::default();
    let element = |number| Final { owner: RefCell::default(), _counted: ledger.element(number) };
    let as_array = || Cc::from([element(0), element(1)]);
    let as_slice = || Cc::from(vec![element(0), element(1)]);
    for make in [&as_array as &dyn Fn() -> Cc<[Final]>, &as_slice] {
        assert!(!Cc::is_finalized(&make()));
        ledger.assert_deaths([0, 1]);
        let looped = make();
        looped[1].owner.replace(Some(looped.clone()));
        let array: Cc<[Final; 2]> = looped.try_into().ok().expect("two");
        drop(array);
        assert_eq!(gc::collect(), 1);
        ledger.assert_deaths([0, 1]);
    }
}

#[test]
fn weak_pointers_in_elements_may_be_to_their_own_slice() {
    #[derive(Trace)]
    struct Element {
        me: RefCell<Weak<[Element; 2]>>,
        owner: RefCell<Option<Cc<[Element]>>>,
        #[trace(skip)]
        _counted: Counted,
    }

    gc::disable();
    let ledger = Ledger::default();
    for looped in [false, true] {
        let element =
            |number| Element { me: RefCell::default(), owner: RefCell::default(), _counted: ledger.element(number) };
        let array: Cc<[Element; 2]> = Cc::<[Element]>::from(vec![element(0), element(1)]).try_into().ok().expect("two");
        array.iter().for_each(|element| _ = element.me.replace(Cc::downgrade(&array)));
        if looped {
            array[1].owner.replace(Some(coerce!(array.clone() => Cc<[Element]>)));
        }
        drop(array);
        assert_eq!(gc::collect(), usize::from(looped));
        ledger.assert_deaths([0, 1]);
    }
}
