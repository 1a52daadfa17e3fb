//! [`AnyCc`]: a strong pointer to an object of whatever type.

use super::Cc;
use crate::collect::{self, drop_pointer, with_heap};
use crate::heap::{Generation, Selection, state_of, visit};
use crate::object::{ObjectPtr, Trace, Tracer};
use core::any::TypeId;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// A strong pointer to an object whose type is not known: what [`gc::get_objects`](crate::gc::get_objects) and the like
/// give.
///
/// It counts as a pointer to the object, like any other. Two of them are equal if they lead to the same object. As
/// dropping it may be what makes the object unreachable, the next collection examines it.
///
/// # Examples
///
/// ```
/// use gc_core::{AnyCc, Cc};
///
/// let list = Cc::new(vec![1, 2]);
/// let any = AnyCc::from(&list);
/// assert_eq!(any.type_name(), "alloc::vec::Vec<i32>");
/// assert_eq!(any.strong_count(), 2);
/// assert_eq!(any.downcast_ref::<Vec<i32>>().unwrap()[1], 2);
/// assert!(any.downcast::<String>().is_err());
/// ```
pub struct AnyCc {
    /// An object, one of whose strong pointers is this.
    object: ObjectPtr,
}

impl AnyCc {
    /// Gives up the strong pointer to whoever takes the object.
    pub(crate) fn into_counted(self) -> ObjectPtr {
        ManuallyDrop::new(self).object
    }

    /// The name of the value's type.
    ///
    /// # Examples
    ///
    /// See [`AnyCc`].
    pub fn type_name(&self) -> &'static str {
        self.object.type_name()
    }

    /// The address of the value. [`Cc::as_ptr`] gives the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{AnyCc, Cc};
    ///
    /// let five = Cc::new(5);
    /// assert_eq!(AnyCc::from(&five).as_ptr(), Cc::as_ptr(&five).cast());
    /// ```
    pub fn as_ptr(&self) -> *const () {
        self.object.value().as_ptr()
    }

    /// The number of strong pointers to the object, this one included.
    ///
    /// # Examples
    ///
    /// See [`AnyCc`].
    pub fn strong_count(&self) -> usize {
        self.object.header().strong() as usize
    }

    /// The number of weak pointers to the object.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{AnyCc, Cc};
    ///
    /// let five = Cc::new(5);
    /// let _weak = Cc::downgrade(&five);
    /// assert_eq!(AnyCc::from(five).weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.object.header().weak() as usize
    }

    /// The generation that the object is in, if any. See [`Cc::generation`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::gc::Generation;
    /// use gc_core::{AnyCc, Cc};
    ///
    /// let list = AnyCc::from(Cc::new(vec![Cc::new(5)]));
    /// assert_eq!(list.generation(), Some(Generation::Young));
    /// ```
    pub fn generation(&self) -> Option<Generation> {
        state_of(self.object).generation()
    }

    /// The size of the object, its header included, in bytes. See [`Cc::size_of_val`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{AnyCc, Cc};
    ///
    /// assert_eq!(AnyCc::from(Cc::new(0u64)).size_of_val(), 24);
    /// ```
    pub fn size_of_val(&self) -> usize {
        self.object.size()
    }

    /// Whether the object is tracked. See [`Cc::is_tracked`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{AnyCc, Cc};
    ///
    /// assert!(!AnyCc::from(Cc::new(5)).is_tracked());
    /// ```
    pub fn is_tracked(&self) -> bool {
        state_of(self.object).is_tracked()
    }

    /// Whether the object's finalizer has been called. See [`Cc::is_finalized`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{AnyCc, Cc};
    ///
    /// assert!(!AnyCc::from(Cc::new(5)).is_finalized());
    /// ```
    pub fn is_finalized(&self) -> bool {
        self.object.is_finalized()
    }

    /// Whether the value is a `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{AnyCc, Cc};
    ///
    /// assert!(AnyCc::from(Cc::new(5)).is::<i32>());
    /// ```
    pub fn is<T: ?Sized + 'static>(&self) -> bool {
        self.object.type_id() == Some(TypeId::of::<T>())
    }

    /// The pointer with the type that it had.
    ///
    /// # Errors
    ///
    /// The pointer as it is, if the value is no `T`.
    ///
    /// # Examples
    ///
    /// See [`AnyCc`].
    pub fn downcast<T: 'static>(self) -> Result<Cc<T>, AnyCc> {
        if self.is::<T>() {
            let value = self.into_counted().value().cast::<T>();
            // SAFETY: the object was made as a `T`, and the strong pointer was that of `self`.
            Ok(unsafe { Cc::from_value(value) })
        } else {
            Err(self)
        }
    }

    /// The value, if it is a `T`.
    ///
    /// # Examples
    ///
    /// See [`AnyCc`].
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        // SAFETY: the value is a `T`, alive as long as the pointer, and nobody has exclusive access to what has another
        // pointer.
        self.is::<T>().then(|| unsafe { self.object.value().cast::<T>().as_ref() })
    }
}

