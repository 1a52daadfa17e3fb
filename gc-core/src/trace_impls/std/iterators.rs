//! Iterators that people keep.

use std::collections::{binary_heap, btree_map, btree_set, hash_map, hash_set, linked_list, vec_deque};
use std::iter::{
    Chain, Cloned, Copied, Cycle, Empty, Enumerate, Filter, FilterMap, FromFn, Fuse, Inspect, Map, MapWhile, Once,
    OnceWith, Peekable, Repeat, RepeatN, RepeatWith, Rev, Scan, Skip, SkipWhile, StepBy, Successors, Take, TakeWhile,
    Zip,
};
use std::sync::mpsc;
use std::{array, ascii, char, option, result, slice, str, vec};

use crate::leaf;

parts! {
    vec::IntoIter<T>: [T] { iterator => [iterator.as_slice()] + size_of_val(iterator.as_slice()) }
    array::IntoIter<T, N>: [T] [const N: usize] { iterator => [iterator.as_slice()] }
}

// Rule 2: of these, what is yet to come cannot be seen without taking it.
leaf! {
    option::IntoIter<T>: [T: 'static],
    result::IntoIter<T>: [T: 'static],
    vec_deque::IntoIter<T>: [T: 'static],
    linked_list::IntoIter<T>: [T: 'static],
    binary_heap::IntoIter<T>: [T: 'static],
    btree_set::IntoIter<T>: [T: 'static],
    btree_map::IntoIter<K, V>: [K: 'static, V: 'static],
    btree_map::IntoKeys<K, V>: [K: 'static, V: 'static],
    btree_map::IntoValues<K, V>: [K: 'static, V: 'static],
    hash_set::IntoIter<T>: [T: 'static],
    hash_map::IntoIter<K, V>: [K: 'static, V: 'static],
    hash_map::IntoKeys<K, V>: [K: 'static, V: 'static],
    hash_map::IntoValues<K, V>: [K: 'static, V: 'static],
    mpsc::IntoIter<T>: [T: 'static],
}

// Nor can one see through an adapter.
leaf! {
    Chain<A, B>: [A: 'static, B: 'static],
    Cloned<I>: [I: 'static],
    Copied<I>: [I: 'static],
    Cycle<I>: [I: 'static],
    Empty<T>: [T: 'static],
    Enumerate<I>: [I: 'static],
    Filter<I, P>: [I: 'static, P: 'static],
    FilterMap<I, F>: [I: 'static, F: 'static],
    FromFn<F>: [F: 'static],
    Fuse<I>: [I: 'static],
    Inspect<I, F>: [I: 'static, F: 'static],
    Map<I, F>: [I: 'static, F: 'static],
    MapWhile<I, P>: [I: 'static, P: 'static],
    Once<T>: [T: 'static],
    OnceWith<F>: [F: 'static],
    Peekable<I>: [I: Iterator + 'static],
    Repeat<T>: [T: 'static],
    RepeatN<T>: [T: 'static],
    RepeatWith<F>: [F: 'static],
    Rev<I>: [I: 'static],
    Scan<I, S, F>: [I: 'static, S: 'static, F: 'static],
    Skip<I>: [I: 'static],
    SkipWhile<I, P>: [I: 'static, P: 'static],
    StepBy<I>: [I: 'static],
    Successors<T, F>: [T: 'static, F: 'static],
    Take<I>: [I: 'static],
    TakeWhile<I, P>: [I: 'static, P: 'static],
    Zip<A, B>: [A: 'static, B: 'static],
}

// Those over what is borrowed for ever own nothing.
leaf! {
    slice::Iter<'static, T>: [T: 'static],
    slice::IterMut<'static, T>: [T: 'static],
    slice::Chunks<'static, T>: [T: 'static],
    slice::ChunksExact<'static, T>: [T: 'static],
    slice::Windows<'static, T>: [T: 'static],
    str::Bytes<'static>,
    str::CharIndices<'static>,
    str::Chars<'static>,
    str::EncodeUtf16<'static>,
    str::Lines<'static>,
    str::SplitAsciiWhitespace<'static>,
    str::SplitWhitespace<'static>,
}

// Those over the ways to write a character, and over what a `char` or a `u16` iterator gives.
leaf! {
    ascii::EscapeDefault,
    char::EscapeDebug,
    char::EscapeDefault,
    char::EscapeUnicode,
    char::ToLowercase,
    char::ToUppercase,
    char::DecodeUtf16<I>: [I: Iterator<Item = u16> + 'static],
}
