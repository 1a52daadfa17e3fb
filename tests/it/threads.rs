//! A heap belongs to a thread, and outlives it where it must. (What happens in destructors of thread-local values is
//! tested in a process of its own, `teardown.rs`.)

use crate::support::{Deaths, dead_ring};
use gc_core::weak::{ByIdentity, WeakSet};
use gc_core::{Cc, gc};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn threads_do_not_see_each_other() {
    let deaths = Deaths::default();
    gc::disable();
    gc::set_threshold(5, 6, 7);
    drop(dead_ring(&deaths, 3));
    let other = thread::spawn(|| {
        let deaths = Deaths::default();
        assert!(gc::is_enabled());
        assert_eq!(gc::get_threshold(), (2000, 10, 10));
        drop(dead_ring(&deaths, 2));
        assert_eq!(gc::collect(), 2);
        deaths.count()
    });
    assert_eq!(other.join().expect("no panic"), 2);
    assert_eq!(deaths.count(), 0);
    assert_eq!(gc::collect(), 3);
}

#[test]
fn a_conversion_may_drop_the_last_object_of_a_heap() {
    struct Threshold;

    impl From<Threshold> for Option<usize> {
        fn from(_: Threshold) -> Option<usize> {
            drop(Cc::new(vec![Cc::new(1)]));
            None
        }
    }

    struct Last;

    impl Drop for Last {
        fn drop(&mut self) {
            // The heap has gone with its last object, before or after this thread-local value.
            gc::set_threshold(5, Threshold, None);
        }
    }

    thread_local! {
        static LAST: Last = const { Last };
    }
    for heap_first in [false, true] {
        let run = move || {
            if heap_first {
                drop(Cc::new(vec![Cc::new(1)]));
            }
            LAST.with(|_| ());
            drop(Cc::new(vec![Cc::new(1)]));
        };
        thread::spawn(run).join().expect("no panic");
    }
}

/// Callbacks at the end of a thread are looked for again when some have been asked to run then, as none are here, and
/// not after each that has run.
#[test]
fn the_end_of_a_thread_takes_time_in_proportion_to_what_hangs_on_its_objects() {
    const OBJECTS: usize = if cfg!(miri) { 40 } else { 10_000 };

    // Sixteen times as long, if each object is looked at after each callback.
    let factor = || end_thread_with(4 * OBJECTS).as_secs_f64() / end_thread_with(OBJECTS).as_secs_f64();
    // Anything may come between now and then, but hardly each time.
    let least = (0..5).map(|_| factor()).fold(f64::INFINITY, f64::min);
    assert!(least < 8.0, "{least}");
}

/// How long it takes to end a thread that leaves so many objects to its thread-local values. A weak set has all of
/// them, and a quarter has a callback to run at that time, which puts an object into the set that dies at once.
fn end_thread_with(count: usize) -> Duration {
    thread_local! {
        /// Destroyed after the end of the heap, because it is used before there is one.
        static LEFT: RefCell<Vec<Cc<u32>>> = const { RefCell::new(Vec::new()) };
    }

    let (sender, receiver) = mpsc::channel();
    let run = move || {
        LEFT.with_borrow_mut(|objects| objects.reserve(count));
        let set: Rc<WeakSet<u32, ByIdentity>> = Rc::new(WeakSet::by_identity());
        let objects: Vec<_> = (0..count as u32).map(Cc::new).collect();
        objects.iter().for_each(|object| assert!(set.insert(object)));
        for object in objects.iter().step_by(4) {
            let (set, sender) = (set.clone(), sender.clone());
            let add = move || {
                set.insert(&Cc::new(5));
                sender.send(()).expect("somebody who counts");
            };
            Cc::on_drop(object, add).set_at_exit(true);
        }
        LEFT.set(objects);
        Instant::now()
    };
    let begin = thread::spawn(run).join().expect("the end of a thread");
    let time = begin.elapsed();
    assert_eq!(receiver.iter().count(), count / 4);
    time
}
