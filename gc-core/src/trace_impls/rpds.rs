//! `rpds`: versions of a persistent container share their elements, behind counts.
//!
//! So no single one of them owns the elements, and visiting them from each would report one `Cc` several times
//! (rule 2). They are opaque: a cycle through one of them leaks.

use std::hash::{BuildHasher, Hash};

use archery::SharedPointerKind;
use rpds::{HashTrieMap, HashTrieSet, List, Queue, RedBlackTreeMap, RedBlackTreeSet, Stack, Vector};

use crate::leaf;

leaf! {
    /// Opaque: versions share their elements.
    HashTrieMap<K, V, P, S>: [
        K: Eq + Hash + 'static, V: 'static, P: SharedPointerKind + 'static, S: BuildHasher + Clone + 'static
    ],
    /// Opaque: versions share their elements.
    HashTrieSet<T, P, S>: [T: Eq + Hash + 'static, P: SharedPointerKind + 'static, S: BuildHasher + Clone + 'static],
    /// Opaque: versions share their elements.
    List<T, P>: [T: 'static, P: SharedPointerKind + 'static],
    /// Opaque: versions share their elements.
    Queue<T, P>: [T: 'static, P: SharedPointerKind + 'static],
    /// Opaque: versions share their elements.
    RedBlackTreeMap<K, V, P>: [K: Ord + 'static, V: 'static, P: SharedPointerKind + 'static],
    /// Opaque: versions share their elements.
    RedBlackTreeSet<T, P>: [T: Ord + 'static, P: SharedPointerKind + 'static],
    /// Opaque: versions share their elements.
    Stack<T, P>: [T: 'static, P: SharedPointerKind + 'static],
    /// Opaque: versions share their elements.
    Vector<T, P>: [T: 'static, P: SharedPointerKind + 'static],
}
