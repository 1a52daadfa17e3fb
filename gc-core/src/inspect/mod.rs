//! See the heap: snapshots, what can be read from them, and leak checks. With the feature `inspect`.
//!
//! [Seeing the heap](crate::guide::seeing_the_heap) shows what to begin with.
//!
//! - [`Snapshot`] is a copy of the graph, with its edges by name. [`Object`], [`Edge`] and [`Label`] are what is in it.
//! - Read from it: [types](TypeTotals), their [growth](TypeGrowth), [paths](Path) from roots, what
//!   [keeps an object alive](Keepers), [dominators](Dominators) with retained sizes, [cycles](Cycle).
//! - Write it: for [Graphviz](Dot), [DevTools](Snapshot::write_heapsnapshot), [scripts](Snapshot::write_json_lines).
//! - [`LeakCheck`] and [`leak_check`] fail tests that leave objects behind.
//! - [`Labeller`] is for [`Trace`](crate::Trace) by hand.
//!
//! See also [`gc::health`](crate::gc::health) and [`gc::events`](crate::gc::events).

mod cycles;
mod dominators;
mod export;
mod graph;
mod leak_check;
mod paths;
mod snapshot;
mod taking;
mod totals;

pub use crate::object::Labeller;
pub use cycles::Cycle;
pub use dominators::Dominators;
pub(crate) use export::short_type_name;
pub use export::{Dot, Progress};
#[doc(hidden)]
pub use leak_check::__private;
pub use leak_check::{Leak, LeakCheck, LeakReport};
pub use paths::{Keepers, Path};
pub use snapshot::{Edge, Flags, Label, Object, ObjectId, Snapshot};
pub use totals::{Totals, TypeGrowth, TypeTotals};

/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::inspect::leak_check;
///
/// #[leak_check] // And `#[test]`, before it or after it.
/// fn numbers_add_up() {
///     let numbers = Cc::new(vec![Cc::new(1), Cc::new(2)]);
///     assert_eq!(*numbers[0] + *numbers[1], 3);
/// }
/// numbers_add_up();
///
/// #[leak_check]
/// fn helper() -> Result<(), std::num::ParseIntError> {
///     let number = Cc::new("5".parse::<u32>()?);
///     assert_eq!(*number, 5);
///     Ok(())
/// }
/// assert!(helper().is_ok());
/// ```
#[cfg(feature = "derive")]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
pub use gc_derive::leak_check;
