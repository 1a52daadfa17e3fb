//! What the collector sees.

use super::*;

#[test]
fn sees_the_values_of_a_key_map() {
    gc::disable();
    let log = Log::default();
    let (key, value) = (log.thing(1), log.thing(2));
    let map = Cc::new(KeyMap::new());
    assert!(gc::is_tracked(&map));
    map.insert(&key, value.clone());
    value.own(map.clone());
    drop((map, value));
    assert_eq!(collect(), 2, "value and map; the key is held");
    assert_eq!(log.sorted(), [2]);
}

#[test]
fn sees_the_keys_of_a_value_map() {
    gc::disable();
    let log = Log::default();
    let (key, value) = (log.thing(1), log.thing(2));
    let map = Cc::new(WeakValueMap::<Cc<Thing>, Thing>::new());
    assert!(gc::is_tracked(&map));
    assert!(!gc::is_tracked(&Cc::new(ValueMap::new())));
    map.insert(key.clone(), &value);
    key.own(map.clone());
    drop((map, key));
    assert_eq!(collect(), 2, "key and map; the value is held");
    assert_eq!(log.sorted(), [1]);
}

#[test]
fn sees_nothing_in_the_others() {
    gc::disable();
    let log = Log::default();
    let key = log.thing(1);
    let ephemerons = Cc::new(Ephemerons::new());
    let set: Cc<WeakSet<Thing>> = Cc::default();
    assert!(!gc::is_tracked(&ephemerons) && !gc::is_tracked(&set));
    ephemerons.insert(&key, log.thing(2));
    set.insert(&key);
    key.own(ephemerons.clone());
    key.own(set.clone());
    drop((key, collect()));
    assert_eq!((ephemerons.len(), set.len(), log.sorted()), (0, 0, vec![1, 2]));
}

/// Containers, keys and values in one cycle: they are all gone, in whatever order they were made and found.
#[test]
fn of_containers_that_are_garbage_themselves() {
    gc::disable();
    for order in 0..8 {
        for held in 0..4 {
            let log = Log::default();
            let mut numbers = [0, 1, 2, 3];
            numbers.rotate_left(order % 4);
            if order >= 4 {
                numbers.reverse();
            }
            let mut made: Vec<_> = numbers.iter().map(|&number| log.thing(number)).collect();
            made.sort_by_key(|thing| thing.number);
            let Ok::<[_; 4], _>([owner, key, value, other]) = made.try_into() else { unreachable!() };
            let key_map = Cc::new(KeyMap::new());
            let value_map = Cc::new(WeakValueMap::<Cc<Thing>, Thing>::new());
            let ephemerons: Cc<Ephemerons> = Cc::default();
            let set: Cc<WeakSet<Thing>> = Cc::default();
            for member in [&owner, &key, &value, &other] {
                set.insert(member);
            }
            key_map.insert(&key, value.clone());
            key_map.insert(&owner, key.clone());
            value_map.insert(key.clone(), &value);
            value_map.insert(owner.clone(), &other);
            ephemerons.insert(&other, key.clone());
            ephemerons.insert(&key, other.clone());
            ephemerons.insert(&value, owner.clone());
            owner.own((key_map.clone(), value_map.clone(), ephemerons.clone(), set.clone()));
            value.own(owner.clone());
            other.own((owner.clone(), Ephemeron::new(&owner, other.clone())));
            let held = [key, value, owner, other].into_iter().nth(held);
            drop((key_map, value_map, ephemerons, set));
            assert_eq!(collect(), 0, "one of them is held");
            assert_eq!(log.count(), 0);
            drop(held);
            assert_eq!(collect(), 6, "four things and two maps that are tracked");
            assert_eq!(log.sorted(), [0, 1, 2, 3]);
        }
    }
}

#[test]
fn of_values_that_refer_to_their_keys() {
    gc::disable();
    let log = Log::default();
    let map = Ephemerons::new();
    for number in 0..10 {
        let (key, value) = (log.thing(number), log.thing(number));
        value.own(key.clone());
        map.insert(&key, value);
    }
    assert_eq!((map.len(), log.count()), (10, 0));
    assert_eq!(collect(), 20);
    assert_eq!((map.len(), log.count()), (0, 20));
}

#[test]
fn of_a_value_that_refers_to_its_untracked_key() {
    gc::disable();
    #[derive(Trace)]
    struct About {
        key: Cc<String>,
        #[trace(skip)]
        _last: Last,
    }
    let log = Log::default();
    let about = |key: &Cc<String>| {
        let last = Last { number: key.len() as u32, log: log.clone(), last_words: None };
        Cc::new(About { key: key.clone(), _last: last })
    };
    let map = EphemeronMap::new();
    let key = Cc::new(String::from("key"));
    assert!(!gc::is_tracked(&key));
    map.insert(&key, about(&key));
    assert!(gc::is_tracked(&key));
    assert_eq!(collect(), 0);
    assert_eq!(map.get(&key).map(|about| about.key.len()), Some(3));
    drop(key);
    assert_eq!((collect(), map.len(), log.count()), (2, 0, 1));

    let key = Cc::new(String::from("another"));
    let ephemeron = Ephemeron::new(&key, about(&key));
    drop(key);
    assert_eq!((collect(), log.count()), (2, 2));
    assert!(ephemeron.key().is_none());
}

