//! `parking_lot`: a lock owns its content, and visits it unless it is held. There is no poison.
//!
//! A read lock, and a `ReentrantMutex` that this thread holds, hide nothing: they give no more than a `&T`.

use parking_lot::{Condvar, FairMutex, Mutex, Once, OnceState, ReentrantMutex, RwLock, WaitTimeoutResult};

use crate::leaf;

locks! {
    FairMutex<T>: mutex => mutex.try_lock(),
    Mutex<T>: mutex => mutex.try_lock(),
    ReentrantMutex<T>: mutex => mutex.try_lock(),
    RwLock<T>: lock => lock.try_read(),
}

leaf! { Condvar, Once, OnceState, WaitTimeoutResult }
