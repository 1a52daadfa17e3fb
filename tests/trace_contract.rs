//! `Trace` implementations by hand: what a `trace` that panics, or breaks its contract, can and cannot do.
#![expect(unsafe_code, reason = "`Trace` is an unsafe trait")]

use gc_core::{Cc, Trace, Tracer, gc};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// What `trace` does before it visits the links, and after how many calls.
type Mischief = (usize, fn(&Node));

thread_local! {
    static MISCHIEF: Cell<Mischief> = const { Cell::new((usize::MAX, |_| ())) };
}

/// A node that counts its deaths and misbehaves when told to.
struct Node {
    links: RefCell<Vec<Cc<Node>>>,
    deaths: Deaths,
}

struct Deaths(Rc<Cell<usize>>);

impl Drop for Deaths {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

// SAFETY: visits what the node owns, once, unless mischief is made; each test says why that is not unsound.
unsafe impl Trace for Node {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        let (calls, mischief) = MISCHIEF.get();
        MISCHIEF.set((calls.wrapping_sub(1), mischief));
        if calls == 0 {
            mischief(self);
        }
        self.links.trace(tracer);
    }
}

fn node(deaths: &Rc<Cell<usize>>) -> Cc<Node> {
    Cc::new(Node { links: RefCell::default(), deaths: Deaths(deaths.clone()) })
}

/// Five rings of two, the first `live` of which are returned.
fn rings(deaths: &Rc<Cell<usize>>, live: usize) -> Vec<Cc<Node>> {
    let ring = || {
        let (one, two) = (node(deaths), node(deaths));
        two.links.borrow_mut().push(one.clone());
        one.links.borrow_mut().push(two);
        // A suspect, so that it is examined even where it stays alive.
        drop(one.clone());
        one
    };
    (0..5).map(|_| ring()).collect::<Vec<_>>().into_iter().take(live).collect()
}

/// Makes mischief in the `calls`th call of `trace` from now, in a collection of a heap with garbage and live objects,
/// of which few or many are suspects. Gives whether that was reached.
fn collect_with_mischief(calls: usize, few: bool, mischief: fn(&Node)) -> bool {
    let deaths = Rc::<Cell<usize>>::default();
    let quiet: Vec<_> = if few { (0..100).map(|_| node(&deaths)).collect() } else { Vec::new() };
    let live = rings(&deaths, 2);
    MISCHIEF.set((calls, mischief));
    let collected = catch_unwind(AssertUnwindSafe(gc::collect));
    let reached = MISCHIEF.replace((usize::MAX, |_| ())).0 > calls;
    // The heap is as it was, and the next collection finds what this one did not.
    gc::verify();
    assert_eq!(collected.unwrap_or(0) + gc::collect(), 6);
    assert!(live.iter().all(|node| node.links.borrow()[0].deaths.0.get() == 6));
    drop((quiet, live));
    gc::collect();
    assert_eq!(deaths.get(), if few { 110 } else { 10 });
    reached
}

/// Tries mischief in every call of `trace` that a collection makes.
fn try_every_call(mischief: fn(&Node)) {
    gc::disable();
    // It traces, too; it is called when the mischief is over.
    gc::set_verify(false);
    for few in [false, true] {
        let calls = (0..).take_while(|&calls| collect_with_mischief(calls, few, mischief)).count();
        assert!(calls >= 14, "each object is traced, and the live ones twice");
    }
}

#[test]
fn t12_a_panic_in_trace_abandons_the_collection() {
    try_every_call(|_| panic!("as it is meant to"));
}

#[test]
fn t13_trace_may_not_collect_or_lock() {
    try_every_call(|node| {
        assert_eq!(gc::collect(), 0);
        assert!(node.links.borrow_mut().len() <= 1);
    });
}

#[test]
fn t13_trace_may_not_create_or_drop() {
    if cfg!(debug_assertions) {
        try_every_call(|_| drop(Cc::new(Node { links: RefCell::default(), deaths: Deaths(Rc::default()) })));
        try_every_call(|node| drop(node.links.borrow().first().cloned().unwrap_or_else(|| panic!("no link"))));
    }
}

#[test]
fn t14_edges_that_are_not_there_are_noticed_and_leak() {
    struct Twice(Cc<Node>, RefCell<Option<Cc<Twice>>>);
    // SAFETY: it is not: an edge is visited twice. The collector takes the target for alive, and debug builds panic.
    unsafe impl Trace for Twice {
        fn trace(&self, tracer: &mut Tracer<'_>) {
            self.0.trace(tracer);
            self.0.trace(tracer);
            self.1.trace(tracer);
        }
    }
    gc::disable();
    gc::set_verify(false);
    let deaths = Rc::<Cell<usize>>::default();
    let target = node(&deaths);
    let twice = Cc::new(Twice(target.clone(), RefCell::default()));
    *twice.1.borrow_mut() = Some(twice.clone());
    drop((target, twice));
    let collected = catch_unwind(AssertUnwindSafe(gc::collect));
    if cfg!(debug_assertions) {
        let message = collected.expect_err("a panic").downcast::<String>().expect("with a message");
        assert!(message.contains("Node"), "the message names the type: {message}");
    } else {
        assert_eq!((collected.ok(), deaths.get()), (Some(1), 1), "the count, being right, frees it all the same");
    }
}

