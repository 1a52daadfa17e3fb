//! What looks wrong with a heap, and what to do about it.

use super::{Bytes, Grouped, Health, REMEMBERED};
use crate::gc::{DebugFlags, Generation, Trigger};
use crate::heap::{Collection, Heap, Look};
use crate::inspect::short_type_name;
use core::cmp::Reverse;
use core::fmt;
use core::time::Duration;

/// Something that looks wrong with a heap, of which its `Display` says what to do about it.
///
/// The constants are where it begins. What is merely large is not mentioned: objects that are not tracked cost the
/// collector nothing, and frozen ones that stay as they are neither.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, Advice, DebugFlags};
///
/// gc::set_debug(DebugFlags::SAVEALL);
/// let health = gc::health();
/// assert_eq!(health.advice, [Advice::GarbageIsKept { objects: 0 }]);
/// assert!(health.advice[0].to_string().contains("gc::set_debug"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Advice {
    /// Automatic collections are disabled, paused, or never due because the first threshold is 0; and there are at
    /// least [`MANY_NEW`](Advice::MANY_NEW) objects more than after the last collection.
    Off {
        /// How many more.
        objects: usize,
    },
    /// Automatic collections run at safepoints alone, one is due, and there are at least
    /// [`MANY_NEW`](Advice::MANY_NEW) objects more than after the last.
    NoSafepoint {
        /// How many more.
        objects: usize,
    },
    /// The old generation has never been collected, and has at least [`LARGE_GENERATION`](Advice::LARGE_GENERATION)
    /// objects.
    OldNeverCollected {
        /// How many it has.
        objects: usize,
    },
    /// There were more objects each of the last four times that [`health`](super::health) was called, in all by at
    /// least [`MUCH_GROWTH`](Advice::MUCH_GROWTH) and half of what there was; there have been collections each time in
    /// between, and they have collected less than a quarter as many.
    GrowsWithoutBound {
        /// How many objects more there are than three calls ago.
        objects: usize,
        /// What collections have found to be garbage since.
        collected: usize,
    },
    /// There were more objects of this type each of the last four times that [`health`](super::health) was called, in
    /// all by at least [`MUCH_GROWTH_OF_TYPE`](Advice::MUCH_GROWTH_OF_TYPE) and half of what there was, with
    /// collections each time in between. If that is so of several types, this is the one that has grown the most.
    TypeOnlyGrows {
        /// The name of the type.
        name: &'static str,
        /// How many objects of it there are.
        count: usize,
        /// How many more that is than three calls ago.
        more: usize,
    },
    /// There are objects in [`gc::garbage`](crate::gc::garbage), or [`DebugFlags::SAVEALL`] is set and will put them
    /// there.
    GarbageIsKept {
        /// How many there are.
        objects: usize,
    },
    /// One of the last automatic collections has taken at least [`LONG_PAUSE`](Advice::LONG_PAUSE).
    LongPause {
        /// The longest one.
        collection: Collection,
    },
    /// At least [`MANY_FROZEN_SUSPECTS`](Advice::MANY_FROZEN_SUSPECTS) objects of the permanent generation, and half of
    /// it, have lost a pointer, by which they may have become garbage. No collection frees that.
    FrozenSuspects {
        /// How many have.
        suspects: usize,
        /// How many objects the generation has.
        frozen: usize,
    },
}

impl Advice {
    /// So many objects more than after the last collection are many, if none will come by itself. With the thresholds
    /// that heaps start with, one comes after 32,000 at the latest.
    pub const MANY_NEW: usize = 50_000;
    /// So many objects make the old generation a large one. With the thresholds that heaps start with, it is collected
    /// before it has as many.
    pub const LARGE_GENERATION: usize = 500_000;
    /// So many objects more, of all types, are much growth.
    pub const MUCH_GROWTH: usize = 10_000;
    /// So many objects more are much growth of one type.
    pub const MUCH_GROWTH_OF_TYPE: usize = 1_000;
    /// So long a collection is noticed: by people, and by the time-outs of services.
    pub const LONG_PAUSE: Duration = Duration::from_millis(100);
    /// So many frozen objects may be worth a look.
    pub const MANY_FROZEN_SUSPECTS: usize = 50_000;
}

/// What looks wrong. `looks` are those of the last times, oldest first, and of this one.
pub(super) fn advise(health: &Health, heap: &Heap, looks: &[Look]) -> Vec<Advice> {
    let steps = <&[Look; REMEMBERED]>::try_from(looks).ok().filter(|looks| was_collected_each_time(looks));
    let found = [
        overdue(heap),
        old_never_collected(health),
        steps.and_then(growth),
        steps.and_then(growth_of_type),
        garbage_is_kept(heap),
        long_pause(health),
        frozen_suspects(health),
    ];
    found.into_iter().flatten().collect()
}

fn overdue(heap: &Heap) -> Option<Advice> {
    let pacing = &heap.pacing;
    let [objects, ..] = pacing.counts();
    let [threshold, ..] = pacing.thresholds();
    if objects < Advice::MANY_NEW {
        None
    } else if !pacing.is_enabled() || threshold == 0 {
        Some(Advice::Off { objects })
    } else {
        let unseen = pacing.trigger() == Trigger::Safepoint && pacing.is_due_at_safepoint();
        unseen.then_some(Advice::NoSafepoint { objects })
    }
}

