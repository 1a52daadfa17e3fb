//! When to collect what: the counts and thresholds of `CPython`'s `gc_select_generation`, as of 3.13 and 3.15.
//!
//! `count[0]` is the number of allocations of tracked objects less the number of their deaths since the last
//! collection, and never below zero; `count[1]` is the number of young collections since the last middle one, and
//! `count[2]` that of middle ones since the last old one. A collection is due when an allocation makes `count[0]`
//! greater than its threshold; it is of the oldest generation whose count is greater than its threshold. Except that
//! the old generation waits until what has entered it since the last time (*pending*) is a quarter of what it then
//! held (*total*): so the work of looking at old objects again and again stays proportional to the allocations.

use super::word::Generation;
use core::cell::Cell;

/// When automatic collections run.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, Trigger};
/// use gc_core::Cc;
///
/// gc::set_trigger(Trigger::Safepoint);
/// gc::set_threshold(100, None, None);
/// let lists: Vec<_> = (0..1000).map(|_| Cc::new(vec![Cc::new(1)])).collect();
/// assert_eq!(gc::get_stats()[0].collections, 0);
/// gc::safepoint();
/// assert_eq!(gc::get_stats()[0].collections, 1);
/// # drop(lists);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub enum Trigger {
    /// In [`Cc::new`](crate::Cc::new) and the other functions that create objects, before the new object exists.
    #[default]
    Allocation,
    /// In [`safepoint`](crate::gc::safepoint) alone, so that finalizers and destructors run where the program expects
    /// them, as those of `CPython` do since 3.12.
    Safepoint,
}

/// `CPython`'s thresholds since 3.13.
const DEFAULT_THRESHOLDS: [usize; 3] = [2000, 10, 10];

/// More objects than there can be, and little enough to be added to their number.
const NEVER: usize = usize::MAX / 2;

/// See the module.
///
/// Invariants: `count[0]` is `tracked - floor`, and `limit` is where a collection is due: `floor + headroom`, which is the
/// threshold, or, without automatic collections, out of reach. So the count of the objects there are serves the trigger
/// too, and an allocation and a death change one number each.
#[derive(Debug)]
pub(crate) struct Pacing {
    /// The number of tracked objects.
    tracked: Cell<usize>,
    /// What `tracked` was at the last collection, or the least it has been since.
    floor: Cell<usize>,
    /// The value of `tracked` above which a collection is due.
    limit: Cell<usize>,
    /// How far that is above `floor`; at most [`NEVER`].
    headroom: Cell<usize>,
    /// `count[1]` and `count[2]`.
    collected: [Cell<usize>; 2],
    thresholds: Cell<[usize; 3]>,
    enabled: Cell<bool>,
    trigger: Cell<Trigger>,
    pauses: Cell<usize>,
    /// What has been [anticipated](Pacing::anticipate).
    anticipated: Cell<usize>,
    long_lived_total: Cell<usize>,
    long_lived_pending: Cell<usize>,
}

impl Pacing {
    pub(crate) fn new() -> Pacing {
        Pacing {
            tracked: Cell::new(0),
            floor: Cell::new(0),
            limit: Cell::new(DEFAULT_THRESHOLDS[0]),
            headroom: Cell::new(DEFAULT_THRESHOLDS[0]),
            collected: [const { Cell::new(0) }; 2],
            thresholds: Cell::new(DEFAULT_THRESHOLDS),
            enabled: Cell::new(true),
            trigger: Cell::new(Trigger::Allocation),
            pauses: Cell::new(0),
            anticipated: Cell::new(0),
            long_lived_total: Cell::new(0),
            long_lived_pending: Cell::new(0),
        }
    }

