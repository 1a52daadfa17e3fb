//! The end of a thread, and of the process: what is left of a heap is collected once, what something still refers to
//! lives until its last pointer goes, in whatever order the thread-local values are destroyed, and then all memory is
//! returned.
//!
//! The allocator of this process counts.
#![expect(unsafe_code, reason = "an allocator of its own")]
#![cfg(not(miri))]

mod process;

use gc_core::gc::DebugFlags;
use gc_core::weak::{EphemeronMap, WeakKeyMap, WeakSet};
use gc_core::{Cc, Finalize, Trace, Weak, gc};
use process::outcomes;
use std::alloc::{GlobalAlloc, Layout, System};
use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::panic::resume_unwind;
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// The bytes that are allocated.
static BYTES: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: hands out what the system's allocator does.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }
}

/// How many values there have been, and how many of them have been dropped: by any thread.
#[derive(Clone, Default)]
struct Census(Arc<[AtomicUsize; 2]>);

impl Census {
    fn get(&self) -> [usize; 2] {
        self.0.each_ref().map(|count| count.load(Ordering::SeqCst))
    }
}

/// What is counted, and may have something to do when it is dropped.
struct Life {
    census: Census,
    last_words: Option<Box<dyn FnOnce()>>,
}

impl Drop for Life {
    fn drop(&mut self) {
        self.census.0[1].fetch_add(1, Ordering::SeqCst);
        if let Some(last_words) = self.last_words.take() {
            last_words();
        }
    }
}

#[derive(Trace)]
struct Node {
    link: OnceCell<Cc<Node>>,
    #[trace(skip)]
    _life: Life,
}

impl Node {
    fn new(census: &Census) -> Cc<Node> {
        Node::saying(census, || ())
    }

    fn saying(census: &Census, last_words: impl FnOnce() + 'static) -> Cc<Node> {
        census.0[0].fetch_add(1, Ordering::SeqCst);
        let life = Life { census: census.clone(), last_words: Some(Box::new(last_words)) };
        Cc::new(Node { link: OnceCell::new(), _life: life })
    }

    /// A node that refers to itself.
    fn ring(census: &Census) -> Cc<Node> {
        let node = Node::new(census);
        assert!(node.link.set(node.clone()).is_ok());
        node
    }
}

/// What a thread has until its end, and does then.
#[derive(Default)]
struct Estate {
    things: Vec<Box<dyn Any>>,
    last_will: Option<Box<dyn FnOnce()>>,
}

impl Drop for Estate {
    fn drop(&mut self) {
        self.things.clear();
        if let Some(last_will) = self.last_will.take() {
            last_will();
        }
    }
}

thread_local! {
    static ESTATE: RefCell<Estate> = RefCell::default();
}

fn leave(thing: impl Any) {
    ESTATE.with_borrow_mut(|estate| estate.things.push(Box::new(thing)));
}

fn at_the_end(last_will: impl FnOnce() + 'static) {
    ESTATE.with_borrow_mut(|estate| estate.last_will = Some(Box::new(last_will)));
}

/// Runs `life` on a thread, once with the heap made before the thread's [`ESTATE`] and once after it: the one that is
/// made first is destroyed last. All that was made must be dropped, by the time the thread has ended.
#[track_caller]
fn in_either_order(life: fn(&Census)) {
    for heap_first in [false, true] {
        let census = Census::default();
        let inner = census.clone();
        let thread = thread::spawn(move || {
            if heap_first {
                gc::disable();
            }
            ESTATE.with_borrow(|_| ());
            life(&inner);
        });
        thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        let [made, dropped] = census.get();
        assert_eq!((made > 0, made), (true, dropped), "with the heap made first: {heap_first}");
    }
}

