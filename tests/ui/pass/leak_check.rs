//! `#[leak_check]` in a crate with strict lints, under another name, and with names that get in the way.

#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, clippy::all, clippy::pedantic, clippy::restriction)]

mod lib {
    pub use ::gc_core as gc;
}

mod gc_core {}
mod std {}
mod core {}

#[lib::gc::inspect::leak_check(crate = lib::gc)]
fn renamed() {
    ::std::mem::drop(lib::gc::Cc::new(5));
}

#[::gc_core::inspect::leak_check]
fn fallible() -> ::std::result::Result<(), ::std::num::ParseIntError> {
    let five: u8 = ::std::str::FromStr::from_str("5")?;
    ::std::mem::drop(lib::gc::Cc::new(five));
    ::std::result::Result::Ok(())
}

/// Only panics.
#[::gc_core::inspect::leak_check]
fn diverges() {
    ::std::process::exit(0)
}

macro_rules! test {
    ($name:ident, $body:block) => {
        #[::gc_core::inspect::leak_check]
        fn $name() $body
    };
}

test!(of_a_macro, {
    ::std::mem::drop(lib::gc::Cc::new(5));
});

fn main() {
    renamed();
    ::std::assert!(fallible().is_ok());
    of_a_macro();
    diverges();
}
