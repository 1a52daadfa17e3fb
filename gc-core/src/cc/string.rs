//! Strings: slices of bytes that go by another name.

use super::Cc;
use super::make_mut::Duplicate;
use super::slice::{table, uninit};
use core::ffi::CStr;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr::NonNull;
use std::ffi::{CString, OsStr, OsString};
use std::path::{Path, PathBuf};

/// A type whose values are laid out as a slice of bytes.
pub(super) trait Bytes: 'static {
    /// All of the bytes.
    fn content(&self) -> &[u8];

    /// What the pointer is when it is known that the bytes are those of a `Self`.
    fn cast(bytes: NonNull<[u8]>) -> NonNull<Self>;
}

/// Makes an object of the same bytes.
#[cfg_attr(feature = "track-sites", track_caller)]
fn copy<S: Bytes + ?Sized>(string: &S) -> Cc<S> {
    let bytes = string.content();
    let (object, ()) = uninit::<u8, _>(bytes.len(), ());
    let from = NonNull::from(bytes).cast::<u8>();
    // SAFETY: the slot has room for the bytes, and nobody else uses it.
    unsafe { object.value.cast::<u8>().copy_from_nonoverlapping(from, bytes.len()) };
    // SAFETY: they are those of an `S`.
    unsafe { assume_init(object) }
}

/// Says that the bytes have been written.
///
/// # Safety
///
/// They have been, and are those of an `S`.
unsafe fn assume_init<S: Bytes + ?Sized>(object: Cc<[MaybeUninit<u8>]>) -> Cc<S> {
    object.note_written(table::<u8, S>());
    let bytes = ManuallyDrop::new(object).value;
    let string = S::cast(NonNull::slice_from_raw_parts(bytes.cast(), bytes.len()));
    // SAFETY: the strong pointer is that of `object`; the rest is the caller's promise.
    unsafe { Cc::from_value(string) }
}

/// `Type = Owned: how it gives its bytes`.
macro_rules! strings {
    ($($string:ty = $owned:ty: $bytes:expr,)+) => {$(
        impl Bytes for $string {
            fn content(&self) -> &[u8] {
                let content: fn(&$string) -> &[u8] = $bytes;
                content(self)
            }

            fn cast(bytes: NonNull<[u8]>) -> NonNull<$string> {
                // SAFETY: it was not null.
                unsafe { NonNull::new_unchecked(bytes.as_ptr() as *mut $string) }
            }
        }

        impl Duplicate for $string {
            type Uninit = [MaybeUninit<u8>];

            fn duplicate(&self) -> Cc<$string> {
                copy(self)
            }

            fn make_room(&self) -> Cc<[MaybeUninit<u8>]> {
                uninit(self.content().len(), ()).0
            }

            unsafe fn assume_init(room: Cc<[MaybeUninit<u8>]>) -> Cc<$string> {
                // SAFETY: the caller's promise.
                unsafe { assume_init(room) }
            }
        }

        impl From<&$string> for Cc<$string> {
            /// Makes an object of a copy.
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn from(string: &$string) -> Cc<$string> {
                copy(string)
            }
        }

        impl From<&mut $string> for Cc<$string> {
            /// Makes an object of a copy.
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn from(string: &mut $string) -> Cc<$string> {
                copy(string)
            }
        }

        impl From<$owned> for Cc<$string> {
            /// Makes an object of a copy.
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn from(string: $owned) -> Cc<$string> {
                copy(&*string)
            }
        }

        impl From<Box<$string>> for Cc<$string> {
            /// Makes an object of a copy.
            #[cfg_attr(feature = "track-sites", track_caller)]
            fn from(string: Box<$string>) -> Cc<$string> {
                copy(&*string)
            }
        }
    )+};
}

strings! {
    str = String: str::as_bytes,
    CStr = CString: CStr::to_bytes_with_nul,
    OsStr = OsString: OsStr::as_encoded_bytes,
    Path = PathBuf: |path| path.as_os_str().as_encoded_bytes(),
}

impl Default for Cc<str> {
    /// An object with an empty string.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Cc<str> {
        copy("")
    }
}

impl Default for Cc<CStr> {
    /// An object with an empty string.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn default() -> Cc<CStr> {
        copy(c"")
    }
}

impl From<Cc<str>> for Cc<[u8]> {
    /// Turns a pointer to a string into one to its bytes. The object stays the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    ///
    /// let text: Cc<str> = Cc::from("text");
    /// let bytes: Cc<[u8]> = text.into();
    /// assert_eq!(*bytes, *b"text");
    /// ```
    fn from(string: Cc<str>) -> Cc<[u8]> {
        let length = string.len();
        let string = ManuallyDrop::new(string).value;
        let bytes = NonNull::slice_from_raw_parts(string.cast::<u8>(), length);
        // SAFETY: a string is its bytes, and the strong pointer was that of `string`.
        unsafe { Cc::from_value(bytes) }
    }
}
