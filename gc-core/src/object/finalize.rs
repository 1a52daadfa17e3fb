//! [`Finalize`]: what an object does before it dies.

/// What an object does before it dies: Python's `__del__`, with the guarantees of PEP 442.
///
/// `#[trace(finalize)]` beside `#[derive(Trace)]` says that a type has a finalizer. It belongs to the object, to the
/// value that a [`Cc`](crate::Cc) leads to: it is not called for a value that is a field of another, nor for one that
/// is taken out of its object ([`Cc::try_unwrap`](crate::Cc::try_unwrap)). Only `RefCell`, `OnceCell` and `OnceLock`
/// pass it on: the finalizer of a `Cc<RefCell<T>>` is that of the `T`, called with the cell borrowed. (If a mutable
/// borrow of the cell has been leaked, it cannot be called.) A `Cell` cannot lend its content, and a lock would be held
/// meanwhile.
///
/// It is called at most once in an object's life, when the last pointer to the object is dropped or when a collection
/// has found it unreachable, and then before anything is dropped: all that the object refers to is still there, and
/// weak pointers to it upgrade. A collection calls the finalizers of all that it has found, in the order in which the
/// objects were made.
///
/// A finalizer may do anything: create objects, follow, set and clear the pointers of this object and others, collect
/// (which gives 0 during a collection), and panic. It may even bring the object back, by storing a pointer to it where
/// it can be reached. The object then lives on, with all that it refers to; its next death is without a finalizer.
///
/// A panic does not stop the finalizers of other objects, nor their deaths. The first goes on from the drop, the
/// collection or the creation of an object in which the finalizers were called.
///
/// An object whose type has a finalizer is 8 bytes larger than it would be without.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, Finalize, Trace, collect};
/// use std::cell::{Cell, RefCell};
///
/// thread_local! {
///     static CLOSED: Cell<u32> = const { Cell::new(0) };
/// }
///
/// #[derive(Trace)]
/// #[trace(finalize)]
/// struct Connection {
///     peer: RefCell<Option<Cc<Connection>>>,
/// }
///
/// impl Finalize for Connection {
///     fn finalize(&self) {
///         // Also when both ends of a connection die at once, the peer is still there.
///         assert!(self.peer.borrow().is_some());
///         CLOSED.set(CLOSED.get() + 1);
///     }
/// }
///
/// let [here, there] = [(); 2].map(|()| Cc::new(Connection { peer: RefCell::new(None) }));
/// *here.peer.borrow_mut() = Some(there.clone());
/// *there.peer.borrow_mut() = Some(here.clone());
/// drop((here, there));
/// assert_eq!(collect(), 2);
/// assert_eq!(CLOSED.get(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `Finalize`",
    label = "`#[trace(finalize)]` wants a finalizer for this type",
    note = "write `impl gc_core::Finalize for {Self} {{ fn finalize(&self) {{ ... }} }}`, or remove `finalize`"
)]
pub trait Finalize {
    /// Called before the object dies.
    fn finalize(&self);
}
