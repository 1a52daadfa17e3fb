//! `smallvec`: a `SmallVec` owns its elements. An `Array` is `unsafe` to implement, and does nothing but tell its size.

use smallvec::{Array, SmallVec};

containers! {
    SmallVec<A>: [T] [A: Array<Item = T> + 'static]
        => |vec| if vec.spilled() { vec.capacity() * size_of::<T>() } else { 0 },
}
