//! [`Cc::make_mut`]: exclusive access, with a copy where that takes one.

use super::{Cc, CcMut};
use crate::collect::end_without_drop;
use crate::object::Trace;
use core::mem::{self, ManuallyDrop, MaybeUninit};

/// What [`Cc::make_mut`] can make a copy of: what is `Clone` and [`Trace`], slices of such, and strings.
///
/// Nothing else can implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be copied to another `Cc`: `Cc::make_mut` wants `Clone` and `Trace`",
    label = "`Clone` or `Trace` is missing for this type, or for the elements of this slice",
    note = "for a type of your own, add `#[derive(Clone, Trace)]` to its definition",
    note = "for a type parameter, add the bounds `Clone + Trace`",
    note = "without a copy, `Cc::get_mut` gives access to a value that no other pointer leads to"
)]
pub trait CloneToCc: Duplicate {}

impl<T: ?Sized + Duplicate> CloneToCc for T {}

/// A value of which another object can be made.
pub trait Duplicate {
    /// The value when it is yet to be written.
    type Uninit: ?Sized;

    /// Makes an object of a clone. User code may run.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn duplicate(&self) -> Cc<Self>;

    /// Makes an object that has room for the value. User code may run.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn make_room(&self) -> Cc<Self::Uninit>;

    /// Says that the value has been written.
    ///
    /// # Safety
    ///
    /// It has been.
    unsafe fn assume_init(room: Cc<Self::Uninit>) -> Cc<Self>;
}

impl<T: Clone + Trace> Duplicate for T {
    type Uninit = MaybeUninit<T>;

    fn duplicate(&self) -> Cc<T> {
        Cc::new(self.clone())
    }

    fn make_room(&self) -> Cc<MaybeUninit<T>> {
        Cc::<T>::new_uninit()
    }

    unsafe fn assume_init(room: Cc<MaybeUninit<T>>) -> Cc<T> {
        // SAFETY: the caller's promise.
        unsafe { room.assume_init() }
    }
}

impl<T: Clone + Trace> Duplicate for [T] {
    type Uninit = [MaybeUninit<T>];

    fn duplicate(&self) -> Cc<[T]> {
        self.into()
    }

    fn make_room(&self) -> Cc<[MaybeUninit<T>]> {
        Cc::<[T]>::new_uninit_slice(self.len())
    }

    unsafe fn assume_init(room: Cc<[MaybeUninit<T>]>) -> Cc<[T]> {
        // SAFETY: the caller's promise.
        unsafe { room.assume_init() }
    }
}

impl<T: ?Sized + CloneToCc> Cc<T> {
    /// Exclusive access to the value, which is cloned into a new object if there are other strong pointers to it.
    ///
    /// If there are weak pointers only, the value moves to a new object, and they upgrade to `None` from then on. The
    /// life of the old object ends with that, as in [`try_unwrap`](Cc::try_unwrap).
    ///
    /// # Panics
    ///
    /// As [`new`](Cc::new) and the drop of a pointer, and if `clone` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let mut text = Cc::new(String::from("one"));
    /// let other = text.clone();
    /// Cc::make_mut(&mut text).push_str(" two");
    /// assert_eq!((text.as_str(), other.as_str()), ("one two", "one"));
    ///
    /// let mut text: Cc<str> = Cc::from("one");
    /// let other = text.clone();
    /// Cc::make_mut(&mut text).make_ascii_uppercase();
    /// assert_eq!((&*text, &*other), ("ONE", "one"));
    /// ```
    #[inline]
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn make_mut(this: &mut Cc<T>) -> CcMut<'_, T> {
        if Cc::strong_count(this) == 1 && Cc::weak_count(this) == 0 {
            // SAFETY: there is no other pointer.
            return unsafe { CcMut::new(this) };
        }
        Cc::unshare(this)
    }

    /// [`make_mut`](Cc::make_mut), where there are other pointers.
    #[inline(never)]
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn unshare(this: &mut Cc<T>) -> CcMut<'_, T> {
        if Cc::strong_count(this) == 1 {
            // User code may run, and upgrade one of the weak pointers.
            let fresh = (**this).make_room();
            if Cc::strong_count(this) == 1 {
                return Cc::move_to(this, fresh);
            }
        }
        let fresh = (**this).duplicate();
        let old = mem::replace(this, fresh);
        // SAFETY: nobody else has seen the new object.
        let guard = unsafe { CcMut::new(this) };
        // User code may run: the new object is out of its reach by now.
        drop(old);
        guard
    }

    /// Moves the value of the only strong pointer to another object, and the pointer with it.
    fn move_to(this: &mut Cc<T>, fresh: Cc<T::Uninit>) -> CcMut<'_, T> {
        debug_assert_eq!(Cc::strong_count(this), 1, "a value that is shared cannot be moved");
        let (from, to) = (this.value.cast::<u8>(), fresh.value.cast::<u8>());
        // SAFETY: the values of two objects do not overlap, and the new object has room for it. The old one is not read
        // again.
        unsafe { to.copy_from_nonoverlapping(from, size_of_val(&**this)) };
        // SAFETY: the value has just been written.
        let fresh = unsafe { T::assume_init(fresh) };
        if this.object().is_finalized() {
            // The value has had its finalizer called.
            fresh.object().header().clear_unfinalized();
        }
        let old = ManuallyDrop::new(mem::replace(this, fresh));
        // SAFETY: nobody else has seen the new object.
        let guard = unsafe { CcMut::new(this) };
        // User code may run: the new object is out of its reach by now.
        // SAFETY: `old` is the only strong pointer, which is not dropped, and its value has been moved out.
        unsafe { end_without_drop(old.object()) }.throw();
        guard
    }
}
