//! Collections as the model sees them: what they may free, and what they must.
//!
//! A *window* is open from before to after a call that collects, or that may do so. An automatic collection gives no
//! sign of itself; the model learns of it from the first destructor that runs, or from the statistics when the window
//! is closed. Nothing can have happened before that which would change what is garbage. If it panics, the value that
//! was to be put into an object is dropped; then the collection is over before the window is closed.
//!
//! Whether an object is garbage is not always known for certain: a destructor may collect while a value is half
//! dropped, some of its edges being gone. So there are two bounds, which nearly always are the same.

use crate::model::{Id, Model, State};
use crate::program::Kind;
use gc_core::gc::{self, Generation};
use std::thread;

/// Which of the edges that may or may not be there are taken to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fading {
    /// All of them: what is garbage then is garbage for certain.
    There,
    /// None.
    Gone,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The program asked for it.
    Explicit(Generation),
    /// An allocation may have set it off.
    Automatic,
}

/// What a collection finds. The lists are sorted.
struct Verdict {
    /// Objects from this one on were made later.
    born: Id,
    /// For each generation that may be collected: the certain garbage.
    must: [Vec<Id>; 3],
    may: Vec<Id>,
}

/// See the module.
pub(crate) struct Window {
    cause: Cause,
    /// Whether there can be no collection in it, because one runs already, or automatic ones are off.
    barred: bool,
    verdict: Option<Verdict>,
    /// Whether the collection, if there was one, has come to its end.
    over: bool,
    /// Whether an automatic collection is due, if that is known.
    due: Option<bool>,
    collections: [usize; 3],
}

impl Window {
    /// Whether a collection runs in it.
    fn collects(&self) -> bool {
        self.verdict.is_some() && !self.over
    }

    pub(crate) fn may_condemn(&self, id: Id) -> bool {
        self.collects() && self.verdict.as_ref().is_some_and(|verdict| verdict.may.binary_search(&id).is_ok())
    }

    pub(crate) fn must_condemn(&self, id: Id) -> bool {
        match (self.cause, &self.verdict) {
            (Cause::Explicit(generation), Some(verdict)) => {
                verdict.must[generation as usize].binary_search(&id).is_ok()
            }
            _ => false,
        }
    }
}

impl Model {
    /// The program is about to collect.
    pub(crate) fn open_collection(&mut self, generation: Generation) {
        let barred = self.is_collecting();
        self.open(Cause::Explicit(generation), barred);
        if barred {
            self.effects.nested_collections += 1;
        } else {
            self.counts[0] = 0;
            self.count_collection(generation as usize);
            let verdict = self.verdict(Cause::Explicit(generation));
            self.top().verdict = Some(verdict);
        }
    }

    /// The program is about to allocate.
    pub(crate) fn open_allocation(&mut self) {
        self.counts[0] += 1;
        let off = !self.enabled || self.threshold == Some(0) || self.pauses > 0;
        let barred = off || self.is_collecting() || thread::panicking();
        self.open(Cause::Automatic, barred);
    }

    fn open(&mut self, cause: Cause, barred: bool) {
        let due = self.threshold.filter(|_| !self.unsure_of_counts).map(|threshold| self.counts[0] > threshold);
        let collections = collections();
        self.windows.push(Window { cause, barred, verdict: None, over: false, due, collections });
    }

    /// The numbers of collections of a generation since the last one of the next.
    fn count_collection(&mut self, generation: usize) {
        let [_, young, middle] = &mut self.counts;
        match generation {
            0 => *young += 1,
            1 => (*young, *middle) = (0, *middle + 1),
            _ => (*young, *middle) = (0, 0),
        }
    }

    fn top(&mut self) -> &mut Window {
        self.windows.last_mut().expect("a window is open")
    }

    /// A destructor runs: if an allocation may have set off a collection, it has.
    pub(crate) fn note_collection_begun(&mut self) {
        let automatic = Cause::Automatic;
        if self.windows.last().is_some_and(|w| w.cause == automatic && !w.barred && !w.over && w.verdict.is_none()) {
            self.begin_automatic();
        }
    }

    fn begin_automatic(&mut self) {
        self.counts[0] = 0;
        let verdict = self.verdict(Cause::Automatic);
        self.top().verdict = Some(verdict);
    }

    /// Whether a collection runs.
    pub(crate) fn is_collecting(&self) -> bool {
        self.windows.iter().any(Window::collects)
    }

    /// A value in no object is dropped. If it was to be put into one, the collection has panicked, and is over.
    pub(crate) fn note_collection_over(&mut self) {
        if self.windows.last().is_some_and(|window| window.cause == Cause::Automatic && !window.over) {
            self.judge_window(None);
        }
    }

    /// The call has returned: with what it returned if it was a collection that did not panic.
    pub(crate) fn close(&mut self, returned: Option<usize>) {
        if !self.top().over {
            self.judge_window(returned);
        }
        self.windows.pop();
    }

    /// The collection is over, if there was one.
    fn judge_window(&mut self, returned: Option<usize>) {
        let now = collections();
        if !self.top().barred && self.top().verdict.is_none() && now != self.top().collections {
            // An automatic collection that has destroyed nothing.
            self.begin_automatic();
        }
        let mut window = self.windows.pop().expect("a window is open");
        let generation = (0..3).find(|&generation| now[generation] != window.collections[generation]);
        if window.barred {
            if generation.is_some() || returned.is_some_and(|returned| returned != 0) {
                self.fail(|_| format!("a collection that should not have run returned {returned:?}"));
            }
        } else {
            self.judge_statistics(&window, generation, now);
            if let (Some(verdict), Some(generation)) = (&window.verdict, generation) {
                self.judge_result(verdict, generation, returned);
                self.promote(verdict.born, generation);
            }
        }
        window.over = true;
        self.windows.push(window);
    }

