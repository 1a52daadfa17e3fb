//! `indexmap`: its maps and sets own what they iterate over, in the order of insertion.

use indexmap::{IndexMap, IndexSet};

#[cfg(feature = "inspect")]
use super::std::heap_bytes::{of_array, of_table};

containers! {
    IndexMap<K, V, S>: [K, V] [S: 'static] => |map| bytes::<(K, V)>(map.capacity()),
    IndexSet<T, S>: [T] [S: 'static] => |set| bytes::<T>(set.capacity()),
}

/// The entries, each with its hash, and the table of their positions.
#[cfg(feature = "inspect")]
fn bytes<T>(capacity: usize) -> usize {
    of_array::<(usize, T)>(capacity) + of_table::<usize>(capacity)
}
