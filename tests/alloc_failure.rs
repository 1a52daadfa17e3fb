//! Without memory nothing is lost: `Cc::try_new` gives the value back, a collection that cannot be finished condemns
//! nothing, and what has to die dies.
//!
//! The allocator of this process can be told to fail, for one thread.
#![expect(unsafe_code, reason = "an allocator of its own")]
#![cfg(not(miri))]

mod process;

use gc_core::gc::{self, DebugFlags, Generation};
use gc_core::{AllocError, Cc, Finalize, Trace};
use process::{assert_aborted, outcomes};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::{ptr, thread};

thread_local! {
    /// How many allocations this thread has made since the last call of [`failing`].
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// Which of them fail: from the first number on, up to the second.
    static FAILING: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// The largest allocation that can succeed, in bytes. (Some systems end the process instead of refusing more.)
const MOST: usize = 1 << 40;

struct Failing;

#[global_allocator]
static ALLOCATOR: Failing = Failing;

// SAFETY: hands out what the system's allocator does, or nothing.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let number = ALLOCATIONS.replace(ALLOCATIONS.get() + 1);
        let (from, until) = FAILING.get();
        if (from..until).contains(&number) || layout.size() > MOST {
            return ptr::null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }
}

const ALL: Range<usize> = 0..usize::MAX;

/// Runs `f` with those of its allocations failing whose numbers are in the range. Gives the number of allocations too.
fn failing<R>(numbers: Range<usize>, f: impl FnOnce() -> R) -> (R, usize) {
    ALLOCATIONS.set(0);
    FAILING.set((numbers.start, numbers.end));
    let result = f();
    FAILING.set((0, 0));
    (result, ALLOCATIONS.get())
}

/// Runs `f` on a thread that has a heap, without objects.
fn on_a_fresh_heap<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let run = || {
        // Checks take memory.
        gc::set_verify(false);
        f()
    };
    thread::spawn(run).join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// How many values there have been, and how many of them have been dropped.
#[derive(Clone, Default)]
struct Census(Rc<[Cell<usize>; 2]>);

impl Census {
    fn get(&self) -> [usize; 2] {
        self.0.each_ref().map(Cell::get)
    }

    fn count(&self, index: usize) {
        self.0[index].set(self.0[index].get() + 1);
    }

    fn life(&self) -> Life {
        self.count(0);
        Life(self.clone())
    }
}

struct Life(Census);

impl Drop for Life {
    fn drop(&mut self) {
        self.0.count(1);
    }
}

/// A value with `N` bytes more than it needs, that links to others of its kind without an allocation.
#[derive(Trace)]
struct Node<const N: usize> {
    links: [RefCell<Option<Cc<Node<N>>>>; 2],
    content: [u8; N],
    #[trace(skip)]
    _life: Life,
}

impl<const N: usize> Node<N> {
    fn value(census: &Census) -> Node<N> {
        Node { links: Default::default(), content: [7; N], _life: census.life() }
    }

    /// A node; `None` if there is no memory. The value must have come back then as it was.
    fn try_new(census: &Census) -> Option<Cc<Node<N>>> {
        let [made, dropped] = census.get();
        let result = Cc::try_new(Node::value(census)).map_err(AllocError::into_inner);
        result
            .inspect_err(|value| {
                assert_eq!(value.content, [7; N]);
                assert!(census.get()[1] >= dropped && census.get()[0] == made + 1);
            })
            .ok()
    }

    fn link(&self, index: usize, target: &Cc<Node<N>>) {
        self.links[index].replace(Some(target.clone()));
    }
}

/// Makes rings, chains and trees as far as there is memory, leaves them to automatic collections, and asks for some.
fn program<const N: usize>(census: &Census, size: usize) {
    gc::set_threshold(size / 2, 2, 2);
    let kept = Node::<N>::try_new(census);
    for round in 0..6 {
        let first = Node::<N>::try_new(census);
        let mut last = first.clone();
        for index in 0..size {
            let next = Node::<N>::try_new(census);
            if let (Some(last), Some(next)) = (&last, &next) {
                next.link(index % 2, last);
            }
            last = next.or(last);
        }
        match (round % 3, &first, &last, &kept) {
            (0, Some(first), Some(last), _) => first.link(0, last),
            (1, _, Some(last), Some(kept)) => kept.link(round % 2, last),
            _ => {}
        }
        for generation in [Generation::Young, Generation::Middle, Generation::Old].iter().take(round) {
            gc::collect_generation(*generation);
        }
    }
}

