//! `Trace`, `Acyclic` and `Leaf` for the types of the standard library.
//!
//! Owns the lists of leaves, containers, cells, tuples and function pointers below, and keeps these rules:
//!
//! 1. An impl visits what the value owns, each part once. The order is that of the type's own iterator, which calls no
//!    user code (neither `Hash` nor `Ord`) and gives the same elements until the value is changed.
//! 2. What others may own too is opaque: `Rc`, `Arc`, their `Weak`s and `&'static T` are leaves, whatever they lead to.
//!    So is the hasher of a map. A cycle through one of them leaks.
//! 3. A cell that is mutably borrowed is not looked into. The targets of the edges in it then look as if something
//!    outside the heap held them, and survive until a collection after the borrow.
//! 4. `is_acyclic` of a container is that of its contents. `Box` takes unsized contents too, which cannot be asked; it
//!    says `true` only where the content [owns nothing](owns_nothing).
//! 5. A container of [`Acyclic`] contents is `Acyclic`, a cell only around a [`Leaf`]: a `Cc` in it could be changed to
//!    close a cycle.
//! 6. No destructor here reads the contents: each only drops them. The allocator is always the global one.

use std::any::TypeId;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;
use std::rc::{self, Rc};
use std::sync::{self, Arc};

use crate::object::{Acyclic, Leaf, Trace, Tracer};

/// Whether a `T` certainly owns no `Cc`, which would have to be dropped.
///
/// Spares containers of plain data the walk over their contents, which matters where nothing optimises it away. Where
/// it hides a `Cc` that the type forgets to drop, that leaks in any case.
const fn owns_nothing<T: ?Sized>() -> bool {
    !std::mem::needs_drop::<T>()
}

/// Types without edges: `Type: [generics]`.
macro_rules! leaves {
    ($($leaf:ty $(: [$($generics:tt)+])?,)+) => {$(
        // SAFETY: visits nothing.
        unsafe impl $(<$($generics)+>)? Trace for $leaf {
            #[inline]
            fn trace(&self, _: &mut Tracer<'_>) {}

            #[inline]
            fn is_acyclic() -> bool {
                true
            }
        }

        impl $(<$($generics)+>)? Acyclic for $leaf {}
        impl $(<$($generics)+>)? Leaf for $leaf {}
    )+};
}

leaves! {
    (),
    bool,
    char,
    i8, i16, i32, i64, i128, isize,
    u8, u16, u32, u64, u128, usize,
    f32, f64,
    String,
    TypeId,
    PhantomData<T>: [T: ?Sized + 'static],
    // Rule 2.
    Rc<T>: [T: ?Sized + 'static],
    rc::Weak<T>: [T: ?Sized + 'static],
    Arc<T>: [T: ?Sized + 'static],
    sync::Weak<T>: [T: ?Sized + 'static],
    &'static T: [T: ?Sized],
}

// SAFETY: visits nothing.
unsafe impl Trace for str {
    #[inline]
    fn trace(&self, _: &mut Tracer<'_>) {}
}

impl Acyclic for str {}
impl Leaf for str {}

/// Types that own what `&Self` iterates over: `Type: [contents] [other generics]`.
macro_rules! containers {
    ($($container:ty: [$($content:ident),+] $([$($generics:tt)+])?,)+) => {$(
        // SAFETY: rule 1: the container owns what it iterates over. Rule 6.
        unsafe impl<$($content: Trace,)+ $($($generics)+)?> Trace for $container {
            #[inline]
            fn trace(&self, tracer: &mut Tracer<'_>) {
                if owns_nothing::<($($content,)+)>() {
                    return;
                }
                #[allow(non_snake_case, unused_parens, reason = "an element goes by the name of its type")]
                for ($($content),+) in self {
                    $($content.trace(tracer);)+
                }
            }

            #[inline]
            fn is_acyclic() -> bool {
                $($content::is_acyclic())&&+
            }
        }

        impl<$($content: Acyclic,)+ $($($generics)+)?> Acyclic for $container {}
        impl<$($content: Leaf,)+ $($($generics)+)?> Leaf for $container {}
    )+};
}

containers! {
    [T; N]: [T] [const N: usize],
    Vec<T>: [T],
    VecDeque<T>: [T],
    BTreeSet<T>: [T],
    BTreeMap<K, V>: [K, V],
    HashSet<T, S>: [T] [S: 'static],
    HashMap<K, V, S>: [K, V] [S: 'static],
}

// SAFETY: a slice owns its elements and visits each. Rule 6.
unsafe impl<T: Trace> Trace for [T] {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        if owns_nothing::<T>() {
            return;
        }
        for element in self {
            element.trace(tracer);
        }
    }
}

impl<T: Acyclic> Acyclic for [T] {}
impl<T: Leaf> Leaf for [T] {}

// SAFETY: an option owns the value that it visits. Rule 6.
unsafe impl<T: Trace> Trace for Option<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        if let Some(value) = self {
            value.trace(tracer);
        }
    }

    #[inline]
    fn is_acyclic() -> bool {
        T::is_acyclic()
    }
}

impl<T: Acyclic> Acyclic for Option<T> {}
impl<T: Leaf> Leaf for Option<T> {}

// SAFETY: a result owns the one value that it visits. Rule 6.
unsafe impl<T: Trace, E: Trace> Trace for Result<T, E> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        match self {
            Ok(value) => value.trace(tracer),
            Err(error) => error.trace(tracer),
        }
    }

    #[inline]
    fn is_acyclic() -> bool {
        T::is_acyclic() && E::is_acyclic()
    }
}

impl<T: Acyclic, E: Acyclic> Acyclic for Result<T, E> {}
impl<T: Leaf, E: Leaf> Leaf for Result<T, E> {}

// SAFETY: a box owns the one value that it visits. Rule 6.
unsafe impl<T: Trace + ?Sized> Trace for Box<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        (**self).trace(tracer);
    }

    /// Rule 4: not `T::is_acyclic()`.
    #[inline]
    fn is_acyclic() -> bool {
        owns_nothing::<T>()
    }
}

impl<T: Acyclic + ?Sized> Acyclic for Box<T> {}
impl<T: Leaf + ?Sized> Leaf for Box<T> {}

// SAFETY: a cell owns its content and visits it, unless it is mutably borrowed. Whether it is cannot change while only
// the collector runs, so every call visits the same. Rule 6.
unsafe impl<T: Trace> Trace for RefCell<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        // Rule 3.
        if let Ok(content) = self.try_borrow() {
            content.trace(tracer);
        }
    }

    #[inline]
    fn is_acyclic() -> bool {
        T::is_acyclic()
    }

    /// The content's: what is in the cell is the object, as far as the program is concerned.
    #[inline]
    fn finalizer() -> Option<fn(&RefCell<T>)> {
        T::finalizer()?;
        Some(|cell| {
            if let (Ok(content), Some(finalizer)) = (cell.try_borrow(), T::finalizer()) {
                finalizer(&content);
            }
        })
    }
}

