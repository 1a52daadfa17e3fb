//! `#[derive(Trace)]`: which edges it makes the collector see, for every shape of type.
//!
//! A cycle is collected only if all of its edges are seen, and an object that is still held survives only if none of
//! them is seen twice, so the numbers that `collect` returns say exactly what the derive visits.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::Rc;

use gc_core::{Cc, Trace, collect, gc};

/// A slot for an edge, empty at first.
type Slot<T> = RefCell<Option<Cc<T>>>;

fn fill<T>(slot: &Slot<T>, target: &Cc<T>) {
    slot.replace(Some(target.clone()));
}

/// How many marks have been dropped.
#[derive(Default)]
struct Drops(Rc<Cell<usize>>);

impl Drops {
    /// What each value in these tests has one of. The `Rc` makes a leaf of it.
    fn mark(&self) -> Mark {
        Rc::new(Counted(self.0.clone()))
    }

    /// Collects what must be `objects` garbage objects, with a mark in each.
    #[track_caller]
    fn assert_collected(&self, objects: usize) {
        assert_eq!(self.0.take(), 0, "nothing in a cycle is freed by counting");
        assert_eq!(collect(), objects);
        assert_eq!(self.0.take(), objects);
        assert_eq!(collect(), 0);
    }

    /// Collects, and finds nothing: everything is held, or looks as if it were.
    #[track_caller]
    fn assert_nothing_collected(&self) {
        assert_eq!(collect(), 0);
        assert_eq!(self.0.get(), 0);
    }

    #[track_caller]
    fn assert_freed(&self, objects: usize) {
        assert_eq!(self.0.take(), objects);
        assert_eq!(collect(), 0);
        assert_eq!(self.0.get(), 0);
    }
}

type Mark = Rc<Counted>;

