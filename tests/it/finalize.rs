//! Finalizers, and callbacks on deaths: when they run, what they may do, and what becomes of the object.
//!
//! That they do what Python's do, in which order, is shown in `python/finalization.rs`, `python/gc/resurrection.rs`,
//! `python/weakref.rs` and `python/numbers.rs`.

use crate::support::{Deaths, collect_all_the_time};
use gc_core::gc;
use gc_core::{AnyCc, Cc, Finalize, Trace, Weak};
use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn push(&self, entry: impl Into<String>) {
        self.0.borrow_mut().push(entry.into());
    }

    #[track_caller]
    fn assert(&self, expected: &[&str]) {
        assert_eq!(self.0.take(), expected);
    }
}

type Act = Box<dyn FnOnce(&Actor)>;

/// A list that the collector looks at.
type List = Cc<Vec<Cc<u8>>>;

/// A node whose finalizer does what a test wants.
#[derive(Trace)]
#[trace(finalize)]
struct Actor {
    name: &'static str,
    me: Weak<Actor>,
    links: RefCell<Vec<Cc<Actor>>>,
    #[trace(skip)]
    act: RefCell<Option<Act>>,
    #[trace(skip)]
    leaf: Says,
}

struct Says(&'static str, Log);

impl Drop for Says {
    fn drop(&mut self) {
        self.1.push(format!("drop {}", self.0));
    }
}

impl Finalize for Actor {
    fn finalize(&self) {
        self.leaf.1.push(format!("finalize {}", self.name));
        assert!(self.me.upgrade().is_some(), "a finalizer sees its object alive");
        if let Some(act) = self.act.take() {
            act(self);
        }
    }
}

impl Actor {
    fn new(log: &Log, name: &'static str) -> Cc<Actor> {
        Cc::new_cyclic(|me| Actor {
            name,
            me: me.clone(),
            links: RefCell::default(),
            act: RefCell::default(),
            leaf: Says(name, log.clone()),
        })
    }

    fn acting(log: &Log, name: &'static str, act: impl FnOnce(&Actor) + 'static) -> Cc<Actor> {
        let actor = Actor::new(log, name);
        actor.act.replace(Some(Box::new(act)));
        actor
    }

    fn link(&self, target: &Cc<Actor>) {
        self.links.borrow_mut().push(target.clone());
    }
}

/// Links each to the next, and the last to the first.
fn close_ring(actors: &[Cc<Actor>]) {
    for (index, actor) in actors.iter().enumerate() {
        actor.link(&actors[(index + 1) % actors.len()]);
    }
}

/// Where a finalizer puts what it brings back.
type Shelf = Rc<RefCell<Vec<Cc<Actor>>>>;

#[test]
fn finalizers_run_in_the_order_of_birth_whatever_the_addresses() {
    gc::disable();
    let log = Log::default();
    // The slots in the middle are given to the youngest.
    let mut actors: Vec<_> = ["a", "x", "b", "y", "c"].map(|name| Actor::new(&log, name)).into();
    actors.remove(3);
    actors.remove(1);
    actors.extend(["d", "e"].map(|name| Actor::new(&log, name)));
    log.assert(&["finalize y", "drop y", "finalize x", "drop x"]);
    close_ring(&actors);
    actors.reverse();
    drop(actors);
    assert_eq!(gc::collect(), 5);
    let log = log.0.take();
    assert_eq!(log[..5], ["finalize a", "finalize b", "finalize c", "finalize d", "finalize e"]);
    assert_eq!(log.len(), 10);
}

#[test]
fn a_finalizer_that_kills_a_sibling_kills_it_at_once() {
    gc::disable();
    let log = Log::default();
    let killer = {
        let log = log.clone();
        Actor::acting(&log.clone(), "killer", move |me| {
            me.links.take();
            log.push("killed");
            // Its slot is used again before the collection goes on.
            let _new = Actor::new(&log, "new");
        })
    };
    let victim = Actor::new(&log, "victim");
    let tail = Actor::new(&log, "tail");
    killer.link(&victim);
    killer.link(&killer);
    victim.link(&tail);
    drop((killer, victim, tail));
    // All of them have died by count.
    assert_eq!(gc::collect(), 0);
    log.assert(&[
        "finalize killer",
        "finalize victim",
        "finalize tail",
        "drop tail",
        "drop victim",
        "killed",
        "finalize new",
        "drop new",
        "drop killer",
    ]);
}

/// Found by the oracle: it was called again when its turn in the collection came.
#[test]
fn what_dies_by_count_and_comes_back_during_a_collection_is_finalized_once() {
    gc::disable();
    let (log, shelf) = (Log::default(), Shelf::default());
    let killer = Actor::acting(&log, "killer", |me| drop(me.links.borrow_mut().pop()));
    let phoenix = {
        let shelf = shelf.clone();
        Actor::acting(&log, "phoenix", move |me| shelf.borrow_mut().extend(me.me.upgrade()))
    };
    killer.link(&killer);
    killer.link(&phoenix);
    drop((killer, phoenix));
    assert_eq!(gc::collect(), 1);
    log.assert(&["finalize killer", "finalize phoenix", "drop killer"]);
    drop(shelf.take());
    log.assert(&["drop phoenix"]);
}

#[test]
fn a_finalizer_may_take_a_sibling_apart() {
    gc::disable();
    let log = Log::default();
    let taken = Rc::new(Cell::new(false));
    let taker = {
        let taken = taken.clone();
        Actor::acting(&log, "taker", move |me| {
            let sibling = me.links.borrow_mut().remove(0);
            assert_eq!(Cc::strong_count(&sibling), 1, "the collector holds only whom it finalizes");
            let sibling = Cc::try_unwrap(sibling).unwrap_or_else(|_| panic!("the only pointer"));
            assert_eq!(sibling.name, "sibling");
            taken.set(true);
        })
    };
    let sibling = Actor::new(&log, "sibling");
    taker.link(&sibling);
    taker.link(&taker);
    drop((taker, sibling));
    // The taker still is a cycle.
    assert_eq!(gc::collect(), 1);
    assert!(taken.get());
    log.assert(&["finalize taker", "drop sibling", "drop taker"]);
}

#[test]
fn a_finalizer_may_take_exclusive_access_to_a_sibling() {
    gc::disable();
    let log = Log::default();
    #[derive(Trace)]
    #[trace(finalize)]
    struct Owner {
        me: RefCell<Option<Cc<Owner>>>,
        list: RefCell<Cc<Vec<Cc<Actor>>>>,
    }
    impl Finalize for Owner {
        fn finalize(&self) {
            let mut list = self.list.borrow_mut();
            let mut guard = Cc::get_mut(&mut list).expect("the only pointer");
            assert_eq!(gc::collect(), 0);
            guard.clear();
        }
    }
    let list = Cc::new(vec![Actor::new(&log, "a"), Actor::new(&log, "b")]);
    let owner = Cc::new(Owner { me: RefCell::default(), list: RefCell::new(list) });
    owner.me.replace(Some(owner.clone()));
    drop(owner);
    assert_eq!(gc::collect(), 1, "the list was spared by that, and then died with its owner");
    assert_eq!(gc::tracked_count(), 0);
    // They were made before the owner.
    log.assert(&["finalize a", "finalize b", "drop a", "drop b"]);
}

#[test]
fn a_guard_that_a_finalizer_leaks_only_leaks() {
    gc::disable();
    #[derive(Trace)]
    #[trace(finalize)]
    struct Owner {
        me: RefCell<Option<Cc<Owner>>>,
        list: RefCell<List>,
        #[trace(skip)]
        shelf: Rc<RefCell<Option<List>>>,
    }
    impl Finalize for Owner {
        fn finalize(&self) {
            let mut list = self.list.borrow_mut();
            mem::forget(Cc::get_mut(&mut list).expect("the only pointer"));
            self.shelf.replace(Some(list.clone()));
        }
    }
    let shelf: Rc<RefCell<Option<List>>> = Rc::default();
    let list = Cc::new(vec![Cc::new(1)]);
    let owner = Cc::new(Owner { me: RefCell::default(), list: RefCell::new(list), shelf: shelf.clone() });
    owner.me.replace(Some(owner.clone()));
    drop(owner);
    assert_eq!(gc::collect(), 1, "the owner alone");
    let list = shelf.take().unwrap();
    assert_eq!(*list[0], 1);
    assert!(!Cc::is_tracked(&list));
    // It is still counted.
    let weak = Cc::downgrade(&list);
    drop(list);
    assert!(weak.upgrade().is_none());
    assert_eq!(gc::tracked_count(), 0);
}

#[test]
fn an_untracked_object_is_finalized_once_too() {
    thread_local! {
        static SHELF: RefCell<Vec<Cc<Plain>>> = const { RefCell::new(Vec::new()) };
        static CALLS: Cell<u32> = const { Cell::new(0) };
    }
    #[derive(Trace)]
    #[trace(acyclic, finalize)]
    struct Plain(Weak<Plain>);
    impl Finalize for Plain {
        fn finalize(&self) {
            CALLS.set(CALLS.get() + 1);
            SHELF.with_borrow_mut(|shelf| shelf.extend(self.0.upgrade()));
        }
    }
    let plain = Cc::new_cyclic(|me| Plain(me.clone()));
    let weak = Cc::downgrade(&plain);
    assert!(!Cc::is_tracked(&plain));
    drop(plain);
    assert!(weak.upgrade().is_some() && CALLS.get() == 1);
    drop(SHELF.take());
    assert!(weak.upgrade().is_none() && CALLS.get() == 1);
}

#[test]
fn a_cell_passes_its_finalizer_on() {
    thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });
    #[derive(Trace)]
    #[trace(finalize)]
    struct Counts(RefCell<Option<Cc<RefCell<Counts>>>>);
    impl Finalize for Counts {
        fn finalize(&self) {
            CALLS.set(CALLS.get() + 1);
        }
    }
    let by_count = Cc::new(RefCell::new(Counts(RefCell::default())));
    drop(by_count);
    assert_eq!(CALLS.take(), 1);

    let cycle = Cc::new(RefCell::new(Counts(RefCell::default())));
    cycle.borrow().0.replace(Some(cycle.clone()));
    drop(cycle);
    assert_eq!(gc::collect(), 1);
    assert_eq!(CALLS.take(), 1);

    let borrowed = Cc::new(RefCell::new(Counts(RefCell::default())));
    mem::forget(borrowed.borrow_mut());
    drop(borrowed);
    assert_eq!(CALLS.take(), 0, "it cannot be reached any more");

    // A field of an object is not the object.
    drop(Cc::new(vec![Counts(RefCell::default())]));
    assert_eq!(CALLS.take(), 0);
}

