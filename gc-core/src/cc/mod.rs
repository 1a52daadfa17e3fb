//! [`Cc`]: the strong pointer.
//!
//! A thin typed handle over `object` and `collect`, with the methods of [`std::rc::Rc`]. Invariants:
//!
//! 1. A `Cc` owns one count of its object's strong count, and its address may be used to reach the object's block.
//! 2. The value of the object is alive as long as a `Cc` to it can be used. (The collector drops values to which there
//!    still are pointers, but only such as lie in values that it drops too; and a type with traced pointers has no
//!    destructor that could read them.)

mod any;
mod attach;
#[cfg(feature = "inspect")]
mod births;
mod by_address;
mod coerce;
mod create;
mod exclusive;
mod make_mut;
#[cfg(feature = "serde")]
mod serde;
mod slice;
mod string;
mod traits;
mod weak;

use crate::collect::{die, end_without_drop, throw_after};
use crate::heap::{Generation, Heap, state_of, visit};
use crate::object::{Acyclic, Decrement, Header, ObjectPtr, Trace, Tracer};
pub use any::AnyCc;
pub(crate) use any::{garbage, objects, objects_in, referents, referrers, remove_garbage, take_garbage};
pub use attach::{OnDrop, Watch};
#[cfg(feature = "inspect")]
pub(crate) use births::BirthWatch;
pub use by_address::{ByAddress, Pointer};
pub use coerce::Coerce;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::ptr::{self, NonNull};
pub use create::AllocError;
pub use exclusive::CcMut;
pub use make_mut::CloneToCc;
pub use weak::Weak;

/// A reference-counted pointer whose cycles are collected. 'Cc' stands for 'cycle-collected'.
///
/// `Cc<T>` is [`Rc<T>`](std::rc::Rc) with one promise more: what cannot be reached any more is freed even where its
/// members refer to each other. Cloning, dropping and dereferencing cost what they cost with `Rc`. A value dies the
/// moment its last pointer goes; what only cycles keep alive dies at the next collection that looks at it, which the
/// creation of objects starts from time to time, and [`collect`](fn@crate::collect) at once.
///
/// The methods are `Rc`'s, and are associated functions as there: `Cc::downgrade(&cc)`. These differ:
///
/// - the constructors want `T: Trace`, which `#[derive(Trace)]` gives, all but [`new_opaque`](Cc::new_opaque);
/// - [`get_mut`](Cc::get_mut) and [`make_mut`](Cc::make_mut) return a guard;
/// - the counts are of 31 and 28 bits; overflow aborts, as `Rc`'s does;
/// - `Cc<T>` is invariant in `T`: an object is traced and dropped as the type that it was made as, so a pointer to it
///   does not become one to another type, not even to a supertype.
///
/// `Cc<T>` is one word large, neither `Send` nor `Sync`, and `Option<Cc<T>>` is as large as `Cc<T>`.
///
/// # Examples
///
/// ```
/// use gc_core::{Cc, Trace, collect};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Person {
///     name: String,
///     friend: RefCell<Option<Cc<Person>>>,
/// }
///
/// let person = |name: &str| Cc::new(Person { name: name.into(), friend: RefCell::new(None) });
/// let (ada, bob) = (person("Ada"), person("Bob"));
/// *ada.friend.borrow_mut() = Some(bob.clone());
/// *bob.friend.borrow_mut() = Some(ada.clone());
/// assert_eq!(ada.friend.borrow().as_ref().map(|friend| friend.name.as_str()), Some("Bob"));
///
/// drop((ada, bob));
/// assert_eq!(collect(), 2);
/// ```
#[repr(transparent)]
pub struct Cc<T: ?Sized> {
    value: NonNull<T>,
    /// An object is dropped and traced as what it was made as, whatever the pointers to it are by then: so they stay
    /// what they were. (A `PhantomData<T>` is not needed: `Drop` already says that a `T` is dropped with the pointer.
    /// And drop checking would follow a type whose edges lead to ever larger types for ever.)
    invariant: PhantomData<fn(*mut T)>,
}

impl<T> Cc<T> {
    /// Takes the value out, if this is the only strong pointer to it; weak pointers upgrade to `None` from then on.
    ///
    /// The object's life ends with that. Its [callbacks](Cc::on_drop) run, but no finalizer.
    ///
    /// # Errors
    ///
    /// The pointer, if there are others.
    ///
    /// # Panics
    ///
    /// With the first panic of a callback. The value is dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let three = Cc::new(3);
    /// assert_eq!(Cc::try_unwrap(three), Ok(3));
    ///
    /// let four = Cc::new(4);
    /// let other = four.clone();
    /// assert_eq!(Cc::try_unwrap(four), Err(other));
    /// ```
    #[inline]
    pub fn try_unwrap(this: Cc<T>) -> Result<T, Cc<T>> {
        if Cc::strong_count(&this) != 1 {
            return Err(this);
        }
        let this = ManuallyDrop::new(this);
        // SAFETY: inv. 2: the value is alive. This is the only strong pointer, so nobody reads the value again, and it
        // is not dropped where it lies.
        let value = unsafe { this.value.read() };
        // SAFETY: this is the only strong pointer, which is not dropped, and its value has been moved out.
        let panic = unsafe { end_without_drop(this.object()) };
        if panic.is_some() {
            throw_after(panic, || drop(value));
        }
        Ok(value)
    }