fn old_never_collected(health: &Health) -> Option<Advice> {
    let [.., objects] = health.generations;
    let [.., stats] = health.stats;
    (stats.collections == 0 && objects >= Advice::LARGE_GENERATION).then_some(Advice::OldNeverCollected { objects })
}

/// Without that, what has come may be garbage that waits.
fn was_collected_each_time(looks: &[Look; REMEMBERED]) -> bool {
    looks.windows(2).all(|pair| pair[0].collections < pair[1].collections)
}

/// By how much a number has grown, if it has at every step, by at least so much in all, and by half.
fn steady_growth(numbers: [usize; REMEMBERED], least: usize) -> Option<usize> {
    let (first, last) = (numbers[0], numbers[REMEMBERED - 1]);
    let grew = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    (grew && last - first >= least.max(first / 2)).then(|| last - first)
}

fn growth(looks: &[Look; REMEMBERED]) -> Option<Advice> {
    let objects = steady_growth(looks.each_ref().map(|look| look.objects), Advice::MUCH_GROWTH)?;
    let collected = looks[REMEMBERED - 1].collected - looks[0].collected;
    (collected < objects / 4).then_some(Advice::GrowsWithoutBound { objects, collected })
}

fn growth_of_type(looks: &[Look; REMEMBERED]) -> Option<Advice> {
    let grown = looks[REMEMBERED - 1].types.iter().filter_map(|(&name, &count)| {
        let counts = looks.each_ref().map(|look| look.types.get(name).copied().unwrap_or(0));
        Some((steady_growth(counts, Advice::MUCH_GROWTH_OF_TYPE)?, name, count))
    });
    let (more, name, count) = grown.max_by_key(|&(more, name, _)| (more, Reverse(name)))?;
    Some(Advice::TypeOnlyGrows { name, count, more })
}

fn garbage_is_kept(heap: &Heap) -> Option<Advice> {
    let objects = heap.garbage.borrow().len();
    let saves = heap.observers.debug.get().contains(DebugFlags::SAVEALL);
    (objects > 0 || saves).then_some(Advice::GarbageIsKept { objects })
}

fn long_pause(health: &Health) -> Option<Advice> {
    let automatic = health.history.iter().filter(|collection| collection.automatic);
    let longest = *automatic.max_by_key(|collection| collection.duration)?;
    (longest.duration >= Advice::LONG_PAUSE).then_some(Advice::LongPause { collection: longest })
}

fn frozen_suspects(health: &Health) -> Option<Advice> {
    let &Health { frozen, frozen_suspects: suspects, .. } = health;
    let many = suspects >= Advice::MANY_FROZEN_SUSPECTS.max(frozen / 2);
    many.then_some(Advice::FrozenSuspects { suspects, frozen })
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Advice::Off { objects } => write!(
                f,
                "automatic collections are off, and there are {} objects more than after the last: gc::enable(), drop the \
                 guard of gc::pause(), or gc::collect() at a good time",
                Grouped(objects)
            ),
            Advice::NoSafepoint { objects } => write!(
                f,
                "a collection waits for a safepoint, and there are {} objects more than after the last: call \
                 gc::safepoint() more often",
                Grouped(objects)
            ),
            Advice::OldNeverCollected { objects } => write!(
                f,
                "the old generation has {} objects and has never been collected: gc::collect(), or lower the thresholds",
                Grouped(objects)
            ),
            Advice::GrowsWithoutBound { objects, collected } => write!(
                f,
                "the heap grows: {} objects more than three looks ago, and collections found only {} to be garbage: \
                 compare two snapshots to see what is kept, and by what",
                Grouped(objects),
                Grouped(collected)
            ),
            Advice::TypeOnlyGrows { name, count, more } => write!(
                f,
                "{} only grows: {} objects, {} more than three looks ago: see what keeps them alive with a snapshot",
                short_type_name(name),
                Grouped(count),
                Grouped(more)
            ),
            Advice::GarbageIsKept { objects } => write!(
                f,
                "gc::garbage() keeps {} objects that nothing else needs: gc::garbage().clear(), and without \
                 DebugFlags::SAVEALL in gc::set_debug() it stays empty",
                Grouped(objects)
            ),
            Advice::LongPause { collection } => write_long_pause(f, collection),
            Advice::FrozenSuspects { suspects, frozen } => write!(
                f,
                "{} of {} frozen objects have lost a pointer, and no collection frees them: gc::unfreeze(), gc::collect(), \
                 and gc::freeze() again",
                Grouped(suspects),
                Grouped(frozen)
            ),
        }
    }
}

fn write_long_pause(f: &mut fmt::Formatter<'_>, collection: Collection) -> fmt::Result {
    let Collection { generation, duration, candidates, bytes, .. } = collection;
    let generation = match generation {
        Generation::Young => "young",
        Generation::Middle => "middle",
        Generation::Old => "old",
    };
    write!(
        f,
        "a collection of the {generation} generation took {duration:.1?}, for {} objects examined and {} freed: \
         gc::freeze() what stays, gc::collect() when nobody waits, or look at what finalizers and destructors do",
        Grouped(candidates),
        Bytes(bytes)
    )
}