/// The birth number stands behind the value, wherever that is.
#[test]
fn values_of_every_size_and_alignment_have_finalizers() {
    thread_local!(static ORDER: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) });
    macro_rules! shapes {
        ($($name:ident: $($align:literal)? $body:ty),+) => {$(
            $(#[repr(align($align))])?
            #[derive(Trace)]
            #[trace(finalize)]
            struct $name(#[trace(skip)] $body, RefCell<Option<Cc<Self>>>, u8);
            impl Finalize for $name {
                fn finalize(&self) {
                    assert_eq!((self.2, size_of_val(&self.0)), (7, size_of::<$body>()));
                    ORDER.with_borrow_mut(|order| order.push(size_of::<Self>()));
                }
            }
            impl $name {
                fn cycle(content: $body) -> usize {
                    let cc = Cc::new($name(content, RefCell::default(), 7));
                    cc.1.replace(Some(cc.clone()));
                    size_of::<Self>()
                }
            }
        )+};
    }
    shapes! { Small: (), Odd: [u8; 13], Aligned: 64 [u8; 3], Page: 4096 u8, Tall: [u8; 40_000], Large: [u8; 60_000] }
    let sizes = [
        Small::cycle(()),
        Odd::cycle([1; 13]),
        Aligned::cycle([1; 3]),
        Page::cycle(1),
        Tall::cycle([1; 40_000]),
        Large::cycle([1; 60_000]),
        Small::cycle(()),
    ];
    assert_eq!(gc::collect(), sizes.len());
    assert_eq!(ORDER.take(), sizes);
}

#[test]
fn a_long_chain_of_finalizers_needs_little_stack() {
    const LENGTH: usize = 100_000;
    fn chain(log: &Log, act: impl Fn() -> Option<Act>) -> Cc<Actor> {
        let mut head = Actor::new(log, "last");
        for _ in 1..LENGTH {
            let next = Actor::new(log, "next");
            next.act.replace(act());
            next.link(&head);
            head = next;
        }
        head
    }
    let run = || {
        gc::disable();
        let (log, shelf) = (Log::default(), Shelf::default());
        drop(chain(&log, || None));
        assert_eq!(log.0.take().len(), 2 * LENGTH);

        let (head, last) = (chain(&log, || None), Actor::new(&log, "end"));
        last.link(&head);
        let mut end = head.clone();
        while let Some(next) = { end.links.borrow().first().cloned() } {
            end = next;
        }
        end.link(&last);
        drop((head, last, end));
        assert_eq!(gc::collect(), LENGTH + 1);
        assert_eq!(log.0.take().len(), 2 * LENGTH + 2);

        // Each of them comes back once, when the one before is dead.
        let head = chain(&log, || {
            let shelf = shelf.clone();
            Some(Box::new(move |me| shelf.borrow_mut().extend(me.me.upgrade())))
        });
        drop(head);
        let mut returns = 0;
        while let Some(phoenix) = { shelf.borrow_mut().pop() } {
            returns += 1;
            drop(phoenix);
        }
        assert_eq!(returns, LENGTH - 1);
        assert_eq!(log.0.take().len(), 2 * LENGTH);
        assert_eq!(gc::tracked_count(), 0);
    };
    thread::Builder::new().stack_size(256 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn an_object_that_waits_for_its_finalizer_is_alive() {
    gc::disable();
    let (log, shelf) = (Log::default(), Shelf::default());
    // Deeper than destructors nest. The one at the end is looked for from the finalizers in front of it.
    let last = Actor::new(&log, "last");
    let mut head = last.clone();
    for _ in 0..60 {
        let (weak, shelf) = (Cc::downgrade(&last), shelf.clone());
        let next = Actor::acting(&Log::default(), "next", move |_| {
            let found = weak.upgrade();
            shelf.borrow_mut().clear();
            shelf.borrow_mut().extend(found);
            gc::collect();
        });
        next.link(&head);
        head = next;
    }
    drop((last, head));
    log.assert(&[]);
    let last = shelf.take().remove(0);
    assert!(!Cc::is_finalized(&last));
    drop(last);
    log.assert(&["finalize last", "drop last"]);
}

#[test]
fn panics_stop_nothing_and_the_first_goes_on() {
    gc::disable();
    for cyclic in [false, true] {
        let log = Log::default();
        let actors: Vec<_> =
            ["a", "b", "c"].map(|name| Actor::acting(&log, name, move |_| panic!("finalizer of {name}"))).into();
        for actor in &actors {
            let log = log.clone();
            let name = actor.name;
            Cc::on_drop(actor, move || {
                log.push(format!("callback {name}"));
                panic!("callback of {name}");
            });
        }
        if cyclic {
            close_ring(&actors);
        } else {
            actors[0].link(&actors[1]);
            actors[1].link(&actors[2]);
        }
        let first = actors.into_iter().next().unwrap();
        let panic = catch_unwind(AssertUnwindSafe(|| {
            drop(first);
            gc::collect();
        }));
        assert_eq!(*panic.unwrap_err().downcast::<String>().unwrap(), "finalizer of a");
        let log = log.0.take();
        assert_eq!(log.len(), 9, "{log:?}");
        assert_eq!(gc::collect(), 0);
        assert_eq!(gc::tracked_count(), 0);
    }
}

#[test]
fn the_panic_of_a_finalizer_in_an_automatic_collection_comes_out_of_new() {
    let log = Log::default();
    let actor = Actor::acting(&log, "a", |_| panic!("of a"));
    actor.link(&actor);
    drop(actor);
    gc::set_threshold(1, None, None);
    let deaths = Deaths::default();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _ = crate::support::Node::new(&deaths);
    }));
    assert_eq!(*panic.unwrap_err().downcast::<&str>().unwrap(), "of a");
    log.assert(&["finalize a", "drop a"]);
    assert_eq!(deaths.count(), 1, "the value that was to be put into the object");
}

