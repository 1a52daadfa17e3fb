//! Collections as the model sees them: what they find, and what they must have done.
//!
//! A *window* is open from before to after a call that collects, or that may do so. Within it the collection goes
//! through its stages. It gives no sign of that itself; the model learns of it from the first code of the user that is
//! called in a stage ([`note_event`](Model::note_event)), or when the window is closed. Nothing can have happened
//! before that which would change what is garbage. If an automatic collection panics, the value that was to be put into
//! an object is dropped; then the collection is over before the window is closed.

use super::graph::Bounds;
use super::{Id, Model, Object, State};
use crate::program::Kind;
use gc_core::gc::{self, Generation};

/// How far a collection has come, as far as is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Stage {
    /// There may be one.
    Idle,
    /// It is announced to callbacks.
    Starting,
    /// It has condemned what is unreachable, and calls finalizers.
    Finalizing,
    /// It knows what came back. Callbacks are called for the rest, and values are dropped, or kept.
    Freeing,
    /// All that is done, and the end is announced.
    Stopping,
    /// It has come to its end, or there was none.
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The program asked for it.
    Explicit(Generation),
    /// An allocation, or a safepoint, may have set it off.
    Automatic,
}

/// See the module.
pub(super) struct Window {
    cause: Cause,
    /// Whether there can be no collection in it, because one runs already, or automatic ones are off.
    barred: bool,
    /// Whether an automatic collection is due, if that is known.
    due: Option<bool>,
    pub(super) stage: Stage,
    pub(super) generation: usize,
    pub(super) condemned: Bounds,
    /// How many objects were of the collected generations and not condemned, if that is known.
    survivors: Option<usize>,
    /// The birth of the object finalized last.
    finalized: u64,
    doomed: Bounds,
    /// How many objects have died of which it is not known whether they were condemned.
    unclear: usize,
    /// What would be doomed if they were.
    perhaps_doomed: Vec<Id>,
    /// How many came back: at least, and at most.
    resurrected: (usize, usize),
    /// How many callbacks have been told of the start, or of the end.
    pub(super) told: usize,
    /// Whether one of them runs.
    pub(super) calling: bool,
    /// How many objects were printed as garbage.
    pub(super) printed: usize,
    collections: [usize; 3],
}

impl Window {
    /// Whether a collection runs in it.
    fn collects(&self) -> bool {
        !self.barred && (Stage::Starting..=Stage::Stopping).contains(&self.stage)
    }
}

impl Model {
    /// The program is about to collect.
    pub(crate) fn open_collection(&mut self, generation: Generation) {
        let barred = self.is_collecting();
        self.effects.nested_collections += u64::from(barred);
        self.open(Cause::Explicit(generation), barred, generation as usize, None);
    }

    /// The program is about to allocate.
    pub(crate) fn open_allocation(&mut self) {
        self.pacing.note_allocation();
        let barred = !self.pacing.allows_allocations() || self.is_collecting();
        self.open(Cause::Automatic, barred, self.pacing.select(), self.pacing.is_due());
    }

    /// The program is about to call `gc::safepoint`.
    pub(crate) fn open_safepoint(&mut self) {
        let barred = !self.pacing.allows_safepoints() || self.is_collecting();
        self.open(Cause::Automatic, barred, self.pacing.select(), self.pacing.is_due());
    }

    fn open(&mut self, cause: Cause, barred: bool, generation: usize, due: Option<bool>) {
        let stage = if cause == Cause::Automatic { Stage::Idle } else { Stage::Starting };
        self.windows.push(Window {
            cause,
            barred,
            due,
            stage,
            generation,
            condemned: Bounds::default(),
            survivors: None,
            finalized: 0,
            doomed: Bounds::default(),
            unclear: 0,
            perhaps_doomed: Vec::new(),
            resurrected: (0, 0),
            told: 0,
            calling: false,
            printed: 0,
            collections: collections(),
        });
    }

    /// The collection that runs.
    pub(super) fn collection(&mut self) -> Option<&mut Window> {
        self.windows.iter_mut().find(|window| window.collects())
    }

    fn running(&self) -> Option<&Window> {
        self.windows.iter().find(|window| window.collects())
    }

    fn stage(&self) -> Option<Stage> {
        self.running().map(|window| window.stage)
    }

    /// Whether a collection is being announced.
    pub(super) fn is_starting(&self) -> bool {
        self.stage() == Some(Stage::Starting)
    }