/// Lets allocations fail while `run` runs, and then looks for what may have been lost.
fn nothing_is_lost(numbers: Range<usize>, run: impl FnOnce(&Census) + Send + 'static) -> usize {
    on_a_fresh_heap(|| {
        let census = Census::default();
        let ((), allocations) = failing(numbers, || run(&census));
        gc::verify();
        gc::collect();
        gc::verify();
        let [made, dropped] = census.get();
        assert_eq!(made, dropped);
        assert!(made > 0);

        program::<0>(&census, 100);
        gc::collect();
        gc::verify();
        let [made, dropped] = census.get();
        assert_eq!(made, dropped);
        allocations
    })
}

/// Lets each allocation of a program fail, alone and with all that follow.
fn each_may_fail(run: fn(&Census)) {
    let allocations = nothing_is_lost(0..0, run);
    assert!(allocations > 10, "{allocations} allocations are no test");
    for number in 0..allocations {
        nothing_is_lost(number..number + 1, run);
        nothing_is_lost(number..usize::MAX, run);
    }
}

#[test]
fn each_allocation_of_a_program_may_fail() {
    each_may_fail(|census| program::<0>(census, 1000));
}

#[test]
fn each_allocation_of_a_program_with_large_objects_may_fail() {
    each_may_fail(|census| program::<60_000>(census, 10));
}

#[test]
fn try_new_gives_the_value_back() {
    #[derive(Trace)]
    #[repr(align(4096))]
    struct Page {
        #[trace(skip)]
        _life: Life,
    }

    fn check<T: Trace>(make: fn(Life) -> T, message: &'static str) {
        on_a_fresh_heap(move || {
            let census = Census::default();
            let (result, _) = failing(ALL, || Cc::try_new(make(census.life())));
            let error = result.err().expect("there is no memory");
            assert!(error.to_string().contains(message), "{error}");
            assert_eq!(format!("{error:?}"), "AllocError { .. }");
            let value = error.into_inner();
            assert_eq!((census.get(), gc::get_count()), ([1, 0], (0, 0, 0)));
            gc::verify();
            let cc = Cc::try_new(value).expect("there is memory again");
            assert_eq!(gc::get_count(), (1, 0, 0));
            gc::verify();
            drop(cc);
            assert_eq!(census.get(), [1, 1]);
        });
    }
    check(|life| Node::<0> { links: Default::default(), content: [], _life: life }, "object of 56 bytes");
    check(|life| Node::<9000> { links: Default::default(), content: [1; 9000], _life: life }, "Node<9000>");
    check(|life| Page { _life: life }, "object of 4112 bytes");
}

#[test]
fn the_first_object_of_a_thread_may_fail() {
    let run = || {
        let census = Census::default();
        let (first, _) = failing(ALL, || Node::<0>::try_new(&census));
        assert!(first.is_none());
        assert_eq!(census.get(), [1, 1]);
        assert!(Node::<0>::try_new(&census).is_some());
        assert_eq!(census.get(), [2, 2]);
    };
    thread::spawn(run).join().unwrap_or_else(|panic| resume_unwind(panic));
}

#[test]
fn what_is_there_can_be_used_without_memory() {
    on_a_fresh_heap(|| {
        gc::disable();
        let census = Census::default();
        let new = || Node::<0>::try_new(&census);
        let mut ccs: Vec<_> = (0..100).map(|_| new().expect("there is memory")).collect();
        let (made, _) = failing(ALL, || {
            ccs.truncate(50);
            // The slots that have become free.
            let made = std::iter::from_fn(new).take(50).fold(0, |made, cc| {
                let weak = Cc::downgrade(&cc);
                cc.link(0, &weak.upgrade().expect("it is alive"));
                made + 1
            });
            assert_eq!(gc::collect(), 0, "there is no memory to find them in");
            made
        });
        assert_eq!(made, 50);
        gc::verify();
        assert_eq!(gc::collect(), 50);
        drop(ccs);
        assert_eq!(census.get(), [150, 150]);
    });
}

#[test]
fn a_long_chain_is_dropped_without_memory() {
    on_a_fresh_heap(|| {
        gc::disable();
        let census = Census::default();
        let first = Node::<0>::try_new(&census).expect("there is memory");
        let chain = (1..300_000).fold(first, |rest, _| {
            let node = Node::<0>::try_new(&census).expect("there is memory");
            node.links[0].replace(Some(rest));
            node
        });
        failing(ALL, || drop(chain));
        assert_eq!(census.get(), [300_000, 300_000]);
    });
}

