//! Who is told of collections: the program's callbacks, and where debug output goes.
//!
//! Invariant: nothing here is borrowed while code of the user runs.

use super::records::Collection;
use bitflags::bitflags;
use core::cell::{Cell, RefCell};
use std::rc::Rc;

bitflags! {
    /// What the collector prints, and whether it frees: Python's `gc.DEBUG_*`, with their values.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::gc::{self, DebugFlags};
    ///
    /// assert_eq!(DebugFlags::LEAK.bits(), 38);
    /// gc::set_debug(DebugFlags::STATS | DebugFlags::COLLECTABLE);
    /// gc::set_debug_sink(|line| assert!(line.starts_with("gc: ")));
    /// gc::collect();
    /// ```
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
    pub struct DebugFlags: u32 {
        /// Print what each collection begins with, and what it has found.
        const STATS = 1;
        /// Print each object that is found unreachable.
        const COLLECTABLE = 2;
        /// Print each object that is found unreachable and cannot be freed: there is none. And print, at the end of the
        /// thread, each object that is still in [`garbage`](crate::gc::garbage).
        const UNCOLLECTABLE = 4;
        /// Put what is found unreachable into [`garbage`](crate::gc::garbage), instead of freeing it.
        const SAVEALL = 32;
        /// Print and keep all that is found unreachable: what to set to find out what leaks.
        const LEAK = Self::COLLECTABLE.bits() | Self::UNCOLLECTABLE.bits() | Self::SAVEALL.bits();
        /// Print, at the end of the thread, how many tracked objects of which types are still alive. Python has no such
        /// flag.
        const SHUTDOWN = 64;
    }
}

/// Where a collection is when a [callback](crate::gc::callbacks) is told of it.
///
/// # Examples
///
/// See [`callbacks`](crate::gc::callbacks).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Phase {
    /// It is about to begin. Python's `"start"`.
    Start,
    /// It has ended. Python's `"stop"`.
    Stop,
}

/// A callback that was added to the thread's [callbacks](crate::gc::callbacks).
///
/// # Examples
///
/// See [`callbacks`](crate::gc::callbacks).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CallbackId(u64);

type Callback = dyn Fn(Phase, &Collection);
type Sink = Box<dyn FnMut(&str)>;

/// See the module.
#[derive(Default)]
pub(crate) struct Observers {
    callbacks: RefCell<Vec<(CallbackId, Rc<Callback>)>>,
    /// How many callbacks there have ever been.
    added: Cell<u64>,
    pub(crate) debug: Cell<DebugFlags>,
    /// `None` is the standard error output.
    sink: Cell<Option<Sink>>,
    /// How often the sink has been set.
    sinks: Cell<u64>,
}

impl Observers {
    pub(crate) fn add(&self, callback: Rc<Callback>) -> CallbackId {
        let id = self.next_id();
        self.added.set(id.0 + 1);
        self.callbacks.borrow_mut().push((id, callback));
        id
    }

    /// That of the callback that will be added next. They ascend.
    pub(crate) fn next_id(&self) -> CallbackId {
        CallbackId(self.added.get())
    }

    /// Gives the callback, for the caller to drop.
    pub(crate) fn remove(&self, id: CallbackId) -> Option<Rc<Callback>> {
        let mut callbacks = self.callbacks.borrow_mut();
        let index = callbacks.iter().position(|&(other, _)| other == id)?;
        Some(callbacks.remove(index).1)
    }

    /// Removes all callbacks. Gives them, for the caller to drop.
    pub(crate) fn take_callbacks(&self) -> Vec<(CallbackId, Rc<Callback>)> {
        self.callbacks.take()
    }

    /// The number of callbacks.
    pub(crate) fn len(&self) -> usize {
        self.callbacks.borrow().len()
    }

    /// The first callback that was added after another; the first of all, if there is none.
    pub(crate) fn callback_after(&self, last: Option<CallbackId>) -> Option<(CallbackId, Rc<Callback>)> {
        let callbacks = self.callbacks.borrow();
        let index = last.map_or(0, |last| callbacks.partition_point(|&(id, _)| id <= last));
        callbacks.get(index).map(|(id, callback)| (*id, callback.clone()))
    }

    /// Sets where debug output goes. Gives what it was, for the caller to drop.
    pub(crate) fn set_sink(&self, sink: Option<Sink>) -> Option<Sink> {
        self.sinks.set(self.sinks.get() + 1);
        self.sink.replace(sink)
    }

    /// Writes a line of debug output. User code runs.
    pub(crate) fn print(&self, line: &str) {
        match self.sink.take() {
            Some(sink) => {
                let mut lent = Lent { observers: self, sinks: self.sinks.get(), sink: Some(sink) };
                lent.sink.iter_mut().for_each(|sink| sink(line));
            }
            None => eprintln!("{line}"),
        }
    }
}

/// The sink while it is called. Goes back when it has returned, unless it has been replaced by then.
struct Lent<'o> {
    observers: &'o Observers,
    sinks: u64,
    sink: Option<Sink>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if self.observers.sinks.get() == self.sinks {
            self.observers.sink.set(self.sink.take());
        }
    }
}
