//! Deaths: whether each is one that had to be, and comes at its time.

use super::{Id, Item, Model, State};
use crate::program::{Action, Kind, Will};

/// Less deep than anything is put off: 24 levels, of which there may be two to one here.
const DEEP: usize = 11;

impl Model {
    /// A finalizer or a destructor begins. Deep inside others, objects that die are put off, which have left the heap.
    pub(super) fn enter(&mut self) {
        self.depth += 1;
        self.pacing.unsure |= self.depth > DEEP;
    }

    /// A finalizer begins; gives what it is to do.
    pub(crate) fn finalizing(&mut self, id: Id) -> Will {
        self.note_left(id);
        self.note_event();
        let Some(object) = self.objects.get(id) else {
            self.fail(|_| format!("a value was finalized that calls itself #{id}"));
            return Will::Nothing;
        };
        let will = object.deeds.will;
        if object.state != State::Boxed || !object.awaits_finalizer() {
            self.fail(|m| format!("{} was finalized", m.describe(id)));
        } else if object.strong() > 0 && self.is_finalizers_turn(id) {
            self.effects.finalized_in_collection += 1;
        } else {
            self.begin_to_free(id);
            if self.objects[id].strong() > 0 {
                self.fail(|m| format!("{} was finalized, but is in use", m.describe(id)));
            }
            self.effects.finalized_by_count += 1;
        }
        self.enter();
        self.objects[id].finalized = true;
        self.objects[id].pins += 1;
        self.refresh();
        will
    }

    /// It is done. If there is no pointer to the object but the one that was made for this, it dies.
    pub(crate) fn finalized(&mut self, id: Id) {
        self.depth -= 1;
        self.objects[id].pins -= 1;
        if self.objects[id].strong() > 0 && !self.is_condemned(id) {
            self.effects.resurrected_by_count += 1;
        }
        self.refresh();
    }

    /// The destructor of a value begins; gives what it is to do. Its edges go in the course of it.
    pub(crate) fn dying(&mut self, id: Id) -> Action {
        let Some(object) = self.objects.get(id) else {
            self.fail(|_| format!("a value was destroyed that calls itself #{id}"));
            return Action::Nothing;
        };
        // A value outside of an object may be dropped while the thread unwinds, where it must not panic.
        let outside = object.state != State::Boxed || object.leaving;
        let action = if outside { Action::Nothing } else { object.deeds.action };
        match object.state {
            State::Dying | State::Dead => {
                self.fail(|m| format!("{} was destroyed twice", m.describe(id)));
                return Action::Nothing;
            }
            State::Loose => self.note_collection_over(),
            State::Boxed => {
                self.judge_death(id);
                self.judge_callbacks(id);
                self.note_death(id);
                self.alive -= 1;
            }
        }
        self.enter();
        self.objects[id].state = State::Dying;
        let going = self.held_by(id);
        self.unhold(going.iter().copied());
        going.into_iter().for_each(|target| self.objects[target].fading += 1);
        self.refresh();
        action
    }

    /// The last field of a value is dropped.
    pub(crate) fn dead(&mut self, id: Id) {
        if self.objects.get(id).is_none_or(|object| object.state != State::Dying) {
            return self.fail(|_| format!("the end of #{id} was dropped, but not its beginning"));
        }
        self.depth -= 1;
        self.objects[id].state = State::Dead;
        self.held_by(id).into_iter().for_each(|target| self.faded(target));
        if let Some(Item::Weak(target)) = self.objects[id].pouch {
            self.objects[target].weak_held -= 1;
        }
        self.refresh();
    }

    /// The targets whose `held` an object's value accounts for.
    fn held_by(&self, id: Id) -> Vec<Id> {
        let object = &self.objects[id];
        let watch = if let Some(Item::Watch(watch)) = object.pouch { Some(watch) } else { None };
        object.edges.into_iter().flatten().chain(watch).collect()
    }

    fn judge_death(&mut self, id: Id) {
        self.note_left(id);
        self.note_event();
        self.begin_to_free(id);
        let object = &self.objects[id];
        if self.is_doomed(id) {
            self.effects.died_in_collection += 1;
            if self.save_all && self.is_surely_doomed(id) {
                self.fail(|m| format!("{} was destroyed, and should have been kept", m.describe(id)));
            }
        } else if object.strong() > 0 && !object.leaving {
            let how = if self.is_collecting() { "collected" } else { "destroyed" };
            self.fail(|m| format!("{} was {how}, but is in use", m.describe(id)));
        } else if object.awaits_finalizer() {
            self.fail(|m| format!("{} was destroyed without being finalized", m.describe(id)));
        } else {
            self.effects.died_by_count += 1;
        }
    }

    /// An object is about to die. If `make_mut` had a pointer to it, that has made another object, and is past the
    /// collection that this has set off.
    pub(super) fn note_left(&mut self, id: Id) {
        if self.objects.get(id).is_some_and(|object| object.movable && object.strong() == 0) {
            self.note_collection_over();
        }
    }

    /// The callbacks of an object run. If its value was to be moved to another object, it has been.
    pub(super) fn note_move(&mut self, id: Id) {
        let object = &self.objects[id];
        if object.movable && object.strong() == 0 && object.awaits_finalizer() && object.heir_birth == 0 {
            self.births += 1;
            (self.objects[id].heir_birth, self.objects[id].leaving) = (self.births, true);
        }
    }

    /// An object leaves the heap, if it has not yet.
    pub(super) fn note_death(&mut self, id: Id) {
        let object = &mut self.objects[id];
        let has_left = std::mem::replace(&mut object.has_left, true);
        if object.tracked && !has_left {
            self.units_left += usize::from(object.kind == Kind::Unit);
            self.pacing.note_death();
            // The object that is to be made is not counted yet, but only said to be, and nothing can be taken from
            // that.
            self.pacing.unsure |= self.is_starting();
        }
    }

    /// A pointer to an object is gone. A watch does not tell of its death.
    pub(crate) fn note_loss(&mut self, id: Id) {
        let object = &self.objects[id];
        if object.kind == Kind::Watch && object.state == State::Boxed && object.strong() + object.uncertain() == 0 {
            self.objects[id].state = State::Dead;
            self.alive -= 1;
            self.note_death(id);
        }
    }

    /// A unit was dropped.
    pub(crate) fn unit_died(&mut self) {
        self.note_event();
        match self.units_left.checked_sub(1) {
            Some(left) => self.units_left = left,
            None => self.pacing.note_death(),
        }
        self.unit_deaths += 1;
        // Or was it one that was to be put into an object?
        self.pacing.unsure |= self.objects.iter().any(|it| it.kind == Kind::Unit && it.state == State::Loose);
    }

    /// An upgrade of a weak pointer to the object gave, or did not give, a strong one.
    pub(crate) fn upgraded(&mut self, id: Id, success: bool) {
        self.refresh();
        let object = &self.objects[id];
        let (sure, possible) = (object.strong() > 0, object.strong() + object.uncertain() > 0);
        let never = object.state != State::Boxed || object.leaving || object.saved;
        let expected = if never || !possible || self.is_surely_doomed(id) {
            Some(false)
        } else {
            (sure && !self.is_doomed(id)).then_some(true)
        };
        if expected.is_some_and(|expected| expected != success) {
            let result = if success { "Some" } else { "None" };
            self.fail(|m| format!("a weak pointer to {} upgraded to {result}", m.describe(id)));
        }
        if success {
            self.objects[id].handles += 1;
            self.refresh();
        }
    }
}