    /// Whether a collection runs.
    pub(crate) fn is_collecting(&self) -> bool {
        self.running().is_some()
    }

    /// Whether the object may have been condemned by a collection that runs.
    pub(crate) fn is_condemned(&self, id: Id) -> bool {
        self.running().is_some_and(|window| match window.stage {
            Stage::Finalizing => window.condemned.may_contain(id),
            Stage::Freeing => window.doomed.may_contain(id),
            _ => false,
        })
    }

    /// Whether there is no object of which that is uncertain.
    pub(super) fn knows_what_is_condemned(&self) -> bool {
        self.running().is_none_or(|window| match window.stage {
            Stage::Finalizing => window.condemned.are_equal(),
            Stage::Freeing => window.doomed.are_equal(),
            _ => true,
        })
    }

    /// Whether the object may be one of those to which a collection is putting an end.
    pub(super) fn is_doomed(&self, id: Id) -> bool {
        self.running().is_some_and(|window| match window.stage {
            Stage::Finalizing => window.perhaps_doomed.contains(&id),
            Stage::Freeing => window.doomed.may_contain(id),
            _ => false,
        })
    }

    /// Whether it is one of those for certain.
    pub(super) fn is_surely_doomed(&self, id: Id) -> bool {
        self.running().is_some_and(|window| window.stage == Stage::Freeing && window.doomed.surely_contains(id))
    }

    /// All those.
    pub(super) fn doomed(&self) -> Vec<Id> {
        self.running().map(|window| window.doomed.must.clone()).unwrap_or_default()
    }

    /// Code of the user is called that knows nothing of collections: if one has begun, it has looked for garbage.
    pub(super) fn note_event(&mut self) {
        self.note_start();
        if self.running().is_some_and(|window| window.stage == Stage::Starting && !window.calling) {
            self.condemn();
        }
        self.refresh();
        self.note_deaths_of_keys();
        // Of those that a collection puts an end to, each leaves in its turn.
        self.pacing.unsure |= self.stage() == Some(Stage::Freeing) && self.objects.iter().any(|it| it.lent_fading > 0);
    }

    /// Code of the user is called: if an allocation may have set off a collection, it has.
    pub(super) fn note_start(&mut self) {
        let Some(window) = self.windows.last_mut() else { return };
        if window.stage == Stage::Idle && window.barred {
            // There is none. It is called after the allocation, by a function that does other things too.
            self.judge_window(None);
        } else if window.stage == Stage::Idle {
            window.stage = Stage::Starting;
        }
    }

    /// The end of a collection is announced.
    pub(super) fn note_stop(&mut self) {
        if self.stage().is_some_and(|stage| stage < Stage::Stopping) {
            self.finish();
            if let Some(window) = self.collection() {
                (window.stage, window.told) = (Stage::Stopping, 0);
            }
        }
    }

    /// The callbacks have been told of the start. The collection looks for garbage.
    fn condemn(&mut self) {
        self.refresh();
        let told = self.observers.names.len();
        let Some(window) = self.collection() else { return };
        let (generation, expected) = (window.generation, window.told == told);
        if !expected {
            self.fail(|_| String::from("not all callbacks were told of a collection"));
        }
        self.pacing.note_collection(generation);
        let condemned = self.garbage(generation);
        let certain = self.is_certain() && condemned.are_equal();
        let population = if generation == 2 {
            self.tracked() - self.frozen()
        } else {
            self.objects.iter().filter(|object| object.is_collectable() && object.generation <= generation).count()
        };
        for object in &mut self.objects {
            if object.state == State::Boxed && object.tracked && !object.detached && object.generation <= generation {
                object.generation = (generation + 1).min(2);
            }
        }
        if let Some(window) = self.collection() {
            window.survivors = certain.then(|| population - condemned.must.len());
            window.condemned = condemned;
            window.stage = Stage::Finalizing;
        }
    }

    /// Whether a collection may call the finalizer of an object now.
    pub(super) fn is_finalizers_turn(&mut self, id: Id) -> bool {
        let birth = self.objects[id].birth;
        let Some(window) = self.collection() else { return false };
        let turn = window.stage == Stage::Finalizing && window.condemned.may_contain(id);
        if turn {
            let late = window.finalized > birth;
            window.finalized = birth;
            if late {
                self.fail(|m| format!("{} was finalized after an object that was made later", m.describe(id)));
            }
        }
        turn
    }

