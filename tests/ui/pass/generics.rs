//! Generics, bounds and recursion that need no annotation.

#![deny(warnings)]

use std::cell::RefCell;
use std::fmt::Debug;
use std::marker::PhantomData;

use gc_core::{Acyclic, Cc, Trace};

/// Recursive and generic, through a `Cc` and through a `Vec`.
#[derive(Trace)]
struct Node<T> {
    next: Option<Cc<Node<T>>>,
    parent: RefCell<Option<Cc<Self>>>,
    kids: Vec<Node<T>>,
    value: T,
}

/// Mutually recursive.
#[derive(Trace)]
struct Even<T>(Option<Box<Odd<T>>>);

#[derive(Trace)]
struct Odd<T>(Box<Even<T>>, T);

/// Recursive with an ever larger argument, which `is_acyclic` must not follow. (Rust has no values of such a type, for
/// the destructor of one would be infinite as well.)
#[derive(Trace)]
#[allow(dead_code)]
#[trace(acyclic)]
struct Tower<T> {
    above: Option<Cc<Tower<Vec<T>>>>,
    value: T,
}

/// Bounds in every place, defaults, const parameters.
#[derive(Trace)]
struct Bounded<T: Debug + Clone = u8, U = Vec<T>, const N: usize = 2>
where
    U: IntoIterator<Item = T>,
    [T; N]: Sized,
{
    array: [T; N],
    rest: U,
}

trait Graph {
    type Node;
    type Edge;
}

/// Associated types as field types, and a parameter that is not traced itself.
#[derive(Trace)]
struct Store<G: Graph> {
    nodes: Vec<Cc<G::Node>>,
    last: Option<<G as Graph>::Edge>,
}

/// Not `Trace`, and need not be.
struct Town;

#[derive(Trace)]
struct Street(u8);

impl Graph for Town {
    type Node = Node<u8>;
    type Edge = Street;
}

/// No bound for what is not traced.
#[derive(Trace)]
#[trace(acyclic)]
struct Opaque<A, B, C, D: ?Sized> {
    #[trace(skip)]
    skipped: Vec<A>,
    marker: PhantomData<B>,
    function: fn(C) -> A,
    tail: PhantomData<D>,
}

#[derive(Trace)]
enum Sometimes<T, U> {
    Traced(T),
    #[trace(skip)]
    Opaque {
        first: U,
        second: Vec<U>,
    },
}

struct NotTraced;

/// Unsized at the end.
#[derive(Trace)]
#[trace(acyclic)]
struct Tail<T: ?Sized> {
    head: u8,
    tail: T,
}

/// Nothing but bounds.
fn traced<T: Trace + ?Sized>() {}
fn acyclic<T: Acyclic + ?Sized>() {}

/// Fields can be moved out of a traced type: it has no destructor.
fn take_apart<T: Trace>(node: Node<T>) -> (T, Vec<Node<T>>) {
    (node.value, node.kids)
}

/// Local types, and one in a generic function.
fn local<T: Trace>(value: T) -> Cc<impl Trace> {
    #[derive(Trace)]
    struct Local<T> {
        value: T,
    }
    Cc::new(Local { value })
}

fn main() {
    let leaf = Node { next: None, parent: RefCell::new(None), kids: vec![], value: 1_u8 };
    let root = Node { next: Some(Cc::new(leaf)), parent: RefCell::new(None), kids: vec![], value: 2 };
    assert!(root.next.is_some() && root.parent.borrow().is_none());
    assert_eq!(take_apart(root).0, 2);

    let even = Even(Some(Box::new(Odd(Box::new(Even(None)), 1_u8))));
    assert!(Cc::new(even).0.as_ref().is_some_and(|odd| odd.1 == 1 && odd.0.0.is_none()));

    acyclic::<Tower<u8>>();
    assert!(<Tower<u8> as Trace>::is_acyclic() && !<Tower<Node<u8>> as Trace>::is_acyclic());

    let bounded: Bounded = Bounded { array: [1, 2], rest: vec![3] };
    assert_eq!(Cc::new(bounded).array.len(), 2);
    traced::<Bounded<String, Option<String>, 0>>();

    let store = Cc::new(Store::<Town> { nodes: vec![], last: Some(Street(1)) });
    assert!(store.nodes.is_empty() && store.last.as_ref().is_some_and(|street| street.0 == 1));

    traced::<Opaque<NotTraced, NotTraced, NotTraced, dyn Debug>>();
    acyclic::<Opaque<NotTraced, NotTraced, NotTraced, dyn Debug>>();
    let opaque: Opaque<NotTraced, u8, u8, str> =
        Opaque { skipped: vec![], marker: PhantomData, function: |_| NotTraced, tail: PhantomData };
    assert!(opaque.skipped.is_empty());
    let _ = (opaque.function, opaque.marker, opaque.tail);

    let sometimes = [Sometimes::Traced(1_u8), Sometimes::Opaque { first: NotTraced, second: vec![] }];
    match &*Cc::new(sometimes) {
        [Sometimes::Traced(1), Sometimes::Opaque { first: NotTraced, second }] => assert!(second.is_empty()),
        _ => unreachable!(),
    }

    traced::<Tail<[Cc<u8>]>>();
    acyclic::<Tail<Vec<u8>>>();
    let tail = Tail { head: 1, tail: 2_u8 };
    assert_eq!(tail.head + tail.tail, 3);
    drop(local(1_u8));
}
