//! Types that come out of `macro_rules!`.

use gc_core::{Cc, Trace};

use super::{Mark, Slot, fill, start};

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
    let [a, b] = [(); 2].map(|()| Cc::new(Node { r#type: Slot::default(), _mark: drops.mark(), own: Slot::default() }));
    fill(&a.own, &b);
    fill(&b.r#type, &a);
    drop((a, b));
    drops.assert_collected(2);
}

macro_rules! whole {
    ($(#[$meta:meta])* $vis:vis $name:ident<$($param:ident),*> { $($field:ident: $ty:tt $([$($arg:tt)*])?),* }) => {
        $(#[$meta])*
        $vis struct $name<$($param),*> {
            $($field: $ty $(<$($arg)*>)?,)*
        }
    };
}

whole! {
    /// Attributes, visibility, parameters, names and types come from the caller, the types as loose tokens.
    #[derive(Trace)]
    #[trace(finalize)]
    pub(super) Whole<T> { left: Slot[Whole<T>], right: Slot[Self], value: T }
}

impl<T> gc_core::Finalize for Whole<T> {
    fn finalize(&self) {
        assert!(self.left.borrow().is_some() || self.right.borrow().is_some());
    }
}

#[test]
fn an_item_that_its_caller_writes_is_traced() {
    let drops = start();
    let [a, b] =
        [(); 2].map(|()| Cc::new(Whole { left: Slot::default(), right: Slot::default(), value: drops.mark() }));
    fill(&a.left, &b);
    fill(&b.right, &a);
    assert!(!std::rc::Rc::ptr_eq(&a.value, &b.value));
    drop((a, b));
    drops.assert_collected(2);
}

macro_rules! variants {
    ($name:ident { $($variant:ident($(#[$skip:meta])? $ty:ty)),* }) => {
        #[derive(Trace)]
        enum $name {
            $($variant($(#[$skip])? $ty, Mark),)*
        }
    };
}

variants!(Link { Seen(Slot<Link>), Hidden(#[trace(skip)] Slot<Link>) });

#[test]
fn variants_and_their_attributes_come_from_a_macro() {
    let drops = start();
    let [seen, hidden] = [Link::Seen, Link::Hidden].map(|link| Cc::new(link(Slot::default(), drops.mark())));
    for link in [&seen, &hidden] {
        let (Link::Seen(slot, _) | Link::Hidden(slot, _)) = &**link;
        fill(slot, link);
    }
    let weak = Cc::downgrade(&hidden);
    drop((seen, hidden));
    drops.assert_collected(1);
    let Link::Hidden(slot, _) = &*weak.upgrade().unwrap() else { unreachable!() };
    drop(slot.take());
}
