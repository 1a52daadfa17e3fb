//! `bacon_rajan_cc`, which collects when it is told to. It has no derive.

use super::{Ability, Peer, nodes};
use crate::ticket::Ticket;
use bacon_rajan_cc::{Cc, Trace, Tracer};
use std::cell::RefCell;
use std::marker::PhantomData;

nodes!(Cc, RefCell);

impl<T: Ticket, const N: usize> Trace for Links<T, N> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.links.borrow().as_slice().trace(tracer);
    }
}

impl<T: Ticket> Trace for Branch<T> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.children.iter().flatten().for_each(|child| child.trace(tracer));
    }
}

/// Manual.
pub struct BaconRajanCc<T>(PhantomData<T>);

impl<T: Ticket> Peer for BaconRajanCc<T> {
    type Node<const N: usize> = Cc<Links<T, N>>;
    type Tree = Cc<Branch<T>>;

    const ABILITY: Ability = Ability::CollectsSuspects { automatic: false };

    fn collect() {
        bacon_rajan_cc::collect_cycles();
    }
}
