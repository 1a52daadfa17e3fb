//! The weak containers of `test_weakref` (`MappingTestCase`) and `test_weakset`. What the tests of the different ones
//! have in common is written once.

use super::{Census, Keyed, Life, Object, fresh};
use gc_core::gc;
use gc_core::weak::{WeakKeyMap, WeakSet, WeakValueMap};
use gc_core::{Cc, Trace};
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

type KeyMap = WeakKeyMap<Keyed, i32>;
type ValueMap = WeakValueMap<i32, Keyed>;
type Set = WeakSet<Keyed>;

type Iter<'a, T> = Box<dyn Iterator<Item = T> + 'a>;

/// What a weak container of any kind does with objects, under Python's names.
trait Container: Clone + Default {
    /// `dict[o] = o.arg`, or `dict[o.arg] = o`, or `set.add(o)`. Gives whether that is new.
    fn add(&self, o: &Cc<Keyed>) -> bool;
    /// Whether the object, or an equal one, is a member, or one's key or value.
    fn contains(&self, o: &Cc<Keyed>) -> bool;
    /// Gives whether there was anything to remove.
    fn discard(&self, o: &Cc<Keyed>) -> bool;
    fn clear(&self);
    fn len(&self) -> usize;
    fn objects(&self) -> Iter<'_, Cc<Keyed>>;
    /// Each of the iterators that there are, over the objects' arguments.
    fn iterator(&self, index: usize) -> Option<Iter<'_, i32>>;
}

impl Container for KeyMap {
    fn add(&self, o: &Cc<Keyed>) -> bool {
        self.insert(o, Cc::new(o.arg)).is_none()
    }

    fn contains(&self, o: &Cc<Keyed>) -> bool {
        assert!(self.get(o).is_none_or(|arg| *arg == o.arg));
        self.contains_key(o)
    }

    fn discard(&self, o: &Cc<Keyed>) -> bool {
        self.remove(o).is_some()
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn objects(&self) -> Iter<'_, Cc<Keyed>> {
        Box::new(self.keys())
    }

    fn iterator(&self, index: usize) -> Option<Iter<'_, i32>> {
        match index {
            0 => Some(Box::new(self.keys().map(|o| o.arg))),
            1 => Some(Box::new(self.values().map(|arg| *arg))),
            2 => Some(Box::new(self.iter().inspect(|(o, arg)| assert_eq!(o.arg, **arg)).map(|(o, _)| o.arg))),
            _ => None,
        }
    }
}

impl Container for ValueMap {
    fn add(&self, o: &Cc<Keyed>) -> bool {
        self.insert(o.arg, o).is_none()
    }

    fn contains(&self, o: &Cc<Keyed>) -> bool {
        assert!(self.get(&o.arg).is_none_or(|other| other.arg == o.arg));
        self.contains_key(&o.arg)
    }

    fn discard(&self, o: &Cc<Keyed>) -> bool {
        self.remove(&o.arg).is_some()
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn objects(&self) -> Iter<'_, Cc<Keyed>> {
        Box::new(self.values())
    }

    fn iterator(&self, index: usize) -> Option<Iter<'_, i32>> {
        match index {
            0 => Some(Box::new(self.keys())),
            1 => Some(Box::new(self.values().map(|o| o.arg))),
            2 => Some(Box::new(self.iter().inspect(|(arg, o)| assert_eq!(o.arg, *arg)).map(|(arg, _)| arg))),
            _ => None,
        }
    }
}

impl Container for Set {
    fn add(&self, o: &Cc<Keyed>) -> bool {
        self.insert(o)
    }

    fn contains(&self, o: &Cc<Keyed>) -> bool {
        self.contains(o)
    }

    fn discard(&self, o: &Cc<Keyed>) -> bool {
        self.remove(o)
    }

    fn clear(&self) {
        self.clear();
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn objects(&self) -> Iter<'_, Cc<Keyed>> {
        Box::new(self.iter())
    }

    fn iterator(&self, index: usize) -> Option<Iter<'_, i32>> {
        (index == 0).then(|| Box::new(self.iter().map(|o| o.arg)) as Iter<'_, i32>)
    }
}

