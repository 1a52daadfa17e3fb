//! When entries go, and what is seen of them before.

use super::*;

/// All kinds, each with one entry of `key` and `value`.
struct All {
    set: WeakSet<Thing>,
    key_map: KeyMap,
    value_map: ValueMap,
    ephemerons: Ephemerons,
    ephemeron: Ephemeron<Thing, Thing>,
}

impl All {
    fn new(key: &Cc<Thing>, value: &Cc<Thing>) -> All {
        let all = All {
            set: WeakSet::new(),
            key_map: KeyMap::new(),
            value_map: ValueMap::new(),
            ephemerons: Ephemerons::new(),
            ephemeron: Ephemeron::new(key, value.clone()),
        };
        all.set.insert(key);
        all.key_map.insert(key, value.clone());
        all.value_map.insert(7, key);
        all.ephemerons.insert(key, value.clone());
        all
    }

    fn count(&self) -> usize {
        let kept = usize::from(self.ephemeron.key().is_some());
        self.set.len() + self.key_map.len() + self.value_map.len() + self.ephemerons.len() + kept
    }
}

#[test]
fn by_count_removes_at_once() {
    let log = Log::default();
    let key = log.thing(1);
    let all = All::new(&key, &log.thing(2));
    assert_eq!((all.count(), log.count()), (5, 0));
    drop(key);
    assert_eq!((all.count(), log.sorted()), (0, vec![1, 2]));
}

#[test]
fn in_a_collection_removes_at_once() {
    gc::disable();
    let log = Log::default();
    let (key, value) = (log.thing(1), log.thing(2));
    key.own(key.clone());
    let all = All::new(&key, &value);
    drop((key, value));
    assert_eq!(all.count(), 5, "the cycle keeps itself alive");
    assert_eq!(collect(), 1, "the value is held by a map, and dies of its count");
    assert_eq!((all.count(), log.sorted()), (0, vec![1, 2]));
}

#[test]
fn after_the_containers_is_ordinary() {
    let log = Log::default();
    let (key, value) = (log.thing(1), log.thing(2));
    let all = All::new(&key, &value);
    assert_eq!(Cc::strong_count(&value), 4);
    drop(all);
    assert_eq!(Cc::strong_count(&value), 1);
    drop((key, value));
    assert_eq!(log.sorted(), [1, 2]);
}

#[test]
fn of_a_container_drops_what_it_owns() {
    let log = Log::default();
    let key = log.thing(1);
    drop(All::new(&key, &log.thing(2)));
    assert_eq!(log.sorted(), [2]);
    let keys = WeakValueMap::new();
    keys.insert(log.thing(3), &key);
    drop(keys);
    assert_eq!(log.sorted(), [2, 3]);
    let keys = WeakValueMap::new();
    keys.insert(log.thing(4), &key);
    drop(key);
    assert_eq!((keys.len(), log.sorted()), (0, vec![1, 2, 3, 4]), "a key goes with its entry");
}

/// Between the moment at which weak pointers read dead and that at which the entry goes.
#[test]
fn is_seen_by_callbacks_before_the_entry_goes() {
    let log = Log::default();
    let (key, equal) = (log.thing(1), log.thing(1));
    let all = Rc::new(All::new(&key, &log.thing(2)));
    let seen: Rc<Cell<bool>> = Rc::default();
    let (in_callback, was_seen, twin) = (all.clone(), seen.clone(), equal.clone());
    // Registered last, so called first.
    Cc::on_drop(&key, move || {
        assert!(!in_callback.set.contains(&twin) && in_callback.set.iter().next().is_none());
        assert!(in_callback.key_map.get(&twin).is_none() && in_callback.key_map.iter().next().is_none());
        assert!(in_callback.key_map.values().next().is_none());
        assert!(in_callback.value_map.get(&7).is_none() && !in_callback.value_map.contains_key(&7));
        assert!(in_callback.value_map.iter().next().is_none() && in_callback.value_map.keys().next().is_none());
        assert!(in_callback.ephemerons.iter().next().is_none() && in_callback.ephemerons.values().next().is_none());
        assert!(in_callback.ephemeron.key().is_none() && in_callback.ephemeron.value().is_none());
        assert_eq!(format!("{:?}{:?}", in_callback.set, in_callback.value_map), "{}{}");
        assert_eq!(in_callback.count(), 4, "still counted");
        was_seen.set(true);
    });
    drop(key);
    assert!(seen.get());
    assert_eq!((all.count(), log.sorted()), (0, vec![1, 2]));
    drop(equal);
}

