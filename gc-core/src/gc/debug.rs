//! What the collector tells of its work, and the garbage that it keeps to be looked at.

use crate::cc::{self, AnyCc};
use crate::collect::with_heap;
use crate::heap::{CallbackId, Collection, DebugFlags, Heap, Phase};
use core::marker::PhantomData;
use std::rc::Rc;

/// Sets what the collector prints, and whether it frees. It starts out empty.
///
/// # Examples
///
/// See [`DebugFlags`].
pub fn set_debug(flags: DebugFlags) {
    with_heap(|heap| heap.observers.debug.set(flags));
}

/// What the collector prints, and whether it frees.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, DebugFlags};
///
/// assert_eq!(gc::get_debug(), DebugFlags::empty());
/// gc::set_debug(DebugFlags::STATS);
/// assert_eq!(gc::get_debug().bits(), 1);
/// ```
pub fn get_debug() -> DebugFlags {
    with_heap(|heap| heap.observers.debug.get())
}

/// Sets where debug output goes: `sink` is called with each line, without its end. It starts out as the standard error
/// output.
///
/// The sink may do what a [finalizer](crate::Finalize) may. What it prints itself goes to the standard error output. To
/// go back to that, set `|line| eprintln!("{line}")`.
///
/// # Panics
///
/// If the drop of the sink does that it replaces.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, DebugFlags};
/// use std::cell::RefCell;
/// use std::rc::Rc;
///
/// let lines = Rc::new(RefCell::new(Vec::new()));
/// let sink = lines.clone();
/// gc::set_debug_sink(move |line| sink.borrow_mut().push(line.to_owned()));
/// gc::set_debug(DebugFlags::STATS);
/// gc::collect();
/// assert_eq!(lines.borrow()[0], "gc: collecting generation 2...");
/// ```
pub fn set_debug_sink(sink: impl FnMut(&str) + 'static) {
    let sink = Box::new(sink);
    // What it replaces is dropped where no heap is in use: that is code of the user.
    drop(with_heap(|heap| heap.observers.set_sink(Some(sink))));
}

/// The functions that are called when a collection begins and when it has ended. Python's `gc.callbacks`.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, Phase};
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// let pauses = Rc::new(Cell::new(0));
/// let count = pauses.clone();
/// let id = gc::callbacks().add(move |phase, collection| {
///     if phase == Phase::Stop {
///         count.set(count.get() + 1);
///         assert_eq!(collection.collected, 0);
///     }
/// });
/// gc::collect();
/// assert_eq!(pauses.get(), 1);
/// assert!(gc::callbacks().remove(id));
/// ```
pub fn callbacks() -> Callbacks {
    Callbacks { not_send: PhantomData }
}

/// The functions that are called for each collection of the thread. See [`callbacks`].
///
/// # Examples
///
/// See [`callbacks`].
#[derive(Clone, Copy, Debug)]
pub struct Callbacks {
    /// They are those of one thread.
    not_send: PhantomData<*const ()>,
}

impl Callbacks {
    /// Adds a function. Those that are there are called in the order in which they were added; one that is added by
    /// another is called in the same round.
    ///
    /// It may do what a finalizer may. During a collection [`collect`](fn@crate::collect) gives 0. A panic does not
    /// stop the collection; the first goes on from it when it has ended. For the collection at the end of a thread none
    /// is called.
    ///
    /// # Examples
    ///
    /// See [`callbacks`].
    pub fn add(&self, callback: impl Fn(Phase, &Collection) + 'static) -> CallbackId {
        let callback = Rc::new(callback);
        with_heap(|heap| heap.observers.add(callback))
    }

    /// Removes a function; `false` if it is not there any more.
    ///
    /// # Panics
    ///
    /// If its drop does.
    ///
    /// # Examples
    ///
    /// See [`callbacks`].
    pub fn remove(&self, id: CallbackId) -> bool {
        with_heap(|heap| heap.observers.remove(id)).is_some()
    }

