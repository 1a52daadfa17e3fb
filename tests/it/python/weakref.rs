//! `test_weakref`, but for its containers. Python's `ref(o)` is a [`Weak`], `ref(o, callback)` is [`Cc::watch`], and
//! `weakref.finalize` is [`Cc::on_drop`].

use super::{Calls, Census, Keyed, Life, Log, Mortal, Object, Sink, fresh, interpreter};
use gc_core::gc;
use gc_core::weak::{WeakKeyMap, WeakSet};
use gc_core::{AnyCc, Cc, OnDrop, Trace, Watch, Weak};
use static_assertions::assert_not_impl_any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::{self, Rc};
use std::thread;

/// Calls `check` with pointers to objects of several kinds: in place of Python's instance, function and bound method, a
/// tracked one, one that is not, one of another type, a large one and one with an alignment of its own.
macro_rules! for_each_kind {
    ($check:ident) => {{
        let census = Census::default();
        $check(Object::new(&census));
        $check(census.leaf());
        $check(Cc::new((Object::new(&census), 5)));
        $check(Cc::new((Object::new(&census), [0_u64; 10_000])));
        $check(Cc::new(Aligned { _object: Object::new(&census) }));
        assert_eq!((census.made(), census.dropped()), (5, 5));
    }};
}

#[derive(Trace)]
#[repr(align(4096))]
struct Aligned {
    _object: Cc<Object>,
}

#[test]
fn test_basic_ref() {
    fn check_basic_ref<T: ?Sized + 'static>(o: Cc<T>) {
        let wr = Cc::downgrade(&o);
        assert!(wr.upgrade().is_some_and(|o2| Cc::ptr_eq(&o, &o2)));
        assert_eq!(format!("{wr:?}"), "(Weak)");
        drop(o);
        assert!(wr.upgrade().is_none());
        assert_eq!(format!("{wr:?}"), "(Weak)");
    }
    fresh();
    for_each_kind!(check_basic_ref);
}

#[test]
fn test_basic_callback() {
    fn check_basic_callback<T: ?Sized + 'static>(o: Cc<T>) {
        let (calls, wr) = (Calls::default(), Cc::downgrade(&o));
        let (inner, seen) = (calls.clone(), wr.clone());
        let watch = Cc::watch(&o, move || {
            assert!(seen.upgrade().is_none());
            inner.count();
        });
        assert!(watch.is_alive());
        assert!(wr.upgrade().is_some());
        drop(o);
        assert_eq!((calls.get(), watch.is_alive()), (1, false));
        drop(watch);
        assert_eq!((gc::collect(), calls.get()), (0, 1));
    }
    fresh();
    for_each_kind!(check_basic_callback);
}

#[test]
fn test_multiple_callbacks() {
    fresh();
    let (census, cbcalled) = (Census::default(), Calls::default());
    let o = Object::new(&census);
    let watches = [(); 2].map(|()| Cc::watch(&o, cbcalled.counting()));
    let wr = Cc::downgrade(&o);
    drop(o);
    assert!(wr.upgrade().is_none() && watches.iter().all(|watch| !watch.is_alive()));
    assert_eq!((cbcalled.get(), census.dropped()), (2, 1));
}

#[test]
fn test_multiple_selfref_callbacks() {
    fresh();
    let census = Census::default();
    let c = Object::new(&census);
    let (refs, seen) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
    for _ in 0..2 {
        let (inner, seen) = (refs.clone(), seen.clone());
        let watch = Cc::watch(&c, move || {
            let look = |(wr, watch): &(Weak<Object>, Watch)| (wr.upgrade().is_some(), watch.is_alive());
            seen.borrow_mut().extend(inner.borrow().iter().map(look));
        });
        refs.borrow_mut().push((Cc::downgrade(&c), watch));
    }
    drop(c);
    // The reference that was made first is called back last. It is dead by then, its callback still to come.
    assert_eq!(seen.take(), [(false, true), (false, false), (false, false), (false, false)]);
    assert_eq!(census.dropped(), 1);
    drop(refs.take());
}