/// Found by the oracle: the panic of a value that found no object is younger than the one for which it found none.
#[test]
fn the_panic_of_the_collection_is_older_than_that_of_the_value() {
    #[derive(Trace)]
    #[trace(finalize)]
    struct Maker(RefCell<Option<Cc<Actor>>>);
    impl Finalize for Maker {
        fn finalize(&self) {
            drop(Cc::new(vec![self.0.take()]));
        }
    }
    let log = Log::default();
    let cargo = Actor::acting(&log, "cargo", |_| panic!("second"));
    let maker = Cc::new(Maker(RefCell::new(Some(cargo))));
    let ring = Actor::acting(&log, "ring", |_| panic!("first"));
    ring.link(&ring);
    drop(ring);
    gc::set_threshold(1, None, None);
    let panic = catch_unwind(AssertUnwindSafe(|| drop(maker)));
    assert_eq!(*panic.unwrap_err().downcast::<&str>().unwrap(), "first");
    log.assert(&["finalize ring", "drop ring", "finalize cargo", "drop cargo"]);
    assert_eq!(gc::tracked_count(), 0);
}

#[test]
fn finalizers_that_allocate_under_a_small_threshold() {
    collect_all_the_time();
    let (log, made) = (Log::default(), Rc::new(Cell::new(0)));
    for _ in 0..50 {
        let actors: Vec<_> = ["a", "b", "c"]
            .map(|name| {
                let (log, made) = (log.clone(), made.clone());
                Actor::acting(&log.clone(), name, move |me| {
                    let new = Actor::new(&log, "new");
                    new.link(&me.me.upgrade().unwrap());
                    me.link(&new);
                    assert!(gc::collect() < usize::MAX);
                    made.set(made.get() + 1);
                })
            })
            .into();
        close_ring(&actors);
    }
    gc::collect();
    gc::collect();
    assert_eq!(made.get(), 150);
    assert_eq!(gc::tracked_count(), 0);
    let log = log.0.take();
    assert_eq!(log.iter().filter(|entry| entry.starts_with("drop")).count(), 300);
    assert_eq!(log.iter().filter(|entry| entry.starts_with("finalize")).count(), 300);
}