    /// Takes the value out, if this is the only strong pointer to it, and otherwise drops the pointer.
    ///
    /// # Panics
    ///
    /// As [`try_unwrap`](Cc::try_unwrap).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let three = Cc::new(3);
    /// let other = three.clone();
    /// assert_eq!(Cc::into_inner(three), None);
    /// assert_eq!(Cc::into_inner(other), Some(3));
    /// ```
    #[inline]
    pub fn into_inner(this: Cc<T>) -> Option<T> {
        Cc::try_unwrap(this).ok()
    }
}

impl<T: Clone> Cc<T> {
    /// Takes the value out if this is the only strong pointer to it, and clones it otherwise.
    ///
    /// # Panics
    ///
    /// As [`try_unwrap`](Cc::try_unwrap), and if `clone` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let text = Cc::new(String::from("text"));
    /// assert_eq!(Cc::unwrap_or_clone(text.clone()), *text);
    /// ```
    #[inline]
    pub fn unwrap_or_clone(this: Cc<T>) -> T {
        Cc::try_unwrap(this).unwrap_or_else(|this| (*this).clone())
    }
}

impl<T: ?Sized> Cc<T> {
    /// # Safety
    ///
    /// `value` is that of an object, and may be used to reach its block. The new pointer takes over one count of it.
    #[inline]
    unsafe fn from_value(value: NonNull<T>) -> Cc<T> {
        Cc { value, invariant: PhantomData }
    }

    /// The object.
    #[inline]
    pub(crate) fn object(&self) -> ObjectPtr {
        // SAFETY: inv. 1.
        unsafe { ObjectPtr::from_value(self.value.cast()) }
    }

