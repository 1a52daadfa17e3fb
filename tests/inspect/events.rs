//! The spans and the metrics of collections, as a subscriber and a recorder get them.

use gc_core::gc::{self, DebugFlags, Generation, Phase};
use gc_core::{Cc, Finalize, Trace};
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// Calls `say` in its finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Node {
    me: OnceCell<Cc<Node>>,
    #[trace(skip)]
    say: Box<dyn Fn()>,
}

impl Finalize for Node {
    fn finalize(&self) {
        (self.say)();
    }
}

/// Garbage whose finalizer calls `say`.
fn garbage(say: impl Fn() + 'static) {
    let node = Cc::new(Node { me: OnceCell::new(), say: Box::new(say) });
    node.me.set(node.clone()).ok().unwrap();
}

mod spans {
    use super::*;
    use std::collections::BTreeMap;
    use std::fmt::Debug;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::{Arc, Mutex};
    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level, Span, Subscriber, info, info_span, subscriber};
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
    use tracing_subscriber::registry::{LookupSpan, Registry};

    /// The fields of a span or an event.
    #[derive(Clone, Default)]
    struct Fields(BTreeMap<&'static str, String>);

    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            let before = self.0.insert(field.name(), format!("{value:?}"));
            assert_eq!(before, None, "{field} is recorded once");
        }
    }

    /// Writes down what happens: `> name` when a span is entered, `< name` when it is left, and the messages of events
    /// after the spans they are in; and the fields of the spans of collections when they are closed.
    #[derive(Clone, Default)]
    struct Notes {
        lines: Arc<Mutex<Vec<String>>>,
        spans: Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>,
    }

    impl Notes {
        fn write(&self, line: String) {
            self.lines.lock().unwrap().push(line);
        }

        fn take(&self) -> Vec<String> {
            std::mem::take(&mut self.lines.lock().unwrap())
        }

        fn take_spans(&self) -> Vec<BTreeMap<&'static str, String>> {
            std::mem::take(&mut self.spans.lock().unwrap())
        }
    }

    impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Notes {
        fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            context.span(id).unwrap().extensions_mut().insert(fields);
        }

        fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
            values.record(context.span(id).unwrap().extensions_mut().get_mut::<Fields>().unwrap());
        }

        fn on_enter(&self, id: &Id, context: Context<'_, S>) {
            self.write(format!("> {}", context.span(id).unwrap().name()));
        }

        fn on_exit(&self, id: &Id, context: Context<'_, S>) {
            self.write(format!("< {}", context.span(id).unwrap().name()));
        }

        fn on_close(&self, id: Id, context: Context<'_, S>) {
            let span = context.span(&id).unwrap();
            if span.name() == "gc_core::collection" {
                let metadata = span.metadata();
                assert_eq!((metadata.target(), *metadata.level()), ("gc_core", Level::DEBUG));
                let mut fields = span.extensions().get::<Fields>().unwrap().clone();
                fields.0.extend(span.parent().map(|parent| ("parent", parent.name().to_owned())));
                self.spans.lock().unwrap().push(fields.0);
            }
        }

        fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let scope = context.event_scope(event).into_iter().flat_map(|scope| scope.from_root());
            let path: Vec<_> = scope.map(|span| span.name()).chain([&*fields.0["message"]]).collect();
            self.write(path.join(" | "));
        }
    }

    /// Runs `f` with the spans of its collections noted.
    fn noted(f: impl FnOnce(&Notes)) {
        let notes = Notes::default();
        subscriber::with_default(Registry::default().with(notes.clone()), || {
            gc::events::to_tracing();
            f(&notes);
            info!("the end");
            assert_eq!(notes.take().last().map(String::as_str), Some("the end"), "in no span");
        });
        gc::callbacks().clear();
    }

    #[test]
    fn a_collection_is_a_span_around_all_that_it_calls() {
        noted(|notes| {
            garbage(|| info!("goodbye"));
            gc::callbacks().add(|phase, _| info!("{phase:?}"));
            info_span!("outer").in_scope(gc::collect);
            let expected = [
                "> outer",
                "> gc_core::collection",
                "outer | gc_core::collection | Start",
                "outer | gc_core::collection | goodbye",
                "< gc_core::collection",
                "outer | Stop",
                "< outer",
            ];
            assert_eq!(notes.take(), expected);
            assert_eq!(notes.take_spans()[0]["parent"], "outer");
        });
    }

    #[test]
    fn its_fields_are_those_of_python_and_of_the_record() {
        noted(|notes| {
            let kept = Cc::new(Node { me: OnceCell::new(), say: Box::new(|| ()) });
            drop(kept.clone());
            (0..3).for_each(|_| garbage(|| ()));
            gc::collect_generation(Generation::Middle);
            let record = gc::get_history().pop().unwrap();
            assert_eq!((record.collected, record.candidates, record.heap_size), (3, 4, 1));
            let expected = [
                ("generation", "1".to_owned()),
                ("automatic", "false".to_owned()),
                ("collected", "3".to_owned()),
                ("uncollectable", "0".to_owned()),
                ("candidates", "4".to_owned()),
                ("duration", format!("{:?}", record.duration.as_secs_f64())),
                ("heap_size", "1".to_owned()),
                ("survivors", "1".to_owned()),
                ("resurrected", "0".to_owned()),
                ("bytes", (3 * gc::getsizeof(&kept)).to_string()),
            ];
            assert_eq!(notes.take_spans(), [BTreeMap::from(expected)]);
        });
    }

    #[test]
    fn automatic_collections_have_theirs() {
        noted(|notes| {
            gc::set_threshold(1, 1, None);
            (0..6).for_each(|_| garbage(|| ()));
            let found: Vec<_> = notes
                .take_spans()
                .iter()
                .map(|span| ["generation", "automatic", "collected"].map(|field| span[field].clone()))
                .collect();
            let history: Vec<_> = gc::get_history()
                .iter()
                .map(|it| [(it.generation as usize).to_string(), "true".to_owned(), it.collected.to_string()])
                .collect();
            assert_eq!((&found, found.len()), (&history, 3));
        });
    }

    #[test]
    fn a_collection_within_one_is_none() {
        noted(|notes| {
            garbage(|| assert_eq!(gc::collect(), 0));
            gc::collect();
            assert_eq!(notes.take(), ["> gc_core::collection", "< gc_core::collection"]);
        });
    }

    #[test]
    fn a_panic_ends_the_span_with_the_collection() {
        noted(|notes| {
            garbage(|| panic!("as it is meant to"));
            garbage(|| info!("not kept from it"));
            assert!(catch_unwind(AssertUnwindSafe(gc::collect)).is_err());
            let expected = ["> gc_core::collection", "gc_core::collection | not kept from it", "< gc_core::collection"];
            assert_eq!(notes.take(), expected);
            assert_eq!(notes.take_spans()[0]["collected"], "2");
        });
    }

    #[test]
    fn removed_in_the_middle_it_leaves_no_span_behind() {
        noted(|notes| {
            garbage(|| {
                gc::callbacks().clear();
                info!("removed");
            });
            gc::collect();
            assert!(Span::current().is_none());
            gc::collect();
            assert_eq!(notes.take(), ["> gc_core::collection", "< gc_core::collection", "removed"]);
            let spans = notes.take_spans();
            assert!(spans.len() == 1 && !spans[0].contains_key("collected"), "{spans:?}");
        });
    }

    #[test]
    fn added_in_the_middle_it_begins_with_the_next() {
        let notes = Notes::default();
        subscriber::with_default(Registry::default().with(notes.clone()), || {
            garbage(|| _ = gc::events::to_tracing());
            gc::collect();
            assert!(notes.take().is_empty());
            gc::collect();
            assert_eq!(notes.take(), ["> gc_core::collection", "< gc_core::collection"]);
        });
    }

    #[test]
    fn a_callback_that_removes_itself_does_not_keep_it_from_the_end() {
        noted(|notes| {
            gc::callbacks().clear();
            let id = Rc::new(Cell::new(None));
            let me = id.clone();
            id.set(Some(gc::callbacks().add(move |phase, _| {
                if phase == Phase::Stop {
                    assert!(gc::callbacks().remove(me.get().unwrap()));
                }
            })));
            gc::events::to_tracing();
            gc::collect();
            assert_eq!(notes.take(), ["> gc_core::collection", "< gc_core::collection"]);
            assert!(notes.take_spans()[0].contains_key("collected"));
        });
    }

    #[test]
    fn without_a_subscriber_nothing_happens() {
        let id = gc::events::to_tracing();
        garbage(|| assert!(Span::current().is_none()));
        assert_eq!(gc::collect(), 1);
        assert!(gc::callbacks().remove(id));
    }

    /// The subscriber may be in the destructors of its own thread-local values by then.
    #[test]
    fn threads_may_end_with_it() {
        let notes = Notes::default();
        let subscriber = Registry::default().with(notes.clone());
        let thread = std::thread::spawn(|| {
            let guard = subscriber::set_default(subscriber);
            gc::events::to_tracing();
            gc::collect();
            // No callback is told of the last collection.
            garbage(|| info!("at the end"));
            std::mem::forget(guard);
        });
        thread.join().unwrap();
        assert_eq!(notes.take_spans().len(), 1);
        assert_eq!(notes.take()[..2], ["> gc_core::collection", "< gc_core::collection"]);
    }
}

