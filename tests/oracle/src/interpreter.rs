//! Runs a program on the heap, with the model looking on.
//!
//! Each operation is run on its own: a panic of a destructor ends it and nothing else, and then everything is compared.
//! Roots that an operation needs while others run are taken off the list for that time.

use crate::action::Boom;
use crate::bag::Bag;
use crate::callback::Registration;
use crate::check::compare;
use crate::collector::{gc_op, set_debug, set_thresholds, set_trigger};
use crate::construct::{Cargo, EMPTY, chain, collect, construct, fits, has_slot, ring};
use crate::handle::{Raw, Strong, Watcher, Weak};
use crate::kept::{self, CALLBACKS, STRONG, WATCHES, WEAK, keep, unkeep};
use crate::model::{Model, Source, State, model};
use crate::program::{Alloc, Build, CollectorOp, Deeds, GarbageOp, Init, Kind, Make, Op, RootOp, Shape};
use crate::report::{Outcome, Report};
use gc_core::gc::{self, CallbackId, Trigger};
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
    pub(crate) callbacks: Vec<Registration>,
    pub(crate) watches: Vec<Watcher>,
    pub(crate) bags: Vec<Bag>,
    /// The callbacks of the collector, with their names.
    pub(crate) observers: Vec<(CallbackId, usize)>,
    report: Report,
    failure: Option<Failure>,
}

/// The index of the thing that a number stands for.
pub(crate) fn pick<T>(things: &[T], number: u8) -> Option<usize> {
    usize::from(number).checked_rem(things.len())
}

/// Takes the thing that a number stands for.
pub(crate) fn take<T>(things: &mut Vec<T>, number: u8) -> Option<T> {
    let index = pick(things, number)?;
    Some(things.swap_remove(index))
}

