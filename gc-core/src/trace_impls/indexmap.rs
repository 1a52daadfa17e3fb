//! `indexmap`: its maps and sets own what they iterate over, in the order of insertion.

use indexmap::{IndexMap, IndexSet};

containers! {
    IndexMap<K, V, S>: [K, V] [S: 'static],
    IndexSet<T, S>: [T] [S: 'static],
}