/// What may happen at the end of a thread. Nothing may be left of it.
const LIVES: [fn(&Census); 21] = [
    // Cycles are collected.
    |census| {
        (0..1000).for_each(|_| drop(Node::ring(census)));
    },
    // Destructors may make garbage, and collect.
    |census| {
        let inner = census.clone();
        let node = Node::saying(census, move || {
            drop(Node::new(&inner));
            assert_eq!(gc::collect(), 0);
        });
        assert!(node.link.set(node.clone()).is_ok());
    },
    // Pointers outlive the heap.
    |census| leave((Node::new(census), Cc::new(5), Cc::new(vec![Node::new(census)]))),
    // So do weak ones, to the living and the dead.
    |census| {
        let node = Node::new(census);
        leave((Cc::downgrade(&node), Cc::downgrade(&Node::new(census)), Weak::<Node>::new()));
        leave(node);
    },
    // What is large, or aligned, has blocks of its own.
    |census| leave((Cc::new([1_u64; 10_000]), Cc::new(vec![Node::new(census)]), Cc::new(Aligned([1; 4096])))),
    // All that can be done to an object can be done in the end.
    |census| {
        let (node, ring) = (Node::new(census), Node::ring(census));
        at_the_end(move || {
            let weak = Cc::downgrade(&node);
            drop((node.clone(), weak.upgrade(), weak.clone()));
            assert_eq!((Cc::strong_count(&node), Cc::weak_count(&node)), (1, 1));
            assert!(Cc::into_inner(node).is_some());
            assert!(weak.upgrade().is_none());
            drop(ring);
            assert_eq!(gc::collect(), 1);
        });
    },
    // A heap is made anew for those who need one.
    |census| {
        let census = census.clone();
        at_the_end(move || {
            drop((Node::new(&census), Cc::new(1), Cc::new_cyclic(|me: &Weak<u8>| me.strong_count() as u8)));
            drop(Node::ring(&census));
            let node = Node::new(&census);
            assert_eq!(gc::collect(), 1);
            assert_eq!(Cc::strong_count(&node), 1);
        });
    },
    // And is used for automatic collections.
    |census| {
        let census = census.clone();
        at_the_end(move || {
            gc::enable();
            gc::set_threshold(10, 1, 1);
            (0..1000).for_each(|_| drop(Node::ring(&census)));
            assert!(census.get()[1] > 900);
            gc::collect();
        });
    },
    // Objects that nobody finds in the end were found before.
    |census| {
        let ring = Node::ring(census);
        let weak = Cc::downgrade(&ring);
        drop(ring);
        at_the_end(move || {
            gc::collect();
            assert!(weak.upgrade().is_none());
        });
    },
    // A deep structure, in many blocks.
    |census| {
        let chain = (0..10_000).fold(Node::new(census), |next, _| {
            let node = Node::new(census);
            assert!(node.link.set(next).is_ok());
            node
        });
        leave(chain);
    },
    // A panic of a destructor is not the end.
    |census| {
        let node = Node::saying(census, || resume_unwind(Box::new(())));
        assert!(node.link.set(node.clone()).is_ok());
        (0..10).for_each(|_| drop(Node::ring(census)));
    },
    // A pause may last to the end, and longer than the heap.
    |census| {
        drop(Node::ring(census));
        leave(gc::pause());
    },
    // Settings may be read and made when there is nothing any more for which to make them.
    |census| {
        drop(Node::ring(census));
        at_the_end(|| {
            gc::enable();
            assert!(gc::is_enabled());
        });
    },
    // What the heap keeps for the program goes with it: callbacks, sinks, garbage.
    |census| {
        let captured = || (Node::new(census), Node::ring(census));
        let (callback, sink, on_drop) = (captured(), captured(), Node::new(census));
        gc::callbacks().add(move |_, _| assert_eq!(Cc::strong_count(&callback.0), 1));
        gc::set_debug_sink(move |_| assert_eq!(Cc::strong_count(&sink.0), 1));
        gc::set_debug(DebugFlags::SAVEALL | DebugFlags::STATS);
        drop(Node::ring(census));
        assert_eq!(gc::collect(), 1);
        gc::garbage().push(Node::ring(census));
        let node = Node::new(census);
        Cc::on_drop(&node, move || drop(on_drop));
        leave(node);
    },
    // Nothing is permanent any more.
    |census| {
        let kept = Node::new(census);
        drop(Node::ring(census));
        gc::freeze();
        leave(kept);
    },
    // Finalizers and callbacks may do what destructors may, and leave something behind.
    |census| {
        let inner = census.clone();
        let last = Last::ring(move || {
            drop(Node::ring(&inner));
            gc::garbage().push(Node::ring(&inner));
            gc::freeze();
            let node = Node::new(&inner);
            let callback = inner.clone();
            Cc::on_drop(&node, move || drop(Node::ring(&callback))).set_at_exit(true);
            leave(node);
        });
        let census = census.clone();
        Cc::on_drop(&last, move || drop((Node::new(&census), Node::ring(&census))));
    },
    // They run at the end of the thread, if they are to, and otherwise when the object dies.
    |census| {
        let node = Node::new(census);
        let marks = [Node::new(census), Node::new(census)];
        let weak = marks.each_ref().map(Cc::downgrade);
        let [at_exit, later] = marks.map(|mark| Cc::on_drop(&node, move || drop(mark)));
        at_exit.set_at_exit(true);
        let (first, second) = (weak[0].clone(), weak[1].clone());
        leave(OnDrop(Some(Box::new(move || {
            // The heap may not be done by then.
            assert!(second.upgrade().is_some());
            drop((node, later, first));
            assert!(second.upgrade().is_none());
        }))));
    },
    // What finalizers leave with the heap at its very end goes too, whatever it does then.
    |census| {
        let inner = census.clone();
        drop(Last::ring(move || {
            let (one, other) = (Node::ring(&inner), Node::ring(&inner));
            let panics = Node::saying(&inner, || resume_unwind(Box::new(())));
            gc::callbacks().add(move |_, _| assert!(one.link.get().is_some() && panics.link.get().is_none()));
            gc::set_debug_sink(move |_| assert!(other.link.get().is_some()));
            let (more, again) = (inner.clone(), Node::new(&inner));
            gc::garbage().push(Last::ring(move || {
                gc::callbacks().add(move |_, _| assert!(again.link.get().is_none()));
                drop(Node::ring(&more));
            }));
        }));
    },
    // In the destructor of a thread-local value, an object may be brought back and die, with the last of its heap.
    |census| {
        let inner = census.clone();
        let last = Cc::new_cyclic(|me: &Weak<Last>| {
            let me = me.clone();
            let words: Box<dyn FnOnce()> = Box::new(move || {
                // Deep enough for the pointer to wait until the finalizer is over.
                let pointer = (me.upgrade(), Node::new(&inner));
                let end = Node::saying(&inner, move || drop(pointer));
                drop((0..30).fold(end, |next, _| {
                    let node = Node::new(&inner);
                    assert!(node.link.set(next).is_ok());
                    node
                }));
            });
            Last { me: OnceCell::new(), words: Cell::new(Some(words)) }
        });
        leave(last);
    },
    |census| {
        let inner = census.clone();
        leave(Cc::new_cyclic(|me: &Weak<Last>| {
            let me = me.clone();
            let words: Box<dyn FnOnce()> = Box::new(move || {
                let pointer = (me.upgrade(), Node::new(&inner));
                let end = Node::new(&inner);
                // A callback runs two levels deeper than the death that it waits for.
                Cc::on_drop(&end, move || drop(pointer));
                drop((0..21).fold(end, |next, _| {
                    let node = Node::new(&inner);
                    assert!(node.link.set(next).is_ok());
                    node
                }));
            });
            Last { me: OnceCell::new(), words: Cell::new(Some(words)) }
        }));
    },
    // Weak containers and ephemerons outlive the heap.
    |census| {
        let (key, text) = (Node::new(census), Cc::new(String::from("key")));
        let (set, map) = (WeakSet::by_identity(), WeakKeyMap::by_identity());
        let (table, texts) = (EphemeronMap::new(), EphemeronMap::new());
        set.insert(&key);
        map.insert(&key, Node::new(census));
        let value = Node::new(census);
        assert!(value.link.set(key.clone()).is_ok());
        table.insert(&key, value);
        texts.insert(&text, Cc::new(vec![text.clone()]));
        texts.insert(&text, Cc::new(vec![text.clone()]));
        leave((set, map, table, texts));
        at_the_end(move || drop((key, text)));
    },
];

