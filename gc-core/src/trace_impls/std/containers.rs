//! What owns any number of elements.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

use super::owns_nothing;
use crate::object::{Acyclic, Leaf, Trace, Tracer};

/// Types that own what `&Self` iterates over: `Type: [contents] [other generics]`.
macro_rules! containers {
    ($($container:ty: [$($content:ident),+] $([$($generics:tt)+])?,)+) => {$(
        // SAFETY: rule 1: the container owns what it iterates over. Rule 6.
        unsafe impl<$($content: $crate::Trace,)+ $($($generics)+)?> $crate::Trace for $container {
            #[inline]
            fn trace(&self, tracer: &mut $crate::Tracer<'_>) {
                if $crate::trace_impls::std::owns_nothing::<($($content,)+)>() {
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

        impl<$($content: $crate::Acyclic,)+ $($($generics)+)?> $crate::Acyclic for $container {}
        impl<$($content: $crate::Leaf,)+ $($($generics)+)?> $crate::Leaf for $container {}
    )+};
}

containers! {
    [T; N]: [T] [const N: usize],
    Vec<T>: [T],
    VecDeque<T>: [T],
    LinkedList<T>: [T],
    BinaryHeap<T>: [T],
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
