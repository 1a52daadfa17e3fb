//! What a program can hang on an object: callbacks on its death, and values that it owns as a key of ephemerons.

use super::{Cc, Weak};
use crate::collect::{drop_pointer, note_new_at_exit};
use crate::heap::{DeathCallback, Heap};
use crate::object::{Acyclic, Leaf, Trace, Tracer};
use core::cell::Cell;
use core::fmt;
use core::mem::ManuallyDrop;
use std::rc::Rc;

impl<T: ?Sized> Cc<T> {
    /// Runs `callback` when the object dies. Python's `weakref.finalize(object, callback)`.
    ///
    /// It runs when the object's finalizer, if it has one, has let it die: every weak pointer to the object reads dead
    /// by then, and the value is about to be dropped. (Or it has been [taken out](Cc::try_unwrap), which ends the
    /// object's life as well.) Of several callbacks the newest runs first, also if they belong to different objects
    /// that die in one collection.
    ///
    /// The callback does not depend on the [`OnDrop`] that this gives, which can be dropped. What the callback owns is
    /// not traced: if it owns a pointer to the object, the object never dies.
    ///
    /// An object without callbacks costs nothing; the first one costs an entry in a hash table.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    ///
    /// let log = Rc::new(Cell::new(""));
    /// let file = Cc::new(String::from("file"));
    /// let handle = Cc::on_drop(&file, { let log = log.clone(); move || log.set("closed") });
    /// assert!(handle.is_alive());
    /// drop(file);
    /// assert_eq!(log.get(), "closed");
    /// assert!(!handle.is_alive());
    /// ```
    pub fn on_drop<R: 'static>(this: &Cc<T>, callback: impl FnOnce() -> R + 'static) -> OnDrop<R> {
        let registered = Rc::new(Callback::new(callback));
        Cc::attach_callback(this, registered.clone());
        OnDrop { registered }
    }

    /// Runs `callback` when the object dies, provided that the [`Watch`] which this gives is still alive then. Python's
    /// `weakref.ref(object, callback)`.
    ///
    /// As [`on_drop`](Cc::on_drop), but the callback belongs to the `Watch`: it goes with the last clone of it. A watch
    /// that has become garbage together with its object is silent.
    ///
    /// A watch is a tracked object of its own, and a collection that frees it counts it.
    ///
    /// # Panics
    ///
    /// As [`Cc::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    ///
    /// let deaths = Rc::new(Cell::new(0));
    /// let count = || { let deaths = deaths.clone(); move || deaths.set(deaths.get() + 1) };
    /// let list = Cc::new(vec![1]);
    /// let (kept, dropped) = (Cc::watch(&list, count()), Cc::watch(&list, count()));
    /// drop(dropped);
    /// drop(list);
    /// assert_eq!(deaths.get(), 1);
    /// # drop(kept);
    /// ```
    pub fn watch(this: &Cc<T>, callback: impl FnOnce() + 'static) -> Watch {
        let watched = Cc::new(Watched(Callback::new(callback)));
        Cc::attach_callback(this, Rc::new(Cc::downgrade(&watched)));
        Watch { watched }
    }

    /// Calls back when the object dies.
    pub(crate) fn attach_callback(this: &Cc<T>, callback: Rc<dyn DeathCallback>) {
        let object = this.object();
        // SAFETY: an object keeps its heap.
        unsafe { Heap::of(object).as_ref() }.attachments.attach_callback(object, callback);
    }

    /// Makes the object the owner of a value, as if it had a field for it. Gives the number by which it is released.
    ///
    /// The object is tracked from then on, if it was not.
    pub(crate) fn attach_value<V: ?Sized>(this: &Cc<T>, value: Cc<V>) -> u64 {
        let object = this.object();
        // SAFETY: an object keeps its heap.
        let heap = unsafe { Heap::of(object).as_ref() };
        heap.track(object);
        heap.attachments.attach_value(object, ManuallyDrop::new(value).object())
    }
}

impl<T: ?Sized> Weak<T> {
    /// A strong pointer to the object, if it is alive: also if weak pointers to it read dead, because it has been saved
    /// from a collection as garbage.
    pub(crate) fn upgrade_even_if_saved(&self) -> Option<Cc<T>> {
        let header = self.target()?.header();
        if header.strong() == 0 || header.is_dead() {
            return None;
        }
        header.increment_strong();
        // SAFETY: the count has just been made.
        Some(unsafe { Cc::from_value(self.value) })
    }

    /// Drops a value that was attached to the object, if the object still has it.
    pub(crate) fn release_value(&self, number: u64) {
        let Some(object) = self.target() else { return };
        // SAFETY: an object keeps its heap, as long as there are weak pointers to it.
        let heap = unsafe { Heap::of(object).as_ref() };
        if let Some(value) = heap.attachments.detach_value(object, number) {
            // SAFETY: the pointer was the attachment's.
            unsafe { drop_pointer(value) }
        }
    }
}

/// A callback that waits for the death of an object: what [`Cc::on_drop`] gives. Python's `weakref.finalize` object.
///
/// Clones are of the same callback. Dropping them changes nothing.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
///
/// let five = Cc::new(5);
/// let handle = Cc::on_drop(&five, || 199);
/// assert_eq!(handle.call(), Some(199));
/// assert_eq!(handle.call(), None);
/// assert!(!handle.is_alive());
/// ```
pub struct OnDrop<R> {
    registered: Rc<Callback<R>>,
}