/// Does something when it is dropped.
struct OnDrop(Option<Box<dyn FnOnce()>>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(last_words) = self.0.take() {
            last_words();
        }
    }
}

/// Refers to itself, and has something to do when it is finalized.
#[derive(Trace)]
#[trace(finalize)]
struct Last {
    me: OnceCell<Cc<Last>>,
    #[trace(skip)]
    words: Cell<Option<Box<dyn FnOnce()>>>,
}

impl Finalize for Last {
    fn finalize(&self) {
        if let Some(words) = self.words.take() {
            words();
        }
    }
}

impl Last {
    fn ring(words: impl FnOnce() + 'static) -> Cc<Last> {
        let last = Cc::new(Last { me: OnceCell::new(), words: Cell::new(Some(Box::new(words))) });
        assert!(last.me.set(last.clone()).is_ok());
        last
    }
}

#[derive(Trace)]
#[repr(align(4096))]
struct Aligned([u8; 4096]);

#[test]
fn all_that_is_left_dies() {
    LIVES.into_iter().for_each(in_either_order);
}

#[test]
fn what_is_alive_is_reported() {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let (inner, census) = (lines.clone(), Census::default());
    let life = move || {
        ESTATE.with_borrow(|_| ());
        gc::set_debug(DebugFlags::SHUTDOWN);
        gc::set_debug_sink(move |line| inner.lock().unwrap().push(line.to_owned()));
        // Garbage is collected first, and what is not tracked is not known.
        drop(Node::ring(&census));
        leave([Node::new(&census), Node::new(&census)]);
        leave((Cc::new(5), Cc::new(vec![Cc::new(6)])));
        let frozen = Node::new(&census);
        gc::freeze();
        leave(frozen);
    };
    thread::spawn(life).join().unwrap_or_else(|panic| resume_unwind(panic));
    let expected =
        ["4 objects alive at shutdown", "      3 teardown::Node", "      1 alloc::vec::Vec<gc_core::cc::Cc<i32>>"];
    assert_eq!(*lines.lock().unwrap(), expected.map(|line| format!("gc: {line}")));
}

