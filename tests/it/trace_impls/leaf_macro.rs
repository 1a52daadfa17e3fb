//! `leaf!`, in a crate that forbids `unsafe`.

use std::cell::RefCell;
use std::fmt::Display;

use super::{Id, Log};
use gc_core::{Acyclic, Cc, Leaf, Trace, collect, gc, leaf};
use static_assertions::{assert_impl_all, assert_not_impl_any};

struct Plain;
struct Generic<T: ?Sized, const N: usize>([u8; N], Box<T>);
struct Bounded<T: Display>(T);
struct Unsized(#[expect(dead_code, reason = "it is there to be unsized")] str);
trait Object {}

leaf!(Plain);
leaf!(Generic<T, N>: [T: ?Sized + 'static, const N: usize], Bounded<T>: [T: Display + 'static]);
leaf! {
    Unsized,
    dyn Object,
    dyn Object + Send,
}
leaf! {
    #[cfg(any())]
    NoSuchType,
}
leaf! {}

assert_impl_all!(Plain: Trace, Acyclic, Leaf);
assert_impl_all!(Generic<dyn Display, 3>: Trace, Acyclic, Leaf);
assert_impl_all!(Bounded<String>: Trace, Acyclic, Leaf);
assert_impl_all!(Unsized: Trace, Acyclic, Leaf);
assert_impl_all!(dyn Object: Trace, Acyclic, Leaf);
assert_impl_all!(dyn Object + Send: Trace, Acyclic, Leaf);
assert_impl_all!(Box<dyn Object>: Trace, Acyclic, Leaf);
assert_not_impl_any!(dyn Object + Sync: Trace);

#[test]
fn leaves_are_untracked() {
    gc::disable();
    assert!(!gc::is_tracked(&Cc::new(Plain)));
    let generic = Cc::new(Generic::<dyn Display, 2>([1, 2], Box::new(3)));
    assert!(!gc::is_tracked(&generic));
    assert_eq!(format!("{:?} {}", generic.0, generic.1), "[1, 2] 3");
    let bounded = Cc::new(Bounded("text"));
    assert!(!gc::is_tracked(&bounded));
    assert_eq!(bounded.0.to_string(), "text");
}

/// What the derive would refuse: a destructor that follows a `Cc`.
struct Follows {
    link: RefCell<Option<Cc<Follows>>>,
    id: Id,
}

impl Drop for Follows {
    fn drop(&mut self) {
        if let Some(next) = &*self.link.borrow() {
            assert!(!next.id.1.sorted().contains(&next.id.0), "what a leaf points to is alive");
        }
    }
}

leaf!(Follows);

#[test]
fn pointers_in_a_leaf_leak_and_do_nothing_worse() {
    gc::disable();
    let log = Log::default();
    let [a, b] = [0, 1].map(|id| Cc::new(Follows { link: RefCell::default(), id: Id(id, log.clone()) }));
    a.link.replace(Some(b.clone()));
    b.link.replace(Some(a.clone()));
    let weak = Cc::downgrade(&a);
    drop((a, b));
    assert_eq!(collect(), 0);
    assert_eq!(log.sorted(), [0; 0]);

    let b = weak.upgrade().expect("it leaks").link.take();
    drop(b);
    assert_eq!(log.sorted(), [0, 1]);
}

/// Where nothing is in scope, and everything is called something else.
#[no_implicit_prelude]
#[deny(warnings)]
mod bare {
    #[expect(non_camel_case_types, reason = "it is in the way")]
    pub(super) struct bool;
    pub(super) struct Trace;
    pub(super) struct Sized<T>(pub(super) T);

    ::gc_core::leaf! { bool, Trace, Sized<T>: [T: 'static] }
}

#[test]
fn leaves_need_no_names_in_scope() {
    gc::disable();
    assert!(!gc::is_tracked(&Cc::new((bare::bool, bare::Trace))));
    assert_eq!(Cc::new(bare::Sized(5)).0, 5);
}