#[test]
fn a_value_that_is_taken_out_is_not_finalized_but_its_callbacks_run() {
    let log = Log::default();
    for take in [|actor| drop(Cc::try_unwrap(actor)), |actor: Cc<Actor>| drop(Cc::into_inner(actor))] {
        let actor = Actor::new(&log, "a");
        let callback = log.clone();
        let handle = Cc::on_drop(&actor, move || callback.push("callback"));
        take(actor);
        assert!(!handle.is_alive());
        log.assert(&["callback", "drop a"]);
    }
}

#[test]
fn a_value_that_moves_away_from_its_weak_pointers_is_finalized_once() {
    thread_local! {
        static CALLS: Cell<u32> = const { Cell::new(0) };
        static SHELF: RefCell<Option<Cc<Movable>>> = const { RefCell::new(None) };
    }
    #[derive(Trace, Clone)]
    #[trace(finalize)]
    struct Movable(Option<Weak<Movable>>);
    impl Finalize for Movable {
        fn finalize(&self) {
            CALLS.set(CALLS.get() + 1);
            SHELF.set(self.0.as_ref().and_then(Weak::upgrade));
        }
    }
    // Before its finalizer is called, and after.
    let mut fresh = Cc::new(Movable(None));
    let weak = Cc::downgrade(&fresh);
    let called = Rc::new(Cell::new(false));
    Cc::on_drop(&fresh, {
        let called = called.clone();
        move || called.set(true)
    });
    drop(Cc::make_mut(&mut fresh));
    assert!(weak.upgrade().is_none() && called.get() && !Cc::is_finalized(&fresh));
    drop(fresh);
    assert_eq!(CALLS.take(), 1);

    drop(Cc::new_cyclic(|me| Movable(Some(me.clone()))));
    let mut finalized = SHELF.take().expect("it came back");
    drop(Cc::make_mut(&mut finalized));
    assert!(Cc::is_finalized(&finalized));
    drop(finalized);
    assert_eq!(CALLS.take(), 1);
}