/// The value of each key holds the next key. All of it goes in one pass, whether the last leads back to the first or
/// not, and nothing of it before that.
#[test]
fn of_a_chain_of_ephemerons() {
    gc::disable();
    for closed in [false, true] {
        for reversed in [false, true] {
            let log = Log::default();
            let map = Ephemerons::new();
            let mut keys: Vec<_> = (0..50).map(|number| log.thing(number)).collect();
            let mut next: Vec<_> = keys[1..].to_vec();
            if closed {
                next.push(keys[0].clone());
            }
            let mut steps: Vec<_> = keys.iter().cloned().zip(next).collect();
            if reversed {
                steps.reverse();
            }
            for (key, next) in steps {
                let value = log.thing(100);
                value.own(next);
                map.insert(&key, value);
            }
            let entries = map.len();
            keys.truncate(1);
            assert_eq!((collect(), map.len()), (0, entries));
            drop(keys);
            if closed {
                assert_eq!(map.len(), 50, "a cycle");
                assert_eq!(collect(), 100);
            } else {
                assert_eq!(collect(), 0, "they died one after the other");
            }
            assert_eq!((map.len(), log.count()), (0, if closed { 100 } else { 99 }));
        }
    }
}

/// Key of one map, value of another, and a cycle only through both.
#[test]
fn of_a_cycle_through_two_maps() {
    gc::disable();
    let log = Log::default();
    let (there, back) = (Ephemerons::new(), Ephemerons::new());
    let (a, b) = (log.thing(1), log.thing(2));
    there.insert(&a, b.clone());
    back.insert(&b, a.clone());
    drop(a);
    assert_eq!((collect(), there.len(), back.len()), (0, 1, 1));
    drop(b);
    assert_eq!((collect(), there.len(), back.len()), (2, 0, 0));
    assert_eq!(log.sorted(), [1, 2]);
}

/// The end of the map, or of the entry, opens the cycle.
#[test]
fn is_not_needed_when_the_map_goes() {
    gc::disable();
    let log = Log::default();
    let map = Ephemerons::new();
    let ephemeron = {
        let [a, b, c] = log.things();
        for (key, value) in [(&a, &b), (&b, &c)] {
            value.own(key.clone());
            map.insert(key, value.clone());
        }
        Ephemeron::new(&c, c.clone())
    };
    assert_eq!(log.count(), 0);
    drop(ephemeron);
    assert_eq!(log.count(), 0);
    drop(map);
    assert_eq!(log.sorted(), [0, 1, 2], "of their counts");
    assert_eq!(collect(), 0);
}

/// As documented. The map keeps the value, and so the key, until it goes itself.
#[test]
fn does_not_help_a_key_map_whose_values_leak_its_keys() {
    gc::disable();
    let log = Log::default();
    let map = KeyMap::new();
    let (key, value) = (log.thing(1), log.thing(2));
    value.own(key.clone());
    map.insert(&key, value);
    drop(key);
    assert_eq!((collect(), map.len(), log.count()), (0, 1, 0));
    drop(map);
    assert_eq!(log.sorted(), [1, 2]);

    // As garbage, it goes with them.
    let map = Cc::new(KeyMap::new());
    let (key, value) = (log.thing(3), log.thing(4));
    value.own((key.clone(), map.clone()));
    map.insert(&key, value);
    drop((key, map));
    assert_eq!((collect(), log.sorted()), (3, vec![1, 2, 3, 4]));
}

/// As documented. A map that only its own value leads to lives as long as the key.
#[test]
fn does_not_find_an_ephemeron_map_that_its_own_value_holds() {
    gc::disable();
    let log = Log::default();
    let key = log.thing(1);
    let map: Cc<Ephemerons> = Cc::default();
    let value = log.thing(2);
    value.own(map.clone());
    map.insert(&key, value);
    let weak = Cc::downgrade(&map);
    drop(map);
    assert_eq!((collect(), log.count()), (0, 0));
    assert_eq!(weak.upgrade().map(|map| map.len()), Some(1));
    drop(key);
    assert_eq!(log.sorted(), [1, 2]);
    assert!(weak.upgrade().is_none());
}

#[test]
fn shows_the_values_that_a_key_owns() {
    gc::disable();
    let (key, value) = (Cc::new(1), Log::default().thing(2));
    let map = EphemeronMap::new();
    map.insert(&key, value.clone());
    let (key, value) = (AnyCc::from(key), AnyCc::from(value));
    assert!(gc::get_referents([&key]).iter().eq([&value]));
    assert!(gc::get_referrers([&value]).iter().eq([&key]));
}

#[test]
fn is_spared_a_value_that_a_living_key_owns() {
    gc::disable();
    let log = Log::default();
    let map = Ephemerons::new();
    let key = log.thing(1);
    let value = log.thing(2);
    value.own(value.clone());
    map.insert(&key, value);
    assert_eq!((collect(), log.count()), (0, 0));
    map.remove(&key);
    assert_eq!((collect(), log.sorted()), (1, vec![2]), "it was a cycle of its own");
}

/// Nothing that a lookup does makes an object worth examining, or changes a count.
#[test]
fn has_nothing_to_do_after_lookups() {
    gc::disable();
    let log = Log::default();
    let key = log.thing(1);
    let set = WeakSet::new();
    let map = Ephemerons::new();
    set.insert(&key);
    map.insert(&key, log.thing(2));
    assert!(set.contains(&key) && map.contains_key(&key));
    assert_eq!(Cc::strong_count(&key), 1);
    assert_eq!(map.get(&key).map(|value| Cc::strong_count(&value)), Some(2));
}
