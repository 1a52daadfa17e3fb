//! A span for each collection.

use crate::gc::callbacks;
use crate::heap::{CallbackId, Collection, Phase};
use core::cell::Cell;
use tracing::field::Empty;
use tracing::span::EnteredSpan;
use tracing::{Span, debug_span};

/// Has each collection of this thread run in a span of `tracing`, until the callback that this adds is
/// [removed](crate::gc::Callbacks::remove), or the thread ends.
///
/// The span is `gc_core::collection`, its target `gc_core`, and its level `DEBUG`: a busy program collects many times a
/// second. It is entered, so that what finalizers, destructors and other callbacks log is within it. Its fields have
/// the names and units of `CPython` 3.15: `generation`, `collected`, `uncollectable`, `candidates`, `duration`
/// (seconds) and `heap_size` (tracked objects); and `automatic`, `survivors`, `resurrected` and `bytes`, which are
/// those of [`Collection`]. `generation` and `automatic` are there from the beginning, the others are recorded at the
/// end.
///
/// When the callback is removed while a collection runs, its span ends there, without them.
///
/// # Examples
///
/// ```
/// use gc_core::gc;
///
/// // After `tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).init()`, or the like.
/// let id = gc::events::to_tracing();
/// gc::collect();
/// gc::callbacks().remove(id);
/// ```
pub fn to_tracing() -> CallbackId {
    let running: Cell<Option<EnteredSpan>> = Cell::new(None);
    callbacks().add(move |phase, collection| match phase {
        Phase::Start => running.set(Some(begin(collection).entered())),
        // There is none if the callback was added in the middle of the collection.
        Phase::Stop => {
            if let Some(span) = running.take() {
                end(&span, collection);
            }
        }
    })
}

fn begin(collection: &Collection) -> Span {
    debug_span!(
        target: "gc_core",
        "gc_core::collection",
        generation = collection.generation as u64,
        automatic = collection.automatic,
        collected = Empty,
        uncollectable = Empty,
        candidates = Empty,
        duration = Empty,
        heap_size = Empty,
        survivors = Empty,
        resurrected = Empty,
        bytes = Empty,
    )
}

fn end(span: &Span, collection: &Collection) {
    span.record("collected", collection.collected)
        .record("uncollectable", collection.uncollectable)
        .record("candidates", collection.candidates)
        .record("duration", collection.duration.as_secs_f64())
        .record("heap_size", collection.heap_size)
        .record("survivors", collection.survivors)
        .record("resurrected", collection.resurrected)
        .record("bytes", collection.bytes);
}
