//! Names, attributes and visibilities around a type, which make no difference to what is visited.

use std::cell::RefCell;

use gc_core::{Cc, Trace};

use super::{Drops, Mark, Slot, fill, start};

/// Whatever is in scope by the names of the prelude and of the expansion.
#[allow(dead_code, non_camel_case_types, non_snake_case)]
mod shadows {
    pub(super) enum Option {}
    pub(super) enum Result {}
    pub(super) enum Vec {}
    pub(super) enum Box {}
    pub(super) enum String {}
    pub(super) enum bool {}
    pub(super) enum u8 {}
    pub(super) enum Cc {}
    pub(super) enum Tracer {}
    pub(super) trait Trace {
        fn trace(&self) {}
    }
    impl<T: ?::core::marker::Sized> Trace for T {}
    pub(super) trait Acyclic {}
    pub(super) trait Sized {}
    pub(super) trait Drop {}
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod gc_core {}
    pub(super) fn Some() {}
    pub(super) fn None() {}
}

mod shadowed {
    #[allow(unused_imports, clippy::wildcard_imports, reason = "names are all that it is there for")]
    use super::shadows::*;

    #[derive(::gc_core::Trace)]
    pub(super) enum Node {
        Some { option: super::Slot<Node>, _vec: super::Mark },
        None(super::Slot<Node>, super::Mark),
    }
}

#[test]
fn shadowed_names_are_not_picked_up() {
    use shadowed::Node;

    let drops = start();
    let a = Cc::new(Node::Some { option: Slot::default(), _vec: drops.mark() });
    let b = Cc::new(Node::None(Slot::default(), drops.mark()));
    let slot = |node: &Cc<Node>, target: &Cc<Node>| match &**node {
        Node::Some { option: slot, .. } | Node::None(slot, _) => fill(slot, target),
    };
    slot(&a, &b);
    slot(&b, &a);
    drop((a, b));
    drops.assert_collected(2);
}

/// With methods that would be found first in a call by name, each of which would count for an edge that is not there.
#[test]
fn methods_of_the_fields_are_not_called() {
    #[derive(Trace)]
    struct Loud(Slot<Loud>, Mark);

    impl Loud {
        #[expect(dead_code, reason = "must not be called")]
        fn trace(&self, _: &mut gc_core::Tracer<'_>) -> ! {
            panic!("an inherent method was called")
        }
    }

    #[derive(Trace)]
    struct Holder(Loud, Box<Loud>);

    impl std::ops::Deref for Holder {
        type Target = Loud;

        fn deref(&self) -> &Loud {
            panic!("the fields were looked for elsewhere")
        }
    }

    let drops = start();
    let loud = |drops: &Drops| Loud(Slot::default(), drops.mark());
    let target = Cc::new(loud(&drops));
    let holder = Cc::new(Holder(loud(&drops), Box::new(loud(&drops))));
    fill(&holder.0.0, &target);
    fill(&holder.1.0, &target);
    fill(&target.0, &target);
    drop(target);
    drops.assert_nothing_collected();
    drop(holder);
    assert_eq!(gc_core::collect(), 1, "the target, which holds itself");
    drops.assert_freed(3);
}

mod outer {
    pub(super) mod inner {
        use super::super::{Mark, Slot};

        /// A comment, which is an attribute.
        #[derive(Default, gc_core::Trace)]
        #[must_use]
        #[repr(C)]
        pub(in super::super) struct Node {
            /// On a field.
            #[doc(alias = "successor")]
            pub(in super::super) next: Slot<Node>,
            pub(in super::super) r#type: Slot<Self>,
            #[cfg(any())]
            gone: NoSuchType,
            #[cfg_attr(any(), no_such_attribute)]
            pub(crate) twin: Slot<Node>,
            #[cfg_attr(all(), trace(skip))]
            pub(crate) opaque: Slot<Node>,
            pub(in super::super) mark: Option<Mark>,
        }

        impl Node {
            pub(in super::super) fn slots(&self) -> [&Slot<Node>; 3] {
                [&self.next, &self.r#type, &self.twin]
            }
        }
    }
}

#[test]
fn attributes_and_visibilities_of_fields_change_nothing() {
    let drops = start();
    for slot in 0..3 {
        let node = outer::inner::Node { mark: Some(drops.mark()), ..Default::default() };
        let node = Cc::new(node);
        fill(node.slots()[slot], &node);
        drop(node);
        drops.assert_collected(1);
    }
}

#[test]
fn an_attribute_that_a_configuration_adds_is_read() {
    let drops = start();
    let node = Cc::new(outer::inner::Node { mark: Some(drops.mark()), ..Default::default() });
    fill(&node.opaque, &node);
    let weak = Cc::downgrade(&node);
    drop(node);
    drops.assert_nothing_collected();
    weak.upgrade().unwrap().opaque.take();
    drops.assert_freed(1);
}

#[test]
fn types_of_functions_in_functions_are_traced() {
    fn outer(drops: &Drops) {
        fn inner(drops: &Drops) {
            #[derive(Trace)]
            struct Node(RefCell<Vec<Cc<Node>>>, Mark);

            let node = Cc::new(Node(RefCell::default(), drops.mark()));
            node.0.borrow_mut().extend([node.clone(), node.clone()]);
        }
        inner(drops);
    }

    let drops = start();
    outer(&drops);
    drops.assert_collected(1);
}

/// Fields, parameters and variants that are called what the expansion calls its own.
#[test]
fn hidden_names_may_be_the_users_as_well() {
    #[derive(Trace)]
    #[allow(non_camel_case_types)]
    struct Node<__field0, T> {
        __tracer: Slot<Node<__field0, T>>,
        __field1: Slot<Self>,
        __field0: __field0,
        __destructor: T,
    }

    let drops = start();
    for second in [false, true] {
        let node = Cc::new(Node {
            __tracer: Slot::default(),
            __field1: Slot::default(),
            __field0: drops.mark(),
            __destructor: 1_u8,
        });
        fill(if second { &node.__field1 } else { &node.__tracer }, &node);
        assert_eq!((usize::from(node.__destructor), std::rc::Rc::strong_count(&node.__field0)), (1, 1));
        drop(node);
        drops.assert_collected(1);
    }
}