    /// Whether the allocation of a tracked object makes a collection due. It has yet to be [counted](Pacing::count).
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        self.tracked.get() >= self.limit.get()
    }

    /// Whether a collection is due at a safepoint, where every allocation has been counted.
    pub(crate) fn is_due_at_safepoint(&self) -> bool {
        let [young, ..] = self.thresholds.get();
        let [count, ..] = self.counts();
        self.is_enabled() && young != 0 && count > young
    }

    /// Counts the allocation for which a collection is due, until that [begins](Pacing::note_start). `CPython` has
    /// counted it when it collects, and its callbacks see that.
    pub(crate) fn anticipate(&self) {
        self.anticipated.set(1);
    }

    /// Counts an allocation.
    #[inline]
    pub(crate) fn count(&self) {
        self.tracked.set(self.tracked.get() + 1);
    }

    /// Leaves the next allocation out of `count[0]`: the one that a collection was due for, which `CPython` has counted
    /// before the collection resets the count.
    pub(crate) fn skip_next(&self) {
        self.set_floor(self.floor.get() + 1);
    }

    /// Counts a death.
    #[inline]
    pub(crate) fn count_death(&self) {
        let tracked = self.tracked.get() - 1;
        self.tracked.set(tracked);
        if tracked < self.floor.get() {
            self.set_floor(tracked);
        }
    }

    /// The number of tracked objects.
    pub(crate) fn tracked(&self) -> usize {
        self.tracked.get()
    }

    /// The generation to collect.
    pub(crate) fn select(&self) -> Generation {
        let [_, middle, old] = self.thresholds.get();
        if self.collected[1].get() > old && self.long_lived_pending.get() >= self.long_lived_total.get() / 4 {
            Generation::Old
        } else if self.collected[0].get() > middle {
            Generation::Middle
        } else {
            Generation::Young
        }
    }

    /// Notes that a collection begins.
    pub(crate) fn note_start(&self, generation: Generation) {
        let [young, middle] = &self.collected;
        match generation {
            Generation::Young => young.set(young.get() + 1),
            Generation::Middle => middle.set(middle.get() + 1),
            Generation::Old => middle.set(0),
        }
        if generation != Generation::Young {
            young.set(0);
        }
        self.anticipated.set(0);
        self.set_floor(self.tracked.get());
    }

    /// Notes that all objects have left the generations: there is nothing to count, and nothing to wait for.
    pub(crate) fn note_freeze(&self) {
        self.collected.iter().for_each(|count| count.set(0));
        self.long_lived_pending.set(0);
        self.long_lived_total.set(0);
        self.set_floor(self.tracked.get());
    }

    /// Notes that so many objects have come into the old generation, which takes longer to go through now.
    pub(crate) fn note_unfreeze(&self, objects: usize) {
        self.long_lived_total.set(self.long_lived_total.get() + objects);
    }

    /// Notes how many of the objects that a collection looked at survived.
    pub(crate) fn note_survivors(&self, generation: Generation, survivors: usize) {
        match generation {
            Generation::Young => {}
            Generation::Middle => self.long_lived_pending.set(self.long_lived_pending.get() + survivors),
            Generation::Old => {
                self.long_lived_pending.set(0);
                self.long_lived_total.set(survivors);
            }
        }
    }

    pub(crate) fn counts(&self) -> [usize; 3] {
        let young = self.tracked.get().saturating_sub(self.floor.get()) + self.anticipated.get();
        [young, self.collected[0].get(), self.collected[1].get()]
    }

    pub(crate) fn thresholds(&self) -> [usize; 3] {
        self.thresholds.get()
    }

    pub(crate) fn set_thresholds(&self, thresholds: [usize; 3]) {
        self.thresholds.set(thresholds);
        self.update_limit();
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled.get() && self.pauses.get() == 0
    }

    pub(crate) fn set_enabled(&self, enabled: bool) {
        self.enabled.set(enabled);
        self.update_limit();
    }

    pub(crate) fn trigger(&self) -> Trigger {
        self.trigger.get()
    }

    pub(crate) fn set_trigger(&self, trigger: Trigger) {
        self.trigger.set(trigger);
        self.update_limit();
    }

    /// Suspends automatic collection until [`resume`](Pacing::resume) has been called as often.
    pub(crate) fn pause(&self) {
        self.pauses.set(self.pauses.get() + 1);
        self.update_limit();
    }

    pub(crate) fn resume(&self) {
        // None, if the guard has outlived the heap that it paused, at the end of a thread.
        self.pauses.set(self.pauses.get().saturating_sub(1));
        self.update_limit();
    }

    /// Every death may come here, when a large structure is dropped.
    #[inline]
    fn set_floor(&self, floor: usize) {
        self.floor.set(floor);
        self.limit.set(floor + self.headroom.get());
    }

    fn update_limit(&self) {
        let [young, ..] = self.thresholds.get();
        let in_allocations = self.is_enabled() && young != 0 && self.trigger.get() == Trigger::Allocation;
        self.headroom.set(if in_allocations { young.min(NEVER) } else { NEVER });
        self.set_floor(self.floor.get());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Generation::{Middle, Old, Young};

    /// Allocates `count` objects that all survive for good and gives the generations that were collected, by the
    /// number of the trigger.
    fn run(pacing: &Pacing, count: usize) -> Vec<Generation> {
        let (mut young, mut middle, mut old) = (0, 0, 0);
        let mut triggers = Vec::new();
        for _ in 0..count {
            if pacing.is_due() {
                let generation = pacing.select();
                pacing.note_start(generation);
                match generation {
                    Young => (young, middle) = (0, middle + young),
                    Middle => {
                        pacing.note_survivors(Middle, young + middle);
                        (young, middle, old) = (0, 0, old + young + middle);
                    }
                    Old => {
                        (young, middle, old) = (0, 0, old + young + middle);
                        pacing.note_survivors(Old, old);
                    }
                }
                pacing.skip_next();
                triggers.push(generation);
            }
            young += 1;
            pacing.count();
        }
        triggers
    }

    #[test]
    fn the_sequence_is_that_of_cpython() {
        let pacing = Pacing::new();
        pacing.set_thresholds([1000, 10, 10]);
        let triggers = run(&pacing, 1001 * 133);
        assert_eq!(triggers.len(), 133);
        for (index, &generation) in triggers.iter().enumerate() {
            let expected = if index == 132 {
                Old
            } else if index % 12 == 11 {
                Middle
            } else {
                Young
            };
            assert_eq!(generation, expected, "trigger {}", index + 1);
        }
    }

    #[test]
    fn the_old_generation_waits_for_a_quarter() {
        let pacing = Pacing::new();
        pacing.set_thresholds([100, 1, 1]);
        pacing.note_start(Old);
        pacing.note_survivors(Old, 200_000);
        let triggers = run(&pacing, 200_000);
        let first = triggers.iter().position(|&generation| generation == Old).expect("an old collection");
        let allocated = (first + 1) * 101;
        assert!((50_000..51_000).contains(&allocated), "after {allocated} of 200,000");
    }

    #[test]
    fn zero_disabled_and_paused_never_trigger() {
        let pacing = Pacing::new();
        pacing.set_thresholds([0, 10, 10]);
        assert!(run(&pacing, 50_000).is_empty());
        pacing.set_thresholds([1, 10, 10]);
        pacing.set_enabled(false);
        assert!(run(&pacing, 50_000).is_empty());
        pacing.set_enabled(true);
        pacing.pause();
        pacing.pause();
        pacing.resume();
        assert!(run(&pacing, 50_000).is_empty());
        pacing.resume();
        assert_eq!(run(&pacing, 1).len(), 1);
    }
}
