//! `boa_gc`, the collector of a JavaScript engine, which marks and sweeps.

use super::{Ability, Peer, nodes};
use crate::ticket::Ticket;
use boa_gc::{Finalize, Gc, GcRefCell, Trace, custom_trace};
use std::marker::PhantomData;

nodes!(Gc, GcRefCell);

impl<T: Ticket, const N: usize> Finalize for Links<T, N> {}
impl<T: Ticket> Finalize for Branch<T> {}

// SAFETY: all the pointers of a node are in its links.
unsafe impl<T: Ticket, const N: usize> Trace for Links<T, N> {
    custom_trace!(this, mark, mark(&this.links));
}

// SAFETY: as above.
unsafe impl<T: Ticket> Trace for Branch<T> {
    custom_trace!(this, mark, mark(&this.children));
}

/// Automatic, as it comes.
pub struct BoaGc<T>(PhantomData<T>);

impl<T: Ticket> Peer for BoaGc<T> {
    type Node<const N: usize> = Gc<Links<T, N>>;
    type Tree = Gc<Branch<T>>;

    const ABILITY: Ability = Ability::CollectsAll { automatic: true };

    fn collect() {
        boa_gc::force_collect();
    }
}
