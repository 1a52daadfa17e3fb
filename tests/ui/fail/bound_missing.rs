//! What `#[trace(bound = "...")]` demands takes the place of what the fields need, and may fall short of it.

use std::borrow::Cow;

use gc_core::{Acyclic, Cc, Trace};

#[derive(Trace)]
#[trace(bound = "")]
struct Nothing<T> {
    count: usize,
    value: Vec<T>,
}

#[derive(Trace)]
#[trace(bound = "T: Trace")]
struct OneOfTwo<T, U>(T, Option<U>);

// The proof has the same bounds.
#[derive(Trace)]
#[trace(acyclic, bound = "T: Trace")]
struct Unproved<T>(T);

#[derive(Trace)]
#[trace(bound = "B::Owned: Acyclic")]
struct Name<B: ToOwned + ?Sized + 'static>(Cow<'static, B>);

#[derive(Clone)]
struct Foreign;

// At the use, it is the user's demand that is not met.
fn main() {
    Cc::new(Name::<Foreign>(Cow::Owned(Foreign)));
}