/// Python's `weak_valued_consistency` and issue 28427: the end of an old entry must not remove a newer one.
#[test]
fn of_an_old_entry_spares_a_new_one() {
    let log = Log::default();
    let (key, equal) = (log.thing(1), log.thing(1));
    let all = Rc::new(All::new(&key, &log.thing(2)));
    let (in_callback, twin, value) = (all.clone(), equal.clone(), log.thing(3));
    Cc::on_drop(&key, move || {
        assert!(in_callback.set.insert(&twin));
        assert_eq!(in_callback.key_map.insert(&twin, value.clone()), None);
        assert_eq!(in_callback.value_map.insert(7, &twin), None);
        assert_eq!(in_callback.ephemerons.insert(&twin, value), None);
    });
    drop(key);
    assert_eq!((all.count(), log.sorted()), (4, vec![1, 2]));
    assert!(all.set.contains(&equal) && all.ephemerons.contains_key(&equal));
    assert_eq!((numbers(all.key_map.get(&equal)), numbers(all.value_map.get(&7))), (vec![3], vec![1]));
    drop(equal);
    assert_eq!((all.count(), log.sorted()), (0, vec![1, 1, 2, 3]));
}

#[test]
fn of_a_former_value_spares_the_entry() {
    let log = Log::default();
    let (first, second) = (log.thing(1), log.thing(2));
    let map = ValueMap::new();
    for _ in 0..3 {
        map.insert(7, &first);
        map.insert(7, &second);
    }
    drop(first);
    assert_eq!(map.get(&7), Some(second.clone()));
    let third = log.thing(3);
    map.remove(&7);
    map.insert(7, &third);
    drop(second);
    assert_eq!(map.get(&7), Some(third.clone()));
    drop(third);
    assert!(map.is_empty());
}

#[test]
fn of_a_key_that_was_removed_and_inserted_again() {
    let log = Log::default();
    let key = log.thing(1);
    let set = WeakSet::new();
    for _ in 0..3 {
        set.insert(&key);
        set.remove(&key);
    }
    set.insert(&key);
    assert_eq!(set.len(), 1);
    drop(key);
    assert_eq!(set.len(), 0);
}

/// A finalizer brings the object back: it has not died, and nothing has changed.
#[test]
fn that_is_averted_leaves_the_entries() {
    thread_local! {
        static SAVED: RefCell<Vec<Cc<Phoenix>>> = const { RefCell::new(Vec::new()) };
    }

    #[derive(Trace)]
    #[trace(finalize)]
    struct Phoenix {
        me: RefCell<Option<Cc<Phoenix>>>,
        weak: OnceCell<Weak<Phoenix>>,
    }

    impl PartialEq for Phoenix {
        fn eq(&self, other: &Phoenix) -> bool {
            std::ptr::eq(self, other)
        }
    }

    impl Eq for Phoenix {}

    impl Hash for Phoenix {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }

    impl Finalize for Phoenix {
        fn finalize(&self) {
            let me = self.weak.get().and_then(Weak::upgrade);
            SAVED.with_borrow_mut(|saved| saved.extend(me));
        }
    }

    gc::disable();
    for in_a_cycle in [false, true] {
        let log = Log::default();
        let phoenix = Cc::new(Phoenix { me: RefCell::default(), weak: OnceCell::new() });
        assert!(phoenix.weak.set(Cc::downgrade(&phoenix)).is_ok());
        if in_a_cycle {
            *phoenix.me.borrow_mut() = Some(phoenix.clone());
        }
        let set = WeakSet::new();
        let key_map = WeakKeyMap::new();
        let value_map = WeakValueMap::<u32, Phoenix>::new();
        let ephemerons = EphemeronMap::new();
        set.insert(&phoenix);
        key_map.insert(&phoenix, log.thing(1));
        value_map.insert(7, &phoenix);
        ephemerons.insert(&phoenix, log.thing(2));
        let count = || [set.len(), key_map.len(), value_map.len(), ephemerons.len()];

        drop(phoenix);
        assert_eq!(collect(), 0);
        assert_eq!(count(), [1; 4]);
        let phoenix = SAVED.take().pop().expect("was saved");
        assert!(set.contains(&phoenix) && value_map.get(&7).is_some());
        assert_eq!((numbers(key_map.get(&phoenix)), numbers(ephemerons.get(&phoenix))), (vec![1], vec![2]));

        drop(phoenix);
        assert_eq!(collect(), usize::from(in_a_cycle) * 2, "in a cycle, the phoenix and the value it owns");
        assert_eq!((count(), log.sorted()), ([0; 4], vec![1, 2]));
    }
}

