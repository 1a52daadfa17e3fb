//! What finalizers do.

use crate::action::perform;
use crate::construct::{EMPTY, construct};
use crate::edge::exchange;
use crate::handle::{Strong, Weak};
use crate::kept::{STRONG, keep, unkeep};
use crate::model::{Id, Item, SLOTS, Source, model};
use crate::payload::Payload;
use crate::pouch::Pocket;
use crate::program::{Deeds, Kind, Make, Will};

/// The finalizer of an object, told to the model for as long as it lives.
struct Finalizing(Id);

impl Drop for Finalizing {
    fn drop(&mut self) {
        model(|m| m.finalized(self.0));
    }
}

/// Acts as the finalizer of a payload.
pub(crate) fn finalize(payload: &dyn Payload) {
    let Some(name) = payload.name() else { return };
    let id = name.id();
    if !payload.is_intact() {
        return model(|m| m.fail(|_| format!("a value was finalized that calls itself #{id} and is not intact")));
    }
    let will = model(|m| m.finalizing(id));
    let _finalizing = Finalizing(id);
    execute(payload, id, will);
}

fn execute(payload: &dyn Payload, id: Id, will: Will) {
    if let Will::Act(action) = will {
        return perform(action, Source::Finalizer(id));
    }
    if will == Will::Nothing {
        return;
    }
    model(|m| m.effects.wills += 1);
    // Some edge, but not always the first.
    let full = model(|m| m.full_slots(id).cycle().nth(id % SLOTS));
    let slot = full.map_or(id % SLOTS, |(slot, _)| slot);
    match will {
        Will::Nothing | Will::Act(_) => {}
        Will::Resurrect => {
            let strong = own_weak(payload, id).and_then(|weak| weak.upgrade());
            strong.into_iter().for_each(|strong| keep(&STRONG, strong));
        }
        Will::SaveTarget => {
            let mut hand = take(payload, id, slot);
            let copy = hand.clone();
            exchange(id, slot, &mut hand, |edge| payload.replace(slot, edge));
            copy.into_iter().for_each(|strong| keep(&STRONG, strong));
        }
        Will::MoveOut => take(payload, id, slot).into_iter().for_each(|strong| keep(&STRONG, strong)),
        Will::PassOn => pass_on(payload, id, slot),
        Will::Unlink => drop(take(payload, id, slot)),
        Will::UnlinkAll => (0..SLOTS).for_each(|slot| drop(take(payload, id, slot))),
        Will::Adopt => {
            let mut hand = unkeep(&STRONG);
            exchange(id, slot, &mut hand, |edge| payload.replace(slot, edge));
        }
        Will::Beget => {
            let mut cargo = EMPTY;
            cargo[0] = take(payload, id, slot);
            let mut hand = Some(construct(Kind::List, Deeds::NONE, cargo, Make::New));
            exchange(id, slot, &mut hand, |edge| payload.replace(slot, edge));
        }
    }
}

/// A copy of the weak pointer in an object.
fn own_weak(payload: &dyn Payload, id: Id) -> Option<Weak> {
    let weak =
        payload.pouch()?.with(|pocket| if let Some(Pocket::Weak(weak)) = pocket { Some(weak.clone()) } else { None });
    match (weak.flatten(), model(|m| m.objects[id].pouch)) {
        (Some(weak), Some(Item::Weak(target))) => Some(Weak::new(weak, target)),
        _ => None,
    }
}

/// Takes the content of a slot out.
fn take(payload: &dyn Payload, id: Id, slot: usize) -> Option<Strong> {
    let mut hand = None;
    exchange(id, slot, &mut hand, |edge| payload.replace(slot, edge));
    hand
}

/// Moves the content of a slot to the target of another. What is in its way there is kept.
fn pass_on(payload: &dyn Payload, id: Id, slot: usize) {
    let heir = model(|m| m.full_slots(id).find(|&(other, heir)| other != slot && heir != id));
    let (Some((other, heir)), mut hand) = (heir, take(payload, id, slot)) else { return };
    payload.peek(other, &mut |view| {
        if let Some(view) = view {
            exchange(heir, slot, &mut hand, |edge| view.payload.replace(slot, edge));
        }
    });
    hand.into_iter().for_each(|strong| keep(&STRONG, strong));
}
