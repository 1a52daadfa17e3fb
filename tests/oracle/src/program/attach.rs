//! The operations on what hangs on objects, or holds them weakly: callbacks and weak containers.

use super::deed::Action;
use super::object::Place;
use super::once_in;
use arbitrary::Arbitrary;

/// Does something with callbacks on deaths.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum CallbackOp {
    /// `Cc::on_drop` of a root.
    OnDrop {
        /// The root.
        root: u8,
        /// What the callback does.
        action: Action,
        /// The root that it takes with it, if it does.
        #[arbitrary(with = once_in(4))]
        captures: bool,
        /// Which.
        capture: u8,
    },
    /// `Cc::watch` of a root.
    Watch {
        /// The root.
        root: u8,
        /// What the callback does.
        action: Action,
    },
    /// `OnDrop::call`
    Call(u8),
    /// `OnDrop::detach`, and then a call of what that gives, or not.
    Detach(u8, bool),
    /// Drops a handle of a callback, which changes nothing.
    Forget(u8),
    /// Puts such a handle where destructors find it.
    Keep(u8),
    /// Clones a `Watch`.
    CloneWatch(u8),
    /// Drops a `Watch`.
    DropWatch(u8),
    /// Puts a `Watch` where destructors find it.
    KeepWatch(u8),
}

/// Puts something into the one place that an object has for what is no edge, or takes it out.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum PouchOp {
    /// A weak pointer. What was in there is dropped.
    Weak(u8, Place),
    /// A `Watch`. What was in there is dropped.
    Watch(u8, Place),
    /// A weak container. What was in there is dropped.
    Bag(u8, Place),
    /// Takes out what is there.
    Take(Place),
}

/// The type of a weak container.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum Sort {
    /// `WeakSet`
    Set,
    /// `WeakKeyMap`
    Keys,
    /// `WeakValueMap`
    Values,
    /// `EphemeronMap`
    Ephemerons,
    /// `Ephemeron`
    Pair,
}

/// The type of what a weak container holds weakly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum KeyKind {
    /// [`Kind::List`](super::Kind::List)
    List,
    /// [`Kind::Aligned`](super::Kind::Aligned)
    Aligned,
    /// [`Kind::Leaf`](super::Kind::Leaf)
    Leaf,
}

/// What to do with a weak container. Keys and values are roots of the right type; if there is none, one is made.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum BagAct {
    /// Inserts an entry: a member, a key and a value, or a number and a value. What was there becomes a root.
    Insert(Entry),
    /// The same: containers are rather filled than emptied.
    InsertMore(Entry),
    /// Removes an entry. Its value becomes a root.
    Remove(Entry),
    /// Gets a value, which becomes a root.
    Get(Entry),
    /// Removes everything.
    Clear,
    /// Compares all that is there with the model.
    List,
}

/// An entry of a weak container.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Entry {
    /// The key, the member, or the value for a number.
    pub key: u8,
    /// The value for a key.
    pub value: u8,
    /// The number.
    pub number: u8,
}

/// Does something with weak containers.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum BagOp {
    /// Makes one with an entry.
    New {
        /// Its type.
        sort: Sort,
        /// That of its keys.
        keys: KeyKind,
        /// Its entry.
        entry: Entry,
    },
    /// Drops one.
    Drop(u8),
    /// Uses one, which is in no object, or in that of a root.
    Use(u8, BagAct),
    /// The same: containers are rather used than made.
    UseMore(u8, BagAct),
}
