//! What each method does.

use super::*;

#[test]
fn of_a_set() {
    let log = Log::default();
    let things: [_; 4] = log.things();
    let set = WeakSet::new();
    assert!(set.is_empty() && !set.contains(&things[0]) && !set.remove(&things[0]));
    for thing in &things {
        assert!(set.insert(thing) && !set.insert(thing));
    }
    assert_eq!((set.len(), numbers(&set)), (4, vec![0, 1, 2, 3]));
    assert_eq!(set.iter().size_hint(), (0, Some(4)));
    assert!(set.remove(&things[0]) && !set.remove(&things[0]) && !set.contains(&things[0]));
    set.retain(|thing| thing.number != 2);
    assert_eq!(numbers(&set), [1, 3]);
    let copy = set.clone();
    set.clear();
    assert!(set.is_empty() && set.iter().next().is_none());
    assert_eq!(numbers(&copy), [1, 3]);
    copy.remove(&things[1]);
    assert_eq!(format!("{copy:?}"), "{thing 3}");
    assert_eq!(format!("{:?}", copy.iter()), "Iter { at_most: 1, .. }");

    let mut collected: WeakSet<_> = things[..2].iter().collect();
    collected.extend(&things[2..]);
    assert_eq!(collected.len(), 4);
    let mut owned: WeakSet<_, ByIdentity> = things.iter().cloned().collect();
    owned.extend([log.thing(9)]);
    assert_eq!(owned.len(), 4, "the last one is gone at once");
    drop(things);
    assert_eq!(collected.len() + owned.len() + copy.len(), 0);
    assert_eq!(log.sorted(), [0, 1, 2, 3, 9]);
}

#[test]
fn of_a_set_by_value_without_a_cc() {
    let set = WeakSet::<String>::new();
    let text = Cc::new(String::from("text"));
    assert!(set.get("text").is_none());
    set.insert(&text);
    assert!(Cc::ptr_eq(&set.get("text").expect("is a member"), &text));
    assert!(set.get("other").is_none());
    drop(text);
    assert!(set.get("text").is_none());
}

#[test]
fn of_a_key_map() {
    let log = Log::default();
    let [one, two, three] = [1, 2, 3].map(|number| log.thing(number));
    let map = KeyMap::new();
    assert_eq!((map.get(&one), map.remove(&one), map.is_empty()), (None, None, true));
    assert_eq!(map.insert(&one, log.thing(10)), None);
    assert_eq!(numbers(map.insert(&one, log.thing(11))), [10]);
    map.insert(&two, log.thing(20));
    map.insert(&three, log.thing(30));
    assert_eq!(log.sorted(), [10]);
    assert_eq!(map.get(&one).map(|value| value.number), Some(11));
    assert!(map.contains_key(&one) && !map.contains_key(&log.thing(4)));
    assert_eq!(pairs(&map), BTreeMap::from([(1, 11), (2, 20), (3, 30)]));
    assert_eq!((numbers(map.keys()), numbers(map.values())), (vec![1, 2, 3], vec![11, 20, 30]));
    assert_eq!(map.get_or_insert_with(&one, || unreachable!()).number, 11);
    assert_eq!(numbers(map.remove(&one)), [11]);
    assert_eq!(map.get_or_insert_with(&one, || log.thing(12)).number, 12);
    map.retain(|key, value| key.number != 2 && value.number != 30);
    assert_eq!(format!("{map:?}"), "{thing 1: thing 12}");
    let copy = map.clone();
    map.clear();
    assert_eq!((map.len(), copy.len()), (0, 1));
    assert_eq!(log.sorted(), [4, 10, 11, 20, 30]);
    drop(one);
    assert_eq!((copy.len(), log.sorted()), (0, vec![1, 4, 10, 11, 12, 20, 30]));
    let collected: KeyMap = [(two.clone(), log.thing(22)), (log.thing(5), log.thing(50))].into_iter().collect();
    assert_eq!(pairs(&collected), BTreeMap::from([(2, 22)]));
    drop((two, three));
    assert_eq!(log.sorted(), [1, 2, 3, 4, 5, 10, 11, 12, 20, 22, 30, 50]);
}

