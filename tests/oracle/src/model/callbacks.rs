//! Callbacks on the deaths of objects.

use super::{Id, Model, State};
use crate::program::Action;

/// The name of a callback.
pub(crate) type CallbackName = usize;

/// Where a callback is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Progress {
    /// It is about to be registered.
    New,
    /// It waits for the death of its object.
    Pending,
    /// The program has it, to run it or to drop it.
    Detached,
    /// It is not to be run any more.
    Expired,
    /// It has been run, or begun to.
    Run,
    /// It has been dropped without.
    Dropped,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Callback {
    target: Id,
    action: Action,
    progress: Progress,
    /// The object of the `Watch` that it belongs to.
    watch: Option<Id>,
    /// Greater for what was registered later.
    number: usize,
}

impl Callback {
    pub(super) fn is_pending(&self) -> bool {
        self.progress == Progress::Pending
    }

    pub(super) fn action(&self) -> Action {
        self.action
    }

    pub(super) fn watch(&self) -> Option<Id> {
        self.watch
    }
}

impl Model {
    /// A callback that is about to be registered.
    pub(crate) fn new_callback(&mut self, target: Id, action: Action) -> CallbackName {
        self.callbacks.push(Callback { target, action, progress: Progress::New, watch: None, number: 0 });
        self.callbacks.len() - 1
    }

    /// It has been.
    pub(crate) fn registered(&mut self, name: CallbackName, watch: Option<Id>) {
        let number = self.callbacks.iter().map(|callback| callback.number).max().unwrap_or(0) + 1;
        let callback = &mut self.callbacks[name];
        (callback.progress, callback.watch, callback.number) = (Progress::Pending, watch, number);
    }

    pub(crate) fn is_pending(&self, name: CallbackName) -> bool {
        self.callbacks[name].is_pending()
    }

    /// A callback that is still there, although nothing else is.
    pub(crate) fn callback_left(&self) -> Option<CallbackName> {
        self.callbacks.iter().position(|it| !matches!(it.progress, Progress::Run | Progress::Dropped))
    }

    /// The object that a callback is about.
    pub(crate) fn callback_target(&self, name: CallbackName) -> Id {
        self.callbacks[name].target
    }

    /// Whether a callback runs if its object dies now, for sure; or whether it may.
    fn is_live(&self, name: CallbackName, for_sure: bool) -> bool {
        let Callback { watch, .. } = self.callbacks[name];
        let watches = |watch: Id| {
            let object = &self.objects[watch];
            let held = object.strong() + if for_sure { 0 } else { object.uncertain() } > 0;
            let doomed = if for_sure { self.is_doomed(watch) } else { self.is_surely_doomed(watch) };
            object.state == State::Boxed && held && !doomed
        };
        self.is_pending(name) && watch.is_none_or(watches)
    }

    /// The callbacks of an object that are to run if it dies.
    fn live_callbacks(&self, target: Id) -> impl Iterator<Item = CallbackName> {
        let due = move |name: &CallbackName| self.callbacks[*name].target == target && self.is_live(*name, true);
        (0..self.callbacks.len()).filter(due)
    }

    /// The program takes a callback away from its object; `false` if there is none any more.
    pub(crate) fn detach(&mut self, name: CallbackName) -> bool {
        let pending = self.is_pending(name);
        if pending {
            self.callbacks[name].progress = Progress::Detached;
        }
        pending
    }

    /// A callback begins to run. Gives what it is to do.
    pub(crate) fn callback_runs(&mut self, name: CallbackName) -> Action {
        let Callback { target, progress, action, .. } = self.callbacks[name];
        if progress == Progress::Pending {
            self.note_left(target);
        }
        self.note_event();
        match progress {
            Progress::Detached => {}
            Progress::Pending => self.judge_callback(name, target),
            _ => self.fail(|m| format!("callback {name} was run: {:?}", m.callbacks[name])),
        }
        self.enter();
        self.callbacks[name].progress = Progress::Run;
        self.effects.callbacks += 1;
        self.effects.watches += u64::from(self.callbacks[name].watch.is_some());
        action
    }

    /// Whether the object is dying, and whether it is this callback's turn.
    fn judge_callback(&mut self, name: CallbackName, target: Id) {
        self.begin_to_free(target);
        self.note_move(target);
        let object = &self.objects[target];
        let by_count = object.is_expiring() && !object.awaits_finalizer();
        if by_count && !self.is_doomed(target) {
            self.note_death(target);
        }
        if !(by_count || self.is_doomed(target)) {
            self.fail(|m| format!("callback {name} was run, but not at the death of {}", m.describe(target)));
        }
        if !self.is_live(name, false) {
            self.fail(|_| format!("callback {name} was run, but its watch is gone"));
        }
        // All the dead of a collection are called back together.
        let dying: Vec<Id> = if self.is_surely_doomed(target) { self.doomed() } else { vec![target] };
        let number = self.callbacks[name].number;
        let newer = dying.iter().flat_map(|&id| self.live_callbacks(id)).find(|&it| self.callbacks[it].number > number);
        if let Some(newer) = newer {
            self.fail(|_| format!("callback {name} was run before {newer}, which is newer"));
        }
    }

    /// The value of an object is about to go: its callbacks must have been called.
    pub(super) fn judge_callbacks(&mut self, id: Id) {
        let left = self.live_callbacks(id).next();
        if let Some(left) = left {
            self.fail(|m| format!("callback {left} was not run at the death of {}", m.describe(id)));
        }
        // Those of watches that died with it.
        for callback in &mut self.callbacks {
            if callback.target == id && callback.is_pending() {
                callback.progress = Progress::Expired;
                self.effects.silent_watches += 1;
            }
        }
    }

    /// No weak pointer leads to a watch any more: its callback will not run.
    pub(super) fn expire_watch(&mut self, watch: Id) {
        for callback in self.callbacks.iter_mut().filter(|it| it.watch == Some(watch) && it.is_pending()) {
            callback.progress = Progress::Expired;
        }
    }

    /// The closure of a callback is dropped: after it has run, or without.
    pub(crate) fn callback_dropped(&mut self, name: CallbackName) {
        let watch = self.callbacks[name].watch;
        if let Some(watch) = watch.filter(|_| self.is_pending(name)) {
            // It goes with its watch.
            self.note_event();
            self.begin_to_free(watch);
        }
        match self.callbacks[name].progress {
            Progress::Run => self.depth -= 1,
            // The collection that the allocation of its watch has set off has panicked.
            Progress::New => {
                self.callbacks[name].progress = Progress::Dropped;
                self.note_collection_over();
            }
            Progress::Detached | Progress::Expired => self.callbacks[name].progress = Progress::Dropped,
            Progress::Pending if watch.is_some() && !self.is_live(name, true) => {
                self.callbacks[name].progress = Progress::Dropped;
            }
            _ => self.fail(|m| format!("callback {name} was dropped: {:?}", m.callbacks[name])),
        }
    }
}