    /// Whether the collection that ran was one that should have, and has been counted. `generation` is the one that
    /// the statistics have changed for, `now` what they say.
    fn judge_statistics(&mut self, window: &Window, generation: Option<usize>, now: [usize; 3]) {
        let total = |collections: [usize; 3]| collections.iter().sum::<usize>();
        if total(now) - total(window.collections) > 1 {
            self.fail(|_| String::from("a collection was counted more than once"));
        }
        match (window.cause, generation) {
            (Cause::Explicit(expected), _) => {
                self.effects.explicit_collections[expected as usize] += 1;
                if generation != Some(expected as usize) {
                    self.fail(|_| format!("a collection of {expected:?} was counted as one of {generation:?}"));
                }
            }
            (Cause::Automatic, Some(generation)) => {
                self.effects.automatic_collections[generation] += 1;
                self.count_collection(generation);
            }
            (Cause::Automatic, None) if window.collects() => {
                self.fail(|_| String::from("an allocation destroyed objects, but no collection was counted"));
            }
            (Cause::Automatic, None) => {}
        }
        if window.cause == Cause::Automatic && window.due.is_some_and(|due| due != window.collects()) {
            let ran = if window.collects() { "ran before its time" } else { "was due, but did not run" };
            self.fail(|_| format!("an automatic collection {ran}"));
        }
    }

    /// Whether a collection has found the garbage that there was.
    fn judge_result(&mut self, verdict: &Verdict, generation: usize, returned: Option<usize>) {
        let must = &verdict.must[generation];
        let left = must.iter().find(|&&id| self.objects[id].state != State::Dead && !self.is_unit(id));
        if let Some(&left) = left {
            self.fail(|m| format!("a collection of generation {generation} has left {} behind", m.describe(left)));
        }
        let (must, may) = (must.len(), verdict.may.len());
        if let Some(returned) = returned {
            self.effects.collected += returned as u64;
            if !(must..=may).contains(&returned) {
                let what = format!("returned {returned}, not {must} (or up to {may})");
                self.fail(|_| format!("a collection of generation {generation} {what}"));
            }
        }
    }

    /// Units are nameless: when one of them died is not known before the end of the operation.
    fn is_unit(&self, id: Id) -> bool {
        self.objects[id].kind == Kind::Unit
    }

    /// Objects that were there when the collection of a generation began go to the next.
    fn promote(&mut self, born: Id, generation: usize) {
        for object in &mut self.objects[..born] {
            if object.state == State::Boxed && !object.detached && object.generation <= generation {
                object.generation = (generation + 1).min(2);
            }
        }
    }

    fn verdict(&self, cause: Cause) -> Verdict {
        let born = self.objects.len();
        match cause {
            Cause::Explicit(generation) => {
                let mut must = [const { Vec::new() }; 3];
                must[generation as usize] = self.garbage(generation as usize, Fading::There);
                Verdict { born, must, may: self.garbage(generation as usize, Fading::Gone) }
            }
            Cause::Automatic => {
                let must = [0, 1, 2].map(|generation| self.garbage(generation, Fading::There));
                Verdict { born, must, may: self.garbage(2, Fading::Gone) }
            }
        }
    }

    /// What a collection of a generation and the younger ones finds unreachable.
    fn garbage(&self, generation: usize, fading: Fading) -> Vec<Id> {
        // An object without strong pointers is being dropped, or waits for it: it has left its generation.
        let in_set = |id: Id| {
            let o = &self.objects[id];
            let member = o.state == State::Boxed && o.kind.is_tracked() && !o.detached && o.strong() > 0;
            member && o.generation <= generation
        };
        let mut marked = vec![false; self.objects.len()];
        let mut pending = Vec::new();
        for (id, object) in self.objects.iter().enumerate() {
            if in_set(id) {
                if object.handles > 0 || (fading == Fading::There && object.fading > 0) {
                    pending.push(id);
                }
            } else if matches!(object.state, State::Loose | State::Boxed) {
                pending.extend(object.edges.iter().flatten());
            }
        }
        while let Some(id) = pending.pop() {
            if in_set(id) && !std::mem::replace(&mut marked[id], true) {
                pending.extend(self.objects[id].edges.iter().flatten());
            }
        }
        (0..self.objects.len()).filter(|&id| in_set(id) && !marked[id]).collect()
    }

    /// Whether the program can get at the object.
    pub(crate) fn is_reachable(&self, id: Id) -> bool {
        let mut marked = vec![false; self.objects.len()];
        let is_root = |id: &Id| self.objects[*id].handles > 0 || self.objects[*id].state == State::Loose;
        let mut pending: Vec<Id> = (0..self.objects.len()).filter(is_root).collect();
        while let Some(next) = pending.pop() {
            if next == id {
                return true;
            }
            if !std::mem::replace(&mut marked[next], true) {
                pending.extend(self.objects[next].edges.iter().flatten());
            }
        }
        false
    }
}

fn collections() -> [usize; 3] {
    gc::get_stats().map(|stats| stats.collections)
}
