//! Runs a program on the heap, with the model looking on.
//!
//! Each operation is run on its own: a panic of a destructor ends it and nothing else, and then everything is compared.
//! Roots that an operation needs while others run are taken off the list for that time.

use crate::action::{Boom, keep, unkeep, unkeep_weak, with_kept};
use crate::check::compare;
use crate::construct::{Cargo, EMPTY, chain, collect, construct, fits, ring};
use crate::handle::{Raw, Strong, Weak};
use crate::model::{Id, Model, State, model};
use crate::program::{Action, Alloc, Build, GcOp, Init, Kind, Op, RootOp, Shape};
use crate::report::{Outcome, Report};
use gc_core::gc::{self, Generation};
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How many objects there may be before no more are built by the dozen.
const CROWDED: usize = 300;

/// How many collections may be needed until nothing is left. Each can set off destructors that leave something behind,
/// but those are fewer every time.
const ROUNDS: usize = 100;

/// The first difference between the heap and the model.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The index of the operation; the number of operations if it showed in the clean-up after the last.
    pub op: usize,
    /// What is wrong.
    pub message: String,
    /// The model at that moment.
    pub dump: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operation {}: {}\nthe model:\n{}", self.op, self.message, self.dump)
    }
}

/// See the module.
pub(crate) struct Interpreter<'p> {
    ops: &'p [Op],
    next: usize,
    pub(crate) roots: Vec<Strong>,
    pub(crate) weaks: Vec<Weak>,
    pub(crate) raws: Vec<Raw>,
    report: Report,
    failure: Option<Failure>,
}

/// The index of the thing that a number stands for.
pub(crate) fn pick<T>(things: &[T], number: u8) -> Option<usize> {
    usize::from(number).checked_rem(things.len())
}