impl<T: ?Sized> From<Cc<T>> for AnyCc {
    /// Turns a pointer into one without a type. No count changes.
    fn from(cc: Cc<T>) -> AnyCc {
        AnyCc { object: ManuallyDrop::new(cc).object() }
    }
}

impl<T: ?Sized> From<&Cc<T>> for AnyCc {
    /// Makes another pointer to the object.
    fn from(cc: &Cc<T>) -> AnyCc {
        cc.clone().into()
    }
}

impl Clone for AnyCc {
    /// Makes another pointer to the object.
    fn clone(&self) -> AnyCc {
        self.object.header().increment_strong();
        AnyCc { object: self.object }
    }
}

impl Drop for AnyCc {
    fn drop(&mut self) {
        // SAFETY: the count includes this pointer, which is not used again.
        unsafe { drop_pointer(self.object) }
    }
}

impl PartialEq for AnyCc {
    fn eq(&self, other: &AnyCc) -> bool {
        self.object == other.object
    }
}

impl Eq for AnyCc {}

impl Hash for AnyCc {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.object.hash(state);
    }
}

impl fmt::Debug for AnyCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} {:p}>", self.type_name(), self.as_ptr())
    }
}

impl fmt::Pointer for AnyCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.as_ptr(), f)
    }
}

// SAFETY: visits the pointer itself, once; its drop drops that pointer and does nothing else.
unsafe impl Trace for AnyCc {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        visit(self.object, tracer);
    }

    #[inline]
    fn is_exhaustive(&self) -> bool {
        true
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        labeller.edge(self.object.value());
    }
}

/// Pointers to the objects of all generations, youngest generation first.
pub(crate) fn objects() -> Vec<AnyCc> {
    let mut objects = with_heap(|heap| collect::objects(heap, Selection::ALL));
    objects.sort_by_key(|&object| state_of(object));
    // SAFETY: heap inv. 5: an object in a generation has a live value.
    unsafe { pointers_to(objects) }
}

/// Pointers to the objects of one generation.
pub(crate) fn objects_in(generation: Generation) -> Vec<AnyCc> {
    let objects = with_heap(|heap| collect::objects(heap, Selection::of(generation.state())));
    // SAFETY: heap inv. 5: an object in a generation has a live value.
    unsafe { pointers_to(objects) }
}

/// Pointers to the objects that refer to one of `objects`.
///
/// # Panics
///
/// If a `trace` does.
pub(crate) fn referrers(objects: &[&AnyCc]) -> Vec<AnyCc> {
    let targets = objects.iter().map(|object| object.object).collect();
    let referrers = with_heap(|heap| collect::referrers(heap, &targets));
    // SAFETY: heap inv. 5: an object in a generation has a live value.
    unsafe { pointers_to(referrers) }
}

/// Pointers to what `objects` refer to.
///
/// # Panics
///
/// If a `trace` does.
pub(crate) fn referents(objects: &[&AnyCc]) -> Vec<AnyCc> {
    let referents =
        with_heap(|heap| objects.iter().flat_map(|object| collect::referents(heap, object.object)).collect());
    // SAFETY: what a living object refers to is alive, and what has yet to be written is left out.
    unsafe { pointers_to(referents) }
}

/// Pointers to what has been saved as garbage.
pub(crate) fn garbage() -> Vec<AnyCc> {
    let objects = with_heap(|heap| heap.garbage.borrow().clone());
    // SAFETY: the list has a pointer to each of its objects.
    unsafe { pointers_to(objects) }
}

/// The pointers of the garbage list, which is empty then.
pub(crate) fn take_garbage() -> Vec<AnyCc> {
    with_heap(|heap| heap.garbage.take()).into_iter().map(|object| AnyCc { object }).collect()
}

/// The pointer of the garbage list to an object, which is taken out of it.
pub(crate) fn remove_garbage(object: &AnyCc) -> Option<AnyCc> {
    with_heap(|heap| {
        let mut garbage = heap.garbage.borrow_mut();
        let index = garbage.iter().position(|&other| other == object.object)?;
        Some(AnyCc { object: garbage.remove(index) })
    })
}

/// # Safety
///
/// The objects' values have been written, and are alive.
unsafe fn pointers_to(objects: Vec<ObjectPtr>) -> Vec<AnyCc> {
    let pointer_to = |object: ObjectPtr| {
        object.header().increment_strong();
        AnyCc { object }
    };
    objects.into_iter().map(pointer_to).collect()
}

const _: () = assert!(size_of::<Option<AnyCc>>() == size_of::<NonNull<()>>());
