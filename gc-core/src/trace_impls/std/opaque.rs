//! What the collector does not look into, whatever there is in it: rule 2.

use std::any::Any;
use std::cell::{LazyCell, UnsafeCell};
use std::error::Error;
use std::fmt;
use std::future::{self, Future};
use std::io;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::rc::{self, Rc};
use std::sync::atomic::AtomicPtr;
use std::sync::{self, Arc, LazyLock, mpsc};
use std::task::Waker;
use std::thread::{JoinHandle, LocalKey};

use crate::{Trace, leaf};

// What others may own too.
leaf! {
    Rc<T>: [T: ?Sized + 'static],
    rc::Weak<T>: [T: ?Sized + 'static],
    Arc<T>: [T: ?Sized + 'static],
    sync::Weak<T>: [T: ?Sized + 'static],
    // What it leads to is not traced. Were it not `Trace`, the compiler would suggest to borrow whatever is not, and
    // leave out our own advice. So it would, with a `&mut`, if `&'static mut T` were among them.
    &'static T: [T: ?Sized + Trace],
    *const T: [T: ?Sized + 'static],
    *mut T: [T: ?Sized + 'static],
    NonNull<T>: [T: ?Sized + 'static],
    AtomicPtr<T>: [T: 'static],
    LocalKey<T>: [T: 'static],
    JoinHandle<T>: [T: 'static],
    mpsc::Sender<T>: [T: 'static],
    mpsc::SyncSender<T>: [T: 'static],
    mpsc::Receiver<T>: [T: 'static],
    Waker,
}

// What may be gone, or changing, and what cannot be seen: a lazy value can be had only by making it.
leaf! {
    ManuallyDrop<T>: [T: ?Sized + 'static],
    UnsafeCell<T>: [T: ?Sized + 'static],
    LazyCell<T, F>: [T: 'static, F: 'static],
    LazyLock<T, F>: [T: 'static, F: 'static],
    future::Ready<T>: [T: 'static],
    future::Pending<T>: [T: 'static],
}

// Values of unknown types. Those that may hold a `Cc` go into a `Box` of a trait that has `Trace` as its supertrait.
leaf! {
    dyn Any,
    dyn Any + Send,
    dyn Any + Send + Sync,
    dyn Error,
    dyn Error + Send,
    dyn Error + Send + Sync,
    dyn fmt::Debug,
    dyn fmt::Display,
    dyn fmt::Write,
    dyn io::Read,
    dyn io::Read + Send,
    dyn io::BufRead,
    dyn io::BufRead + Send,
    dyn io::Write,
    dyn io::Write + Send,
    dyn Iterator<Item = T>: [T: 'static],
    dyn Iterator<Item = T> + Send: [T: 'static],
    dyn Future<Output = T>: [T: 'static],
    dyn Future<Output = T> + Send: [T: 'static],
}
