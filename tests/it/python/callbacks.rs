//! `test_gc.GCCallbackTests`, `GCTogglingTests` and `IncrementalGCTests`.

use super::{Census, Detector, Mortal, Object, QUIET, fresh};
use gc_core::gc::{self, CallbackId, Collection, Generation, Phase};
use gc_core::{AnyCc, Cc, Trace, Weak};
use std::cell::{OnceCell, RefCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

/// What a callback was told.
#[derive(Clone, Debug, PartialEq)]
struct Visit {
    callback: u8,
    phase: Phase,
    generation: Generation,
    collected: usize,
    uncollectable: usize,
    resurrected: usize,
}

/// `GCCallbackTests`' fixture: two callbacks that take notes.
struct Fixture {
    visits: Rc<RefCell<Vec<Visit>>>,
    callbacks: [CallbackId; 2],
}

impl Fixture {
    fn set_up() -> Fixture {
        gc::disable();
        gc::set_debug(QUIET);
        let visits: Rc<RefCell<Vec<Visit>>> = Rc::default();
        let callbacks = [1, 2].map(|callback| {
            let visits = visits.clone();
            gc::callbacks().add(move |phase, info: &Collection| {
                visits.borrow_mut().push(Visit {
                    callback,
                    phase,
                    generation: info.generation,
                    collected: info.collected,
                    uncollectable: info.uncollectable,
                    resurrected: info.resurrected,
                });
                if phase == Phase::Start {
                    assert!(info.duration.is_zero() && (info.candidates, info.survivors, info.bytes) == (0, 0, 0));
                }
                assert_eq!(gc::collect(), 0, "a collection is running");
            })
        });
        assert_eq!(gc::callbacks().len(), 2);
        assert_eq!(gc::collect(), 0);
        visits.take();
        Fixture { visits, callbacks }
    }

    /// What a collection that the callbacks ought to have seen should have told them.
    fn expect(&self, generation: Generation, collected: usize, resurrected: usize) {
        let expected = [(Phase::Start, 0, 0), (Phase::Stop, collected, resurrected)];
        let expected: Vec<_> = expected
            .iter()
            .flat_map(|&(phase, collected, resurrected)| {
                let visit = Visit { callback: 0, phase, generation, collected, uncollectable: 0, resurrected };
                [1, 2].map(|callback| Visit { callback, ..visit })
            })
            .collect();
        assert_eq!(self.visits.take(), expected);
    }

    fn tear_down(self) {
        for callback in self.callbacks {
            assert!(gc::callbacks().remove(callback));
            assert!(!gc::callbacks().remove(callback));
        }
        assert!(gc::callbacks().is_empty());
        assert_eq!((gc::collect(), gc::garbage().len()), (0, 0));
        assert!(self.visits.borrow().is_empty(), "they are called no more");
        assert_eq!(Rc::strong_count(&self.visits), 1, "nor kept");
    }
}

#[test]
fn test_collect() {
    let fixture = Fixture::set_up();
    assert_eq!(gc::collect(), 0);
    fixture.expect(Generation::Old, 0, 0);
    let census = Census::default();
    (0..3).for_each(|_| drop(Object::looped(&census)));
    assert_eq!((gc::collect(), census.dropped()), (3, 3));
    fixture.expect(Generation::Old, 3, 0);
    fixture.tear_down();
}

#[test]
fn test_collect_generation() {
    let fixture = Fixture::set_up();
    for generation in [Generation::Old, Generation::Young, Generation::Middle] {
        assert_eq!(gc::collect_generation(generation), 0);
        fixture.expect(generation, 0, 0);
    }
    fixture.tear_down();
}

/// Nothing is uncollectable. In place of such objects there are some that put themselves into `gc::garbage()`, and are
/// collected in the end; then some whose destructors panic, and which are collected all the same.
#[test]
fn test_collect_garbage() {
    let fixture = Fixture::set_up();
    let census = Census::default();
    let uncollectable = || {
        let [a, b] = [(); 2].map(|()| Mortal::new(&census, |me| gc::garbage().push(me)));
        a.set("partner", &b);
        b.set("partner", &a);
    };
    uncollectable();
    uncollectable();
    drop(Object::looped(&census));
    assert_eq!((gc::collect(), census.dropped(), census.finalized()), (1, 1, 4));
    fixture.expect(Generation::Old, 1, 4);
    assert_eq!(gc::garbage().len(), 4);
    assert!(gc::garbage().to_vec().iter().all(AnyCc::is::<Mortal>));
    assert_eq!(gc::collect(), 0);
    fixture.expect(Generation::Old, 0, 0);

    // CPython's test, too, keeps one of them in a variable, and with it the pair.
    let kept = gc::garbage().to_vec().pop();
    gc::garbage().clear();
    assert_eq!((gc::collect(), census.dropped()), (2, 3));
    fixture.expect(Generation::Old, 2, 0);
    assert!(gc::garbage().is_empty());
    drop(kept);
    assert_eq!((gc::collect(), census.dropped(), census.finalized()), (2, 5, 4));
    fixture.expect(Generation::Old, 2, 0);

    let panicking = || Mortal::saying(&census, drop, || resume_unwind(Box::new("as it is meant to")));
    for _ in 0..2 {
        let [a, b] = [panicking(), panicking()];
        a.set("partner", &b);
        b.set("partner", &a);
    }
    drop(Object::looped(&census));
    let panic = catch_unwind(AssertUnwindSafe(gc::collect)).expect_err("a panic");
    assert_eq!(panic.downcast_ref(), Some(&"as it is meant to"));
    assert_eq!((census.dropped(), census.finalized()), (10, 8));
    fixture.expect(Generation::Old, 5, 0);
    assert!(gc::garbage().is_empty());
    fixture.tear_down();
}

/// What `test_bug1055820c` and `d` share: `c0` is old, and only `c1` keeps it alive; `c1` and `c2` are young garbage.
/// Allocates until there is a collection.
fn collect_young_that_owns_old<T: Trace>(census: &Census, c0: Cc<T>, c2: Cc<Object>, ouch: &Rc<RefCell<Vec<bool>>>) {
    assert_eq!(Cc::generation(&c0), Some(Generation::Old));
    let c1 = Object::looped(census);
    c1.set("keep_c0_alive", &c0);
    drop((c0, c1, c2));

    let before = gc::get_stats();
    let detector = Detector::new(census);
    let allocated = detector.allocate(census, || assert!(ouch.borrow().is_empty()));
    assert!(allocated.is_some(), "gc did not happen after 10,000 allocations");
    assert_eq!(ouch.take(), [false], "it was called, once, and saw c2 dead");
    let after = gc::get_stats();
    assert_eq!(after.map(|stats| stats.collections), [before[0].collections + 1, 0, before[2].collections]);
    // `c1`, `c2`, and what the detector detects; `c0` is not among the objects of that generation.
    assert_eq!(after[0].collected - before[0].collected, 3);
}

#[test]
fn test_bug1055820c() {
    fresh();
    gc::enable();
    let (census, ouch) = (Census::default(), Rc::new(RefCell::new(Vec::new())));
    let c0 = Object::looped(&census);
    // To the old ones.
    gc::collect();
    assert!(c0.del("loop"));
    let c2 = Object::looped(&census);
    let (c2wr, seen) = (Cc::downgrade(&c2), ouch.clone());
    let c0wr = Cc::watch(&c0, move || seen.borrow_mut().push(c2wr.upgrade().is_some()));
    collect_young_that_owns_old(&census, c0, c2, &ouch);
    assert!(!c0wr.is_alive());
    gc::disable();
    gc::collect();
    assert_eq!(census.alive(), 0);
}

/// What the finalizer sees dead, the destructor does too.
#[test]
fn test_bug1055820d() {
    fresh();
    gc::enable();
    let (census, ouch, late) = (Census::default(), Rc::default(), Rc::default());
    let c2wr: Rc<OnceCell<Weak<Object>>> = Rc::default();
    let looking = |seen: &Rc<RefCell<Vec<bool>>>| {
        let (c2wr, seen) = (c2wr.clone(), seen.clone());
        move || seen.borrow_mut().push(c2wr.get().expect("it has been set").upgrade().is_some())
    };
    let finalizer = looking(&ouch);
    let d0 = Mortal::saying(&census, move |_| finalizer(), looking(&late));
    d0.set("loop", &d0);
    gc::collect();
    assert!(d0.del("loop"));
    let c2 = Object::looped(&census);
    assert!(c2wr.set(Cc::downgrade(&c2)).is_ok());
    collect_young_that_owns_old(&census, d0, c2, &ouch);
    assert_eq!(late.take(), [false]);
    gc::disable();
    gc::collect();
    assert_eq!((census.finalized(), census.alive()), (1, 0));
}

#[test]
fn test_indirect_calls_with_gc_disabled() {
    fresh();
    gc::set_threshold(1000, 0, 0);
    gc::enable();
    let census = Census::default();
    let detector = Detector::new(&census);
    // The detector consists of two objects.
    assert_eq!(detector.allocate(&census, || ()), Some(999));
    gc::disable();
    let detector = Detector::new(&census);
    assert_eq!(detector.allocate(&census, || ()), None);
    gc::enable();
    assert_eq!(detector.allocate(&census, || ()), Some(999));
    gc::disable();
    gc::collect();
    assert_eq!(census.alive(), 0);
}

#[test]
fn test_threshold_zero() {
    fresh();
    gc::set_threshold(0, None, None);
    gc::enable();
    let census = Census::default();
    let detector = Detector::new(&census);
    let before = gc::get_stats();
    for _ in 0..5 {
        assert_eq!(detector.allocate(&census, || ()), None);
    }
    let junk: Vec<_> = (0..50_000).map(|_| Object::new(&census)).collect();
    assert_eq!(gc::get_stats(), before);
    assert!(!detector.gc_happened());
    assert_eq!(gc::collect(), 1);
    assert!(detector.gc_happened());
    drop(junk);
    assert_eq!(census.alive(), 0);
}

/// The collector is not incremental, but the test holds as one of how much garbage can wait: with Python's thresholds
/// set, and with those that adapt themselves.
#[test]
fn test_incremental_gc_handles_fast_cycle_creation() {
    #[derive(Trace, Default)]
    struct LinkedList {
        next: RefCell<Option<Cc<LinkedList>>>,
        prev: RefCell<Option<Cc<LinkedList>>>,
        surprise: RefCell<Option<Cc<LinkedList>>>,
    }
    let make_ll = |depth: usize| {
        let head = (0..depth).fold(Cc::new(LinkedList::default()), |next, _| {
            let list = LinkedList { next: RefCell::new(Some(next)), ..LinkedList::default() };
            Cc::new(list)
        });
        let next = head.next.borrow().clone().expect("it is not empty");
        next.prev.replace(Some(head.clone()));
        head
    };
    gc::set_verify(false);
    for python in [false, true] {
        gc::collect();
        if python {
            gc::set_threshold(2000, 10, 10);
        }
        gc::enable();
        let head = make_ll(1000);
        let initial_heap_size = gc::tracked_count();
        let (mut olds, mut most) = (VecDeque::new(), 0);
        for _ in 0..20_000 {
            let newhead = make_ll(20);
            newhead.surprise.replace(Some(head.clone()));
            olds.push_back(newhead);
            if olds.len() == 20 {
                most = most.max(gc::tracked_count() - initial_heap_size);
                olds.clear();
            }
        }
        assert!(most < 27_000, "{most} objects; Python's thresholds: {python}");
        assert!(head.surprise.borrow().is_none());
        drop(head);
        gc::disable();
        gc::collect();
        assert_eq!(gc::tracked_count(), 0);
    }
}
