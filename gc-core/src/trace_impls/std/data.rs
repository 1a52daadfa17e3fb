//! Plain data, which owns no `Cc` whatever its value.

use std::alloc::{Layout, LayoutError};
use std::any::TypeId;
use std::cell::{BorrowError, BorrowMutError};
use std::collections::TryReserveError;
use std::convert::Infallible;
use std::hash::{BuildHasherDefault, DefaultHasher, RandomState};
use std::marker::{PhantomData, PhantomPinned};
use std::mem::Discriminant;
use std::num::{FpCategory, IntErrorKind, NonZero, ParseFloatError, ParseIntError, TryFromIntError};
use std::panic::Location;
use std::str::{ParseBoolError, Utf8Error};
use std::string::{FromUtf8Error, FromUtf16Error};
use std::sync::atomic::{
    self, AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicIsize, AtomicU8, AtomicU16, AtomicU32, AtomicUsize,
};
use std::time::{Duration, Instant, SystemTime, SystemTimeError, TryFromFloatSecsError};
use std::{array, char, cmp, fmt};

use crate::leaf;

leaf! {
    bool,
    char,
    i8, i16, i32, i64, i128, isize,
    u8, u16, u32, u64, u128, usize,
    f32, f64,
    str,
}

parts! {
    String: [] { text => [] + text.capacity() }
    FromUtf8Error: [] { error => [] + error.as_bytes().len() }
}

leaf! {
    NonZero<i8>, NonZero<i16>, NonZero<i32>, NonZero<i64>, NonZero<i128>, NonZero<isize>,
    NonZero<u8>, NonZero<u16>, NonZero<u32>, NonZero<u64>, NonZero<u128>, NonZero<usize>,
    FpCategory, IntErrorKind, ParseFloatError, ParseIntError, TryFromIntError,
}

leaf! {
    AtomicBool,
    AtomicI8, AtomicI16, AtomicI32, AtomicIsize,
    AtomicU8, AtomicU16, AtomicU32, AtomicUsize,
    atomic::Ordering,
}

#[cfg(target_has_atomic = "64")]
leaf! { atomic::AtomicI64, atomic::AtomicU64 }

leaf! { Duration, Instant, SystemTime, SystemTimeError, TryFromFloatSecsError }

// What says something about types, memory and code.
leaf! {
    TypeId,
    PhantomData<T>: [T: ?Sized + 'static],
    PhantomPinned,
    Infallible,
    Discriminant<T>: [T: 'static],
    Layout, LayoutError,
    Location<'static>,
    cmp::Ordering,
}

// A hasher is one of its user's: what there may be in it is out of sight.
leaf! { DefaultHasher, RandomState, BuildHasherDefault<H>: [H: 'static] }

// Errors.
leaf! {
    array::TryFromSliceError,
    BorrowError, BorrowMutError,
    char::CharTryFromError, char::DecodeUtf16Error, char::ParseCharError, char::TryFromCharError,
    fmt::Error, fmt::Alignment,
    FromUtf16Error, ParseBoolError, Utf8Error,
    TryReserveError,
}
