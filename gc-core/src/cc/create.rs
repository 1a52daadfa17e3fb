//! How objects are made: memory first, then the value, then a place in the young generation.
//!
//! An automatic collection runs before there is any of it, so that destructors never meet an object that is half made.

use super::{Cc, Weak};
use crate::collect::{collect_automatically, leave, throw_after, try_with_heap, with_current_heap};
use crate::heap::{Heap, Panic, Shape, State};
use crate::object::{Header, ObjectPtr, Opaque, Trace, VTable};
use core::fmt;
use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop, MaybeUninit};
use core::pin::Pin;
use std::alloc::{Layout, handle_alloc_error};

impl<T: Trace> Cc<T> {
    /// Makes an object of a value.
    ///
    /// Before it does so, an automatic collection may run; see [`gc::enable`](crate::gc::enable). Finalizers, callbacks
    /// and destructors run then.
    ///
    /// # Panics
    ///
    /// With the first panic of one of these, if such a collection ran into one; the value is dropped first. If there is
    /// no memory, [`handle_alloc_error`] is called, which usually aborts; see [`try_new`](Cc::try_new).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// assert_eq!(*five, 5);
    /// ```
    #[inline]
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new(value: T) -> Cc<T> {
        match Place::<T>::take() {
            Some(place) => place.fill(value),
            None => Cc::new_slow(value),
        }
    }

    /// [`new`](Cc::new), where there is more to do than to take a slot.
    #[cold]
    #[inline(never)]
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn new_slow(value: T) -> Cc<T> {
        match Place::<T>::allocate() {
            Ok(place) => place.fill(value),
            Err(failure) => failure.abandon(Shape::of::<T>(), value),
        }
    }

    /// Makes an object of a value, or gives it back if there is no memory.
    ///
    /// # Errors
    ///
    /// [`AllocError`], with the value.
    ///
    /// # Panics
    ///
    /// As [`new`](Cc::new), but not for want of memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::try_new(5)?;
    /// assert_eq!(*five, 5);
    /// # Ok::<(), gc_core::AllocError<i32>>(())
    /// ```
    #[inline]
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn try_new(value: T) -> Result<Cc<T>, AllocError<T>> {
        match Place::<T>::allocate() {
            Ok(place) => Ok(place.fill(value)),
            Err(Failure::Memory) => Err(AllocError(value)),
            Err(failure) => failure.abandon(Shape::of::<T>(), value),
        }
    }

