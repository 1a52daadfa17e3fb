//! What must hold between two operations, when no code of the user that the library calls is on the stack.

use super::{Model, State};
use crate::program::Kind;
use gc_core::gc;

impl Model {
    /// Checks that nothing is left half done, that what has a count of zero is gone, and what the collector says of
    /// itself.
    pub(crate) fn settle(&mut self) {
        self.settle_bags();
        self.settle_deaths();
        self.settle_bags();
        self.compare_collector();
    }

    fn settle_deaths(&mut self) {
        for id in 0..self.objects.len() {
            let object = &self.objects[id];
            let doomed = object.strong() == 0 && object.state != State::Dead;
            if doomed && object.kind == Kind::Unit {
                let Some(left) = self.unit_deaths.checked_sub(1) else {
                    return self.fail(|m| format!("{} should be gone", m.describe(id)));
                };
                self.unit_deaths = left;
                self.alive -= usize::from(self.objects[id].state == State::Boxed);
                self.objects[id].state = State::Dead;
                self.effects.died_units += 1;
                self.judge_callbacks(id);
            } else if object.state == State::Dying {
                return self.fail(|m| format!("the destructor of {} was left half-way", m.describe(id)));
            } else if object.state == State::Boxed && doomed {
                return self.fail(|m| format!("{} should be gone", m.describe(id)));
            } else if object.state != State::Dead && object.lent_fading > 0 {
                return self.fail(|m| format!("the entries of {} are uncertain", m.describe(id)));
            }
        }
        if self.unit_deaths > 0 {
            self.fail(|m| format!("{} units were destroyed that are in use", m.unit_deaths));
        }
    }

    fn compare_collector(&mut self) {
        let counts: [usize; 3] = gc::get_count().into();
        if self.pacing.unsure {
            self.effects.unsure_counts += 1;
            (self.pacing.counts[0], self.pacing.unsure) = (counts[0], false);
        }
        self.expect("get_count", counts, self.pacing.counts);
        self.expect("is_enabled", gc::is_enabled(), self.pacing.is_enabled());
        self.expect("tracked_count", gc::tracked_count(), self.tracked());
        self.expect("get_freeze_count", gc::get_freeze_count(), self.frozen());
        self.expect("the length of garbage", gc::garbage().len(), self.garbage.len());
        self.expect("the number of callbacks", gc::callbacks().len(), self.observers.names.len());
    }

    fn expect<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: T, expected: T) {
        if found != expected {
            self.fail(|_| format!("{what} is {found:?}, not {expected:?}"));
        }
    }

    /// Whether a `Watch` should say that it is alive.
    pub(crate) fn is_watching(&self, watch: super::Id) -> bool {
        self.callbacks.iter().any(|callback| callback.is_pending() && callback.watch() == Some(watch))
    }
}