fn filled<C: Container>(objects: &[Cc<Keyed>]) -> C {
    let container = C::default();
    objects.iter().for_each(|o| assert!(container.add(o)));
    assert_eq!(container.len(), objects.len());
    container
}

const N: usize = 20;

/// So many objects that refer to themselves.
fn loops(census: &Census) -> Vec<Cc<Keyed>> {
    (0..).take(N).map(|arg| Keyed::looped(arg, census)).collect()
}

/// An iterator keeps no object alive. What it has given does, as long as it is kept.
fn check_len_cycles<C: Container>() {
    fresh();
    for kept in [0, 1] {
        let census = Census::default();
        let items = loops(&census);
        let container = filled::<C>(&items);
        drop(items);
        let mut it = container.objects();
        let first = it.next().filter(|_| kept == 1);
        assert_eq!((container.len(), census.dropped()), (N, 0));
        assert_eq!((gc::collect(), container.len(), census.dropped()), (N - kept, kept, N - kept));
        assert!(it.next().is_none());
        drop((it, first));
        assert_eq!((gc::collect(), container.len(), census.dropped()), (kept, 0, N));
    }
}

/// Collections by themselves, at any time.
fn check_len_race<C: Container>() {
    fresh();
    gc::set_verify(false);
    let (mut while_iterating, mut afterwards) = (0, 0);
    for threshold in 1..100 {
        gc::collect_generation(gc::Generation::Young);
        gc::set_threshold(threshold, threshold, threshold);
        gc::enable();
        let census = Census::default();
        let items = loops(&census);
        let container = filled::<C>(&items);
        drop(items);
        // Allocations, which are what sets off collections.
        let allocate = || (0..threshold.div_ceil(2)).map(|_| Object::new(&census)).collect::<Vec<_>>();
        let mut it = container.objects();
        let first = it.next();
        let junk = allocate();
        let n1 = container.len();
        drop((it, first));
        let more = allocate();
        let n2 = container.len();
        assert!(n2 <= n1 && n1 <= N, "{n2} <= {n1}");
        while_iterating += N - n1;
        afterwards += n1 - n2;
        gc::disable();
        drop((junk, more));
        gc::collect();
        assert_eq!((container.len(), census.alive()), (0, 0));
    }
    assert!(while_iterating > 0 && afterwards > 0, "there were collections: {while_iterating}, {afterwards}");
}

#[test]
fn test_weak_keyed_len_cycles() {
    check_len_cycles::<KeyMap>();
}

#[test]
fn test_weak_valued_len_cycles() {
    check_len_cycles::<ValueMap>();
}

/// `test_weakset`'s.
#[test]
fn test_len_cycles() {
    check_len_cycles::<Set>();
}

#[test]
fn test_weak_keyed_len_race() {
    check_len_race::<KeyMap>();
}

#[test]
fn test_weak_valued_len_race() {
    check_len_race::<ValueMap>();
}

/// `test_weakset`'s.
#[test]
fn test_len_race() {
    check_len_race::<Set>();
}

/// Objects, a container of them, and what counts them.
struct Fixture<C> {
    census: Census,
    objects: Vec<Cc<Keyed>>,
    container: Rc<C>,
}

impl<C: Container> Fixture<C> {
    fn new() -> Fixture<C> {
        fresh();
        let census = Census::default();
        let objects: Vec<_> = (0..10).map(|arg| Keyed::new(arg, &census)).collect();
        let container = Rc::new(filled(&objects));
        Fixture { census, objects, container }
    }

    /// Lets the last of the objects die. Gives its argument.
    fn destroy(&mut self) -> i32 {
        let arg = self.objects.pop().expect("there are enough").arg;
        assert_eq!(gc::collect(), 0);
        arg
    }