    /// An object is to die. If it has a pointer, the collection is done with finalizers.
    pub(super) fn begin_to_free(&mut self, id: Id) {
        let Object { lent_fading, leaving, .. } = self.objects[id];
        if self.stage() != Some(Stage::Finalizing) || leaving {
            return;
        }
        if self.objects[id].strong() > 0 {
            return self.doom();
        }
        let Some(window) = self.collection().filter(|it| lent_fading > 0 && it.condemned.may_contain(id)) else {
            return;
        };
        // Perhaps it is, and the last pointer to the object is its own.
        let condemned = window.condemned.clone();
        let doomed = self.garbage_among(&condemned).may;
        if let Some(window) = self.collection() {
            window.unclear += 1;
            window.perhaps_doomed.extend(doomed);
        }
    }

    /// All finalizers have been called. What did not come back is to die.
    fn doom(&mut self) {
        let Some(window) = self.collection() else { return };
        let condemned = std::mem::take(&mut window.condemned);
        let printed = std::mem::take(&mut window.printed);
        let perhaps_doomed = std::mem::take(&mut window.perhaps_doomed);
        if self.observers.prints && !(condemned.must.len()..=condemned.may.len()).contains(&printed) {
            self.fail(|_| format!("{printed} objects were printed, not {}", condemned.must.len()));
        }
        let left = |id: &&Id| self.objects[**id].is_collectable() && self.objects[**id].awaits_finalizer();
        if let Some(&left) = condemned.must.iter().find(left) {
            self.fail(|m| format!("the finalizer of {} was not called", m.describe(left)));
        }
        let mut doomed = self.garbage_among(&condemned);
        if !perhaps_doomed.is_empty() {
            doomed.must.clear();
            doomed.may.extend(perhaps_doomed);
            doomed.may.sort_unstable();
            doomed.may.dedup();
        }
        let surely_alive = condemned.must.iter().filter(|&&id| self.objects[id].is_collectable()).count();
        let maybe_alive = condemned.may.iter().filter(|&&id| self.objects[id].may_be_collectable()).count();
        let least = surely_alive.saturating_sub(doomed.may.len());
        let most = maybe_alive - doomed.must.len();
        self.effects.resurrected += least as u64;
        // A watch does not say when it is its turn.
        self.pacing.unsure |= doomed.may.iter().any(|&id| self.objects[id].kind == Kind::Watch);
        if let Some(window) = self.collection() {
            (window.doomed, window.resurrected, window.stage) = (doomed, (least, most), Stage::Freeing);
        }
        self.refresh();
    }

    /// The collection has done its work.
    fn finish(&mut self) {
        if self.stage() == Some(Stage::Starting) {
            self.condemn();
        }
        if self.stage() == Some(Stage::Finalizing) {
            self.doom();
        }
        let doomed = self.doomed();
        if self.save_all {
            return self.note_saved();
        }
        let left =
            doomed.into_iter().find(|&id| self.objects[id].state != State::Dead && self.objects[id].kind.has_name());
        if let Some(left) = left {
            self.fail(|m| format!("a collection has left {} behind", m.describe(left)));
        }
    }

    /// The collection has kept what it has found.
    fn note_saved(&mut self) {
        let Some(window) = self.collection() else { return };
        let doomed = window.doomed.clone();
        // Of what is uncertain the list says itself whether it is there; watches have no known address.
        let mut kept: Vec<usize> = gc::garbage().to_vec().iter().map(|object| object.as_ptr().addr()).collect();
        kept.iter_mut().for_each(|it| *it = if self.objects.iter().any(|o| o.address == *it) { *it } else { 0 });
        let is_watch = |id: &&Id| self.objects[**id].kind == Kind::Watch;
        let watches = kept.iter().filter(|&&it| it == 0).count() - self.garbage.iter().filter(is_watch).count();
        let all_watches = watches == doomed.may.iter().filter(is_watch).count();
        let is_kept = |id: &&Id| match self.objects[**id].address {
            0 => all_watches || doomed.surely_contains(**id),
            address => doomed.surely_contains(**id) || kept.contains(&address),
        };
        let saved: Vec<Id> = doomed.may.iter().filter(is_kept).copied().collect();
        for id in saved {
            self.judge_callbacks(id);
            self.expire_watch(id);
            self.objects[id].saved = true;
            self.objects[id].handles += 1;
            self.garbage.push(id);
            self.effects.saved += 1;
        }
        self.settle_bags();
    }