/// The second time that the condemned are traced is when finalizers have run.
#[test]
fn t12_a_trace_that_panics_after_finalizers_condemns_nothing() {
    struct Finalized {
        link: RefCell<Option<Cc<Finalized>>>,
        calls: Rc<Cell<usize>>,
        _deaths: Deaths,
    }

    // SAFETY: visits what the value owns, once, or panics.
    unsafe impl Trace for Finalized {
        fn trace(&self, tracer: &mut Tracer<'_>) {
            assert!(self.calls.get() != 1, "after the finalizer");
            self.link.trace(tracer);
        }

        fn finalizer() -> Option<fn(&Finalized)> {
            Some(|it| it.calls.set(2 * it.calls.get() + 1))
        }
    }

    gc::disable();
    let (deaths, calls) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let bystanders = rings(&deaths, 5);
    let new = |calls: Rc<Cell<usize>>| {
        Cc::new(Finalized { link: RefCell::default(), calls, _deaths: Deaths(deaths.clone()) })
    };
    let ring = [new(calls.clone()), new(Rc::new(Cell::new(2))), new(Rc::new(Cell::new(2)))];
    for index in 0..3 {
        ring[index].link.replace(Some(ring[(index + 1) % 3].clone()));
    }
    let weak = ring.each_ref().map(Cc::downgrade);
    drop(ring);
    assert!(catch_unwind(gc::collect).is_err());
    assert_eq!((deaths.get(), calls.get()), (0, 1));
    // They are as they were, but for the finalizers.
    assert!(weak.iter().all(|weak| weak.upgrade().is_some_and(|it| Cc::is_tracked(&it) && Cc::is_finalized(&it))));
    calls.set(2);
    gc::verify();
    assert_eq!(gc::collect(), 3);
    assert_eq!((deaths.get(), calls.get()), (3, 2));
    drop(bystanders);
    gc::collect();
    assert_eq!(deaths.get(), 13);
}

/// Once for the references, and once more if they are alive: also where a suspect is followed until it turns out to
/// reach too much. (What is swept is visited once more, too, if it refers to other objects.)
#[test]
fn no_collection_visits_an_object_more_than_twice() {
    gc::disable();
    // Checks visit objects as well.
    gc::set_verify(false);
    let deaths = Rc::default();
    for alive in [true, false] {
        let first = node(&deaths);
        // A chain, built with moves alone, that ends where it began.
        let mut end = first.clone();
        for _ in 1..1000 {
            let next = node(&deaths);
            next.links.borrow_mut().push(end);
            end = next;
        }
        first.links.borrow_mut().push(end);
        let kept = alive.then(|| first.clone());
        drop(first);
        MISCHIEF.set((usize::MAX, |_| ()));
        assert_eq!(gc::collect(), if alive { 0 } else { 1000 });
        let calls = usize::MAX - MISCHIEF.get().0;
        assert_eq!(calls, if alive { 2000 } else { 1000 });
        drop(kept);
        gc::collect();
    }
    assert_eq!(deaths.get(), 2000);
}

/// A type that says that it is exhaustive, and names all of its parts to the tracer, or only some.
struct Claims<const ALL: bool> {
    link: RefCell<Option<Cc<Claims<ALL>>>>,
    deaths: Deaths,
}

// SAFETY: visits the link, which the value owns. Unless it names `ALL` parts it is not true that there is nothing else
// to drop: what is leaked then nobody relies on to be dropped.
unsafe impl<const ALL: bool> Trace for Claims<ALL> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.part(&self.link);
        if ALL {
            tracer.part(&self.deaths);
        }
    }

    fn is_exhaustive(&self) -> bool {
        true
    }
}

gc_core::leaf!(Deaths);

/// A part that says more of what it owns each time that it is asked, as one may whose content other threads change, or
/// which they lock. `C` decides whether it has anything to drop.
#[derive(Default)]
struct Fickle<C> {
    _content: C,
}

thread_local! {
    static SAID: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: visits nothing.
unsafe impl<C: 'static> Trace for Fickle<C> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        (0..SAID.replace(SAID.get() + 3)).for_each(|_| tracer.owns_more());
    }
}

/// What is said of a living object does not make up for what is said of garbage.
fn check_fickle<C: Default + 'static>() {
    #[derive(Trace)]
    #[trace(bound = "C: 'static")]
    struct Link<C: 'static> {
        link: RefCell<Option<Cc<Link<C>>>>,
        part: Option<Fickle<C>>,
    }

    gc::disable();
    for said in 0..5 {
        let link = |part| Cc::new(Link { link: RefCell::default(), part });
        SAID.set(said);
        let (alive, garbage) = (link(Some(Fickle::<C>::default())), link(None));
        garbage.link.replace(Some(garbage.clone()));
        // What keeps the garbage from being swept.
        let weak = Cc::downgrade(&garbage);
        drop((alive.clone(), garbage));
        assert_eq!(gc::collect(), 1);
        assert!(SAID.get() >= 6, "it is counted, and found alive");
        assert!(weak.upgrade().is_none() && alive.part.is_some());
    }
}

#[test]
fn a_part_that_is_not_exhaustive_counts_once_whatever_is_in_it() {
    check_fickle::<Rc<()>>();
}

#[test]
fn a_part_that_has_nothing_to_drop_counts_for_nothing_whatever_it_says() {
    check_fickle::<()>();
}

#[test]
fn what_claims_to_be_exhaustive_and_is_not_leaks() {
    fn deaths_of_two<const ALL: bool>() -> usize {
        let deaths = Rc::default();
        let claims = || Cc::new(Claims::<ALL> { link: RefCell::default(), deaths: Deaths(Rc::clone(&deaths)) });
        let (one, two) = (claims(), claims());
        one.link.replace(Some(two.clone()));
        two.link.replace(Some(one.clone()));
        drop((one, two));
        assert_eq!(gc::collect(), 2);
        deaths.get()
    }

    gc::disable();
    assert_eq!(deaths_of_two::<true>(), 2);
    assert_eq!(deaths_of_two::<false>(), 0);
}
