//! Who is told of collections: callbacks of the collector, and the sink for debug output.

use super::collection::Stage;
use super::{Id, Model};
use crate::program::{Action, Deeds};
use gc_core::gc::{self, Collection, Phase};

/// A callback of the collector: what it does at the start, and at the end.
pub(crate) type Deed = [Action; 2];

/// See the module.
#[derive(Default)]
pub(crate) struct Observers {
    /// By name: every one that there has ever been.
    deeds: Vec<Deed>,
    /// Those that are registered, in order.
    pub(crate) names: Vec<usize>,
    /// Whether `DEBUG_COLLECTABLE` is set.
    pub(crate) prints: bool,
}

impl Observers {
    /// What those that are registered do.
    pub(super) fn deeds(&self) -> impl Iterator<Item = Deeds> {
        self.names.iter().flat_map(|&name| self.deeds[name]).map(Deeds::action)
    }
}

impl Model {
    /// A callback is about to be registered.
    pub(crate) fn add_observer(&mut self, deed: Deed) -> usize {
        self.observers.deeds.push(deed);
        self.observers.names.push(self.observers.deeds.len() - 1);
        self.observers.deeds.len() - 1
    }

    /// A callback is called. Gives what it is to do.
    pub(crate) fn observe(&mut self, name: usize, phase: Phase, info: &Collection) -> Action {
        match phase {
            Phase::Start => self.note_start(),
            Phase::Stop => self.note_stop(),
        }
        self.effects.observed += 1;
        let Some(window) = self.collection() else {
            self.fail(|_| format!("{phase:?} was announced, but there is no collection"));
            return Action::Nothing;
        };
        let (expected, generation) = (window.told, window.generation);
        let fresh = window.told == 0;
        window.told += 1;
        window.calling = true;
        let expected = self.observers.names.get(expected).copied();
        if expected != Some(name) {
            self.fail(|_| format!("callback {name} was called at {phase:?} instead of {expected:?}"));
        }
        if info.generation as usize != generation || info.uncollectable != 0 {
            self.fail(|_| format!("a collection of {generation} was announced as {info:?}"));
        }
        match phase {
            Phase::Start => self.judge_start(info, fresh),
            Phase::Stop => self.judge_record(info, fresh),
        }
        self.observers.deeds[name][phase as usize]
    }

    /// It is done.
    pub(crate) fn observed(&mut self) {
        if let Some(window) = self.collection() {
            window.calling = false;
        }
    }

    fn judge_start(&mut self, info: &Collection, fresh: bool) {
        if (info.collected, info.candidates, info.survivors, info.resurrected, info.bytes) != (0, 0, 0, 0, 0) {
            self.fail(|_| format!("at the start of a collection there are results: {info:?}"));
        }
        let counts: [usize; 3] = gc::get_count().into();
        if !self.pacing.unsure && counts != self.pacing.counts {
            self.fail(|m| {
                format!("at the start of a collection, get_count says {counts:?}, not {:?}", m.pacing.counts)
            });
        }
        if fresh && self.is_certain() && info.heap_size != self.tracked() {
            self.fail(|m| format!("the heap is said to have {} objects, not {}", info.heap_size, m.tracked()));
        }
    }

    /// A line of debug output. Gives whether it is one that was expected.
    pub(crate) fn print(&mut self, line: &str) {
        let address = line.strip_prefix("gc: collectable <").and_then(|rest| rest.strip_suffix('>'));
        let address = address.and_then(|it| usize::from_str_radix(it.rsplit_once(" 0x")?.1, 16).ok());
        let Some(address) = address.filter(|_| self.observers.prints) else {
            return self.fail(|_| format!("this was printed: {line}"));
        };
        self.note_event();
        let found: Option<Id> = self.objects.iter().position(|object| object.address == address && object.strong() > 0);
        match self.collection() {
            Some(window) if window.stage == Stage::Finalizing => {
                window.printed += 1;
                let unexpected = found.is_some_and(|id| !window.condemned.may_contain(id));
                if unexpected {
                    self.fail(|_| format!("an object was found that is in use: {line}"));
                }
            }
            _ => self.fail(|_| format!("this was printed, but not by a collection: {line}")),
        }
    }
}
