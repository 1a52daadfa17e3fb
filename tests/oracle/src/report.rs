//! What the programs have done: without this a green run says little.

use crate::program::{EdgeOp, GcOp, Held, MoveOp, Op, RootOp, Shape, ValueOp, WeakOp};
use std::collections::BTreeMap;
use std::fmt;

/// What became of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was done.
    Done,
    /// There was nothing to do it with.
    Skipped,
    /// It was turned down: a cell was borrowed, an object shared, a weak pointer dead.
    Refused,
    /// A destructor panicked in the course of it, or a constructor.
    Panicked,
}

/// What happened in the heap.
#[derive(Clone, Copy, Default, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Effects {
    pub allocated: u64,
    /// The values that were dropped because nothing pointed to them any more.
    pub died_by_count: u64,
    /// The values that were dropped because a collection had found them unreachable.
    pub died_in_collection: u64,
    /// The units, of which it is not known how they died.
    pub died_units: u64,
    /// The sum of what explicit collections returned.
    pub collected: u64,
    pub explicit_collections: [u64; 3],
    pub automatic_collections: [u64; 3],
    /// Calls of `collect` from within a collection.
    pub nested_collections: u64,
    pub actions: u64,
    /// Destructors and constructors that panicked.
    pub panics: u64,
    /// The most objects that were alive at once.
    pub most_alive: usize,
}

/// What a number of programs have done.
#[derive(Clone, Default, Debug)]
pub struct Report {
    /// The number of programs.
    pub programs: u64,
    outcomes: BTreeMap<&'static str, [u64; 4]>,
    /// What happened in the heap.
    pub effects: Effects,
}

impl Report {
    pub(crate) fn note(&mut self, op: &'static str, outcome: Outcome) {
        self.outcomes.entry(op).or_default()[outcome as usize] += 1;
    }

    /// Adds what others have done.
    pub fn add(&mut self, other: &Report) {
        self.programs += other.programs;
        for (op, outcomes) in &other.outcomes {
            let sums = self.outcomes.entry(op).or_default();
            sums.iter_mut().zip(outcomes).for_each(|(sum, count)| *sum += count);
        }
        let (a, b) = (&mut self.effects, &other.effects);
        a.allocated += b.allocated;
        a.died_by_count += b.died_by_count;
        a.died_in_collection += b.died_in_collection;
        a.died_units += b.died_units;
        a.collected += b.collected;
        for generation in 0..3 {
            a.explicit_collections[generation] += b.explicit_collections[generation];
            a.automatic_collections[generation] += b.automatic_collections[generation];
        }
        a.nested_collections += b.nested_collections;
        a.actions += b.actions;
        a.panics += b.panics;
        a.most_alive = a.most_alive.max(b.most_alive);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<22}{:>12}{:>12}{:>12}{:>12}", "operation", "done", "skipped", "refused", "panicked")?;
        for (op, [done, skipped, refused, panicked]) in &self.outcomes {
            writeln!(f, "{op:<22}{done:>12}{skipped:>12}{refused:>12}{panicked:>12}")?;
        }
        let e = &self.effects;
        let [young, middle, old] = e.explicit_collections;
        let [auto_young, auto_middle, auto_old] = e.automatic_collections;
        writeln!(f, "programs                        {}", self.programs)?;
        writeln!(f, "objects                         {} (at most {} at once)", e.allocated, e.most_alive)?;
        writeln!(f, "died by count                   {}", e.died_by_count)?;
        writeln!(f, "died in collections             {}", e.died_in_collection)?;
        writeln!(f, "units died                      {}", e.died_units)?;
        writeln!(f, "explicit collections            {young} young, {middle} middle, {old} old")?;
        writeln!(f, "automatic collections           {auto_young} young, {auto_middle} middle, {auto_old} old")?;
        writeln!(f, "returned by explicit ones       {}", e.collected)?;
        writeln!(f, "collections within collections  {}", e.nested_collections)?;
        writeln!(f, "actions of destructors          {}", e.actions)?;
        write!(f, "panics                          {}", e.panics)
    }
}

impl Op {
    /// What the operation is called in reports.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Op::Alloc(_) => "alloc",
            Op::Build(build) => match build.shape {
                Shape::Chain => "build chain",
                Shape::Ring => "build ring",
            },
            Op::Edge(EdgeOp::Link { .. }) => "edge link",
            Op::Edge(EdgeOp::Unlink { .. }) => "edge unlink",
            Op::Edge(EdgeOp::UnlinkInPlace { .. }) => "edge unlink in place",
            Op::Move(MoveOp::In { .. }) => "move in",
            Op::Move(MoveOp::Out { .. }) => "move out",
            Op::Move(MoveOp::Swap { .. }) => "move swap",
            Op::Move(MoveOp::SwapValues { .. }) => "move swap values",
            Op::Move(MoveOp::Replace { .. }) => "move replace",
            Op::Root(RootOp::Clone(_)) => "root clone",
            Op::Root(RootOp::Drop(_)) => "root drop",
            Op::Root(RootOp::DropMany(_)) => "root drop many",
            Op::Root(RootOp::Keep(_)) => "root keep",
            Op::Root(RootOp::Unkeep) => "root unkeep",
            Op::Weak(WeakOp::Downgrade(_)) => "weak downgrade",
            Op::Weak(WeakOp::Upgrade(_)) => "weak upgrade",
            Op::Weak(WeakOp::Clone(_)) => "weak clone",
            Op::Weak(WeakOp::Drop(_)) => "weak drop",
            Op::Weak(WeakOp::Store(..)) => "weak store",
            Op::Weak(WeakOp::Take(_)) => "weak take",
            Op::Weak(WeakOp::Keep(_)) => "weak keep",
            Op::Value(ValueOp::Unwrap(_)) => "value unwrap",
            Op::Value(ValueOp::IntoRaw(_)) => "value into raw",
            Op::Value(ValueOp::FromRaw(_)) => "value from raw",
            Op::Value(ValueOp::CloneRaw(_)) => "value clone raw",
            Op::Value(ValueOp::DropRaw(_)) => "value drop raw",
            Op::Value(ValueOp::TieRaw { .. }) => "value tie raw",
            Op::Hold(hold) => match hold.held {
                Held::Shared(_) => "hold shared",
                Held::Exclusive(_) => "hold exclusive",
                Held::GetMut(..) => "hold get_mut",
                Held::MakeMut(..) => "hold make_mut",
                Held::NewCyclic(_) => "hold new_cyclic",
                Held::Pause => "hold pause",
            },
            Op::Gc(GcOp::Young) => "gc young",
            Op::Gc(GcOp::Middle) => "gc middle",
            Op::Gc(GcOp::Old) => "gc old",
            Op::Gc(GcOp::Full) => "gc full",
            Op::Gc(GcOp::Thresholds(..)) => "gc thresholds",
            Op::Gc(GcOp::Automatic(_)) => "gc automatic",
        }
    }
}
