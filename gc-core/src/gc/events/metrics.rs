//! Counters, gauges and pauses of collections.

use crate::gc::{callbacks, get_freeze_count, tracked_count};
use crate::heap::{CallbackId, Collection, Phase};
use core::cell::Cell;
use metrics::{Counter, Gauge, Histogram, Unit, counter, gauge, histogram};
use metrics::{describe_counter, describe_gauge, describe_histogram};

/// Counts the collections of this thread for the crate `metrics`, until the callback that this adds is
/// [removed](crate::gc::Callbacks::remove), or the thread ends.
///
/// | metric | kind | unit | |
/// |-|-|-|-|
/// | `gc_core.collections` | counter | | collections |
/// | `gc_core.collected` | counter | objects | objects found unreachable, and given up |
/// | `gc_core.collected_bytes` | counter | bytes | their size, without what they owned elsewhere |
/// | `gc_core.candidates` | counter | objects | objects examined |
/// | `gc_core.pause` | histogram | seconds | what each collection took |
/// | `gc_core.tracked` | gauge | objects | tracked objects, at the end of the last collection |
/// | `gc_core.frozen` | gauge | objects | those of them in the permanent generation |
///
/// All but the gauges have the label `generation`: `"0"`, `"1"` or `"2"`, as Python's have. They are the sums over all
/// threads that call this. A gauge loses a thread's share when its callback is removed.
///
/// The recorder of `metrics` that is installed when this is called gets all of them; so install that first.
///
/// # Examples
///
/// ```
/// use gc_core::gc;
///
/// // After `metrics_exporter_prometheus::PrometheusBuilder::new().install()`, or the like.
/// let id = gc::events::to_metrics();
/// gc::collect();
/// gc::callbacks().remove(id);
/// ```
pub fn to_metrics() -> CallbackId {
    describe();
    let generations = ["0", "1", "2"].map(Generation::new);
    let (tracked, frozen) = (Share::of(gauge!("gc_core.tracked")), Share::of(gauge!("gc_core.frozen")));
    tracked.set(tracked_count());
    frozen.set(get_freeze_count());
    callbacks().add(move |phase, collection| {
        if phase == Phase::Stop {
            generations[collection.generation as usize].count(collection);
            tracked.set(collection.heap_size);
            frozen.set(get_freeze_count());
        }
    })
}

fn describe() {
    describe_counter!("gc_core.collections", Unit::Count, "Collections.");
    describe_counter!("gc_core.collected", Unit::Count, "Objects that collections found unreachable, and gave up.");
    describe_counter!("gc_core.collected_bytes", Unit::Bytes, "The size of the objects that collections gave up.");
    describe_counter!("gc_core.candidates", Unit::Count, "Objects that collections examined.");
    describe_histogram!("gc_core.pause", Unit::Seconds, "The time that a collection took.");
    describe_gauge!("gc_core.tracked", Unit::Count, "Tracked objects, at the end of the last collection.");
    describe_gauge!("gc_core.frozen", Unit::Count, "Objects in the permanent generation.");
}

/// The metrics of one generation's collections.
struct Generation {
    collections: Counter,
    collected: Counter,
    collected_bytes: Counter,
    candidates: Counter,
    pause: Histogram,
}

impl Generation {
    fn new(generation: &'static str) -> Generation {
        Generation {
            collections: counter!("gc_core.collections", "generation" => generation),
            collected: counter!("gc_core.collected", "generation" => generation),
            collected_bytes: counter!("gc_core.collected_bytes", "generation" => generation),
            candidates: counter!("gc_core.candidates", "generation" => generation),
            pause: histogram!("gc_core.pause", "generation" => generation),
        }
    }

    fn count(&self, collection: &Collection) {
        self.collections.increment(1);
        self.collected.increment(collection.collected as u64);
        self.collected_bytes.increment(collection.bytes as u64);
        self.candidates.increment(collection.candidates as u64);
        self.pause.record(collection.duration);
    }
}

/// What this thread adds to a gauge.
struct Share {
    gauge: Gauge,
    value: Cell<usize>,
}

impl Share {
    fn of(gauge: Gauge) -> Share {
        Share { gauge, value: Cell::new(0) }
    }

    fn set(&self, value: usize) {
        let before = self.value.replace(value);
        self.gauge.increment(value as f64 - before as f64);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}
