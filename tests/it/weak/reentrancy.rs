//! What code of the user may do while it is called from a container.

use super::*;

#[test]
fn from_eq_and_hash() {
    gc::disable();
    let log = Log::default();
    let set = Rc::new(WeakSet::new());
    let (one, equal) = (log.thing(1), log.thing(1));
    let other = log.thing(2);
    set.insert(&one);
    // Whatever they do, the question is answered.
    type Action = fn(&WeakSet<Thing>, &Cc<Thing>);
    let actions: [Action; 5] = [
        |set, _| set.clear(),
        |set, other| assert!(set.insert(other)),
        |set, other| assert!(set.remove(other)),
        |set, _| assert_eq!(set.iter().count(), set.len()),
        |set, _| set.retain(|_| collect() > 0),
    ];
    for action in actions {
        for on_hash in [false, true] {
            set.clear();
            set.insert(&one);
            if action as usize == actions[2] as usize {
                set.insert(&other);
            }
            let (in_script, another) = (set.clone(), other.clone());
            let script = if on_hash { &equal.on_hash } else { &equal.on_eq };
            script.set(move || action(&in_script, &another));
            let contained = set.contains(&equal);
            assert!(contained || on_hash, "they were found to be equal");
            assert_eq!(set.len(), set.iter().count());
        }
    }
    drop(set);
    equal.on_eq.run();
    equal.on_hash.run();
}

/// An equal object is inserted while the first is being compared with an unequal one: the set must not get both.
#[test]
fn from_eq_that_inserts_an_equal_key() {
    #[derive(Trace)]
    #[trace(acyclic)]
    struct Key(u32, #[trace(skip)] Script);

    impl PartialEq for Key {
        fn eq(&self, other: &Key) -> bool {
            self.1.run();
            other.1.run();
            self.0 == other.0
        }
    }

    impl Eq for Key {}

    impl Hash for Key {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }

    let key = |number| Cc::new(Key(number, Script::default()));
    let [one, two, twin] = [1, 2, 2].map(key);
    let set = Rc::new(WeakSet::new());
    let map = Rc::new(WeakKeyMap::new());
    let ephemerons = Rc::new(EphemeronMap::by_value());
    let values = Rc::new(WeakValueMap::new());
    set.insert(&one);
    let (in_script, inserted) = (set.clone(), twin.clone());
    two.1.set(move || assert!(in_script.insert(&inserted)));
    assert!(!set.insert(&two));
    assert_eq!(set.len(), 2);

    map.insert(&one, Cc::new(10));
    let (in_script, inserted) = (map.clone(), twin.clone());
    two.1.set(move || assert!(in_script.insert(&inserted, Cc::new(20)).is_none()));
    assert_eq!(map.insert(&two, Cc::new(30)).as_deref(), Some(&20));
    assert_eq!((map.len(), map.get(&twin).as_deref()), (2, Some(&30)));
    let (in_script, inserted) = (map.clone(), twin.clone());
    map.remove(&twin);
    two.1.set(move || assert!(in_script.insert(&inserted, Cc::new(20)).is_none()));
    assert_eq!(*map.get_or_insert_with(&two, || Cc::new(30)), 20);

    ephemerons.insert(&one, Cc::new(10));
    let (in_script, inserted) = (ephemerons.clone(), twin.clone());
    two.1.set(move || assert!(in_script.insert(&inserted, Cc::new(20)).is_none()));
    assert_eq!(ephemerons.insert(&two, Cc::new(30)).as_deref(), Some(&20));
    assert_eq!((ephemerons.len(), ephemerons.get(&twin).as_deref()), (2, Some(&30)));
    let in_script = ephemerons.clone();
    two.1.set(move || in_script.clear());
    assert!(ephemerons.insert(&two, Cc::new(40)).is_none(), "the entry was gone when it was found");
    assert_eq!((ephemerons.len(), ephemerons.get(&two).as_deref()), (1, Some(&40)));

    let in_default = values.clone();
    let kept = OnceCell::new();
    let found = values.get_or_insert_with(1, || {
        let inner = in_default.get_or_insert_with(1, || Cc::new(10));
        assert!(kept.set(inner).is_ok());
        Cc::new(20)
    });
    assert_eq!((*found, values.len()), (10, 1), "the first that was inserted");
}

/// Python's `weak_keyed_cascading_deletes`: the object that a key is being compared with dies of it.
#[test]
fn from_eq_that_lets_a_key_die() {
    let log = Log::default();
    let map = Rc::new(KeyMap::new());
    let dying = Rc::new(RefCell::new(Some(log.thing(1))));
    map.insert(dying.borrow().as_ref().expect("alive"), log.thing(10));
    let equal = log.thing(1);
    let to_drop = dying.clone();
    equal.on_eq.set(move || drop(to_drop.take()));
    assert_eq!(map.insert(&equal, log.thing(20)), None, "by then, the other key is dead");
    assert_eq!((numbers(map.get(&equal)), log.sorted()), (vec![20], vec![1, 10]));

    map.clear();
    dying.replace(Some(log.thing(2)));
    map.insert(dying.borrow().as_ref().expect("alive"), log.thing(11));
    let equal = log.thing(2);
    let to_drop = dying.clone();
    equal.on_eq.set(move || drop(to_drop.take()));
    assert_eq!(map.remove(&equal), None);
    assert_eq!(log.sorted(), [1, 2, 10, 11, 20]);
}

#[test]
fn from_a_key_of_a_value_map() {
    #[derive(Clone)]
    struct Key(u32, Rc<Script>, Rc<WeakValueMap<Key, u32>>, Rc<Cell<u32>>);

    impl PartialEq for Key {
        fn eq(&self, other: &Key) -> bool {
            self.1.run();
            self.0 == other.0
        }
    }

    impl Eq for Key {}

    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.1.run();
            self.0.hash(state);
        }
    }

    impl Drop for Key {
        fn drop(&mut self) {
            self.2.values().for_each(drop);
            self.2.retain(|_, _| true);
            self.3.set(self.3.get() + 1);
        }
    }

    let map: Rc<WeakValueMap<Key, u32>> = Rc::default();
    let drops: Rc<Cell<u32>> = Rc::default();
    let script: Rc<Script> = Rc::default();
    let key = |number| Key(number, script.clone(), map.clone(), drops.clone());
    let (ten, twenty) = (Cc::new(10), Cc::new(20));
    assert_eq!(map.insert(key(1), &ten), None);
    let in_script = map.clone();
    script.set(move || in_script.clear());
    assert_eq!(map.insert(key(1), &twenty), None, "cleared while hashing");
    assert_eq!(map.insert(key(1), &ten).as_deref(), Some(&20));
    assert_eq!(map.get(&key(1)).as_deref(), Some(&10));
    let before = drops.get();
    drop(ten);
    assert_eq!((map.len(), drops.get()), (0, before + 1), "the destructor of the key has used the map");
    map.insert(key(2), &twenty);
    map.clear();
    map.insert(key(3), &twenty);
    assert_eq!(map.remove(&key(3)).as_deref(), Some(&20));
    map.insert(key(4), &twenty);
    drop(twenty);
    assert_eq!(map.len(), 0);
}

