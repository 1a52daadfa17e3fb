//! What is known of the collections so far: a record of each of the last, and sums over all.

use super::word::Generation;
use core::cell::{Cell, RefCell};
use core::time::Duration;
#[cfg(feature = "inspect")]
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::Instant;

/// How many collections are remembered.
const REMEMBERED: usize = 64;

/// One collection: what `CPython`'s `gc.callbacks` are told of it, and a little more.
///
/// [Callbacks](crate::gc::callbacks) get one at the start of a collection, in which everything that is not known yet is
/// zero, and one at the end. [`get_history`](crate::gc::get_history) has the last 64.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, Generation};
///
/// gc::collect();
/// let last = gc::get_history().pop().unwrap();
/// assert_eq!((last.generation, last.collected), (Generation::Old, 0));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Collection {
    /// The generation that was collected, together with all younger ones.
    pub generation: Generation,
    /// Whether it was due, and not asked for.
    pub automatic: bool,
    /// Objects found unreachable, and given up: freed, or put into [`garbage`](crate::gc::garbage).
    pub collected: usize,
    /// Objects found unreachable that could not be freed. Always 0: nothing keeps this collector from freeing what it
    /// has found. The field is `CPython`'s.
    pub uncollectable: usize,
    /// Objects examined. A collection starts from the objects that may have become garbage, so this is mostly far less
    /// than the objects there were. It is all of them if a quarter may have become garbage.
    pub candidates: usize,
    /// The time from beginning to end: finalizers, callbacks on deaths and destructors are included, what
    /// [callbacks](crate::gc::callbacks) on collections take is not.
    pub duration: Duration,
    /// Objects of the collected generations that lived on.
    pub survivors: usize,
    /// Objects found unreachable that finalizers brought back.
    pub resurrected: usize,
    /// The size of the objects collected, in bytes, without what their values owned elsewhere.
    pub bytes: usize,
    /// Tracked objects at the end; in the record that callbacks get at the start, at the start.
    pub heap_size: usize,
    /// When it began. It ended `duration` later.
    pub start: Instant,
}

impl Collection {
    /// The record of a collection that begins.
    pub(crate) fn begin(generation: Generation, automatic: bool, heap_size: usize) -> Collection {
        Collection {
            generation,
            automatic,
            collected: 0,
            uncollectable: 0,
            candidates: 0,
            duration: Duration::ZERO,
            survivors: 0,
            resurrected: 0,
            bytes: 0,
            heap_size,
            start: Instant::now(),
        }
    }
}

/// What one generation's collections have done so far.
///
/// The first five fields are `CPython` 3.15's.
///
/// # Examples
///
/// See [`get_stats`](crate::gc::get_stats).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct GenerationStats {
    /// Collections of this generation (together with the younger ones).
    pub collections: usize,
    /// Objects that they found unreachable and gave up.
    pub collected: usize,
    /// Objects that they found unreachable and could not free. Always 0.
    pub uncollectable: usize,
    /// Objects that they examined.
    pub candidates: usize,
    /// The time that they took.
    pub duration: Duration,
    /// Objects that lived on, once for each collection.
    pub survivors: usize,
    /// Objects that finalizers brought back.
    pub resurrected: usize,
    /// The size of the objects collected, in bytes, without what their values owned elsewhere.
    pub bytes: usize,
    /// The time of the longest of them.
    pub longest_pause: Duration,
}

impl GenerationStats {
    fn add(&mut self, collection: &Collection) {
        self.collections += 1;
        self.collected += collection.collected;
        self.uncollectable += collection.uncollectable;
        self.candidates += collection.candidates;
        self.duration += collection.duration;
        self.survivors += collection.survivors;
        self.resurrected += collection.resurrected;
        self.bytes += collection.bytes;
        self.longest_pause = self.longest_pause.max(collection.duration);
    }
}

/// What [`gc::health`](crate::gc::health) has found at one time, for the next times it is asked. It keeps no object
/// alive.
#[cfg(feature = "inspect")]
pub(crate) struct Look {
    pub(crate) when: Instant,
    pub(crate) objects: usize,
    /// What the objects take, in bytes.
    pub(crate) bytes: usize,
    /// How many collections there had been, and what they had collected.
    pub(crate) collections: usize,
    pub(crate) collected: usize,
    /// How many objects there were of each type.
    pub(crate) types: BTreeMap<&'static str, usize>,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Records {
    stats: [Cell<GenerationStats>; 3],
    last: RefCell<VecDeque<Collection>>,
    /// The last looks, oldest first.
    #[cfg(feature = "inspect")]
    pub(crate) looks: RefCell<VecDeque<Look>>,
}

impl Records {
    pub(crate) fn add(&self, collection: Collection) {
        let stats = &self.stats[collection.generation as usize];
        let mut sums = stats.get();
        sums.add(&collection);
        stats.set(sums);

        let mut last = self.last.borrow_mut();
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        // Without memory there is no record.
        if last.len() < last.capacity() || last.try_reserve_exact(REMEMBERED).is_ok() {
            last.push_back(collection);
        }
    }

    pub(crate) fn stats(&self) -> [GenerationStats; 3] {
        self.stats.each_ref().map(Cell::get)
    }

    /// The last collections, oldest first.
    pub(crate) fn last(&self) -> Vec<Collection> {
        self.last.borrow().iter().copied().collect()
    }
}
