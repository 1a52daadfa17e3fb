//! What owns any number of elements.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

#[cfg(feature = "inspect")]
use super::heap_bytes::{of_array, of_list, of_table, of_tree};
use super::owns_nothing;
use crate::object::{Acyclic, Leaf, Trace, Tracer};

/// Types that own what `&Self` iterates over: `Type: [contents] [other generics] => |value| bytes elsewhere`. Before
/// the arrow stands `exhaustive` if there is nothing to drop but the contents.
macro_rules! containers {
    (@exhaustive) => {
        #[inline]
        fn is_exhaustive(&self) -> bool {
            true
        }
    };
    ($(
        $container:ty: [$($content:ident),+] $([$($generics:tt)+])? $($exhaustive:ident)? $(=> |$value:ident| $bytes:expr)?,
    )+) => {$(
        // SAFETY: rule 1: the container owns what it iterates over. Rules 6 and 8.
        unsafe impl<$($content: $crate::Trace,)+ $($($generics)+)?> $crate::Trace for $container {
            #[inline]
            fn trace(&self, tracer: &mut $crate::Tracer<'_>) {
                if $crate::trace_impls::std::owns_nothing::<($($content,)+)>() {
                    return;
                }
                #[allow(non_snake_case, unused_parens, reason = "an element goes by the name of its type")]
                for ($($content),+) in self {
                    $(tracer.part($content);)+
                }
            }

            $(containers!(@$exhaustive);)?

            #[cfg(feature = "inspect")]
            fn trace_labelled(&self, labeller: &mut $crate::object::Labeller<'_>) {
                $(
                    let $value = self;
                    labeller.heap_bytes($bytes);
                )?
                if $crate::trace_impls::std::owns_nothing::<($($content,)+)>() {
                    return;
                }
                #[allow(non_snake_case, unused_parens, reason = "an element goes by the name of its type")]
                for (index, ($($content),+)) in self.into_iter().enumerate() {
                    look_at_entry!(labeller, index, $($content),+);
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

/// Looks into an element, or into the key and the value of an entry.
#[cfg(feature = "inspect")]
macro_rules! look_at_entry {
    ($labeller:ident, $index:ident, $element:ident) => {
        $labeller.element($index, $element)
    };
    ($labeller:ident, $index:ident, $key:ident, $value:ident) => {
        $labeller.entry($index, $key, $value)
    };
}

containers! {
    [T; N]: [T] [const N: usize] exhaustive,
    Vec<T>: [T] => |vec| of_array::<T>(vec.capacity()),
    VecDeque<T>: [T] => |deque| of_array::<T>(deque.capacity()),
    LinkedList<T>: [T] => |list| of_list::<T>(list.len()),
    BinaryHeap<T>: [T] => |heap| of_array::<T>(heap.capacity()),
    BTreeSet<T>: [T] => |set| of_tree::<T>(set.len()),
    BTreeMap<K, V>: [K, V] => |map| of_tree::<(K, V)>(map.len()),
    HashSet<T, S>: [T] [S: 'static] => |set| of_table::<T>(set.capacity()),
    HashMap<K, V, S>: [K, V] [S: 'static] => |map| of_table::<(K, V)>(map.capacity()),
}

// SAFETY: a slice owns its elements and visits each. Rules 6 and 8.
unsafe impl<T: Trace> Trace for [T] {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        if owns_nothing::<T>() {
            return;
        }
        for element in self {
            tracer.part(element);
        }
    }

    #[inline]
    fn is_exhaustive(&self) -> bool {
        true
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        if !owns_nothing::<T>() {
            labeller.elements(self);
        }
    }
}

impl<T: Acyclic> Acyclic for [T] {}
impl<T: Leaf> Leaf for [T] {}
