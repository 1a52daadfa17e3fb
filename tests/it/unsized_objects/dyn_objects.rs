//! Trait objects.

use super::{Counted, Hub, Ledger, Wheel, on_a_stack, with_both_pointers};
use gc_core::gc::{DebugFlags, Generation};
use gc_core::weak::{Ephemeron, WeakSet};
use gc_core::{AnyCc, Cc, Finalize, Trace, Weak, coerce, gc};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Display};
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;

/// Several supertraits, one of them generic.
trait Shape: Debug + Named<str> + Any {
    fn area(&self) -> u32;
}

trait Named<N: ?Sized> {
    fn name(&self) -> &N;
}

#[derive(Trace)]
struct Square {
    side: u32,
    #[trace(skip)]
    counted: Counted,
}

impl Square {
    fn new(ledger: &Ledger, side: u32) -> Square {
        Square { side, counted: ledger.element(side as usize) }
    }
}

impl Debug for Square {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Square({})", self.side)
    }
}

impl Named<str> for Square {
    fn name(&self) -> &str {
        "square"
    }
}

impl Named<u32> for Square {
    fn name(&self) -> &u32 {
        &self.side
    }
}

impl Shape for Square {
    fn area(&self) -> u32 {
        assert_eq!(self.counted.number, self.side as usize);
        self.side * self.side
    }
}

trait Measure<'a> {
    fn measure(&self, text: &'a str) -> usize;
}

impl<'a> Measure<'a> for Square {
    fn measure(&self, text: &'a str) -> usize {
        self.counted.number * text.len()
    }
}

/// A type of the user's whose last field is unsized.
#[derive(Trace)]
struct Labelled<T: ?Sized + 'static> {
    label: u8,
    #[trace(skip)]
    content: T,
}

