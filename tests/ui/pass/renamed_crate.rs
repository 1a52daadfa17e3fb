//! `#[trace(crate = ...)]` where `::gc_core` is not what it seems, or not there.

mod inner {
    pub extern crate gc_core as renamed;

    #[derive(renamed::Trace)]
    #[trace(crate = renamed, acyclic)]
    pub struct Direct<T> {
        pub value: T,
    }

    pub mod reexport {
        pub use super::renamed as gc;
    }
}

/// What a library does that re-exports gc-core for its own macros.
mod library {
    pub use gc_core as __gc;

    macro_rules! traced {
        ($name:ident { $($field:ident: $ty:ty),* }) => {
            #[derive($crate::library::__gc::Trace)]
            #[trace(crate = $crate::library::__gc)]
            #[trace(acyclic)]
            struct $name { $($field: $ty),* }
        };
    }
    pub(crate) use traced;
}

library::traced!(FromLibrary { value: u8 });

#[derive(gc_core::Trace)]
#[trace(crate = self::inner::reexport::gc)]
enum Relative {
    Value(u8),
}

fn main() {
    assert_eq!(gc_core::Cc::new(inner::Direct { value: 1 }).value, 1);
    assert_eq!(gc_core::Cc::new(FromLibrary { value: 1 }).value, 1);
    let Relative::Value(value) = &*gc_core::Cc::new(Relative::Value(1));
    assert_eq!(*value, 1);
}
