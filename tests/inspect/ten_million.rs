//! Ten million objects. A program of its own, so that it can be optimised without the other tests.
#![forbid(unsafe_code)]

use gc_core::inspect::Snapshot;
use gc_core::{Cc, Trace, gc};
use std::cell::RefCell;

/// Ten million objects in one chain, on a small stack: nothing here may recurse, or take more than linear time.
#[test]
#[ignore = "takes three gigabytes, and a minute unless it is optimised"]
fn ten_million_objects() {
    const LEN: usize = 10_000_000;

    #[derive(Trace)]
    struct Link {
        next: Option<Cc<Link>>,
        head: RefCell<Option<Cc<Link>>>,
    }

    let small = std::thread::Builder::new().stack_size(256 << 10);
    let thread = small.spawn(|| {
        let mut first = Cc::new(Link { next: None, head: RefCell::default() });
        let last = first.clone();
        for _ in 1..LEN {
            first = Cc::new(Link { next: Some(first), head: RefCell::default() });
        }
        *last.head.borrow_mut() = Some(first.clone());
        let snapshot = Snapshot::take();
        assert_eq!((snapshot.len(), snapshot.edge_count()), (LEN, LEN));
        let [from, to] = [&first, &last].map(|link| snapshot.object(link).unwrap());
        assert_eq!((from.outside_count(), to.outside_count()), (1, 1));
        let edge = to.edges().next().unwrap();
        assert_eq!((edge.label().to_string(), edge.target()), ("head".into(), from));
        assert_eq!(snapshot.cycles().first().map(|cycle| cycle.len()), Some(LEN));
        drop(last);

        // Now only one end is held.
        let snapshot = Snapshot::take();
        let first = snapshot.object(&first).unwrap();
        assert_eq!(snapshot.dominators().retained_count(first.id()), LEN);
        let last = first.referrers().next().unwrap().source();
        assert_eq!(snapshot.path_to(last.id()).unwrap().len(), LEN - 1);
    });
    thread.unwrap().join().unwrap();
    assert_eq!(gc::tracked_count(), 0);
}
