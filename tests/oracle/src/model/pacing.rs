//! When an automatic collection is due, and of what: `CPython`'s counts and thresholds.

use super::{FROZEN, Model, State};
use gc_core::gc::Trigger;
use std::thread;

/// What decides that. See the module.
#[derive(Default)]
pub(crate) struct Pacing {
    /// Whether automatic collections are enabled.
    pub(crate) enabled: bool,
    pub(crate) pauses: usize,
    pub(crate) trigger: Trigger,
    pub(crate) thresholds: [usize; 3],
    /// What `gc::get_count` should say.
    pub(crate) counts: [usize; 3],
    /// Whether the first of them is not certain: it depends on the order of allocations and deaths.
    pub(crate) unsure: bool,
    /// How many objects the last collection of all generations left alive, and how many have come into the old one
    /// since.
    long_lived: [usize; 2],
}

impl Pacing {
    /// A tracked object has been made.
    pub(super) fn note_allocation(&mut self) {
        self.counts[0] += 1;
    }

    /// A tracked object is about to be dropped.
    pub(super) fn note_death(&mut self) {
        self.counts[0] = self.counts[0].saturating_sub(1);
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled && self.pauses == 0
    }

    /// Whether an allocation may set off a collection.
    pub(super) fn allows_allocations(&self) -> bool {
        self.is_enabled() && self.thresholds[0] != 0 && self.trigger == Trigger::Allocation && !thread::panicking()
    }

    /// Whether a safepoint may.
    pub(super) fn allows_safepoints(&self) -> bool {
        self.is_enabled() && self.thresholds[0] != 0
    }

    /// Whether a collection is due, if that is known.
    pub(super) fn is_due(&self) -> Option<bool> {
        (!self.unsure).then_some(self.counts[0] > self.thresholds[0])
    }

    /// The generation that an automatic collection is to collect.
    pub(super) fn select(&self) -> usize {
        let [_, middle, old] = self.thresholds;
        let [total, pending] = self.long_lived;
        if self.counts[2] > old && pending >= total / 4 {
            2
        } else if self.counts[1] > middle {
            1
        } else {
            0
        }
    }

    /// A collection of a generation begins to look for garbage.
    pub(super) fn note_collection(&mut self, generation: usize) {
        let [current, young, middle] = &mut self.counts;
        *current = 0;
        match generation {
            0 => *young += 1,
            1 => (*young, *middle) = (0, *middle + 1),
            _ => (*young, *middle) = (0, 0),
        }
    }

    /// So many of the objects that a collection looked at were not garbage.
    pub(super) fn note_survivors(&mut self, generation: usize, survivors: usize) {
        let [total, pending] = &mut self.long_lived;
        match generation {
            0 => {}
            1 => *pending += survivors,
            _ => (*total, *pending) = (survivors, 0),
        }
    }
}

impl Model {
    /// `gc::freeze`.
    pub(crate) fn freeze(&mut self) {
        for object in &mut self.objects {
            if object.is_collectable() {
                object.generation = FROZEN;
                self.effects.frozen += 1;
            }
        }
        self.pacing.counts = [0; 3];
        self.pacing.long_lived = [0; 2];
    }

    /// `gc::unfreeze`.
    pub(crate) fn unfreeze(&mut self) {
        let frozen = self.frozen();
        for object in &mut self.objects {
            if object.state == State::Boxed && object.generation == FROZEN {
                object.generation = 2;
            }
        }
        self.pacing.long_lived[0] += frozen;
    }
}
