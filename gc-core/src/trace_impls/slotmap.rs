//! `slotmap`: a map owns its values. A key is plain data, and made by nothing but a conversion: `Key` is `unsafe` to
//! implement. A type that `new_key_type!` makes belongs to the crate that calls it, which says
//! `gc_core::leaf!(ThatType);` where it has keys in fields.

#![allow(deprecated, reason = "a `HopSlotMap` is, from 1.1, and still in use")]

use std::hash::BuildHasher;

use slotmap::{DefaultKey, DenseSlotMap, HopSlotMap, Key, KeyData, SecondaryMap, SlotMap, SparseSecondaryMap};

#[cfg(feature = "inspect")]
use super::std::heap_bytes::{of_array, of_table};
use crate::leaf;

via_methods! {
    // Keys, values and slots are apart.
    DenseSlotMap<K, V>: [V] [K: Key + 'static] |map| map.values() => of_array::<(K, V, [u32; 2])>(map.capacity());
    HopSlotMap<K, V>: [V] [K: Key + 'static] |map| map.values() => of_array::<(V, u32)>(map.capacity());
    SecondaryMap<K, V>: [V] [K: Key + 'static] |map| map.values() => of_array::<(V, u32)>(map.capacity());
    SlotMap<K, V>: [V] [K: Key + 'static] |map| map.values() => of_array::<(V, u32)>(map.capacity());
    SparseSecondaryMap<K, V, S>: [V] [K: Key + 'static, S: BuildHasher + 'static]
        |map| map.values() => of_table::<(u32, u32, V)>(map.capacity());
}

leaf! { DefaultKey, KeyData }
