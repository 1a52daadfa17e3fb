//! What `#[derive(Trace)]` and the types of gc-core refuse, with the message that the user gets, and what the derive
//! must put up with in a user's crate.
//!
//! The messages are those of one compiler, the stable one; `TRYBUILD=overwrite cargo test --test ui` writes them anew.

#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*.rs");
}

#[test]
fn accepted() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}
