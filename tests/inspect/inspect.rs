//! What the feature `inspect` shows of the heap, seen from outside. One module a topic.
#![deny(unsafe_code)]

mod events;
mod export;
mod graph;
mod health;
mod labels;
mod leak_check;
mod sites;
mod snapshot;
mod totals;