#[test]
fn of_a_value_map() {
    let log = Log::default();
    let [ten, twenty, thirty] = [10, 20, 30].map(|number| log.thing(number));
    let map = ValueMap::new();
    assert_eq!((map.get(&1), map.remove(&1), map.is_empty()), (None, None, true));
    assert_eq!(map.insert(1, &ten), None);
    assert_eq!(map.insert(1, &ten), Some(ten.clone()), "the same again");
    assert_eq!(map.insert(1, &twenty), Some(ten.clone()));
    assert_eq!(map.insert(2, &twenty), None, "a value may have several keys");
    map.insert(3, &thirty);
    assert!(map.contains_key(&2) && !map.contains_key(&4));
    assert_eq!(map.iter().map(|(key, value)| (key, value.number)).collect::<BTreeMap<_, _>>(), {
        BTreeMap::from([(1, 20), (2, 20), (3, 30)])
    });
    let mut keys: Vec<_> = map.keys().collect();
    keys.sort_unstable();
    assert_eq!((keys, numbers(map.values())), (vec![1, 2, 3], vec![20, 20, 30]));
    assert_eq!(map.get_or_insert_with(3, || unreachable!()).number, 30);
    assert_eq!(map.remove(&3), Some(thirty.clone()));
    let forty = map.get_or_insert_with(4, || log.thing(40));
    assert_eq!((forty.number, map.len()), (40, 3));
    drop(forty);
    assert_eq!((map.len(), log.sorted()), (2, vec![40]));
    map.retain(|key, _| *key == 1);
    assert_eq!(format!("{map:?}"), "{1: thing 20}");
    let copy = map.clone();
    map.clear();
    assert_eq!((map.len(), copy.len()), (0, 1));
    drop(twenty);
    assert_eq!(copy.len(), 0);
    let collected: ValueMap = [(1, &ten), (2, &thirty)].into_iter().collect();
    let mut owned: ValueMap = [(1, ten.clone())].into_iter().collect();
    owned.extend([(1, thirty.clone()), (2, log.thing(50))]);
    assert_eq!((collected.len(), owned.len(), owned.get(&1)), (2, 1, Some(thirty.clone())));
    drop((ten, thirty));
    assert_eq!(collected.len() + owned.len(), 0);
    assert_eq!(log.sorted(), [10, 20, 30, 40, 50]);
}

#[test]
fn of_a_value_map_by_a_part_of_the_key() {
    let map = WeakValueMap::<String, u32>::new();
    let one = Cc::new(1);
    map.insert("one".into(), &one);
    assert_eq!(map.get("one"), Some(one.clone()));
    assert!(map.contains_key("one"));
    assert_eq!(map.remove("one"), Some(one));
}

#[test]
fn of_an_ephemeron_map() {
    let log = Log::default();
    let [one, two, three] = [1, 2, 3].map(|number| log.thing(number));
    let map = Ephemerons::new();
    assert_eq!((map.get(&one), map.remove(&one), map.is_empty()), (None, None, true));
    assert_eq!(map.insert(&one, log.thing(10)), None);
    assert_eq!(numbers(map.insert(&one, log.thing(11))), [10]);
    map.insert(&two, log.thing(20));
    map.insert(&three, log.thing(30));
    assert_eq!(log.sorted(), [10]);
    assert_eq!(map.get(&one).map(|value| value.number), Some(11));
    assert!(map.contains_key(&one) && !map.contains_key(&log.thing(1)));
    assert_eq!(pairs(&map), BTreeMap::from([(1, 11), (2, 20), (3, 30)]));
    assert_eq!((numbers(map.keys()), numbers(map.values())), (vec![1, 2, 3], vec![11, 20, 30]));
    assert_eq!(map.get_or_insert_with(&one, || unreachable!()).number, 11);
    assert_eq!(numbers(map.remove(&one)), [11]);
    assert_eq!(log.sorted(), [1, 10, 11], "the key has let go of the value");
    assert_eq!(map.get_or_insert_with(&one, || log.thing(12)).number, 12);
    map.retain(|key, value| key.number != 2 && value.number != 30);
    assert_eq!(log.sorted(), [1, 10, 11, 20, 30]);
    assert_eq!(format!("{map:?}"), "{thing 1: thing 12}");
    let copy = map.clone();
    map.clear();
    assert_eq!((map.len(), copy.len(), log.count()), (0, 1, 5));
    drop(copy);
    assert_eq!(log.sorted(), [1, 10, 11, 12, 20, 30]);
    let collected: Ephemerons = [(two.clone(), log.thing(22)), (log.thing(5), log.thing(50))].into_iter().collect();
    assert_eq!(pairs(&collected), BTreeMap::from([(2, 22)]));
    drop((one, two, three));
    assert_eq!(log.sorted(), [1, 1, 2, 3, 5, 10, 11, 12, 20, 22, 30, 50]);
}

