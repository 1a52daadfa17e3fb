//! What the collector does not look into: a cycle through it leaks, and does nothing worse.

use std::any::Any;
use std::cell::{LazyCell, RefCell, UnsafeCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::{self, Future};
use std::io::{BufWriter, LineWriter, Write};
use std::iter;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::Deref;
use std::pin::Pin;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::atomic::AtomicPtr;
use std::sync::{Arc, LazyLock, mpsc};

use super::{Id, Log, Node, Stream, leaves_a_cycle_through};
use gc_core::{Cc, Trace, collect, gc};
use static_assertions::assert_not_impl_any;

type Slot = RefCell<Option<Cc<Node>>>;

/// A node leads to the slot that it is in, by an edge that is not the collector's to see: somebody else holds the slot,
/// and may take the node out of it.
fn leaves_what_is_shared(slot: impl Deref<Target = Slot>, edge: impl Trace) {
    gc::disable();
    let log = Log::default();
    let node = Node::new(0, &log);
    node.set_edge(edge);
    slot.replace(Some(node.clone()));
    drop(node);

    assert_eq!(collect(), 0);
    assert_eq!(log.sorted(), [0; 0]);

    let node = slot.take();
    assert!(node.is_some());
    drop(node);
    assert_eq!(log.sorted(), [0]);
}

#[test]
fn rc_is_opaque() {
    let slot = Rc::<Slot>::default();
    leaves_what_is_shared(slot.clone(), slot);
}

#[test]
fn arc_is_opaque() {
    let slot = Arc::<Slot>::default();
    leaves_what_is_shared(slot.clone(), slot);
}

#[test]
fn leaked_reference_is_opaque() {
    let slot: &'static Slot = Box::leak(Box::default());
    leaves_what_is_shared(slot, slot);
}

#[test]
fn raw_pointers_are_opaque() {
    let slot = Rc::<Slot>::default();
    let pointer = Rc::as_ptr(&slot);
    leaves_what_is_shared(&*slot, pointer);
    leaves_what_is_shared(&*slot, pointer.cast_mut());
    leaves_what_is_shared(&*slot, NonNull::from(&*slot));
    leaves_what_is_shared(&*slot, AtomicPtr::new(pointer.cast_mut()));
}

#[test]
fn skipped_field_is_opaque() {
    #[derive(Trace)]
    struct Skipping {
        #[trace(skip)]
        link: RefCell<Option<Cc<Skipping>>>,
        #[trace(skip)]
        _id: Id,
    }

    gc::disable();
    let log = Log::default();
    let node = Cc::new(Skipping { link: RefCell::default(), _id: Id(0, log.clone()) });
    node.link.replace(Some(node.clone()));
    let weak = Cc::downgrade(&node);
    drop(node);

    assert_eq!(collect(), 0);
    assert_eq!(log.sorted(), [0; 0]);

    weak.upgrade().expect("it leaks").link.take();
    assert_eq!(log.sorted(), [0]);
}

macro_rules! opaque {
    ($($container:ident: $wrap:expr,)+) => {$(
        #[test]
        fn $container() {
            leaves_a_cycle_through($wrap);
        }
    )+};
}

opaque! {
    unsafe_cell: UnsafeCell::new,
    lazy_cell: |node| {
        let lazy = LazyCell::new(move || node);
        LazyCell::force(&lazy);
        lazy
    },
    lazy_cell_with_its_closure: |node| LazyCell::new(move || node),
    lazy_lock: |node| {
        let lazy = LazyLock::new(move || node);
        LazyLock::force(&lazy);
        lazy
    },
    channel: |node| {
        let (sender, receiver) = mpsc::channel();
        sender.send(node).unwrap();
        receiver
    },
    both_ends_of_a_channel: |node| {
        let (sender, receiver) = mpsc::sync_channel(1);
        sender.send(node).unwrap();
        (sender, receiver)
    },
    ready: future::ready,
    boxed_any: |node| -> Box<dyn Any> { Box::new(node) },
    boxed_fn: |node| -> Box<dyn Fn() -> Cc<Node>> { Box::new(move || node.clone()) },
    boxed_fn_mut: |node| -> Box<dyn FnMut(u8, u8) -> Cc<Node>> { Box::new(move |_, _| node.clone()) },
    boxed_fn_once: |node| -> Box<dyn FnOnce(u8) -> Cc<Node>> { Box::new(move |_| node) },
    boxed_iterator: |node| -> Box<dyn Iterator<Item = Cc<Node>>> { Box::new(iter::once(node)) },
    boxed_future: |node| -> Pin<Box<dyn Future<Output = Cc<Node>>>> { Box::pin(async { node }) },
    boxed_write: |node| -> Box<dyn Write> { Box::new(Stream(node)) },
    option_into_iter: |node| Some(node).into_iter(),
    vec_deque_into_iter: |node| VecDeque::from([node]).into_iter(),
    btree_map_into_values: |node| BTreeMap::from([(1, node)]).into_values(),
    hash_map_into_keys: |node| HashMap::from([(node, 1)]).into_keys(),
    once: iter::once,
    peekable: |node| {
        let mut peekable = [node].into_iter().peekable();
        peekable.peek();
        peekable
    },
    map: |node| [node].into_iter().map(|node| Cc::as_ptr(&node)),
}

/// Their destructors write what they have buffered to the stream, which must not be told of a death before.
#[test]
fn writers_write_to_what_is_alive() {
    fn filled<W: Write>(mut writer: W) -> W {
        writer.write_all(b"text").unwrap();
        writer
    }

    leaves_a_cycle_through(|node| filled(BufWriter::new(Stream(node))));
    leaves_a_cycle_through(|node| filled(LineWriter::new(Stream(node))));
}

#[test]
fn manually_dropped_pointer_leaks() {
    gc::disable();
    let log = Log::default();
    let node = Node::new(0, &log);
    node.set_edge(ManuallyDrop::new(node.clone()));
    let weak = Cc::downgrade(&node);
    drop(node);

    assert_eq!(collect(), 0);
    weak.upgrade().expect("it leaks").edge.take();
    assert!(weak.upgrade().is_some(), "nothing has dropped the pointer");
    assert_eq!(log.sorted(), [0; 0]);
}

// Or `assume_init` would find objects that were not made for a `T`.
assert_not_impl_any!(MaybeUninit<u8>: Trace);
