//! When to collect what: the counts and thresholds of `CPython`'s `gc_select_generation`, as of 3.13 and 3.15.
//!
//! `count[0]` is the number of allocations of tracked objects less the number of their deaths since the last
//! collection, and never below zero; `count[1]` is the number of young collections since the last middle one, and
//! `count[2]` that of middle ones since the last old one. A collection is due when an allocation makes `count[0]`
//! greater than its threshold; it is of the oldest generation whose count is greater than its threshold. Except that
//! the old generation waits until what has entered it since the last time (*pending*) is a quarter of what it then
//! held (*total*): so the work of looking at old objects again and again stays proportional to the allocations.
//!
//! That is so with thresholds that the program has set. Until then the heap *adapts* what of this has to do with how
//! much garbage there is; see [`Adaptation`].

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

/// The furthest that a young collection is put off, in thresholds. That many make a middle one due, so what has
/// survived it is not looked at a second time; later ones would look at each object just as often, and keep more
/// garbage.
const MAX_STRIDE: usize = 16;

/// How many of the young and middle collections that are put off so far promote all there is without a look, when the
/// last one that looked has found nearly nothing.
const MAX_BLIND: usize = 3;

/// How much young garbage may wait where most of the young is garbage, in bytes: what a cache holds.
const YOUNG_BYTES: usize = 1 << 20;

/// How many young objects may wait all the same, however large they are.
const LEAST_YOUNG: usize = 100;

/// The least growth of the old generation before it is collected again, in quarters: `CPython`'s.
const MIN_GROWTH: usize = 1;

/// The most: the old generation is collected before it has doubled.
const MAX_GROWTH: usize = 4;

/// How pacing adapts, as long as the program has set no thresholds.
///
/// Looking at what survives is work for nothing. So while collections find *little* garbage, less than an eighth of
/// what they look at, the next of the kind is put off: the young one to twice the threshold, up to [`MAX_STRIDE`]
/// times, the old one until the generation has grown by twice as much, up to [`MAX_GROWTH`]. When one finds *much*,
/// more than half, they come as `CPython`'s again, at once: then garbage is still in the cache when it is found, and
/// does not wait long. Where objects are so large that this many do not fit the cache, they come sooner: as soon as
/// there are as many as are [`YOUNG_BYTES`], going by the size of those that have just died.
///
/// A young collection that has been put off as far as that and finds *nearly nothing*, less than a thirty-second,
/// stands for the next [`MAX_BLIND`], which tenure what there is unseen. The garbage that comes into the old generation
/// so is at most what there is between two looks: `MAX_STRIDE * MAX_BLIND` thresholds.
#[derive(Debug)]
struct Adaptation {
    /// Whether anything adapts.
    enabled: Cell<bool>,
    /// What the threshold of the young generation is multiplied by.
    stride: Cell<usize>,
    /// The most that the result may be.
    most: Cell<usize>,
    /// How many of the next collections are blind.
    blind: Cell<usize>,
    /// By how many quarters the old generation is to grow.
    growth: Cell<usize>,
}

impl Adaptation {
    fn new() -> Adaptation {
        Adaptation {
            enabled: Cell::new(true),
            stride: Cell::new(1),
            most: Cell::new(usize::MAX),
            blind: Cell::new(0),
            growth: Cell::new(MIN_GROWTH),
        }
    }

    /// `CPython`'s numbers, from now on.
    fn disable(&self) {
        self.enabled.set(false);
        self.stride.set(1);
        self.most.set(usize::MAX);
        self.blind.set(0);
        self.growth.set(MIN_GROWTH);
    }

    /// How many young objects there may be if so many of them, and so many bytes, have just been found to be garbage.
    fn most_young(garbage: usize, bytes: usize, objects: usize) -> usize {
        if garbage > objects / 2 { (YOUNG_BYTES / (bytes / garbage)).max(LEAST_YOUNG) } else { usize::MAX }
    }

    /// What becomes of a factor after a collection that has found so much garbage among so many objects.
    fn adapted(factor: usize, least: usize, most: usize, garbage: usize, objects: usize) -> usize {
        if garbage > objects / 2 {
            least
        } else if garbage < objects / 8 {
            (factor * 2).min(most)
        } else {
            factor
        }
    }
}

/// More objects than there can be.
const NEVER: isize = isize::MAX;

