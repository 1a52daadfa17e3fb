//! The operations on edges and weak pointers.

use crate::edge::{clear, exchange, reach, swap_cells};
use crate::handle::Strong;
use crate::interpreter::{Interpreter, pick, take};
use crate::kept::{WEAK, keep};
use crate::model::{Id, SLOTS, model};
use crate::payload::Payload;
use crate::pouch::{Purse, exchange_pouch};
use crate::program::{EdgeOp, Kind, MoveOp, Place, PouchOp, WeakOp};
use crate::report::Outcome;

fn index(slot: u8) -> usize {
    usize::from(slot) % SLOTS
}

impl Interpreter<'_> {
    /// Calls `f` with the object at a place. `None` if there is none.
    pub(crate) fn at<R>(&self, place: Place, f: impl FnOnce(&dyn Payload, Id) -> R) -> Option<R> {
        reach(&self.roots[pick(&self.roots, place.root)?], place.via, f)
    }

    /// Swaps the content of a slot with that of a hand.
    fn swap(&self, at: Place, slot: u8, hand: &mut Option<Strong>) -> Outcome {
        let slot = index(slot);
        let swap = |payload: &dyn Payload, id| exchange(id, slot, hand, |edge| payload.replace(slot, edge));
        outcome(self.at(at, swap))
    }

    /// Takes the content out of one of the slots that are not empty, and says which it was.
    fn take_edge(&self, at: Place, slot: u8) -> Result<(Strong, u8), Outcome> {
        let full = self.at(at, |_, id| model(|m| m.full_slots(id).cycle().nth(slot.into()))).flatten();
        let full = full.ok_or(Outcome::Skipped)?.0 as u8;
        let mut hand = None;
        let outcome = self.swap(at, full, &mut hand);
        hand.map(|strong| (strong, full)).ok_or(outcome)
    }

    pub(crate) fn edge(&mut self, op: EdgeOp) -> Outcome {
        match op {
            EdgeOp::Link { at, slot, to } => {
                let mut hand = pick(&self.roots, to).map(|index| self.roots[index].clone());
                self.swap(at, slot, &mut hand)
            }
            EdgeOp::Unlink { at, slot } => {
                let taken = self.take_edge(at, slot);
                taken.map_or_else(|outcome| outcome, |_| Outcome::Done)
            }
            EdgeOp::UnlinkInPlace { at, slot } => outcome(self.at(at, |payload, id| clear(payload, id, index(slot)))),
        }
    }

    /// The operations that move an edge.
    pub(crate) fn shift(&mut self, op: MoveOp) -> Outcome {
        match op {
            MoveOp::In { root, at, slot } => {
                let Some(index) = pick(&self.roots, root) else { return Outcome::Skipped };
                let mut hand = Some(self.roots.swap_remove(index));
                let outcome = self.swap(at, slot, &mut hand);
                self.roots.extend(hand);
                outcome
            }
            MoveOp::Out { at, slot } => {
                let taken = self.take_edge(at, slot);
                taken.map_or_else(
                    |outcome| outcome,
                    |(strong, _)| {
                        self.roots.push(strong);
                        Outcome::Done
                    },
                )
            }
            MoveOp::Swap { a, i, b, j } => {
                let in_cells = self
                    .at(a, |first, a| self.at(b, |second, b| swap_cells((first, a, index(i)), (second, b, index(j)))));
                if in_cells == Some(Some(true)) {
                    return Outcome::Done;
                }
                let mut hand = None;
                let taken = self.swap(a, i, &mut hand);
                if taken != Outcome::Done {
                    return taken;
                }
                let swapped = self.swap(b, j, &mut hand);
                self.put_back(a, i, hand);
                swapped
            }
            MoveOp::SwapValues { a, b } => self.swap_values(a, b).unwrap_or(Outcome::Skipped),
            MoveOp::Replace { from, i, to, j } => {
                let (strong, i) = match self.take_edge(from, i) {
                    Ok(taken) => taken,
                    Err(outcome) => return outcome,
                };
                let mut hand = Some(strong);
                let put = self.swap(to, j, &mut hand);
                if put != Outcome::Done {
                    self.put_back(from, i, hand.take());
                }
                drop(hand);
                put
            }
        }
    }

    fn swap_values(&mut self, a: u8, b: u8) -> Option<Outcome> {
        let mut first = take(&mut self.roots, a)?;
        let Some(mut second) = take(&mut self.roots, b) else {
            self.roots.push(first);
            return None;
        };
        let (a, b) = (first.id(), second.id());
        let swapped = first.pointer_mut().swap_values(second.pointer_mut());
        let expected = model(|m| {
            let kind = m.objects[a].kind;
            kind == m.objects[b].kind && kind != Kind::Unit && m.is_unique(a) && m.is_unique(b)
        });
        if swapped != expected {
            model(|m| m.fail(|m| format!("get_mut gave {swapped} for {} or {}", m.describe(a), m.describe(b))));
        }
        if swapped {
            model(|m| m.swap_values(a, b));
            first.pointer().view().payload.rename(a);
            second.pointer().view().payload.rename(b);
        }
        self.roots.extend([first, second]);
        Some(if swapped { Outcome::Done } else { Outcome::Refused })
    }

    /// Puts what is in a hand into a slot that has just been emptied. If the way there led through an edge that is
    /// gone now, it becomes a root.
    fn put_back(&mut self, at: Place, slot: u8, hand: Option<Strong>) {
        let mut hand = hand;
        self.swap(at, slot, &mut hand);
        self.roots.extend(hand);
    }

    pub(crate) fn weak(&mut self, op: WeakOp) -> Option<Outcome> {
        match op {
            WeakOp::Downgrade(root) => {
                let weak = self.roots[pick(&self.roots, root)?].downgrade();
                self.weaks.push(weak);
            }
            WeakOp::Upgrade(weak) => match self.weaks[pick(&self.weaks, weak)?].upgrade() {
                Some(strong) => self.roots.push(strong),
                None => return Some(Outcome::Refused),
            },
            WeakOp::Clone(weak) => {
                let weak = self.weaks[pick(&self.weaks, weak)?].clone();
                self.weaks.push(weak);
            }
            WeakOp::Drop(weak) => drop(take(&mut self.weaks, weak)?),
            WeakOp::Keep(weak) => keep(&WEAK, take(&mut self.weaks, weak)?),
        }
        Some(Outcome::Done)
    }

    /// The operations on what an object has besides edges.
    pub(crate) fn pouch(&mut self, op: PouchOp) -> Option<Outcome> {
        let (mut hand, at) = match op {
            PouchOp::Weak(weak, at) => (Some(Purse::Weak(take(&mut self.weaks, weak)?)), at),
            PouchOp::Watch(watch, at) => (Some(Purse::Watch(take(&mut self.watches, watch)?)), at),
            PouchOp::Bag(bag, at) => (Some(Purse::Bag(take(&mut self.bags, bag)?)), at),
            PouchOp::Take(at) => (None, at),
        };
        let outcome = outcome(self.at(at, |payload, id| exchange_pouch(payload, id, &mut hand)));
        match (op, hand) {
            (PouchOp::Take(_), Some(Purse::Weak(weak))) => self.weaks.push(weak),
            (PouchOp::Take(_), Some(Purse::Watch(watch))) => self.watches.push(watch),
            (PouchOp::Take(_), Some(Purse::Bag(bag))) => self.bags.push(bag),
            (PouchOp::Take(_), None) => return None,
            (_, hand) => drop(hand),
        }
        Some(outcome)
    }
}

/// That of an operation on an object, if there is one, which may have refused.
fn outcome(done: Option<bool>) -> Outcome {
    match done {
        None => Outcome::Skipped,
        Some(true) => Outcome::Done,
        Some(false) => Outcome::Refused,
    }
}