    /// Whether the record of a collection is right. `fresh` if no code of the user has run since it was made.
    pub(super) fn judge_record(&mut self, record: &gc::Collection, fresh: bool) {
        let Some(window) = self.collection() else { return };
        let (doomed, unclear, (least, most)) = (window.doomed.clone(), window.unclear, window.resurrected);
        let survivors = window.survivors;
        let mut faults = Vec::new();
        if !(doomed.must.len()..=doomed.may.len() + unclear).contains(&record.collected) {
            faults.push(format!("{} (to {}) collected", doomed.must.len(), doomed.may.len()));
        }
        if !(least..=most).contains(&record.resurrected) {
            faults.push(format!("{least} (to {most}) resurrected"));
        }
        if survivors.is_some_and(|survivors| survivors + record.resurrected != record.survivors) {
            faults.push(format!("{survivors:?} survivors, and the resurrected"));
        }
        if fresh && self.is_certain() && record.heap_size != self.tracked() {
            faults.push(format!("{} tracked", self.tracked()));
        }
        if !faults.is_empty() {
            self.fail(|_| format!("the record is {record:?}, not {}", faults.join(", ")));
        }
    }

    /// An allocation has come to the end of the collection that it may have set off: if that has panicked, the value
    /// that was to be put into an object is dropped after it.
    pub(super) fn note_collection_over(&mut self) {
        if self.windows.last().is_some_and(|window| window.cause == Cause::Automatic && window.stage != Stage::Over) {
            self.judge_window(None);
        }
    }

    /// The call has returned: with what it returned if it was a collection that did not panic.
    pub(crate) fn close(&mut self, returned: Option<usize>) {
        if self.windows.last().is_some_and(|window| window.stage != Stage::Over) {
            self.judge_window(returned);
        }
        self.windows.pop();
    }

    /// The collection is over, if there was one.
    fn judge_window(&mut self, returned: Option<usize>) {
        let now = collections();
        let Some(window) = self.windows.last_mut() else { return };
        let before = window.collections;
        let ran = (0..3).find(|&generation| now[generation] != before[generation]);
        if ran.is_some() && !window.barred && window.stage == Stage::Idle {
            // An automatic collection that has called nobody.
            window.stage = Stage::Starting;
        }
        let (cause, barred, stage, due) = (window.cause, window.barred, window.stage, window.due);
        let expected = (!barred && stage > Stage::Idle).then_some(window.generation);
        if ran != expected || now.iter().sum::<usize>() > before.iter().sum::<usize>() + 1 {
            self.fail(|_| format!("{expected:?} was collected, but {ran:?} was counted: from {before:?} to {now:?}"));
        }
        if cause == Cause::Automatic && !barred && due.is_some_and(|due| due != expected.is_some()) {
            let what = if expected.is_some() { "ran before its time" } else { "was due, but did not run" };
            self.fail(|_| format!("an automatic collection {what}"));
        }
        if let Some(generation) = expected {
            self.judge_end(generation, cause, returned);
        } else if returned.is_some_and(|returned| returned != 0) {
            self.fail(|_| format!("a collection that did not run returned {returned:?}"));
        }
        if let Some(window) = self.windows.last_mut() {
            window.stage = Stage::Over;
        }
    }

    fn judge_end(&mut self, generation: usize, cause: Cause, returned: Option<usize>) {
        if self.stage().is_some_and(|stage| stage < Stage::Stopping) {
            self.note_stop();
        }
        let told = self.observers.names.len();
        if self.collection().is_some_and(|window| window.told != told) {
            self.fail(|_| String::from("not all callbacks were told of the end of a collection"));
        }
        match cause {
            Cause::Explicit(_) => self.effects.explicit_collections[generation] += 1,
            Cause::Automatic => self.effects.automatic_collections[generation] += 1,
        }
        let Some(record) = gc::get_history().pop() else {
            return self.fail(|_| String::from("a collection has left no record"));
        };
        self.judge_record(&record, told == 0);
        self.pacing.note_survivors(generation, record.survivors - record.resurrected);
        if returned.is_some_and(|returned| returned != record.collected) {
            self.fail(|_| format!("a collection returned {returned:?}: {record:?}"));
        }
        self.effects.collected += record.collected as u64;
        self.effects.inexact_collections +=
            u64::from(self.collection().is_some_and(|window| window.survivors.is_none()));
    }
}

fn collections() -> [usize; 3] {
    gc::get_stats().map(|stats| stats.collections)
}