/// See the module.
///
/// Invariant: the number of tracked objects is `young + others`. So one number serves the trigger and the count of the
/// objects, and an allocation and a death change one number each.
#[derive(Debug)]
pub(crate) struct Pacing {
    /// `count[0]`. Below zero only between a collection and the allocation for which it was due, which is not counted.
    young: Cell<isize>,
    /// The number of the other tracked objects.
    others: Cell<isize>,
    /// The value of `young` above which a collection is due: the threshold with its stride, or, without automatic
    /// collections, [`NEVER`].
    limit: Cell<isize>,
    /// `count[1]` and `count[2]`.
    collected: [Cell<usize>; 2],
    thresholds: Cell<[usize; 3]>,
    adaptation: Adaptation,
    enabled: Cell<bool>,
    trigger: Cell<Trigger>,
    pauses: Cell<usize>,
    /// What has been [anticipated](Pacing::anticipate).
    anticipated: Cell<usize>,
    /// How many objects the young collections since the last other one have left.
    middle: Cell<usize>,
    /// See [`population`](Pacing::population).
    population: Cell<usize>,
    long_lived_total: Cell<usize>,
    long_lived_pending: Cell<usize>,
}

impl Pacing {
    pub(crate) fn new() -> Pacing {
        Pacing {
            young: Cell::new(0),
            others: Cell::new(0),
            limit: Cell::new(DEFAULT_THRESHOLDS[0] as isize),
            collected: [const { Cell::new(0) }; 2],
            thresholds: Cell::new(DEFAULT_THRESHOLDS),
            adaptation: Adaptation::new(),
            enabled: Cell::new(true),
            trigger: Cell::new(Trigger::Allocation),
            pauses: Cell::new(0),
            anticipated: Cell::new(0),
            middle: Cell::new(0),
            population: Cell::new(0),
            long_lived_total: Cell::new(0),
            long_lived_pending: Cell::new(0),
        }
    }