/// There are no proxies; their place is taken by weak pointers.
#[test]
fn test_getweakrefcount() {
    fresh();
    let census = Census::default();
    let o = Object::new(&census);
    let refs = [Cc::downgrade(&o), Cc::downgrade(&o)];
    assert_eq!(Cc::weak_count(&o), 2);
    let proxies = refs.clone();
    assert_eq!((Cc::weak_count(&o), AnyCc::from(&o).weak_count()), (4, 4));
    drop((refs, proxies));
    assert_eq!(Cc::weak_count(&o), 0);
    assert_eq!(Cc::weak_count(&Cc::new(1)), 0);
    // One with a callback is not counted: it is an object, to which the one that it watches has no pointer.
    let watch = Cc::watch(&o, || ());
    assert_eq!((Cc::weak_count(&o), watch.is_alive(), gc::tracked_count()), (0, true, 2));
}

/// The object dies while a panic unwinds the stack, which goes on with the panic that it was.
#[test]
fn test_callbacks_protected() {
    struct BogusError(u32);
    fresh();
    let (census, data) = (Census::default(), Rc::new(RefCell::new(Vec::new())));
    for round in 1..=2 {
        let unwound = catch_unwind(AssertUnwindSafe(|| {
            let f = Object::new(&census);
            let inner = data.clone();
            let watch = Cc::watch(&f, move || {
                assert!(thread::panicking());
                // This drops the weak reference whose callback this is.
                drop(inner.borrow_mut().pop().expect("it has been put there"));
            });
            data.borrow_mut().push(watch);
            resume_unwind(Box::new(BogusError(round)));
        }));
        let error = unwound.expect_err("a panic").downcast::<BogusError>().expect("the one that was raised");
        assert_eq!((error.0, data.borrow().len(), census.dropped()), (round, 0, round as usize));
    }
}

#[test]
fn test_sf_bug_840829() {
    fresh();
    let census = Census::default();
    let found = Rc::new(RefCell::new(Vec::new()));
    let collecting = || {
        let (census, found) = (census.clone(), found.clone());
        move || {
            drop(Object::looped(&census));
            found.borrow_mut().push(gc::collect());
        }
    };
    let c = Object::new(&census);
    let wr = Cc::watch(&c, collecting());
    drop(c);
    assert_eq!((found.take(), census.dropped()), (vec![1], 2));
    drop(wr);

    let (c1, c2, i) = (Object::new(&census), Object::new(&census), Object::new(&census));
    let wr = Cc::watch(&i, collecting());
    c1.set("i", &i);
    c2.set("c1", &c1);
    drop((i, c1));
    assert_eq!(census.dropped(), 2);
    drop(c2);
    assert_eq!((found.take(), census.dropped()), (vec![1], 6));
    drop(wr);

    // And in the middle of a longer death.
    let chain: Vec<_> = (0..100).map(|_| Object::new(&census)).collect();
    chain.windows(2).for_each(|pair| pair[0].set("next", &pair[1]));
    let watches: Vec<_> = chain.iter().map(|object| Cc::watch(object, collecting())).collect();
    let first = chain[0].clone();
    drop(chain);
    assert!(found.borrow().is_empty());
    drop(first);
    assert_eq!((found.take(), census.dropped()), (vec![1; 100], 206));
    assert!(watches.iter().all(|watch| !watch.is_alive()));
    assert_eq!((gc::collect(), census.alive()), (0, 0));
}

/// A callback is not an object, and cannot be looked into: what it needs of the garbage, it refers to weakly. (With a
/// strong pointer it would keep everything alive.) The numbers are `CPython`'s less the callbacks.
#[test]
fn test_callback_in_cycle() {
    fresh();
    let (census, calls) = (Census::default(), Calls::default());
    let (i, j) = (Object::looped(&census), Object::looped(&census));
    i.set("J", &j);
    let (me, acallback) = (Cc::downgrade(&i), calls.counting());
    i.keep(Cc::watch(&j, move || {
        acallback();
        assert!(me.upgrade().is_some_and(|me| me.get::<Object>("J").is_some()));
    }));
    drop((i, j));
    assert_eq!((gc::collect(), calls.get(), census.dropped()), (3, 0, 2));
    assert_eq!(gc::collect(), 0);
}