mod metrics {
    use super::*;
    use ::metrics::{Unit, with_local_recorder};
    use metrics_util::debugging::{DebugValue, DebuggingRecorder};
    use std::collections::BTreeMap;

    /// What a recorder has got since the last time, by name and generation.
    fn snapshot(recorder: &DebuggingRecorder) -> BTreeMap<String, DebugValue> {
        let metrics = recorder.snapshotter().snapshot().into_vec().into_iter();
        metrics
            .map(|(key, unit, description, value)| {
                let key = key.key();
                assert!(description.is_some_and(|description| description.ends_with('.')), "{key}");
                let expected = match key.name() {
                    "gc_core.pause" => Unit::Seconds,
                    "gc_core.collected_bytes" => Unit::Bytes,
                    _ => Unit::Count,
                };
                assert_eq!(unit, Some(expected), "{key}");
                let labels =
                    key.labels().map(|label| format!(" {}={}", label.key(), label.value())).collect::<String>();
                (key.name().to_owned() + &labels, value)
            })
            .collect()
    }

    fn counters(metrics: &BTreeMap<String, DebugValue>, generation: usize) -> [u64; 4] {
        ["collections", "collected", "collected_bytes", "candidates"].map(|name| {
            match metrics[&format!("gc_core.{name} generation={generation}")] {
                DebugValue::Counter(count) => count,
                ref other => panic!("{name}: {other:?}"),
            }
        })
    }

