//! `dumpster`, its heap of one thread.

use super::{Ability, Peer, nodes};
use crate::ticket::Ticket;
use dumpster::unsync::Gc;
use dumpster::{TraceWith, Visitor};
use std::cell::RefCell;
use std::marker::PhantomData;

nodes!(Gc, RefCell);

// SAFETY: all the pointers of a node are in its links.
unsafe impl<V: Visitor, T: Ticket, const N: usize> TraceWith<V> for Links<T, N> {
    fn accept(&self, visitor: &mut V) -> Result<(), ()> {
        self.links.accept(visitor)
    }
}

// SAFETY: as above.
unsafe impl<V: Visitor, T: Ticket> TraceWith<V> for Branch<T> {
    fn accept(&self, visitor: &mut V) -> Result<(), ()> {
        self.children.accept(visitor)
    }
}

/// Automatic, as it comes.
pub struct Dumpster<T>(PhantomData<T>);

impl<T: Ticket> Peer for Dumpster<T> {
    type Node<const N: usize> = Gc<Links<T, N>>;
    type Tree = Gc<Branch<T>>;

    const ABILITY: Ability = Ability::CollectsSuspects { automatic: true };

    fn collect() {
        dumpster::unsync::collect();
    }
}
