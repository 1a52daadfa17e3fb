//! Cells, which belong to one thread, and `OnceLock`, which no thread holds.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::OnceLock;

use crate::object::{Acyclic, Leaf, Trace, Tracer};

/// Cells that lend their content, to the finalizer too (rule 7): `Type: [other generics] cell => a reference, if there
/// is something to trace; a reference or guard, if there is something to lend to others; whether there is nothing else
/// to drop, nor will be while another thread runs`. Those that do not always lend what they have say `else busy`.
macro_rules! lending_cells {
    ($(
        $type:ty: $([$($generics:tt)+])?
            $cell:ident => $content:expr; $lent:expr; $exhaustive:literal $(, else $busy:ident)?;
    )+) => {$(
        // SAFETY: a cell owns its content and visits it, if it has one and nobody is changing it. Whether it has, and
        // whether somebody is, cannot change while only the collector runs, so every call visits the same: another
        // thread can reach the cell only if a `T` may be shared between threads, and then it owns no `Cc`. Rules 6 and
        // 8.
        unsafe impl<T: $crate::Trace, $($($generics)+)?> $crate::Trace for $type {
            #[inline]
            fn trace(&self, tracer: &mut $crate::Tracer<'_>) {
                let $cell = self;
                match $content {
                    Some(content) => tracer.part::<T>(content),
                    // Rule 3.
                    None => { $(tracer.$busy())? }
                }
            }

            #[inline]
            fn is_exhaustive(&self) -> bool {
                $exhaustive
            }

            #[cfg(feature = "inspect")]
            fn trace_labelled(&self, labeller: &mut $crate::object::Labeller<'_>) {
                let $cell = self;
                if $crate::trace_impls::std::owns_nothing::<T>() {
                    return;
                }
                match $lent {
                    Some(content) => T::trace_labelled(&content, labeller),
                    None => { $(labeller.$busy())? }
                }
            }

            #[inline]
            fn is_acyclic() -> bool {
                T::is_acyclic()
            }

            #[inline]
            fn finalizer() -> Option<fn(&$type)> {
                T::finalizer()?;
                Some(|$cell| {
                    if let (Some(content), Some(finalizer)) = ($lent, T::finalizer()) {
                        finalizer(&content);
                    }
                })
            }
        }

        impl<T: $crate::Leaf, $($($generics)+)?> $crate::Acyclic for $type {}
        impl<T: $crate::Leaf, $($($generics)+)?> $crate::Leaf for $type {}
    )+};
}

lending_cells! {
    // SAFETY: the only code that runs while the reference lives is `T::trace`, which may not change what it traces.
    RefCell<T>: cell => unsafe { cell.try_borrow_unguarded() }.ok(); cell.try_borrow().ok(); true, else busy;
    // While it is being initialised it is empty.
    OnceCell<T>: cell => cell.get(); cell.get(); true;
    OnceLock<T>: cell => cell.get(); cell.get(); false;
}

// SAFETY: a cell owns its content and visits it. Rules 6 and 8.
unsafe impl<T: Trace> Trace for Cell<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        // SAFETY: the only code that runs while `content` lives is `T::trace`, which may not change what it traces.
        let content = unsafe { content(self) };
        tracer.part(content);
    }

    #[inline]
    fn is_exhaustive(&self) -> bool {
        true
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        // SAFETY: as above; the rules are the same for `T::trace_labelled`.
        let content = unsafe { content(self) };
        content.trace_labelled(labeller);
    }

    #[inline]
    fn is_acyclic() -> bool {
        T::is_acyclic()
    }
}

/// The content of a cell.
///
/// # Safety
///
/// While the reference lives, no code runs that changes the cell.
#[inline]
unsafe fn content<T>(cell: &Cell<T>) -> &T {
    // SAFETY: the pointer is valid for reads for as long as `cell`. While there is a `&Cell` nobody holds a reference
    // to its content, and none of its methods calls out while it is moving the content, so a collection never meets one
    // halfway. The rest is the caller's promise.
    unsafe { &*cell.as_ptr() }
}

impl<T: Leaf> Acyclic for Cell<T> {}
impl<T: Leaf> Leaf for Cell<T> {}
