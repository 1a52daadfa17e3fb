//! How the heap is, in one value: what is in it, what collections do, and what looks wrong.
//!
//! [`health`] counts and remembers; [`Advice`] judges what has been counted.

mod advice;

use super::Generation;
use crate::collect::{Survey, with_heap};
use crate::heap::{Collection, GenerationStats, Heap, Look, State, state_of};
use crate::inspect::{Totals, TypeTotals, short_type_name};
use crate::object::ObjectPtr;
pub use advice::Advice;
use core::cmp::Reverse;
use core::fmt;
use core::time::Duration;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

/// How many of the types are shown.
const LARGEST: usize = 3;

/// How many times of being asked are remembered, this one included.
const REMEMBERED: usize = 4;

/// Says how the heap of this thread is.
///
/// Printed, it is six lines that are read in five seconds, and a sentence for each thing that looks wrong: see
/// [`Advice`].
///
/// It goes over all objects, without looking into them, which stops the program for some 50 ms if there are a million.
/// Ask once a minute, or when something is the matter; not at every request. Nothing is changed by it, and no code of
/// the program is called. It remembers what it has found the last four times, a name and a number for each type and no
/// object, to tell what has grown; so it tells more when it is asked regularly.
///
/// It may be called at any time, also within finalizers, destructors and callbacks, and at the end of the thread.
///
/// # Panics
///
/// Within a [`Trace::trace`](crate::Trace::trace).
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// let lists: Vec<_> = (0..100).map(|_| Cc::new(vec![Cc::new(1u64)])).collect();
/// let health = gc::health();
/// assert_eq!((health.tracked, health.untracked, health.generations), (100, 100, [100, 0, 0]));
/// let numbers = health.largest_types[1];
/// assert_eq!((numbers.name, numbers.count), ("u64", 100));
/// assert!(health.growth.is_none());
/// assert!(health.advice.is_empty());
///
/// drop(lists);
/// gc::collect();
/// let health = gc::health();
/// assert_eq!(health.growth.unwrap().objects, -200);
/// assert!(health.to_string().starts_with("gc: nothing looks wrong\n"));
/// ```
pub fn health() -> Health {
    with_heap(Health::of)
}

/// How a heap is. What [`health`] gives; its `Display` is for people.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// gc::disable();
/// let lists: Vec<_> = (0..60_000).map(|_| Cc::new(vec![Cc::new(1)])).collect();
/// println!("{}", gc::health());
/// # drop(lists);
/// ```
///
/// This prints something like
///
/// ```text
/// gc: 1 thing looks wrong
///   objects  60,000 tracked (60,000 young, 0 middle, 0 old, 0 frozen), 60,000 not
///   memory   3.4 MiB in objects, 5.3 MiB in blocks
///   garbage  nothing collected so far; none is waiting
///   pauses   none so far
///   growth   asked for the first time
///   largest  Vec<Cc<i32>> 2.3 MiB in 60,000, i32 1.1 MiB in 60,000
/// ! automatic collections are off, and there are 60,000 objects more than after the last: gc::enable(), drop the guard of
/// gc::pause(), or gc::collect() at a good time
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Health {
    /// Objects that the collector knows of: those of the generations, the [frozen](Health::frozen) ones, and, as long
    /// as that lasts, those that are exclusively accessed, under construction or being collected.
    pub tracked: usize,
    /// Objects that it need not know of, because no cycle can go through their types.
    pub untracked: usize,
    /// The objects of each generation, youngest first.
    pub generations: [usize; 3],
    /// The objects of the permanent generation.
    pub frozen: usize,
    /// What the objects take, in bytes, without what their values own elsewhere.
    pub bytes: usize,
    /// The memory of the blocks that objects are in, and of those that are kept for later, in bytes. With that of a
    /// large object comes what is left over when it is aligned, up to its alignment, 64 KiB at least.
    pub block_bytes: usize,
    /// The objects in each generation that have lost a pointer since a collection of all generations last examined
    /// them, youngest first. All garbage that there is hangs from these: if there are none, there is no garbage.
    pub suspects: [usize; 3],
    /// The same for the permanent generation, whose garbage no collection finds.
    pub frozen_suspects: usize,
    /// What the collections of each generation have done since the thread began: [`get_stats`](super::get_stats).
    pub stats: [GenerationStats; 3],
    /// The last collections, oldest first: [`get_history`](super::get_history).
    pub history: Vec<Collection>,
    /// What has changed since the last time; `None` if this is the first.
    pub growth: Option<Growth>,
    /// The three types whose objects take the most bytes, the largest first. The bytes are those of
    /// [`bytes`](Health::bytes).
    pub largest_types: Vec<TypeTotals>,
    /// What looks wrong. Empty if nothing does.
    pub advice: Vec<Advice>,
}

