//! What owns a value or two in plain sight.

use std::cmp::Reverse;
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::panic::AssertUnwindSafe;
use std::task::Poll;

use crate::leaf;

leaf! { RangeFull }

parts! {
    Option<T>: [T] exhaustive { Some(value) => [value], None => [] }
    Result<T, E>: [T, E] exhaustive { Ok(value) => [value], Err(error) => [error] }
    Poll<T>: [T] exhaustive { Poll::Ready(value) => [value], Poll::Pending => [] }
    ControlFlow<B, C>: [B, C] exhaustive { ControlFlow::Break(value) => [value], ControlFlow::Continue(value) => [value] }
    Bound<T>: [T] exhaustive { Bound::Included(value) | Bound::Excluded(value) => [value], Bound::Unbounded => [] }
    Range<T>: [T] exhaustive { Range { start, end } => [.start = start, .end = end] }
    RangeFrom<T>: [T] exhaustive { RangeFrom { start } => [start] }
    RangeTo<T>: [T] exhaustive { RangeTo { end } => [end] }
    RangeToInclusive<T>: [T] exhaustive { RangeToInclusive { end } => [end] }
    // What its iteration has left in it is no value to rely on, but a value.
    RangeInclusive<T>: [T] exhaustive { range => [.start = range.start(), .end = range.end()] }
    Reverse<T>: [T] exhaustive { Reverse(value) => [value] }
    Wrapping<T>: [T] exhaustive { Wrapping(value) => [value] }
    Saturating<T>: [T] exhaustive { Saturating(value) => [value] }
    AssertUnwindSafe<T>: [T] exhaustive { AssertUnwindSafe(value) => [value] }
}
