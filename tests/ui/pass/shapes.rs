//! Every shape of type, with attributes and visibilities of every kind.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(dead_code, unused_braces)]

use std::cell::{Cell, RefCell};

use gc_core::{Cc, Trace};

#[derive(Trace)]
pub struct Unit;

#[derive(Trace)]
pub struct Empty {}

#[derive(Trace)]
pub struct NoFields();

#[derive(Trace, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[must_use = "there is nothing else to do with it"]
#[non_exhaustive]
#[doc(alias = "anything")]
pub struct Attributes {
    /// A comment.
    #[doc = "Another."]
    #[allow(unused)]
    pub first: u8,
    #[cfg(any())]
    pub absent: NoSuchType,
    #[cfg(all())]
    pub(crate) second: Vec<u8>,
    /** A third. */
    #[cfg_attr(all(), trace(skip), doc = "Skipped.")]
    skipped: (),
    #[cfg_attr(any(), no_such_attribute)]
    pub(self) third: Option<Box<u8>>,
}

#[derive(Clone, Copy, Trace, Debug, Default, PartialEq)]
#[repr(u8)]
#[cfg_attr(all(), trace(acyclic))]
pub enum Discriminants {
    #[default]
    Zero,
    One = 1,
    #[trace(skip)]
    Two = { 1 + 1 },
    #[cfg(any())]
    Absent(NoSuchType),
}

#[derive(Trace)]
#[repr(C, align(64))]
pub struct Aligned(u8, Cc<Unit>);

#[derive(Trace)]
#[repr(C, packed)]
pub struct Packed(#[trace(skip)] u8, #[trace(skip)] u32);

#[derive(Trace)]
#[repr(transparent)]
pub struct Transparent<T>(T);

#[derive(Trace)]
pub enum Never {}

#[derive(Trace)]
pub enum All {
    Unit,
    NoFields(),
    Empty {},
    One(Cc<All>),
    Tuple(#[trace(skip)] Opaque, Cc<All>, RefCell<Vec<Cc<All>>>),
    Named {
        left: Cell<Option<Cc<All>>>,
        #[trace(skip)]
        opaque: Opaque,
        right: Never,
    },
    #[trace(skip)]
    Skipped(Opaque, Cc<All>),
    #[trace(skip)]
    SkippedNamed {
        opaque: Opaque,
    },
}

/// Not `Trace`.
pub struct Opaque;

mod outer {
    pub mod inner {
        use gc_core::Trace;

        #[derive(Trace)]
        pub(in crate::outer) struct Restricted {
            pub(super) parent: Option<gc_core::Cc<super::Parent>>,
            pub(in crate::outer) own: u8,
        }

        impl Restricted {
            pub(super) fn new(own: u8) -> Self {
                Restricted { parent: None, own }
            }
        }
    }

    #[derive(gc_core::Trace)]
    pub struct Parent {
        kid: inner::Restricted,
    }

    pub fn parent() -> Parent {
        Parent { kid: inner::Restricted::new(1) }
    }

    impl Parent {
        pub fn sum(&self) -> u8 {
            self.kid.own + u8::from(self.kid.parent.is_some())
        }
    }
}

/// Array lengths and arguments that are expressions, types in parentheses, pointers, types of other modules.
#[derive(Trace)]
#[allow(unused_parens)]
pub struct Expressions<T: 'static, const N: usize> {
    array: [(T); N],
    length: [u8; { if 1 + 1 > 1 { 2 } else { 3 } }],
    size: [u8; size_of::<u8>() + [1, 2].len()],
    slice: &'static [T],
    tuple: ((T,), (), [T; 2 + 3]),
    function: extern "C" fn(T) -> u8,
    bits: std::num::NonZeroU8,
    path: <Vec<T> as IntoIterator>::Item,
    dynamic: Box<dyn Trace>,
}

fn main() {
    assert_eq!(Cc::new(Attributes::default()).second.len(), 0);
    assert_eq!(*Cc::new(Discriminants::One), Discriminants::One);
    assert_eq!(Cc::new(outer::parent()).sum(), 1);
    let all = [All::Unit, All::NoFields(), All::Empty {}, All::Skipped(Opaque, Cc::new(All::Unit))];
    assert_eq!(Cc::new(all).len(), 4);
    Cc::new((Packed(1, 2), Aligned(1, Cc::new(Unit)), Transparent(1), NoFields(), Empty {}));
}