    /// Whether the allocation of a tracked object makes a collection due. It has yet to be [counted](Pacing::count).
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        self.young.get() >= self.limit.get()
    }

    /// Whether a collection is due at a safepoint, where every allocation has been counted.
    pub(crate) fn is_due_at_safepoint(&self) -> bool {
        let [count, ..] = self.counts();
        let young = self.young_threshold();
        self.is_enabled() && young != 0 && count > young
    }

    /// The value of `count[0]` above which a collection is due.
    fn young_threshold(&self) -> usize {
        let [young, ..] = self.thresholds.get();
        young.saturating_mul(self.adaptation.stride.get()).min(self.adaptation.most.get())
    }

    /// Counts the allocation for which a collection is due, until that [begins](Pacing::note_start). `CPython` has
    /// counted it when it collects, and its callbacks see that.
    pub(crate) fn anticipate(&self) {
        self.anticipated.set(1);
    }

    /// Notes that a collection is due, before its generation is [selected](Pacing::select): it counts for as many as it
    /// was put off for.
    pub(crate) fn note_due(&self) {
        let [young, _] = &self.collected;
        young.set(young.get() + self.adaptation.stride.get() - 1);
    }

    /// About how many objects were in the generations of the collection that began last: nobody knows the generation of
    /// those that died by count before.
    pub(crate) fn population(&self) -> usize {
        self.population.get()
    }

    /// Counts an allocation.
    #[inline]
    pub(crate) fn count(&self) {
        self.young.set(self.young.get() + 1);
    }

    /// Leaves the next allocation out of `count[0]`: the one that a collection was due for, which `CPython` has counted
    /// before the collection resets the count.
    pub(crate) fn skip_next(&self) {
        self.young.set(self.young.get() - 1);
        self.others.set(self.others.get() + 1);
    }

    /// Counts a death.
    #[inline]
    pub(crate) fn count_death(&self) {
        let young = self.young.get();
        if young > 0 {
            self.young.set(young - 1);
        } else {
            self.others.set(self.others.get() - 1);
        }
    }

    /// Counts so many deaths in a collection, when there are no young objects.
    pub(crate) fn count_deaths(&self, deaths: usize) {
        debug_assert!(self.young.get() <= 0, "a collection counts no object as young");
        self.others.set(self.others.get() - deaths as isize);
    }

    /// The number of tracked objects.
    pub(crate) fn tracked(&self) -> usize {
        (self.young.get() + self.others.get()) as usize
    }

    /// Makes `count[0]` zero.
    fn restart(&self) {
        self.others.set(self.others.get() + self.young.replace(0));
    }

    /// The generation to collect.
    pub(crate) fn select(&self) -> Generation {
        let [_, middle, old] = self.thresholds.get();
        let growth = self.long_lived_total.get() / 4 * self.adaptation.growth.get();
        if self.collected[1].get() > old && self.long_lived_pending.get() >= growth {
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
        let young = self.young.get().max(0) as usize;
        self.population.set(match generation {
            Generation::Young => young,
            Generation::Middle => young + self.middle.get(),
            Generation::Old => self.tracked(),
        });
        self.restart();
    }

    /// Notes that all objects have left the generations: there is nothing to count, and nothing to wait for.
    pub(crate) fn note_freeze(&self) {
        self.collected.iter().for_each(|count| count.set(0));
        self.middle.set(0);
        self.long_lived_pending.set(0);
        self.long_lived_total.set(0);
        self.restart();
    }

    /// Notes that so many objects have come into the old generation, which takes longer to go through now.
    pub(crate) fn note_unfreeze(&self, objects: usize) {
        self.long_lived_total.set(self.long_lived_total.get() + objects);
    }

    /// Notes how many of the objects that a collection looked at survived.
    pub(crate) fn note_survivors(&self, generation: Generation, survivors: usize) {
        self.middle.set(if generation == Generation::Young { self.middle.get() + survivors } else { 0 });
        match generation {
            Generation::Young => {}
            Generation::Middle => self.long_lived_pending.set(self.long_lived_pending.get() + survivors),
            Generation::Old => {
                self.long_lived_pending.set(0);
                self.long_lived_total.set(survivors);
            }
        }
    }

    /// Adapts to how much of what a collection looked at it has found to be garbage. One that was asked for says little
    /// of young objects: who asks knows when there is garbage. But when all generations were asked for, something new
    /// begins in the program.
    pub(crate) fn adapt(
        &self,
        generation: Generation,
        automatic: bool,
        garbage: usize,
        bytes: usize,
        survivors: usize,
    ) {
        let Adaptation { enabled, stride, most, blind, growth } = &self.adaptation;
        if !enabled.get() {
            return;
        }
        let objects = garbage + survivors;
        blind.set(0);
        if generation == Generation::Old {
            growth.set(Adaptation::adapted(growth.get(), MIN_GROWTH, MAX_GROWTH, garbage, objects));
            if !automatic {
                stride.set(1);
                most.set(usize::MAX);
            }
        } else if automatic {
            if stride.get() == MAX_STRIDE && garbage < objects / 32 {
                blind.set(MAX_BLIND);
            }
            stride.set(Adaptation::adapted(stride.get(), 1, MAX_STRIDE, garbage, objects));
            most.set(Adaptation::most_young(garbage, bytes, objects));
        }
        self.update_limit();
    }

    /// Whether a collection that is due may promote what there is without a look at it.
    pub(crate) fn is_blind(&self, generation: Generation) -> bool {
        let blind = self.adaptation.blind.get();
        if blind == 0 || generation == Generation::Old {
            return false;
        }
        self.adaptation.blind.set(blind - 1);
        true
    }

    pub(crate) fn counts(&self) -> [usize; 3] {
        let young = self.young.get().max(0) as usize + self.anticipated.get();
        [young, self.collected[0].get(), self.collected[1].get()]
    }

    pub(crate) fn thresholds(&self) -> [usize; 3] {
        self.thresholds.get()
    }

    pub(crate) fn set_thresholds(&self, thresholds: [usize; 3]) {
        self.thresholds.set(thresholds);
        self.adaptation.disable();
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

    fn update_limit(&self) {
        let young = self.young_threshold();
        let in_allocations = self.is_enabled() && young != 0 && self.trigger.get() == Trigger::Allocation;
        self.limit.set(if in_allocations { isize::try_from(young).unwrap_or(NEVER) } else { NEVER });
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
    fn deaths_are_taken_from_the_young_as_long_as_there_are_any() {
        let pacing = Pacing::new();
        let births = |count| (0..count).for_each(|_| pacing.count());
        let deaths = |count| (0..count).for_each(|_| pacing.count_death());
        let counts = || (pacing.counts()[0], pacing.tracked());
        births(10);
        pacing.note_start(Young);
        assert_eq!(counts(), (0, 10));
        // The one that the collection was due for.
        pacing.skip_next();
        births(1);
        assert_eq!(counts(), (0, 11));
        births(3);
        deaths(2);
        assert_eq!(counts(), (1, 12));
        deaths(4);
        assert_eq!(counts(), (0, 8));
        births(2);
        assert_eq!(counts(), (2, 10));
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

    /// Lets collections come due one after the other. Each finds so many of 64 objects to be garbage, if it looks; the
    /// others survive. Gives for each what was allocated since the one before, its generation, and whether it looked.
    fn adapt(pacing: &Pacing, garbage: &[usize]) -> Vec<(usize, Generation, bool)> {
        adapt_to(pacing, 64, garbage)
    }

    /// [`adapt`], with objects of so many bytes.
    fn adapt_to(pacing: &Pacing, size: usize, garbage: &[usize]) -> Vec<(usize, Generation, bool)> {
        garbage
            .iter()
            .map(|garbage| {
                let mut allocated = 0;
                while !pacing.is_due() {
                    pacing.count();
                    allocated += 1;
                }
                pacing.anticipate();
                pacing.note_due();
                let generation = pacing.select();
                pacing.note_start(generation);
                let blind = pacing.is_blind(generation);
                let dead = if blind { 0 } else { allocated / 64 * garbage };
                (0..dead).for_each(|_| pacing.count_death());
                pacing.note_survivors(generation, allocated - dead);
                if !blind {
                    pacing.adapt(generation, true, dead, dead * size, allocated - dead);
                }
                (allocated, generation, !blind)
            })
            .collect()
    }

    #[test]
    fn young_collections_are_put_off_while_they_find_little() {
        let pacing = Pacing::new();
        let expected = [
            (2000, Young, true),
            (4000, Young, true),
            (8000, Young, true),
            (16_000, Middle, true),
            (32_000, Middle, true),
            (32_000, Middle, false),
            (32_000, Middle, false),
            (32_000, Middle, false),
            (32_000, Middle, true),
            (32_000, Middle, false),
        ];
        assert_eq!(adapt(&pacing, &[0; 10]), expected);
    }

    #[test]
    fn what_is_found_decides_when_the_next_is_due() {
        for (garbage, next) in [(0, 8000), (7, 8000), (9, 4000), (32, 4000), (33, 2000), (64, 2000)] {
            let pacing = Pacing::new();
            let collections = adapt(&pacing, &[0, garbage, 0]);
            assert_eq!(collections[2].0, next, "{garbage} of 64");
        }
        // A blind one stands for one that has found nearly nothing.
        for (garbage, blind) in [(1, true), (2, false)] {
            let pacing = Pacing::new();
            assert_eq!(adapt(&pacing, &[0, 0, 0, 0, garbage, 0])[5], (32_000, Middle, !blind), "{garbage} of 64");
        }
    }

    #[test]
    fn garbage_that_does_not_fit_a_cache_does_not_wait_for_as_many_objects() {
        for (size, next) in [(524, 2000), (1024, 1024), (10 * 1024, 102), (1 << 40, 100)] {
            let pacing = Pacing::new();
            assert_eq!(adapt_to(&pacing, size, &[64, 64])[1].0, next, "{size} bytes");
            // Nor do those that live.
            let survived = adapt_to(&pacing, size, &[0, 0]);
            assert_eq!((survived[0].0, survived[1].0), (next, 4000), "{size} bytes");
            // A program that sets thresholds gets what it asks for.
            adapt_to(&pacing, size, &[64]);
            pacing.set_thresholds(DEFAULT_THRESHOLDS);
            assert_eq!(adapt_to(&pacing, size, &[64, 64])[1].0, 2000, "{size} bytes");
        }
    }

    #[test]
    fn the_old_generation_may_double_while_little_of_it_dies() {
        let pacing = Pacing::new();
        pacing.long_lived_total.set(400_000);
        pacing.collected[1].set(11);
        let needed = |pacing: &Pacing| {
            (0..).step_by(100_000).find(|&pending| {
                pacing.long_lived_pending.set(pending);
                pacing.select() == Old
            })
        };
        for (garbage, expected) in [(0, 200_000), (12, 200_000), (11, 400_000), (0, 400_000), (51, 100_000)] {
            pacing.adapt(Old, false, garbage, garbage * 64, 100 - garbage);
            assert_eq!(needed(&pacing), Some(expected), "{garbage} %");
        }
    }

    #[test]
    fn a_collection_that_was_asked_for_opens_the_eyes_and_a_full_one_begins_anew() {
        for (generation, next) in [(Young, 32_000), (Middle, 32_000), (Old, 2000)] {
            let pacing = Pacing::new();
            adapt(&pacing, &[0; 5]);
            pacing.adapt(generation, false, 100, 6400, 0);
            let (allocated, _, looked) = adapt(&pacing, &[0])[0];
            assert_eq!((allocated, looked), (next, true), "{generation:?}");
        }
    }

    #[test]
    fn nothing_adapts_once_thresholds_are_set() {
        let pacing = Pacing::new();
        adapt(&pacing, &[0; 7]);
        pacing.set_thresholds(DEFAULT_THRESHOLDS);
        pacing.note_start(Middle);
        let expected: Vec<_> = (0..12).map(|index| (2000, if index < 11 { Young } else { Middle }, true)).collect();
        assert_eq!(adapt(&pacing, &[0; 12]), expected);
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