    /// Makes a pinned object of a value.
    ///
    /// # Panics
    ///
    /// As [`new`](Cc::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let pinned = Cc::pin(5);
    /// assert_eq!(*pinned, 5);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn pin(value: T) -> Pin<Cc<T>> {
        // SAFETY: the value of an object is moved only out of its last `Cc`, to which `Pin` gives no access.
        unsafe { Pin::new_unchecked(Cc::new(value)) }
    }

    /// Makes an object whose value holds a weak pointer to itself.
    ///
    /// The object is complete when `data_fn` returns: until then the weak pointer, and each clone of it, upgrades to
    /// `None`. If `data_fn` panics, clones that it has left behind stay that way.
    ///
    /// A strong pointer to itself, which this is used to avoid with `Rc`, does no harm to a `Cc`; but it dies only by
    /// collection.
    ///
    /// # Panics
    ///
    /// As [`new`](Cc::new), and then without a call of `data_fn`; or if `data_fn` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, Trace, Weak};
    ///
    /// #[derive(Trace)]
    /// struct Gadget {
    ///     me: Weak<Gadget>,
    /// }
    ///
    /// let gadget = Cc::new_cyclic(|me| {
    ///     assert!(me.upgrade().is_none());
    ///     Gadget { me: me.clone() }
    /// });
    /// assert!(Cc::ptr_eq(&gadget.me.upgrade().unwrap(), &gadget));
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new_cyclic<F>(data_fn: F) -> Cc<T>
    where
        F: FnOnce(&Weak<T>) -> T,
    {
        /// An object under construction. Its drop is that of one whose construction has failed.
        struct Unborn<T>(Weak<T>);

        impl<T> Drop for Unborn<T> {
            fn drop(&mut self) {
                leave(self.0.object());
            }
        }

        let place = Place::<T>::allocate().unwrap_or_else(|failure| failure.abandon(Shape::of::<T>(), ()));
        let object = place.write_header(Header::unborn(VTable::of_uninit::<T>(), place.has_finalizer));
        place.enrol(Heap::enrol_detached);
        let value = object.value().cast::<T>();
        // SAFETY: the weak pointer that the header counts.
        let unborn = Unborn(unsafe { Weak::from_value(value) });
        let data = data_fn(&unborn.0);
        // SAFETY: the slot has room for the value, and nobody reads it yet.
        unsafe { value.write(data) };
        object.header().bear(VTable::of::<T>(), place.tracked);
        place.enrol(|heap, object| heap.attach(object, State::Young));
        // Its weak pointer is now the one that the strong pointers own.
        mem::forget(unborn);
        // SAFETY: the strong pointer that the header counts.
        unsafe { Cc::from_value(value) }
    }

    /// Makes an object whose value is yet to be written.
    ///
    /// # Panics
    ///
    /// As [`new`](Cc::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let mut five = Cc::<u32>::new_uninit();
    /// Cc::get_mut(&mut five).unwrap().write(5);
    /// // SAFETY: the value has been written.
    /// let five = unsafe { five.assume_init() };
    /// assert_eq!(*five, 5);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new_uninit() -> Cc<MaybeUninit<T>> {
        let place = Place::<T>::allocate().unwrap_or_else(|failure| failure.abandon(Shape::of::<T>(), ()));
        place.uninit()
    }

    /// Makes an object whose value is yet to be written, of zero bytes.
    ///
    /// # Panics
    ///
    /// As [`new`](Cc::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let zero = Cc::<u32>::new_zeroed();
    /// // SAFETY: zero is a `u32`.
    /// let zero = unsafe { zero.assume_init() };
    /// assert_eq!(*zero, 0);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new_zeroed() -> Cc<MaybeUninit<T>> {
        let cc = Cc::<T>::new_uninit();
        // SAFETY: the slot has room for a value, and nobody else uses it.
        unsafe { cc.value.write_bytes(0, 1) };
        cc
    }
}

impl<T: 'static> Cc<T> {
    /// Makes an object of a value that the collector does not look into, whatever its type: of a closure, say, or of a
    /// type of another crate.
    ///
    /// It is counted, as an `Rc` is, and has no finalizer. What it refers to is taken for alive, so a cycle through it
    /// leaks.
    ///
    /// # Panics
    ///
    /// As [`new`](Cc::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, Trace, coerce};
    ///
    /// #[derive(Trace)]
    /// struct Native {
    ///     name: &'static str,
    ///     code: Cc<dyn Fn(&str) -> usize>,
    /// }
    ///
    /// let more = 1;
    /// let code = coerce!(Cc::new_opaque(move |text: &str| text.len() + more) => Cc<dyn Fn(&str) -> usize>);
    /// let native = Cc::new(Native { name: "length", code });
    /// assert_eq!((native.code)("four"), 5);
    /// # assert_eq!(native.name, "length");
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new_opaque(value: T) -> Cc<T> {
        let cc = ManuallyDrop::new(Cc::new(Opaque(value)));
        cc.object().header().set_vtable(VTable::of_opaque::<T>());
        // SAFETY: the strong pointer is that of `cc`, and an `Opaque<T>` is a `T`.
        unsafe { Cc::from_value(cc.value.cast()) }
    }
}

