//! Leak checks: what they let pass, what they report, and how.

use gc_core::inspect::{LeakCheck, LeakReport};
use gc_core::{Cc, Finalize, Trace, gc};
use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

#[derive(Trace, Default)]
struct Node {
    links: RefCell<Vec<Cc<Node>>>,
    /// What the collector does not look into.
    #[trace(skip)]
    hidden: RefCell<Vec<Cc<Node>>>,
}

/// Each leak's type, without its path, with the number of objects.
fn found(report: &LeakReport) -> Vec<(&'static str, usize)> {
    report.leaks().map(|leak| (leak.type_name().rsplit("::").next().unwrap(), leak.count())).collect()
}

/// The message of a panic.
fn message(run: impl FnOnce()) -> String {
    *catch_unwind(AssertUnwindSafe(run)).expect_err("a panic").downcast().expect("a message")
}

/// Two nodes that refer to each other.
fn cycle() -> [Cc<Node>; 2] {
    let nodes = [Cc::<Node>::default(), Cc::default()];
    nodes[0].links.borrow_mut().push(nodes[1].clone());
    nodes[1].links.borrow_mut().push(nodes[0].clone());
    nodes
}

#[test]
fn what_is_gone_and_what_is_collected_is_no_leak() {
    let check = LeakCheck::new();
    drop(Cc::new(vec![Cc::new(1)]));
    drop(cycle());
    assert_eq!(check.report().to_string().lines().count(), 1);
    drop(cycle());
    check.assert_no_leaks();
    let _at_the_end = LeakCheck::new();
    drop(cycle());
}

#[test]
fn a_cycle_through_a_skipped_field_is_reported_in_full() {
    let begun = line!() + 2;
    let leak = || {
        let _check = LeakCheck::new();
        let node = Cc::<Node>::default();
        let hanging = [Cc::<Node>::default(), Cc::default()];
        *node.links.borrow_mut() = hanging.into();
        node.hidden.borrow_mut().push(node.clone());
    };
    let message = message(leak);
    let lines: Vec<_> = message.lines().collect();
    let file = file!();
    let bytes = 3 * gc::getsizeof(&Cc::<Node>::default()) + 2 * size_of::<Cc<Node>>();
    assert!(lines[0].starts_with(&format!("leak check of {file}:{begun}:")), "{message}");
    assert!(lines[0].ends_with(&format!(": 3 objects that were made since are left, {bytes} bytes")), "{message}");
    assert_eq!(lines[2], format!("3 × inspect::leak_check::Node, {bytes} bytes"));
    let sites = [(1, begun + 1), (1, begun + 2), (1, begun + 2)];
    for ((count, line), written) in sites.iter().zip(&lines[3..]) {
        assert!(written.starts_with(&format!("    {count} made at {file}:{line}:")), "{message}");
    }
    assert_eq!(lines[6], "    1 of them held from outside the heap by 1 pointer");
    assert!(lines[8].starts_with("Held from outside the heap is what a variable"), "{message}");
    assert_eq!(lines.len(), 9, "{message}");
}