/// What has changed in a heap from one call of [`health`] to the next.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, gc};
///
/// gc::health();
/// let number = Cc::new(1u64);
/// let growth = gc::health().growth.unwrap();
/// assert_eq!((growth.objects, growth.collections), (1, 0));
/// assert_eq!(growth.bytes, gc::getsizeof(&number) as isize);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Growth {
    /// How long ago that was.
    pub since: Duration,
    /// How many objects there are more than then, tracked or not.
    pub objects: isize,
    /// How many bytes more the objects take.
    pub bytes: isize,
    /// How many collections there have been.
    pub collections: usize,
    /// How many objects these have collected.
    pub collected: usize,
}

/// How long collections have taken.
///
/// # Examples
///
/// See [`Health::pauses`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Pauses {
    /// The last one.
    pub last: Duration,
    /// The one in the middle, when they are put in order; of an even number the longer one.
    pub median: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Pauses {
    /// Of collections that came in this order; `None` if there was none.
    fn of(mut durations: Vec<Duration>) -> Option<Pauses> {
        let last = *durations.last()?;
        durations.sort_unstable();
        Some(Pauses { last, median: durations[durations.len() / 2], longest: *durations.last()? })
    }
}

impl Health {
    fn of(heap: &Heap) -> Health {
        let census = Census::take(heap);
        let stats = heap.records.stats();
        let look = Look {
            when: Instant::now(),
            objects: census.tracked + census.untracked,
            bytes: census.bytes,
            collections: stats.iter().map(|stats| stats.collections).sum(),
            collected: stats.iter().map(|stats| stats.collected).sum(),
            types: census.types.iter().map(|(&name, totals)| (name, totals.count)).collect(),
        };
        let mut looks = heap.records.looks.borrow_mut();
        let growth = looks.back().map(|last| Growth {
            since: look.when - last.when,
            objects: look.objects.wrapping_sub(last.objects) as isize,
            bytes: look.bytes.wrapping_sub(last.bytes) as isize,
            collections: look.collections - last.collections,
            collected: look.collected - last.collected,
        });
        if looks.len() == REMEMBERED {
            looks.pop_front();
        }
        looks.push_back(look);
        let mut health = Health {
            tracked: census.tracked,
            untracked: census.untracked,
            generations: census.generations,
            frozen: census.frozen,
            bytes: census.bytes,
            block_bytes: heap.block_bytes(),
            suspects: census.suspects,
            frozen_suspects: census.frozen_suspects,
            stats,
            history: heap.records.last(),
            growth,
            largest_types: largest(census.types),
            advice: Vec::new(),
        };
        health.advice = advice::advise(&health, heap, looks.make_contiguous());
        health
    }

    /// How many objects a collection has found to be garbage, on average over the [last ones](Health::history); `None`
    /// if there was none.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::gc;
    ///
    /// assert_eq!(gc::health().garbage_per_collection(), None);
    /// gc::collect();
    /// assert_eq!(gc::health().garbage_per_collection(), Some(0.0));
    /// ```
    pub fn garbage_per_collection(&self) -> Option<f64> {
        let collected: usize = self.history.iter().map(|collection| collection.collected).sum();
        (!self.history.is_empty()).then(|| collected as f64 / self.history.len() as f64)
    }