    /// Removes all of them.
    ///
    /// # Panics
    ///
    /// If the drop of one does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::gc;
    ///
    /// gc::callbacks().add(|_, _| panic!("not reached"));
    /// gc::callbacks().clear();
    /// gc::collect();
    /// ```
    pub fn clear(&self) {
        drop(with_heap(|heap| heap.observers.take_callbacks()));
    }

    /// How many there are.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(gc_core::gc::callbacks().len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        with_heap(|heap| heap.observers.len())
    }

    /// Whether there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(gc_core::gc::callbacks().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What has been found unreachable and kept, because of [`DebugFlags::SAVEALL`]. Python's `gc.garbage`.
///
/// The objects are intact, and their finalizers have been called. Weak pointers to them, old ones and new ones, do not
/// upgrade, and their callbacks have run. When the list lets go of them, the next collection finds them again.
///
/// # Examples
///
/// ```
/// use gc_core::gc::{self, DebugFlags};
/// use gc_core::{Cc, Trace};
/// use std::cell::OnceCell;
///
/// #[derive(Trace)]
/// struct Node {
///     next: OnceCell<Cc<Node>>,
/// }
///
/// gc::set_debug(DebugFlags::SAVEALL);
/// let node = Cc::new(Node { next: OnceCell::new() });
/// node.next.set(node.clone()).ok();
/// drop(node);
/// assert_eq!(gc::collect(), 1);
///
/// let leaked = gc::garbage().take();
/// assert!(leaked[0].downcast_ref::<Node>().is_some());
/// gc::set_debug(DebugFlags::empty());
/// drop(leaked);
/// assert_eq!(gc::collect(), 1);
/// ```
pub fn garbage() -> Garbage {
    Garbage { not_send: PhantomData }
}

/// The list of what has been found unreachable and kept. See [`garbage`].
///
/// # Examples
///
/// See [`garbage`].
#[derive(Clone, Copy, Debug)]
pub struct Garbage {
    /// It is that of one thread.
    not_send: PhantomData<*const ()>,
}

impl Garbage {
    /// The objects in the list.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(gc_core::gc::garbage().to_vec().is_empty());
    /// ```
    pub fn to_vec(&self) -> Vec<AnyCc> {
        cc::garbage()
    }

    /// Takes the objects out of the list.
    ///
    /// # Examples
    ///
    /// See [`garbage`].
    pub fn take(&self) -> Vec<AnyCc> {
        cc::take_garbage()
    }

    /// Puts an object into the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, gc};
    ///
    /// let odd = Cc::new(vec![1]);
    /// gc::garbage().push(&odd);
    /// assert_eq!(gc::garbage().take(), [odd.into()]);
    /// ```
    pub fn push(&self, object: impl Into<AnyCc>) {
        let object = object.into().into_counted();
        with_heap(|heap| heap.garbage.borrow_mut().push(object));
    }

    /// Takes an object out of the list, and drops the pointer that the list had; `false` if it is not there.
    ///
    /// # Panics
    ///
    /// As the drop of a [`Cc`](crate::Cc).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{AnyCc, Cc, gc};
    ///
    /// let odd = AnyCc::from(Cc::new(vec![1]));
    /// gc::garbage().push(odd.clone());
    /// assert!(gc::garbage().remove(&odd));
    /// assert!(!gc::garbage().remove(&odd));
    /// ```
    pub fn remove(&self, object: &AnyCc) -> bool {
        cc::remove_garbage(object).is_some()
    }

    /// Empties the list.
    ///
    /// # Panics
    ///
    /// As the drop of a [`Cc`](crate::Cc).
    ///
    /// # Examples
    ///
    /// See [`len`](Garbage::len).
    pub fn clear(&self) {
        drop(self.take());
    }

    /// The number of objects in the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, gc};
    ///
    /// gc::garbage().push(Cc::new(vec![1]));
    /// assert_eq!(gc::garbage().len(), 1);
    /// gc::garbage().clear();
    /// assert!(gc::garbage().is_empty());
    /// ```
    pub fn len(&self) -> usize {
        with_heap(|heap: &Heap| heap.garbage.borrow().len())
    }

    /// Whether the list is empty.
    ///
    /// # Examples
    ///
    /// See [`len`](Garbage::len).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
