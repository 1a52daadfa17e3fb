//! Random programs over a heap of `gc-core`, checked against a naive model of it.
//!
//! A [`Program`] is run on the real heap of the thread and on a model that knows, of every object, how many pointers
//! lead to it and whether the program can still get at it. After each operation the two are compared:
//!
//! - What the program can reach is alive, has its value, its counts, its generation and its edges.
//! - What has lost its last pointer is gone, its destructor having run once.
//! - What a collection has destroyed was garbage, and none of the garbage of its generations is left.
//! - A collection returns the number of objects that it found; one inside another returns 0.
//! - An automatic collection runs when the counts say so, and at no other time.
//! - A weak pointer upgrades if and only if its object is alive.
//! - Finalizers run once, on both deaths, in the order of birth; what they bring back lives, and nothing else does.
//! - Callbacks on deaths run once, newest first, unless they have been called, detached, or died with their watch.
//! - Weak containers have the entries whose objects are alive; the value of an ephemeron lives as long as its key.
//! - What is frozen is not collected before it is thawed. What is saved as garbage is intact, and dead to weak
//!   pointers.
//! - The first panic of a finalizer, callback or destructor comes out of the operation that set it off, and nothing
//!   else is lost by it.
//! - The heap says of itself that it is in order (`gc::verify`).
//!
//! At the end of a program nothing is left.
//!
//! The tests and the fuzzer share this library; `src/bin/soak.rs` runs programs by the million.

mod action;
mod attach;
mod bag;
mod callback;
mod check;
mod collector;
mod construct;
mod edge;
mod handle;
mod hold;
mod inspect;
mod interpreter;
mod kept;
mod model;
mod operations;
mod payload;
mod pointer;
mod pouch;
pub mod program;
mod raw;
mod report;
mod run;
mod slots;
mod will;

pub use interpreter::Failure;
pub use program::{Program, programs};
pub use report::{Effects, Outcome, Report};
pub use run::{check, reduce, run, run_all_in_thread, run_in_thread};