/// As that of `test_callback_in_cycle`, the callback is no object.
#[test]
fn test_callback_reachable_one_way() {
    fresh();
    let (census, calls) = (Census::default(), Calls::default());
    let (c1, c2) = (Object::new(&census), Object::looped(&census));
    c2.set("c1", &c1);
    c2.keep(Cc::watch(&c1, calls.counting()));
    drop((c1, c2));
    assert_eq!((gc::collect(), calls.get(), census.dropped()), (3, 0, 2));
    assert_eq!(gc::collect(), 0);
}

/// As `test_callback_reachable_one_way`, where the object that dies is of another type: one that is not tracked, too.
#[test]
fn test_callback_different_classes() {
    fresh();
    let (census, calls) = (Census::default(), Calls::default());
    let (c1, c2) = (census.leaf(), Object::looped(&census));
    c2.set("c1", &c1);
    c2.keep(Cc::watch(&c1, calls.counting()));
    assert!(!gc::is_tracked(&c1));
    drop((c1, c2));
    assert_eq!((gc::collect(), calls.get(), census.dropped()), (2, 0, 2), "one of the three is not tracked");

    let (c1, c2) = (Mortal::new(&census, drop), Object::looped(&census));
    c2.set("c1", &c1);
    c2.keep(Cc::watch(&c1, calls.counting()));
    drop((c1, c2));
    assert_eq!((gc::collect(), calls.get(), census.dropped()), (3, 0, 4));
    assert_eq!(gc::collect(), 0);
}

/// The class is an object that its instances refer to.
#[test]
fn test_callback_in_cycle_resurrection() {
    fresh();
    let (census, alist) = (Census::default(), Log::default());
    let (class, c1, c2) = (Object::new(&census), Object::new(&census), Object::new(&census));
    for (c, other) in [(&c1, &c2), (&c2, &c1)] {
        c.set("class", &class);
        c.set("c", other);
        c.keep(Cc::watch(other, alist.noting("acallback")));
    }
    let (wr, reference) = (Cc::watch(&class, alist.noting("C went away")), Cc::downgrade(&class));
    drop((class, c1, c2));
    assert!(alist.take().is_empty(), "dropping the pointers is not enough to free anything");

    assert_eq!((gc::collect(), census.dropped()), (5, 3));
    assert_eq!(alist.take(), ["C went away"]);
    assert!(reference.upgrade().is_none() && !wr.is_alive());
    assert_eq!(gc::collect(), 0);
    assert!(alist.take().is_empty());
}

/// The bound method that serves as a callback is an object of its own, which the owner of the weak reference owns too.
#[test]
fn test_callbacks_on_callback() {
    fresh();
    let (census, alist) = (Census::default(), Log::default());
    let (c, d, callback) = (Object::new(&census), Object::new(&census), Object::new(&census));
    c.set("other", &d);
    d.set("other", &c);
    callback.set("self", &c);
    c.set("callback", &callback);
    c.keep(Cc::watch(&d, alist.noting("cb called")));
    d.keep(Cc::watch(&callback, alist.noting("cb called")));
    let (external_wr, reference) =
        (Cc::watch(&callback, alist.noting("safe_callback called")), Cc::downgrade(&callback));
    assert!(reference.upgrade().is_some_and(|object| Cc::ptr_eq(&object, &callback)));

    drop((callback, c, d));
    assert!(alist.take().is_empty());
    assert_eq!((gc::collect(), census.dropped()), (5, 3));
    assert_eq!(alist.take(), ["safe_callback called"]);
    assert!(reference.upgrade().is_none() && !external_wr.is_alive());
    assert_eq!(gc::collect(), 0);
    assert!(alist.take().is_empty());
}