impl<'p> Interpreter<'p> {
    /// Starts with a fresh model. The heap must be empty.
    pub(crate) fn new(ops: &'p [Op]) -> Interpreter<'p> {
        gc::set_verify(true);
        // The numbers that decide on collections of the old generation are those of an empty heap after this.
        gc::collect();
        gc::set_debug_sink(|line| model(|m| m.print(line)));
        model(|m| *m = Model::default());
        let mut this = Interpreter {
            ops,
            next: 0,
            roots: Vec::new(),
            weaks: Vec::new(),
            raws: Vec::new(),
            callbacks: Vec::new(),
            watches: Vec::new(),
            bags: Vec::new(),
            observers: Vec::new(),
            report: Report::default(),
            failure: None,
        };
        this.reset();
        this
    }

    /// Sets everything that can be set of the collector to what it is at first.
    fn reset(&mut self) {
        gc::enable();
        model(|m| (m.pacing.enabled, m.observers.prints, m.save_all) = (true, false, false));
        set_thresholds([2000, 10, 10]);
        set_trigger(Trigger::Allocation);
        set_debug();
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
                kept::forget_all();
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

    fn judge(&self, result: Result<Outcome, Box<dyn Any + Send>>, panicked: Option<Source>) -> Result<Outcome, String> {
        if let Some(fault) = model(Model::take_fault) {
            return Err(fault);
        }
        let outcome = match result {
            Ok(outcome) if panicked.is_none() => outcome,
            Ok(_) => return Err(format!("the panic of {panicked:?} got lost")),
            Err(payload) => match (payload.downcast_ref::<Boom>(), panicked) {
                (Some(&Boom(source)), Some(first)) if source == first => Outcome::Panicked,
                (Some(Boom(source)), first) => {
                    return Err(format!("the panic of {source:?} went on, the first was {first:?}"));
                }
                (None, _) => return Err(format!("panicked: {}", text(&*payload))),
            },
        };
        model(Model::settle);
        compare(self);
        if let Some(fault) = model(Model::take_fault) {
            return Err(fault);
        }
        catch_unwind(gc::verify).map_err(|payload| format!("verify: {}", text(&*payload)))?;
        Ok(outcome)
    }

    /// Drops everything. Nothing may be left of the heap.
    fn clean_up(&mut self) {
        self.next = self.ops.len() + 1;
        self.reset();
        self.guarded("end: collector", |this| {
            while this.collector(CollectorOp::RemoveCallback(0)).is_some() {}
            this.collector(CollectorOp::Freeze(false));
            this.collector(CollectorOp::Garbage(GarbageOp::Clear)).unwrap_or(Outcome::Done)
        });
        // What they own would be lost. A panic ends the inner loop.
        while !self.callbacks.is_empty() {
            self.guarded("end: callbacks", |this| {
                while let Some(callback) = this.callbacks.pop() {
                    callback.detach(false);
                }
                Outcome::Done
            });
        }
        // A panic ends none of them before everything is dropped.
        self.guarded("end: containers", |this| done(|| this.bags.clear()));
        self.guarded("end: watches", |this| done(|| this.watches.clear()));
        self.guarded("end: roots", |this| done(|| this.roots.clear()));
        self.guarded("end: raw", |this| done(|| this.raws.clear()));
        for _ in 0..ROUNDS {
            self.guarded("end: kept", |_| {
                while let Some(callback) = unkeep(&CALLBACKS) {
                    callback.detach(false);
                }
                while unkeep(&WATCHES).is_some() || unkeep(&STRONG).is_some() {}
                Outcome::Done
            });
            self.guarded("end: collect", |_| done(|| _ = collect(None)));
            let kept = CALLBACKS.with_borrow(Vec::len) + WATCHES.with_borrow(Vec::len) + STRONG.with_borrow(Vec::len);
            if kept == 0 && model(|m| m.alive) == 0 {
                break;
            }
        }
        self.guarded("end: weak", |this| {
            let left = model(|m| m.objects.iter().position(|object| object.state != State::Dead));
            if let Some(left) = left {
                model(|m| m.fail(|m| format!("{} is left in the end", m.describe(left))));
            }
            if let Some(left) = model(|m| m.callback_left()) {
                model(|m| m.fail(|_| format!("callback {left} is left in the end")));
            }
            if gc::get_count() != (0, 0, 0) {
                model(|m| m.fail(|_| format!("the heap is empty, but its counts are {:?}", gc::get_count())));
            }
            this.weaks.clear();
            while unkeep(&WEAK).is_some() {}
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
            Op::Pouch(op) => self.pouch(op).unwrap_or(Outcome::Skipped),
            Op::Value(op) => self.value(op).unwrap_or(Outcome::Skipped),
            Op::Hold(op) => self.hold(op).unwrap_or(Outcome::Skipped),
            Op::Callback(op) => self.callback(op).unwrap_or(Outcome::Skipped),
            Op::Bag(op) => self.bag(op).unwrap_or(Outcome::Skipped),
            Op::Gc(op) => gc_op(op),
            Op::Collector(op) => self.collector(op).unwrap_or(Outcome::Skipped),
        }
    }

    /// Roots, or clones of them, for the slots of a new object. What does not fit is left where it is.
    pub(crate) fn load(&mut self, kind: Kind, inits: [Init; 2]) -> Cargo {
        let mut cargo = EMPTY;
        for (slot, init) in inits.into_iter().enumerate() {
            let (Init::Clone(root) | Init::Move(root)) = init else { continue };
            let Some(index) = pick(&self.roots, root) else { continue };
            let target = self.roots[index].id();
            if model(|m| fits(kind, slot, &m.objects[target])) {
                cargo[slot] = Some(match init {
                    Init::Move(_) => self.roots.swap_remove(index),
                    _ => self.roots[index].clone(),
                });
            }
        }
        cargo
    }

    fn alloc(&mut self, Alloc { kind, make, deeds, inits }: Alloc) -> Outcome {
        let cargo = self.load(kind, inits);
        self.roots.push(construct(kind, deeds, cargo, make));
        Outcome::Done
    }

    fn build(&mut self, Build { shape, kind, len, deeds, extra }: Build) -> Outcome {
        if model(|m| m.alive) > CROWDED {
            return Outcome::Skipped;
        }
        // Others could not be linked.
        let kind = if has_slot(kind, 0) { kind } else { Kind::List };
        let len = usize::from(len);
        // In a short one every second does something, in a long one each that is nested less deep by sixteen.
        let step = if len > 8 { 16 } else { 2 };
        let deeds = |index| if index % step == 0 { deeds } else { Deeds::NONE };
        let first = construct(kind, deeds(0), EMPTY, Make::New);
        self.add(extra, &first, deeds(0));
        self.roots.push(match shape {
            Shape::Chain => chain(first, kind, len, deeds),
            Shape::Ring => ring(first, kind, len, deeds),
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
                keep(&STRONG, self.roots.swap_remove(index));
            }
            RootOp::Unkeep => self.roots.push(unkeep(&STRONG)?),
        }
        Some(Outcome::Done)
    }
}

fn done(f: impl FnOnce()) -> Outcome {
    f();
    Outcome::Done
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|&text| text.into())).unwrap_or_default()
}
