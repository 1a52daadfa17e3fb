//! [`Weak`]: the pointer that does not keep its object alive.

use super::Cc;
use crate::collect::release_weak;
use crate::object::{Acyclic, Leaf, ObjectPtr, Trace, Tracer};
use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

/// A pointer to the object of a [`Cc`] that does not keep it alive.
///
/// It keeps the object's memory, but not its value. A weak pointer is no edge: a cycle through one is none.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, Trace, Weak};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Child {
///     parent: RefCell<Weak<Parent>>,
/// }
/// #[derive(Trace)]
/// struct Parent {
///     child: Cc<Child>,
/// }
///
/// let parent = Cc::new(Parent { child: Cc::new(Child { parent: RefCell::default() }) });
/// *parent.child.parent.borrow_mut() = Cc::downgrade(&parent);
/// let child = parent.child.clone();
/// assert!(child.parent.borrow().upgrade().is_some());
/// drop(parent);
/// assert!(child.parent.borrow().upgrade().is_none());
/// ```
#[repr(transparent)]
pub struct Weak<T: ?Sized> {
    /// The value of an object, alive or not, a weak pointer to which is counted for `self`; or [`DANGLING`].
    pub(super) value: NonNull<T>,
    /// As that of the `Cc` it can become.
    invariant: PhantomData<fn(*mut T)>,
}

/// The address of no object.
const DANGLING: usize = usize::MAX;

impl<T> Weak<T> {
    /// A weak pointer to nothing. It allocates nothing either.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Weak;
    ///
    /// assert!(Weak::<u32>::new().upgrade().is_none());
    /// ```
    #[must_use]
    pub const fn new() -> Weak<T> {
        let dangling = ptr::without_provenance_mut(DANGLING);
        // SAFETY: that is not null.
        Weak { value: unsafe { NonNull::new_unchecked(dangling) }, invariant: PhantomData }
    }
}

impl<T: ?Sized> Weak<T> {
    /// # Safety
    ///
    /// `value` is that of an object, and may be used to reach its block. The new pointer takes over one weak count.
    pub(super) unsafe fn from_value(value: NonNull<T>) -> Weak<T> {
        Weak { value, invariant: PhantomData }
    }

    /// The object of a weak pointer that is known to have one.
    pub(super) fn object(&self) -> ObjectPtr {
        debug_assert_ne!(self.value.addr().get(), DANGLING, "a weak pointer to nothing");
        // SAFETY: the field's invariant.
        unsafe { ObjectPtr::from_value(self.value.cast()) }
    }

    /// The object, if there ever was one.
    pub(super) fn target(&self) -> Option<ObjectPtr> {
        (self.value.addr().get() != DANGLING).then(|| self.object())
    }

    /// A strong pointer to the object, if its value is still alive.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// let weak = Cc::downgrade(&five);
    /// assert!(weak.upgrade().is_some());
    /// drop(five);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use = "this returns a new `Cc`, without modifying the original weak pointer"]
    pub fn upgrade(&self) -> Option<Cc<T>> {
        let header = self.target()?.header();
        if !header.can_upgrade() {
            return None;
        }
        header.increment_strong();
        // SAFETY: the count has just been made.
        Some(unsafe { Cc::from_value(self.value) })
    }

    /// The number of strong pointers to the object, 0 if its value is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// assert_eq!(Cc::downgrade(&five).strong_count(), 1);
    /// ```
    #[must_use]
    pub fn strong_count(&self) -> usize {
        match self.target().map(ObjectPtr::header) {
            Some(header) if header.can_upgrade() => header.strong() as usize,
            _ => 0,
        }
    }

    /// The number of weak pointers to the object, 0 if its value is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// assert_eq!(Cc::downgrade(&five).weak_count(), 1);
    /// ```
    #[must_use]
    pub fn weak_count(&self) -> usize {
        match self.target().map(ObjectPtr::header) {
            Some(header) if header.can_upgrade() => header.weak() as usize,
            _ => 0,
        }
    }

    /// Whether two pointers lead to the same object, or both to nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, Weak};
    ///
    /// let five = Cc::new(5);
    /// assert!(Cc::downgrade(&five).ptr_eq(&Cc::downgrade(&five)));
    /// assert!(!Cc::downgrade(&five).ptr_eq(&Weak::new()));
    /// ```
    #[must_use]
    pub fn ptr_eq(&self, other: &Weak<T>) -> bool {
        ptr::addr_eq(self.value.as_ptr(), other.value.as_ptr())
    }

    /// The address of the value. It may be gone, or never have been there.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// assert_eq!(Cc::downgrade(&five).as_ptr(), Cc::as_ptr(&five));
    /// ```
    #[must_use]
    pub fn as_ptr(&self) -> *const T {
        self.value.as_ptr()
    }

    /// Turns the pointer into a plain one, which keeps its count. It becomes a `Weak` again with
    /// [`from_raw`](Weak::from_raw).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, Weak};
    ///
    /// let five = Cc::new(5);
    /// let raw = Cc::downgrade(&five).into_raw();
    /// assert_eq!(Cc::weak_count(&five), 1);
    /// // SAFETY: `raw` comes from `into_raw`, and is used once.
    /// drop(unsafe { Weak::from_raw(raw) });
    /// assert_eq!(Cc::weak_count(&five), 0);
    /// ```
    #[must_use = "losing the pointer will leak memory"]
    pub fn into_raw(self) -> *const T {
        ManuallyDrop::new(self).value.as_ptr()
    }

    /// Turns a plain pointer back into a `Weak`.
    ///
    /// # Safety
    ///
    /// `ptr` comes from [`into_raw`](Weak::into_raw) in this thread, and takes over its count.
    ///
    /// # Examples
    ///
    /// See [`into_raw`](Weak::into_raw).
    pub unsafe fn from_raw(ptr: *const T) -> Weak<T> {
        // SAFETY: `into_raw` does not give null.
        let value = unsafe { NonNull::new_unchecked(ptr.cast_mut()) };
        Weak { value, invariant: PhantomData }
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    fn clone(&self) -> Weak<T> {
        if let Some(object) = self.target() {
            object.header().increment_weak();
        }
        Weak { value: self.value, invariant: PhantomData }
    }
}

impl<T: ?Sized> Drop for Weak<T> {
    fn drop(&mut self) {
        if let Some(object) = self.target() {
            // SAFETY: the count is that of this pointer, which is not used again.
            unsafe { release_weak(object) };
        }
    }
}

impl<T> Default for Weak<T> {
    /// A weak pointer to nothing.
    fn default() -> Weak<T> {
        Weak::new()
    }
}

impl<T: ?Sized> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}

impl<T: ?Sized> Unpin for Weak<T> {}

// SAFETY: visits nothing.
unsafe impl<T: ?Sized + 'static> Trace for Weak<T> {
    #[inline]
    fn trace(&self, _: &mut Tracer<'_>) {}

    fn is_acyclic() -> bool {
        true
    }
}

impl<T: ?Sized + 'static> Acyclic for Weak<T> {}
impl<T: ?Sized + 'static> Leaf for Weak<T> {}