/// Makes references of every age to an object, where a collection is due at every other allocation, and garbage of
/// them. Gives how many collections there were, and how many of these while a reference was made.
fn check_gc_during_creation(
    census: &Census,
    calls: &Calls,
    makeref: impl Fn(&Cc<Object>) -> Option<Watch>,
) -> (usize, usize) {
    fresh();
    let collections = || gc::get_stats().map(|stats| stats.collections).iter().sum::<usize>();
    gc::set_threshold(1, 1, 1);
    gc::collect();
    let referenced = Object::new(census);
    let (start, mut meanwhile, mut spare) = (collections(), 0, Vec::new());
    gc::enable();
    let mut a = Object::new(census);
    for round in 0..20 {
        if round % 3 == 0 {
            // Shifts the moments at which a collection is due.
            spare.push(Object::new(census));
        }
        a.set("a", &a);
        let before = collections();
        let first = makeref(&referenced);
        meanwhile += collections() - before;
        if let Some(first) = first {
            a.keep(first);
        }
        // Now the object and the reference are garbage.
        a = Object::new(census);
        let before = collections();
        drop(makeref(&referenced));
        meanwhile += collections() - before;
    }
    gc::disable();
    let all = collections() - start;
    drop((a, spare));
    gc::collect();
    assert_eq!((census.made(), census.dropped(), calls.get()), (29, 28, 0));
    drop(referenced);
    assert_eq!(census.dropped(), 29);
    assert_eq!(gc::tracked_count(), 0);
    (all, meanwhile)
}

#[test]
fn test_gc_during_ref_creation() {
    let (census, calls) = (Census::default(), Calls::default());
    let (all, meanwhile) =
        check_gc_during_creation(&census, &calls, |referenced| Some(Cc::watch(referenced, calls.counting())));
    assert!(all >= 20 && meanwhile >= 10, "{meanwhile} of {all}");
    assert_eq!(calls.get(), 0, "none of them is left when the object dies");
}

/// There are no proxies. Weak pointers and the callbacks of `on_drop`, of which this is in their place, are no objects,
/// so no collection starts while one is made, but between.
#[test]
fn test_gc_during_proxy_creation() {
    let (census, calls) = (Census::default(), Calls::default());
    let (all, meanwhile) = check_gc_during_creation(&census, &calls, |referenced| {
        let wr = Cc::downgrade(referenced);
        assert!(wr.upgrade().is_some_and(|object| Cc::ptr_eq(&object, referenced)));
        drop(Cc::on_drop(referenced, calls.counting()));
        None
    });
    assert!(all >= 10, "{all}");
    assert_eq!((meanwhile, calls.get()), (0, 40), "nobody needs to keep them");
}

#[test]
fn test_ref_created_during_del() {
    fresh();
    for cycle in [false, true] {
        let (census, ref_from_del) = (Census::default(), Rc::new(OnceCell::new()));
        let global = ref_from_del.clone();
        let w = Mortal::new(&census, move |me| {
            let wr = Cc::downgrade(&me);
            assert!(wr.upgrade().is_some_and(|object| Cc::ptr_eq(&object, &me)));
            assert!(global.set(wr).is_ok());
        });
        if cycle {
            w.set("me", &w);
        }
        drop(w);
        assert_eq!((gc::collect(), census.dropped()), (usize::from(cycle), 1));
        let wr: &Weak<Mortal> = ref_from_del.get().expect("the finalizer has run");
        assert!(wr.upgrade().is_none() && wr.clone().upgrade().is_none());
        assert_eq!((wr.strong_count(), census.finalized()), (0, 1));
    }
}

