//! Which bounds the derive asks for: those that its calls need, and no others.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;

use gc_core::weak::{Ephemeron, WeakSet};
use gc_core::{Acyclic, Cc, Trace, Weak, collect, gc};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use super::{Drops, Mark, Slot, fill, start};

/// Anything but `Trace`.
struct NotTrace;

#[derive(Trace)]
struct Skipped<T> {
    #[trace(skip)]
    skipped: Vec<T>,
}
assert_impl_all!(Skipped<NotTrace>: Trace);

#[derive(Trace)]
#[expect(dead_code, reason = "only its bounds are of interest")]
enum SkippedVariant<T, U> {
    #[trace(skip)]
    Skipped(T, U),
    Traced(U),
}
assert_impl_all!(SkippedVariant<NotTrace, u8>: Trace);
assert_not_impl_any!(SkippedVariant<u8, NotTrace>: Trace);

/// A pointer is traced, or not, whatever it points to.
#[derive(Trace)]
struct Pointers<A, B, C, D, E, F> {
    cc: RefCell<Vec<Cc<A>>>,
    weak: Option<Weak<B>>,
    rc: Rc<C>,
    set: WeakSet<D>,
    ephemeron: Ephemeron<E, F>,
}
assert_impl_all!(Pointers<NotTrace, NotTrace, NotTrace, NotTrace, NotTrace, NotTrace>: Trace);

/// Nor is anything of theirs held by what is borrowed for ever, by functions, and by what stands behind a trait.
#[derive(Trace)]
#[allow(dead_code, reason = "only its bounds are of interest")]
struct Unheld<A: 'static, B, C, D>(&'static [A], fn(B) -> B, Box<dyn Source<C>>, PhantomData<D>);
assert_impl_all!(Unheld<NotTrace, NotTrace, NotTrace, NotTrace>: Trace);

trait Source<T>: Trace {}

#[derive(Trace)]
struct Map<K, V, S>(HashMap<K, V, S>);
assert_impl_all!(Map<u8, u8, NotTrace>: Trace);
assert_not_impl_any!(Map<NotTrace, u8, NotTrace>: Trace);
assert_not_impl_any!(Map<u8, NotTrace, NotTrace>: Trace);

#[derive(Trace)]
struct Held<A, B, C, const N: usize>([Option<A>; N], (u8, Box<B>), Result<C, C>);
assert_impl_all!(Held<u8, u8, u8, 2>: Trace);
assert_not_impl_any!(Held<NotTrace, u8, u8, 2>: Trace);
assert_not_impl_any!(Held<u8, NotTrace, u8, 2>: Trace);
assert_not_impl_any!(Held<u8, u8, NotTrace, 2>: Trace);

/// What it says itself holds for the implementation, and what the fields need comes on top.
#[derive(Trace)]
struct Bounded<T: Clone = String, U = Vec<T>>(T, U)
where
    U: IntoIterator<Item = T>,
    Self: Sized;
assert_impl_all!(Bounded: Trace);
assert_not_impl_any!(Bounded<u8, NotTrace>: Trace);

impl IntoIterator for NotTrace {
    type Item = u8;
    type IntoIter = std::iter::Empty<u8>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::empty()
    }
}

trait Graph: 'static {
    type Node;
    type Edge;
}

impl Graph for NotTrace {
    type Node = u8;
    type Edge = NotTrace;
}

/// Not the parameter, but what is taken from it.
#[derive(Trace)]
struct Nodes<G: Graph>(Vec<G::Node>, Vec<Cc<G::Edge>>);
assert_impl_all!(Nodes<NotTrace>: Trace);

#[derive(Trace)]
struct Edges<G: Graph>(Vec<<G as Graph>::Edge>);
assert_not_impl_any!(Edges<NotTrace>: Trace);

