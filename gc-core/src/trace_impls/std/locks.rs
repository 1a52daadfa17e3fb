//! Locks, and what goes with them.

use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use std::sync::{
    Barrier, BarrierWaitResult, Condvar, Mutex, Once, OnceState, PoisonError, RwLock, TryLockError, TryLockResult,
    WaitTimeoutResult,
};

use crate::leaf;

leaf! {
    Barrier, BarrierWaitResult, Condvar, Once, OnceState, WaitTimeoutResult,
    RecvError, RecvTimeoutError, TryRecvError,
}

parts! {
    PoisonError<T>: [T] { error => [error.get_ref()] }
    TryLockError<T>: [T] { TryLockError::Poisoned(error) => [error], TryLockError::WouldBlock => [] }
    SendError<T>: [T] { SendError(message) => [message] }
    TrySendError<T>: [T] { TrySendError::Full(message) | TrySendError::Disconnected(message) => [message] }
}

/// Locks, of which an attempt gives a guard: `Type: lock => Option<guard>`.
macro_rules! locks {
    ($($type:ty: $lock:ident => $attempt:expr,)+) => {$(
        // SAFETY: a lock owns its content and visits it, unless it is held. Whether it is cannot change while only the
        // collector runs, so every call visits the same: another thread can get at the lock only if a `T` may be sent
        // there, and then it owns no `Cc`. Rule 6.
        unsafe impl<T: $crate::Trace> $crate::Trace for $type {
            #[inline]
            fn trace(&self, tracer: &mut $crate::Tracer<'_>) {
                let $lock = self;
                // Rule 3.
                if let Some(content) = $attempt {
                    T::trace(&content, tracer);
                }
            }

            #[cfg(feature = "inspect")]
            fn trace_labelled(&self, labeller: &mut $crate::object::Labeller<'_>) {
                let $lock = self;
                if $crate::trace_impls::std::owns_nothing::<T>() {
                    return;
                }
                match $attempt {
                    Some(content) => T::trace_labelled(&content, labeller),
                    None => labeller.busy(),
                }
            }

            #[inline]
            fn is_acyclic() -> bool {
                T::is_acyclic()
            }
        }

        impl<T: $crate::Leaf> $crate::Acyclic for $type {}
        impl<T: $crate::Leaf> $crate::Leaf for $type {}
    )+};
}

locks! {
    Mutex<T>: mutex => poisoned_or_not(mutex.try_lock()),
    RwLock<T>: lock => poisoned_or_not(lock.try_read()),
}

/// The guard, if the lock is free. A panic while it was held may have broken a promise of the program's about the
/// content, but none of the language's: the pointers in it are owned as before.
fn poisoned_or_not<G>(attempt: TryLockResult<G>) -> Option<G> {
    match attempt {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
