//! Functions for `benches/assembly.sh` to read the instructions of: what `Cc` does, beside what `Rc` does.

use gc_core::{Cc, Trace};
use std::cell::Cell;
use std::hint::black_box;
use std::rc::Rc;

#[derive(Trace, Default)]
struct Node {
    next: Cell<Option<Cc<Node>>>,
    number: u64,
}

#[inline(never)]
fn cc_clone(node: &Cc<Node>) -> Cc<Node> {
    node.clone()
}

#[inline(never)]
fn rc_clone(node: &Rc<Node>) -> Rc<Node> {
    node.clone()
}

#[inline(never)]
fn cc_drop(node: Cc<Node>) {
    drop(node);
}

#[inline(never)]
fn rc_drop(node: Rc<Node>) {
    drop(node);
}

#[inline(never)]
fn cc_deref(node: &Cc<Node>) -> u64 {
    node.number
}

#[inline(never)]
fn rc_deref(node: &Rc<Node>) -> u64 {
    node.number
}

fn main() {
    let (cc, rc) = (Cc::new(Node::default()), Rc::new(Node::default()));
    black_box(cc_deref(black_box(&cc)) + rc_deref(black_box(&rc)));
    cc_drop(black_box(cc_clone(black_box(&cc))));
    rc_drop(black_box(rc_clone(black_box(&rc))));
}
