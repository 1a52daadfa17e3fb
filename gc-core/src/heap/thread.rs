//! Which heap is this thread's.

use super::Heap;
use core::cell::Cell;
use core::ptr::NonNull;

thread_local! {
    /// Initialised at compile time and without a destructor, so that reading it is one load, at any time: even in the
    /// destructors of other thread-local values.
    static CURRENT: Cell<Option<NonNull<Heap>>> = const { Cell::new(None) };
}

/// The heap of this thread, if it has one.
#[inline]
pub(crate) fn current() -> Option<NonNull<Heap>> {
    CURRENT.get()
}

pub(crate) fn set_current(heap: Option<NonNull<Heap>>) {
    CURRENT.set(heap);
}
