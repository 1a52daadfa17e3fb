//! `arrayvec`: an `ArrayVec` owns its elements; an `ArrayString` holds no `Cc`.

use arrayvec::{ArrayString, ArrayVec};

use crate::leaf;

containers! { ArrayVec<T, N>: [T] [const N: usize], }

leaf! { ArrayString<N>: [const N: usize] }