/// Weak pointers are not compared with `==`. `ptr_eq` is of the objects, and stays what it is when they die; a strong
/// pointer is compared as its object, one without a type by identity.
#[test]
fn test_equality() {
    assert_not_impl_any!(Weak<i32>: PartialEq, PartialEq<Cc<i32>>);
    fresh();
    let census = Census::default();
    let (x, y, z) = (Keyed::new(1, &census), Keyed::new(1, &census), Keyed::new(2, &census));
    assert!(x == y && x != z && !Cc::ptr_eq(&x, &y));
    let any = [&x, &y, &z].map(AnyCc::from);
    assert!(any[0] == AnyCc::from(&x) && any[0] != any[1] && any[0] != any[2]);
    drop(any);

    let (a, b, c, d) = (Cc::downgrade(&x), Cc::downgrade(&y), Cc::downgrade(&z), Cc::downgrade(&x));
    let compare = || [&a, &b, &c, &d].map(|wr| a.ptr_eq(wr));
    assert_eq!(compare(), [true, false, false, true]);
    drop((x, y, z));
    assert_eq!(gc::collect(), 0);
    assert!([&a, &b, &c, &d].iter().all(|wr| wr.upgrade().is_none()));
    assert_eq!((compare(), census.dropped()), ([true, false, false, true], 3));
}

/// Weak pointers are not hashed, but what holds objects weakly by their hash is: it remembers the hash of what is dead.
/// Strong pointers are hashed as their objects, those without a type by identity.
#[test]
fn test_hashing() {
    #[derive(Trace)]
    struct Counting {
        value: Cell<i32>,
        #[trace(skip)]
        hashed: Calls,
    }
    impl Hash for Counting {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.hashed.count();
            self.value.get().hash(state);
        }
    }
    impl PartialEq for Counting {
        fn eq(&self, other: &Counting) -> bool {
            self.value == other.value
        }
    }
    impl Eq for Counting {}

    assert_not_impl_any!(Weak<i32>: Hash);
    fresh();
    let census = Census::default();
    let (x, y) = (Keyed::new(42, &census), Keyed::new(42, &census));
    let state = RandomState::new();
    assert_eq!((state.hash_one(&x), state.hash_one(&x)), (state.hash_one(42), state.hash_one(&y)));
    let set = HashSet::from([AnyCc::from(&x)]);
    assert!(set.contains(&AnyCc::from(&x)) && !set.contains(&AnyCc::from(&y)));

    let hashed = Calls::default();
    let [a, b] = [1, 2].map(|value| Cc::new(Counting { value: Cell::new(value), hashed: hashed.clone() }));
    let set = WeakSet::new();
    assert!(set.insert(&a) && set.insert(&b));
    assert_eq!((set.len(), hashed.get()), (2, 2));
    // Under the hash that it had.
    a.value.set(3);
    drop(a);
    assert_eq!((set.len(), hashed.get()), (1, 2));
    assert!(set.contains(&b));
}

#[test]
fn test_trashcan_16602() {
    #[derive(Trace)]
    struct C {
        me: Weak<C>,
        wparent: OnceCell<Watch>,
        #[trace(skip)]
        life: Life,
    }
    /// A chain of objects, each of which the map gives to the one before, and which look for themselves when that dies;
    /// all the callbacks are older, or younger, than what the map has to do. Gives how often a callback found its
    /// owner.
    fn run(callback_first: bool) -> usize {
        let (census, found) = (Census::default(), Calls::default());
        let c = || Cc::new_cyclic(|me| C { me: me.clone(), wparent: OnceCell::new(), life: census.life() });
        let d = WeakKeyMap::by_identity();
        let root = c();
        let mut last = root.clone();
        for _ in 0..100 {
            let (parent, child) = (last, c());
            let watch = |child: &C| {
                let (wself, found) = (child.me.clone(), found.clone());
                let cb = move || {
                    if let Some(o) = wself.upgrade() {
                        assert!(Cc::strong_count(&o) > 1 && o.life.0.alive() > 0);
                        found.count();
                    }
                };
                assert!(child.wparent.set(Cc::watch(&parent, cb)).is_ok());
            };
            if callback_first {
                watch(&child);
            }
            assert!(d.insert(&parent, child.clone()).is_none());
            if !callback_first {
                watch(&child);
            }
            last = child;
        }
        assert_eq!(d.len(), 100);
        // Everything hangs from it, but for the last.
        drop(root);
        assert_eq!((d.len(), census.dropped()), (0, 100));
        assert_eq!(Cc::strong_count(&last), 1);
        drop(last);
        assert_eq!((gc::collect(), census.dropped(), gc::tracked_count()), (0, 101, 0));
        found.get()
    }
    fresh();
    // The younger goes first: the map, which had the only pointer to the owner of the callback (but for the last),
    assert_eq!(run(true), 1);
    // or the callback, whose owner the map has still.
    assert_eq!(run(false), 100);
}