struct Counted(Rc<Cell<usize>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// Turns automatic collections off, for the thread of one test.
fn start() -> Drops {
    gc::disable();
    Drops::default()
}

mod structs {
    use super::*;

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
}

mod enums {
    use super::*;

    #[derive(Trace)]
    enum Shape {
        Unit,
        Tuple(Mark, Slot<Shape>, Slot<Shape>),
        Named {
            link: Slot<Shape>,
            _mark: Mark,
            other: Slot<Shape>,
        },
        #[allow(dead_code)]
        Empty {},
    }

    impl Shape {
        fn tuple(drops: &Drops) -> Cc<Shape> {
            Cc::new(Shape::Tuple(drops.mark(), Slot::default(), Slot::default()))
        }

        fn named(drops: &Drops) -> Cc<Shape> {
            Cc::new(Shape::Named { link: Slot::default(), _mark: drops.mark(), other: Slot::default() })
        }

        fn slots(&self) -> [&Slot<Shape>; 2] {
            match self {
                Shape::Tuple(_, first, second) => [first, second],
                Shape::Named { link, other, .. } => [link, other],
                Shape::Unit | Shape::Empty {} => unreachable!(),
            }
        }
    }

    #[test]
    fn every_field_of_every_variant_is_traced() {
        let drops = start();
        for make in [Shape::tuple, Shape::named] {
            for slot in [0, 1] {
                let shape = make(&drops);
                fill(shape.slots()[slot], &shape);
                drop(shape);
                drops.assert_collected(1);
            }
        }
    }

    #[test]
    fn a_cycle_goes_through_different_variants() {
        let drops = start();
        let (a, b) = (Shape::tuple(&drops), Shape::named(&drops));
        fill(a.slots()[0], &b);
        fill(b.slots()[1], &a);
        fill(b.slots()[0], &Cc::new(Shape::Unit));
        drop((a, b));
        assert_eq!(collect(), 3);
        drops.assert_freed(2);
    }

    #[test]
    fn the_edges_are_those_of_the_variant_that_the_value_has_now() {
        #[derive(Trace)]
        struct Holder {
            state: RefCell<State>,
            _mark: Mark,
        }

        #[derive(Trace)]
        enum State {
            Off,
            On(Cc<Holder>),
        }

        let drops = start();
        let holder = Cc::new(Holder { state: RefCell::new(State::Off), _mark: drops.mark() });
        drops.assert_nothing_collected();
        holder.state.replace(State::On(holder.clone()));
        drops.assert_nothing_collected();
        drop(holder);
        drops.assert_collected(1);
    }

    #[test]
    fn an_enum_without_variants_can_be_derived() {
        #[derive(Trace)]
        enum Never {}
        #[derive(Trace)]
        struct Holder(Slot<Holder>, Option<Never>, Mark);

        let drops = start();
        let holder = Cc::new(Holder(Slot::default(), None, drops.mark()));
        fill(&holder.0, &holder);
        assert!(holder.1.is_none());
        drop(holder);
        drops.assert_collected(1);
    }
}

mod skip {
    use super::*;

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
}

mod generics {
    use super::*;

    /// Generic and recursive.
    #[derive(Trace)]
    struct Node<T> {
        next: Slot<Node<T>>,
        kids: RefCell<Vec<Node<T>>>,
        value: T,
        _mark: Mark,
    }

    fn node<T: Trace>(drops: &Drops, value: T) -> Cc<Node<T>> {
        Cc::new(Node { next: Slot::default(), kids: RefCell::default(), value, _mark: drops.mark() })
    }

    #[test]
    fn a_generic_type_is_traced_through_itself() {
        let drops = start();
        let (a, b) = (node(&drops, 1), node(&drops, 2));
        fill(&a.next, &b);
        let kid = Cc::into_inner(node(&drops, 3)).unwrap();
        fill(&kid.next, &a);
        b.kids.borrow_mut().push(kid);
        assert_eq!(a.value + b.value + b.kids.borrow()[0].value, 6);
        drop((a, b));
        assert_eq!(collect(), 2);
        drops.assert_freed(3);
    }

    #[test]
    fn what_a_parameter_stands_for_is_traced() {
        #[derive(Trace)]
        struct Item(Slot<Node<Cc<Item>>>, Mark);

        let drops = start();
        let item = Cc::new(Item(Slot::default(), drops.mark()));
        let node = node(&drops, item);
        fill(&node.value.0, &node);
        drop(node);
        drops.assert_collected(2);
    }

    #[test]
    fn types_that_refer_to_each_other_are_traced() {
        #[derive(Trace)]
        struct Even<T> {
            odd: Slot<Odd<T>>,
            _value: T,
            _mark: Mark,
        }

        #[derive(Trace)]
        enum Odd<T> {
            Some(Cc<Even<T>>, Mark),
            #[allow(dead_code)]
            None(T),
        }

        let drops = start();
        let even = Cc::new(Even { odd: Slot::default(), _value: "zero", _mark: drops.mark() });
        fill(&even.odd, &Cc::new(Odd::Some(even.clone(), drops.mark())));
        drop(even);
        drops.assert_collected(2);
    }

    #[test]
    fn every_element_of_an_array_is_traced() {
        #[derive(Trace)]
        struct Table<const N: usize> {
            slots: [Slot<Table<N>>; N],
            _mark: Mark,
        }

        let drops = start();
        let tables: [_; 3] = std::array::from_fn(|_| {
            Cc::new(Table::<3> { slots: std::array::from_fn(|_| Slot::default()), _mark: drops.mark() })
        });
        for table in &tables {
            for (slot, target) in table.slots.iter().zip(&tables) {
                fill(slot, target);
            }
        }
        let [held, second, third] = tables;
        drop((second, third));
        drops.assert_nothing_collected();
        drop(held);
        drops.assert_collected(3);
    }

    trait Graph: 'static {
        type Node: Trace;
        type Edge;
    }

    #[test]
    fn associated_types_are_traced() {
        #[derive(Trace)]
        struct Store<G: Graph> {
            node: RefCell<Option<Cc<G::Node>>>,
            edge: RefCell<Option<<G as Graph>::Edge>>,
            _mark: Mark,
        }

        /// Not `Trace`: only its associated types are.
        struct Plane;

        impl Graph for Plane {
            type Node = Store<Plane>;
            type Edge = Cc<Store<Plane>>;
        }

        let drops = start();
        for through_edge in [false, true] {
            let store =
                Cc::new(Store::<Plane> { node: RefCell::default(), edge: RefCell::default(), _mark: drops.mark() });
            let slot = if through_edge { &store.edge } else { &store.node };
            fill(slot, &store);
            drop(store);
            drops.assert_collected(1);
        }
    }

    #[test]
    fn parameters_that_are_not_traced_need_not_be_traceable() {
        struct NotTrace;

        #[derive(Trace)]
        struct Tagged<A, B, C> {
            next: Slot<Self>,
            _tag: PhantomData<A>,
            _make: fn(B) -> A,
            #[trace(skip)]
            opaque: C,
            _mark: Mark,
        }

        let drops = start();
        let tagged = Cc::new(Tagged {
            next: Slot::default(),
            _tag: PhantomData,
            _make: |_: NotTrace| NotTrace,
            opaque: NotTrace,
            _mark: drops.mark(),
        });
        let NotTrace = tagged.opaque;
        fill(&tagged.next, &tagged);
        drop(tagged);
        drops.assert_collected(1);
    }

    #[test]
    fn trait_objects_are_traced_as_what_they_are() {
        trait Widget: Trace {
            fn parent(&self) -> &Slot<Window>;
        }

        #[derive(Trace)]
        struct Window {
            widgets: RefCell<Vec<Box<dyn Widget>>>,
            _mark: Mark,
        }

        #[derive(Trace)]
        struct Button<T>(Slot<Window>, T);

        impl<T: Trace> Widget for Button<T> {
            fn parent(&self) -> &Slot<Window> {
                &self.0
            }
        }

        let drops = start();
        let window = Cc::new(Window { widgets: RefCell::default(), _mark: drops.mark() });
        window.widgets.borrow_mut().push(Box::new(Button(Slot::default(), drops.mark())));
        fill(window.widgets.borrow()[0].parent(), &window);
        drop(window);
        assert_eq!(collect(), 1);
        drops.assert_freed(2);
    }
}

