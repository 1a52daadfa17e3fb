//! `jrsonnet-gcmodule`, which collects when it is told to.

use super::{Ability, Peer, nodes};
use crate::ticket::Ticket;
use jrsonnet_gcmodule::{Cc, Trace, Tracer};
use std::cell::RefCell;
use std::marker::PhantomData;

nodes!(Cc, RefCell);

impl<T: Ticket, const N: usize> Trace for Links<T, N> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        if let Ok(links) = self.links.try_borrow() {
            links.iter().for_each(|link| link.trace(tracer));
        }
    }
}

impl<T: Ticket> Trace for Branch<T> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.children.iter().flatten().for_each(|child| child.trace(tracer));
    }
}

/// Manual.
pub struct Gcmodule<T>(PhantomData<T>);

impl<T: Ticket> Peer for Gcmodule<T> {
    type Node<const N: usize> = Cc<Links<T, N>>;
    type Tree = Cc<Branch<T>>;

    const ABILITY: Ability = Ability::CollectsAll { automatic: false };

    fn collect() {
        let _collected = jrsonnet_gcmodule::collect_thread_cycles();
    }
}
