//! `hashbrown`: its maps and sets own what they iterate over, as those of `std` do.

use hashbrown::{HashMap, HashSet, HashTable};

#[cfg(feature = "inspect")]
use super::std::heap_bytes::of_table;

containers! {
    HashMap<K, V, S>: [K, V] [S: 'static] => |map| of_table::<(K, V)>(map.capacity()),
    HashSet<T, S>: [T] [S: 'static] => |set| of_table::<T>(set.capacity()),
    HashTable<T>: [T] => |table| table.allocation_size(),
}
