//! Functions of up to twelve arguments: pointers to them, and closures behind a `dyn`. What a closure has captured is
//! out of sight (rule 2).
//!
//! One that takes references with any lifetime (`fn(&T)`, which is `for<'a> fn(&'a T)`) is of another type, and not
//! among them: an impl for those would overlap with the ones here, in a way that the compiler may cease to allow.

use crate::leaf;

/// Functions with arguments of the named types, and with every shorter list down to none. The documentation lists the
/// longest.
macro_rules! functions {
    (@leaves shown $generics:tt $($function:ty,)+) => {
        leaf! { $($function: $generics,)+ }
    };
    (@leaves hidden $generics:tt $($function:ty,)+) => {
        leaf! { $(#[doc(hidden)] $function: $generics,)+ }
    };
    (@shorter) => {};
    (@shorter $first:ident $($rest:ident)*) => {
        functions!(@hidden $($rest)*);
    };
    (@$documented:ident $($argument:ident)*) => {
        functions! { @leaves $documented [$($argument: 'static,)* Output: 'static]
            fn($($argument),*) -> Output,
            unsafe fn($($argument),*) -> Output,
            extern "C" fn($($argument),*) -> Output,
            unsafe extern "C" fn($($argument),*) -> Output,
            dyn Fn($($argument),*) -> Output,
            dyn Fn($($argument),*) -> Output + Send,
            dyn Fn($($argument),*) -> Output + Send + Sync,
            dyn FnMut($($argument),*) -> Output,
            dyn FnMut($($argument),*) -> Output + Send,
            dyn FnMut($($argument),*) -> Output + Send + Sync,
            dyn FnOnce($($argument),*) -> Output,
            dyn FnOnce($($argument),*) -> Output + Send,
            dyn FnOnce($($argument),*) -> Output + Send + Sync,
        }
        functions!(@shorter $($argument)*);
    };
}

functions!(@shown A B C D E F G H I J K L);