mod acyclic {
    use super::*;

    #[derive(Trace)]
    #[trace(acyclic)]
    struct Leaf {
        name: String,
        _mark: Mark,
    }

    /// Acyclic, for its links are made before what links to them, and are not changed after.
    #[derive(Trace)]
    #[trace(acyclic)]
    enum List<T> {
        Cons(T, Cc<List<T>>),
        Nil,
    }

    /// Of the kind that can close a cycle.
    #[derive(Trace)]
    struct Knot {
        list: RefCell<Option<Cc<List<Cc<Knot>>>>>,
        _mark: Mark,
    }

    #[test]
    fn acyclic_objects_are_not_tracked() {
        let drops = start();
        let leaf = || Leaf { name: "leaf".into(), _mark: drops.mark() };
        let (object, list) = (Cc::new(leaf()), Cc::new(List::Cons(leaf(), Cc::new(List::Nil))));
        let List::Cons(leaf, nil) = &*list else { unreachable!() };
        assert!(!gc::is_tracked(&object) && !gc::is_tracked(&list) && !gc::is_tracked(nil));
        assert_eq!(leaf.name, object.name);
        drops.assert_nothing_collected();
        drop((object, list));
        drops.assert_freed(2);
    }

    #[test]
    fn an_acyclic_type_is_only_as_acyclic_as_its_parameters() {
        let drops = start();
        let knot = Cc::new(Knot { list: RefCell::default(), _mark: drops.mark() });
        let list = Cc::new(List::Cons(knot.clone(), Cc::new(List::Nil)));
        assert!(gc::is_tracked(&knot) && gc::is_tracked(&list));
        knot.list.replace(Some(list));
        drop(knot);
        assert_eq!(collect(), 3);
        drops.assert_freed(1);
    }

    #[test]
    fn skipped_fields_and_unused_parameters_prove_nothing() {
        #[derive(Trace)]
        #[trace(acyclic)]
        struct Opaque<T> {
            _tag: PhantomData<T>,
            #[trace(skip)]
            _knot: Option<Cc<Knot>>,
            _mark: Mark,
        }

        let drops = start();
        let opaque = Cc::new(Opaque::<Knot> { _tag: PhantomData, _knot: None, _mark: drops.mark() });
        assert!(!gc::is_tracked(&opaque));
        drop(opaque);
        drops.assert_freed(1);
    }

    #[test]
    fn what_cannot_be_asked_is_tracked() {
        trait Kind: 'static {
            type Value;
        }

        impl Kind for Leaf {
            type Value = u8;
        }

        #[derive(Trace)]
        #[trace(acyclic)]
        struct Associated<K: Kind>(K::Value, Mark);

        #[derive(Trace)]
        #[trace(acyclic)]
        struct Unsized<T: ?Sized>(Mark, Box<T>);

        let drops = start();
        let associated = Cc::new(Associated::<Leaf>(1, drops.mark()));
        let not_sized = Cc::new(Unsized::<str>(drops.mark(), "text".into()));
        assert!(gc::is_tracked(&associated) && gc::is_tracked(&not_sized));
        assert_eq!(usize::from(associated.0) + not_sized.1.len(), 5);
        drop((associated, not_sized));
        drops.assert_freed(2);
    }

    #[test]
    fn a_type_that_does_not_claim_to_be_acyclic_is_tracked() {
        #[derive(Trace)]
        struct Plain(Mark);

        let drops = start();
        let plain = Cc::new(Plain(drops.mark()));
        assert!(gc::is_tracked(&plain));
        assert_eq!(Rc::strong_count(&plain.0), 1);
        drop(plain);
        drops.assert_freed(1);
    }
}

mod macros {
    use super::*;

    macro_rules! traced {
        ($name:ident { $($field:ident: $ty:ty),* $(,)? }) => {
            #[derive(Trace)]
            struct $name {
                $($field: $ty,)*
                own: Slot<$name>,
            }
        };
    }

    traced!(Node { r#type: Slot<Node>, _mark: Mark });

    #[test]
    fn fields_from_a_macro_and_from_its_caller_are_traced() {
        let drops = start();
        let [a, b] =
            [(); 2].map(|()| Cc::new(Node { r#type: Slot::default(), _mark: drops.mark(), own: Slot::default() }));
        fill(&a.own, &b);
        fill(&b.r#type, &a);
        drop((a, b));
        drops.assert_collected(2);
    }
}
