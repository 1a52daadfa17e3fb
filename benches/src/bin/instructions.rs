//! Operations for `benches/instructions.rs` to count the instructions of: `instructions NAME` does one of them, in a
//! function of its own, so many times, and prints how many.

use gc_core::gc::{self, Generation};
use gc_core::{Cc, Trace};
use std::cell::RefCell;
use std::hint::black_box;
use std::mem;

const TIMES: usize = 10_000;
const PAIRS: usize = 2000;

#[derive(Trace, Default)]
struct Node {
    other: RefCell<Option<Cc<Node>>>,
}

fn node() -> Cc<Node> {
    Cc::new(Node::default())
}

#[inline(never)]
fn measured_clone(node: &Cc<Node>) -> usize {
    (0..TIMES).for_each(|_| mem::forget(black_box(node.clone())));
    TIMES
}

#[inline(never)]
fn measured_drop(nodes: Vec<Cc<Node>>) -> usize {
    nodes.into_iter().for_each(|node| drop(black_box(node)));
    TIMES
}

#[inline(never)]
fn measured_new(nodes: &mut Vec<Cc<Node>>) -> usize {
    (0..TIMES).for_each(|_| nodes.push(node()));
    TIMES
}

#[inline(never)]
fn measured_young() -> usize {
    assert_eq!(gc::collect_generation(Generation::Young), 2 * PAIRS);
    PAIRS
}

fn main() {
    // The operations below are to be all that happens.
    gc::disable();
    let mut nodes = Vec::with_capacity(TIMES);
    let times = match std::env::args().nth(1).as_deref() {
        Some("clone") => measured_clone(&node()),
        Some("drop") => {
            let node = node();
            measured_drop(vec![node.clone(); TIMES])
        }
        Some("new") => measured_new(&mut nodes),
        Some("death") => measured_drop((0..TIMES).map(|_| node()).collect()),
        Some("young") => {
            for _ in 0..PAIRS {
                let [one, two] = [node(), node()];
                *one.other.borrow_mut() = Some(two.clone());
                *two.other.borrow_mut() = Some(one);
            }
            measured_young()
        }
        _ => panic!("clone, drop, new, death or young"),
    };
    println!("{times}");
}
