#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(feature = "nightly", feature(coerce_unsized, dispatch_from_dyn, pin_coerce_unsized_trait, unsize))]

// The modules in which there is unsafe code, and why.
#[expect(unsafe_code, reason = "typed pointers over erased objects")]
mod cc;
#[expect(unsafe_code, reason = "reads and drops values of unknown type")]
mod collect;
pub mod gc;
pub mod guide;
#[expect(unsafe_code, reason = "finds blocks and side words by address")]
mod heap;
#[cfg(feature = "inspect")]
#[cfg_attr(docsrs, doc(cfg(feature = "inspect")))]
pub mod inspect;
#[expect(unsafe_code, reason = "headers in front of values of unknown type")]
mod object;
#[expect(unsafe_code, reason = "an instruction of the processor")]
mod prefetch;
#[expect(unsafe_code, reason = "memory of blocks and slots")]
mod slab;
#[expect(unsafe_code, reason = "`Trace` is an unsafe trait")]
mod trace_impls;
#[expect(unsafe_code, reason = "`Trace` is an unsafe trait")]
pub mod weak;

pub use cc::{AllocError, AnyCc, ByAddress, Cc, CcMut, CloneToCc, OnDrop, Pointer, Watch, Weak};
pub use gc::collect;
#[cfg(feature = "derive")]
pub use gc_derive::Trace;
pub use object::{Acyclic, Finalize, Leaf, Trace, Tracer};

/// Wraps what the derive writes for the feature `inspect`. The derive's own feature may be on where this crate's is
/// not: a build script's dependencies are built apart.
#[cfg(feature = "inspect")]
#[doc(hidden)]
#[macro_export]
macro_rules! __inspect {
    ($($items:tt)*) => { $($items)* };
}

/// See the other.
#[cfg(not(feature = "inspect"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __inspect {
    ($($items:tt)*) => {};
}

/// What the macros of this crate need, in the crates of those who use them.
#[doc(hidden)]
pub mod __private {
    pub use crate::cc::Coerce;
}
