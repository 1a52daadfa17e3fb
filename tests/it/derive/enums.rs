//! Enums, with variants of every shape.

use std::cell::RefCell;

use gc_core::{Cc, Trace, collect};

use super::{Drops, Mark, Slot, fill, start};

#[derive(Trace)]
enum Shape {
    Unit,
    Tuple(Mark, Slot<Shape>, Slot<Shape>),
    Named {
        link: Slot<Shape>,
        _mark: Mark,
        other: Slot<Shape>,
    },
    #[allow(dead_code)]
    Empty {},
}

impl Shape {
    fn tuple(drops: &Drops) -> Cc<Shape> {
        Cc::new(Shape::Tuple(drops.mark(), Slot::default(), Slot::default()))
    }

    fn named(drops: &Drops) -> Cc<Shape> {
        Cc::new(Shape::Named { link: Slot::default(), _mark: drops.mark(), other: Slot::default() })
    }

    fn slots(&self) -> [&Slot<Shape>; 2] {
        match self {
            Shape::Tuple(_, first, second) => [first, second],
            Shape::Named { link, other, .. } => [link, other],
            Shape::Unit | Shape::Empty {} => unreachable!(),
        }
    }
}

#[test]
fn every_field_of_every_variant_is_traced() {
    let drops = start();
    for make in [Shape::tuple, Shape::named] {
        for slot in [0, 1] {
            let shape = make(&drops);
            fill(shape.slots()[slot], &shape);
            drop(shape);
            drops.assert_collected(1);
        }
    }
}

#[test]
fn a_cycle_goes_through_different_variants() {
    let drops = start();
    let (a, b) = (Shape::tuple(&drops), Shape::named(&drops));
    fill(a.slots()[0], &b);
    fill(b.slots()[1], &a);
    fill(b.slots()[0], &Cc::new(Shape::Unit));
    drop((a, b));
    assert_eq!(collect(), 3);
    drops.assert_freed(2);
}

#[test]
fn the_edges_are_those_of_the_variant_that_the_value_has_now() {
    #[derive(Trace)]
    struct Holder {
        state: RefCell<State>,
        _mark: Mark,
    }

    #[derive(Trace)]
    enum State {
        Off,
        On(Cc<Holder>),
    }

    let drops = start();
    let holder = Cc::new(Holder { state: RefCell::new(State::Off), _mark: drops.mark() });
    drops.assert_nothing_collected();
    holder.state.replace(State::On(holder.clone()));
    drops.assert_nothing_collected();
    drop(holder);
    drops.assert_collected(1);
}

#[test]
fn an_enum_without_variants_can_be_derived() {
    #[derive(Trace)]
    enum Never {}
    #[derive(Trace)]
    struct Holder(Slot<Holder>, Option<Never>, Mark);

    let drops = start();
    let holder = Cc::new(Holder(Slot::default(), None, drops.mark()));
    fill(&holder.0, &holder);
    assert!(holder.1.is_none());
    drop(holder);
    drops.assert_collected(1);
}
