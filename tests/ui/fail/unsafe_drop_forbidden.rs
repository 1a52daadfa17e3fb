//! `#[trace(unsafe_drop)]` is unsafe code of the user's, and the rest of the derive is not.

#![forbid(unsafe_code)]

use gc_core::{Cc, Trace};

#[derive(Trace)]
struct Safe {
    edge: Option<Cc<Guard>>,
}

#[derive(Trace)]
#[trace(unsafe_drop)]
struct Guard {
    edge: Option<Cc<Safe>>,
}

impl Drop for Guard {
    fn drop(&mut self) {}
}

// As much for a macro that writes the word.
macro_rules! guard {
    ($name:ident) => {
        #[derive(Trace)]
        #[trace(unsafe_drop)]
        struct $name;
    };
}

guard!(FromMacro);

fn main() {
    Cc::new(Safe { edge: None });
}
