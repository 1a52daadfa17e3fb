//! Structs of every shape.

use gc_core::{Cc, Trace, collect};

use super::{Drops, Mark, Slot, fill, start};

#[derive(Trace)]
struct Named {
    left: Slot<Named>,
    right: Slot<Self>,
    _mark: Mark,
}

fn named(drops: &Drops) -> Cc<Named> {
    Cc::new(Named { left: Slot::default(), right: Slot::default(), _mark: drops.mark() })
}

#[test]
fn every_named_field_is_traced() {
    let drops = start();
    let (a, b) = (named(&drops), named(&drops));
    fill(&a.left, &b);
    fill(&b.right, &a);
    drop((a, b));
    drops.assert_collected(2);
}

#[test]
fn every_edge_is_visited_once() {
    let drops = start();
    let (held, b) = (named(&drops), named(&drops));
    for slot in [&b.left, &b.right] {
        fill(slot, &held);
    }
    fill(&held.left, &b);
    drop(b);
    drops.assert_nothing_collected();
    drop(held);
    drops.assert_collected(2);
}

#[test]
fn every_field_of_a_tuple_is_traced() {
    #[derive(Trace)]
    struct Tuple(Slot<Tuple>, Mark, Slot<Tuple>);

    let drops = start();
    let [a, b] = [(); 2].map(|()| Cc::new(Tuple(Slot::default(), drops.mark(), Slot::default())));
    fill(&a.0, &b);
    fill(&b.2, &a);
    drop((a, b));
    drops.assert_collected(2);
}

#[test]
fn a_struct_without_fields_is_freed_by_counting() {
    #[derive(Trace)]
    struct Unit;
    #[derive(Trace)]
    struct Braces {}
    #[derive(Trace)]
    struct Parentheses();
    #[derive(Trace)]
    struct All(Cc<Unit>, Cc<Braces>, Cc<Parentheses>, Mark);

    let drops = start();
    drop(Cc::new(All(Cc::new(Unit), Cc::new(Braces {}), Cc::new(Parentheses()), drops.mark())));
    drops.assert_freed(1);
}

#[test]
fn values_of_the_type_itself_are_traced_in_place() {
    #[derive(Trace)]
    struct Tree {
        kids: Vec<Tree>,
        boxed: Option<Box<Tree>>,
        root: Slot<Tree>,
        _mark: Mark,
    }

    let drops = start();
    let tree = |kids, boxed| Tree { kids, boxed, root: Slot::default(), _mark: drops.mark() };
    let root = Cc::new(tree(vec![tree(vec![], None), tree(vec![tree(vec![], None)], None)], None));
    fill(&root.kids[1].kids[0].root, &root);
    let boxed = Cc::new(tree(vec![], Some(Box::new(tree(vec![], None)))));
    fill(&boxed.boxed.as_ref().unwrap().root, &boxed);
    drop((root, boxed));
    assert_eq!(collect(), 2, "objects, of six values");
    drops.assert_freed(6);
}

#[test]
fn fields_can_be_moved_out() {
    let drops = start();
    let Named { left, right, .. } = Cc::into_inner(named(&drops)).unwrap();
    drops.assert_freed(1);
    assert!(left.take().is_none() && right.take().is_none());
}