impl<T: Leaf> Acyclic for RefCell<T> {}
impl<T: Leaf> Leaf for RefCell<T> {}

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

// SAFETY: a cell owns its content and visits it, if there is one: while it is being initialised there is none. Rule 6.
unsafe impl<T: Trace> Trace for OnceCell<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        if let Some(content) = self.get() {
            content.trace(tracer);
        }
    }

    #[inline]
    fn is_acyclic() -> bool {
        T::is_acyclic()
    }
}

impl<T: Leaf> Acyclic for OnceCell<T> {}
impl<T: Leaf> Leaf for OnceCell<T> {}

/// Tuples of the named types, and every shorter one down to one element.
macro_rules! tuples {
    () => {};
    ($first:ident $($rest:ident)*) => {
        // SAFETY: a tuple owns its elements and visits each. Rule 6.
        unsafe impl<$first: Trace, $($rest: Trace),*> Trace for ($first, $($rest,)*) {
            #[inline]
            fn trace(&self, tracer: &mut Tracer<'_>) {
                #[expect(non_snake_case, reason = "an element goes by the name of its type")]
                let ($first, $($rest,)*) = self;
                $first.trace(tracer);
                $($rest.trace(tracer);)*
            }

            #[inline]
            fn is_acyclic() -> bool {
                $first::is_acyclic() $(&& $rest::is_acyclic())*
            }
        }

        impl<$first: Acyclic, $($rest: Acyclic),*> Acyclic for ($first, $($rest,)*) {}
        impl<$first: Leaf, $($rest: Leaf),*> Leaf for ($first, $($rest,)*) {}

        tuples!($($rest)*);
    };
}

tuples!(A B C D E F G H I J K L);

/// Function pointers with arguments of the named types, and every shorter one down to none. A pointer that takes
/// references with any lifetime (`for<'a> fn(&'a T)`) is another type, and not among them.
macro_rules! function_pointers {
    ($($argument:ident)*) => {
        leaves! { fn($($argument),*) -> Output: [$($argument: 'static,)* Output: 'static], }
        function_pointers!(@shorter $($argument)*);
    };
    (@shorter) => {};
    (@shorter $first:ident $($rest:ident)*) => {
        function_pointers!($($rest)*);
    };
}

function_pointers!(A B C D E F G H I J K L);
