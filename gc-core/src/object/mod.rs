//! The object as the collector sees it: a value of unknown type behind a header.
//!
//! ```text
//!            │ 16 B header                            │ value
//!            │ vtable pointer │ strong │ weak + flags │ …
//!                                                     ▲
//!                                     `Cc`, `ObjectPtr`
//! ```
//!
//! Owns the header's layout and what its two counts mean, and the erased pointer. Does not know where an object comes
//! from, which generation it is in, or when it dies.

mod finalize;
mod header;
#[cfg(feature = "inspect")]
mod label;
#[cfg(feature = "inspect")]
mod printable;
mod ptr;
mod trace;
mod vtable;

pub use finalize::Finalize;
pub(crate) use header::{Decrement, Header};
#[cfg(feature = "inspect")]
pub use label::Labeller;
#[cfg(feature = "inspect")]
pub(crate) use label::{LabelId, Labels};
pub(crate) use ptr::ObjectPtr;
pub use trace::{Acyclic, Leaf, Trace, Tracer};
pub(crate) use trace::{Edge, EdgeFilter, EdgeSink, Tally};
pub(crate) use vtable::{Opaque, Size, VTable};