/// A finalizer still finds all entries, in containers that die with it too, and may add some, which go with the rest.
#[test]
fn that_is_under_way_leaves_the_containers_usable() {
    #[derive(Trace)]
    #[trace(finalize)]
    struct Last {
        me: OnceCell<Weak<Last>>,
        edge: RefCell<Option<Cc<Last>>>,
        before: KeyMapOfLast,
        after: KeyMapOfLast,
        ephemerons: EphemeronMap<Last, Thing>,
        set: WeakSet<Last, ByIdentity>,
        #[trace(skip)]
        values: Rc<WeakValueMap<u32, Last>>,
        #[trace(skip)]
        log: Log,
    }

    type KeyMapOfLast = WeakKeyMap<Last, Thing, ByIdentity>;

    impl Finalize for Last {
        fn finalize(&self) {
            let me = self.me.get().and_then(Weak::upgrade).expect("is alive yet");
            assert_eq!(numbers(self.before.get(&me)), [1]);
            assert_eq!(numbers(self.ephemerons.get(&me)), [2]);
            assert_eq!(numbers(self.ephemerons.insert(&me, self.log.thing(3))), [2]);
            assert!(self.after.insert(&me, self.log.thing(4)).is_none() && self.set.insert(&me));
            assert!(self.values.insert(1, &me).is_none());
            assert_eq!((self.after.iter().count(), self.set.iter().count(), self.values.iter().count()), (1, 1, 1));
        }
    }

    gc::disable();
    for in_a_cycle in [false, true] {
        let log = Log::default();
        let values: Rc<WeakValueMap<u32, Last>> = Rc::default();
        let last = Cc::new(Last {
            me: OnceCell::new(),
            edge: RefCell::default(),
            before: WeakKeyMap::by_identity(),
            after: WeakKeyMap::by_identity(),
            ephemerons: EphemeronMap::new(),
            set: WeakSet::by_identity(),
            values: values.clone(),
            log: log.clone(),
        });
        assert!(last.me.set(Cc::downgrade(&last)).is_ok());
        last.before.insert(&last, log.thing(1));
        last.ephemerons.insert(&last, log.thing(2));
        if in_a_cycle {
            *last.edge.borrow_mut() = Some(last.clone());
            assert!(last.edge.borrow().is_some());
        }
        drop(last);
        collect();
        assert_eq!((values.len(), log.sorted()), (0, vec![1, 2, 3, 4]));
    }
}

#[test]
fn of_a_key_that_has_no_value_yet() {
    gc::disable();
    let log = Log::default();
    let map = EphemeronMap::new();
    let set = WeakSet::by_identity();
    let tracked = Cc::<Vec<Cc<u32>>>::new_uninit();
    map.insert(&tracked, log.thing(1));
    set.insert(&tracked);
    assert!(!gc::is_tracked(&tracked));
    assert_eq!((collect(), map.len(), set.len()), (0, 1, 1));
    drop(tracked);
    assert_eq!((collect(), map.len(), set.len(), log.sorted()), (0, 0, 0, vec![1]));
    let map = EphemeronMap::new();
    let untracked = Cc::<String>::new_uninit();
    map.insert(&untracked, log.thing(2));
    assert!(!gc::is_tracked(&untracked));
    drop((untracked, collect()));
    assert_eq!((map.len(), log.sorted()), (0, vec![1, 2]));
}

/// An object that a collection has saved is intact, but dead to everything weak.
#[test]
fn of_what_is_saved_as_garbage() {
    gc::disable();
    let log = Log::default();
    let (key, value) = (log.thing(1), log.thing(2));
    key.own(key.clone());
    let held = log.thing(9);
    let ephemeron = Ephemeron::new(&key, held.clone());
    let all = All::new(&key, &value);
    drop((key, value));
    all.key_map.clear();
    gc::set_debug(DebugFlags::SAVEALL);
    assert_eq!(collect(), 2);
    gc::set_debug(DebugFlags::empty());
    assert_eq!((all.count(), log.count()), (0, 0));
    drop(ephemeron);
    assert_eq!(Cc::strong_count(&held), 2, "the key still owns its values");

    let saved = gc::garbage().take();
    let key = saved.iter().find_map(|any| any.downcast_ref::<Thing>().filter(|thing| thing.number == 1));
    let key = key.expect("was saved").edges.borrow();
    assert_eq!(key.len(), 1);
    drop(key);
    for any in saved {
        let Ok(thing) = any.downcast::<Thing>() else { unreachable!() };
        assert!(!all.set.insert(&thing) && !all.set.contains(&thing));
        assert_eq!(all.key_map.insert(&thing, log.thing(3)), None);
        assert_eq!(all.key_map.get_or_insert_with(&thing, || log.thing(4)).number, 4);
        assert_eq!(all.value_map.insert(7, &thing), None);
        assert_eq!(all.value_map.get_or_insert_with(7, || thing.clone()).number, thing.number);
        assert_eq!(all.ephemerons.insert(&thing, log.thing(5)), None);
        assert_eq!(all.ephemerons.get_or_insert_with(&thing, || log.thing(6)).number, 6);
        assert!(Ephemeron::new(&thing, log.thing(8)).value().is_none());
        assert_eq!(all.count(), 0);
    }
    assert_eq!(log.sorted(), [3, 3, 4, 4, 5, 5, 6, 6, 8, 8], "nothing was kept, and the saved are intact");
    assert_eq!(collect(), 2);
    assert_eq!((log.sorted()[..2].to_vec(), Cc::strong_count(&held)), (vec![1, 2], 1));
}