#[test]
fn test_callback_gcs() {
    fresh();
    for cycle in [false, true] {
        let (census, found) = (Census::default(), Rc::new(RefCell::new(Vec::new())));
        let x = Mortal::new(&census, drop);
        let inner = found.clone();
        let ref1 = Cc::watch(&x, move || inner.borrow_mut().push(gc::collect()));
        if cycle {
            x.set("me", &x);
        }
        drop(x);
        assert_eq!(gc::collect(), usize::from(cycle));
        assert_eq!((found.take(), census.finalized(), census.dropped()), (vec![0], 1, 1));
        assert!(!ref1.is_alive());
    }
}

/// A value is dropped field by field, so that the weak reference has to stand before the object: that it is so in
/// Python is up to the class. In a collection the order is of no consequence.
#[test]
fn test_subclass_refs_with_cycle() {
    #[derive(Trace)]
    struct MyRef {
        watch: Watch,
        r: OnceCell<Cc<MyRef>>,
        o: OnceCell<Cc<Object>>,
    }
    #[derive(Trace)]
    struct Cyclic {
        o: Cc<Object>,
        r: OnceCell<Cc<Cyclic>>,
        watch: Watch,
    }
    fresh();
    let (census, cbcalled) = (Census::default(), Calls::default());
    let my_ref = |o: &Cc<Object>| {
        let watch = Cc::watch(o, cbcalled.counting());
        Cc::new(MyRef { watch, r: OnceCell::new(), o: OnceCell::new() })
    };
    let o = Object::new(&census);
    let r1 = my_ref(&o);
    assert!(r1.o.set(o).is_ok() && r1.watch.is_alive());
    drop(r1);
    assert_eq!((census.dropped(), cbcalled.get()), (1, 0));

    let o = Object::new(&census);
    let (r1, r2) = (my_ref(&o), my_ref(&o));
    assert!(r1.r.set(r2.clone()).is_ok() && r2.o.set(o).is_ok());
    drop(r2);
    assert_eq!((census.dropped(), cbcalled.get()), (1, 0));
    drop(r1);
    assert_eq!((census.dropped(), cbcalled.get()), (2, 0));
    assert_eq!((gc::collect(), gc::tracked_count()), (0, 0));

    let o = Object::new(&census);
    let watch = Cc::watch(&o, cbcalled.counting());
    let cyclic = Cc::new(Cyclic { o, r: OnceCell::new(), watch });
    assert!(cyclic.r.set(cyclic.clone()).is_ok() && cyclic.watch.is_alive() && Cc::strong_count(&cyclic.o) == 1);
    drop(cyclic);
    assert_eq!((gc::collect(), census.dropped(), cbcalled.get()), (3, 3, 0));
}