/// Recursive with an ever larger argument, so that a bound on the field's type would have no end. (No program can have
/// a value of it, for its destructor has none either.)
#[derive(Trace)]
struct Tower<T>(Option<Cc<Tower<Vec<T>>>>, T);
assert_impl_all!(Tower<u8>: Trace);
assert_not_impl_any!(Tower<NotTrace>: Trace);

/// `Trace` asks nothing of what is behind a `Cc`, and `Acyclic` asks for everything.
#[derive(Trace)]
#[trace(acyclic)]
struct List<T, U>(Cc<T>, Option<Cc<List<T, U>>>, PhantomData<U>);
assert_impl_all!(List<u8, NotTrace>: Acyclic);
assert_impl_all!(List<Slot<u8>, NotTrace>: Trace);
assert_not_impl_any!(List<Slot<u8>, NotTrace>: Acyclic);

/// A name that the derive does not know, so that it takes the parameter for held.
#[derive(Trace)]
#[trace(acyclic)]
struct Tag<T>(PhantomData<T>);

#[derive(Trace)]
struct Guessed<T>(Tag<T>);
assert_not_impl_any!(Guessed<NotTrace>: Trace);

#[derive(Trace)]
#[trace(bound = "")]
struct Unbound<T>(Tag<T>);
assert_impl_all!(Unbound<NotTrace>: Trace);

#[test]
fn a_bound_replaces_what_the_fields_seem_to_need() {
    #[derive(Trace)]
    #[trace(bound = "B::Owned: Trace")]
    struct Text<B: ToOwned + ?Sized + 'static> {
        text: RefCell<Cow<'static, B>>,
        _mark: Mark,
    }

    /// Not `Trace`, and need not be.
    #[derive(Default)]
    struct Borrowed;

    #[derive(Trace)]
    struct Owned(Slot<Text<Borrowed>>);

    impl std::borrow::Borrow<Borrowed> for Owned {
        fn borrow(&self) -> &Borrowed {
            &Borrowed
        }
    }

    impl ToOwned for Borrowed {
        type Owned = Owned;

        fn to_owned(&self) -> Owned {
            Owned(Slot::default())
        }
    }

    let drops = start();
    let text = Cc::new(Text { text: RefCell::new(Cow::Borrowed(&Borrowed)), _mark: drops.mark() });
    let owned = Owned(Slot::default());
    fill(&owned.0, &text);
    text.text.replace(Cow::Owned(owned));
    drop(text);
    drops.assert_collected(1);
}

#[test]
fn no_bound_at_all_changes_nothing_that_is_visited() {
    #[derive(Trace)]
    #[trace(bound = "")]
    struct Node<T> {
        _tag: Tag<T>,
        next: Slot<Node<T>>,
        _mark: Mark,
    }

    let drops = start();
    let node = Cc::new(Node { _tag: Tag::<NotTrace>(PhantomData), next: Slot::default(), _mark: drops.mark() });
    fill(&node.next, &node);
    drop(node);
    drops.assert_collected(1);
}

#[test]
fn a_bound_holds_for_acyclic_as_well() {
    #[derive(Trace)]
    #[trace(acyclic, bound = "")]
    struct Tagged<T>(Tag<T>, Mark);

    #[derive(Trace)]
    #[trace(acyclic, bound = "T: Acyclic")]
    struct Shared<T>(Cc<T>, Mark);
    assert_not_impl_any!(Shared<Slot<u8>>: Trace);

    fn untracked<T: Acyclic>(value: T) -> Cc<T> {
        let object = Cc::new(value);
        assert!(!gc::is_tracked(&object));
        object
    }

    let drops: Drops = start();
    let tagged = untracked(Tagged(Unbound(Tag(PhantomData::<NotTrace>)).0, drops.mark()));
    let shared = untracked(Shared(Cc::new(Guessed(Tag(PhantomData::<u8>)).0), drops.mark()));
    assert_eq!((Rc::strong_count(&tagged.1), Cc::strong_count(&shared.0)), (1, 1));
    assert_eq!(collect(), 0);
    drop((tagged, shared));
    drops.assert_freed(2);
}