/// Makes garbage rings of so many nodes. The last pointer that is dropped makes a suspect of one node of each; the
/// others are only ever moved.
fn dead_rings(census: &Census, rings: usize, length: usize) {
    for _ in 0..rings {
        let first = Cc::new(Node::<0>::value(census));
        let last = (1..length).fold(first.clone(), |next, _| {
            let node = Cc::new(Node::value(census));
            node.links[0].replace(Some(next));
            node
        });
        first.links[0].replace(Some(last));
    }
}

#[test]
fn a_collection_without_memory_leaves_all_as_it_was() {
    const OBJECTS: usize = 12_000;
    // Where suspects are many, the collector goes another way.
    for length in [2, 1000] {
        for number in 0.. {
            let allocations = on_a_fresh_heap(move || {
                gc::disable();
                let census = Census::default();
                dead_rings(&census, OBJECTS / length, length);
                let (found, allocations) = failing(number..usize::MAX, gc::collect);
                assert!(found == 0 || found == OBJECTS, "all or nothing, not {found}");
                assert_eq!(census.get()[1], found);
                gc::verify();
                assert_eq!(found + gc::collect(), OBJECTS);
                assert_eq!(census.get(), [OBJECTS; 2]);
                allocations
            });
            if number >= allocations {
                break;
            }
        }
    }
}

/// A ring of one, whose finalizer and callback count their calls.
#[derive(Trace)]
#[trace(finalize)]
struct Loop {
    me: RefCell<Option<Cc<Loop>>>,
    #[trace(skip)]
    calls: Rc<[Cell<usize>; 2]>,
    #[trace(skip)]
    _life: Life,
}

impl Finalize for Loop {
    fn finalize(&self) {
        self.calls[0].set(self.calls[0].get() + 1);
    }
}

#[test]
fn a_collection_with_finalizers_loses_none_of_them_without_memory() {
    const OBJECTS: usize = 3000;
    for flags in [DebugFlags::empty(), DebugFlags::SAVEALL] {
        for number in 0.. {
            let allocations = on_a_fresh_heap(move || {
                gc::disable();
                gc::set_debug(flags);
                let census = Census::default();
                let calls = Rc::new([Cell::new(0), Cell::new(0)]);
                for _ in 0..OBJECTS {
                    let object = Loop { me: RefCell::default(), calls: calls.clone(), _life: census.life() };
                    let object = Cc::new(object);
                    let counter = calls.clone();
                    Cc::on_drop(&object, move || counter[1].set(counter[1].get() + 1));
                    object.me.replace(Some(object.clone()));
                }
                let (found, allocations) = failing(number..usize::MAX, gc::collect);
                assert!(found == 0 || found == OBJECTS, "all or nothing, not {found}");
                gc::verify();
                assert_eq!(found + gc::collect(), OBJECTS);
                gc::set_debug(DebugFlags::empty());
                gc::garbage().clear();
                gc::collect();
                assert_eq!(census.get(), [OBJECTS; 2]);
                assert_eq!(*calls, [Cell::new(OBJECTS), Cell::new(OBJECTS)]);
                allocations
            });
            if number >= allocations {
                assert!(number > 4, "{number} allocations are no test");
                break;
            }
        }
    }
}

#[test]
fn new_ends_the_process() {
    type Large = [u64; 10_000];
    /// Nearly as large as a type may be.
    type Huge = [u8; 1 << 60];

    let outcomes = outcomes([
        || without_memory(|| drop(Cc::new(1_u64))),
        || without_memory(|| drop(Cc::<Vec<Cc<u8>>>::default())),
        || without_memory(|| drop(Cc::<Large>::new_uninit())),
        || without_memory(|| drop(Cc::new_cyclic(|_| 1_u64))),
        || {
            let boxed = Box::new(1_u64);
            without_memory(|| drop(Cc::<u64>::from(boxed)));
        },
        || without_memory(|| drop(Cc::<[u64]>::new_uninit_slice(3))),
        || drop(Cc::<Huge>::new_uninit()),
        || drop(Cc::<Huge>::new_zeroed()),
        || drop(Cc::<[u8]>::new_uninit_slice(1 << 60)),
    ]);
    let (small, huge) = outcomes.split_at(6);
    small.iter().for_each(|outcome| assert_aborted(outcome, "memory allocation of "));
    huge.iter().for_each(|outcome| assert_aborted(outcome, "memory allocation of 115292150460684"));
}

/// Runs `f` without memory, on a heap that exists.
fn without_memory(f: impl FnOnce()) {
    gc::disable();
    failing(ALL, f);
}
