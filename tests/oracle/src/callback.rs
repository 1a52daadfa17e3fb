//! Callbacks on deaths.

use crate::action::perform;
use crate::construct::Open;
use crate::handle::{Strong, Watcher};
use crate::model::{CallbackName, NO_EDGES, Source, model};
use crate::program::{Action, Deeds, Kind};
use gc_core::OnDrop;

/// What a callback returns: its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token(CallbackName);

/// What a callback owns. Tells the model what becomes of it.
struct Closure {
    name: CallbackName,
    /// Dropped after the model has been told.
    _capture: Option<Strong>,
}

impl Closure {
    fn run(self) -> Token {
        let action = model(|m| m.callback_runs(self.name));
        perform(action, Source::Callback(self.name));
        Token(self.name)
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        model(|m| m.callback_dropped(self.name));
    }
}

/// A handle of a callback that was registered with `Cc::on_drop`.
#[derive(Clone)]
pub(crate) struct Registration {
    handle: OnDrop<Token>,
    name: CallbackName,
    /// Whether it must not be lost: what the callback owns would be.
    captures: bool,
}

impl Registration {
    pub(crate) fn new(target: &Strong, action: Action, capture: Option<Strong>) -> Registration {
        let captures = capture.is_some();
        let name = model(|m| m.new_callback(target.id(), action));
        let closure = Closure { name, _capture: capture };
        let handle = target.pointer().on_drop(|| closure.run());
        model(|m| m.registered(name, None));
        Registration { handle, name, captures }
    }

    pub(crate) fn captures(&self) -> bool {
        self.captures
    }

    pub(crate) fn name(&self) -> CallbackName {
        self.name
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.handle.is_alive()
    }

    /// `OnDrop::call`. `false` if there is nothing to call any more.
    pub(crate) fn call(&self) -> bool {
        let expected = model(|m| m.detach(self.name));
        let token = self.handle.call();
        if token != expected.then_some(Token(self.name)) {
            model(|m| m.fail(|_| format!("a call of callback {} returned {token:?}", self.name)));
        }
        expected
    }

    /// `OnDrop::detach`, and a call of what that gives, or a drop. `false` if there is nothing any more.
    pub(crate) fn detach(&self, call: bool) -> bool {
        let expected = model(|m| m.detach(self.name));
        let closure = self.handle.detach();
        if closure.is_some() != expected {
            model(|m| m.fail(|_| format!("callback {} was detached: {}", self.name, !expected)));
        }
        match closure {
            Some(closure) if call => drop(closure()),
            closure => drop(closure),
        }
        expected
    }
}

/// `Cc::watch`
pub(crate) fn watch(target: &Strong, action: Action) -> Watcher {
    let name = model(|m| m.new_callback(target.id(), action));
    let closure = Closure { name, _capture: None };
    let open = Open::allocation(Kind::Watch);
    let watch = target.pointer().watch(|| _ = closure.run());
    drop(open);
    let id = model(|m| {
        let id = m.create(Kind::Watch, Deeds::NONE, NO_EDGES);
        m.boxed(id, 0);
        m.registered(name, Some(id));
        id
    });
    Watcher::counted(watch, id)
}