    /// Exclusive access to the value, if there is no other pointer to it, strong or weak.
    ///
    /// While the guard lives, the collector does not look at the value, and takes what it refers to for alive. This is
    /// why there is a guard: a collection may start in the middle of a change, when a `Hash` that creates a `Cc` is
    /// called from `HashMap::insert`, say.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let mut three = Cc::new(3);
    /// *Cc::get_mut(&mut three).unwrap() += 1;
    /// assert_eq!(*three, 4);
    ///
    /// let _other = three.clone();
    /// assert!(Cc::get_mut(&mut three).is_none());
    /// ```
    #[inline]
    pub fn get_mut(this: &mut Cc<T>) -> Option<CcMut<'_, T>> {
        if Cc::strong_count(this) != 1 || Cc::weak_count(this) != 0 {
            return None;
        }
        // SAFETY: there is no other pointer.
        Some(unsafe { CcMut::new(this) })
    }

    /// A weak pointer to the object.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// let weak = Cc::downgrade(&five);
    /// assert_eq!(weak.upgrade().as_deref(), Some(&5));
    /// drop(five);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use = "this returns a new `Weak` pointer, without modifying the original `Cc`"]
    pub fn downgrade(this: &Cc<T>) -> Weak<T> {
        this.object().header().increment_weak();
        // SAFETY: the count has just been made.
        unsafe { Weak::from_value(this.value) }
    }

    /// The number of strong pointers to the object.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// let _other = five.clone();
    /// assert_eq!(Cc::strong_count(&five), 2);
    /// ```
    #[inline]
    pub fn strong_count(this: &Cc<T>) -> usize {
        this.object().header().strong() as usize
    }

    /// The number of weak pointers to the object.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// let _weak = Cc::downgrade(&five);
    /// assert_eq!(Cc::weak_count(&five), 1);
    /// ```
    #[inline]
    pub fn weak_count(this: &Cc<T>) -> usize {
        this.object().header().weak() as usize
    }

    /// Whether two pointers lead to the same object.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// assert!(Cc::ptr_eq(&five, &five.clone()));
    /// assert!(!Cc::ptr_eq(&five, &Cc::new(5)));
    /// ```
    #[inline]
    pub fn ptr_eq(this: &Cc<T>, other: &Cc<T>) -> bool {
        ptr::addr_eq(this.value.as_ptr(), other.value.as_ptr())
    }

    /// The address of the value, which stays the same for as long as there are strong pointers.
    ///
    /// If unsafe code reaches the value through it, and moves the last `Cc` into that very value, the collector is not
    /// told, and the cycle leaks.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// assert_eq!(Cc::as_ptr(&five), Cc::as_ptr(&five.clone()));
    /// ```
    #[inline]
    pub fn as_ptr(this: &Cc<T>) -> *const T {
        this.value.as_ptr()
    }

    /// Turns the pointer into a plain one, which keeps its count. It becomes a `Cc` again with
    /// [`from_raw`](Cc::from_raw).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let raw = Cc::into_raw(Cc::new(5));
    /// // SAFETY: `raw` comes from `into_raw`, and is used once.
    /// let five = unsafe { Cc::from_raw(raw) };
    /// assert_eq!(*five, 5);
    /// ```
    #[must_use = "losing the pointer will leak memory"]
    pub fn into_raw(this: Cc<T>) -> *const T {
        ManuallyDrop::new(this).value.as_ptr()
    }

    /// Turns a plain pointer back into a `Cc`.
    ///
    /// # Safety
    ///
    /// `ptr` comes from [`into_raw`](Cc::into_raw) of a `Cc<T>` in this thread, and takes over a count: that of
    /// `into_raw`, or one made with [`increment_strong_count`](Cc::increment_strong_count).
    ///
    /// # Examples
    ///
    /// See [`into_raw`](Cc::into_raw).
    pub unsafe fn from_raw(ptr: *const T) -> Cc<T> {
        // SAFETY: `into_raw` does not give null.
        let value = unsafe { NonNull::new_unchecked(ptr.cast_mut()) };
        // SAFETY: the caller's promise.
        let this = unsafe { Cc::from_value(value) };
        // The pointer may be moved into the very object that it leads to, which is reached through the plain pointer,
        // without a decrement; but the lemma of the suspects wants one. (A program that goes on to do so after a
        // collection leaks.)
        let object = this.object();
        if object.header().is_clean() {
            object.header().clear_clean();
            // SAFETY: an object keeps its heap.
            unsafe { Heap::of(object).as_ref() }.suspect(object);
        }
        this
    }

    /// Counts one more strong pointer.
    ///
    /// # Safety
    ///
    /// `ptr` comes from [`into_raw`](Cc::into_raw) of a `Cc<T>` in this thread, and the object has a strong pointer.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// let raw = Cc::into_raw(five.clone());
    /// // SAFETY: `raw` comes from `into_raw`; each count is given back once.
    /// unsafe {
    ///     Cc::increment_strong_count(raw);
    ///     assert_eq!(Cc::strong_count(&five), 3);
    ///     Cc::decrement_strong_count(raw);
    ///     Cc::decrement_strong_count(raw);
    /// }
    /// assert_eq!(Cc::strong_count(&five), 1);
    /// ```
    pub unsafe fn increment_strong_count(ptr: *const T) {
        // SAFETY: `into_raw` does not give null.
        let value = unsafe { NonNull::new_unchecked(ptr.cast_mut()) };
        // SAFETY: the caller's promise; the pointer is not dropped, so it takes over no count.
        let this = ManuallyDrop::new(unsafe { Cc::from_value(value) });
        this.object().header().increment_strong();
    }

    /// Counts one strong pointer less. The object dies if that was the last.
    ///
    /// # Panics
    ///
    /// As the drop of a `Cc`.
    ///
    /// # Safety
    ///
    /// As [`from_raw`](Cc::from_raw).
    ///
    /// # Examples
    ///
    /// See [`increment_strong_count`](Cc::increment_strong_count).
    pub unsafe fn decrement_strong_count(ptr: *const T) {
        // SAFETY: the caller's promise.
        drop(unsafe { Cc::from_raw(ptr) });
    }

    /// Whether the collector knows of the object: it is not of an [acyclic](Acyclic) type, nor
    /// [opaque](Cc::new_opaque), its value is [there](Cc::assume_init), and nobody has exclusive access to it.
    ///
    /// An object of an acyclic type, or an opaque one, is tracked if it is the key of an
    /// [ephemeron](crate::weak::Ephemeron). A [frozen](crate::gc::freeze) object is tracked, and so is one that a
    /// collection has found unreachable, while finalizers run.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// assert!(!Cc::is_tracked(&Cc::new(5)));
    /// assert!(Cc::is_tracked(&Cc::new(vec![Cc::new(5)])));
    /// ```
    pub fn is_tracked(this: &Cc<T>) -> bool {
        state_of(this.object()).is_tracked()
    }

    /// Whether the object's [finalizer](crate::Finalize) has been called, or was about to be when it panicked. `false`
    /// for an object that has none.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::{Cc, Finalize, Trace, Weak};
    /// use std::cell::RefCell;
    ///
    /// thread_local! {
    ///     static SAVED: RefCell<Option<Cc<Phoenix>>> = const { RefCell::new(None) };
    /// }
    ///
    /// #[derive(Trace)]
    /// #[trace(finalize)]
    /// struct Phoenix {
    ///     me: Weak<Phoenix>,
    /// }
    ///
    /// impl Finalize for Phoenix {
    ///     fn finalize(&self) {
    ///         SAVED.set(self.me.upgrade());
    ///     }
    /// }
    ///
    /// let phoenix = Cc::new_cyclic(|me| Phoenix { me: me.clone() });
    /// assert!(!Cc::is_finalized(&phoenix));
    /// drop(phoenix);
    /// let phoenix = SAVED.take().unwrap();
    /// assert!(Cc::is_finalized(&phoenix));
    /// drop(phoenix);
    /// assert!(SAVED.take().is_none());
    /// ```
    pub fn is_finalized(this: &Cc<T>) -> bool {
        this.object().is_finalized()
    }

    /// The generation that the object is in. `None` if it is not tracked, [frozen](crate::gc::freeze), or has been
    /// found unreachable.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::gc::{Generation, collect};
    /// use gc_core::Cc;
    ///
    /// let cc = Cc::new(vec![Cc::new(5)]);
    /// assert_eq!(Cc::generation(&cc), Some(Generation::Young));
    /// collect();
    /// assert_eq!(Cc::generation(&cc), Some(Generation::Old));
    /// ```
    pub fn generation(this: &Cc<T>) -> Option<Generation> {
        state_of(this.object()).generation()
    }

    /// The size of the object, its header included, in bytes. What the value owns elsewhere is not counted, nor what
    /// the allocator rounds up to. The header is of 16 bytes; with the feature `track-sites` of 32.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// assert_eq!(Cc::size_of_val(&Cc::new([0u8; 100])), 116);
    /// ```
    pub fn size_of_val(this: &Cc<T>) -> usize {
        size_of::<Header>() + size_of_val(&**this)
    }
}

