//! Tuples of up to twelve elements.

use crate::leaf;
use crate::object::{Acyclic, Leaf, Trace, Tracer};

leaf! { () }

#[cfg(feature = "inspect")]
const NAMES: [&str; 12] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];

/// Tuples of the named types, and every shorter one down to one element.
macro_rules! tuples {
    () => {};
    ($first:ident $($rest:ident)*) => {
        // SAFETY: a tuple owns its elements and visits each. Rules 6 and 8.
        unsafe impl<$first: Trace, $($rest: Trace),*> Trace for ($first, $($rest,)*) {
            #[inline]
            fn trace(&self, tracer: &mut Tracer<'_>) {
                #[expect(non_snake_case, reason = "an element goes by the name of its type")]
                let ($first, $($rest,)*) = self;
                tracer.part($first);
                $(tracer.part($rest);)*
            }

            #[inline]
            fn is_exhaustive(&self) -> bool {
                true
            }

            #[cfg(feature = "inspect")]
            fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
                #[expect(non_snake_case, reason = "an element goes by the name of its type")]
                let ($first, $($rest,)*) = self;
                let elements: &[&dyn Trace] = &[$first, $($rest),*];
                for (name, element) in NAMES.iter().zip(elements) {
                    labeller.field(name, *element);
                }
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