/// A weak method is a closure with a weak pointer, or whatever else holds one. It makes no cycle, with a callback
/// neither, and is freed without a collection.
#[test]
fn test_no_cycles() {
    fresh();
    let census = Census::default();
    let o = Object::new(&census);
    let wr = Cc::downgrade(&o);
    let weak_method = move || wr.upgrade().is_some_and(|o| o.del("some attribute"));
    let callback = Rc::new(());
    let r = (Cc::watch(&o, capture(&callback)), Cc::on_drop(&o, capture(&callback)));
    assert!(!weak_method() && r.0.is_alive() && r.1.is_alive());
    assert_eq!((gc::tracked_count(), Cc::strong_count(&o), Rc::strong_count(&callback)), (2, 1, 3));
    assert!(r.1.detach().is_some());
    drop((weak_method, r));
    assert_eq!((gc::tracked_count(), Cc::weak_count(&o), Rc::strong_count(&callback)), (1, 0, 1));
    drop(o);
    assert_eq!((gc::collect(), gc::tracked_count(), census.dropped()), (0, 0, 1));
}

/// A callback that owns something.
fn capture(owned: &Rc<()>) -> impl FnOnce() + 'static {
    let owned = owned.clone();
    move || drop(owned)
}

/// There is no `peek`: a closure cannot be looked into. It is what `detach` gives.
#[test]
fn test_finalize() {
    fresh();
    let census = Census::default();
    let a = Object::new(&census);
    let res = Rc::new(RefCell::new(Vec::new()));
    let add = |x: i32, y: i32, z: i32| {
        let res = res.clone();
        move || {
            res.borrow_mut().push(x + y + z);
            x + y + z
        }
    };
    let assert_over = |f: &OnDrop<i32>| {
        assert_eq!((f.call(), f.call(), f.is_alive()), (None, None, false));
        assert!(f.detach().is_none());
    };

    let f = Cc::on_drop(&a, add(67, 43, 89));
    assert!(f.is_alive());
    assert_eq!(f.call(), Some(199));
    assert_over(&f);
    assert_over(&f.clone());
    assert_eq!(res.take(), [199]);

    let f = Cc::on_drop(&a, add(67, 43, 89));
    let detached = f.detach().expect("it has not been called");
    assert_over(&f);
    assert!(res.take().is_empty());
    assert_eq!((detached(), res.take()), (199, vec![199]));

    let f = Cc::on_drop(&a, add(67, 43, 89));
    drop(a);
    assert_over(&f);
    assert_eq!((res.take(), census.dropped()), (vec![199], 1));
}

