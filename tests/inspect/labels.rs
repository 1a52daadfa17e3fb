//! What edges are called, and what memory values own, type by type.

use gc_core::inspect::{Flags, Labeller, Snapshot};
use gc_core::weak::{Ephemeron, EphemeronMap, WeakKeyMap, WeakSet, WeakValueMap};
use gc_core::{AnyCc, ByAddress, Cc, Trace, Tracer, coerce, gc};
use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{CString, OsString};
use std::num::Wrapping;
use std::ops::{Bound, ControlFlow, Range, RangeInclusive};
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Mutex, OnceLock, RwLock};
use std::task::Poll;
use std::{array, io, vec};

/// What the edges of the value in a new object are called, in order.
fn labels<T: Trace>(value: T) -> Vec<String> {
    labels_of(&Cc::new(value))
}

fn labels_of<T: ?Sized>(object: &Cc<T>) -> Vec<String> {
    Snapshot::take().object(object).unwrap().edges().map(|edge| edge.label().to_string()).collect()
}

/// The bytes that the value in a new object owns elsewhere.
fn heap_bytes<T: Trace>(value: T) -> usize {
    let object = Cc::new(value);
    // Of an object that is not tracked, the contents are known only if an edge leads there.
    let _edge = Cc::new(AnyCc::from(&object));
    Snapshot::take().object(&object).unwrap().heap_bytes()
}

fn is_busy<T: ?Sized>(object: &Cc<T>) -> bool {
    Snapshot::take().object(object).unwrap().flags().contains(Flags::BUSY)
}

fn cc() -> Cc<i32> {
    Cc::new(1)
}

mod derived {
    use super::*;

    #[derive(Trace)]
    struct Named<T: Trace> {
        left: T,
        right: Option<Cc<i32>>,
        r#type: Cc<i32>,
        #[trace(skip)]
        hidden: Cc<i32>,
        number: u32,
    }

    #[derive(Trace)]
    struct Pair(Cc<i32>, Vec<Cc<i32>>);

    #[derive(Trace)]
    struct Unit;

    #[derive(Trace)]
    enum Value {
        Nothing,
        List(Vec<Value>),
        Two(Cc<i32>, Cc<i32>),
        Map { entries: BTreeMap<&'static str, Value> },
        r#Raw { r#in: Cc<i32> },
    }

