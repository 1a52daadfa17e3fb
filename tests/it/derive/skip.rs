//! `#[trace(skip)]`: what is opaque is only that.

use std::cell::RefCell;

use gc_core::{Cc, Trace};

use super::{Mark, Slot, fill, start};

#[test]
fn a_skipped_field_is_opaque() {
    #[derive(Trace)]
    struct Node {
        #[trace(skip)]
        hidden: Slot<Node>,
        seen: Slot<Node>,
        _mark: Mark,
    }

    let drops = start();
    let node = Cc::new(Node { hidden: Slot::default(), seen: Slot::default(), _mark: drops.mark() });
    fill(&node.seen, &node);
    fill(&node.hidden, &node);
    let weak = Cc::downgrade(&node);
    drop(node);
    drops.assert_nothing_collected();
    // Broken by hand, what is left is an ordinary cycle.
    weak.upgrade().unwrap().hidden.take();
    drops.assert_collected(1);
}

#[test]
fn a_skipped_variant_is_opaque() {
    #[derive(Trace)]
    enum Link {
        #[trace(skip)]
        Hidden(Cc<Node>, Opaque),
        Seen(Cc<Node>),
    }

    /// Not `Trace`.
    struct Opaque;

    #[derive(Trace)]
    struct Node(RefCell<Option<Link>>, Mark);

    let drops = start();
    let node = Cc::new(Node(RefCell::default(), drops.mark()));
    node.0.replace(Some(Link::Hidden(node.clone(), Opaque)));
    let weak = Cc::downgrade(&node);
    drop(node);
    drops.assert_nothing_collected();
    let Some(Link::Hidden(node, Opaque)) = weak.upgrade().unwrap().0.take() else { unreachable!() };
    node.0.replace(Some(Link::Seen(node.clone())));
    assert!(matches!(&*node.0.borrow(), Some(Link::Seen(this)) if Cc::ptr_eq(this, &node)));
    drop(node);
    drops.assert_collected(1);
}

#[test]
fn a_skipped_field_of_a_variant_leaves_the_others_traced() {
    #[derive(Trace)]
    enum Node {
        Named {
            #[trace(skip)]
            hidden: Slot<Node>,
            seen: Slot<Node>,
            _mark: Mark,
        },
        Tuple(#[trace(skip)] Slot<Node>, Slot<Node>, Mark),
    }

    impl Node {
        fn slots(&self) -> [&Slot<Node>; 2] {
            match self {
                Node::Named { hidden, seen, .. } | Node::Tuple(hidden, seen, _) => [hidden, seen],
            }
        }
    }

    let drops = start();
    for node in [
        Node::Named { hidden: Slot::default(), seen: Slot::default(), _mark: drops.mark() },
        Node::Tuple(Slot::default(), Slot::default(), drops.mark()),
    ] {
        let node = Cc::new(node);
        let [hidden, seen] = node.slots();
        fill(hidden, &node);
        fill(seen, &node);
        let weak = Cc::downgrade(&node);
        drop(node);
        drops.assert_nothing_collected();
        weak.upgrade().unwrap().slots()[0].take();
        drops.assert_collected(1);
    }
}
