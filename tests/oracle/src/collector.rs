//! The operations on the collector.

use crate::action::perform;
use crate::construct::{collect, safepoint};
use crate::handle::Strong;
use crate::inspect::{inspect, inspect_object};
use crate::interpreter::{Interpreter, pick, take};
use crate::model::{Id, Source, model};
use crate::pointer::Ref;
use crate::program::{Action, CollectorOp, GarbageOp, GcOp};
use crate::report::Outcome;
use gc_core::AnyCc;
use gc_core::gc::{self, DebugFlags, Generation, Trigger};

impl Interpreter<'_> {
    pub(crate) fn collector(&mut self, op: CollectorOp) -> Option<Outcome> {
        match op {
            CollectorOp::Freeze(true) => {
                gc::freeze();
                model(|m| m.freeze());
            }
            CollectorOp::Freeze(false) => {
                gc::unfreeze();
                model(|m| m.unfreeze());
            }
            CollectorOp::Print(prints) => {
                model(|m| m.observers.prints = prints);
                set_debug();
            }
            CollectorOp::Garbage(op) => return self.garbage(op),
            CollectorOp::AddCallback { start, stop } => self.add_observer([start, stop]),
            CollectorOp::RemoveCallback(index) => {
                let (id, name) = take(&mut self.observers, index)?;
                model(|m| m.observers.names.retain(|&other| other != name));
                if !gc::callbacks().remove(id) {
                    model(|m| m.fail(|_| format!("callback {name} was not there")));
                }
            }
            CollectorOp::Inspect(number) => {
                if number < 200 {
                    return None;
                }
                inspect();
                inspect_object(&self.roots[pick(&self.roots, number)?]);
            }
        }
        Some(Outcome::Done)
    }

    fn add_observer(&mut self, deed: [Action; 2]) {
        /// Tells the model that a callback is done.
        struct Observing;

        impl Drop for Observing {
            fn drop(&mut self) {
                model(|m| m.observed());
            }
        }

        let name = model(|m| m.add_observer(deed));
        let id = gc::callbacks().add(move |phase, info| {
            let action = model(|m| m.observe(name, phase, info));
            let _observing = Observing;
            perform(action, Source::Observer(name));
        });
        self.observers.push((id, name));
    }

    pub(crate) fn garbage(&mut self, op: GarbageOp) -> Option<Outcome> {
        if model(|m| m.garbage.is_empty()) {
            return None;
        }
        match op {
            GarbageOp::Clear => {
                let _fading = Fading::all();
                gc::garbage().clear();
            }
            GarbageOp::Take => {
                let taken = gc::garbage().take();
                let mut nameless = Vec::new();
                for any in taken {
                    match named(any) {
                        Ok(strong) => {
                            // The handle was that of the list.
                            model(|m| m.take_from_garbage(strong.id()));
                            self.roots.push(strong);
                        }
                        Err(any) => nameless.push(any),
                    }
                }
                let _fading = Fading::all();
                drop(nameless);
            }
            GarbageOp::Root(number) => {
                let mut saved = gc::garbage().to_vec();
                let index = pick(&saved, number)?;
                self.roots.extend(named(saved.swap_remove(index)).ok());
            }
        }
        Some(Outcome::Done)
    }
}

/// A handle of an object of unknown type, if it has a name.
fn named(any: AnyCc) -> Result<Strong, AnyCc> {
    let pointer = Ref::from_any(any)?;
    let id = pointer.view().payload.name().map(|name| name.id());
    match id {
        Some(id) => Ok(Strong::new(pointer, id)),
        None => Err(pointer.any()),
    }
}

/// What was in the list of garbage is being dropped.
struct Fading(Vec<Id>);

impl Fading {
    fn all() -> Fading {
        model(|m| {
            let garbage = std::mem::take(&mut m.garbage);
            garbage.iter().for_each(|&id| m.fade(id));
            Fading(garbage)
        })
    }
}

impl Drop for Fading {
    fn drop(&mut self) {
        model(|m| self.0.iter().for_each(|&id| m.faded(id)));
    }
}

/// Sets the flags that the model has.
pub(crate) fn set_debug() {
    let (prints, saves) = model(|m| (m.observers.prints, m.save_all));
    let mut flags = DebugFlags::empty();
    flags.set(DebugFlags::COLLECTABLE, prints);
    flags.set(DebugFlags::SAVEALL, saves);
    gc::set_debug(flags);
}

pub(crate) fn gc_op(op: GcOp) -> Outcome {
    match op {
        GcOp::Young => drop(collect(Some(Generation::Young))),
        GcOp::Middle => drop(collect(Some(Generation::Middle))),
        GcOp::Old => drop(collect(Some(Generation::Old))),
        GcOp::Full => drop(collect(None)),
        GcOp::Safepoint => safepoint(),
        GcOp::Thresholds(young, middle, old) => set_thresholds([young.into(), middle.into(), old.into()]),
        GcOp::Automatic(enabled) => {
            if enabled {
                gc::enable()
            } else {
                gc::disable()
            }
            model(|m| m.pacing.enabled = enabled);
        }
        GcOp::AtSafepoints(only) => set_trigger(if only { Trigger::Safepoint } else { Trigger::Allocation }),
    }
    Outcome::Done
}

pub(crate) fn set_thresholds(thresholds: [usize; 3]) {
    let [young, middle, old] = thresholds;
    gc::set_threshold(young, middle, old);
    model(|m| m.pacing.thresholds = thresholds);
}

pub(crate) fn set_trigger(trigger: Trigger) {
    gc::set_trigger(trigger);
    model(|m| m.pacing.trigger = trigger);
}
