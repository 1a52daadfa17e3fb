//! `Trace`, `Acyclic` and `Leaf` for the types of the standard library.
//!
//! One file for each way in which a type holds what it holds. All of them keep these rules:
//!
//! 1. An impl visits what the value owns, each part once. The order is that of the type's own iterator. Getting at the
//!    parts calls no user code (`Hash`, `Ord`, `Borrow`, `Deref`, `Clone`) and gives the same ones until the value is
//!    changed.
//! 2. What others may own too is opaque: `Rc`, `Arc`, their `Weak`s, references, raw pointers and the ends of channels
//!    are leaves, whatever they lead to. So is what cannot be seen from outside: closures, lazy values, most iterators,
//!    the hasher of a map. So is what may be gone already, the content of a `ManuallyDrop`, and what may be changing
//!    while it is looked at, that of an `UnsafeCell`. A cycle through one of them leaks.
//! 3. A cell that is mutably borrowed is not looked into, nor a lock that is held. The targets of the edges in it then
//!    look as if something outside the heap held them, and survive until a collection after the borrow.
//! 4. `is_acyclic` of a container is that of its contents. `Box` takes unsized contents too, which cannot be asked; it
//!    says `true` only where the content [owns nothing](owns_nothing).
//! 5. A container of [`Acyclic`](crate::Acyclic) contents is `Acyclic`, a cell or a lock only around a
//!    [`Leaf`](crate::Leaf): a `Cc` in it could be changed to close a cycle.
//! 6. No destructor here reads the contents: each only drops them. The allocator is always the global one. A type whose
//!    destructor does read them is opaque: that of a `BufWriter` writes, and so calls its content.
//! 7. What a cell lends out is the object, as far as the program is concerned, so `RefCell`, `OnceCell` and `OnceLock`
//!    have the finalizer of their content. `Cell` lends nothing. Nor do locks have it: they would be held meanwhile,
//!    and if the finalizer came back to one, it would wait for ever.
//! 8. An impl is exhaustive only where a drop of the value drops the parts that `trace` hands to
//!    [`Tracer::part`](crate::Tracer::part), and does nothing else: there is no memory to free, no destructor of its
//!    own, no part left out. What other threads may change is not exhaustive.
//!
//! For the feature `inspect`, each says in the same place what it labels and what memory it owns. What holds one value
//! is passed through: it adds no step to the path. Elements go by their positions, or by their keys. A cell or lock
//! that is not looked into is busy, if there can be anything in it that matters. Memory that others may own too is not
//! counted.
//!
//! `MaybeUninit<T>` must not have an impl. An object with one is made by `Cc::new_uninit` and its like alone, as one
//! with a `T` needs to be made. If any could be put into a `Cc`, `assume_init` would turn an untracked object, or one
//! without room for what goes with a finalizer, into one with a `T`.

/// Types that own a fixed number of parts, or one of some alternatives: `Type: [contents] [other generics] { pattern =>
/// [references to the parts] + bytes elsewhere }`. A part may have a name: `.name = reference`. In front of the braces
/// stands `exhaustive` if there is nothing to drop but the parts.
macro_rules! parts {
    (@exhaustive) => {
        #[inline]
        fn is_exhaustive(&self) -> bool {
            true
        }
    };
    ($(
        $type:ty: [$($content:ident),*] $([$($generics:tt)+])? $($exhaustive:ident)? {
            $($pattern:pat => [$($(.$name:ident =)? $part:expr),*] $(+ $bytes:expr)?),+ $(,)?
        }
    )+) => {$(
        // SAFETY: rule 1: the value owns the parts, and each is named once. Rules 6 and 8.
        unsafe impl<$($content: $crate::Trace,)* $($($generics)+)?> $crate::Trace for $type {
            #[inline]
            #[allow(unused_variables, reason = "where there are no parts, a pattern is for the bytes alone")]
            fn trace(&self, tracer: &mut $crate::Tracer<'_>) {
                match self {
                    $($pattern => { $(tracer.part($part);)* })+
                }
            }

            $(parts!(@$exhaustive);)?

            #[cfg(feature = "inspect")]
            fn trace_labelled(&self, labeller: &mut $crate::object::Labeller<'_>) {
                match self {
                    $($pattern => {
                        $(labeller.heap_bytes($bytes);)?
                        $(look!(labeller, $part $(, $name)?);)*
                    })+
                }
            }

            #[inline]
            fn is_acyclic() -> bool {
                true $(&& $content::is_acyclic())*
            }
        }

        impl<$($content: $crate::Acyclic,)* $($($generics)+)?> $crate::Acyclic for $type {}
        impl<$($content: $crate::Leaf,)* $($($generics)+)?> $crate::Leaf for $type {}
    )+};
}

/// Looks into a part, which may have a name.
#[cfg(feature = "inspect")]
macro_rules! look {
    ($labeller:ident, $part:expr) => {
        $crate::Trace::trace_labelled($part, $labeller)
    };
    ($labeller:ident, $part:expr, $name:ident) => {
        $labeller.field(stringify!($name), $part)
    };
}

#[macro_use]
mod cells;
#[macro_use]
mod containers;
mod data;
mod functions;
#[cfg(feature = "inspect")]
pub(super) mod heap_bytes;
mod io;
mod iterators;
#[macro_use]
mod locks;
mod opaque;
mod pointers;
mod system;
mod tuples;
mod wrappers;

/// Whether a `T` certainly owns no `Cc`, which would have to be dropped.
///
/// Spares containers of plain data the walk over their contents, which matters where nothing optimises it away. Where
/// it hides a `Cc` that the type forgets to drop, that leaks in any case.
pub(super) const fn owns_nothing<T: ?Sized>() -> bool {
    !std::mem::needs_drop::<T>()
}
