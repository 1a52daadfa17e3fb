//! Guides.
//!
//! - [Coming from Python](coming_from_python): the same programs in both languages.
//! - [Coming from `Rc`](coming_from_rc): what stays, what changes, and in which order to change it.
//! - [Porting a program](porting_a_program): one that leaks with `Rc`, step by step.
//! - [Seeing the heap](seeing_the_heap): what grows, what keeps an object alive, what a test leaves behind. With the
//!   feature `inspect`.
//! - [Coming from other collectors](coming_from_other_collectors): `gcmodule`, `jrsonnet-gcmodule`, `rust-cc`, `gc`,
//!   `bacon_rajan_cc` and `dumpster`, a table for each.

#[doc = include_str!("../guide/coming-from-python.md")]
pub mod coming_from_python {}

#[doc = include_str!("../guide/coming-from-rc.md")]
pub mod coming_from_rc {}

#[doc = include_str!("../guide/porting-a-program.md")]
pub mod porting_a_program {}

#[doc = include_str!("../guide/coming-from-other-collectors.md")]
pub mod coming_from_other_collectors {}

#[cfg(feature = "inspect")]
#[cfg_attr(docsrs, doc(cfg(feature = "inspect")))]
#[doc = include_str!("../guide/seeing-the-heap.md")]
pub mod seeing_the_heap {}
