//! `Cc::get_mut` and `Cc::make_mut`: an object that is being mutated has left its generation, so a collection that the
//! mutation itself sets off does not look at it.

use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use gc_core::{Cc, Trace, collect, gc};

use crate::support::{Deaths, collect_all_the_time, dead_ring};

/// Makes items, and knows which of them have been dropped.
#[derive(Default)]
struct Census {
    made: Cell<u32>,
    dropped: RefCell<Vec<u32>>,
}

impl Census {
    fn item(self: &Rc<Census>) -> Cc<Item> {
        let key = self.made.replace(self.made.get() + 1);
        Cc::new(Item { owner: RefCell::default(), key: Key(key, self.clone()) })
    }

    fn items(self: &Rc<Census>, count: usize) -> Vec<Cc<Item>> {
        (0..count).map(|_| self.item()).collect()
    }

    fn alive(&self) -> usize {
        self.made.get() as usize - self.dropped.borrow().len()
    }

    fn assert_each_dropped_once(&self) {
        let mut dropped = self.dropped.take();
        dropped.sort_unstable();
        assert_eq!(dropped, (0..self.made.get()).collect::<Vec<_>>());
    }
}

/// What a user's `Hash`, `Ord`, `Clone` or closure may do: allocates past the threshold, leaves a cycle behind, and
/// collects.
fn churn() {
    let deaths = Deaths::default();
    dead_ring(&deaths, 3);
    collect();
    assert_eq!(deaths.count(), 3);
}

/// An element that [churns](churn) in every hash and comparison.
#[derive(Trace)]
struct Item {
    owner: RefCell<Option<Box<dyn Trace>>>,
    #[trace(skip)]
    key: Key,
}

struct Key(u32, Rc<Census>);

impl Drop for Key {
    fn drop(&mut self) {
        self.1.dropped.borrow_mut().push(self.0);
    }
}

impl Item {
    fn belong_to(&self, owner: impl Trace) {
        self.owner.replace(Some(Box::new(owner)));
    }

    fn is_even(&self) -> bool {
        self.key.0 % 2 == 0
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Item) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Item {}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Item) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Item) -> Ordering {
        churn();
        other.key.0.cmp(&self.key.0)
    }
}

impl Hash for Item {
    /// Only two hashes for all the items, so that every look-up compares some.
    fn hash<H: Hasher>(&self, state: &mut H) {
        churn();
        self.is_even().hash(state);
    }
}

fn start() -> Rc<Census> {
    collect_all_the_time();
    Rc::default()
}

/// Closes a cycle through `owner`, which is back in its generation, and holds `hub` and every other item.
fn finds_a_cycle_through<C: Trace>(owner: Cc<C>, hub: Cc<Item>, census: &Rc<Census>) {
    gc::disable();
    assert!(gc::is_tracked(&owner));
    assert_eq!(collect(), 0);
    let garbage = 1 + census.alive();
    hub.belong_to(owner);
    drop(hub);
    assert_eq!(collect(), garbage);
    census.assert_each_dropped_once();
}

/// Makes a collection around its first item, and mutates it while the collector runs.
fn mutates<C: Trace>(
    make: impl FnOnce(Cc<Item>, &Rc<Census>) -> C,
    mutate: impl FnOnce(&mut C, &Rc<Census>),
    check: impl FnOnce(&C) -> bool,
) {
    let census = start();
    let hub = census.item();
    let mut owner = Cc::new(make(hub.clone(), &census));
    mutate(&mut Cc::get_mut(&mut owner).expect("there is one pointer"), &census);
    assert!(check(&owner));
    finds_a_cycle_through(owner, hub, &census);
}

/// The hub, which is even, and nine other items.
fn ten<C: FromIterator<Cc<Item>>>(hub: Cc<Item>, census: &Rc<Census>) -> C {
    std::iter::once(hub).chain(census.items(9)).collect()
}

fn pair(item: Cc<Item>) -> (Cc<Item>, Cc<Item>) {
    (item.clone(), item)
}

fn churned_item(census: &Rc<Census>) -> Cc<Item> {
    churn();
    census.item()
}

fn churned_is_even(item: &Cc<Item>) -> bool {
    churn();
    item.is_even()
}

mod collection_during {
    use super::*;

    /// `name: make, mutate, check;`
    macro_rules! mutations {
        ($($name:ident: $make:expr, $mutate:expr, $check:expr;)+) => {$(
            #[test]
            fn $name() {
                mutates($make, $mutate, $check);
            }
        )+};
    }