    /// How many objects may be garbage that waits to be collected. An estimate: each generation's
    /// [suspects](Health::suspects), times the share of garbage in what its collections have examined so far.
    ///
    /// `None` if there are suspects in a generation of which no collection has examined an object yet. Only 0 is
    /// certain if there are no suspects. What has been frozen is left out.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, Trace, gc};
    /// use std::cell::OnceCell;
    ///
    /// #[derive(Trace)]
    /// struct Node {
    ///     next: OnceCell<Cc<Node>>,
    /// }
    ///
    /// let make_garbage = || {
    ///     let node = Cc::new(Node { next: OnceCell::new() });
    ///     node.next.set(node.clone()).ok();
    /// };
    /// assert_eq!(gc::health().backlog(), Some(0));
    /// make_garbage();
    /// assert_eq!(gc::health().backlog(), None);
    /// gc::collect_generation(gc::Generation::Young);
    /// make_garbage();
    /// assert_eq!(gc::health().backlog(), Some(1));
    /// ```
    pub fn backlog(&self) -> Option<usize> {
        let mut backlog = 0.0;
        for (&suspects, stats) in self.suspects.iter().zip(&self.stats) {
            if suspects > 0 {
                if stats.candidates == 0 {
                    return None;
                }
                backlog += suspects as f64 * stats.collected as f64 / stats.candidates as f64;
            }
        }
        Some(backlog.round() as usize)
    }

    /// How long the [last collections](Health::history) have taken, all of them, or those of one generation; `None` if
    /// there was none.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::gc::{self, Generation};
    ///
    /// gc::collect();
    /// let health = gc::health();
    /// let pauses = health.pauses(None).unwrap();
    /// assert!(pauses.median <= pauses.longest);
    /// assert_eq!(health.pauses(Generation::Old), Some(pauses));
    /// assert_eq!(health.pauses(Generation::Young), None);
    /// ```
    pub fn pauses(&self, generation: impl Into<Option<Generation>>) -> Option<Pauses> {
        let generation = generation.into();
        let history = self.history.iter().filter(|it| generation.is_none_or(|generation| it.generation == generation));
        Pauses::of(history.map(|collection| collection.duration).collect())
    }
}

/// The types that take the most bytes.
fn largest(types: BTreeMap<&'static str, Totals>) -> Vec<TypeTotals> {
    let mut types: Vec<TypeTotals> = types.into_iter().map(TypeTotals::from).collect();
    // A stable sort, of what is in the order of names.
    types.sort_by_key(|totals| Reverse(totals.bytes));
    types.truncate(LARGEST);
    types
}

/// What has been counted.
#[derive(Default)]
struct Census {
    tracked: usize,
    untracked: usize,
    generations: [usize; 3],
    frozen: usize,
    suspects: [usize; 3],
    frozen_suspects: usize,
    bytes: usize,
    types: BTreeMap<&'static str, Totals>,
}

