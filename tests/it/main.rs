//! What gc-core promises, seen from outside. One module a topic.
#![forbid(unsafe_code)]

mod derive;
mod exclusive;
mod finalize;
mod gc;
mod layout;
mod opaque;
mod oracle;
mod panics;
mod pointers;
mod python;
mod soundness;
mod support;
mod sweep;
mod threads;
mod trace_impls;
mod unsized_objects;
mod weak;
