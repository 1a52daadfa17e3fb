//! Slices, strings and trait objects.
//!
//! Where `Rc` has the same API, one body runs with both pointers, so that what is asserted of `Cc` is what `Rc` does.

mod by_address;
mod dyn_objects;
mod slices;
mod slices_like_rc;
mod slices_sizes;
mod strings;

use gc_core::{Cc, Trace, Weak};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::thread;

// An address and a length, or an address and a table; with a niche.
assert_eq_size!([usize; 2], Cc<[u8]>, Option<Cc<[u8]>>, Weak<[u8]>, Option<Weak<[u8]>>, Cc<str>, Option<Cc<str>>);
assert_eq_size!([usize; 2], Cc<dyn Any>, Option<Cc<dyn Any>>, Weak<dyn Any>, Option<Weak<dyn Any>>);
assert_not_impl_any!(Cc<[u8]>: Send, Sync, Copy);
assert_not_impl_any!(Cc<str>: Send, Sync, Copy);
assert_not_impl_any!(Cc<dyn Any + Send + Sync>: Send, Sync, Copy);
assert_not_impl_any!(Weak<dyn Any + Send + Sync>: Send, Sync, Copy, Default);
assert_impl_all!(Cc<[u8]>: Trace, Unpin, Default, Eq, Ord, std::hash::Hash);
assert_impl_all!(Cc<dyn Any>: Trace, Unpin);

/// What becomes of elements: how many there have been, and the numbers of the dead in the order of their deaths.
#[derive(Clone, Default)]
struct Ledger(Rc<Entries>);

#[derive(Default)]
struct Entries {
    births: Cell<usize>,
    deaths: RefCell<Vec<usize>>,
    /// The number whose next clone panics.
    unlucky: Cell<Option<usize>>,
}

impl Ledger {
    fn element(&self, number: usize) -> Counted {
        self.0.births.set(self.0.births.get() + 1);
        Counted { number, ledger: self.clone() }
    }

    /// Forgets all that have died by now, and asserts that they were these.
    #[track_caller]
    fn assert_deaths(&self, numbers: impl IntoIterator<Item = usize>) {
        let (deaths, expected) = (self.0.deaths.take(), numbers.into_iter().collect::<Vec<_>>());
        assert_eq!(deaths, expected, "the numbers of the dead");
        self.0.births.set(self.0.births.get() - deaths.len());
    }

    #[track_caller]
    fn assert_alive(&self, alive: usize) {
        assert_eq!(self.0.births.get() - self.0.deaths.borrow().len(), alive, "those alive");
    }
}

/// What is counted.
struct Counted {
    number: usize,
    ledger: Ledger,
}

impl Clone for Counted {
    fn clone(&self) -> Counted {
        if self.ledger.0.unlucky.get() == Some(self.number) {
            self.ledger.0.unlucky.take();
            resume_unwind(Box::new(self.number));
        }
        self.ledger.element(self.number)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.ledger.0.deaths.borrow_mut().push(self.number);
    }
}

/// An element that the collector looks at.
#[derive(Clone, Trace)]
struct Tracked(#[trace(skip)] Counted);

/// An element that it does not look at.
#[derive(Clone, Trace)]
#[trace(acyclic)]
struct Untracked(#[trace(skip)] Counted);

/// What the compiler does by itself to an `Rc`, in the form of [`gc_core::coerce!`].
macro_rules! coerce_rc {
    ($pointer:expr => $target:ty) => {{
        let pointer = $pointer;
        let pointer: $target = pointer;
        pointer
    }};
}
use coerce_rc;

/// The items in a module that knows a pointer as `Ptr`, and how to make it one to an unsized type as `unsize!`.
macro_rules! with_pointer {
    ($module:ident($library:path, $Ptr:ident, $coerce:path) $($items:tt)+) => {
        mod $module {
            use super::*;
            #[allow(unused_imports, reason = "not every body needs both")]
            use {$coerce as unsize, $library::{$Ptr as Ptr, Weak}};

            $($items)+
        }
    };
}
use with_pointer;

/// The items with `Rc` and with `Cc`.
macro_rules! with_both_pointers {
    ($($items:tt)+) => {
        $crate::unsized_objects::with_pointer! { rc(std::rc, Rc, crate::unsized_objects::coerce_rc) $($items)+ }
        $crate::unsized_objects::with_pointer! { cc(gc_core, Cc, gc_core::coerce) $($items)+ }
    };
}
use with_both_pointers;

/// The items with `Rc`, with `Cc` for elements that the collector looks at, and for such that it does not.
macro_rules! with_each_element {
    ($($items:tt)+) => {
        $crate::unsized_objects::with_pointer! {
            rc(std::rc, Rc, crate::unsized_objects::coerce_rc)
            use crate::unsized_objects::Tracked as Element;
            $($items)+
        }
        $crate::unsized_objects::with_pointer! {
            tracked(gc_core, Cc, gc_core::coerce)
            use crate::unsized_objects::Tracked as Element;
            $($items)+
        }
        $crate::unsized_objects::with_pointer! {
            untracked(gc_core, Cc, gc_core::coerce)
            use crate::unsized_objects::Untracked as Element;
            $($items)+
        }
    };
}
use with_each_element;

/// What the pointers in a slice, or behind a trait object, lead to, and what leads back.
#[derive(Trace)]
struct Hub<P: Trace> {
    spokes: RefCell<Option<P>>,
    #[trace(skip)]
    counted: Counted,
}

impl<P: Trace> Hub<P> {
    fn new(ledger: &Ledger) -> Cc<Hub<P>> {
        Cc::new(Hub { spokes: RefCell::default(), counted: ledger.element(0) })
    }
}

/// A cycle, with the two pointers that keep it alive.
struct Wheel<P: Trace> {
    hub: Cc<Hub<P>>,
    spokes: P,
}

impl<P: Trace + Clone> Wheel<P> {
    fn new(ledger: &Ledger, spokes: impl FnOnce(&Cc<Hub<P>>) -> P) -> Wheel<P> {
        let hub = Hub::new(ledger);
        let spokes = spokes(&hub);
        hub.spokes.replace(Some(spokes.clone()));
        Wheel { hub, spokes }
    }
}

/// What `f` panics with.
#[track_caller]
fn panic_of<R>(f: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(f)).err().expect("a panic")
}

/// Runs `f` on a thread with a stack of so many bytes.
fn on_a_stack(bytes: usize, f: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(bytes).spawn(f).expect("a thread").join().expect("no panic");
}