impl<T: Trace> Cc<MaybeUninit<T>> {
    /// Says that the value has been written.
    ///
    /// If there are other pointers to the object, strong or weak, through which the value could still be overwritten,
    /// the collector never looks at it: a cycle through it then leaks, and it has no finalizer.
    ///
    /// # Panics
    ///
    /// If the object comes from [`new_opaque`](Cc::new_opaque): it was not made for a `T`, and could not drop one.
    ///
    /// # Safety
    ///
    /// It has been.
    ///
    /// # Examples
    ///
    /// See [`new_uninit`](Cc::new_uninit).
    pub unsafe fn assume_init(self) -> Cc<T> {
        self.note_written(VTable::of::<T>());
        // SAFETY: the strong pointer is that of `self`, and the caller says that there is a value.
        unsafe { Cc::from_value(ManuallyDrop::new(self).value.cast()) }
    }
}

impl<T: ?Sized> Cc<T> {
    /// Says that the value has been written, as one of the table's type, for which the object was made. If others could
    /// still overwrite it, the collector is not told.
    ///
    /// # Panics
    ///
    /// If the object is opaque, and was made for nothing but a `MaybeUninit`.
    pub(super) fn note_written(&self, vtable: &'static VTable) {
        let object = self.object();
        assert!(
            !object.header().vtable().is_opaque,
            "`assume_init` of an object that `Cc::new_opaque` has made of a `{}`; make it with `Cc::new_uninit` or \
             `Cc::new_uninit_slice`",
            object.type_name(),
        );
        if Cc::strong_count(self) == 1 && Cc::weak_count(self) == 0 && !object.is_initialised() {
            object.header().set_vtable(vtable);
            // SAFETY: an object keeps its heap.
            unsafe { Heap::of(object).as_ref() }.attach_if_detached(object);
        }
    }
}

/// Memory for a value could not be had. Holds the value.
///
/// The error of [`Cc::try_new`].
///
/// # Examples
///
/// ```
/// use gc_core::{AllocError, Cc};
///
/// fn store(text: String) -> Result<Cc<String>, String> {
///     Cc::try_new(text).map_err(AllocError::into_inner)
/// }
/// # assert!(store("text".into()).is_ok());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AllocError<T>(T);

impl<T> AllocError<T> {
    /// Gives the value back.
    ///
    /// # Examples
    ///
    /// See [`AllocError`].
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for AllocError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllocError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for AllocError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, name) = (const { Shape::of::<T>() }.size(), core::any::type_name::<T>());
        write!(f, "no memory for an object of {size} bytes with a `{name}`")
    }
}

impl<T> std::error::Error for AllocError<T> {}

/// Memory for an object with a `T`, which is not one yet.
pub(super) struct Place<T: ?Sized> {
    /// Fresh from `Heap::allocate`: room for a header and a `T`, neither of which is written, and known to nobody else.
    object: ObjectPtr,
    /// Whether the collector is to look at it. The type is asked once for each object: what is done with an object must
    /// not depend on whether it gives the same answer each time.
    tracked: bool,
    /// Whether the object has a finalizer, and a trailer for its birth number.
    has_finalizer: bool,
    holds: PhantomData<T>,
}

impl<T: Trace> Place<T> {
    /// User code may run.
    pub(super) fn allocate() -> Result<Place<T>, Failure> {
        Place::with(allocate)
    }

    /// [`allocate`](Place::allocate), if a slot is there for the taking, and no collection is due.
    #[inline]
    fn take() -> Option<Place<T>> {
        Place::with(|shape, tracked| with_current_heap(|heap| heap.take(shape, tracked)).ok_or(())).ok()
    }

    /// A place of the shape for a `T` from `allocate`, which is told whether to track the object.
    #[inline]
    fn with<E>(allocate: impl FnOnce(Shape, bool) -> Result<ObjectPtr, E>) -> Result<Place<T>, E> {
        let tracked = !T::is_acyclic();
        let has_finalizer = T::finalizer().is_some();
        let shape = if has_finalizer { const { Shape::of::<T>().with_trailer() } } else { const { Shape::of::<T>() } };
        let object = allocate(shape, tracked)?;
        Ok(Place { object, tracked, has_finalizer, holds: PhantomData })
    }

