//! Guides.
//!
//! - [Coming from Python](coming_from_python): the same programs in both languages.

#[doc = include_str!("../guide/coming-from-python.md")]
pub mod coming_from_python {}
