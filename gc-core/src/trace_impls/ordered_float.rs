//! `ordered-float`: numbers. What has the arithmetic of a float is `Copy`, and so holds no `Cc`.

use ordered_float::{FloatIsNan, NotNan, OrderedFloat};

use crate::leaf;

parts! {
    OrderedFloat<T>: [T] { OrderedFloat(number) => [number] }
}

leaf! { FloatIsNan, NotNan<T>: [T: 'static] }