#[test]
fn from_destructors() {
    let log = Log::default();
    let map = Rc::new(Ephemerons::new());
    let key_map = Rc::new(KeyMap::new());
    let set = Rc::new(WeakSet::by_identity());
    let key = log.thing(1);
    let (a, b, c, again) = (map.clone(), key_map.clone(), set.clone(), key.clone());
    let last_words = move || {
        assert!(a.get(&again).is_none() && b.get(&again).is_none() && !c.contains(&again));
        a.insert(&again, b.get_or_insert_with(&again, || Log::default().thing(5)));
        assert!(c.insert(&again));
    };
    set.insert(&key);
    let value = log.saying(2, last_words);
    map.insert(&key, value.clone());
    key_map.insert(&key, value);
    key_map.clear();
    set.clear();
    map.remove(&key);
    assert_eq!(log.sorted(), [2]);
    assert_eq!((numbers(map.get(&key)), numbers(key_map.get(&key)), set.len()), (vec![5], vec![5], 1));

    // The last pointer to the container goes in the middle of its own work.
    let only = Rc::new(RefCell::new(Some(Rc::new(KeyMap::new()))));
    let in_drop = only.clone();
    let value = log.saying(3, move || drop(in_drop.take()));
    let map = only.borrow().as_ref().map(Rc::downgrade).expect("is there");
    let key = log.thing(4);
    let other = log.thing(5);
    map.upgrade().expect("is there").insert(&key, value);
    map.upgrade().expect("is there").insert(&other, log.thing(6));
    drop(key);
    assert!(map.upgrade().is_none());
    assert_eq!(log.sorted(), [2, 3, 4, 6]);
}

#[test]
fn ends_with_a_panic() {
    let log = Log::default();
    let set = WeakSet::new();
    let map = KeyMap::new();
    let [one, two] = [1, 2].map(|number| log.thing(number));
    let equal = log.thing(1);
    set.insert(&one);
    map.insert(&one, log.thing(10));
    for script in [&equal.on_eq, &equal.on_hash] {
        let panics = |f: &dyn Fn()| {
            script.set(|| panic!("user code"));
            assert!(catch_unwind(AssertUnwindSafe(f)).is_err());
        };
        panics(&|| assert!(set.contains(&equal)));
        panics(&|| assert!(set.insert(&equal)));
        panics(&|| assert!(map.insert(&equal, log.thing(11)).is_none()));
    }
    assert!(catch_unwind(AssertUnwindSafe(|| map.get_or_insert_with(&two, || panic!("default")))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| set.retain(|_| panic!("keep")))).is_err());
    assert!(set.contains(&equal) && !set.contains(&two));
    assert_eq!((set.len(), pairs(&map), log.sorted()), (1, BTreeMap::from([(1, 10)]), vec![11, 11]));
}

#[test]
fn from_collections_at_any_time() {
    crate::support::collect_all_the_time();
    let log = Log::default();
    let map = Rc::new(Ephemerons::new());
    let key_map = Rc::new(KeyMap::new());
    for number in 0..300 {
        let key = log.thing(number);
        let value = log.thing(number);
        value.own(key.clone());
        key.own(key_map.clone());
        map.insert(&key, value.clone());
        key_map.get_or_insert_with(&key, || log.thing(number));
        assert!(map.get(&key).is_some_and(|found| Cc::ptr_eq(&found, &value)));
    }
    collect();
    assert_eq!((map.len(), key_map.len(), log.count()), (0, 0, 900));
}
