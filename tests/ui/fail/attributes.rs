//! Everything that is wrong with the attributes of a type, at once.

use gc_core::{Cc, Trace};

#[derive(Trace)]
#[trace]
#[trace()]
#[trace = "skip"]
#[trace(skip)]
#[trace(unknown, acyclic, acyclic, finalize, finalize = true)]
#[trace(crate = "gc_core")]
#[trace(crate)]
struct Type<T> {
    #[trace(acyclic, finalize)]
    a: u8,
    #[trace(skip, skip)]
    b: u8,
    #[trace(skip)]
    #[trace(skip)]
    c: u8,
    #[trace(skip = true)]
    d: u8,
    #[trace(skip(if = "never"), unknown::path, other = 1)]
    e: u8,
    #[trace("skip")]
    f: T,
}

#[derive(Trace)]
#[trace(crate = gc_core, crate = ::gc_core)]
enum Enum {
    #[trace(crate = gc_core)]
    A,
    #[trace(skip)]
    B {
        #[trace(skip)]
        a: u8,
        b: u8,
    },
    C(#[trace(skipped)] u8),
}

// Words of other versions are unknown here like any other.
#[derive(Trace)]
#[trace(unsafe_drop, bound = "T: Copy")]
struct Unknown;

#[derive(Trace)]
#[repr(C, packed(2))]
struct Packed(u8, u32);

fn main() {
    Cc::new(Type { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 });
    Cc::new(Enum::A);
    Cc::new(Unknown);
    Cc::new(Packed(1, 2));
}
