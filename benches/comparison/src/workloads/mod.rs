//! The workloads, each written once, generic over the peer.
//!
//! A workload is handed a [`Bench`], which says how large it is to be, tells a manual peer when to collect, and is the
//! clock. It returns a checksum, which depends on what it did and not on the peer. The twins in other languages are
//! translations of this code, to the last random number.

mod cycles;
mod graphs;
mod objects;
mod trees;

pub(crate) use cycles::short_lived_pairs;
pub(crate) use graphs::graph;

use crate::peers::{Ability, Peer, Visitor};
use std::time::{Duration, Instant};

/// What a workload is for: which peers can do it, and what is aimed at.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// What is measured, and the unit: nanoseconds for one of these.
    pub what: &'static str,
    /// Which peers can do it.
    pub needs: Needs,
    /// Ours, as a ratio to the best peer: the most that the design allows, on the system's allocator and with mimalloc.
    pub targets: [f64; 2],
}

/// What a peer needs to take part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Nothing: no cycles are made.
    Nothing,
    /// Nothing, but ours is compared with `Rc` alone.
    NothingButRc,
    /// It collects cycles, and is told when.
    Cycles,
    /// It collects cycles while they are being made; a manual peer has to be told how often.
    CyclesAllAlong,
    /// It collects cycles, and does something when there is nothing to be found. This project takes part as well.
    QuietHeap,
}

impl Needs {
    /// Whether a peer of this ability can do it, or ought to.
    pub fn are_met_by(self, ability: Ability) -> bool {
        match self {
            Needs::Nothing | Needs::NothingButRc => true,
            Needs::Cycles | Needs::CyclesAllAlong => ability.collects(),
            Needs::QuietHeap => matches!(ability, Ability::CollectsAll { .. }),
        }
    }
}

/// All of them.
#[rustfmt::skip]
pub const WORKLOADS: [Workload; 14] = [
    Workload { name: "clone_drop", what: "clone and drop, over 1024 objects", needs: Needs::NothingButRc, targets: [1.05, 1.05] },
    Workload { name: "alloc_free", what: "new and drop of a 16-byte node, one at a time", needs: Needs::Nothing, targets: [0.6, 0.85] },
    Workload { name: "alloc_batch", what: "a node of a million, put into a vector, and dropped with it", needs: Needs::Nothing, targets: [0.4, 0.9] },
    Workload { name: "binary_trees", what: "a node of the benchmarks game's trees, n = 18", needs: Needs::Nothing, targets: [0.45, 0.9] },
    Workload { name: "parent_trees", what: "a node of the same with parent pointers, depths 4 to 16", needs: Needs::CyclesAllAlong, targets: [0.6, 0.9] },
    Workload { name: "pairs", what: "an object of 5 M cycles of two", needs: Needs::CyclesAllAlong, targets: [0.45, 0.7] },
    Workload { name: "dll", what: "a node of a doubly linked ring of a million, built and reclaimed, 5 times", needs: Needs::Cycles, targets: [0.7, 0.9] },
    Workload { name: "dll_collect", what: "a node of the ring, its collection alone", needs: Needs::Cycles, targets: [0.6, 0.8] },
    Workload { name: "live_full", what: "a node of a quiet random graph of a million, at a full collection", needs: Needs::QuietHeap, targets: [0.01, 0.01] },
    Workload { name: "touched_1", what: "the same after cloning and dropping 1 % of the nodes", needs: Needs::Cycles, targets: [0.7, 0.7] },
    Workload { name: "touched_100", what: "the same after cloning and dropping all of them", needs: Needs::Cycles, targets: [0.7, 0.7] },
    Workload { name: "graph_garbage", what: "a node of that graph, dropped at once, and collected", needs: Needs::Cycles, targets: [0.7, 0.8] },
    Workload { name: "steady", what: "one of 5 M short-lived cyclic objects that point into 500 k live nodes", needs: Needs::CyclesAllAlong, targets: [0.12, 0.15] },
    Workload { name: "mutate", what: "a random step: allocate, link, unlink or drop", needs: Needs::CyclesAllAlong, targets: [0.75, 0.9] },
];

/// What a workload is to know of the run, and the clock.
pub struct Bench {
    /// A hundredth of everything, to see that it works.
    pub quick: bool,
    /// A manual peer collects after so many new objects; `None` for one that does so itself.
    pub collect_every: Option<u64>,
    since_collection: u64,
    elapsed: Duration,
    operations: u64,
}