#[test]
fn each_way_to_leak_is_reported() {
    #[derive(Trace)]
    struct Shared(#[trace(skip)] Rc<RefCell<Vec<Cc<Shared>>>>);

    thread_local! {
        static KEPT: RefCell<Vec<Cc<str>>> = RefCell::default();
    }

    let check = LeakCheck::new();
    let shared = Cc::new(Shared(Rc::default()));
    shared.0.borrow_mut().push(shared.clone());
    drop(shared);
    mem::forget(Cc::new([1u8, 2]));
    KEPT.with_borrow_mut(|kept| kept.extend(["one", "two"].map(Cc::from)));
    let variable = Cc::new(1.0f64);

    let report = check.finish();
    assert_eq!(found(&report), [("str", 2), ("[u8; 2]", 1), ("f64", 1), ("Shared", 1)]);
    assert!(report.leaks().all(|leak| leak.path().unwrap().is_empty()));
    assert_eq!((report.len(), *variable), (5, 1.0));
}

#[test]
fn the_path_leads_through_what_was_there_before() {
    let registry = Cc::<Node>::default();
    registry.links.borrow_mut().push(Cc::default());
    let check = LeakCheck::new();
    let line = line!() + 1;
    registry.links.borrow_mut().push(Cc::default());
    let report = check.finish();
    let leak = report.leaks().next().unwrap();
    assert_eq!((report.len(), leak.sites()[0].0.line(), leak.sites()[0].1), (1, line, 1));
    let path = leak.path().unwrap();
    let registry = report.snapshot().object(&registry).unwrap();
    assert_eq!((path.root(), path.len()), (registry, 1));
    assert_eq!(path.edges()[0].label().to_string(), "links[1]");
    assert!(report.to_string().contains(&format!("\n    {path}\n")), "{report}");
}

#[test]
fn what_is_nearest_to_a_root_comes_first() {
    let check = LeakCheck::new();
    let strings = ["a", "b", "c"].map(|text| Cc::new(String::from(text)));
    let folder = Cc::new((strings, Cc::new(vec![Cc::new(1)])));
    assert_eq!(**folder.0[0], *"a");
    // By distance, then by number.
    let short = |leak: gc_core::inspect::Leak<'_>| (leak.path().unwrap().len(), leak.count());
    let order: Vec<_> = check.finish().leaks().map(short).collect();
    assert_eq!(order, [(0, 1), (1, 3), (1, 1), (2, 1)]);
}

#[test]
fn a_new_object_in_an_old_ones_place_is_new() {
    let olds: Vec<_> = (0..100u64).map(Cc::new).collect();
    let place = Cc::as_ptr(&olds[50]);
    let survivor = olds[51].clone();
    let check = LeakCheck::new();
    drop(olds);
    let mut news = (0..1000u64).map(Cc::new);
    let others: Vec<_> = news.by_ref().take_while(|new| Cc::as_ptr(new) != place).collect();
    // `take_while` drops the one that it finds, which frees the place once more.
    let again: Vec<_> = news.collect();
    let new = again.iter().find(|new| Cc::as_ptr(new) == place).expect("its place is taken again").clone();
    drop((others, again));

    let report = check.finish();
    assert_eq!(report.len(), 1);
    let leak = report.leaks().next().unwrap();
    assert_eq!(leak.objects().next(), report.snapshot().object(&new));
    assert_ne!(report.snapshot().object(&survivor), report.snapshot().object(&new));
}

#[test]
fn the_program_does_not_see_the_check() {
    let mut old = Cc::<Node>::default();
    let check = LeakCheck::new();
    let mut new = Cc::<Node>::default();
    for node in [&mut old, &mut new] {
        assert_eq!((Cc::strong_count(node), Cc::weak_count(node)), (1, 0));
        assert!(Cc::get_mut(node).is_some());
    }
    assert_eq!(check.finish().len(), 1);
}

#[test]
fn a_panic_is_not_followed_by_another() {
    let report = RefCell::new(None);
    let around = LeakCheck::new();
    let failing = || {
        let _check = LeakCheck::new();
        let node = Cc::<Node>::default();
        node.hidden.borrow_mut().push(node.clone());
        panic!("{}", String::from("the first"));
    };
    assert_eq!(message(failing), "the first");
    // The check around it goes on.
    *report.borrow_mut() = Some(around.finish());
    assert_eq!(found(report.borrow().as_ref().unwrap()), [("Node", 1)]);
}

#[test]
fn a_panic_of_a_finalizer_ends_a_check_as_well() {
    #[derive(Trace, Default)]
    #[trace(finalize)]
    struct Fails(RefCell<Option<Cc<Fails>>>);

    impl Finalize for Fails {
        fn finalize(&self) {
            panic!("{}", String::from("in a finalizer"));
        }
    }

    let failing = || {
        let _check = LeakCheck::new();
        let garbage = Cc::<Fails>::default();
        *garbage.0.borrow_mut() = Some(garbage.clone());
    };
    assert_eq!(message(failing), "in a finalizer");
    LeakCheck::new().assert_no_leaks();
}

#[derive(Trace)]
#[trace(finalize)]
struct Phoenix {
    me: RefCell<Option<Cc<Phoenix>>>,
    #[trace(skip)]
    last_words: Box<dyn Fn(&Phoenix)>,
}

impl Finalize for Phoenix {
    fn finalize(&self) {
        (self.last_words)(self);
    }
}

/// Garbage with a finalizer.
fn phoenix(last_words: impl Fn(&Phoenix) + 'static) {
    let phoenix = Cc::new(Phoenix { me: RefCell::new(None), last_words: Box::new(last_words) });
    *phoenix.me.borrow_mut() = Some(phoenix.clone());
}

#[test]
fn what_a_finalizer_brings_back_is_a_leak_until_it_is_let_go() {
    let check = LeakCheck::new();
    let kept = Rc::new(RefCell::new(None));
    let keep = kept.clone();
    phoenix(move |phoenix| *keep.borrow_mut() = phoenix.me.borrow().clone());
    assert_eq!(found(&check.report()), [("Phoenix", 1)]);
    drop(kept.take());
    assert!(check.report().is_empty());
}

#[test]
fn garbage_that_finalizers_leave_is_collected_too() {
    fn generation(more: usize) {
        phoenix(move |_| {
            if more > 0 {
                generation(more - 1);
            }
        });
    }

    let _check = LeakCheck::new();
    generation(100);
}

#[test]
fn checks_nest_and_overlap() {
    let outer = LeakCheck::new();
    let first = Cc::new(1);
    let inner = LeakCheck::new();
    let second = Cc::new(String::new());
    let innermost = LeakCheck::new();
    assert_eq!(found(&inner.report()), [("String", 1)]);
    assert_eq!(outer.finish().len(), 2);
    // That the outer one has ended makes no difference.
    assert_eq!((inner.report().len(), innermost.report().len()), (1, 0));
    let third = Cc::new('3');
    assert_eq!((inner.finish().len(), innermost.finish().len()), (2, 1));
    assert_eq!((*first, second.len(), *third), (1, 0, '3'));
}

#[test]
fn objects_under_construction_do_not_count() {
    let check = LeakCheck::new();
    let report = RefCell::new(None);
    let within = RefCell::new(None);
    let gadget = Cc::new_cyclic(|_| {
        *report.borrow_mut() = Some(check.report());
        *within.borrow_mut() = Some(LeakCheck::new());
        Node::default()
    });
    assert!(report.take().unwrap().is_empty());
    // It was made before this check began, and after the other one did.
    assert!(within.take().unwrap().finish().is_empty());
    assert_eq!(check.finish().len(), 1);
    drop(gadget);
}

#[test]
fn with_exclusive_access_and_with_collections_disabled() {
    gc::disable();
    let _pause = gc::pause();
    let check = LeakCheck::new();
    drop(cycle());
    let mut node = Cc::<Node>::default();
    let mut guard = Cc::get_mut(&mut node).unwrap();
    guard.links.get_mut().push(Cc::default());
    assert_eq!(found(&check.report()), [("Node", 2)]);
    drop(guard);
    drop(node);
    check.assert_no_leaks();
}

#[test]
fn frozen_garbage_is_reported_as_such() {
    let check = LeakCheck::new();
    let before = cycle();
    gc::freeze();
    drop(before);
    let report = check.report();
    assert_eq!(report.len(), 2);
    assert!(report.leaks().next().unwrap().path().is_none());
    assert!(report.to_string().contains("because it is frozen"), "{report}");
    gc::unfreeze();
    check.assert_no_leaks();
}

#[test]
fn it_can_be_asked_while_a_collection_runs() {
    let (seen, check) = (Rc::new(Cell::new(0)), Rc::new(LeakCheck::new()));
    let (see, asked) = (seen.clone(), check.clone());
    phoenix(move |_| see.set(asked.report().len()));
    gc::collect();
    // No other collection can run meanwhile.
    assert_eq!(seen.get(), 1);
    assert!(check.report().is_empty());
}

#[test]
fn objects_of_allowed_types_may_stay_with_all_they_lead_to() {
    #[derive(Trace)]
    struct Table(Vec<Cc<String>>);

    let entries = |count| (0..count).map(|entry: u32| Cc::new(entry.to_string())).collect();
    let check = LeakCheck::new().allow::<Table>().allow::<str>();
    let table = Cc::new(Table(entries(10)));
    let text: Cc<str> = "text".into();
    assert!(check.report().is_empty());
    let other: Vec<Cc<String>> = entries(2);
    assert_eq!(found(&check.finish()), [("String", 2)]);
    assert_eq!((table.0.len(), text.len(), other.len()), (10, 4, 2));
}

#[test]
fn a_thousand_objects_are_summarised() {
    let check = LeakCheck::new();
    let mut kept: Vec<_> = (0..900).map(|_| Cc::<Node>::default()).collect();
    kept.extend((0..100).map(|_| Cc::<Node>::default()));
    kept.push(Cc::default());
    kept.push(Cc::default());
    let report = check.finish();
    assert_eq!(found(&report), [("Node", 1002)]);
    let counts: Vec<_> = report.leaks().next().unwrap().sites().iter().map(|&(_, count)| count).collect();
    assert_eq!(counts, [900, 100, 1, 1]);
    let text = report.to_string();
    assert!(text.contains("1002 × ") && text.contains("    and others at 1 more place\n"), "{text}");
    assert!(text.contains("    held from outside the heap, the first by 1 pointer\n"), "{text}");
    assert_eq!(text.lines().count(), 10, "{text}");
}

#[test]
fn many_types_are_cut_off() {
    macro_rules! keep {
        ($($number:literal)+) => {
            ($(Cc::new([0u8; $number])),+,)
        };
    }

    let check = LeakCheck::new();
    let most = keep!(1 2 3 4 5 6 7 8 9 10 11 12);
    let rest = keep!(13 14 15 16 17 18 19 20 21);
    let text = check.report().to_string();
    assert_eq!(text.matches(" × [u8; ").count(), 20);
    assert!(text.contains("\n\nand 1 more type\n"), "{text}");
    drop(rest.8);
    assert!(!check.finish().to_string().contains(" more type"));
    drop(most);
}

#[test]
fn the_objects_of_other_threads_are_no_leaks() {
    let check = LeakCheck::new();
    let other = thread::spawn(|| mem::forget(Cc::new(5)));
    other.join().unwrap();
    check.assert_no_leaks();
}

/// `#[leak_check]`, on tests and on functions that tests call.
mod attribute {
    #![forbid(unsafe_code)]

    use super::{Cc, Node, cycle, mem, message};
    use gc_core::inspect::leak_check;
    use std::fmt::Debug;

    mod library {
        pub(super) use gc_core as gc;
    }

    #[leak_check]
    #[test]
    fn before_test() {
        #![allow(clippy::needless_return)]
        drop(cycle());
        return;
    }

    #[test]
    #[leak_check()]
    fn after_test() {
        drop(cycle());
    }

    #[leak_check(crate = library::gc)]
    #[test]
    fn with_a_result() -> Result<(), Box<dyn std::error::Error>> {
        let number = Cc::new("5".parse::<u32>()?);
        if *number == 5 { Ok(()) } else { Err(Box::new(std::fmt::Error)) }
    }

    #[leak_check]
    #[test]
    #[should_panic(expected = "five")]
    fn before_should_panic() {
        let _node = Cc::<Node>::default();
        panic!("five");
    }

    #[should_panic = "five"]
    #[test]
    #[leak_check]
    fn after_should_panic() {
        let _node = Cc::<Node>::default();
        panic!("five");
    }

    #[library::gc::inspect::leak_check]
    fn leaks() {
        mem::forget(Cc::new(5));
    }

    #[test]
    fn a_leak_is_reported_at_the_attribute() {
        let (message, line) = (message(leaks), line!() - 7);
        assert!(message.starts_with(&format!("leak check of {}:{line}:5: an object", file!())), "{message}");
    }

    #[leak_check]
    fn leaks_and_panics() {
        mem::forget(Cc::new(5));
        panic!("{}", String::from("five"));
    }

    #[test]
    fn a_panic_is_what_is_seen() {
        assert_eq!(message(leaks_and_panics), "five");
    }

    #[leak_check]
    fn fails() -> Result<(), impl Debug> {
        Err(Cc::new(5))
    }

    #[leak_check]
    fn succeeds() -> Result<Cc<u32>, ()> {
        Ok(Cc::new(5))
    }

    #[test]
    fn an_error_is_given_back_with_what_it_owns() {
        assert_eq!(format!("{:?}", fails().unwrap_err()), "5");
        // What a function gives otherwise must not own anything, as with a test.
        assert!(message(|| drop(succeeds())).contains("1 × u32"));
    }

    #[leak_check]
    #[should_panic]
    fn should_panic_and_leaks() {
        leaks_and_panics();
    }

    #[leak_check]
    #[should_panic]
    fn should_panic_and_leaks_only() {
        mem::forget(Cc::new(5));
    }

    #[test]
    fn where_a_panic_is_expected_a_leak_shows_in_there_being_none() {
        should_panic_and_leaks();
        should_panic_and_leaks_only();
    }
}

/// Thread-local values are destroyed in no useful order; a check works in each, and outlives the heap.
#[test]
fn at_the_end_of_a_thread() {
    struct Late(RefCell<Vec<Cc<u8>>>, RefCell<Option<LeakCheck>>, RefCell<Option<mpsc::Sender<usize>>>);

    impl Drop for Late {
        fn drop(&mut self) {
            let of_the_thread = self.1.take().map(|check| check.finish().len());
            let inner = LeakCheck::new();
            let made = Cc::new(2);
            let found = inner.report().len();
            drop(made);
            inner.assert_no_leaks();
            let sender = self.2.take().unwrap();
            of_the_thread.into_iter().chain([found]).for_each(|count| sender.send(count).unwrap());
        }
    }

    thread_local! {
        static LATE: Late = const { Late(RefCell::new(Vec::new()), RefCell::new(None), RefCell::new(None)) };
    }
    let (sender, counts) = mpsc::channel();
    let thread = thread::spawn(|| {
        LATE.with(|late| {
            *late.2.borrow_mut() = Some(sender);
            *late.1.borrow_mut() = Some(LeakCheck::new());
            late.0.borrow_mut().push(Cc::new(1));
        });
    });
    thread.join().unwrap();
    assert_eq!(counts.iter().collect::<Vec<_>>(), [1, 1]);
}
