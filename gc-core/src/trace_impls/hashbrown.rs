//! `hashbrown`: its maps and sets own what they iterate over, as those of `std` do.

use hashbrown::{HashMap, HashSet, HashTable};

containers! {
    HashMap<K, V, S>: [K, V] [S: 'static],
    HashSet<T, S>: [T] [S: 'static],
    HashTable<T>: [T],
}
