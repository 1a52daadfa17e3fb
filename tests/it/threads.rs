//! A heap belongs to a thread, and outlives it where it must. (What happens in destructors of thread-local values is
//! tested in a process of its own, `teardown.rs`.)

use crate::support::{Deaths, Node, dead_ring};
use gc_core::gc;
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
fn chains_die_in_many_threads_at_once() {
    // `CPython`'s test_trashcan_threads.
    let run = || {
        let (deaths, mut made) = (Deaths::default(), 0);
        for _ in 0..20 {
            let mut chain = Node::new(&deaths);
            for _ in 0..2000 {
                let next = Node::new(&deaths);
                next.link(&chain);
                chain = next;
            }
            made += 2001;
        }
        assert_eq!(deaths.count(), made);
    };
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(run)).collect();
    for thread in threads {
        thread.join().expect("no panic");
    }
}
