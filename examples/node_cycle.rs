//! The program that everybody writes first: counts that rise and fall, a cycle that counting cannot free, and the
//! collector that can.

use gc_core::{Cc, Trace, gc};
use memory_stats::memory_stats;
use std::cell::{Cell, RefCell};

thread_local! {
    static DROPPED: Cell<usize> = const { Cell::new(0) };
}

/// Says when it is dropped. A type with `Cc` fields cannot have a destructor, but its other fields can.
struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
        if !self.0.is_empty() {
            println!("  {} is dropped", self.0);
        }
    }
}

#[derive(Trace)]
struct Node {
    next: RefCell<Option<Cc<Node>>>,
    #[trace(skip)]
    noisy: Noisy,
}

impl Node {
    fn new(name: &'static str) -> Cc<Node> {
        Cc::new(Node { next: RefCell::new(None), noisy: Noisy(name) })
    }
}

/// Two nodes that point at each other, and nothing that points at them.
fn make_pair(names: [&'static str; 2]) {
    let [a, b] = names.map(Node::new);
    *a.next.borrow_mut() = Some(b.clone());
    *b.next.borrow_mut() = Some(a.clone());
}

fn megabytes_in_use() -> f64 {
    memory_stats().map_or(0.0, |stats| stats.physical_mem as f64 / f64::from(1 << 20))
}

fn main() {
    println!("A list, and three references to it:");
    let list = Cc::new(vec![Node::new("the node in the list")]);
    println!("  count {}", Cc::strong_count(&list));
    let references = [list.clone(), list.clone(), list.clone()];
    println!("  count {}", Cc::strong_count(&list));
    assert_eq!(Cc::strong_count(&list), 4);
    drop(references);
    println!("  count {}", Cc::strong_count(&list));
    assert_eq!(Cc::strong_count(&list), 1);
    drop(list);
    assert_eq!(DROPPED.replace(0), 1);

    println!("Two nodes that point at each other:");
    let (a, b) = (Node::new("node a"), Node::new("node b"));
    *a.next.borrow_mut() = Some(b.clone());
    *b.next.borrow_mut() = Some(a.clone());
    println!("  counts {} and {}; {} points at {}", gc::getrefcount(&a), gc::getrefcount(&b), a.noisy.0, b.noisy.0);
    assert_eq!((gc::getrefcount(&a), gc::getrefcount(&b)), (2, 2));
    let weak = Cc::downgrade(&a);
    drop((a, b));
    println!("  both names are gone, counting alone keeps {}", weak.strong_count() + DROPPED.get());
    assert_eq!((weak.strong_count(), DROPPED.get()), (1, 0));
    let found = gc::collect();
    println!("  collect() found {found}");
    assert_eq!((found, DROPPED.replace(0)), (2, 2));
    assert!(weak.upgrade().is_none());

    println!("A million such pairs, and nobody calls collect():");
    (0..10_000).for_each(|_| make_pair(["", ""]));
    let before = megabytes_in_use();
    (0..1_000_000).for_each(|_| make_pair(["", ""]));
    let after = megabytes_in_use();
    println!("  {} of 2,020,000 nodes are dropped", DROPPED.get());
    println!("  memory in use: {before:.1} MiB before, {after:.1} MiB after");
    assert!(DROPPED.get() > 2_000_000);
    // A leak would be of a hundred. (A sanitizer's allocator keeps some of what is freed.)
    assert!(after - before < 10.0, "memory must stay flat");
    let runs: usize = gc::get_stats().iter().map(|stats| stats.collections).sum();
    println!("  by {} automatic collections", runs - 1);
    assert!(runs > 100);
}
