//! `slotmap`: a map owns its values. A key is plain data, and made by nothing but a conversion: `Key` is `unsafe` to
//! implement. A type that `new_key_type!` makes belongs to the crate that calls it, which says
//! `gc_core::leaf!(ThatType);` where it has keys in fields.

#![allow(deprecated, reason = "a `HopSlotMap` is, from 1.1, and still in use")]

use std::hash::BuildHasher;

use slotmap::{DefaultKey, DenseSlotMap, HopSlotMap, Key, KeyData, SecondaryMap, SlotMap, SparseSecondaryMap};

use crate::leaf;

via_methods! {
    DenseSlotMap<K, V>: [V] [K: Key + 'static] |map| map.values();
    HopSlotMap<K, V>: [V] [K: Key + 'static] |map| map.values();
    SecondaryMap<K, V>: [V] [K: Key + 'static] |map| map.values();
    SlotMap<K, V>: [V] [K: Key + 'static] |map| map.values();
    SparseSecondaryMap<K, V, S>: [V] [K: Key + 'static, S: BuildHasher + 'static] |map| map.values();
}

leaf! { DefaultKey, KeyData }
