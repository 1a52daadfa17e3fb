//! A million objects are exported in under 5 s, the snapshot included, and with less than 200 MiB more memory. A
//! process of its own: the kernel keeps the highest mark of a process, not of a thread.
#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]

use gc_core::inspect::Snapshot;
use gc_core::{Cc, Trace, gc};
use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

#[derive(Trace)]
struct Node {
    links: [RefCell<Option<Cc<Node>>>; 3],
}

/// Each with three edges, to objects near and far.
fn million_nodes() -> Vec<Cc<Node>> {
    let nodes: Vec<_> = (0..1_000_000).map(|_| Cc::new(Node { links: Default::default() })).collect();
    for (index, node) in nodes.iter().enumerate() {
        for (link, distance) in node.links.iter().zip([1, 1_000, 500_000]) {
            *link.borrow_mut() = Some(nodes[(index + distance) % nodes.len()].clone());
        }
    }
    nodes
}

/// A line of `/proc/self/status`, in bytes.
fn status(key: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

/// Runs an export, its snapshot included, and asserts that it keeps to the limits.
fn assert_cheap(name: &str, before: usize, export: impl FnOnce(&Snapshot) -> io::Result<()>) {
    // From here on, the highest mark is what it is now.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let start = Instant::now();
    let snapshot = Snapshot::take();
    let taken = start.elapsed();
    assert_eq!((snapshot.len(), snapshot.edge_count()), (1_000_000, 3_000_000));
    export(&snapshot).unwrap();
    let time = start.elapsed();
    let more = status("VmHWM:") - before;
    println!("{name}: {time:.2?} ({taken:.2?} the snapshot), {} MiB", more >> 20);
    assert!(time < Duration::from_secs(5), "{name} took {time:?}");
    assert!(more < 200 << 20, "{name} took {more} bytes");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "measures what is optimised")]
fn a_million_objects() {
    let _pause = gc::pause();
    let nodes = million_nodes();
    // For all exports: what one leaves with the allocator counts against the next.
    let before = status("VmRSS:");
    assert_cheap("heapsnapshot", before, |snapshot| snapshot.write_heapsnapshot(io::sink(), |_| ()));
    assert_cheap("JSON lines", before, |snapshot| snapshot.write_json_lines(io::sink(), |_| ()));
    assert_cheap("DOT", before, |snapshot| snapshot.dot().write(io::sink()));
    let first = nodes[0].clone();
    drop(nodes);
    assert_cheap("heapsnapshot, of one root", before, |snapshot| snapshot.write_heapsnapshot(io::sink(), |_| ()));
    // All of it is garbage.
    drop(first);
    assert_cheap("heapsnapshot, of garbage", before, |snapshot| snapshot.write_heapsnapshot(io::sink(), |_| ()));
}
