//! What iterators give when entries come and go.

use super::*;

/// Python's `destroy_while_iterating`: whatever the iterator has not come to yet dies.
#[test]
fn skips_what_has_died_meanwhile() {
    let log = Log::default();
    let things = RefCell::new((0..10).map(|number| log.thing(number)).collect::<Vec<_>>());
    let set: WeakSet<_> = things.borrow().iter().collect();
    let map = KeyMap::new();
    let ephemerons = Ephemerons::new();
    let values = ValueMap::new();
    for thing in things.borrow().iter() {
        map.insert(thing, log.thing(100));
        ephemerons.insert(thing, log.thing(100));
        values.insert(thing.number, thing);
    }
    /// Lets all but `thing` die.
    fn only(things: &RefCell<Vec<Cc<Thing>>>, thing: &Cc<Thing>) {
        let others = things.take();
        things.borrow_mut().push(thing.clone());
        drop(others);
    }
    let mut iterators = (set.iter(), map.iter(), ephemerons.iter(), values.iter());
    let first = iterators.0.next().expect("ten");
    only(&things, &first);
    assert_eq!((set.len(), map.len(), ephemerons.len(), values.len()), (1, 1, 1, 1));
    assert_eq!(log.count(), 27);
    assert_eq!(iterators.0.next(), None);
    assert_eq!(iterators.0.next(), None, "and none comes back");
    assert_eq!(pairs(iterators.1), BTreeMap::from([(first.number, 100)]));
    assert_eq!(pairs(iterators.2), BTreeMap::from([(first.number, 100)]));
    assert_eq!(iterators.3.next(), Some((first.number, first.clone())));
    assert_eq!(iterators.3.next(), None);
}

#[test]
fn allows_changes() {
    let log = Log::default();
    let things: [_; 10] = log.things();
    let set: WeakSet<_> = things.iter().collect();
    let more: [_; 20] = log.things();
    let mut seen = 0;
    for thing in &set {
        seen += 1;
        assert!(set.remove(&thing));
        assert!(set.insert(&more[thing.number as usize + 10]));
    }
    assert_eq!((seen, numbers(&set)), (10, (10..20).collect()), "new ones are not visited");
    for _ in &set {
        set.clear();
        seen += 1;
    }
    assert_eq!(seen, 11);

    let map = ValueMap::new();
    (0..10).for_each(|key| drop(map.insert(key, &things[0])));
    let mut entries = map.iter();
    assert!(entries.next().is_some());
    (0..10).for_each(|key| drop(map.insert(key, &things[1])));
    assert_eq!((entries.next(), map.len()), (None, 10), "those with another value are new ones");
    let map = KeyMap::new();
    (0..10).for_each(|key| drop(map.insert(&things[key], log.thing(100))));
    for key in map.keys() {
        map.insert(&key, log.thing(200));
    }
    assert!(map.values().all(|value| value.number == 200));
    map.retain(|_, _| {
        map.clear();
        false
    });
    assert!(map.is_empty());
}

#[test]
fn does_not_keep_its_objects_alive() {
    let log = Log::default();
    let thing = log.thing(1);
    let set: WeakSet<_> = [&thing].into_iter().collect();
    let iter = set.iter();
    drop(thing);
    assert_eq!((log.count(), iter.count()), (1, 0));
}

/// Python's `len_cycles`.
#[test]
fn leaves_len_right_when_cycles_die() {
    gc::disable();
    let log = Log::default();
    let map = ValueMap::new();
    for key in 0..20 {
        let thing = log.thing(key);
        thing.own(thing.clone());
        map.insert(key, &thing);
    }
    let mut iter = map.values();
    assert!(iter.next().is_some());
    assert_eq!(map.len(), 20);
    assert_eq!(collect(), 20);
    assert_eq!((map.len(), iter.next()), (0, None));
}

/// Python's `len_race`.
#[test]
fn leaves_len_right_whenever_collections_come() {
    for threshold in 1..100 {
        collect();
        gc::set_threshold(threshold, threshold, threshold);
        gc::enable();
        let log = Log::default();
        let set = WeakSet::by_identity();
        for number in 0..20 {
            let thing = log.thing(number);
            thing.own(thing.clone());
            set.insert(&thing);
        }
        let mut iter = set.iter();
        drop(iter.next());
        let first = set.len();
        drop(iter);
        let second = set.len();
        assert!(second <= first && first <= 20);
        collect();
        assert_eq!((set.len(), log.count()), (0, 20));
    }
}
