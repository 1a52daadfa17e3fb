//! Generic and recursive types, associated types, trait objects.

use std::cell::RefCell;
use std::marker::PhantomData;

use gc_core::{Cc, Trace, collect};

use super::{Drops, Mark, Slot, fill, start};

/// Generic and recursive.
#[derive(Trace)]
struct Node<T> {
    next: Slot<Node<T>>,
    kids: RefCell<Vec<Node<T>>>,
    value: T,
    _mark: Mark,
}

fn node<T: Trace>(drops: &Drops, value: T) -> Cc<Node<T>> {
    Cc::new(Node { next: Slot::default(), kids: RefCell::default(), value, _mark: drops.mark() })
}

#[test]
fn a_generic_type_is_traced_through_itself() {
    let drops = start();
    let (a, b) = (node(&drops, 1), node(&drops, 2));
    fill(&a.next, &b);
    let kid = Cc::into_inner(node(&drops, 3)).unwrap();
    fill(&kid.next, &a);
    b.kids.borrow_mut().push(kid);
    assert_eq!(a.value + b.value + b.kids.borrow()[0].value, 6);
    drop((a, b));
    assert_eq!(collect(), 2);
    drops.assert_freed(3);
}

#[test]
fn what_a_parameter_stands_for_is_traced() {
    #[derive(Trace)]
    struct Item(Slot<Node<Cc<Item>>>, Mark);

    let drops = start();
    let item = Cc::new(Item(Slot::default(), drops.mark()));
    let node = node(&drops, item);
    fill(&node.value.0, &node);
    drop(node);
    drops.assert_collected(2);
}

#[test]
fn types_that_refer_to_each_other_are_traced() {
    #[derive(Trace)]
    struct Even<T> {
        odd: Slot<Odd<T>>,
        _value: T,
        _mark: Mark,
    }

    #[derive(Trace)]
    enum Odd<T> {
        Some(Cc<Even<T>>, Mark),
        #[allow(dead_code)]
        None(T),
    }

    let drops = start();
    let even = Cc::new(Even { odd: Slot::default(), _value: "zero", _mark: drops.mark() });
    fill(&even.odd, &Cc::new(Odd::Some(even.clone(), drops.mark())));
    drop(even);
    drops.assert_collected(2);
}

#[test]
fn every_element_of_an_array_is_traced() {
    #[derive(Trace)]
    struct Table<const N: usize> {
        slots: [Slot<Table<N>>; N],
        _mark: Mark,
    }

    let drops = start();
    let tables: [_; 3] = std::array::from_fn(|_| {
        Cc::new(Table::<3> { slots: std::array::from_fn(|_| Slot::default()), _mark: drops.mark() })
    });
    for table in &tables {
        for (slot, target) in table.slots.iter().zip(&tables) {
            fill(slot, target);
        }
    }
    let [held, second, third] = tables;
    drop((second, third));
    drops.assert_nothing_collected();
    drop(held);
    drops.assert_collected(3);
}

trait Graph: 'static {
    type Node: Trace;
    type Edge;
}

#[test]
fn associated_types_are_traced() {
    #[derive(Trace)]
    struct Store<G: Graph> {
        node: RefCell<Option<Cc<G::Node>>>,
        edge: RefCell<Option<<G as Graph>::Edge>>,
        _mark: Mark,
    }

    /// Not `Trace`: only its associated types are.
    struct Plane;

    impl Graph for Plane {
        type Node = Store<Plane>;
        type Edge = Cc<Store<Plane>>;
    }

    let drops = start();
    for through_edge in [false, true] {
        let store = Cc::new(Store::<Plane> { node: RefCell::default(), edge: RefCell::default(), _mark: drops.mark() });
        let slot = if through_edge { &store.edge } else { &store.node };
        fill(slot, &store);
        drop(store);
        drops.assert_collected(1);
    }
}

#[test]
fn parameters_that_are_not_traced_need_not_be_traceable() {
    struct NotTrace;

    #[derive(Trace)]
    struct Tagged<A, B, C> {
        next: Slot<Self>,
        _tag: PhantomData<A>,
        _make: fn(B) -> A,
        #[trace(skip)]
        opaque: C,
        _mark: Mark,
    }

    let drops = start();
    let tagged = Cc::new(Tagged {
        next: Slot::default(),
        _tag: PhantomData,
        _make: |_: NotTrace| NotTrace,
        opaque: NotTrace,
        _mark: drops.mark(),
    });
    let NotTrace = tagged.opaque;
    fill(&tagged.next, &tagged);
    drop(tagged);
    drops.assert_collected(1);
}

#[test]
fn trait_objects_are_traced_as_what_they_are() {
    trait Widget: Trace {
        fn parent(&self) -> &Slot<Window>;
    }

    #[derive(Trace)]
    struct Window {
        widgets: RefCell<Vec<Box<dyn Widget>>>,
        _mark: Mark,
    }

    #[derive(Trace)]
    struct Button<T>(Slot<Window>, T);

    impl<T: Trace> Widget for Button<T> {
        fn parent(&self) -> &Slot<Window> {
            &self.0
        }
    }

    let drops = start();
    let window = Cc::new(Window { widgets: RefCell::default(), _mark: drops.mark() });
    window.widgets.borrow_mut().push(Box::new(Button(Slot::default(), drops.mark())));
    fill(window.widgets.borrow()[0].parent(), &window);
    drop(window);
    assert_eq!(collect(), 1);
    drops.assert_freed(2);
}
