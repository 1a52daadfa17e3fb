//! A doubly linked list whose nodes own each other in both directions. With `Rc`, one direction would have to be weak,
//! or the list would leak; here it is written down as it is drawn, and the collector frees it.
//!
//! To copy: links are `RefCell<Option<Cc<Node>>>` and are changed with `replace`, so that what was in them is dropped
//! when the cell is no longer borrowed; what the user gets is a handle, [`Entry`], whose methods can clone the pointer.

#![forbid(unsafe_code)]

use gc_core::{Cc, Trace, gc};
use std::cell::RefCell;
use std::iter::successors;
use std::ops::Deref;
use std::thread;

type Link<T> = RefCell<Option<Cc<Node<T>>>>;

/// A member of a ring, or of none: then it has no links. The one without a value belongs to the list itself.
#[derive(Trace)]
struct Node<T> {
    value: Option<T>,
    next: Link<T>,
    prev: Link<T>,
}

impl<T: Trace> Node<T> {
    fn new(value: Option<T>) -> Cc<Node<T>> {
        Cc::new(Node { value, next: RefCell::new(None), prev: RefCell::new(None) })
    }
}

/// Makes two nodes neighbours.
fn link<T>(left: &Cc<Node<T>>, right: &Cc<Node<T>>) {
    left.next.replace(Some(right.clone()));
    right.prev.replace(Some(left.clone()));
}

/// Puts a node between two neighbours.
fn insert<T: Trace>(left: &Cc<Node<T>>, value: T, right: &Cc<Node<T>>) -> Entry<T> {
    let node = Node::new(Some(value));
    link(left, &node);
    link(&node, right);
    Entry(node)
}

/// A list: a ring that is closed by a node without a value, so that no operation has an exception for the ends.
#[derive(Trace)]
struct List<T> {
    end: Cc<Node<T>>,
}

impl<T: Trace> List<T> {
    fn new() -> List<T> {
        let end = Node::new(None);
        link(&end, &end);
        List { end }
    }

    fn first(&self) -> Cc<Node<T>> {
        self.end.next.borrow().clone().expect("the end is in a ring")
    }

    fn last(&self) -> Cc<Node<T>> {
        self.end.prev.borrow().clone().expect("the end is in a ring")
    }

    fn front(&self) -> Option<Entry<T>> {
        Entry::at(self.first())
    }

    fn back(&self) -> Option<Entry<T>> {
        Entry::at(self.last())
    }

    fn push_front(&self, value: T) -> Entry<T> {
        insert(&self.end, value, &self.first())
    }

    fn push_back(&self, value: T) -> Entry<T> {
        insert(&self.last(), value, &self.end)
    }

    fn pop_front(&self) -> Option<Entry<T>> {
        self.front().inspect(Entry::remove)
    }

    fn pop_back(&self) -> Option<Entry<T>> {
        self.back().inspect(Entry::remove)
    }

    /// The entries from front to back. The one that is given can be removed, and others can be inserted.
    fn iter(&self) -> impl Iterator<Item = Entry<T>> + use<T> {
        successors(self.front(), Entry::next)
    }

    fn iter_back(&self) -> impl Iterator<Item = Entry<T>> + use<T> {
        successors(self.back(), Entry::prev)
    }

    /// Moves all entries of another list to the back of this one, in constant time.
    fn append(&self, other: &List<T>) {
        if let (Some(front), Some(back)) = (other.front(), other.back()) {
            link(&other.end, &other.end);
            link(&self.last(), &front.0);
            link(&back.0, &self.end);
        }
    }

    /// Moves an entry of this list, and all that are behind it, to a list of their own, in constant time.
    fn split_off(&self, at: &Entry<T>) -> List<T> {
        debug_assert!(self.iter().any(|entry| Cc::ptr_eq(&entry.0, &at.0)), "an entry of another list");
        let (tail, last) = (List::new(), self.last());
        let left = at.0.prev.borrow().clone().expect("the entry is in a ring");
        link(&left, &self.end);
        link(&tail.end, &at.0);
        link(&last, &tail.end);
        tail
    }
}

impl<T: Trace> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> List<T> {
        let list = List::new();
        values.into_iter().for_each(|value| drop(list.push_back(value)));
        list
    }
}

/// A place in a list, and its value. It stays what it is whatever becomes of the list, which it keeps alive.
#[derive(Trace)]
struct Entry<T>(Cc<Node<T>>);

impl<T: Trace> Entry<T> {
    /// The entry of a node, unless that is the end of a list.
    fn at(node: Cc<Node<T>>) -> Option<Entry<T>> {
        node.value.is_some().then_some(Entry(node))
    }

