//! `#[trace(bound = "...")]` wants `where` predicates, in a string, once, on the type.

use gc_core::{Cc, Trace};

#[derive(Trace)]
#[trace(bound)]
struct Nothing<T>(T);

#[derive(Trace)]
#[trace(bound = T: Trace)]
struct NoString<T>(T);

#[derive(Trace)]
#[trace(bound("T: Trace"))]
struct InParentheses<T>(T);

#[derive(Trace)]
#[trace(bound = "T")]
struct NoBound<T>(T);

#[derive(Trace)]
#[trace(bound = "where T: Trace")]
struct WithWhere<T>(T);

#[derive(Trace)]
#[trace(bound = "T: Trace", bound = "T: Clone")]
struct Repeated<T>(T);

#[derive(Trace)]
enum Misplaced<T> {
    #[trace(bound = "T: Trace")]
    Variant(#[trace(bound = "T: Trace")] T),
}

fn main() {
    Cc::new(NoString(1));
}