#[test]
fn make_mut_is_exclusive_while_callbacks_run() {
    let mut list = Cc::new(vec![Cc::new(1)]);
    let weak = Cc::downgrade(&list);
    let found: Rc<RefCell<Vec<AnyCc>>> = Rc::default();
    Cc::on_drop(&list, {
        let found = found.clone();
        move || found.borrow_mut().extend(gc::get_objects())
    });
    let mut guard = Cc::make_mut(&mut list);
    assert!(weak.upgrade().is_none() && found.borrow().is_empty(), "nobody else has got at the value");
    guard.push(Cc::new(2));
    drop(guard);
    assert_eq!(list.len(), 2);
}

#[test]
fn a_freeze_in_a_finalizer_leaves_the_condemned_alone() {
    gc::disable();
    let (log, shelf) = (Log::default(), Shelf::default());
    let bystander = Actor::new(&log, "bystander");
    let phoenix = {
        let shelf = shelf.clone();
        Actor::acting(&log, "phoenix", move |me| {
            gc::freeze();
            assert_eq!(gc::get_freeze_count(), 1);
            shelf.borrow_mut().extend(me.me.upgrade());
        })
    };
    let other = Actor::acting(&log, "other", |_| gc::unfreeze());
    phoenix.link(&phoenix);
    other.link(&other);
    drop((phoenix, other));
    assert_eq!(gc::collect(), 1);
    assert_eq!((gc::get_freeze_count(), shelf.borrow().len()), (0, 1));
    drop((bystander, shelf.take()));
    assert_eq!(gc::collect(), 1);
    assert_eq!(gc::tracked_count(), 0);
}

