//! What code of the user does that the library calls: finalizers, callbacks, destructors.

use arbitrary::{Arbitrary, Result, Unstructured};

/// What a destructor or a callback does, besides being noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum Action {
    /// Nothing.
    Nothing,
    /// Allocates an object, and keeps it or drops it at once.
    Allocate,
    /// Leaves a garbage cycle behind.
    Ring,
    /// Collects some generation, or calls `gc::collect()`.
    Collect,
    /// Drops a pointer that was kept for it in a thread-local.
    DropKept,
    /// Upgrades a weak pointer that was kept for it in a thread-local.
    UpgradeKept,
    /// Drops such a weak pointer.
    DropKeptWeak,
    /// Drops such a `Watch`.
    DropKeptWatch,
    /// Attaches a callback to such a pointer's object.
    Attach,
    /// Runs a callback whose handle was kept for it, or detaches it.
    CallKept,
    /// Compares what introspection shows with the model.
    Inspect,
    /// Panics.
    Panic,
}

/// What the finalizer of an object does, besides being noted. Which edge that is about depends on the object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum Will {
    /// Nothing.
    Nothing,
    /// Upgrades the weak pointer in the object, and keeps the result. An object is made with a weak pointer to itself
    /// for this.
    Resurrect,
    /// Keeps a clone of one of its edges.
    SaveTarget,
    /// Moves an edge out, to what is kept. No count changes.
    MoveOut,
    /// Moves an edge to an object that it points to.
    PassOn,
    /// Drops an edge.
    Unlink,
    /// Drops all its edges.
    UnlinkAll,
    /// Puts what was kept last into one of its slots.
    Adopt,
    /// Makes a new object, and puts it into a slot of its own; the new one gets what was in there.
    Beget,
    /// The same as a destructor.
    Act(Action),
}

/// What an object does when its end comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deeds {
    /// What its finalizer does, if its type has one.
    pub will: Will,
    /// What its destructor does.
    pub action: Action,
}

impl Deeds {
    /// Nothing.
    pub const NONE: Deeds = Deeds { will: Will::Nothing, action: Action::Nothing };

    /// An object of which only the destructor does something.
    #[must_use]
    pub const fn action(action: Action) -> Deeds {
        Deeds { action, ..Deeds::NONE }
    }

    /// Whether objects are made in the course of it.
    pub(crate) fn allocates(self) -> bool {
        let allocates = |action| matches!(action, Action::Allocate | Action::Ring);
        allocates(self.action)
            || matches!(self.will, Will::Beget)
            || matches!(self.will, Will::Act(it) if allocates(it))
    }

    /// An object of which only the finalizer does something.
    #[must_use]
    pub const fn will(will: Will) -> Deeds {
        Deeds { will, ..Deeds::NONE }
    }
}

impl Arbitrary<'_> for Deeds {
    /// Mostly nothing: a heap in which every death does something has no quiet moments.
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Deeds> {
        let will = if u.ratio(1, 3)? { Will::arbitrary(u)? } else { Will::Nothing };
        let action = if u.ratio(1, 5)? { Action::arbitrary(u)? } else { Action::Nothing };
        Ok(Deeds { will, action })
    }
}
