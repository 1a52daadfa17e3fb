//! Cells, which belong to one thread, and `OnceLock`, which no thread holds.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::OnceLock;

use crate::object::{Acyclic, Leaf, Trace, Tracer};

/// Cells that lend their content, to the finalizer too (rule 7): `Type: [other generics] cell => Option<reference or
/// guard>`.
macro_rules! lending_cells {
    ($($type:ty: $([$($generics:tt)+])? $cell:ident => $content:expr,)+) => {$(
        // SAFETY: a cell owns its content and visits it, if it has one and nobody is changing it. Whether it has, and
        // whether somebody is, cannot change while only the collector runs, so every call visits the same: another
        // thread can reach the cell only if a `T` may be shared between threads, and then it owns no `Cc`. Rule 6.
        unsafe impl<T: $crate::Trace, $($($generics)+)?> $crate::Trace for $type {
            #[inline]
            fn trace(&self, tracer: &mut $crate::Tracer<'_>) {
                let $cell = self;
                // Rule 3.
                if let Some(content) = $content {
                    T::trace(&content, tracer);
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
                    if let (Some(content), Some(finalizer)) = ($content, T::finalizer()) {
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
    RefCell<T>: cell => cell.try_borrow().ok(),
    // While it is being initialised it is empty.
    OnceCell<T>: cell => cell.get(),
    OnceLock<T>: cell => cell.get(),
}

// SAFETY: a cell owns its content and visits it. Rule 6.
unsafe impl<T: Trace> Trace for Cell<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        // SAFETY: the pointer is valid for reads for as long as `self`. While there is a `&Cell` nobody holds a
        // reference to its content; none of its methods calls out while it is moving the content, so a collection
        // never meets one halfway; and the only code that runs while `content` lives is `T::trace`, which may not
        // change what it traces.
        let content = unsafe { &*self.as_ptr() };
        content.trace(tracer);
    }

    #[inline]
    fn is_acyclic() -> bool {
        T::is_acyclic()
    }
}

impl<T: Leaf> Acyclic for Cell<T> {}
impl<T: Leaf> Leaf for Cell<T> {}
