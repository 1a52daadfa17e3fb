//! `std::rc::Rc`, where nothing leaks.

use super::{Ability, Peer, nodes};
use crate::ticket::Ticket;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

nodes!(Rc, RefCell);

/// Counts, and has nothing to collect.
pub struct StdRc<T>(PhantomData<T>);

impl<T: Ticket> Peer for StdRc<T> {
    type Node<const N: usize> = Rc<Links<T, N>>;
    type Tree = Rc<Branch<T>>;

    const ABILITY: Ability = Ability::Counts;

    fn collect() {}
}
