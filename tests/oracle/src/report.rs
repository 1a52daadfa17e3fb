//! What the programs have done: without this a green run says little.

use crate::program::{
    BagAct, BagOp, CallbackOp, CollectorOp, EdgeOp, GarbageOp, GcOp, Held, MoveOp, Op, PouchOp, RootOp, Shape, ValueOp,
    WeakOp,
};
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

/// Defines [`Effects`]: sums, with what they are called in the report.
macro_rules! effects {
    ($($(#[$doc:meta])* $name:ident: $label:literal,)+) => {
        /// What happened in the heap.
        #[derive(Clone, Copy, Default, Debug)]
        #[allow(missing_docs, reason = "the names say it")]
        pub struct Effects {
            $($(#[$doc])* pub $name: u64,)+
            pub explicit_collections: [u64; 3],
            pub automatic_collections: [u64; 3],
            /// The most objects that were alive at once.
            pub most_alive: usize,
        }

        impl Effects {
            fn add(&mut self, other: &Effects) {
                $(self.$name += other.$name;)+
                for generation in 0..3 {
                    self.explicit_collections[generation] += other.explicit_collections[generation];
                    self.automatic_collections[generation] += other.automatic_collections[generation];
                }
                self.most_alive = self.most_alive.max(other.most_alive);
            }
        }

        impl fmt::Display for Effects {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "{:<32}{}", $label, self.$name)?;)+
                let [young, middle, old] = self.explicit_collections;
                writeln!(f, "{:<32}{young} young, {middle} middle, {old} old", "explicit collections")?;
                let [young, middle, old] = self.automatic_collections;
                writeln!(f, "{:<32}{young} young, {middle} middle, {old} old", "automatic collections")?;
                write!(f, "{:<32}{}", "most objects at once", self.most_alive)
            }
        }
    };
}

effects! {
    allocated: "objects",
    /// The values that were dropped because nothing pointed to them any more.
    died_by_count: "died by count",
    /// The values that were dropped because a collection had found them unreachable.
    died_in_collection: "died in collections",
    /// The units, of which it is not known how they died.
    died_units: "units died",
    finalized_by_count: "finalized at their last pointer",
    finalized_in_collection: "finalized by collections",
    resurrected_by_count: "brought back at the last pointer",
    /// Objects that collections found unreachable, and then not.
    resurrected: "brought back in collections",
    /// Objects that collections kept.
    saved: "saved from collections",
    frozen: "frozen",
    callbacks: "callbacks run",
    /// Those among them that belong to a `Watch`.
    watches: "of watches",
    /// Callbacks that did not run because their `Watch` died with the object.
    silent_watches: "silent watches",
    /// Calls of callbacks of the collector.
    observed: "collections observed",
    /// The sum of what collections returned.
    collected: "collected",
    /// Calls of `collect` from within a collection.
    nested_collections: "collections within collections",
    /// Collections in which the model had to allow for more than one result.
    inexact_collections: "collections judged by bounds",
    /// Operations after which the model had to ask for `get_count`.
    unsure_counts: "counts asked for",
    inspections: "inspections",
    /// What destructors and callbacks have done.
    actions: "actions",
    /// What finalizers have done.
    wills: "wills",
    panics: "panics",
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
        self.effects.add(&other.effects);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<22}{:>12}{:>12}{:>12}{:>12}", "operation", "done", "skipped", "refused", "panicked")?;
        for (op, [done, skipped, refused, panicked]) in &self.outcomes {
            writeln!(f, "{op:<22}{done:>12}{skipped:>12}{refused:>12}{panicked:>12}")?;
        }
        writeln!(f, "{:<32}{}", "programs", self.programs)?;
        write!(f, "{}", self.effects)
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
                Held::SaveAll(_) => "hold saveall",
            },
            Op::Pouch(PouchOp::Weak(..)) => "pouch weak",
            Op::Pouch(PouchOp::Watch(..)) => "pouch watch",
            Op::Pouch(PouchOp::Bag(..)) => "pouch container",
            Op::Pouch(PouchOp::Take(_)) => "pouch take",
            Op::Callback(CallbackOp::OnDrop { .. }) => "callback on_drop",
            Op::Callback(CallbackOp::Watch { .. }) => "callback watch",
            Op::Callback(CallbackOp::Call(_)) => "callback call",
            Op::Callback(CallbackOp::Detach(..)) => "callback detach",
            Op::Callback(CallbackOp::Forget(_)) => "callback forget",
            Op::Callback(CallbackOp::Keep(_)) => "callback keep",
            Op::Callback(CallbackOp::CloneWatch(_)) => "callback clone watch",
            Op::Callback(CallbackOp::DropWatch(_)) => "callback drop watch",
            Op::Callback(CallbackOp::KeepWatch(_)) => "callback keep watch",
            Op::Bag(BagOp::New { .. }) => "container new",
            Op::Bag(BagOp::Drop(_)) => "container drop",
            Op::Bag(BagOp::Use(_, act) | BagOp::UseMore(_, act)) => match act {
                BagAct::Insert(_) | BagAct::InsertMore(_) => "container insert",
                BagAct::Remove(_) => "container remove",
                BagAct::Get(_) => "container get",
                BagAct::Clear => "container clear",
                BagAct::List => "container list",
            },
            Op::Gc(GcOp::Young) => "gc young",
            Op::Gc(GcOp::Middle) => "gc middle",
            Op::Gc(GcOp::Old) => "gc old",
            Op::Gc(GcOp::Full) => "gc full",
            Op::Gc(GcOp::Thresholds(..)) => "gc thresholds",
            Op::Gc(GcOp::Automatic(_)) => "gc automatic",
            Op::Gc(GcOp::Safepoint) => "gc safepoint",
            Op::Gc(GcOp::AtSafepoints(_)) => "gc trigger",
            Op::Collector(CollectorOp::Freeze(true)) => "collector freeze",
            Op::Collector(CollectorOp::Freeze(false)) => "collector unfreeze",
            Op::Collector(CollectorOp::Print(_)) => "collector print",
            Op::Collector(CollectorOp::Garbage(GarbageOp::Clear)) => "garbage clear",
            Op::Collector(CollectorOp::Garbage(GarbageOp::Take)) => "garbage take",
            Op::Collector(CollectorOp::Garbage(GarbageOp::Root(_))) => "garbage root",
            Op::Collector(CollectorOp::AddCallback { .. }) => "collector add callback",
            Op::Collector(CollectorOp::RemoveCallback(_)) => "collector remove callback",
            Op::Collector(CollectorOp::Inspect(_)) => "collector inspect",
        }
    }
}