with_both_pointers! {
    #[test]
    fn the_object_stays_the_same() {
        let ledger = Ledger::default();
        let square = Ptr::new(Square::new(&ledger, 3));
        let (address, weak) = (Ptr::as_ptr(&square).addr(), Ptr::downgrade(&square));
        let shape = unsize!(square.clone() => Ptr<dyn Shape>);
        let named = unsize!(square.clone() => Ptr<dyn Named<u32>>);
        assert_eq!((shape.area(), shape.name(), *named.name()), (9, "square", 3));
        assert_eq!(format!("{shape:?}"), "Square(3)");
        assert_eq!([Ptr::as_ptr(&shape).addr(), Ptr::as_ptr(&named).addr()], [address; 2]);
        assert_eq!((Ptr::strong_count(&shape), Ptr::weak_count(&named)), (3, 1));
        // From one trait object to another.
        let debug = unsize!(shape => Ptr<dyn Debug>);
        let same = unsize!(debug.clone() => Ptr<dyn Debug>);
        assert!(Ptr::ptr_eq(&debug, &same) && format!("{debug:?}") == "Square(3)");
        let without_auto_traits = unsize!(unsize!(Ptr::new(5) => Ptr<dyn Debug + Send + Sync>) => Ptr<dyn Debug>);
        assert_eq!(format!("{without_auto_traits:?}"), "5");
        drop((square, named, same));
        ledger.assert_deaths([]);
        drop(debug);
        ledger.assert_deaths([3]);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn t24_any_becomes_what_it_is_and_nothing_else() {
        let ledger = Ledger::default();
        let any = unsize!(Ptr::new(Square::new(&ledger, 3)) => Ptr<dyn Any>);
        let other = any.clone();
        assert!((*any).is::<Square>());
        let any = any.downcast::<u32>().expect_err("it is none");
        let any = any.downcast::<Ptr<Square>>().expect_err("it is none");
        let square = any.downcast::<Square>().expect("it is one");
        assert_eq!((square.area(), Ptr::strong_count(&square)), (9, 2));
        // By way of a supertrait.
        let shape = unsize!(square => Ptr<dyn Shape>);
        let square = unsize!(shape => Ptr<dyn Any>).downcast::<Square>().expect("it is one");
        drop(other);
        let square = Ptr::try_unwrap(square).expect("the last");
        ledger.assert_deaths([]);
        drop(square);
        ledger.assert_deaths([3]);
        // An array that was a slice in between.
        let array: Ptr<[u8; 2]> = Ptr::<[u8]>::from(vec![1, 2]).try_into().expect("two");
        let any = unsize!(array => Ptr<dyn Any>).downcast::<[u8; 3]>().expect_err("not three");
        assert_eq!(*any.downcast::<[u8; 2]>().expect("two"), [1, 2]);
    }

    #[test]
    fn pinned_pointers_stay_pinned() {
        let ledger = Ledger::default();
        let shape = unsize!(Ptr::pin(Square::new(&ledger, 3)) => Pin<Ptr<dyn Shape>>);
        assert_eq!(shape.as_ref().area(), 9);
        drop(shape);
        ledger.assert_deaths([3]);
    }

    #[test]
    fn weak_pointers_are_coerced_dead_or_alive() {
        let ledger = Ledger::default();
        let nowhere = unsize!(Weak::<Square>::new() => Weak<dyn Shape>);
        let nowhere = unsize!(nowhere => Weak<dyn Debug>);
        assert!(nowhere.upgrade().is_none() && nowhere.clone().upgrade().is_none());
        assert_eq!((nowhere.strong_count(), nowhere.weak_count()), (0, 0));
        let square = Ptr::new(Square::new(&ledger, 2));
        let weak = unsize!(Ptr::downgrade(&square) => Weak<dyn Shape>);
        assert_eq!((weak.strong_count(), weak.weak_count()), (1, 1));
        assert_eq!(weak.upgrade().map(|shape| shape.area()), Some(4));
        drop(square);
        ledger.assert_deaths([2]);
        let weak = unsize!(weak => Weak<dyn Any>);
        assert!(weak.upgrade().is_none() && !weak.ptr_eq(&unsize!(Weak::<u8>::new() => Weak<dyn Any>)));
    }

    #[test]
    fn a_cell_lends_a_trait_object() {
        let ledger = Ledger::default();
        let cell = Ptr::new(RefCell::new(Square::new(&ledger, 2)));
        let shape = unsize!(cell.clone() => Ptr<RefCell<dyn Shape>>);
        let weak = unsize!(Ptr::downgrade(&cell) => Weak<RefCell<dyn Shape>>);
        cell.replace(Square::new(&ledger, 5));
        ledger.assert_deaths([2]);
        cell.borrow_mut().counted.number = 5;
        assert_eq!(shape.borrow().area(), 25);
        assert!(weak.upgrade().is_some());
        drop((cell, shape));
        ledger.assert_deaths([5]);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn a_type_of_the_users_may_be_unsized_at_its_end() {
        let ledger = Ledger::default();
        let squares = [1, 2, 3].map(|side| Square::new(&ledger, side));
        let sized = Ptr::new(Labelled { label: 7, content: squares });
        let slice = unsize!(sized.clone() => Ptr<Labelled<[Square]>>);
        assert_eq!((slice.label, slice.content.iter().map(Shape::area).sum::<u32>()), (7, 14));
        drop(sized);
        drop(slice);
        ledger.assert_deaths([1, 2, 3]);
        let nested = Ptr::new(Labelled { label: 8, content: Labelled { label: 9, content: Square::new(&ledger, 4) } });
        let shape = unsize!(nested => Ptr<Labelled<Labelled<dyn Shape>>>);
        let weak = Ptr::downgrade(&shape);
        assert_eq!((shape.label, shape.content.label, shape.content.content.area()), (8, 9, 16));
        drop(shape);
        ledger.assert_deaths([4]);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn get_mut_reaches_through_a_trait_object() {
        trait Grow {
            fn grow(&mut self);
        }
        impl Grow for Square {
            fn grow(&mut self) {
                self.side += 1;
            }
        }
        let ledger = Ledger::default();
        let mut grow = unsize!(Ptr::new(Square::new(&ledger, 1)) => Ptr<dyn Grow>);
        Ptr::get_mut(&mut grow).expect("the only pointer").grow();
        let _other = grow.clone();
        assert!(Ptr::get_mut(&mut grow).is_none());
    }

    #[test]
    fn what_is_there_for_any_lifetime_is_there_for_a_certain_one() {
        let ledger = Ledger::default();
        let long = unsize!(Ptr::new(Square::new(&ledger, 2)) => Ptr<dyn for<'a> Measure<'a>>);
        let short = unsize!(long.clone() => Ptr<dyn Measure<'static>>);
        assert_eq!((long.measure(&String::from("text")), short.measure("text")), (8, 8));
        drop((long, short));
        ledger.assert_deaths([2]);
    }
}

/// What a spoke of a wheel is known as.
trait Spoke: Trace {
    fn hub(&self) -> Cc<Hub<Cc<dyn Spoke>>>;
}

/// Leads to the hub, and has a finalizer.
#[derive(Trace)]
#[trace(finalize)]
struct Finalized {
    hub: Cc<Hub<Cc<dyn Spoke>>>,
    #[trace(skip)]
    counted: Counted,
}

impl Finalize for Finalized {
    fn finalize(&self) {
        // The hub is still there.
        assert_eq!(self.hub.counted.number, 0);
        drop(self.counted.ledger.element(100 + self.counted.number));
    }
}

impl Spoke for Finalized {
    fn hub(&self) -> Cc<Hub<Cc<dyn Spoke>>> {
        self.hub.clone()
    }
}

fn wheel(ledger: &Ledger) -> Wheel<Cc<dyn Spoke>> {
    Wheel::new(ledger, |hub| {
        let finalized = Cc::new(Finalized { hub: hub.clone(), counted: ledger.element(1) });
        coerce!(finalized => Cc<dyn Spoke>)
    })
}

/// Asserts what has died since the last call, in whatever order. A finalizer is counted by a number a hundred larger.
#[track_caller]
fn assert_deaths(ledger: &Ledger, expected: &[usize]) {
    ledger.0.deaths.borrow_mut().sort_unstable();
    ledger.assert_deaths(expected.iter().copied());
}

#[test]
fn t24_a_cycle_through_trait_objects_is_found() {
    gc::disable();
    for generation in [Generation::Young, Generation::Middle, Generation::Old] {
        let ledger = Ledger::default();
        let wheel = wheel(&ledger);
        gc::collect_generation(generation);
        assert!(Cc::is_tracked(&wheel.spokes) && !Cc::is_finalized(&wheel.spokes));
        let (hub, spokes) = (Cc::downgrade(&wheel.hub), Cc::downgrade(&wheel.spokes));
        assert!(Cc::ptr_eq(&wheel.spokes.hub(), &wheel.hub));
        drop(wheel.hub);
        assert_eq!(gc::collect(), 0);
        drop(wheel.spokes);
        assert_eq!(gc::collect(), 2);
        assert_deaths(&ledger, &[0, 1, 101]);
        assert!(hub.upgrade().is_none() && spokes.upgrade().is_none());
    }
}

#[test]
fn a_finalizer_is_called_on_both_deaths_and_once() {
    gc::disable();
    let ledger = Ledger::default();
    let Wheel { hub, spokes } = wheel(&ledger);
    hub.spokes.take();
    let any = AnyCc::from(spokes);
    assert_eq!((any.is::<Finalized>(), any.is::<dyn Spoke>(), any.is_finalized()), (true, false, false));
    assert_eq!(any.size_of_val(), 16 + size_of::<Finalized>());
    drop(any);
    assert_deaths(&ledger, &[1, 101]);
    drop(hub);
    assert_deaths(&ledger, &[0]);
    assert_eq!(gc::tracked_count(), 0);
}

/// A cell has the finalizer of its content, whatever it is known as.
#[test]
fn a_finalizer_in_a_cell_is_called_through_a_trait_object() {
    gc::disable();
    let ledger = Ledger::default();
    let hub = Hub::new(&ledger);
    let finalized = Finalized { hub: hub.clone(), counted: ledger.element(1) };
    let cell = coerce!(Cc::new(RefCell::new(finalized)) => Cc<RefCell<dyn Spoke>>);
    assert!(Cc::ptr_eq(&cell.borrow().hub(), &hub));
    drop(cell);
    assert_deaths(&ledger, &[1, 101]);
}

#[test]
fn a_resurrected_trait_object_is_what_it_was() {
    thread_local! {
        static SAVED: RefCell<Option<Cc<dyn Phoenix>>> = const { RefCell::new(None) };
    }

    trait Phoenix {
        fn ledger(&self) -> &Ledger;
    }

    #[derive(Trace)]
    #[trace(finalize)]
    struct Bird {
        me: Weak<Bird>,
        friend: RefCell<Option<Cc<dyn Phoenix>>>,
        #[trace(skip)]
        counted: Counted,
    }

    impl Finalize for Bird {
        fn finalize(&self) {
            SAVED.set(self.me.upgrade().map(|me| coerce!(me => Cc<dyn Phoenix>)));
        }
    }

    impl Phoenix for Bird {
        fn ledger(&self) -> &Ledger {
            &self.counted.ledger
        }
    }

    gc::disable();
    for in_a_cycle in [false, true] {
        let ledger = Ledger::default();
        let counted = ledger.element(1);
        let bird = Cc::new_cyclic(|me| Bird { me: me.clone(), friend: RefCell::default(), counted });
        if in_a_cycle {
            bird.friend.replace(Some(coerce!(bird.clone() => Cc<dyn Phoenix>)));
        }
        drop(bird);
        gc::collect();
        let saved = SAVED.take().expect("it was saved");
        assert!(Cc::is_finalized(&saved) && Cc::strong_count(&saved) == 1 + usize::from(in_a_cycle));
        saved.ledger().assert_deaths([]);
        drop(saved);
        assert_eq!(gc::collect(), usize::from(in_a_cycle));
        assert!(SAVED.take().is_none());
        ledger.assert_deaths([1]);
    }
}

#[test]
fn is_observed_and_introspected_as_what_it_was_made() {
    gc::disable();
    let ledger = Ledger::default();
    let calls = Rc::new(Cell::new(0));
    let count = || {
        let calls = calls.clone();
        move || calls.set(calls.get() + 1)
    };
    let Wheel { hub, spokes } = wheel(&ledger);
    let any = AnyCc::from(&spokes);
    assert!(any.type_name().ends_with("::Finalized"));
    assert_eq!(any.downcast_ref::<Finalized>().map(|it| it.counted.number), Some(1));
    let (of_hub, of_spokes) = (AnyCc::from(&hub), AnyCc::from(&spokes));
    assert_eq!(
        (gc::get_referrers([&of_hub]), gc::get_referents([&of_hub])),
        (vec![of_spokes.clone()], vec![of_spokes])
    );
    drop((any, of_hub));
    let handle = Cc::on_drop(&spokes, count());
    let watch = Cc::watch(&spokes, count());
    let set: WeakSet<dyn Spoke, _> = WeakSet::by_identity();
    assert!(set.insert(&spokes) && !set.insert(&spokes));
    let key = coerce!(hub.clone() => Cc<dyn Trace>);
    let ephemeron = Ephemeron::new(&key, spokes.clone());
    assert!(ephemeron.value().is_some_and(|value| Cc::ptr_eq(&value, &spokes)));
    gc::freeze();
    drop((hub, key, spokes));
    assert_eq!((gc::collect(), calls.get()), (0, 0));
    gc::unfreeze();
    gc::set_debug(DebugFlags::SAVEALL);
    assert_eq!((gc::collect(), calls.get(), set.len(), handle.is_alive(), watch.is_alive()), (2, 2, 0, false, false));
    gc::set_debug(DebugFlags::empty());
    assert_deaths(&ledger, &[101]);
    gc::garbage().clear();
    assert_eq!(gc::collect(), 2);
    assert_deaths(&ledger, &[0, 1]);
    assert!(ephemeron.key().is_none() && ephemeron.value().is_none());
}

/// A link of a chain, however it leads on.
#[derive(Trace)]
struct Link {
    _next: Next,
    /// There are as many of these as there are links.
    _count: Rc<()>,
}

#[derive(Trace)]
enum Next {
    None,
    Dyn(Cc<dyn Trace>),
    Slice(Cc<[Link]>),
}

/// The end of a chain that it holds, in a cycle.
#[derive(Trace)]
struct End {
    me: RefCell<Option<Cc<End>>>,
    _chain: Next,
}

#[test]
fn t25_a_chain_through_unsized_objects_takes_no_stack() {
    const LENGTH: usize = if cfg!(debug_assertions) { 300_000 } else { 10_000_000 };

    fn chain(wrap: fn(Link) -> Next, count: &Rc<()>) -> Next {
        (0..LENGTH).fold(Next::None, |next, _| wrap(Link { _next: next, _count: count.clone() }))
    }

    on_a_stack(128 << 10, || {
        gc::disable();
        gc::set_verify(false);
        let wraps: [fn(Link) -> Next; 3] = [
            |link| Next::Dyn(coerce!(Cc::new(link) => Cc<dyn Trace>)),
            |link| Next::Slice(Cc::from(vec![link])),
            |link| Next::Slice(Cc::from([link])),
        ];
        for wrap in wraps {
            let count = Rc::new(());
            drop(chain(wrap, &count));
            assert_eq!((gc::tracked_count(), Rc::strong_count(&count)), (0, 1));
            let end = Cc::new(End { me: RefCell::default(), _chain: chain(wrap, &count) });
            end.me.replace(Some(end.clone()));
            drop(end);
            assert_eq!((gc::collect(), Rc::strong_count(&count)), (1 + LENGTH, 1));
        }
    });
}

/// The macro needs no prelude.
#[no_implicit_prelude]
mod bare {
    use ::std::assert_eq;

    #[test]
    fn a_coercion_needs_no_prelude() {
        let debug = ::gc_core::coerce!(::gc_core::Cc::new(5) => ::gc_core::Cc<dyn ::std::fmt::Debug>);
        let weak = ::gc_core::coerce!(::gc_core::Weak::<u8>::new() => ::gc_core::Weak<dyn ::std::fmt::Debug>,);
        assert_eq!(::std::format!("{debug:?} {:?}", weak.upgrade().is_none()), "5 true");
    }
}

/// The names that the macro uses are its own.
#[test]
fn a_coercion_captures_no_names() {
    let (pointer, value) = (Cc::new(1), Cc::new(2));
    let sum = |pointer: Cc<dyn Display>| pointer.to_string();
    assert_eq!(sum(coerce!(value.clone() => Cc<dyn Display>)) + &sum(coerce!(pointer => Cc<dyn Display>)), "21");
    assert_eq!(*value.deref(), 2);
}