/// What hangs from frozen garbage is found alive, and declared clean, while it is frozen; the lemma of the suspects
/// would then fail for the cycle that goes through both.
#[test]
fn a_cycle_half_of_which_was_frozen_is_found_after_the_thaw() {
    gc::disable();
    let log = Log::default();
    let frozen = Actor::new(&log, "frozen");
    gc::freeze();
    let other = Actor::new(&log, "other");
    frozen.link(&other);
    other.link(&frozen);
    let outside = other.clone();
    drop((frozen, other));
    assert_eq!(gc::collect(), 0);
    drop(outside);
    assert_eq!(gc::collect(), 0, "the frozen object is a root");
    assert_eq!(gc::collect(), 0);
    gc::unfreeze();
    assert_eq!(gc::collect(), 2);
}

#[test]
fn handles_of_callbacks() {
    let log = Log::default();
    let actor = Actor::new(&log, "a");
    let calls = Rc::new(Cell::new(0));
    let count = || {
        let calls = calls.clone();
        move || {
            calls.set(calls.get() + 1);
            calls.get()
        }
    };
    let called = Cc::on_drop(&actor, count());
    assert_eq!((called.call(), called.call(), called.is_alive()), (Some(1), None, false));
    let detached = Cc::on_drop(&actor, count());
    let callback = detached.detach().expect("it has not run");
    assert!(!detached.is_alive() && detached.detach().is_none() && detached.call().is_none());
    let clone = Cc::on_drop(&actor, count()).clone();
    assert!(clone.is_alive() && !clone.at_exit());
    drop(actor);
    assert_eq!((calls.get(), clone.is_alive(), clone.call()), (2, false, None));
    assert_eq!(callback(), 3);
}

#[test]
fn callbacks_that_are_called_off_do_not_pile_up() {
    let cc = Cc::new(5);
    let alive = Rc::new(());
    for _ in 0..100_000 {
        let captured = alive.clone();
        let handle = Cc::on_drop(&cc, move || drop(captured));
        handle.detach();
        let captured = alive.clone();
        drop(Cc::watch(&cc, move || drop(captured)));
    }
    assert_eq!(Rc::strong_count(&alive), 1);
    // Each watch was an object, whose memory a weak pointer of the registry keeps until it is pruned.
    let watch = Cc::watch(&cc, || ());
    assert!(watch.is_alive());
    drop(cc);
    assert!(!watch.is_alive());
}

