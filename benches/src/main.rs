//! The numbers that the design promises, as ratios within one run: `cargo run --release -p gc-core-benches`.
//!
//! The unit `u` is the time in which `Rc::new` and drop of a 16-byte value take place, on the system's allocator. Every
//! time is a median of several rounds, but for those on a small stack; the rounds of what is compared are interleaved.

use gc_core::gc::{self, Generation};
use gc_core::{Cc, Trace};
use memory_stats::memory_stats;
use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

const MILLION: usize = 1_000_000;
const ROUNDS: usize = 9;

/// One edge. With a `u64` beside it, it is a value of 16 bytes.
#[derive(Trace, Default)]
struct Small {
    next: Cell<Option<Cc<Small>>>,
}

/// A node with three edges.
#[derive(Trace, Default)]
struct Node {
    edges: [Cell<Option<Cc<Node>>>; 3],
}

/// Half of a pair that keeps itself alive.
#[derive(Trace)]
struct Half {
    other: RefCell<Option<Cc<Half>>>,
}

fn main() {
    let (unit, new_drop) = new_and_drop();
    println!("u = {unit:.1} ns: Rc::new and drop of 16 bytes\n");
    println!("{:58} {:>10} {:>8}", "", "measured", "at most");
    line("Cc clone and drop, of that of Rc", clone_and_drop(), 1.05, "");
    line("Cc::new and drop, 16 bytes", new_drop / unit, 0.75, "u");
    line("memory an object, 16 bytes of payload, a million", bytes_an_object(), 40.0, "B");
    let [untouched, suspect, garbage] = full_collections();
    line("full collection, live and untouched, an object", untouched / unit, 0.05, "u");
    line("full collection, live and all suspect, an object", suspect / unit, 10.0, "u");
    line("full collection, the same as garbage, an object", garbage / unit, 14.0, "u");
    let (pair, growth) = pairs();
    line("a million cycles of two, automatically, an object", pair / unit, 4.0, "u");
    line("  growth of memory meanwhile", growth, 4.0, "MiB");
    line("young collection beside ten million, of that beside none", young_beside(10 * MILLION), 1.2, "");
    let (chain, ring) = on_a_small_stack(10 * MILLION);
    println!(
        "\non a stack of 128 KiB: a chain of ten million dropped in {chain:.2} s, a ring of it collected in {ring:.2} s"
    );
}

fn line(what: &str, measured: f64, limit: f64, unit: &str) {
    let verdict = if measured <= limit { "" } else { "  MISSED" };
    println!("{what:58} {measured:10.3} {limit:6.2} {unit}{verdict}");
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Nanoseconds that each of `count` steps takes.
fn nanoseconds(count: usize, steps: impl FnOnce()) -> f64 {
    let start = Instant::now();
    steps();
    start.elapsed().as_nanos() as f64 / count as f64
}

/// `Rc::new` and drop, and the same with `Cc`, in nanoseconds.
fn new_and_drop() -> (f64, f64) {
    let (mut rc, mut cc) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        rc.push(nanoseconds(MILLION, || (0..MILLION as u64).for_each(|i| drop(black_box(Rc::new([i, i]))))));
        cc.push(nanoseconds(MILLION, || {
            for _ in 0..MILLION {
                drop(black_box(Cc::new((Small::default(), 0u64))));
            }
        }));
    }
    (median(rc), median(cc))
}

/// Clone and drop of a thousand pointers, as a ratio.
fn clone_and_drop() -> f64 {
    fn round<P: Clone>(pointers: &[P]) -> f64 {
        nanoseconds(20 * pointers.len(), || {
            (0..20).for_each(|_| pointers.iter().for_each(|each| drop(black_box(each.clone()))));
        })
    }
    let rcs: Vec<_> = (0..1024).map(|i| Rc::new([i, i])).collect();
    let ccs: Vec<_> = (0..1024).map(|_| Cc::new((Small::default(), 0u64))).collect();
    median((0..50 * ROUNDS).map(|_| round(&ccs) / round(&rcs)).collect())
}

/// Memory in use, in bytes.
fn memory() -> f64 {
    memory_stats().expect("the system tells how much memory is in use").physical_mem as f64
}

fn bytes_an_object() -> f64 {
    let mut objects = Vec::with_capacity(MILLION);
    // So that the vector's own memory is in use beforehand.
    objects.resize_with(MILLION, || None);
    let _pause = gc::pause();
    let before = memory();
    for object in &mut objects {
        *object = Some(Cc::new((Small::default(), 0u64)));
    }
    let bytes = (memory() - before) / MILLION as f64;
    drop(objects);
    bytes
}

