//! A field that the collector cannot see into.

use gc_core::{Cc, Trace};

struct Foreign;

#[derive(Trace)]
struct Named {
    count: usize,
    foreign: Foreign,
}

#[derive(Trace)]
struct Tuple(usize, Vec<Foreign>);

#[derive(Trace)]
enum Enum {
    Unit,
    Tuple(Option<Foreign>),
    Named { foreign: Box<Foreign> },
}

fn main() {
    Cc::new(Named { count: 1, foreign: Foreign });
}
