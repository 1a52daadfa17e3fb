//! What can be reached.
//!
//! Whether an object is garbage is not always known for certain: user code may run while a value is half dropped, some
//! of its edges being gone. So there are two bounds, which nearly always are the same.

use super::{Id, Item, Model, State};
use crate::program::Kind;

/// Which of the edges that may or may not be there are taken to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fading {
    /// All of them: what is garbage then is garbage for certain.
    There,
    /// None.
    Gone,
}

/// A set of objects of which not all is known. The lists are sorted.
#[derive(Clone, Default, Debug)]
pub(super) struct Bounds {
    /// What is in it for certain.
    pub(super) must: Vec<Id>,
    /// What may be in it.
    pub(super) may: Vec<Id>,
}

impl Bounds {
    pub(super) fn surely_contains(&self, id: Id) -> bool {
        self.must.binary_search(&id).is_ok()
    }

    pub(super) fn may_contain(&self, id: Id) -> bool {
        self.may.binary_search(&id).is_ok()
    }

    pub(super) fn are_equal(&self) -> bool {
        self.must.len() == self.may.len()
    }
}

impl Model {
    /// The edges of an object, for each the target.
    pub(crate) fn targets(&self, id: Id) -> Vec<Id> {
        let object = &self.objects[id];
        let mut targets: Vec<Id> = object.edges.into_iter().flatten().collect();
        if let Some(Item::Watch(watch)) = object.pouch {
            targets.push(watch);
        }
        self.push_lent(id, &mut targets);
        targets
    }

    /// What a collection of a generation and the younger ones finds unreachable.
    pub(super) fn garbage(&self, generation: usize) -> Bounds {
        self.unreachable_among(|_, id| self.objects[id].generation <= generation)
    }

    /// What of these objects no other object and nothing outside of the heap leads to.
    pub(super) fn garbage_among(&self, condemned: &Bounds) -> Bounds {
        self.unreachable_among(|fading, id| match fading {
            Fading::There => condemned.surely_contains(id),
            Fading::Gone => condemned.may_contain(id),
        })
    }

    fn unreachable_among(&self, is_member: impl Fn(Fading, Id) -> bool) -> Bounds {
        let surely = |id: Id| self.objects[id].is_collectable() && is_member(Fading::There, id);
        let maybe = |id: Id| self.objects[id].may_be_collectable() && is_member(Fading::Gone, id);
        Bounds { must: self.unreachable(surely, Fading::There), may: self.unreachable(maybe, Fading::Gone) }
    }

    /// The members of a set that cannot be reached from outside of it.
    fn unreachable(&self, is_member: impl Fn(Id) -> bool, fading: Fading) -> Vec<Id> {
        let members: Vec<bool> = (0..self.objects.len()).map(is_member).collect();
        let mut pending = Vec::new();
        for (id, object) in self.objects.iter().enumerate() {
            if members[id] {
                if object.is_root() || (fading == Fading::There && object.uncertain() > 0) {
                    pending.push(id);
                }
            } else if matches!(object.state, State::Loose | State::Boxed) {
                pending.extend(self.targets(id));
            }
        }
        let mut marked = vec![false; self.objects.len()];
        while let Some(id) = pending.pop() {
            if members[id] && !std::mem::replace(&mut marked[id], true) {
                pending.extend(self.targets(id));
            }
        }
        (0..self.objects.len()).filter(|&id| members[id] && !marked[id]).collect()
    }

    /// Whether the program can get at the object.
    pub(crate) fn is_reachable(&self, id: Id) -> bool {
        let mut marked = vec![false; self.objects.len()];
        let is_root = |id: &Id| self.objects[*id].is_root() || self.objects[*id].state == State::Loose;
        let mut pending: Vec<Id> = (0..self.objects.len()).filter(is_root).collect();
        while let Some(next) = pending.pop() {
            if next == id {
                return true;
            }
            if !std::mem::replace(&mut marked[next], true) {
                pending.extend(self.targets(next));
            }
        }
        false
    }

    /// Whether an untracked object points to another.
    pub(crate) fn is_in_sheaf(&self, id: Id) -> bool {
        self.objects.iter().any(|o| o.kind == Kind::Sheaf && o.state != State::Dead && o.edges.contains(&Some(id)))
    }

    /// Whether everything that the model knows is so: nothing is half dropped.
    pub(crate) fn is_certain(&self) -> bool {
        let settled =
            |o: &super::Object| o.uncertain() == 0 && o.state != State::Dying && !(o.is_expiring() && o.pins == 0);
        self.unit_deaths == 0 && self.objects.iter().all(|object| object.state == State::Dead || settled(object))
    }

    /// Whether an object is in a generation, and not about to die: what introspection shows.
    pub(crate) fn is_visible(&self, id: Id) -> bool {
        self.objects[id].is_collectable() && !self.is_condemned(id)
    }

    /// Whether that is known of every object.
    pub(crate) fn knows_what_is_visible(&self) -> bool {
        self.is_certain() && self.knows_what_is_condemned()
    }

    /// The number of objects that the collector knows of.
    pub(crate) fn tracked(&self) -> usize {
        let is_tracked = |o: &&super::Object| o.state == State::Boxed && o.tracked && o.strong() > 0;
        self.objects.iter().filter(is_tracked).count() + self.unborn
    }

    /// The number of objects that are frozen.
    pub(crate) fn frozen(&self) -> usize {
        let is_frozen = |o: &&super::Object| {
            o.state == State::Boxed && o.tracked && !o.detached && o.strong() > 0 && o.generation == super::FROZEN
        };
        self.objects.iter().filter(is_frozen).count()
    }
}
