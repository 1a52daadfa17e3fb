//! The collectors, behind one trait.
//!
//! Each has a file, with the node types that a user of that crate would write. What the workloads do with nodes is the
//! same code for all of them, from the macro `nodes`.

mod bacon_rajan_cc;
mod boa_gc;
mod dumpster;
mod gc;
mod gc_core;
mod gcmodule;
mod rc;
mod rust_cc;

use crate::ticket::{Ticket, Uncounted};

pub use bacon_rajan_cc::BaconRajanCc;
pub use boa_gc::BoaGc;
pub use dumpster::Dumpster;
pub use gc::RustGc;
pub use gc_core::GcCore;
pub use gcmodule::Gcmodule;
pub use rc::StdRc;
pub use rust_cc::RustCc;

/// A pointer to a node that can be linked to others.
///
/// The node has `N` links in a cell, 8 · (N + 1) bytes with a pointer of 8.
pub trait Node: Clone + 'static {
    /// A node without links.
    fn new() -> Self;

    /// Sets one link.
    fn link(&self, link: usize, to: Option<Self>);

    /// What `look` finds at one link.
    fn look<R>(&self, link: usize, look: impl FnOnce(Option<&Self>) -> R) -> R;
}

/// A pointer to a binary tree that is never changed.
pub trait Tree: Sized + 'static {
    /// A tree of two subtrees, or none.
    fn new(children: Option<[Self; 2]>) -> Self;

    /// The number of nodes.
    fn count(&self) -> u64;
}

/// A collector.
pub trait Peer {
    /// Pointers to nodes with `N` links.
    type Node<const N: usize>: Node;
    /// Pointers to trees.
    type Tree: Tree;

    /// What it can do.
    const ABILITY: Ability;

    /// Collects everything.
    fn collect();
}

/// What can be asked of a peer, and what it does without being asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ability {
    /// It counts, and cycles leak.
    Counts,
    /// It collects cycles when told to, and starts from suspects: a quiet heap costs it nothing.
    CollectsSuspects {
        /// Whether it also collects by itself.
        automatic: bool,
    },
    /// It collects cycles, and looks at the whole heap to do it.
    CollectsAll {
        /// Whether it also collects by itself.
        automatic: bool,
    },
}

impl Ability {
    /// Whether cycles do not leak.
    pub fn collects(self) -> bool {
        self != Ability::Counts
    }

    /// Whether somebody has to call [`Peer::collect`] from time to time.
    pub fn is_manual(self) -> bool {
        matches!(self, Ability::CollectsSuspects { automatic: false } | Ability::CollectsAll { automatic: false })
    }
}

/// The names of the peers, this project's first.
pub const NAMES: [&str; 8] =
    ["gc-core", "Rc", "rust-cc", "bacon_rajan_cc", "jrsonnet-gcmodule", "gc", "dumpster", "boa_gc"];

/// Something to be done with a peer that is chosen at run time.
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Does it.
    fn visit<P: Peer>(self) -> Self::Output;
}

/// Lets the visitor have the peer of that name, whose nodes hold tickets of type `T`.
pub fn with_peer<T: Ticket, V: Visitor>(name: &str, visitor: V) -> Option<V::Output> {
    Some(match name {
        "gc-core" => visitor.visit::<GcCore<T>>(),
        "Rc" => visitor.visit::<StdRc<T>>(),
        "rust-cc" => visitor.visit::<RustCc<T>>(),
        "bacon_rajan_cc" => visitor.visit::<BaconRajanCc<T>>(),
        "jrsonnet-gcmodule" => visitor.visit::<Gcmodule<T>>(),
        "gc" => visitor.visit::<RustGc<T>>(),
        "dumpster" => visitor.visit::<Dumpster<T>>(),
        "boa_gc" => visitor.visit::<BoaGc<T>>(),
        _ => return None,
    })
}

/// What the peer of that name can do.
pub fn ability(name: &str) -> Option<Ability> {
    struct AbilityOf;

    impl Visitor for AbilityOf {
        type Output = Ability;

        fn visit<P: Peer>(self) -> Ability {
            P::ABILITY
        }
    }

    with_peer::<Uncounted, _>(name, AbilityOf)
}

/// The types of nodes for a pointer type and a cell type, and what the workloads do with them.
///
/// What the collector asks of such types is written by hand beside it, for all alike: not every peer has a derive, and
/// not every derive can do generic types that refer to themselves.
macro_rules! nodes {
    ($pointer:ident, $cell:ident) => {
        /// A node with `N` links.
        pub struct Links<T: $crate::ticket::Ticket, const N: usize> {
            links: $cell<[Option<$pointer<Links<T, N>>>; N]>,
            _ticket: T,
        }

        /// A binary tree.
        pub struct Branch<T: $crate::ticket::Ticket> {
            children: Option<[$pointer<Branch<T>>; 2]>,
            _ticket: T,
        }

        impl<T: $crate::ticket::Ticket, const N: usize> $crate::peers::Node for $pointer<Links<T, N>> {
            #[inline]
            fn new() -> Self {
                $pointer::new(Links { links: $cell::new([const { None }; N]), _ticket: T::default() })
            }

            #[inline]
            fn link(&self, link: usize, to: Option<Self>) {
                // The cell is not borrowed any more when what was there is dropped.
                let _before = std::mem::replace(&mut self.links.borrow_mut()[link], to);
            }

            #[inline]
            fn look<R>(&self, link: usize, look: impl FnOnce(Option<&Self>) -> R) -> R {
                look(self.links.borrow()[link].as_ref())
            }
        }

        impl<T: $crate::ticket::Ticket> $crate::peers::Tree for $pointer<Branch<T>> {
            #[inline]
            fn new(children: Option<[Self; 2]>) -> Self {
                $pointer::new(Branch { children, _ticket: T::default() })
            }

            fn count(&self) -> u64 {
                1 + self.children.as_ref().map_or(0, |[left, right]| Self::count(left) + Self::count(right))
            }
        }
    };
}
use nodes;