impl Census {
    fn take(heap: &Heap) -> Census {
        let mut census = Census::default();
        // By table, which is faster than by name. A type may have several.
        let mut tables: HashMap<usize, (&'static str, Totals)> = HashMap::new();
        Survey::start(heap).for_each(|object| {
            let bytes = object.size();
            census.count(object, bytes);
            let table = core::ptr::from_ref(object.header().vtable()).addr();
            let (_, totals) = tables.entry(table).or_insert_with(|| (object.type_name(), Totals::default()));
            totals.count += 1;
            totals.bytes += bytes;
        });
        for (name, Totals { count, bytes }) in tables.into_values() {
            let totals = census.types.entry(name).or_default();
            totals.count += count;
            totals.bytes += bytes;
        }
        census
    }

    fn count(&mut self, object: ObjectPtr, bytes: usize) {
        self.bytes += bytes;
        let state = state_of(object);
        if state == State::Free {
            self.untracked += 1;
            return;
        }
        self.tracked += 1;
        let suspect = usize::from(!object.header().is_clean());
        if let Some(generation) = state.generation() {
            self.generations[generation as usize] += 1;
            self.suspects[generation as usize] += suspect;
        } else if state == State::Frozen {
            self.frozen += 1;
            self.frozen_suspects += suspect;
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.advice.len() {
            0 => writeln!(f, "gc: nothing looks wrong")?,
            1 => writeln!(f, "gc: 1 thing looks wrong")?,
            things => writeln!(f, "gc: {things} things look wrong")?,
        }
        let [young, middle, old] = self.generations.map(Grouped);
        let (tracked, untracked, frozen) = (Grouped(self.tracked), Grouped(self.untracked), Grouped(self.frozen));
        write!(f, "  objects  {tracked} tracked ({young} young, {middle} middle, {old} old, {frozen} frozen), ")?;
        writeln!(f, "{untracked} not")?;
        writeln!(f, "  memory   {} in objects, {} in blocks", Bytes(self.bytes), Bytes(self.block_bytes))?;
        self.write_garbage(f)?;
        self.write_pauses(f)?;
        self.write_growth(f)?;
        f.write_str("  largest  ")?;
        for (index, TypeTotals { name, count, bytes }) in self.largest_types.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{} {} in {}", short_type_name(name), Bytes(*bytes), Grouped(*count))?;
        }
        f.write_str(if self.largest_types.is_empty() { "no objects" } else { "" })?;
        self.advice.iter().try_for_each(|advice| write!(f, "\n! {advice}"))
    }
}

impl Health {
    fn write_garbage(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("  garbage  ")?;
        match self.garbage_per_collection() {
            Some(average) => {
                let total = self.stats.iter().map(|stats| stats.collected).sum();
                write!(f, "{average:.1} objects a collection ({} in all); ", Grouped(total))?;
            }
            None => f.write_str("nothing collected so far; ")?,
        }
        let suspects = self.suspects.iter().sum();
        match self.backlog() {
            _ if suspects == 0 => writeln!(f, "none is waiting"),
            Some(backlog) => writeln!(f, "about {} waiting", Grouped(backlog)),
            None => writeln!(f, "an unknown number waiting, behind {} suspects", Grouped(suspects)),
        }
    }

    fn write_pauses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("  pauses   ")?;
        let Some(Pauses { last, median, longest }) = self.pauses(None) else { return writeln!(f, "none so far") };
        write!(f, "last {last:.1?}, median {median:.1?}, longest {longest:.1?}")?;
        let names = ["young", "middle", "old"];
        let mut separator = " (";
        for (generation, name) in [Generation::Young, Generation::Middle, Generation::Old].into_iter().zip(names) {
            if let Some(Pauses { longest, .. }) = self.pauses(generation) {
                write!(f, "{separator}{name} {longest:.1?}")?;
                separator = ", ";
            }
        }
        writeln!(f, ")")
    }

    fn write_growth(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Growth { since, objects, bytes, .. }) = self.growth else {
            return writeln!(f, "  growth   asked for the first time");
        };
        let sign = |change: isize| if change < 0 { '-' } else { '+' };
        write!(f, "  growth   {}{} objects, ", sign(objects), Grouped(objects.unsigned_abs()))?;
        writeln!(f, "{}{} in {since:.1?}", sign(bytes), Bytes(bytes.unsigned_abs()))
    }
}

/// A number with a comma before every third digit from the right.
struct Grouped(usize);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (index, digit) in digits.chars().enumerate() {
            let comma = index > 0 && (digits.len() - index) % 3 == 0;
            write!(f, "{}{digit}", if comma { "," } else { "" })?;
        }
        Ok(())
    }
}

/// A number of bytes, in a unit that leaves few digits.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = ["KiB", "MiB", "GiB", "TiB"];
        let Some((power, unit)) = (1..).zip(units).take_while(|&(power, _)| self.0 >> (10 * power) > 0).last() else {
            return write!(f, "{} B", self.0);
        };
        write!(f, "{:.1} {unit}", self.0 as f64 / f64::from(1u32 << 10).powi(power))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let grouped = [0, 999, 1000, 12_345, 1_234_567].map(|number| Grouped(number).to_string());
        assert_eq!(grouped, ["0", "999", "1,000", "12,345", "1,234,567"]);
        let bytes = [0, 1023, 1024, 1536, 5 << 20, 3 << 30, 7 << 40, 2048 << 40].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(bytes, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "5.0 MiB", "3.0 GiB", "7.0 TiB", "2048.0 TiB"]);
    }
}
