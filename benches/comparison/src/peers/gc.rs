//! `gc`, which marks and sweeps.

#![expect(unsafe_op_in_unsafe_fn, reason = "the peer's macro is older than the lint")]

use super::{Ability, Peer, nodes};
use crate::ticket::Ticket;
use gc::{Finalize, Gc, GcCell, Trace, custom_trace};
use std::marker::PhantomData;

nodes!(Gc, GcCell);

impl<T: Ticket, const N: usize> Finalize for Links<T, N> {}
impl<T: Ticket> Finalize for Branch<T> {}

// SAFETY: all the pointers of a node are in its links.
unsafe impl<T: Ticket, const N: usize> Trace for Links<T, N> {
    custom_trace!(this, mark(&this.links));
}

// SAFETY: as above.
unsafe impl<T: Ticket> Trace for Branch<T> {
    custom_trace!(this, mark(&this.children));
}

/// Automatic, as it comes.
pub struct RustGc<T>(PhantomData<T>);

impl<T: Ticket> Peer for RustGc<T> {
    type Node<const N: usize> = Gc<Links<T, N>>;
    type Tree = Gc<Branch<T>>;

    const ABILITY: Ability = Ability::CollectsAll { automatic: true };

    fn collect() {
        gc::force_collect();
    }
}
