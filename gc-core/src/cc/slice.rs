//! Slices.
//!
//! A pointer to a slice knows its length; for those who have but the address, the object has it in its trailer. (An
//! object that was made as an array and became a slice by [coercion](crate::coerce!) stays an array.)

use super::Cc;
use super::create::Place;
use crate::heap::{Heap, Shape, set_trailer, trailer};
use crate::object::{Edge, Header, ObjectPtr, Size, Trace, Tracer, VTable};
use core::any::{TypeId, type_name};
use core::mem::{self, ManuallyDrop, MaybeUninit};
use core::ptr::{self, NonNull};
use std::borrow::Cow;

impl<T: Trace> Cc<[T]> {
    /// Makes an object for a slice whose elements are yet to be written.
    ///
    /// # Panics
    ///
    /// As [`new`](Cc::new), and if no address space holds so many elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let mut squares = Cc::<[u32]>::new_uninit_slice(3);
    /// for (place, number) in Cc::get_mut(&mut squares).unwrap().iter_mut().zip(0..) {
    ///     place.write(number * number);
    /// }
    /// // SAFETY: each element has been written.
    /// let squares = unsafe { squares.assume_init() };
    /// assert_eq!(*squares, [0, 1, 4]);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new_uninit_slice(len: usize) -> Cc<[MaybeUninit<T>]> {
        uninit(len, ()).0
    }

    /// Makes an object for a slice whose elements are yet to be written, of zero bytes.
    ///
    /// # Panics
    ///
    /// As [`new_uninit_slice`](Cc::new_uninit_slice).
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let zeros = Cc::<[u32]>::new_zeroed_slice(3);
    /// // SAFETY: zero is a `u32`.
    /// let zeros = unsafe { zeros.assume_init() };
    /// assert_eq!(*zeros, [0; 3]);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub fn new_zeroed_slice(len: usize) -> Cc<[MaybeUninit<T>]> {
        let zeros = Cc::<[T]>::new_uninit_slice(len);
        // SAFETY: the slot has room for the elements, and nobody else uses it.
        unsafe { zeros.value.cast::<T>().write_bytes(0, len) };
        zeros
    }
}

impl<T: Trace> Cc<[MaybeUninit<T>]> {
    /// Says that the elements have been written.
    ///
    /// If there are other pointers to the object, strong or weak, through which they could still be overwritten, the
    /// collector never looks at them: a cycle through them then leaks.
    ///
    /// # Panics
    ///
    /// If the object comes from [`new_opaque`](Cc::new_opaque): it was not made for values of `T`, and could not drop
    /// them.
    ///
    /// # Safety
    ///
    /// Each of them has been.
    ///
    /// # Examples
    ///
    /// See [`new_uninit_slice`](Cc::new_uninit_slice).
    pub unsafe fn assume_init(self) -> Cc<[T]> {
        self.note_written(table::<T, [T]>());
        let elements = ManuallyDrop::new(self).value;
        let elements = NonNull::slice_from_raw_parts(elements.cast(), elements.len());
        // SAFETY: the strong pointer is that of `self`, and the caller says that there are elements.
        unsafe { Cc::from_value(elements) }
    }
}

/// Makes an object for a slice whose elements are yet to be written, and hands back where they are to come from. That
/// is dropped if there is to be no object.
#[cfg_attr(feature = "track-sites", track_caller)]
pub(super) fn uninit<T: Trace, S>(len: usize, source: S) -> (Cc<[MaybeUninit<T>]>, S) {
    let Some(shape) = Shape::of_slice::<T>(len) else {
        panic!("no object can hold {len} elements of type `{}`", type_name::<T>());
    };
    let place = match Place::<[T]>::allocate(shape) {
        Ok(place) => place,
        Err(failure) => failure.abandon(shape, source),
    };
    let object = place.write_header(Header::new(uninit_table::<T>(), place.is_tracked(), false));
    // SAFETY: the shape of a slice has a trailer.
    unsafe { set_trailer(object, len as u64) };
    place.enrol(Heap::enrol_detached);
    let elements = NonNull::slice_from_raw_parts(object.value().cast(), len);
    // SAFETY: the strong pointer that the header counts; any content of the slot is an element.
    (unsafe { Cc::from_value(elements) }, source)
}

/// The table of an object that was made as a slice of `T`, and is known as a `U`.
pub(super) const fn table<T: Trace, U: ?Sized + 'static>() -> &'static VTable {
    const {
        &VTable {
            trace: trace::<T>,
            #[cfg(feature = "inspect")]
            trace_labelled: trace_labelled::<T>,
            finalize: |_| {},
            drop: drop_elements::<T>,
            has_finalizer: || false,
            type_name: type_name::<U>,
            type_id: Some(TypeId::of::<U>),
            size: Size::Own(size::<T>),
            is_opaque: false,
        }
    }
}

