//! Objects whose values the collector does not look into.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gc_core::weak::Ephemeron;
use gc_core::{AnyCc, Cc, Trace, coerce, collect, gc};

use crate::support::{Deaths, Leaf, Node};

type Code = Cc<dyn Fn(usize) -> usize>;

#[derive(Trace)]
struct Function {
    code: Code,
    itself: Cell<Option<Cc<Function>>>,
}

#[test]
fn a_closure_is_called_and_dropped() {
    let deaths = Deaths::default();
    let leaf = Leaf::new(&deaths);
    let code = coerce!(Cc::new_opaque(move |x| {
        let _ = &leaf;
        x + 1
    }) => Code);
    assert!(!Cc::is_tracked(&code));
    let other = code.clone();
    drop(code);
    assert_eq!((other(4), Cc::strong_count(&other), deaths.count()), (5, 1, 0));
    drop(other);
    assert_eq!(deaths.count(), 1);
}

#[test]
fn it_is_dropped_with_the_garbage_that_refers_to_it() {
    let deaths = Deaths::default();
    for _ in 0..100 {
        let leaf = Leaf::new(&deaths);
        let code = coerce!(Cc::new_opaque(move |x| x + usize::from(deaths_of(&leaf))) => Code);
        let function = Cc::new(Function { code, itself: Cell::default() });
        function.itself.set(Some(function.clone()));
        assert_eq!((function.code)(1), 1);
    }
    assert_eq!((collect(), deaths.count()), (100, 100));
}

fn deaths_of(_: &Leaf) -> bool {
    false
}

#[test]
fn what_it_refers_to_is_taken_for_alive() {
    let deaths = Deaths::default();
    let node = Node::new(&deaths);
    let cell: Rc<RefCell<Option<Code>>> = Rc::default();
    let (captured, inner) = (node.clone(), cell.clone());
    let code = coerce!(Cc::new_opaque(move |x| {
        let _ = (&captured, &inner);
        x
    }) => Code);
    cell.replace(Some(code));
    node.link(&node);
    drop(node);
    // The closure refers to itself, by way of the cell.
    assert_eq!((collect(), deaths.count()), (0, 0));
    drop(cell.take());
    assert_eq!((collect(), deaths.count()), (1, 1));
}

/// The key of an ephemeron is tracked from then on, so it may be part of garbage. It is still dropped, and not
/// forgotten.
#[test]
fn one_that_comes_to_be_tracked_is_dropped_like_any_other() {
    #[derive(Trace)]
    struct Holder(Cc<Leaf>, Cell<Option<Cc<Holder>>>);

    gc::disable();
    let deaths = Deaths::default();
    for keeps in [true, false] {
        let opaque = Cc::new_opaque(Leaf::new(&deaths));
        let ephemeron = Ephemeron::new(&opaque, Cc::new(1));
        assert!(Cc::is_tracked(&opaque));
        let holder = Cc::new(Holder(opaque, Cell::default()));
        holder.1.set(Some(holder.clone()));
        let kept = keeps.then_some(ephemeron);
        drop(holder);
        assert_eq!((collect(), deaths.take()), (2, 1));
        drop(kept);
    }
}

#[test]
fn it_knows_its_type() {
    let any = AnyCc::from(Cc::new_opaque(Cell::new(5)));
    assert_eq!((any.type_name(), any.size_of_val()), (std::any::type_name::<Cell<i32>>(), 20));
    assert_eq!(any.downcast::<Cell<i32>>().map(|five| five.get()).ok(), Some(5));
}

#[test]
fn it_may_have_any_size_and_alignment() {
    #[repr(align(256))]
    struct Wide([u8; 300]);

    assert_eq!(Cc::new_opaque(Wide([7; 300])).0[299], 7);
    assert_eq!(Cc::new_opaque([7_u8; 100_000])[99_999], 7);
    Cc::new_opaque(());
    assert_eq!(Cc::try_unwrap(Cc::new_opaque(String::from("text"))), Ok(String::from("text")));
    let mut text = Cc::new_opaque(String::from("text"));
    Cc::get_mut(&mut text).expect("the only pointer").push('s');
    assert_eq!(*text, "texts");
}