#[test]
fn of_an_ephemeron() {
    let log = Log::default();
    let (key, value) = (log.thing(1), log.thing(10));
    let ephemeron = Ephemeron::new(&key, value.clone());
    assert_eq!((ephemeron.key(), ephemeron.value()), (Some(key.clone()), Some(value.clone())));
    assert_eq!(format!("{ephemeron:?}"), "Ephemeron { key: Some(thing 1), value: Some(thing 10) }");
    drop(key);
    assert_eq!(Cc::strong_count(&value), 1);
    assert_eq!((ephemeron.key(), ephemeron.value()), (None, None), "though the value is alive");
    drop((ephemeron, value));

    let key = log.thing(2);
    let [first, second] = [20, 21].map(|number| Ephemeron::new(&key, log.thing(number)));
    drop(first);
    assert_eq!(log.sorted(), [1, 10, 20], "the other pair stays");
    assert_eq!(numbers(second.value()), [21]);
    drop(key);
    assert_eq!(log.sorted(), [1, 2, 10, 20, 21]);
    drop(second);
    assert_eq!(log.count(), 5);
}

#[test]
fn by_value_an_equal_object_will_do() {
    let log = Log::default();
    let (one, equal) = (log.thing(1), log.thing(1));
    let set = WeakSet::new();
    assert!(set.insert(&one) && !set.insert(&equal) && set.contains(&equal));
    assert!(set.remove(&equal) && set.insert(&one));
    let map = KeyMap::new();
    map.insert(&one, log.thing(10));
    assert_eq!(numbers(map.insert(&equal, log.thing(11))), [10]);
    let ephemerons = EphemeronMap::by_value();
    ephemerons.insert(&one, log.thing(20));
    assert_eq!(numbers(ephemerons.insert(&equal, log.thing(21))), [20]);
    assert_eq!((numbers(map.get(&equal)), numbers(ephemerons.get(&equal))), (vec![11], vec![21]));
    assert!(map.keys().chain(ephemerons.keys()).all(|key| Cc::ptr_eq(&key, &one)), "the first stays the key");
    drop(one);
    assert_eq!(set.len() + map.len() + ephemerons.len(), 0);
    assert_eq!(log.sorted(), [1, 10, 11, 20, 21]);
    drop(equal);
    assert_eq!(log.count(), 6);
}

#[test]
fn by_identity_only_the_object_itself_will_do() {
    let log = Log::default();
    let (one, equal) = (log.thing(1), log.thing(1));
    let set = WeakSet::by_identity();
    assert!(set.insert(&one) && !set.contains(&equal) && set.insert(&equal));
    let map = WeakKeyMap::by_identity();
    map.insert(&one, log.thing(10));
    map.insert(&equal, log.thing(11));
    let ephemerons = Ephemerons::new();
    ephemerons.insert(&one, log.thing(20));
    ephemerons.insert(&equal, log.thing(21));
    assert_eq!((numbers(map.get(&one)), numbers(ephemerons.get(&one))), (vec![10], vec![20]));
    drop(equal);
    assert_eq!((set.len(), map.len(), ephemerons.len()), (1, 1, 1));
    assert_eq!(log.sorted(), [1, 11, 21]);
    assert!(set.contains(&one) && map.contains_key(&one) && ephemerons.contains_key(&one));
    assert!(set.remove(&one) && map.remove(&one).is_some() && ephemerons.remove(&one).is_some());
}

/// A hash that says nothing: every lookup compares.
#[test]
fn with_one_hash_for_all() {
    #[derive(Trace, PartialEq, Eq)]
    #[trace(acyclic)]
    struct Same(u32);

    impl Hash for Same {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }

    let mut keys: Vec<_> = (0..100).map(|number| Cc::new(Same(number))).collect();
    let map = WeakKeyMap::new();
    for key in &keys {
        map.insert(key, Cc::new(key.0));
    }
    keys.retain(|key| key.0 % 3 == 0);
    assert_eq!(map.len(), 34);
    for number in 0..100 {
        let found = map.get(&Cc::new(Same(number))).map(|value| *value);
        assert_eq!(found, (number % 3 == 0).then_some(number));
    }
}

/// Its value has changed, so by value it is not found where it is; but it goes when it dies.
#[test]
fn of_a_key_that_has_changed() {
    #[derive(Trace, PartialEq, Eq)]
    #[trace(acyclic)]
    struct Changing(Cell<u32>);

    impl Hash for Changing {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.get().hash(state);
        }
    }

    let set = WeakSet::new();
    let key = Cc::new(Changing(Cell::new(1)));
    set.insert(&key);
    key.0.set(2);
    assert!(!set.contains(&key) && set.insert(&key));
    assert_eq!(set.len(), 2);
    drop(key);
    assert_eq!(set.len(), 0);
}

/// The value moves to another object, which nobody has inserted.
#[test]
fn of_a_key_that_moves_or_is_taken_out() {
    let set = WeakSet::new();
    let mut one = Cc::new(1);
    set.insert(&one);
    *Cc::make_mut(&mut one) = 2;
    assert!(set.is_empty() && !set.contains(&one));
    set.insert(&one);
    assert_eq!(Cc::try_unwrap(one), Ok(2));
    assert!(set.is_empty());
}