impl<'p> Interpreter<'p> {
    /// Starts with a fresh model. The heap must be empty.
    pub(crate) fn new(ops: &'p [Op]) -> Interpreter<'p> {
        gc::set_verify(true);
        model(|m| *m = Model::new(gc::is_enabled()));
        let (roots, weaks, raws) = (Vec::new(), Vec::new(), Vec::new());
        Interpreter { ops, next: 0, roots, weaks, raws, report: Report::default(), failure: None }
    }

    /// Runs the whole program, and sees to it that nothing is left.
    pub(crate) fn complete(mut self) -> Result<Report, Failure> {
        self.run(usize::MAX);
        if self.failure.is_none() {
            self.clean_up();
        }
        match self.failure.take() {
            None => {
                self.report.programs = 1;
                self.report.effects = model(|m| m.effects);
                Ok(self.report)
            }
            Some(failure) => {
                // There is no telling what a broken heap does next.
                std::mem::forget(self);
                while unkeep().map(std::mem::forget).is_some() {}
                while unkeep_weak().map(std::mem::forget).is_some() {}
                Err(failure)
            }
        }
    }

    /// Runs the next operations.
    pub(crate) fn run(&mut self, count: usize) {
        let end = self.next.saturating_add(count).min(self.ops.len());
        while self.next < end && self.failure.is_none() {
            let op = &self.ops[self.next];
            self.next += 1;
            self.guarded(op.name(), |this| this.apply(op));
        }
    }

    /// Does something, and compares the heap with the model.
    fn guarded(&mut self, name: &'static str, f: impl FnOnce(&mut Self) -> Outcome) {
        let index = self.next.saturating_sub(1);
        let outer = model(|m| m.panicked.take());
        let result = catch_unwind(AssertUnwindSafe(|| f(self)));
        let panicked = model(|m| std::mem::replace(&mut m.panicked, outer));
        if self.failure.is_some() {
            return;
        }
        match self.judge(result, panicked) {
            Ok(outcome) => self.report.note(name, outcome),
            Err(message) => self.failure = Some(Failure { op: index, message, dump: model(|m| m.dump()) }),
        }
    }

    fn judge(&self, result: Result<Outcome, Box<dyn Any + Send>>, panicked: Option<Id>) -> Result<Outcome, String> {
        if let Some(fault) = model(Model::take_fault) {
            return Err(fault);
        }
        let outcome = match result {
            Ok(outcome) if panicked.is_none() => outcome,
            Ok(_) => return Err(format!("the panic of the destructor of #{panicked:?} got lost")),
            Err(payload) => match (payload.downcast_ref::<Boom>(), panicked) {
                (Some(&Boom(id)), Some(first)) if id == first => Outcome::Panicked,
                (Some(Boom(id)), first) => return Err(format!("the panic of #{id} went on, the first was {first:?}")),
                (None, _) => return Err(format!("panicked: {}", text(&*payload))),
            },
        };
        model(|m| m.settle(gc::is_enabled(), gc::get_count().into()));
        compare(&self.roots, &self.weaks);
        if let Some(fault) = model(Model::take_fault) {
            return Err(fault);
        }
        catch_unwind(gc::verify).map_err(|payload| format!("verify: {}", text(&*payload)))?;
        Ok(outcome)
    }

    /// Drops everything. Nothing may be left of the heap.
    fn clean_up(&mut self) {
        self.next = self.ops.len() + 1;
        gc::enable();
        gc::set_threshold(2000, 10, 10);
        model(|m| (m.enabled, m.threshold) = (true, Some(2000)));
        self.guarded("end: roots", |this| {
            this.roots.clear();
            Outcome::Done
        });
        self.guarded("end: raw", |this| {
            this.raws.clear();
            Outcome::Done
        });
        for _ in 0..ROUNDS {
            self.guarded("end: kept", |_| {
                while let Some(strong) = unkeep() {
                    drop(strong);
                }
                Outcome::Done
            });
            let mut left = usize::MAX;
            self.guarded("end: collect", |_| {
                left = collect(None);
                Outcome::Done
            });
            if left == 0 && with_kept(|kept, _| kept.is_empty()) {
                break;
            }
        }
        self.guarded("end: weak", |this| {
            let left = model(|m| m.objects.iter().position(|object| object.state != State::Dead));
            if let Some(left) = left {
                model(|m| m.fail(|m| format!("{} is left in the end", m.describe(left))));
            }
            if gc::get_count() != (0, 0, 0) {
                model(|m| m.fail(|_| format!("the heap is empty, but its counts are {:?}", gc::get_count())));
            }
            this.weaks.clear();
            while unkeep_weak().is_some() {}
            Outcome::Done
        });
    }

    fn apply(&mut self, op: &Op) -> Outcome {
        match *op {
            Op::Alloc(op) => self.alloc(op),
            Op::Build(op) => self.build(op),
            Op::Edge(op) => self.edge(op),
            Op::Move(op) => self.shift(op),
            Op::Root(op) => self.root(op).unwrap_or(Outcome::Skipped),
            Op::Weak(op) => self.weak(op).unwrap_or(Outcome::Skipped),
            Op::Value(op) => self.value(op).unwrap_or(Outcome::Skipped),
            Op::Hold(op) => self.hold(op).unwrap_or(Outcome::Skipped),
            Op::Gc(op) => gc_op(op),
        }
    }

    /// Roots, or clones of them, for the slots of a new object. What does not fit is left where it is.
    pub(crate) fn load(&mut self, kind: Kind, inits: [Init; 2]) -> Cargo {
        let mut cargo = EMPTY;
        for (slot, init) in inits.into_iter().enumerate() {
            let (Init::Clone(root) | Init::Move(root)) = init else { continue };
            let Some(index) = pick(&self.roots, root) else { continue };
            let target = self.roots[index].id();
            if fits(kind, slot, model(|m| m.objects[target].kind)) {
                cargo[slot] = Some(match init {
                    Init::Move(_) => self.roots.swap_remove(index),
                    _ => self.roots[index].clone(),
                });
            }
        }
        cargo
    }

    fn alloc(&mut self, Alloc { kind, make, action, inits }: Alloc) -> Outcome {
        let cargo = self.load(kind, inits);
        self.roots.push(construct(kind, action, cargo, make));
        Outcome::Done
    }

    fn build(&mut self, Build { shape, kind, len, action }: Build) -> Outcome {
        if model(|m| m.alive) > CROWDED {
            return Outcome::Skipped;
        }
        // Others could not be linked.
        let kind = if fits(kind, 0, Kind::List) { kind } else { Kind::List };
        let len = usize::from(len);
        let action = |index| if index % 16 == 0 { action } else { Action::Nothing };
        self.roots.push(match shape {
            Shape::Chain => chain(kind, len, action),
            Shape::Ring => ring(kind, len, action),
        });
        Outcome::Done
    }

    fn root(&mut self, op: RootOp) -> Option<Outcome> {
        match op {
            RootOp::Clone(root) => {
                let clone = self.roots[pick(&self.roots, root)?].clone();
                self.roots.push(clone);
            }
            RootOp::Drop(root) => {
                let index = pick(&self.roots, root)?;
                drop(self.roots.swap_remove(index));
            }
            RootOp::DropMany(count) => {
                let left = self.roots.len().saturating_sub(usize::from(count % 8));
                self.roots.truncate(left);
            }
            RootOp::Keep(root) => {
                let index = pick(&self.roots, root)?;
                keep(self.roots.swap_remove(index));
            }
            RootOp::Unkeep => self.roots.push(unkeep()?),
        }
        Some(Outcome::Done)
    }
}

fn gc_op(op: GcOp) -> Outcome {
    match op {
        GcOp::Young => drop(collect(Some(Generation::Young))),
        GcOp::Middle => drop(collect(Some(Generation::Middle))),
        GcOp::Old => drop(collect(Some(Generation::Old))),
        GcOp::Full => drop(collect(None)),
        GcOp::Thresholds(young, middle, old) => {
            gc::set_threshold(young.into(), usize::from(middle), usize::from(old));
            model(|m| m.threshold = Some(young.into()));
        }
        GcOp::Automatic(true) => {
            gc::enable();
            model(|m| m.enabled = true);
        }
        GcOp::Automatic(false) => {
            gc::disable();
            model(|m| m.enabled = false);
        }
    }
    Outcome::Done
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|&text| text.into())).unwrap_or_default()
}
