//! Types that come out of `macro_rules!`, whole or in part.

use gc_core::{Cc, Trace};

macro_rules! whole {
    ($name:ident) => {
        #[derive(gc_core::Trace)]
        struct $name {
            next: Option<Cc<$name>>,
            value: u8,
        }
    };
}

macro_rules! parts {
    ($name:ident<$param:ident> { $($field:ident: $ty:ty),* $(; $skipped:ident: $opaque:ty)* } $(#[$attr:meta])*) => {
        #[derive(Trace)]
        $(#[$attr])*
        struct $name<$param> {
            $($field: $ty,)*
            $(#[trace(skip)] $skipped: $opaque,)*
            extra: Vec<$crate::Item>,
        }
    };
}

macro_rules! variants {
    ($name:ident: $($variant:ident($($ty:ty),*)),*) => {
        #[derive(Trace)]
        enum $name {
            $($variant($($ty),*),)*
            Named { value: Item, other: Item },
        }
    };
}

macro_rules! list_of {
    ($ty:ty) => { Vec<$ty> };
}

#[derive(Trace)]
struct Item;

struct Opaque;

/// A macro in the place of a field's type.
#[derive(Trace)]
struct Listed<T> {
    items: list_of!(T),
}

whole!(Whole);
parts!(Parts<T> { extras: Option<Cc<T>>, item: T; opaque: Opaque } #[trace(crate = ::gc_core)]);
variants!(Variants: Empty(), One(Item), Two(Cc<Variants>, Option<Cc<Variants>>));

fn main() {
    let whole = Cc::new(Whole { next: Some(Cc::new(Whole { next: None, value: 1 })), value: 2 });
    assert_eq!(whole.next.as_ref().map(|next| next.value), Some(whole.value - 1));
    let parts = Cc::new(Parts { extras: None, item: Item, opaque: Opaque, extra: vec![Item] });
    let Parts { extras: None, item: Item, opaque: Opaque, extra } = &*parts else { unreachable!() };
    assert_eq!(extra.len(), 1);
    let two = Cc::new(Variants::Two(Cc::new(Variants::One(Item)), Some(Cc::new(Variants::Empty()))));
    let _ = (two, Cc::new(Variants::Named { value: Item, other: Item }));
    assert_eq!(Cc::new(Listed { items: vec![Item] }).items.len(), 1);
}
