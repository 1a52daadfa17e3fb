//! `#[trace(acyclic)]`: what is not tracked, because no cycle can pass through it.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use gc_core::{Cc, Trace, collect, gc};

use super::{Mark, start};

#[derive(Trace)]
#[trace(acyclic)]
struct Leaf {
    name: String,
    _mark: Mark,
}

/// Acyclic, for its links are made before what links to them, and are not changed after.
#[derive(Trace)]
#[trace(acyclic)]
enum List<T> {
    Cons(T, Cc<List<T>>),
    Nil,
}

/// Of the kind that can close a cycle.
#[derive(Trace)]
struct Knot {
    list: RefCell<Option<Cc<List<Cc<Knot>>>>>,
    _mark: Mark,
}

#[test]
fn acyclic_objects_are_not_tracked() {
    let drops = start();
    let leaf = || Leaf { name: "leaf".into(), _mark: drops.mark() };
    let (object, list) = (Cc::new(leaf()), Cc::new(List::Cons(leaf(), Cc::new(List::Nil))));
    let List::Cons(leaf, nil) = &*list else { unreachable!() };
    assert!(!gc::is_tracked(&object) && !gc::is_tracked(&list) && !gc::is_tracked(nil));
    assert_eq!(leaf.name, object.name);
    drops.assert_nothing_collected();
    drop((object, list));
    drops.assert_freed(2);
}

#[test]
fn an_acyclic_type_is_only_as_acyclic_as_its_parameters() {
    let drops = start();
    let knot = Cc::new(Knot { list: RefCell::default(), _mark: drops.mark() });
    let list = Cc::new(List::Cons(knot.clone(), Cc::new(List::Nil)));
    assert!(gc::is_tracked(&knot) && gc::is_tracked(&list));
    knot.list.replace(Some(list));
    drop(knot);
    assert_eq!(collect(), 3);
    drops.assert_freed(1);
}

#[test]
fn skipped_fields_and_unused_parameters_prove_nothing() {
    #[derive(Trace)]
    #[trace(acyclic)]
    struct Opaque<T> {
        _tag: PhantomData<T>,
        #[trace(skip)]
        _knot: Option<Cc<Knot>>,
        _mark: Mark,
    }

    let drops = start();
    let opaque = Cc::new(Opaque::<Knot> { _tag: PhantomData, _knot: None, _mark: drops.mark() });
    assert!(!gc::is_tracked(&opaque));
    drop(opaque);
    drops.assert_freed(1);
}

#[test]
fn what_cannot_be_asked_is_tracked() {
    trait Kind: 'static {
        type Value;
    }

    impl Kind for Leaf {
        type Value = u8;
    }

    #[derive(Trace)]
    #[trace(acyclic)]
    struct Associated<K: Kind>(K::Value, Mark);

    #[derive(Trace)]
    #[trace(acyclic)]
    struct Unsized<T: ?Sized>(Mark, Box<T>);

    let drops = start();
    let associated = Cc::new(Associated::<Leaf>(1, drops.mark()));
    let not_sized = Cc::new(Unsized::<str>(drops.mark(), "text".into()));
    assert!(gc::is_tracked(&associated) && gc::is_tracked(&not_sized));
    assert_eq!(usize::from(associated.0) + not_sized.1.len(), 5);
    drop((associated, not_sized));
    drops.assert_freed(2);
}

#[test]
fn a_type_that_does_not_claim_to_be_acyclic_is_tracked() {
    #[derive(Trace)]
    struct Plain(Mark);

    let drops = start();
    let plain = Cc::new(Plain(drops.mark()));
    assert!(gc::is_tracked(&plain));
    assert_eq!(Rc::strong_count(&plain.0), 1);
    drop(plain);
    drops.assert_freed(1);
}
