//! What the feature `nightly` adds: unsizing without a macro, and `self: Cc<Self>` in trait objects.
#![feature(arbitrary_self_types, min_specialization, try_trait_v2)]
#![forbid(unsafe_code)]

use gc_core::{Cc, Trace, Weak, gc};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ops::{ControlFlow, Try};
use std::rc::Rc;

trait Node {
    fn link(&self, to: Cc<dyn Node>);
    fn weak(self: Cc<Self>) -> Weak<dyn Node>;
    fn strong_count(self: Cc<Self>) -> usize;
}

#[derive(Trace)]
struct Link {
    to: RefCell<Option<Cc<dyn Node>>>,
    #[trace(skip)]
    counted: Counted,
}

struct Counted(Rc<Cell<usize>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

impl Node for Link {
    fn link(&self, to: Cc<dyn Node>) {
        self.to.replace(Some(to));
    }

    fn weak(self: Cc<Self>) -> Weak<dyn Node> {
        Cc::<Link>::downgrade(&self)
    }

    fn strong_count(self: Cc<Self>) -> usize {
        assert_eq!(self.counted.0.get(), 0);
        Cc::strong_count(&self)
    }
}

#[test]
fn pointers_are_coerced_where_one_to_an_unsized_type_is_wanted() {
    let slice: Cc<[u32]> = Cc::new([1, 2, 3]);
    let cell: Cc<RefCell<dyn Any>> = Cc::new(RefCell::new(5));
    let any: Cc<dyn Any> = Cc::new(5);
    let nowhere: Weak<dyn Any> = Weak::<u8>::new();
    assert!(slice.len() == 3 && cell.borrow().is::<i32>() && nowhere.upgrade().is_none());
    assert_eq!(*any.downcast::<i32>().expect("it is one"), 5);
}

#[test]
fn a_method_takes_the_pointer_to_a_trait_object() {
    gc::disable();
    let drops = Rc::new(Cell::new(0));
    let node: Cc<dyn Node> = Cc::new(Link { to: RefCell::default(), counted: Counted(drops.clone()) });
    assert_eq!(node.clone().strong_count(), 2);
    let weak = node.clone().weak();
    assert!(weak.upgrade().is_some_and(|upgraded| Cc::ptr_eq(&upgraded, &node)));
    node.link(node.clone());
    assert_eq!(gc::collect(), 0);
    drop(node);
    assert_eq!((gc::collect(), drops.get(), weak.strong_count()), (1, 1, 0));
}

/// Something to go on with, where `try_fold` has been told to stop.
trait Accumulator: Sized {
    fn another() -> Option<Self>;
}

impl<B> Accumulator for B {
    default fn another() -> Option<B> {
        None
    }
}

impl Accumulator for usize {
    fn another() -> Option<usize> {
        Some(1000)
    }
}

/// Announces two items, has none, and gives as many as there can be to whoever asks in another way.
struct Relentless;

impl Iterator for Relentless {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (2, Some(2))
    }

    fn try_fold<B, F, R>(&mut self, init: B, mut f: F) -> R
    where
        F: FnMut(B, u64) -> R,
        R: Try<Output = B>,
    {
        let mut accumulated = init;
        for item in 0..64 {
            accumulated = match f(accumulated, item).branch() {
                ControlFlow::Continue(next) => next,
                ControlFlow::Break(residual) => match B::another() {
                    Some(other) => other,
                    None => return R::from_residual(residual),
                },
            };
        }
        R::from_output(accumulated)
    }
}

#[test]
fn an_iterator_that_does_not_stop_writes_over_nothing() {
    let spare = Cc::new([0_u64; 3]);
    let neighbours: Vec<Cc<[u64; 3]>> = (0..64).map(|_| Cc::new([7; 3])).collect();
    // Its slot is the next to be taken.
    drop(spare);
    let slice: Cc<[u64]> = Relentless.collect();
    assert!(slice.is_empty());
    assert!(neighbours.iter().all(|neighbour| **neighbour == [7; 3]));
}