    /// Does something with the container, and a new object that is equal to one which has died in the course of an
    /// iteration. Gives the new object.
    fn while_iterating(&mut self, f: impl FnOnce(&C, &Cc<Keyed>)) -> Cc<Keyed> {
        let container = self.container.clone();
        let mut it = container.objects();
        assert!(it.next().is_some());
        let recreated = Keyed::new(self.destroy(), &self.census);
        f(&container, &recreated);
        assert!(it.all(|o| container.contains(&o)), "what has been removed is passed over");
        recreated
    }

    fn end(self) {
        drop(self.objects);
        assert_eq!((self.container.len(), self.census.alive()), (0, 0));
    }
}

fn sorted(args: impl Iterator<Item = i32>) -> Vec<i32> {
    let mut args: Vec<_> = args.collect();
    args.sort_unstable();
    args
}

/// An object dies after the first step of an iteration, which then passes over it.
fn check_destroy_while_iterating<C: Container>() {
    let mut fixture = Fixture::<C>::new();
    let container = fixture.container.clone();
    for index in 0.. {
        let Some(mut it) = container.iterator(index) else { break };
        let n = container.len();
        let first = it.next().expect("it is not empty");
        let destroyed = fixture.destroy();
        let seen = sorted(it.chain([first]).filter(|&arg| arg != destroyed));
        assert_eq!(seen, fixture.objects.iter().map(|o| o.arg).collect::<Vec<_>>());
        assert_eq!(container.len(), n - 1);
    }
    fixture.end();
    assert_eq!(container.len(), 0);
}

/// The container is changed, too.
fn check_destroy_and_mutate_while_iterating<C: Container>() {
    let mut fixture = Fixture::<C>::new();
    fixture.while_iterating(|container, o| assert!(!container.contains(o)));
    let o = fixture.while_iterating(|container, o| assert!(!container.discard(o)));
    assert!(!fixture.container.contains(&o));
    drop(o);
    let kept = fixture.while_iterating(|container, o| assert!(container.add(o)));
    assert!(fixture.container.contains(&kept));
    assert!(fixture.container.objects().any(|o| Cc::ptr_eq(&o, &kept)), "it is itself");

    let copy = C::clone(&fixture.container);
    fixture.while_iterating(|container, _| copy.objects().for_each(|o| assert!(!container.add(&o), "it is there")));
    let members = |container: &C| sorted(container.objects().map(|o| o.arg));
    assert_eq!(members(&fixture.container), members(&copy));
    assert_eq!(copy.len(), fixture.objects.len() + 1);
    fixture.while_iterating(|container, _| container.clear());
    assert_eq!((fixture.container.len(), copy.len()), (0, fixture.objects.len() + 1));
    drop(kept);
    fixture.end();
    assert_eq!(copy.len(), 0);
}

/// Its length is right, where entries go for one reason and the other.
fn check_del_and_len_while_iterating<C: Container>() {
    let mut fixture = Fixture::<C>::new();
    let o = Keyed::new(123_456, &fixture.census);
    let [first, second] = [fixture.objects[0].clone(), fixture.objects[1].clone()];
    let n = fixture.container.len();
    fixture.while_iterating(|container, _| {
        assert_eq!(container.len(), n - 1);
        assert!(container.discard(&first));
        assert_eq!(container.len(), n - 2);
        assert!(container.add(&o));
        assert_eq!(container.len(), n - 1);
    });
    fixture.while_iterating(|container, _| {
        assert_eq!(container.len(), n - 2);
        assert!(container.discard(&o));
        assert_eq!(container.len(), n - 3);
    });
    fixture.while_iterating(|container, _| {
        assert_eq!(container.len(), n - 4);
        assert!(container.discard(&second));
        assert_eq!(container.len(), n - 5);
    });
    fixture.while_iterating(|container, _| {
        assert_eq!(container.len(), n - 6);
        container.clear();
        assert_eq!(container.len(), 0);
    });
    drop((first, second, o));
    fixture.end();
}

#[test]
fn test_weak_keys_destroy_while_iterating() {
    check_destroy_while_iterating::<KeyMap>();
    check_destroy_and_mutate_while_iterating::<KeyMap>();
    check_del_and_len_while_iterating::<KeyMap>();
}