fn graph(nodes: usize) -> Vec<Cc<Node>> {
    let mut random = fastrand::Rng::with_seed(42);
    let graph: Vec<_> = (0..nodes).map(|_| Cc::new(Node::default())).collect();
    for node in &graph {
        for edge in &node.edges {
            edge.set(Some(graph[random.usize(..nodes)].clone()));
        }
    }
    graph
}

/// Full collections of a million nodes: untouched, all suspect, and as garbage; in nanoseconds an object.
fn full_collections() -> [f64; 3] {
    let (mut untouched, mut suspect, mut garbage) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let graph = graph(MILLION);
        gc::collect();
        let collect_live = || nanoseconds(MILLION, || assert_eq!(gc::collect(), 0));
        untouched.push(collect_live());
        graph.iter().for_each(|node| drop(node.clone()));
        suspect.push(collect_live());
        // The few that no edge leads to die of this at once.
        drop(graph);
        let mut collected = 0;
        let time = nanoseconds(1, || collected = gc::collect());
        assert!(collected > MILLION * 9 / 10);
        garbage.push(time / collected as f64);
    }
    [median(untouched), median(suspect), median(garbage)]
}

fn make_pair() {
    let [one, two] = [(); 2].map(|()| Cc::new(Half { other: RefCell::new(None) }));
    *one.other.borrow_mut() = Some(two.clone());
    *two.other.borrow_mut() = Some(one);
}

/// Nanoseconds an object, and growth in MiB.
fn pairs() -> (f64, f64) {
    let before = memory();
    let mut figures = Vec::new();
    for _ in 0..ROUNDS {
        figures.push(nanoseconds(2 * MILLION, || (0..MILLION).for_each(|_| make_pair())));
    }
    let growth = (memory() - before) / f64::from(1 << 20);
    gc::collect();
    (median(figures), growth)
}

/// The time of a young collection of a thousand dead pairs and as many live objects, in nanoseconds.
fn young_collection() -> f64 {
    let live: Vec<_> = (0..1000).map(|_| Cc::new(Node::default())).collect();
    (0..1000).for_each(|_| make_pair());
    let time = nanoseconds(1, || assert_eq!(gc::collect_generation(Generation::Young), 2000));
    drop(live);
    gc::collect_generation(Generation::Middle);
    time
}

/// A young collection beside a large old heap, as a ratio to one beside an empty heap: that of another thread. Both run
/// on one core, where the system lets them, for one core may be slower than another.
fn young_beside(old: usize) -> f64 {
    if let Some(core) = core_affinity::get_core_ids().and_then(|cores| cores.last().copied()) {
        // The other thread inherits it.
        core_affinity::set_for_current(core);
    }
    let (ask, asked) = mpsc::channel::<()>();
    let (answer, answered) = mpsc::channel();
    let other = thread::spawn(move || {
        gc::disable();
        asked.iter().for_each(|()| answer.send(young_collection()).expect("someone asks"));
    });
    let _pause = gc::pause();
    let mut heap: Vec<_> = (0..old).map(|_| Cc::new((Small::default(), 0u64))).collect();
    gc::collect();
    // A heap that has been used for a while: suspects everywhere, and holes.
    heap.iter().for_each(|object| drop(object.clone()));
    let mut index = 0;
    heap.retain(|_| {
        index += 1;
        index % 4 != 0
    });
    let ratios = (0..ROUNDS * 20).map(|_| {
        let beside = young_collection();
        ask.send(()).expect("the thread is there");
        beside / answered.recv().expect("the thread answers")
    });
    let ratio = median(ratios.collect());
    drop(ask);
    other.join().expect("no panic");
    ratio
}

/// Seconds.
fn on_a_small_stack(length: usize) -> (f64, f64) {
    let chain = move |first: &Cc<Half>| {
        (1..length).fold(first.clone(), |rest, _| Cc::new(Half { other: RefCell::new(Some(rest)) }))
    };
    let run = move || {
        let first = Cc::new(Half { other: RefCell::new(None) });
        let last = chain(&first);
        let ring_closed = nanoseconds(1, || {
            *first.other.borrow_mut() = Some(last);
            drop(first);
            assert_eq!(gc::collect(), length);
        });
        let last = chain(&Cc::new(Half { other: RefCell::new(None) }));
        let chain_dropped = nanoseconds(1, || drop(last));
        (chain_dropped / 1e9, ring_closed / 1e9)
    };
    let thread = thread::Builder::new().stack_size(128 * 1024).spawn(run).expect("a thread");
    thread.join().expect("enough stack")
}
