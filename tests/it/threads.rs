//! A heap belongs to a thread, and outlives it where it must. (What happens in destructors of thread-local values is
//! tested in a process of its own, `teardown.rs`.)

use crate::support::{Deaths, dead_ring};
use gc_core::{Cc, gc};
use std::thread;

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