impl Bench {
    /// A clock at zero.
    pub fn new(quick: bool, collect_every: Option<u64>) -> Bench {
        Bench { quick, collect_every, since_collection: 0, elapsed: Duration::ZERO, operations: 0 }
    }

    /// How many there are to be, of so many in a full run.
    pub fn count(&self, full: usize) -> usize {
        if self.quick { full.div_ceil(100) } else { full }
    }

    /// How deep a tree is to be, of so deep in a full run.
    pub fn depth(&self, full: u32) -> u32 {
        if self.quick { full - 6 } else { full }
    }

    /// Runs `timed` on the clock, as so many operations.
    pub fn time<R>(&mut self, operations: usize, timed: impl FnOnce(&mut Bench) -> R) -> R {
        self.operations += operations as u64;
        let start = Instant::now();
        let result = timed(self);
        self.elapsed += start.elapsed();
        result
    }

    /// Called after so many objects that may become cyclic garbage have been made: where a manual peer collects.
    #[inline]
    pub fn made<P: Peer>(&mut self, objects: u64) {
        if P::ABILITY.is_manual() {
            self.since_collection += objects;
            if self.collect_every.is_some_and(|every| self.since_collection >= every) {
                self.since_collection = 0;
                P::collect();
            }
        }
    }

    /// Nanoseconds an operation.
    pub fn nanoseconds(&self) -> f64 {
        self.elapsed.as_nanos() as f64 / self.operations as f64
    }
}

/// Runs the workload of that name, and returns its checksum.
pub struct Run<'a> {
    /// Which one.
    pub workload: &'a str,
    /// How.
    pub bench: &'a mut Bench,
}

impl Visitor for Run<'_> {
    type Output = Option<u64>;

    fn visit<P: Peer>(self) -> Option<u64> {
        let bench = self.bench;
        Some(match self.workload {
            "clone_drop" => objects::clone_drop::<P>(bench),
            "alloc_free" => objects::alloc_free::<P>(bench),
            "alloc_batch" => objects::alloc_batch::<P>(bench),
            "binary_trees" => trees::binary_trees::<P>(bench),
            "parent_trees" => trees::parent_trees::<P>(bench),
            "pairs" => cycles::pairs::<P>(bench),
            "dll" => cycles::dll::<P>(bench),
            "dll_collect" => cycles::dll_collect::<P>(bench),
            "steady" => cycles::steady::<P>(bench),
            "mutate" => graphs::mutate::<P>(bench),
            "live_full" => graphs::touched_full::<P>(bench, 0),
            "touched_1" => graphs::touched_full::<P>(bench, 1),
            "touched_100" => graphs::touched_full::<P>(bench, 100),
            "graph_garbage" => graphs::graph_garbage::<P>(bench),
            _ => return None,
        })
    }
}

/// Random numbers that are easily had in any language.
pub struct Random(u64);

impl Random {
    /// The sequence that every workload uses.
    pub fn new() -> Random {
        Random(42)
    }

    /// A number less than `bound`, which is less than 2³¹.
    #[inline]
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 33) * bound as u64) >> 31) as usize
    }
}

impl Default for Random {
    fn default() -> Random {
        Random::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Bench, Run, WORKLOADS};
    use crate::peers;
    use crate::ticket::{Counted, Counts};
    use std::collections::HashMap;
    use std::thread;

    #[test]
    fn every_peer_does_the_same_and_frees_everything() {
        let mut checksums = HashMap::new();
        for peer in peers::NAMES {
            let ability = peers::ability(peer).expect("a known peer");
            for workload in WORKLOADS.iter().filter(|workload| peer == "gc-core" || workload.needs.are_met_by(ability))
            {
                let run = move || {
                    let mut bench = Bench::new(true, ability.is_manual().then_some(10_000));
                    let run = Run { workload: workload.name, bench: &mut bench };
                    let checksum = peers::with_peer::<Counted, _>(peer, run).flatten().expect("a known workload");
                    (checksum, Counts::get())
                };
                // Some peers follow pointers by recursion.
                let thread = thread::Builder::new().stack_size(256 << 20).spawn(run).expect("a thread");
                let (checksum, counts) = thread.join().expect("no panic");
                assert!(counts.born > 0);
                assert_eq!(counts.died, counts.born, "{peer} {}", workload.name);
                assert_eq!(*checksums.entry(workload.name).or_insert(checksum), checksum, "{peer} {}", workload.name);
            }
        }
    }
}