/// The table of an object for a slice of `T` whose elements are yet to be written.
const fn uninit_table<T: Trace>() -> &'static VTable {
    const { &VTable::uninit(type_name::<[MaybeUninit<T>]>, Size::Own(size::<T>)) }
}

/// The slice at an address.
///
/// # Safety
///
/// It is the address of the value of an object that was made as a slice of `T`.
unsafe fn elements<T>(value: Edge) -> NonNull<[T]> {
    // SAFETY: the caller's promise.
    let object = unsafe { ObjectPtr::from_value(value) };
    // SAFETY: an object that was made as a slice has its length for a trailer.
    let len = unsafe { trailer(object) };
    NonNull::slice_from_raw_parts(value.cast(), len as usize)
}

unsafe fn trace<T: Trace>(value: Edge, tracer: &mut Tracer<'_>) {
    // SAFETY: the table is that of an object that was made as a slice of `T`.
    let elements = unsafe { elements::<T>(value) };
    // SAFETY: the caller promises that they are alive.
    tracer.value(unsafe { elements.as_ref() });
}

#[cfg(feature = "inspect")]
unsafe fn trace_labelled<T: Trace>(value: Edge, labeller: &mut crate::object::Labeller<'_>) {
    // SAFETY: the table is that of an object that was made as a slice of `T`.
    let elements = unsafe { elements::<T>(value) };
    // SAFETY: the caller promises that they are alive.
    unsafe { elements.as_ref() }.trace_labelled(labeller);
}

unsafe fn drop_elements<T>(value: Edge) {
    // SAFETY: the table is that of an object that was made as a slice of `T`.
    let elements = unsafe { elements::<T>(value) };
    // SAFETY: the caller promises that they are alive and never used again.
    unsafe { elements.drop_in_place() }
}

unsafe fn size<T>(value: Edge) -> usize {
    // SAFETY: the table is that of an object that was made as a slice of `T`.
    unsafe { elements::<T>(value) }.len() * size_of::<T>()
}

/// An object that is being filled with elements. If its making ends early, it takes those that it has with it.
struct Filling<T> {
    object: Cc<[MaybeUninit<T>]>,
    /// The number of elements that have been written.
    len: usize,
}

impl<T: Trace> Filling<T> {
    /// Writes the next element.
    fn push(&mut self, element: T) {
        let object = &mut self.object;
        debug_assert!(self.len < object.len(), "a slice overflows");
        // SAFETY: the slot has room for all elements, and nobody else uses it.
        let place = unsafe { object.value.cast::<T>().add(self.len) };
        // SAFETY: as above.
        unsafe { place.write(element) };
        self.len += 1;
    }

    /// Moves the elements that have been written out of the object, which is given up.
    fn into_vec(mut self) -> Vec<T> {
        let mut elements: Vec<T> = Vec::with_capacity(self.len);
        // SAFETY: the vector has room for the elements.
        unsafe { elements.as_mut_ptr().copy_from_nonoverlapping(self.object.value.cast::<T>().as_ptr(), self.len) };
        // SAFETY: so many have been written to it, and from now on they are not `self`'s.
        unsafe { elements.set_len(mem::take(&mut self.len)) };
        elements
    }

    /// Ends the making of an object whose elements have all been written.
    fn finish(self) -> Cc<[T]> {
        debug_assert_eq!(self.len, self.object.len(), "a slice is left unfinished");
        let this = ManuallyDrop::new(self);
        // SAFETY: the field is not used again.
        let object = unsafe { ptr::read(&raw const this.object) };
        // SAFETY: all elements have been written.
        unsafe { object.assume_init() }
    }
}

impl<T> Drop for Filling<T> {
    fn drop(&mut self) {
        let written = NonNull::slice_from_raw_parts(self.object.value.cast::<T>(), self.len);
        // SAFETY: so many have been written, and nobody else uses them.
        unsafe { written.drop_in_place() }
    }
}

/// Makes an object of items of which so many are announced: without a detour, if that is true.
#[cfg_attr(feature = "track-sites", track_caller)]
fn from_iter_exact<T: Trace>(items: impl Iterator<Item = T>, len: usize) -> Cc<[T]> {
    let (object, mut items) = uninit(len, items);
    let mut filling = Filling { object, len: 0 };
    // User code runs, which must not be trusted to stop in time: hence no method of the iterator's own but `next`.
    while filling.len < len {
        match items.next() {
            Some(item) => filling.push(item),
            None => return filling.into_vec().into(),
        }
    }
    let Some(surplus) = items.next() else { return filling.finish() };
    let mut elements = filling.into_vec();
    elements.push(surplus);
    elements.extend(items);
    elements.into()
}