    mutations! {
        vec_extend: ten::<Vec<_>>,
            |vec, census| vec.extend((0..90).map(|_| churned_item(census))),
            |vec| vec.len() == 100;
        vec_retain: ten::<Vec<_>>,
            |vec, _| vec.retain(churned_is_even),
            |vec| vec.len() == 5;
        vec_sort: ten::<Vec<_>>,
            |vec, _| vec.sort(),
            |vec| vec.is_sorted();
        vec_dedup: |hub, _| vec![hub; 10],
            |vec, _| vec.dedup(),
            |vec| vec.len() == 1;
        slice_sort: |hub, census| ten::<Vec<_>>(hub, census).into_boxed_slice(),
            |slice, _| slice.sort(),
            |slice| slice.is_sorted();
        vec_deque_extend: ten::<VecDeque<_>>,
            |deque, census| deque.extend((0..90).map(|_| churned_item(census))),
            |deque| deque.len() == 100;
        vec_deque_retain: ten::<VecDeque<_>>,
            |deque, _| deque.retain(churned_is_even),
            |deque| deque.len() == 5;
        hash_map_insert: |hub, _| HashMap::from([pair(hub)]),
            |map, census| map.extend(census.items(19).into_iter().map(pair)),
            |map| map.len() == 20;
        hash_map_entry: |hub, _| HashMap::from([pair(hub)]),
            |map, census| { map.entry(census.item()).or_insert_with(|| churned_item(census)); },
            |map| map.len() == 2;
        hash_map_retain: |hub, census| ten::<Vec<_>>(hub, census).into_iter().map(pair).collect::<HashMap<_, _>>(),
            |map, _| map.retain(|_, item| churned_is_even(item)),
            |map| map.len() == 5;
        hash_set_insert: |hub, _| HashSet::from([hub]),
            |set, census| set.extend(census.items(19)),
            |set| set.len() == 20;
        hash_set_retain: ten::<HashSet<_>>,
            |set, _| set.retain(churned_is_even),
            |set| set.len() == 5;
        btree_map_insert: |hub, _| BTreeMap::from([pair(hub)]),
            |map, census| map.extend(census.items(19).into_iter().map(pair)),
            |map| map.len() == 20;
        btree_map_entry: |hub, _| BTreeMap::from([pair(hub)]),
            |map, census| { map.entry(census.item()).or_insert_with(|| churned_item(census)); },
            |map| map.len() == 2;
        btree_map_retain: |hub, census| ten::<Vec<_>>(hub, census).into_iter().map(pair).collect::<BTreeMap<_, _>>(),
            |map, _| map.retain(|_, item| churned_is_even(item)),
            |map| map.len() == 5;
        btree_set_insert: |hub, _| BTreeSet::from([hub]),
            |set, census| set.extend(census.items(19)),
            |set| set.len() == 20;
        btree_set_retain: ten::<BTreeSet<_>>,
            |set, _| set.retain(churned_is_even),
            |set| set.len() == 5;
        string_extend: |hub, _| (String::from("a"), hub),
            |pair, _| pair.0.extend(std::iter::repeat_with(|| { churn(); 'a' }).take(99)),
            |pair| pair.0.len() == 100;
        string_retain: |hub, _| ("ab".repeat(9), hub),
            |pair, _| pair.0.retain(|char| { churn(); char == 'a' }),
            |pair| pair.0 == "a".repeat(9);
        option_get_or_insert: |hub, _| (None, hub),
            |pair, census| { pair.0.get_or_insert_with(|| churned_item(census)); },
            |pair| pair.0.is_some();
        // `get_mut` marks no cell as borrowed.
        cell_get_mut: |hub, census| Cell::new(ten::<Vec<_>>(hub, census)),
            |cell, _| cell.get_mut().sort(),
            |_| true;
        ref_cell_get_mut: |hub, census| RefCell::new(ten::<Vec<_>>(hub, census)),
            |cell, _| cell.get_mut().sort(),
            |cell| cell.borrow().is_sorted();
        once_cell_get_mut: |hub, census| OnceCell::from(ten::<Vec<_>>(hub, census)),
            |cell, _| cell.get_mut().expect("it is full").sort(),
            |cell| cell.get().is_some_and(|vec| vec.is_sorted());
    }

    #[test]
    fn mutation_of_an_untracked_object() {
        collect_all_the_time();
        let mut owner = Cc::new("ab".repeat(9));
        assert!(!gc::is_tracked(&owner));
        Cc::get_mut(&mut owner).expect("there is one pointer").retain(|char| {
            churn();
            char == 'a'
        });
        assert_eq!(*owner, "a".repeat(9));
        assert!(!gc::is_tracked(&owner));
    }

    #[test]
    fn mutation_that_panics() {
        let census = start();
        let hub = census.item();
        let mut owner = Cc::new(vec![hub.clone()]);
        let mutate = || {
            Cc::get_mut(&mut owner).expect("there is one pointer").retain(|_| {
                churn();
                panic!("expected by the test");
            });
        };
        catch_unwind(AssertUnwindSafe(mutate)).expect_err("it panics");
        assert_eq!(owner.len(), 1);
        finds_a_cycle_through(owner, hub, &census);
    }
}

