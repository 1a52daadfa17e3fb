//! `Trace` of the standard library's types: a cycle through a container is found, one through an opaque type is not,
//! and what can have no cycle is not tracked.

mod acyclic;
mod busy;
mod cycles;
mod finalizers;
mod leaf_macro;
mod opaque;
mod ring;

use gc_core::{Cc, Trace};

use ring::{Id, Log, Node, UserHasher, finds_a_cycle_through, leaves_a_cycle_through, ring};

/// Reads and writes nothing, and is an edge.
#[derive(Trace)]
struct Stream(Cc<Node>);

impl std::io::Read for Stream {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(0)
    }
}

impl std::io::Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        assert!(self.0.id.1.sorted().is_empty(), "nothing is dead that a destructor may come to");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
