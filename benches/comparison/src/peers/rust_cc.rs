//! `rust-cc`, with its default features: automatic collection, finalization.

use super::{Ability, Peer, nodes};
use crate::ticket::Ticket;
use rust_cc::{Cc, Context, Finalize, Trace};
use std::cell::RefCell;
use std::marker::PhantomData;

nodes!(Cc, RefCell);

impl<T: Ticket, const N: usize> Finalize for Links<T, N> {}
impl<T: Ticket> Finalize for Branch<T> {}

// SAFETY: all the pointers of a node are in its links, which it owns.
unsafe impl<T: Ticket, const N: usize> Trace for Links<T, N> {
    fn trace(&self, context: &mut Context<'_>) {
        self.links.trace(context);
    }
}

// SAFETY: as above.
unsafe impl<T: Ticket> Trace for Branch<T> {
    fn trace(&self, context: &mut Context<'_>) {
        self.children.trace(context);
    }
}

/// Automatic, as it comes.
pub struct RustCc<T>(PhantomData<T>);

impl<T: Ticket> Peer for RustCc<T> {
    type Node<const N: usize> = Cc<Links<T, N>>;
    type Tree = Cc<Branch<T>>;

    const ABILITY: Ability = Ability::CollectsSuspects { automatic: true };

    fn collect() {
        rust_cc::collect_cycles();
    }
}