#[test]
fn leaked_guard_only_leaks() {
    let census = start();
    let hub = census.item();
    let weak = Cc::downgrade(&hub);
    let mut owner = Cc::new(vec![hub.clone()]);
    mem::forget(Cc::get_mut(&mut owner));
    assert!(!gc::is_tracked(&owner));
    churn();

    hub.belong_to(owner);
    drop(hub);
    assert_eq!(collect(), 0);
    assert_eq!(census.alive(), 1);

    weak.upgrade().expect("it leaks").owner.take();
    census.assert_each_dropped_once();
}

#[test]
fn get_mut_wants_the_only_pointer() {
    let census = start();
    let mut owner = Cc::new(vec![census.item()]);

    let clone = owner.clone();
    assert!(Cc::get_mut(&mut owner).is_none());
    drop(clone);

    let weak = Cc::downgrade(&owner);
    assert!(Cc::get_mut(&mut owner).is_none());
    drop(weak);

    assert!(gc::is_tracked(&owner));
    assert!(Cc::get_mut(&mut owner).is_some());
}

#[test]
fn make_mut_of_the_only_pointer_stays_in_place() {
    let census = start();
    let hub = census.item();
    let mut owner = Cc::new(ten::<Vec<_>>(hub.clone(), &census));
    let address = Cc::as_ptr(&owner);

    Cc::make_mut(&mut owner).retain(churned_is_even);
    assert_eq!(Cc::as_ptr(&owner), address);
    assert_eq!(census.alive(), 5);
    finds_a_cycle_through(owner, hub, &census);
}

#[test]
fn make_mut_leaves_the_weak_pointers_behind() {
    let census = start();
    let hub = census.item();
    let mut owner = Cc::new(ten::<Vec<_>>(hub.clone(), &census));
    let weak = Cc::downgrade(&owner);
    let elements = owner.as_ptr();

    let mut guard = Cc::make_mut(&mut owner);
    assert!(weak.upgrade().is_none());
    assert_eq!(guard.as_ptr(), elements, "the value is moved, not cloned");
    guard.retain(churned_is_even);
    drop(guard);

    assert_eq!(census.alive(), 5);
    assert!(weak.upgrade().is_none());
    assert_eq!((Cc::strong_count(&owner), Cc::weak_count(&owner)), (1, 0));
    finds_a_cycle_through(owner, hub, &census);
}

#[test]
fn make_mut_of_a_shared_object_clones_it() {
    let census = start();
    let hub = census.item();
    let mut owner = Cc::new(ten::<Vec<_>>(hub.clone(), &census));
    let shared = owner.clone();
    let weak = Cc::downgrade(&shared);

    Cc::make_mut(&mut owner).retain(churned_is_even);
    assert!(!Cc::ptr_eq(&owner, &shared));
    assert_eq!((owner.len(), shared.len(), census.alive()), (5, 10, 10));
    assert_eq!((Cc::strong_count(&owner), Cc::strong_count(&shared)), (1, 1));
    assert!(Cc::ptr_eq(&weak.upgrade().expect("it is shared"), &shared));

    drop(shared);
    assert_eq!(census.alive(), 5);
    finds_a_cycle_through(owner, hub, &census);
}

#[test]
fn make_mut_takes_a_pointer_out_of_a_cycle() {
    let census = start();
    let hub = census.item();
    let mut owner = Cc::new(vec![hub.clone()]);
    hub.belong_to(owner.clone());
    drop(hub);

    Cc::make_mut(&mut owner).clear();
    gc::disable();
    assert_eq!(collect(), 2, "the hub, and the vec that it belongs to");
    assert!(gc::is_tracked(&owner));
    census.assert_each_dropped_once();
}

#[test]
fn make_mut_of_what_collects_when_cloned() {
    #[derive(Trace)]
    struct Churning(Cc<Item>);

    impl Clone for Churning {
        fn clone(&self) -> Churning {
            churn();
            Churning(self.0.clone())
        }
    }

    let census = start();
    let hub = census.item();
    let mut owner = Cc::new(vec![Churning(hub.clone())]);
    let shared = owner.clone();

    Cc::make_mut(&mut owner).extend_from_within(..);
    assert_eq!((owner.len(), shared.len(), Cc::strong_count(&hub)), (2, 1, 4));
    drop(shared);
    finds_a_cycle_through(owner, hub, &census);
}

#[test]
fn what_is_thawed_while_it_is_exclusively_accessed_is_thawed() {
    for thaw in [false, true] {
        let mut list = Cc::new(vec![Cc::new(1)]);
        gc::freeze();
        let guard = Cc::get_mut(&mut list).expect("the only pointer");
        assert_eq!(gc::get_freeze_count(), 0);
        if thaw {
            gc::unfreeze();
        }
        drop(guard);
        assert_eq!(gc::get_freeze_count(), usize::from(!thaw));
        assert_eq!(Cc::generation(&list), thaw.then_some(gc::Generation::Old));
    }
}