impl<T: ?Sized> Deref for Cc<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: inv. 2. Nobody has a mutable reference to it: `CcMut` borrows the only pointer there is.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized> Clone for Cc<T> {
    /// Makes another pointer to the same object.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// assert!(Cc::ptr_eq(&five, &five.clone()));
    /// ```
    #[inline]
    fn clone(&self) -> Cc<T> {
        self.object().header().increment_strong();
        // SAFETY: the count has just been made.
        unsafe { Cc::from_value(self.value) }
    }
}

impl<T: ?Sized> Drop for Cc<T> {
    /// Drops the pointer. The object dies if this was the last strong one: its [finalizer](crate::Finalize) is called,
    /// weak pointers upgrade to `None`, [callbacks](Cc::on_drop) run, its value is dropped, and its memory is freed
    /// unless weak pointers are left.
    ///
    /// Objects that die of this die before the drop returns, however deep the structure, and with little stack. To that
    /// end, an object whose last pointer is dropped *by the destructor of an object*, when 24 such destructors are on
    /// the stack one inside the other, waits until that destructor is done.
    ///
    /// # Panics
    ///
    /// With the first panic of a finalizer, a callback or a destructor, when all that had to die is dead. Dropped by
    /// the destructor of another object, the panic goes on from the outermost drop: a `catch_unwind` in between does
    /// not see it.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let five = Cc::new(5);
    /// let weak = Cc::downgrade(&five);
    /// drop(five);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    #[inline]
    fn drop(&mut self) {
        // SAFETY: inv. 1: the count includes this pointer.
        if unsafe { self.object().header().decrement_strong() } {
            // SAFETY: the count has just been taken down, and the pointer is not used again.
            unsafe { Cc::drop_slow(self.value) }
        }
    }
}

impl<T: ?Sized> Cc<T> {
    /// The rest of a drop that was of the last pointer, or of the first of a clean object.
    ///
    /// # Safety
    ///
    /// The strong count has been taken down for a pointer to the value, which is not used again.
    #[inline(never)]
    unsafe fn drop_slow(value: NonNull<T>) {
        // SAFETY: only objects have such values.
        let object = unsafe { ObjectPtr::from_value(value.cast()) };
        match object.header().after_decrement() {
            // SAFETY: the strong count is zero.
            Decrement::Last => unsafe { die(value) },
            // SAFETY: an object keeps its heap.
            Decrement::Suspect => unsafe { Heap::of(object).as_ref() }.suspect(object),
        }
    }
}

// SAFETY: visits the pointer itself, once; its drop drops that pointer and does nothing else.
unsafe impl<T: ?Sized + 'static> Trace for Cc<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer<'_>) {
        visit(self.object(), tracer);
    }

    #[inline]
    fn is_exhaustive(&self) -> bool {
        true
    }

    #[cfg(feature = "inspect")]
    fn trace_labelled(&self, labeller: &mut crate::object::Labeller<'_>) {
        labeller.edge(self.value.cast());
    }
}

impl<T: ?Sized + Acyclic> Acyclic for Cc<T> {}
