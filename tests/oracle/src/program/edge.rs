//! The operations on edges and pointers.

use super::object::Place;
use arbitrary::Arbitrary;

/// Makes or drops an edge.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum EdgeOp {
    /// Puts a clone of a root into a slot. What was in there is dropped after that.
    Link {
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
        /// The target.
        to: u8,
    },
    /// Drops the content of a slot, taken out before.
    Unlink {
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
    },
    /// Drops the content of a slot while the cell that it is in is borrowed.
    UnlinkInPlace {
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
    },
}

/// Moves an edge. No count changes.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum MoveOp {
    /// Puts a root into a slot. What was in there becomes a root.
    In {
        /// The root.
        root: u8,
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
    },
    /// Takes the content of a slot out to a root.
    Out {
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
    },
    /// Swaps the contents of two slots.
    Swap {
        /// An object.
        a: Place,
        /// Its slot.
        i: u8,
        /// Another.
        b: Place,
        /// Its slot.
        j: u8,
    },
    /// Swaps the whole values of two objects of one type, if there is exclusive access to both.
    SwapValues {
        /// A root.
        a: u8,
        /// Another.
        b: u8,
    },
    /// Moves the content of a slot into another. What was in there is dropped after that.
    Replace {
        /// The object that loses the edge.
        from: Place,
        /// Its slot.
        i: u8,
        /// The object that gets it.
        to: Place,
        /// Its slot.
        j: u8,
    },
}

/// Does something with a root.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum RootOp {
    /// Clones it.
    Clone(u8),
    /// Drops it.
    Drop(u8),
    /// Drops the newest roots.
    DropMany(u8),
    /// Puts it where destructors find it.
    Keep(u8),
    /// Takes the last one that is there.
    Unkeep,
}

/// Does something with a weak pointer.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum WeakOp {
    /// Makes one to the object of a root.
    Downgrade(u8),
    /// Upgrades one, to a new root if it can be.
    Upgrade(u8),
    /// Clones one.
    Clone(u8),
    /// Drops one.
    Drop(u8),
    /// Puts one where destructors find it.
    Keep(u8),
}