impl<T: Clone + Trace> From<&[T]> for Cc<[T]> {
    /// Makes an object of clones.
    ///
    /// # Panics
    ///
    /// As [`Cc::new`], and if a `clone` does: those that have been made are dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let words: Cc<[String]> = Cc::from(&["one".into(), "two".into()][..]);
    /// assert_eq!(words.len(), 2);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: &[T]) -> Cc<[T]> {
        let (object, elements) = uninit(elements.len(), elements);
        let mut filling = Filling { object, len: 0 };
        // User code may run.
        elements.iter().for_each(|element| filling.push(element.clone()));
        filling.finish()
    }
}

impl<T: Clone + Trace> From<&mut [T]> for Cc<[T]> {
    /// As from `&[T]`.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: &mut [T]) -> Cc<[T]> {
        Cc::from(&*elements)
    }
}

impl<T: Trace> From<Vec<T>> for Cc<[T]> {
    /// Makes an object of the elements, which are moved there.
    ///
    /// # Panics
    ///
    /// As [`Cc::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let numbers: Cc<[u32]> = vec![1, 2, 3].into();
    /// assert_eq!(numbers[2], 3);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: Vec<T>) -> Cc<[T]> {
        let (object, mut elements) = uninit::<T, _>(elements.len(), elements);
        // SAFETY: the places do not overlap, and each has room for the elements.
        unsafe { object.value.cast::<T>().as_ptr().copy_from_nonoverlapping(elements.as_ptr(), elements.len()) };
        // SAFETY: the vector gives up its elements, which have moved.
        unsafe { elements.set_len(0) };
        // SAFETY: all elements have been written.
        unsafe { object.assume_init() }
    }
}

impl<T: Trace> From<Box<[T]>> for Cc<[T]> {
    /// As from `Vec<T>`.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: Box<[T]>) -> Cc<[T]> {
        elements.into_vec().into()
    }
}

impl<T: Trace, const N: usize> From<[T; N]> for Cc<[T]> {
    /// Makes an object of an array.
    ///
    /// # Panics
    ///
    /// As [`Cc::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let numbers: Cc<[u32]> = Cc::from([1, 2, 3]);
    /// assert_eq!(numbers.len(), 3);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(elements: [T; N]) -> Cc<[T]> {
        crate::coerce!(Cc::new(elements) => Cc<[T]>)
    }
}

impl<'a, B: ?Sized + ToOwned> From<Cow<'a, B>> for Cc<B>
where
    Cc<B>: From<&'a B> + From<B::Owned>,
{
    /// As from what the `Cow` holds.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from(value: Cow<'a, B>) -> Cc<B> {
        match value {
            Cow::Borrowed(value) => value.into(),
            Cow::Owned(value) => value.into(),
        }
    }
}

impl<T: Trace> FromIterator<T> for Cc<[T]> {
    /// Makes an object of the items: in place if the iterator says how many there are, and by way of a `Vec` otherwise.
    ///
    /// # Panics
    ///
    /// As [`Cc::new`], and if the iterator does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let evens: Cc<[u32]> = (0..10).filter(|number| number % 2 == 0).collect();
    /// assert_eq!(*evens, [0, 2, 4, 6, 8]);
    /// ```
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Cc<[T]> {
        let items = items.into_iter();
        match items.size_hint() {
            (len, Some(most)) if len == most => from_iter_exact(items, len),
            _ => Vec::from_iter(items).into(),
        }
    }
}

impl<T: Trace> Default for Cc<[T]> {
    /// An object with an empty slice.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Cc<[T]> {
        Cc::from([])
    }
}

impl<T, const N: usize> TryFrom<Cc<[T]>> for Cc<[T; N]> {
    /// The pointer, if it is to another number of elements.
    type Error = Cc<[T]>;

    /// Turns a pointer to a slice into one to an array. The object stays the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let pair: Cc<[u32; 2]> = Cc::<[u32]>::from(vec![1, 2]).try_into().unwrap();
    /// assert_eq!(*pair, [1, 2]);
    /// assert!(Cc::<[u32; 3]>::try_from(Cc::<[u32]>::from(vec![1, 2])).is_err());
    /// ```
    fn try_from(elements: Cc<[T]>) -> Result<Cc<[T; N]>, Cc<[T]>> {
        if elements.len() != N {
            return Err(elements);
        }
        let array = ManuallyDrop::new(elements).value.cast();
        // SAFETY: a slice of so many elements is laid out as the array, and the strong pointer was that of `elements`.
        Ok(unsafe { Cc::from_value(array) })
    }
}
