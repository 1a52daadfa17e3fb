//! What owns a value or two in plain sight.

use std::cmp::Reverse;
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::panic::AssertUnwindSafe;
use std::task::Poll;

use crate::leaf;

leaf! { RangeFull }

parts! {
    Option<T>: [T] { Some(value) => [value], None => [] }
    Result<T, E>: [T, E] { Ok(value) => [value], Err(error) => [error] }
    Poll<T>: [T] { Poll::Ready(value) => [value], Poll::Pending => [] }
    ControlFlow<B, C>: [B, C] { ControlFlow::Break(value) => [value], ControlFlow::Continue(value) => [value] }
    Bound<T>: [T] { Bound::Included(value) | Bound::Excluded(value) => [value], Bound::Unbounded => [] }
    Range<T>: [T] { Range { start, end } => [.start = start, .end = end] }
    RangeFrom<T>: [T] { RangeFrom { start } => [start] }
    RangeTo<T>: [T] { RangeTo { end } => [end] }
    RangeToInclusive<T>: [T] { RangeToInclusive { end } => [end] }
    // What its iteration has left in it is no value to rely on, but a value.
    RangeInclusive<T>: [T] { range => [.start = range.start(), .end = range.end()] }
    Reverse<T>: [T] { Reverse(value) => [value] }
    Wrapping<T>: [T] { Wrapping(value) => [value] }
    Saturating<T>: [T] { Saturating(value) => [value] }
    AssertUnwindSafe<T>: [T] { AssertUnwindSafe(value) => [value] }
}