#[test]
fn a_watch_is_silent_when_it_dies_first_or_together() {
    gc::disable();
    #[derive(Trace, Default)]
    struct Holder {
        watches: RefCell<Vec<gc_core::Watch>>,
        links: RefCell<Vec<Cc<Holder>>>,
    }
    let calls = Rc::new(Cell::new(0));
    let watch = |holder: &Cc<Holder>| {
        let calls = calls.clone();
        Cc::watch(holder, move || calls.set(calls.get() + 1))
    };
    let [a, b] = [(); 2].map(|()| Cc::new(Holder::default()));
    a.links.borrow_mut().push(b.clone());
    b.links.borrow_mut().push(a.clone());
    let (inside, before, outside) = (watch(&b), watch(&b), watch(&b));
    a.watches.borrow_mut().push(inside);
    drop(before);
    drop((a, b));
    assert_eq!(gc::collect(), 3, "the watch inside is an object too");
    assert_eq!(calls.get(), 1);
    assert!(!outside.is_alive());
}

#[test]
fn callbacks_may_do_anything() {
    gc::disable();
    let log = Log::default();
    for cyclic in [false, true] {
        let actor = Actor::new(&log, "a");
        let (other, callback_log) = (Actor::new(&log, "b"), log.clone());
        other.link(&other);
        Cc::on_drop(&actor, move || {
            let expected = usize::from(!cyclic);
            drop(other);
            assert_eq!(gc::collect(), expected, "an ordinary collection, but not inside another");
            let new = Actor::new(&callback_log, "c");
            Cc::on_drop(&new, || ());
            gc::freeze();
            gc::unfreeze();
        });
        if cyclic {
            actor.link(&actor);
        }
        drop(actor);
        gc::collect();
        gc::collect();
        assert_eq!(gc::tracked_count(), 0);
        let log = log.0.take();
        assert_eq!(log.iter().filter(|entry| entry.starts_with("drop")).count(), 3, "{log:?}");
    }
}

/// A list of `length` objects that die one inside the other, the last of which has a callback.
fn nested(length: usize, callback: impl FnOnce() + 'static) -> Cc<Option<AnyCc>> {
    let last = Cc::new(None);
    Cc::on_drop(&last, callback);
    (1..length).fold(last, |next, _| Cc::new(Some(next.into())))
}

/// What a callback lets go is dead when the drop, or the collection, in which it runs is over, however deep that is.
#[test]
fn what_a_callback_drops_does_not_wait_for_ever() {
    gc::disable();
    for length in 1..60 {
        for cyclic in [false, true] {
            let log = Log::default();
            let dropped = Actor::new(&log, "dropped");
            let chain = nested(length, move || drop(dropped));
            let holder = Cc::new(RefCell::new(vec![AnyCc::from(chain)]));
            if cyclic {
                let me = AnyCc::from(&holder);
                holder.borrow_mut().push(me);
            }
            drop(holder);
            assert_eq!(gc::collect(), if cyclic { length + 1 } else { 0 });
            log.assert(&["finalize dropped", "drop dropped"]);
            assert_eq!(gc::tracked_count(), 0);
        }
    }
}

#[test]
fn a_long_chain_of_callbacks_needs_little_stack() {
    let run = || {
        gc::disable();
        // With a value, and without one.
        let mut chain = Cc::new(1_u8);
        let mut empty = Cc::<Vec<u8>>::new_uninit();
        for _ in 0..100_000 {
            let (next, next_empty) = (Cc::new(1_u8), Cc::<Vec<u8>>::new_uninit());
            Cc::on_drop(&next, move || drop(chain));
            Cc::on_drop(&next_empty, move || drop(empty));
            (chain, empty) = (next, next_empty);
        }
        drop((chain, empty));
    };
    thread::Builder::new().stack_size(256 * 1024).spawn(run).unwrap().join().unwrap();
}