#[test]
fn at_the_end_of_a_thread() {
    thread_local! {
        static KEPT: RefCell<Option<(All, Cc<Thing>)>> = const { RefCell::new(None) };
    }
    for heap_first in [false, true] {
        let run = move || {
            if heap_first {
                drop(Cc::new(vec![Cc::new(1)]));
            }
            KEPT.with(|_| ());
            let log = Log::default();
            let key = log.thing(1);
            key.own(key.clone());
            let all = All::new(&key, &log.thing(2));
            KEPT.set(Some((all, log.thing(3))));
            KEPT.with_borrow(|kept| assert!(kept.iter().all(|(all, thing)| all.set.insert(thing))));
        };
        thread::spawn(run).join().expect("no panic");
    }
}

#[test]
fn with_panics_does_not_stop_halfway() {
    let log = Log::default();
    let key = log.thing(1);
    let map = WeakKeyMap::by_identity();
    let others: Vec<_> = (10..20).map(|number| log.thing(number)).collect();
    for other in &others {
        let number = other.number;
        let value = if number == 15 { log.saying(25, || panic!("value")) } else { log.thing(number + 10) };
        map.insert(other, value);
    }
    assert!(catch_unwind(AssertUnwindSafe(|| map.clear())).is_err());
    assert_eq!((map.len(), log.count()), (0, 10));

    map.insert(&key, log.saying(2, || panic!("value")));
    let after = WeakSet::new();
    after.insert(&key);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(key))).is_err());
    assert_eq!((map.len(), after.len(), log.count()), (0, 0, 12));
}

/// A long chain in which each key holds the next through its value, and only so.
#[test]
fn of_long_chains_takes_little_stack() {
    const LENGTH: u32 = 50_000;
    fn chain(insert: impl Fn(&Cc<Thing>, Cc<Thing>)) {
        let log = Log::default();
        let mut key = log.thing(0);
        for number in 1..LENGTH {
            let value = log.thing(number);
            value.own(key);
            key = log.thing(number);
            insert(&key, value);
        }
        drop(key);
        assert_eq!(log.count(), 2 * LENGTH as usize - 1);
    }
    let run = || {
        gc::disable();
        let map = WeakKeyMap::by_identity();
        chain(|key, value| drop(map.insert(key, value)));
        let map = Ephemerons::new();
        chain(|key, value| drop(map.insert(key, value)));
    };
    thread::Builder::new().stack_size(256 * 1024).spawn(run).expect("a thread").join().expect("enough stack");
}

/// Weak pointers to a value that has been saved as garbage read dead; but its key owns it.
#[test]
fn an_ephemeron_may_have_a_value_that_was_saved() {
    gc::disable();
    gc::set_debug(DebugFlags::SAVEALL);
    let list = Cc::new(RefCell::new(Vec::<AnyCc>::new()));
    list.borrow_mut().push(AnyCc::from(&list));
    drop(list);
    assert_eq!(collect(), 1);
    gc::set_debug(DebugFlags::empty());
    let saved: Cc<RefCell<Vec<AnyCc>>> = gc::garbage().take().remove(0).downcast().unwrap();

    let (key, map) = (Cc::new(1), EphemeronMap::new());
    assert!(map.insert(&key, saved.clone()).is_none());
    assert!(Cc::ptr_eq(&map.get(&key).unwrap(), &saved));
    assert!(Cc::ptr_eq(&map.get_or_insert_with(&key, || unreachable!()), &saved));
    map.retain(|_, value| Cc::ptr_eq(value, &saved));
    assert_eq!((map.len(), map.contains_key(&key)), (1, true));
    assert_eq!((map.iter().count(), map.keys().count(), map.values().count()), (1, 1, 1));
    assert!(map.iter().chain(&map.clone()).all(|(_, value)| Cc::ptr_eq(&value, &saved)));
    assert!(Cc::ptr_eq(&map.insert(&key, saved.clone()).unwrap(), &saved));
    assert!(Cc::ptr_eq(&map.remove(&key).unwrap(), &saved));
    saved.take();
    drop(saved);
    assert_eq!(gc::tracked_count(), 1, "the key");
}