    /// The entry behind this one. `None` at the end, and for one that was removed.
    fn next(&self) -> Option<Entry<T>> {
        Entry::at(self.0.next.borrow().clone()?)
    }

    fn prev(&self) -> Option<Entry<T>> {
        Entry::at(self.0.prev.borrow().clone()?)
    }

    /// Inserts a value in front of this one. `None` if the entry was removed.
    fn insert_before(&self, value: T) -> Option<Entry<T>> {
        let left = self.0.prev.borrow().clone()?;
        Some(insert(&left, value, &self.0))
    }

    /// Takes the entry out of its list.
    fn remove(&self) {
        if let (Some(left), Some(right)) = (self.0.prev.take(), self.0.next.take()) {
            link(&left, &right);
        }
    }
}

impl<T> Deref for Entry<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.value.as_ref().expect("an entry has a value")
    }
}

fn values(list: &List<u32>) -> Vec<u32> {
    list.iter().map(|entry| *entry).collect()
}

/// Who of a ring of `people` is left, if every `step`th that is counted leaves it.
fn josephus(people: u32, step: u32) -> u32 {
    let ring = (1..=people).collect::<List<u32>>();
    let mut current = ring.back().expect("there are people");
    loop {
        for _ in 0..step {
            current = current.next().or_else(|| ring.front()).expect("the last has returned");
        }
        let previous = current.prev().or_else(|| ring.back()).expect("the last has returned");
        current.remove();
        if ring.front().is_none() {
            return *current;
        }
        current = previous;
    }
}

/// The most nodes that there ever were at a time, while 1000 lists of 1000 nodes came and went.
fn make_million_nodes() -> usize {
    let make_list = |_| {
        drop((0..1000).collect::<List<u32>>());
        gc::tracked_count()
    };
    (0..1000).map(make_list).max().expect("there were lists")
}

/// Frees a million nodes twice: as a cycle, and as a chain, in which each node dies of the death of the one before.
fn free_long_lists() {
    let long_list = || {
        // Nothing of it is garbage while it is being made.
        let _pause = gc::pause();
        (0..1_000_000).collect::<List<u32>>()
    };
    drop(long_list());
    assert_eq!(gc::collect(), 1_000_001);

    let chain = long_list();
    chain.last().next.take();
    chain.iter().for_each(|entry| drop(entry.0.prev.take()));
    chain.end.prev.take();
    drop(chain);
    assert_eq!(gc::tracked_count(), 0, "nothing was left for the collector");
}

fn main() {
    let list = List::new();
    list.push_back(2);
    list.push_back(3);
    list.push_front(1);
    println!("a list: {:?}", values(&list));
    assert_eq!(values(&list), [1, 2, 3]);
    assert!(list.iter_back().map(|entry| *entry).eq([3, 2, 1]));
    assert_eq!(list.pop_front().as_deref(), Some(&1));
    assert_eq!(list.pop_back().as_deref(), Some(&3));
    assert_eq!(values(&list), [2]);

    println!("entries, to insert and to remove at:");
    let list = (1..=6).collect::<List<u32>>();
    for entry in list.iter() {
        match *entry % 3 {
            0 => entry.remove(),
            1 => drop(entry.insert_before(*entry * 100)),
            _ => {}
        }
    }
    println!("  {:?}", values(&list));
    assert_eq!(values(&list), [100, 1, 2, 400, 4, 5]);

    println!("cut in two at the third entry, and put together the other way round:");
    let third = list.iter().nth(2).expect("there are six");
    let tail = list.split_off(&third);
    println!("  {:?} and {:?}", values(&list), values(&tail));
    assert_eq!((values(&list), values(&tail)), (vec![100, 1], vec![2, 400, 4, 5]));
    tail.append(&list);
    println!("  {:?}", values(&tail));
    assert_eq!((values(&list), values(&tail)), (vec![], vec![2, 400, 4, 5, 100, 1]));

    println!("an entry is as good as the list, of which it keeps all:");
    drop((list, tail));
    assert_eq!(gc::collect(), 1, "the empty list");
    println!("  {} comes before {}", *third, *third.next().expect("there are six"));
    assert_eq!(third.next().as_deref(), Some(&400));
    drop(third);
    assert_eq!(gc::collect(), 7);

    println!("a ring of 41 people, of whom every third leaves: {} is left", josephus(41, 3));
    assert_eq!(josephus(41, 3), 31);

    gc::collect();
    let most = make_million_nodes();
    println!("a million nodes, never more than {most} at a time");
    assert!(most < 50_000);

    println!("lists of a million nodes, freed on a stack of 128 KiB");
    let thread = thread::Builder::new().stack_size(128 << 10).spawn(free_long_lists);
    thread.expect("there is memory for a thread").join().expect("the stack was large enough");
}
