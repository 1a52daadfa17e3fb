//! What is kept in thread-locals, for code that the library calls: it has nothing else to work with.

use crate::callback::Registration;
use crate::handle::{Strong, Watcher, Weak};
use std::cell::RefCell;
use std::thread::LocalKey;

/// A list of things that are kept.
pub(crate) type Kept<T> = LocalKey<RefCell<Vec<T>>>;

thread_local! {
    pub(crate) static STRONG: RefCell<Vec<Strong>> = const { RefCell::new(Vec::new()) };
    pub(crate) static WEAK: RefCell<Vec<Weak>> = const { RefCell::new(Vec::new()) };
    pub(crate) static WATCHES: RefCell<Vec<Watcher>> = const { RefCell::new(Vec::new()) };
    pub(crate) static CALLBACKS: RefCell<Vec<Registration>> = const { RefCell::new(Vec::new()) };
}

/// Puts something where destructors find it.
pub(crate) fn keep<T>(list: &'static Kept<T>, thing: T) {
    list.with_borrow_mut(|kept| kept.push(thing));
}

/// Takes what was put there last.
pub(crate) fn unkeep<T>(list: &'static Kept<T>) -> Option<T> {
    list.with_borrow_mut(Vec::pop)
}

/// A clone of one of the things.
pub(crate) fn copy<T: Clone>(list: &'static Kept<T>, number: usize) -> Option<T> {
    list.with_borrow(|kept| kept.get(number.checked_rem(kept.len())?).cloned())
}

/// Lets go of all that is kept, without touching the heap: it is broken.
pub(crate) fn forget_all() {
    fn forget<T>(list: &'static Kept<T>) {
        list.take().into_iter().for_each(std::mem::forget);
    }
    forget(&STRONG);
    forget(&WEAK);
    forget(&WATCHES);
    forget(&CALLBACKS);
}
