#![doc = include_str!("../../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The modules in which there is unsafe code, and why.
#[expect(unsafe_code, reason = "typed pointers over erased objects")]
mod cc;
#[expect(unsafe_code, reason = "reads and drops values of unknown type")]
mod collect;
pub mod gc;
#[expect(unsafe_code, reason = "finds blocks and side words by address")]
mod heap;
#[expect(unsafe_code, reason = "headers in front of values of unknown type")]
mod object;
#[expect(unsafe_code, reason = "memory of blocks and slots")]
mod slab;
#[expect(unsafe_code, reason = "`Trace` is an unsafe trait")]
mod trace_impls;

pub use cc::{AllocError, Cc, CcMut, Weak};
pub use gc::collect;
#[cfg(feature = "derive")]
pub use gc_derive::Trace;
pub use object::{Acyclic, Trace, Tracer};

/// For the code that `#[derive(Trace)]` writes.
#[doc(hidden)]
pub mod __private {
    pub use crate::object::Leaf;

    /// Conflicts with the derive's own implementation if the type has a `Drop`.
    #[diagnostic::on_unimplemented(message = "`{Self}` implements `Drop`")]
    pub trait MustNotImplDrop {}

    #[expect(drop_bounds, reason = "that a type itself implements `Drop` is what is asked")]
    impl<T: ?Sized + Drop> MustNotImplDrop for T {}
}
