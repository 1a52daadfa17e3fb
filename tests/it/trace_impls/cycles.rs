//! What the collector looks into.

use std::borrow::{Borrow, Cow};
use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::io::{BufReader, Cursor, Read};
use std::num::{Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, Deref, RangeInclusive};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::mpsc::{SendError, TrySendError};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock, TryLockError};
use std::task::Poll;

use super::{Node, Stream, UserHasher, finds_a_cycle_through};
use gc_core::{Cc, Trace};

/// A pointer whose target is none of the collector's business.
#[derive(Trace)]
struct Unfollowed(Cc<Node>);

impl Deref for Unfollowed {
    type Target = u8;

    fn deref(&self) -> &u8 {
        unreachable!("tracing calls no code of the user's")
    }
}

/// What a `Cow` may borrow, and its owned form must not be asked for.
struct Unborrowed;

impl ToOwned for Unborrowed {
    type Owned = Unfollowed;

    fn to_owned(&self) -> Unfollowed {
        unreachable!("tracing calls no code of the user's")
    }
}

impl Borrow<Unborrowed> for Unfollowed {
    fn borrow(&self) -> &Unborrowed {
        unreachable!("tracing calls no code of the user's")
    }
}

macro_rules! cycle_through {
    ($($container:ident: $wrap:expr,)+) => {$(
        #[test]
        fn $container() {
            finds_a_cycle_through($wrap);
        }
    )+};
}

cycle_through! {
    option: Some,
    result_ok: Ok::<_, String>,
    result_err: Err::<String, _>,
    poll: Poll::Ready,
    control_flow_break: ControlFlow::<_, u8>::Break,
    control_flow_continue: ControlFlow::<u8, _>::Continue,
    bound_included: Bound::Included,
    bound_excluded: Bound::Excluded,
    range: |node| node.clone()..node,
    range_from: |node| node..,
    range_to: |node| ..node,
    range_inclusive: |node| RangeInclusive::new(node.clone(), node),
    range_to_inclusive: |node| ..=node,
    reverse: Reverse,
    wrapping: Wrapping,
    saturating: Saturating,
    assert_unwind_safe: AssertUnwindSafe,
    boxed: Box::new,
    boxed_slice: |node| Box::<[_]>::from([node.clone(), node]),
    boxed_dyn: |node| -> Box<dyn Trace> { Box::new(node) },
    pinned_box: Box::pin,
    pinned_cc: Pin::new,
    pin_does_not_deref: |node| Pin::new(Unfollowed(node)),
    cow: |node| Cow::<'static, [Cc<Node>]>::Owned(vec![node.clone(), node]),
    cow_does_not_borrow: |node| Cow::<'static, Unborrowed>::Owned(Unfollowed(node)),
    array: |node| [node.clone(), node.clone(), node],
    vec: |node| vec![node; 300],
    vec_deque_in_two_parts: |node| {
        let mut deque = VecDeque::from([node.clone()]);
        deque.push_front(node);
        assert!(!deque.as_slices().1.is_empty());
        deque
    },
    linked_list: |node| LinkedList::from([node.clone(), node]),
    binary_heap: |node| BinaryHeap::from([node.clone(), node.clone(), node]),
    hash_map_keys: |node| HashMap::from([(node, 1)]),
    hash_map_values: |node| (0..100).map(|key| (key, node.clone())).collect::<HashMap<_, _>>(),
    hash_map_of_any_hasher: |node| {
        let mut map = HashMap::with_hasher(UserHasher);
        map.insert(node.clone(), node);
        map
    },
    hash_set: |node| HashSet::from([node]),
    hash_set_of_any_hasher: |node| {
        let mut set = HashSet::with_hasher(UserHasher);
        set.insert(node);
        set
    },
    btree_map_keys: |node| BTreeMap::from([(node, 1)]),
    btree_map_values: |node| (0..100).map(|key| (key, node.clone())).collect::<BTreeMap<_, _>>(),
    btree_set: |node| BTreeSet::from([node]),
    vec_into_iter: |node| {
        let mut rest = vec![node.clone(), node.clone(), node].into_iter();
        rest.next();
        rest.next_back();
        rest
    },
    array_into_iter: |node| {
        let mut rest = [node.clone(), node.clone(), node].into_iter();
        rest.next();
        rest.next_back();
        rest
    },
    cell: |node| Cell::new(Some(node)),
    ref_cell: RefCell::new,
    once_cell: OnceCell::from,
    once_lock: OnceLock::from,
    mutex: Mutex::new,
    rw_lock: RwLock::new,
    poison_error: PoisonError::new,
    try_lock_error: |node| TryLockError::Poisoned(PoisonError::new(node)),
    send_error: SendError,
    try_send_error_full: TrySendError::Full,
    try_send_error_disconnected: TrySendError::Disconnected,
    cursor: Cursor::new,
    buf_reader: |node| BufReader::new(Stream(node)),
    io_take: |node| Stream(node).take(1),
    io_chain: |node| Stream(node.clone()).chain(Stream(node)),
    leaf_and_node: |node| (1, node),
    nested: |node| vec![Some(Box::new((1, RefCell::new([node]))))],
}

macro_rules! tuples {
    ($($len:ident: [$($element:literal)+],)+) => {
        cycle_through! { $($len: |node| ($({ let _ = $element; node.clone() },)+),)+ }
    };
}

tuples! {
    tuple_1: [1],
    tuple_2: [1 2],
    tuple_3: [1 2 3],
    tuple_4: [1 2 3 4],
    tuple_5: [1 2 3 4 5],
    tuple_6: [1 2 3 4 5 6],
    tuple_7: [1 2 3 4 5 6 7],
    tuple_8: [1 2 3 4 5 6 7 8],
    tuple_9: [1 2 3 4 5 6 7 8 9],
    tuple_10: [1 2 3 4 5 6 7 8 9 10],
    tuple_11: [1 2 3 4 5 6 7 8 9 10 11],
    tuple_12: [1 2 3 4 5 6 7 8 9 10 11 12],
}