/// What Python checks of the arguments, the compiler does. That they arrive is left.
#[test]
fn test_arg_errors() {
    fresh();
    let census = Census::default();
    let a = Object::new(&census);
    type Call = (Vec<i32>, Vec<(&'static str, i32)>);
    let res = Rc::new(RefCell::new(Vec::<Call>::new()));
    let (args, kwargs, inner) = (vec![1, 2], vec![("func", 3), ("obj", 4)], res.clone());
    let f = Cc::on_drop(&a, move || inner.borrow_mut().push((args, kwargs)));
    assert_eq!(f.call(), Some(()));
    assert_eq!(res.take(), [(vec![1, 2], vec![("func", 3), ("obj", 4)])]);
    drop(a);
    assert!(res.take().is_empty() && census.dropped() == 1);
}

#[test]
fn test_order() {
    fresh();
    let (census, res) = (Census::default(), Log::default());
    let a = Object::new(&census);
    let [f1, f2, f3, f4, f5] = ["f1", "f2", "f3", "f4", "f5"].map(|name| Cc::on_drop(&a, res.noting(name)));
    // The finalizers themselves stay.
    drop((f1, f4));
    assert!(f2.is_alive() && f3.is_alive() && f5.is_alive());
    assert!(f5.detach().is_some());
    assert!(!f5.is_alive());

    assert_eq!(f5.call(), None);
    res.note("A");
    assert_eq!(f3.call(), Some(()));
    assert!(!f3.is_alive());
    res.note("B");
    assert_eq!(f3.call(), None);
    res.note("C");
    drop(a);
    assert!(!f2.is_alive());
    res.note("D");
    assert_eq!(f2.call(), None);
    assert_eq!(res.take(), ["A", "f3", "B", "C", "f4", "f2", "f1", "D"]);
    assert_eq!(census.dropped(), 1);
}

#[test]
fn test_all_freed() {
    fresh();
    let (census, calls) = (Census::default(), Calls::default());
    let a = Object::new(&census);
    let owned = Rc::new(());
    let (callback, called) = (capture(&owned), calls.counting());
    let f = Cc::on_drop(&a, move || {
        callback();
        called();
    });
    let wr_callback: rc::Weak<()> = Rc::downgrade(&owned);
    drop((owned, f));
    assert!(wr_callback.upgrade().is_some(), "the registry has it");
    assert_eq!(calls.get(), 0);
    drop(a);
    assert!(wr_callback.upgrade().is_none());
    assert_eq!((calls.get(), census.dropped(), gc::tracked_count()), (1, 1, 0));

    // So it is where it does not come to a call.
    let a = Object::new(&census);
    let owned = Rc::new(());
    let f = Cc::on_drop(&a, capture(&owned));
    drop(f.detach());
    assert_eq!(Rc::strong_count(&owned), 1);
    drop((f, a));
    assert_eq!(census.dropped(), 2);
}

/// At the end of a thread run only those that are told to. In place of a class, which is never freed, they belong to an
/// object that outlives the heap, in a thread-local variable that was there before. What still waits then, runs when
/// the object dies; in Python nothing dies any more.
#[test]
fn test_atexit() {
    struct Cls {
        lines: Sink,
        _object: Cc<Object>,
    }
    impl Drop for Cls {
        fn drop(&mut self) {
            say(&self.lines, "cls goes");
        }
    }
    fn say(lines: &Sink, line: &str) {
        lines.0.lock().expect("no panic").push(line.into());
    }
    thread_local! {
        static CLS: OnceCell<Cls> = const { OnceCell::new() };
    }
    let (census, lines) = (Census::default(), Sink::default());
    let (inner, said) = (census.clone(), lines.clone());
    let child = move || {
        CLS.with(|_| ());
        let cls = Object::new(&inner);
        let print = |name: &'static str| {
            let said = said.clone();
            Cc::on_drop(&cls, move || say(&said, name))
        };
        let f1 = print("f1 foobar");
        let f2 = print("f2 foobar");
        let (wr, out) = (Cc::downgrade(&cls), said.clone());
        let error = move || {
            // From inside a finalizer that is called at exit: this is the next to be run.
            let cls = wr.upgrade().expect("it stays alive");
            let said = out.clone();
            Cc::on_drop(&cls, move || say(&said, "g1")).set_at_exit(true);
            say(&out, "f3 error");
            resume_unwind(Box::new("ZeroDivisionError"));
        };
        let f3 = Cc::on_drop(&cls, error);
        let f4 = print("f4 foobar");
        assert!(!f1.at_exit());
        f1.set_at_exit(true);
        f3.set_at_exit(true);
        f4.set_at_exit(true);
        assert!(f1.at_exit() && !f2.at_exit() && f3.at_exit() && f4.at_exit());
        CLS.with(|slot| assert!(slot.set(Cls { lines: said.clone(), _object: cls }).is_ok()));
    };
    thread::spawn(child).join().expect("what a finalizer panics with is nobody's any more");
    assert_eq!(lines.take(), ["f4 foobar", "f3 error", "g1", "f1 foobar", "cls goes", "f2 foobar"]);
    assert_eq!((census.made(), census.dropped()), (1, 1));

    // And an object that is garbage by then runs all of them, as ever when one dies.
    let (inner, said) = (census.clone(), lines.clone());
    let (written, result) = interpreter(move || {
        let o = Object::looped(&inner);
        for (name, at_exit) in [("f1", true), ("f2", false)] {
            let said = said.clone();
            Cc::on_drop(&o, move || say(&said, name)).set_at_exit(at_exit);
        }
    });
    assert!(result.is_ok() && written.is_empty());
    assert_eq!((lines.take(), census.dropped()), (vec!["f2".to_owned(), "f1".to_owned()], 2));
}