    #[test]
    fn a_field_goes_by_its_name() {
        let named = Named { left: cc(), right: Some(cc()), r#type: cc(), hidden: cc(), number: 3 };
        assert_eq!((*named.hidden, named.number), (1, 3));
        assert_eq!(labels(named), ["left", "right", "type"]);
    }

    #[test]
    fn a_field_without_a_name_goes_by_its_number() {
        assert_eq!(labels(Pair(cc(), vec![cc(), cc()])), ["0", "1[0]", "1[1]"]);
        assert!(labels(Unit).is_empty());
    }

    #[test]
    fn a_generic_field_is_looked_into() {
        let inner = Named { left: Pair(cc(), vec![cc()]), right: None, r#type: cc(), hidden: cc(), number: 0 };
        assert_eq!(labels(inner), ["left.0", "left.1[0]", "type"]);
    }

    #[test]
    fn a_field_of_a_variant_goes_by_both() {
        assert!(labels(Value::Nothing).is_empty());
        assert_eq!(labels(Value::Two(cc(), cc())), ["Two.0", "Two.1"]);
        assert_eq!(labels(Value::Raw { r#in: cc() }), ["Raw.in"]);
    }

    #[test]
    fn nested_values_make_one_path() {
        let entries = BTreeMap::from([("a", Value::Two(cc(), cc())), ("b", Value::Nothing)]);
        let value = Value::List(vec![Value::Nothing, Value::List(vec![Value::Map { entries }])]);
        let path = r#"List.0[1].List.0[0].Map.entries["a"].Two"#;
        assert_eq!(labels(value), [format!("{path}.0"), format!("{path}.1")]);
    }

    /// As `trace`, the walk recurses into what is part of the value; but its path ends after 128 steps.
    #[test]
    fn values_are_looked_into_as_deep_as_they_are_nested() {
        let deep = |depth| (0..depth).fold(Value::Raw { r#in: cc() }, |value, _| Value::List(vec![value]));
        assert_eq!(labels(deep(60)), ["List.0[0].".repeat(60) + "Raw.in"]);
        let cut = "List.0[0].".repeat(64);
        assert_eq!(labels(deep(1000)), [cut.trim_end_matches('.')]);
    }

    /// What `trace` can follow on this stack, a snapshot can, too.
    #[test]
    fn boxes_in_boxes_need_no_more_stack_than_trace() {
        #[derive(Trace)]
        struct Boxed {
            next: Option<Box<Boxed>>,
            target: Option<Cc<i32>>,
        }

        let chain = (0..10_000).fold(None, |next, _| Some(Box::new(Boxed { next, target: Some(cc()) })));
        let mut chain = Cc::new(RefCell::new(chain));
        let edges = Snapshot::take().object(&chain).unwrap().edges().len();
        assert_eq!(edges, 10_000);
        // A drop of nested boxes recurses.
        let mut rest = Cc::get_mut(&mut chain).unwrap().take();
        while let Some(mut link) = rest {
            assert!(link.target.is_some());
            rest = link.next.take();
        }
    }

    #[test]
    fn a_trait_object_knows_its_names() {
        trait Shape: Trace {}
        impl Shape for Pair {}
        let shape: Cc<dyn Shape> = coerce!(Cc::new(Pair(cc(), Vec::new())) => Cc<dyn Shape>);
        assert_eq!(labels_of(&shape), ["0"]);
        let boxed: Box<dyn Shape> = Box::new(Pair(cc(), vec![cc()]));
        assert_eq!(labels(vec![boxed]), ["[0].0", "[0].1[0]"]);
    }
}

mod by_hand {
    use super::*;

    struct Plain(Cc<i32>, Vec<Cc<i32>>);

    // SAFETY: visits what it owns, once; it has no destructor.
    #[expect(unsafe_code, reason = "what those write who do not derive")]
    unsafe impl Trace for Plain {
        fn trace(&self, tracer: &mut Tracer<'_>) {
            self.0.trace(tracer);
            self.1.trace(tracer);
        }
    }

    #[test]
    fn without_names_all_edges_go_by_the_path_to_the_value() {
        let plain = || Plain(cc(), vec![cc(); 1000]);
        assert_eq!(labels(plain()), [""; 1001]);
        assert_eq!(labels((0, plain())), ["1"; 1001]);
    }
}

mod containers {
    use super::*;

    #[test]
    fn an_element_goes_by_its_position() {
        let both = ["[0]", "[1]"];
        assert_eq!(labels([cc(), cc()]), both);
        assert_eq!(labels(vec![cc(), cc()]), both);
        assert_eq!(labels(VecDeque::from([cc(), cc()])), both);
        assert_eq!(labels(LinkedList::from([cc(), cc()])), both);
        assert_eq!(labels(BinaryHeap::from([cc(), cc()])), both);
        assert_eq!(labels(BTreeSet::from([Cc::new(1), Cc::new(2)])), both);
        assert_eq!(labels(HashSet::from([Cc::new(1), Cc::new(2)])), both);
        assert_eq!(labels(vec![cc(), cc()].into_iter()), both);
        assert_eq!(labels(IntoIterator::into_iter([cc(), cc()])), both);
        assert_eq!(labels_of(&Cc::<[Cc<i32>]>::from(vec![cc(), cc()])), both);
        assert_eq!(labels(vec![cc(), cc()].into_boxed_slice()), both);
    }

    /// Also the last of very many, whose labels are made in one go.
    #[test]
    fn a_large_vector_has_a_label_for_each_element() {
        let one = cc();
        let labels = labels(vec![one; 100_000]);
        assert!(labels.iter().enumerate().all(|(index, label)| *label == format!("[{index}]")));
        assert_eq!(labels.len(), 100_000);
    }

    /// Positions that do not come one after the other, first or at all.
    #[test]
    fn elements_between_which_there_are_others_have_their_labels() {
        let some = |places: &[usize]| (0..6).map(|place| places.contains(&place).then(cc)).collect::<Vec<_>>();
        let lists = [some(&[2, 5]), some(&[0, 1, 2, 3]), some(&[4, 5])].map(Cc::new);
        let snapshot = Snapshot::take();
        let all = lists.iter().flat_map(|list| snapshot.object(list).unwrap().edges());
        let all: Vec<_> = all.map(|edge| edge.label().to_string()).collect();
        assert_eq!(all, ["[2]", "[5]", "[0]", "[1]", "[2]", "[3]", "[4]", "[5]"]);
    }

    #[test]
    fn a_value_goes_by_its_key() {
        fn of_key<K: Trace + Ord>(key: K) -> String {
            labels(BTreeMap::from([(key, cc())])).remove(0)
        }
        assert_eq!(of_key("a \"b\""), r#"["a \"b\""]"#);
        assert_eq!(of_key(String::from("ä")), r#"["ä"]"#);
        assert_eq!(of_key(Rc::<str>::from("rc")), r#"["rc"]"#);
        assert_eq!(of_key(Cow::Borrowed("cow")), r#"["cow"]"#);
        assert_eq!(of_key('c'), "['c']");
        assert_eq!(of_key(true), "[true]");
        assert_eq!(of_key(-7i64), "[-7]");
        assert_eq!(of_key(u128::MAX), format!("[{}]", u128::MAX));
        assert_eq!(labels(HashMap::from([("k", cc())])), [r#"["k"]"#]);
    }

    #[test]
    fn of_a_long_key_there_is_the_beginning() {
        let exact = "x".repeat(78);
        assert_eq!(labels(BTreeMap::from([(exact.clone(), cc())])), [format!(r#"["{exact}"]"#)]);
        let long = "ü".repeat(1_000_000);
        assert_eq!(labels(BTreeMap::from([(long, cc())])), [format!(r#"["{}…]"#, "ü".repeat(79))]);
    }

    /// No code of the user's runs to print a key.
    #[test]
    fn the_value_of_a_key_that_cannot_be_printed_goes_by_its_position() {
        #[derive(Trace, PartialEq, Eq, PartialOrd, Ord)]
        struct Key(u8);
        assert_eq!(labels(BTreeMap::from([(Key(7), cc()), (Key(8), cc())])), ["values[0]", "values[1]"]);
        assert_eq!(labels((0, BTreeMap::from([(Key(7), cc())]))), ["1.values[0]"]);
    }

    #[test]
    fn what_is_in_a_key_goes_by_its_position() {
        let map = BTreeMap::from([(Cc::new(1), cc()), (Cc::new(2), cc())]);
        assert_eq!(labels(vec![map]), ["[0].keys[0]", "[0].values[0]", "[0].keys[1]", "[0].values[1]"]);
        assert_eq!(labels(BTreeMap::from([(Cc::new(1), 2)])), ["keys[0]"]);
    }

    #[test]
    fn maps_in_maps() {
        let inner = BTreeMap::from([(3, vec![cc()])]);
        assert_eq!(labels(BTreeMap::from([("a", inner)])), [r#"["a"][3][0]"#]);
    }

    #[test]
    fn an_element_of_a_tuple_goes_by_its_number() {
        assert_eq!(labels((cc(), 1, cc())), ["0", "2"]);
        let twelve = ((), (), (), (), (), (), (), (), (), (), cc(), vec![cc()]);
        assert_eq!(labels(twelve), ["10", "11[0]"]);
    }
}

mod wrappers {
    use super::*;

    #[test]
    fn what_holds_one_value_adds_nothing() {
        assert_eq!(labels(cc()), [""]);
        assert_eq!(labels(Some(cc())), [""]);
        assert_eq!(labels(Ok::<_, Cc<u8>>(cc())), [""]);
        assert_eq!(labels(Box::new(cc())), [""]);
        assert_eq!(labels(Pin::new(Box::new(cc()))), [""]);
        assert_eq!(labels(Reverse(cc())), [""]);
        assert_eq!(labels(Wrapping(cc())), [""]);
        assert_eq!(labels(Poll::Ready(cc())), [""]);
        assert_eq!(labels(Bound::Included(cc())), [""]);
        assert_eq!(labels(ControlFlow::<Cc<i32>, ()>::Break(cc())), [""]);
        assert_eq!(labels(Cow::<'static, [Cc<i32>]>::Owned(vec![cc()])), ["[0]"]);
        assert_eq!(labels(io::Cursor::new(cc())), [""]);
        assert_eq!(labels(ByAddress(cc())), [""]);
        assert_eq!(labels(AnyCc::from(cc())), [""]);
        assert_eq!(labels(vec![AnyCc::from(cc())]), ["[0]"]);
    }

    #[test]
    fn cells_and_locks_add_nothing() {
        assert_eq!(labels(Cell::new(cc())), [""]);
        assert_eq!(labels(RefCell::new(vec![cc()])), ["[0]"]);
        assert_eq!(labels(OnceCell::from(cc())), [""]);
        assert_eq!(labels(OnceLock::from(cc())), [""]);
        assert_eq!(labels(Mutex::new(cc())), [""]);
        assert_eq!(labels(RwLock::new(cc())), [""]);
    }

    #[test]
    fn the_ends_of_a_range_have_names() {
        assert_eq!(labels(Range { start: cc(), end: cc() }), ["start", "end"]);
        assert_eq!(labels(vec![RangeInclusive::new(cc(), cc())]), ["[0].start", "[0].end"]);
    }

    /// What others may own too, or cannot be seen, has no edges.
    #[test]
    fn what_is_opaque_has_no_edges() {
        let shared = cc();
        let closure_over = |shared: Cc<i32>| move || *shared;
        let closure: Box<dyn Fn() -> i32> = Box::new(closure_over(shared.clone()));
        assert_eq!(closure(), 1);
        assert!(labels((Rc::new(shared.clone()), closure, Cc::downgrade(&shared))).is_empty());
    }
}

mod busy {
    use super::*;

    #[test]
    fn a_cell_that_is_mutably_borrowed_is_busy() {
        let object = Cc::new((cc(), RefCell::new(vec![cc()])));
        assert!(!is_busy(&object));
        let shared = object.1.borrow();
        assert_eq!((is_busy(&object), labels_of(&object).len()), (false, 2));
        drop(shared);
        let mut exclusive = object.1.borrow_mut();
        assert!(is_busy(&object));
        assert_eq!(labels_of(&object), ["0"]);
        exclusive.clear();
        drop(exclusive);
        assert!(!is_busy(&object));
    }

    #[test]
    fn a_lock_that_is_held_is_busy() {
        let object = Cc::new(vec![(Mutex::new(cc()), RwLock::new(cc()))]);
        let (mutex, lock) = &object[0];
        assert!(!is_busy(&object));
        let held = mutex.lock().unwrap();
        assert!(is_busy(&object));
        assert_eq!(labels_of(&object), ["[0].1"]);
        drop(held);
        let read = lock.read().unwrap();
        assert!(!is_busy(&object));
        drop(read);
        let written = lock.write().unwrap();
        assert!(is_busy(&object));
        drop(written);
    }

    #[test]
    fn an_empty_cell_is_not_busy() {
        assert!(!is_busy(&Cc::new((OnceCell::<Cc<i32>>::new(), OnceLock::<Cc<i32>>::new()))));
    }

    /// Nothing is missing: there are no edges in it, and no memory.
    #[test]
    fn a_cell_of_plain_data_is_not_busy() {
        let object = Cc::new((RefCell::new(1), cc()));
        let _borrowed = object.0.borrow_mut();
        assert!(!is_busy(&object));
        let object = Cc::new(RefCell::new(1));
        let _borrowed = object.borrow_mut();
        assert!(!is_busy(&object));
    }
}

mod bytes {
    use super::*;

    #[test]
    fn buffers_count_with_all_their_room() {
        assert_eq!(heap_bytes(String::with_capacity(100)), 100);
        assert_eq!(heap_bytes(PathBuf::with_capacity(100)), 100);
        assert_eq!(heap_bytes(OsString::with_capacity(100)), 100);
        assert_eq!(heap_bytes(CString::new("12345").unwrap()), 6);
        assert_eq!(heap_bytes(Vec::<u64>::with_capacity(100)), 800);
        assert_eq!(heap_bytes(BinaryHeap::<u64>::with_capacity(100)), 800);
        assert_eq!(heap_bytes(VecDeque::<u64>::with_capacity(100)), 800);
        assert_eq!(heap_bytes(vec![cc(); 3]), 3 * size_of::<Cc<i32>>());
        assert_eq!(heap_bytes(Vec::<()>::with_capacity(100)), 0);
        assert_eq!(heap_bytes(vec![1u64, 2, 3].into_iter()), 24);
    }

    #[test]
    fn a_box_counts_as_what_is_in_it() {
        assert_eq!(heap_bytes(Box::new([0u64; 5])), 40);
        assert_eq!(heap_bytes(Box::<str>::from("12345")), 5);
        assert_eq!(heap_bytes(Box::<dyn Fn() -> u8>::from(Box::new(|| 1))), 0);
        let boxed: Box<dyn Trace> = Box::new(String::with_capacity(100));
        assert_eq!(heap_bytes(boxed), size_of::<String>() + 100);
    }

    #[test]
    fn what_is_in_it_counts_too() {
        let text = || String::with_capacity(100);
        let outer = size_of::<String>();
        assert_eq!(heap_bytes((text(), 1, Some(text()), RefCell::new(text()))), 300);
        assert_eq!(heap_bytes(vec![text(), text()]), 2 * outer + 200);
        assert_eq!(heap_bytes(Box::new(text())), outer + 100);
        assert_eq!(heap_bytes(Cow::<'static, str>::Owned(text())), 100);
        assert_eq!(heap_bytes(Cow::Borrowed("12345")), 0);
        let map = BTreeMap::from([(1, text()), (2, text())]);
        assert_eq!(heap_bytes(map) - heap_bytes(BTreeMap::from([(1, String::new()), (2, String::new())])), 200);
        let keys = BTreeMap::from([(text(), 1)]);
        assert_eq!(heap_bytes(keys) - heap_bytes(BTreeMap::from([(String::new(), 1)])), 100);
    }

    /// They do not tell, so this is no more than near: `heap_bytes.rs` compares tables with `hashbrown`'s own answer.
    #[test]
    fn tables_trees_and_lists_are_estimated() {
        let between = |bytes: usize, least: usize, most: usize| {
            assert!((least..=most).contains(&bytes), "{bytes} is not within {least}..={most}");
        };
        let entries = || (0..1000u64).map(|number| (number, number));
        // 2048 slots of 16 bytes, each with a byte more, and 16.
        between(heap_bytes(entries().collect::<HashMap<_, _>>()), 2048 * 17, 2048 * 17 + 16);
        between(heap_bytes((0..1000u64).collect::<HashSet<_>>()), 2048 * 9, 2048 * 9 + 16);
        between(heap_bytes(entries().collect::<BTreeMap<_, _>>()), 16_000, 32_000);
        between(heap_bytes((0..1000u64).collect::<BTreeSet<_>>()), 8_000, 16_000);
        assert_eq!(heap_bytes((0..1000u64).collect::<LinkedList<_>>()), 24_000);
        assert_eq!(heap_bytes((HashMap::<u8, u8>::new(), BTreeMap::<u8, u8>::new())), 0);
    }

    #[test]
    fn what_is_shared_or_another_object_does_not_count() {
        assert_eq!(heap_bytes((Rc::new([0; 100]), cc(), Cc::downgrade(&cc()))), 0);
    }
}

mod weak {
    use super::*;

    #[test]
    fn weak_containers_count_their_tables() {
        let keys: Vec<_> = (0..1000).map(Cc::new).collect();
        let pairs = || keys.iter().map(|key| (key.clone(), key.clone()));
        let empty = heap_bytes(WeakSet::<i32>::new());
        // An entry is a weak pointer, with a hash and a number.
        assert!(heap_bytes(keys.iter().cloned().collect::<WeakSet<_>>()) >= empty + 24_000);
        assert!(heap_bytes(pairs().collect::<EphemeronMap<_, _>>()) >= empty + 32_000);
        assert!(heap_bytes(pairs().collect::<WeakKeyMap<_, _>>()) >= empty + 32_000);
        let by_number = WeakValueMap::new();
        keys.iter().for_each(|key| drop(by_number.insert(**key, key)));
        assert!(heap_bytes(by_number) >= empty + 32_000);
    }

    #[test]
    fn a_map_with_weak_keys_has_edges_to_its_values() {
        let key = cc();
        let map = WeakKeyMap::new();
        map.insert(&key, cc());
        assert_eq!(labels(vec![map]), ["[0].values[0]"]);
    }

    #[test]
    fn a_map_with_weak_values_has_the_edges_of_its_keys() {
        let value = cc();
        let map = WeakValueMap::new();
        map.insert((String::from("key"), Cc::new(5)), &value);
        let object = Cc::new(map);
        assert_eq!(labels_of(&object), ["keys[0].1"]);
        assert!(Snapshot::take().object(&object).unwrap().heap_bytes() > 3);
    }

    /// The pointer to the value is the key's, as long as that lives.
    #[test]
    fn the_value_of_an_ephemeron_hangs_on_its_key() {
        let (key, value) = (Cc::new(vec![cc()]), Cc::new(String::from("value")));
        let ephemeron = Cc::new(Ephemeron::new(&key, value.clone()));
        let map = Cc::new(EphemeronMap::new());
        map.insert(&key, value.clone());
        assert!(labels_of(&ephemeron).is_empty() && labels_of(&map).is_empty());
        let snapshot = Snapshot::take();
        let edges: Vec<_> = snapshot.object(&key).unwrap().edges().collect();
        let labels: Vec<_> = edges.iter().map(|edge| edge.label().to_string()).collect();
        assert_eq!(labels, ["[0]", "(ephemeron)", "(ephemeron)"]);
        assert!(edges[1..].iter().all(|edge| edge.target() == snapshot.object(&value).unwrap()));
        assert_eq!(snapshot.object(&value).unwrap().outside_count(), 1);
    }

    #[test]
    fn a_watch_is_an_edge_to_its_callback() {
        let watched = cc();
        assert_eq!(labels(Some(Cc::watch(&watched, || ()))), [""]);
    }
}

/// The bytes that a type claims are added up, up to the most that there can be.
#[test]
fn a_claim_does_not_overflow() {
    struct Greedy {
        _buffer: Vec<u8>,
    }

    // SAFETY: visits nothing.
    #[expect(unsafe_code, reason = "what those write who do not derive")]
    unsafe impl Trace for Greedy {
        fn trace(&self, _: &mut Tracer<'_>) {}

        fn trace_labelled(&self, labeller: &mut Labeller<'_>) {
            labeller.heap_bytes(usize::MAX);
            labeller.heap_bytes(1);
        }
    }

    assert_eq!(heap_bytes((Greedy { _buffer: Vec::new() }, String::from("more"))), usize::MAX);
}

/// Everything in one value: that what is labelled is what the collector sees.
#[test]
fn the_edges_with_labels_are_those_without() {
    #[derive(Trace)]
    struct Everything {
        plain: Cc<i32>,
        option: Option<Cc<i32>>,
        none: Option<Cc<i32>>,
        boxed: Box<Cc<i32>>,
        dynamic: Box<dyn Trace>,
        cell: Cell<Option<Cc<i32>>>,
        ref_cell: RefCell<Vec<Cc<i32>>>,
        busy: RefCell<Vec<Cc<i32>>>,
        once: [OnceCell<Cc<i32>>; 2],
        once_lock: OnceLock<Cc<i32>>,
        locks: (Mutex<Cc<i32>>, RwLock<Cc<i32>>),
        array: [Cc<i32>; 3],
        deque: VecDeque<Cc<i32>>,
        list: LinkedList<Cc<i32>>,
        heap: BinaryHeap<Cc<i32>>,
        tree_set: BTreeSet<Cc<i32>>,
        tree_map: BTreeMap<Cc<i32>, Vec<Cc<i32>>>,
        hash_set: HashSet<Cc<i32>>,
        hash_map: HashMap<String, HashMap<u8, Cc<i32>>>,
        range: Range<Cc<i32>>,
        result: [Result<Cc<i32>, Vec<Cc<i32>>>; 2],
        any: AnyCc,
        by_address: ByAddress<Cc<i32>>,
        iterators: (vec::IntoIter<Cc<i32>>, array::IntoIter<Cc<i32>, 2>),
        weak_keys: WeakKeyMap<i32, i32>,
        #[trace(skip)]
        skipped: Cc<i32>,
    }

    let new = Cc::new;
    let key = new(0);
    let everything = Cc::new(Everything {
        plain: new(1),
        option: Some(new(2)),
        none: None,
        boxed: Box::new(new(3)),
        dynamic: Box::new((new(4), new(5))),
        cell: Cell::new(Some(new(6))),
        ref_cell: RefCell::new(vec![new(7), new(8)]),
        busy: RefCell::new(vec![new(9)]),
        once: [OnceCell::from(new(10)), OnceCell::new()],
        once_lock: OnceLock::from(new(11)),
        locks: (Mutex::new(new(12)), RwLock::new(new(13))),
        array: [new(14), new(15), key.clone()],
        deque: VecDeque::from([new(16), new(17)]),
        list: LinkedList::from([new(18)]),
        heap: BinaryHeap::from([new(19), new(20), new(21)]),
        tree_set: BTreeSet::from([new(22), new(23)]),
        tree_map: BTreeMap::from([(new(24), vec![new(25), new(26)]), (new(27), Vec::new())]),
        hash_set: HashSet::from([new(28), new(29)]),
        hash_map: HashMap::from([("a".into(), HashMap::from([(1, new(30)), (2, new(31))]))]),
        range: new(32)..new(33),
        result: [Ok(new(34)), Err(vec![new(35), new(36)])],
        any: AnyCc::from(new(37)),
        by_address: ByAddress(new(38)),
        iterators: (vec![new(39)].into_iter(), [new(40), key.clone()].into_iter()),
        weak_keys: [(key.clone(), new(41))].into_iter().collect(),
        skipped: new(42),
    });
    let busy = everything.busy.borrow_mut();

    let snapshot = Snapshot::take();
    let object = snapshot.object(&everything).unwrap();
    let mut labelled: Vec<_> = object.edges().map(|edge| edge.target().id()).collect();
    let referents = gc::get_referents([&AnyCc::from(everything.clone())]);
    let number = |object: &AnyCc| *object.clone().downcast::<i32>().unwrap();
    let mut numbers: Vec<_> = referents.iter().map(number).collect();
    numbers.sort_unstable();
    // One for each pointer: the key is in there twice.
    let expected = [0].into_iter().chain(0..=41).filter(|&number| number != 9);
    assert!(numbers.iter().copied().eq(expected), "{numbers:?}");
    let id = |object: &AnyCc| snapshot.object(&object.clone().downcast::<i32>().unwrap()).unwrap().id();
    let mut unlabelled: Vec<_> = referents.iter().map(id).collect();
    labelled.sort_unstable();
    unlabelled.sort_unstable();
    assert_eq!(labelled, unlabelled);
    assert!(object.flags().contains(Flags::BUSY));

    // No path is taken twice.
    let mut paths: Vec<_> = object.edges().map(|edge| edge.label().to_string()).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), labelled.len());
    drop(busy);
    assert_eq!((*everything.skipped, everything.none.is_none()), (42, true));
}