impl<R> OnDrop<R> {
    /// Whether the callback has yet to run: the object is alive, and it has neither been called nor detached.
    ///
    /// # Examples
    ///
    /// See [`OnDrop`].
    pub fn is_alive(&self) -> bool {
        self.registered.is_waiting()
    }

    /// Runs the callback now, instead of at the death of the object, and gives what it returns; `None` if it has run
    /// already, or has been detached.
    ///
    /// # Panics
    ///
    /// If the callback does.
    ///
    /// # Examples
    ///
    /// See [`OnDrop`].
    pub fn call(&self) -> Option<R> {
        self.detach().map(|callback| callback())
    }

    /// Gives the callback back, and does not run it any more; `None` if it has run already, or has been detached.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// let handle = Cc::on_drop(&five, || panic!("not reached"));
    /// assert!(handle.detach().is_some());
    /// drop(five);
    /// ```
    pub fn detach(&self) -> Option<Box<dyn FnOnce() -> R>> {
        self.registered.callback.take()
    }

    /// Whether the callback runs at the end of the thread, if the object is alive then. Python's `atexit` attribute,
    /// which is true from the start there.
    ///
    /// # Examples
    ///
    /// See [`set_at_exit`](OnDrop::set_at_exit).
    pub fn at_exit(&self) -> bool {
        self.registered.at_exit.get()
    }

    /// Says whether the callback runs at the end of the thread, if the object is alive then: after a collection of
    /// everything, newest first. What the callbacks let go of is collected afterwards. It does not, if nothing is said.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use std::sync::mpsc;
    ///
    /// let (sender, receiver) = mpsc::channel();
    /// std::thread::spawn(move || {
    ///     let leaked = std::mem::ManuallyDrop::new(Cc::new(5));
    ///     Cc::on_drop(&leaked, move || sender.send("removed the temporary file")).set_at_exit(true);
    /// })
    /// .join()
    /// .unwrap();
    /// assert_eq!(receiver.recv(), Ok("removed the temporary file"));
    /// ```
    pub fn set_at_exit(&self, at_exit: bool) {
        self.registered.at_exit.set(at_exit);
        if at_exit {
            note_new_at_exit();
        }
    }
}

// SAFETY: visits nothing.
unsafe impl<R: 'static> Trace for OnDrop<R> {
    fn trace(&self, _: &mut Tracer<'_>) {}

    fn is_acyclic() -> bool {
        true
    }
}

impl<R: 'static> Acyclic for OnDrop<R> {}
impl<R: 'static> Leaf for OnDrop<R> {}

impl<R> Clone for OnDrop<R> {
    fn clone(&self) -> OnDrop<R> {
        OnDrop { registered: self.registered.clone() }
    }
}

impl<R> fmt::Debug for OnDrop<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (is_alive, at_exit) = (self.is_alive(), self.at_exit());
        f.debug_struct("OnDrop").field("is_alive", &is_alive).field("at_exit", &at_exit).finish()
    }
}

/// Keeps a callback alive that waits for the death of an object: what [`Cc::watch`] gives. Python's `weakref.ref` with
/// a callback.
///
/// Clones are of the same callback.
///
/// # Examples
///
/// See [`Cc::watch`].
#[derive(Clone)]
#[must_use = "the callback is gone with the last `Watch`"]
pub struct Watch {
    watched: Cc<Watched>,
}

impl Watch {
    /// Whether the callback has yet to run.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// let watch = Cc::watch(&five, || ());
    /// assert!(watch.is_alive());
    /// drop(five);
    /// assert!(!watch.is_alive());
    /// ```
    pub fn is_alive(&self) -> bool {
        // One that has been saved from a collection as garbage is never called.
        self.watched.object().header().can_upgrade() && self.watched.0.is_waiting()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("is_alive", &self.is_alive()).finish()
    }
}

// SAFETY: visits the one pointer that it owns. A watch has no destructor of its own.
unsafe impl Trace for Watch {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.watched.trace(tracer);
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        self.watched.trace_labelled(labeller);
    }
}

/// The callback of a [`Watch`], as an object: tracked, for that it is garbage together with the object that it watches
/// has to be found out.
struct Watched(Callback<()>);

// SAFETY: visits nothing.
unsafe impl Trace for Watched {
    fn trace(&self, _: &mut Tracer<'_>) {}
}

/// A callback, until it is called or taken away.
struct Callback<R> {
    callback: Cell<Option<Box<dyn FnOnce() -> R>>>,
    at_exit: Cell<bool>,
}

impl<R> Callback<R> {
    fn new(callback: impl FnOnce() -> R + 'static) -> Callback<R> {
        Callback { callback: Cell::new(Some(Box::new(callback))), at_exit: Cell::new(false) }
    }

    fn is_waiting(&self) -> bool {
        let callback = self.callback.take();
        let is_waiting = callback.is_some();
        self.callback.set(callback);
        is_waiting
    }
}

impl<R> DeathCallback for Callback<R> {
    fn run(&self) {
        if let Some(callback) = self.callback.take() {
            callback();
        }
    }

    fn is_alive(&self) -> bool {
        self.is_waiting()
    }

    fn at_exit(&self) -> bool {
        self.at_exit.get()
    }
}

impl DeathCallback for Weak<Watched> {
    fn run(&self) {
        if let Some(callback) = self.upgrade().and_then(|watched| watched.0.callback.take()) {
            callback();
        }
    }

    fn is_alive(&self) -> bool {
        // Without a look at the object, whose death that could become.
        self.strong_count() > 0
    }
}
