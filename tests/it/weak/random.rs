//! Random operations on all containers at once, beside a model that knows which entries there must be.

use super::*;
use crate::support::Random;

const THINGS: usize = 12;

/// An entry, by the objects that it was made of.
struct Entry {
    key: Weak<Thing>,
    value: Weak<Thing>,
}

fn is_alive(weak: &Weak<Thing>) -> bool {
    weak.strong_count() > 0
}

/// The numbers of key and value, of entries that must be there.
fn model(entries: &mut Vec<Entry>) -> Vec<(u32, u32)> {
    entries.retain(|entry| is_alive(&entry.key));
    let number = |weak: &Weak<Thing>| weak.upgrade().expect("alive").number;
    let mut pairs: Vec<_> = entries.iter().map(|entry| (number(&entry.key), number(&entry.value))).collect();
    pairs.sort_unstable();
    pairs
}

fn sorted(entries: impl IntoIterator<Item = (Cc<Thing>, Cc<Thing>)>) -> Vec<(u32, u32)> {
    let mut pairs: Vec<_> = entries.into_iter().map(|(key, value)| (key.number, value.number)).collect();
    pairs.sort_unstable();
    pairs
}

fn put(entries: &mut Vec<Entry>, key: &Cc<Thing>, value: &Cc<Thing>) {
    take(entries, key);
    entries.push(Entry { key: Cc::downgrade(key), value: Cc::downgrade(value) });
}

fn take(entries: &mut Vec<Entry>, key: &Cc<Thing>) {
    entries.retain(|entry| !entry.key.ptr_eq(&Cc::downgrade(key)));
}

fn run(seed: u64) {
    let mut random = Random::new(seed);
    if seed % 2 == 0 {
        gc::disable();
    } else {
        gc::set_threshold(1 + random.below(20), 2, 2);
        gc::enable();
    }
    let log = Log::default();
    let mut made = 0;
    let mut make = || {
        made += 1;
        log.thing(made)
    };
    let mut roots: Vec<_> = (0..THINGS).map(|_| make()).collect();
    let set = WeakSet::by_identity();
    let key_map = Cc::new(WeakKeyMap::by_identity());
    let ephemerons = Ephemerons::new();
    let value_map = WeakValueMap::<usize, Thing>::new();
    let mut members: Vec<Weak<Thing>> = Vec::new();
    let (mut strong, mut weak) = (Vec::new(), Vec::new());
    let mut values: BTreeMap<usize, Weak<Thing>> = BTreeMap::new();
    for _ in 0..400 {
        let (a, b) = (random.below(THINGS), random.below(THINGS));
        match random.below(14) {
            0 => {
                let added = set.insert(&roots[a]);
                assert_eq!(added, !members.iter().any(|it| it.ptr_eq(&Cc::downgrade(&roots[a]))));
                if added {
                    members.push(Cc::downgrade(&roots[a]));
                }
            }
            1 => {
                let removed = set.remove(&roots[a]);
                assert_eq!(removed, members.iter().any(|it| it.ptr_eq(&Cc::downgrade(&roots[a]))));
                members.retain(|it| !it.ptr_eq(&Cc::downgrade(&roots[a])));
            }
            2 => {
                key_map.insert(&roots[a], roots[b].clone());
                put(&mut strong, &roots[a], &roots[b]);
            }
            3 => {
                key_map.remove(&roots[a]);
                take(&mut strong, &roots[a]);
            }
            4 | 5 => {
                ephemerons.insert(&roots[a], roots[b].clone());
                put(&mut weak, &roots[a], &roots[b]);
            }
            6 => {
                ephemerons.remove(&roots[a]);
                take(&mut weak, &roots[a]);
            }
            7 => {
                value_map.insert(b, &roots[a]);
                values.insert(b, Cc::downgrade(&roots[a]));
            }
            8 => {
                value_map.remove(&b);
                values.remove(&b);
            }
            9 => roots[a].own(roots[b].clone()),
            10 => drop(roots[a].edges.take()),
            11 | 12 => roots[a] = make(),
            _ => drop(collect()),
        }
        members.retain(is_alive);
        values.retain(|_, value| is_alive(value));
        assert_eq!(set.len(), members.len());
        assert!(members.iter().all(|it| set.contains(&it.upgrade().expect("alive"))));
        assert_eq!(sorted(&*key_map), model(&mut strong));
        assert_eq!(sorted(&ephemerons), model(&mut weak));
        assert_eq!(value_map.len(), values.len());
        assert!(
            values.iter().all(|(key, value)| { value_map.get(key).is_some_and(|it| Cc::downgrade(&it).ptr_eq(value)) })
        );
        assert_eq!((key_map.len(), ephemerons.len()), (strong.len(), weak.len()));
    }
    drop(roots);
    collect();
    // What is left, the values of the key map keep alive.
    assert_eq!(sorted(&ephemerons), model(&mut weak));
    key_map.clear();
    collect();
    assert_eq!((set.len(), key_map.len(), ephemerons.len(), value_map.len()), (0, 0, 0, 0), "seed {seed}");
    assert_eq!(log.count(), made as usize, "seed {seed}");
}

#[test]
fn programs() {
    (1..100).for_each(run);
}