    fn pauses(metrics: &BTreeMap<String, DebugValue>, generation: usize) -> Vec<f64> {
        match &metrics[&format!("gc_core.pause generation={generation}")] {
            DebugValue::Histogram(pauses) => pauses.iter().map(|pause| pause.into_inner()).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// How the gauges have changed: for the recorder, each snapshot is a new beginning.
    fn gauges(metrics: &BTreeMap<String, DebugValue>) -> [f64; 2] {
        ["gc_core.tracked", "gc_core.frozen"].map(|name| match metrics[name] {
            DebugValue::Gauge(value) => value.into_inner(),
            ref other => panic!("{name}: {other:?}"),
        })
    }

    #[test]
    fn they_are_those_of_the_collections() {
        let recorder = DebuggingRecorder::new();
        let kept = Cc::new(Node { me: OnceCell::new(), say: Box::new(|| ()) });
        let id = with_local_recorder(&recorder, gc::events::to_metrics);
        let metrics = snapshot(&recorder);
        assert_eq!(metrics.len(), 3 * 5 + 2, "{:?}", metrics.keys());
        assert_eq!(gauges(&metrics), [1.0, 0.0]);
        assert!((0..3).all(|it| counters(&metrics, it) == [0; 4] && pauses(&metrics, it).is_empty()));

        // What it was given then it keeps to.
        let size = gc::getsizeof(&kept) as u64;
        drop(kept.clone());
        (0..3).for_each(|_| garbage(|| ()));
        gc::collect_generation(Generation::Young);
        gc::freeze();
        (0..2).for_each(|_| garbage(|| ()));
        gc::collect();
        garbage(|| ());
        gc::collect();
        let metrics = snapshot(&recorder);
        assert_eq!(counters(&metrics, 0), [1, 3, 3 * size, 4]);
        assert_eq!(counters(&metrics, 1), [0; 4]);
        assert_eq!(counters(&metrics, 2), [2, 3, 3 * size, 3]);
        let history: Vec<_> = gc::get_history().iter().map(|it| it.duration.as_secs_f64()).collect();
        assert_eq!((pauses(&metrics, 0), pauses(&metrics, 2)), (vec![history[0]], history[1..].to_vec()));
        assert_eq!(gauges(&metrics), [0.0, 1.0]);

        gc::unfreeze();
        gc::collect();
        assert_eq!(gauges(&snapshot(&recorder)), [0.0, -1.0]);
        assert!(gc::callbacks().remove(id));
        gc::collect();
        let metrics = snapshot(&recorder);
        assert_eq!((counters(&metrics, 2), gauges(&metrics)), ([0; 4], [-1.0, 0.0]));
    }

    #[test]
    fn automatic_collections_count() {
        let recorder = DebuggingRecorder::new();
        with_local_recorder(&recorder, gc::events::to_metrics);
        gc::set_threshold(1, 1, None);
        (0..6).for_each(|_| garbage(|| ()));
        let (metrics, stats) = (snapshot(&recorder), gc::get_stats());
        assert_eq!(stats.map(|stats| stats.collections), [2, 1, 0]);
        for (generation, stats) in stats.iter().enumerate() {
            let expected = [stats.collections, stats.collected, stats.bytes, stats.candidates].map(|it| it as u64);
            assert_eq!(counters(&metrics, generation), expected);
        }
    }

    #[test]
    fn what_is_kept_as_garbage_is_tracked_on() {
        let recorder = DebuggingRecorder::new();
        with_local_recorder(&recorder, gc::events::to_metrics);
        gc::set_debug(DebugFlags::SAVEALL);
        garbage(|| ());
        gc::collect();
        let metrics = snapshot(&recorder);
        assert_eq!((counters(&metrics, 2)[1], gauges(&metrics)), (1, [1.0, 0.0]));
        gc::set_debug(DebugFlags::empty());
        gc::garbage().clear();
    }

    #[test]
    fn threads_add_up() {
        let recorder = DebuggingRecorder::new();
        let work = |count: usize, then: &dyn Fn()| {
            with_local_recorder(&recorder, gc::events::to_metrics);
            let kept: Vec<_> =
                (0..count).map(|_| Cc::new(Node { me: OnceCell::new(), say: Box::new(|| ()) })).collect();
            gc::collect();
            then();
            drop(kept);
        };
        work(3, &|| {
            std::thread::scope(|scope| {
                let both = || assert_eq!(gauges(&snapshot(&recorder)), [7.0, 0.0]);
                scope.spawn(move || work(4, &both)).join().unwrap();
            });
            // The other thread has taken its share with it.
            assert_eq!(gauges(&snapshot(&recorder)), [-4.0, 0.0]);
        });
        gc::callbacks().clear();
        assert_eq!(gauges(&snapshot(&recorder)), [-3.0, 0.0]);
    }
}