#[test]
fn test_weak_values_destroy_while_iterating() {
    check_destroy_while_iterating::<ValueMap>();
    check_destroy_and_mutate_while_iterating::<ValueMap>();
    check_del_and_len_while_iterating::<ValueMap>();
}

/// `test_weakset`'s.
#[test]
fn test_weak_destroy_while_iterating() {
    check_destroy_while_iterating::<Set>();
}

/// `test_weakset`'s.
#[test]
fn test_weak_destroy_and_mutate_while_iterating() {
    check_destroy_and_mutate_while_iterating::<Set>();
    check_del_and_len_while_iterating::<Set>();
}

/// An object that is looked up by itself is found without a call of `eq`. So it is looked up by an equal one.
#[test]
fn test_weak_keyed_cascading_deletes() {
    #[derive(Trace)]
    struct C {
        value: i32,
        #[trace(skip)]
        mutate: Rc<RefCell<Option<Vec<Cc<C>>>>>,
        #[trace(skip)]
        life: Life,
    }
    impl Hash for C {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.value.hash(state);
        }
    }
    impl PartialEq for C {
        fn eq(&self, other: &C) -> bool {
            // Drops the last strong pointer to a key.
            let last = self.mutate.borrow_mut().as_mut().and_then(Vec::pop);
            drop(last);
            self.value == other.value
        }
    }
    impl Eq for C {}

    fresh();
    let census = Census::default();
    // The strong pointers, for as long as `eq` changes what it should not.
    let mutate = Rc::new(RefCell::new(None));
    let c = |value| Cc::new(C { value, mutate: mutate.clone(), life: census.life() });
    let d = WeakKeyMap::new();
    let objs: Vec<_> = (0..4).map(c).collect();
    objs.iter().for_each(|o| assert!(d.insert(o, Cc::new(o.value)).is_none()));
    assert_eq!((d.len(), objs[0].life.0.alive()), (4, 4));

    mutate.replace(Some(objs));
    let key = |index: usize| mutate.borrow().as_ref().and_then(|objs: &Vec<Cc<C>>| objs.get(index).map(|o| o.value));
    let mut count = 0;
    while let Some(value) = key(count) {
        assert_eq!(d.remove(&c(value)).as_deref(), Some(&value));
        count += 1;
    }
    let objs = mutate.take();
    assert_eq!((d.len(), count, objs.map(|objs| objs.len())), (0, 2, Some(2)));
    assert_eq!((census.made(), census.dropped()), (6, 6));
}

#[test]
fn test_weak_valued_consistency() {
    fresh();
    let census = Census::default();
    let d = ValueMap::new();
    let wr = Keyed::looped(1, &census);
    assert!(d.insert(10, &wr).is_none());
    drop(wr);
    // A value that is not garbage replaces it.
    let o = Keyed::looped(2, &census);
    assert!(d.insert(10, &o).is_some_and(|old| old.arg == 1));
    assert_eq!((gc::collect(), census.dropped()), (1, 1));
    assert_eq!(d.len(), 1);
    assert!(d.get(&10).is_some_and(|value| Cc::ptr_eq(&value, &o)));
    drop(o);
    assert_eq!((gc::collect(), d.len(), census.dropped()), (1, 0, 2));
}

/// A heap belongs to a thread. In place of another thread that collects all the time, allocations do.
#[test]
fn test_threaded_weak_valued_consistency() {
    const ROUNDS: usize = 20_000;
    fresh();
    gc::set_verify(false);
    gc::set_threshold(7, 3, 3);
    gc::enable();
    let census = Census::default();
    let d = ValueMap::new();
    for _ in 0..ROUNDS {
        let o = Keyed::looped(1, &census);
        d.insert(10, &o);
        assert_eq!(d.len(), 1);
        assert!(d.get(&10).is_some_and(|value| Cc::ptr_eq(&value, &o)));
    }
    gc::disable();
    assert!(gc::get_stats().iter().all(|stats| stats.collections > 1));
    gc::collect();
    assert_eq!((d.len(), census.made(), census.dropped()), (0, ROUNDS, ROUNDS));
}