    /// Makes the object.
    #[inline]
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn fill(self, value: T) -> Cc<T> {
        let place =
            self.write_header(Header::new(VTable::of::<T>(), self.tracked, self.has_finalizer)).value().cast::<T>();
        // SAFETY: the slot has room for the value, and nobody else uses it.
        unsafe { place.write(value) };
        self.enrol(Heap::enrol);
        // SAFETY: the strong pointer that the header counts.
        unsafe { Cc::from_value(place) }
    }

    /// Makes an object whose value is yet to be written.
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub(super) fn uninit(self) -> Cc<MaybeUninit<T>> {
        let object = self.write_header(Header::new(VTable::of_uninit::<T>(), self.tracked, self.has_finalizer));
        self.enrol(Heap::enrol_detached);
        // SAFETY: the strong pointer that the header counts; any content of the slot is a value.
        unsafe { Cc::from_value(object.value().cast()) }
    }
}

impl<T: Trace> Place<[T]> {
    /// Room for a slice in an object of a [shape](Shape::of_slice) for it. User code may run.
    #[inline]
    pub(super) fn allocate(shape: Shape) -> Result<Place<[T]>, Failure> {
        let tracked = !T::is_acyclic();
        let taken = with_current_heap(|heap| heap.take(shape, tracked));
        let object = taken.map_or_else(|| allocate(shape, tracked), Ok)?;
        Ok(Place { object, tracked, has_finalizer: false, holds: PhantomData })
    }
}

impl<T: ?Sized> Place<T> {
    #[inline]
    pub(super) fn write_header(&self, header: Header) -> ObjectPtr {
        // SAFETY: the slot has room for the header, and nobody else uses it.
        unsafe { self.object.header_ptr().write(header) };
        #[cfg(feature = "inspect")]
        super::births::note(self.object);
        if self.has_finalizer {
            // SAFETY: an object keeps its heap.
            let heap = unsafe { Heap::of(self.object).as_ref() };
            // SAFETY: it has a trailer.
            unsafe { heap.number_birth(self.object) };
        }
        self.object
    }

    /// Tells the heap of the object, if it is to keep track of it.
    #[inline]
    pub(super) fn enrol(&self, how: impl FnOnce(&Heap, ObjectPtr)) {
        if self.tracked {
            // SAFETY: an object keeps its heap.
            how(unsafe { Heap::of(self.object).as_ref() }, self.object);
        }
    }

    /// Whether the collector is to look at the object.
    pub(super) fn is_tracked(&self) -> bool {
        self.tracked
    }
}

/// Memory for an object of some shape, after the automatic collection that may be due.
fn allocate(shape: Shape, tracked: bool) -> Result<ObjectPtr, Failure> {
    let allocate = |heap: &Heap| {
        let due = tracked && heap.pacing.is_due();
        let collected = due && collect_automatically(heap).map_err(Failure::Panic)?;
        let object = heap.allocate(shape, tracked).ok_or(Failure::Memory)?;
        if collected {
            heap.pacing.skip_next();
        }
        Ok(object)
    };
    try_with_heap(allocate).unwrap_or(Err(Failure::Memory))
}

/// Why there is no object.
pub(super) enum Failure {
    /// There is no memory.
    Memory,
    /// Code of the user has panicked in an automatic collection.
    Panic(Panic),
}

impl Failure {
    /// Drops what was to be put into an object, and lets the panic go on, or ends the program as `Rc` does.
    ///
    /// In this order, and with a guard: were the value dropped by the unwinding, a panic of its destructor would abort.
    #[cold]
    #[inline(never)]
    pub(super) fn abandon(self, shape: Shape, value: impl Sized) -> ! {
        match self {
            Failure::Memory => handle_alloc_error(shape.layout().unwrap_or(Layout::new::<Header>())),
            Failure::Panic(panic) => throw_after(panic, || drop(value)),
        }
    }
}
