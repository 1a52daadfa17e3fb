//! [`Trace`](crate::object::Trace) for types that are not this crate's own.
//!
//! Owns nothing but impls: `std` has the standard library's; a foreign crate gets a small file of its own, behind the
//! feature of its name. Knows only the traits of `object`, and neither the heap nor the collector.

mod leaf;
mod std;
