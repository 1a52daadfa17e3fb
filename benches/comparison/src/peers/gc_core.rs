//! This project.

use super::{Ability, Peer, nodes};
use crate::ticket::Ticket;
use gc_core::{Cc, Trace, Tracer};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::mem::needs_drop;

nodes!(Cc, RefCell);

// SAFETY: all the pointers of a node are in its links, which it owns. The only other thing to drop is a ticket, if it
// counts.
unsafe impl<T: Ticket, const N: usize> Trace for Links<T, N> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.part(&self.links);
        if needs_drop::<T>() {
            tracer.owns_more();
        }
    }

    fn is_exhaustive(&self) -> bool {
        true
    }
}

// SAFETY: as above.
unsafe impl<T: Ticket> Trace for Branch<T> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.part(&self.children);
        if needs_drop::<T>() {
            tracer.owns_more();
        }
    }

    fn is_exhaustive(&self) -> bool {
        true
    }
}

/// Automatic, as it comes.
pub struct GcCore<T>(PhantomData<T>);

impl<T: Ticket> Peer for GcCore<T> {
    type Node<const N: usize> = Cc<Links<T, N>>;
    type Tree = Cc<Branch<T>>;

    const ABILITY: Ability = Ability::CollectsSuspects { automatic: true };

    fn collect() {
        gc_core::collect();
    }
}