/// What a hundred threads leave behind, in bytes. In a process that does nothing else meanwhile, but that the harness's
/// own thread may have something to note, once: so the least of three times.
fn left_by_hundred_threads(life: fn(&Census)) -> usize {
    // What the first needs and the others use again.
    (0..3).for_each(|_| in_either_order(life));
    let left = |_| {
        let before = BYTES.load(Ordering::SeqCst);
        (0..50).for_each(|_| in_either_order(life));
        BYTES.load(Ordering::SeqCst).saturating_sub(before)
    };
    (0..3).map(left).min().unwrap_or_default()
}

#[test]
fn threads_return_all_their_memory() {
    let outcomes = outcomes([|| {
        for (index, life) in LIVES.into_iter().enumerate() {
            assert_eq!(left_by_hundred_threads(life), 0, "bytes left by life {index}");
        }
    }]);
    assert!(outcomes[0].status.success(), "{outcomes:?}");
}

/// Leaves rings, and pointers to all kinds of things, and says how many of the objects are dead in the end.
fn leave_in_this_thread() {
    let census = Census::default();
    (0..1000).for_each(|_| drop(Node::ring(&census)));
    leave((Node::new(&census), Cc::new(1)));
    at_the_end(move || {
        drop(Node::ring(&census));
        gc::collect();
        let [made, dropped] = census.get();
        eprintln!("{dropped} of {made} are dead");
    });
}

#[track_caller]
fn assert_ends_well(outcome: &Output) {
    assert!(outcome.status.success(), "{outcome:?}");
    // Not every system destroys the thread-local values of a thread that ends the process.
    if cfg!(target_os = "linux") {
        assert_eq!(String::from_utf8_lossy(&outcome.stderr), "1002 of 1002 are dead\n");
    }
}

#[test]
fn a_process_ends_well_in_any_thread() {
    let outcomes = outcomes([leave_in_this_thread]);
    outcomes.iter().for_each(assert_ends_well);
}

/// The main thread gets no test of its own; what is in this section is called in it before `main`.
#[cfg(target_os = "linux")]
mod main_thread {
    use super::{assert_ends_well, leave_in_this_thread};
    use std::env;
    use std::process::Command;

    const LEAVE: &str = "GC_CORE_TEST_MAIN_THREAD";

    #[used]
    // SAFETY: the section holds functions that take what is passed, or less, and give nothing.
    #[unsafe(link_section = ".init_array")]
    static BEFORE_MAIN: extern "C" fn() = before_main;

    extern "C" fn before_main() {
        if env::var_os(LEAVE).is_some() {
            leave_in_this_thread();
        }
    }

    #[test]
    fn a_process_ends_well_in_its_main_thread() {
        let executable = env::current_exe().expect("this executable has a path");
        // Runs no test, and returns from `main`.
        let outcome = Command::new(executable).args(["--exact", "none"]).env(LEAVE, "").output().expect("its end");
        assert_ends_well(&outcome);
    }
}
