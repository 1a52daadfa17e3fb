//! `test_finalization`: finalizers as PEP 442 has them. They run once for each object, on an intact graph, before
//! anything is cleared, and may keep objects alive.

use super::{Calls, Census, Life, fresh};
use gc_core::{Cc, Finalize, Trace, Weak};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What the finalizer of an object does, other than that it is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum SideEffect {
    None,
    /// Keeps the object alive.
    Resurrect,
    /// Removes the references that the object has.
    Suicide,
}
use SideEffect::{Resurrect, Suicide};

/// The objects under test, and what they share.
struct Family<T: 'static> {
    census: Census,
    shared: Rc<Shared<T>>,
}

struct Shared<T: 'static> {
    /// The objects that finalizers have run for.
    del_calls: RefCell<Vec<usize>>,
    survivors: RefCell<Vec<Cc<T>>>,
}

impl<T: 'static> Family<T> {
    fn new() -> Family<T> {
        fresh();
        let shared = Shared { del_calls: RefCell::default(), survivors: RefCell::default() };
        Family { census: Census::default(), shared: Rc::new(shared) }
    }

    fn member(&self, me: &Weak<T>, side_effect: SideEffect) -> Member<T> {
        Member { me: me.clone(), id: Cell::new(0), side_effect, life: self.census.life(), shared: self.shared.clone() }
    }

    fn assert_del_calls(&self, ids: &[usize]) {
        let (mut calls, mut ids) = (self.shared.del_calls.borrow().clone(), ids.to_vec());
        calls.sort_unstable();
        ids.sort_unstable();
        assert_eq!(calls, ids);
        assert_eq!(self.census.finalized(), ids.len());
    }

    fn assert_survivors(&self, ids: &[usize]) {
        let mut survivors: Vec<_> = self.shared.survivors.borrow().iter().map(id).collect();
        let mut ids = ids.to_vec();
        survivors.sort_unstable();
        ids.sort_unstable();
        assert_eq!(survivors, ids);
    }

    fn clear_survivors(&self) {
        drop(self.shared.survivors.take());
    }

    fn assert_dropped(&self, dropped: usize) {
        assert_eq!(self.census.dropped(), dropped);
    }
}

fn id<T>(object: &Cc<T>) -> usize {
    Cc::as_ptr(object).addr()
}

/// What each object has for the test's sake.
struct Member<T: 'static> {
    me: Weak<T>,
    id: Cell<usize>,
    side_effect: SideEffect,
    life: Life,
    shared: Rc<Shared<T>>,
}

impl<T: 'static> Member<T> {
    /// The part of the finalizer that all classes have in common.
    fn finalize(&self, check_sanity: impl FnOnce(&Cc<T>)) {
        let me = self.me.upgrade().expect("an object is alive while it is finalized");
        assert_eq!(id(&me), self.id.get(), "and is where it was");
        self.life.finalized();
        self.shared.del_calls.borrow_mut().push(id(&me));
        check_sanity(&me);
        if self.side_effect == Resurrect {
            self.shared.survivors.borrow_mut().push(me);
        }
    }
}

/// An object whose references, if it has any, its class knows.
trait Class: Finalize + Trace + Sized {
    fn member(&self) -> &Member<Self>;
    fn build(family: &Family<Self>, me: &Weak<Self>, side_effect: SideEffect) -> Self;
}

fn make<T: Class>(family: &Family<T>, side_effect: SideEffect) -> Cc<T> {
    let object = Cc::new_cyclic(|me| T::build(family, me, side_effect));
    object.member().id.set(id(&object));
    object
}

mod simple_finalization_test {
    use super::{Class, Family, Member, Resurrect, SideEffect, make};
    use gc_core::gc;
    use gc_core::{Cc, Finalize, Trace, Weak};

    #[derive(Trace)]
    #[trace(finalize)]
    struct Simple {
        #[trace(skip)]
        member: Member<Simple>,
    }

    /// One that is not tracked.
    #[derive(Trace)]
    #[trace(finalize)]
    #[trace(acyclic)]
    struct NonGc {
        #[trace(skip)]
        member: Member<NonGc>,
    }

    macro_rules! classes {
        ($($class:ident)*) => {$(
            impl Finalize for $class {
                fn finalize(&self) {
                    self.member.finalize(|_| ());
                }
            }

            impl Class for $class {
                fn member(&self) -> &Member<$class> {
                    &self.member
                }

                fn build(family: &Family<$class>, me: &Weak<$class>, side_effect: SideEffect) -> $class {
                    $class { member: family.member(me, side_effect) }
                }
            }
        )*};
    }

    classes! { Simple NonGc }

    fn check_simple<T: Class>(tracked: bool) {
        let family = Family::<T>::new();
        let s = make(&family, SideEffect::None);
        assert_eq!(gc::is_tracked(&s), tracked);
        let (ids, wr) = ([super::id(&s)], Cc::downgrade(&s));
        drop(s);
        for _ in 0..2 {
            family.assert_del_calls(&ids);
            family.assert_survivors(&[]);
            family.assert_dropped(1);
            assert!(wr.upgrade().is_none());
            assert_eq!(gc::collect(), 0);
        }
    }

    fn check_resurrect<T: Class>(tracked: bool) {
        let family = Family::<T>::new();
        let s = make(&family, Resurrect);
        let (ids, wr) = ([super::id(&s)], Cc::downgrade(&s));
        drop(s);
        for _ in 0..2 {
            family.assert_del_calls(&ids);
            family.assert_survivors(&ids);
            family.assert_dropped(0);
            assert!(wr.upgrade().is_some_and(|s| gc::is_tracked(&s) == tracked && gc::is_finalized(&s)));
            assert_eq!(gc::collect(), 0);
        }
        family.clear_survivors();
        for _ in 0..2 {
            family.assert_del_calls(&ids);
            family.assert_survivors(&[]);
            family.assert_dropped(1);
            assert!(wr.upgrade().is_none());
            assert_eq!(gc::collect(), 0);
        }
    }

    #[test]
    fn test_simple() {
        check_simple::<Simple>(true);
    }

    #[test]
    fn test_simple_resurrect() {
        check_resurrect::<Simple>(true);
    }

    #[test]
    fn test_non_gc() {
        check_simple::<NonGc>(false);
    }

    /// In `CPython` an object that is not tracked has no place for the mark that it has been finalized, and keeps
    /// itself alive every time. Here every object has, and is finalized once.
    #[test]
    fn test_non_gc_resurrect() {
        check_resurrect::<NonGc>(false);
    }
}

mod self_cycle_finalization_test {
    use super::{Calls, Class, Family, Member, Resurrect, SideEffect, Suicide, id, make};
    use gc_core::gc;
    use gc_core::{Cc, Finalize, Trace, Weak};
    use std::cell::RefCell;

    #[derive(Trace)]
    #[trace(finalize)]
    struct SelfCycle {
        reference: RefCell<Option<Cc<SelfCycle>>>,
        #[trace(skip)]
        member: Member<SelfCycle>,
    }

    impl Finalize for SelfCycle {
        fn finalize(&self) {
            self.member.finalize(|me| {
                let reference = self.reference.borrow();
                assert!(reference.as_ref().is_some_and(|reference| Cc::ptr_eq(reference, me)));
            });
            if self.member.side_effect == Suicide {
                drop(self.reference.take());
            }
        }
    }

    impl Class for SelfCycle {
        fn member(&self) -> &Member<SelfCycle> {
            &self.member
        }

        fn build(family: &Family<SelfCycle>, me: &Weak<SelfCycle>, side_effect: SideEffect) -> SelfCycle {
            SelfCycle { reference: RefCell::default(), member: family.member(me, side_effect) }
        }
    }

    fn self_cycle(family: &Family<SelfCycle>, side_effect: SideEffect) -> Cc<SelfCycle> {
        let s = make(family, side_effect);
        s.reference.replace(Some(s.clone()));
        s
    }

    /// One that dies in its first collection, of which it is so many of the objects that are counted.
    fn check_death(side_effect: SideEffect, found: usize) {
        let family = Family::new();
        let s = self_cycle(&family, side_effect);
        let (ids, wr) = ([id(&s)], Cc::downgrade(&s));
        drop(s);
        family.assert_del_calls(&[]);
        assert_eq!(gc::collect(), found);
        for _ in 0..2 {
            family.assert_del_calls(&ids);
            family.assert_survivors(&[]);
            family.assert_dropped(1);
            assert!(wr.upgrade().is_none());
            assert_eq!(gc::collect(), 0);
        }
    }

    #[test]
    fn test_simple() {
        check_death(SideEffect::None, 1);
    }

    /// A weak reference to what came back to life still leads there, as since `CPython` 3.15. A callback, which there
    /// would have been called, waits for the death of the object.
    #[test]
    fn test_simple_resurrect() {
        let family = Family::new();
        let s = self_cycle(&family, Resurrect);
        let (ids, wr) = ([id(&s)], Cc::downgrade(&s));
        let called = Calls::default();
        let watch = Cc::watch(&s, called.counting());
        drop(s);
        for _ in 0..2 {
            assert_eq!(gc::collect(), 0);
            family.assert_del_calls(&ids);
            family.assert_survivors(&ids);
            family.assert_dropped(0);
            assert!(wr.upgrade().is_some_and(|s| gc::is_finalized(&s)));
            assert_eq!((called.get(), watch.is_alive()), (0, true));
        }
        family.clear_survivors();
        assert_eq!(gc::collect(), 1);
        for _ in 0..2 {
            family.assert_del_calls(&ids);
            family.assert_survivors(&[]);
            family.assert_dropped(1);
            assert!(wr.upgrade().is_none());
            assert_eq!((called.get(), watch.is_alive()), (1, false));
            assert_eq!(gc::collect(), 0);
        }
    }

    #[test]
    fn test_simple_suicide() {
        check_death(Suicide, 0);
    }
}

mod cycle_chain_finalization_test {
    use super::{Class, Family, Member, Resurrect, SideEffect, Suicide, id, make};
    use gc_core::gc;
    use gc_core::{Cc, Finalize, Trace, Weak};
    use std::cell::{Cell, RefCell};

    #[derive(Trace)]
    #[trace(finalize)]
    struct Chained {
        left: Link,
        right: Link,
        suicided: Cell<bool>,
        #[trace(skip)]
        member: Member<Chained>,
    }

    type Link = RefCell<Option<Cc<Chained>>>;

    fn leads_to(link: &Link, target: &Cc<Chained>) -> bool {
        link.borrow().as_ref().is_some_and(|other| Cc::ptr_eq(other, target))
    }

    impl Chained {
        fn check_sanity(&self, me: &Cc<Chained>) {
            assert!(!self.suicided.get(), "this is only called once");
            let left = self.left.borrow().clone().expect("a neighbour");
            assert!(if left.suicided.get() { left.right.borrow().is_none() } else { leads_to(&left.right, me) });
            let right = self.right.borrow().clone().expect("a neighbour");
            assert!(if right.suicided.get() { right.left.borrow().is_none() } else { leads_to(&right.left, me) });
        }
    }

    impl Finalize for Chained {
        fn finalize(&self) {
            self.member.finalize(|me| self.check_sanity(me));
            if self.member.side_effect == Suicide {
                self.suicided.set(true);
                drop(self.left.take());
                drop(self.right.take());
            }
        }
    }

    impl Class for Chained {
        fn member(&self) -> &Member<Chained> {
            &self.member
        }

        fn build(family: &Family<Chained>, me: &Weak<Chained>, side_effect: SideEffect) -> Chained {
            let member = family.member(me, side_effect);
            Chained { left: RefCell::default(), right: RefCell::default(), suicided: Cell::new(false), member }
        }
    }

    /// Builds a chain of objects that are simple (P), come back to life (R) or take themselves out of it (S), drops it,
    /// and collects twice. Gives what `CPython` counts in each of the collections, as it was measured on 3.11.
    fn check_chain(classes: &str, found: usize, found_again: usize) {
        let family = Family::<Chained>::new();
        let side_effects = classes.chars().map(|class| match class {
            'R' => Resurrect,
            'S' => Suicide,
            _ => SideEffect::None,
        });
        let nodes: Vec<_> = side_effects.map(|side_effect| make(&family, side_effect)).collect();
        let n = nodes.len();
        for (index, node) in nodes.iter().enumerate() {
            let left = &nodes[(index + n - 1) % n];
            node.left.replace(Some(left.clone()));
            left.right.replace(Some(node.clone()));
        }
        let ids: Vec<_> = nodes.iter().map(id).collect();
        let survivors = nodes.iter().filter(|node| node.member.side_effect == Resurrect).map(id).collect::<Vec<_>>();
        let wrs: Vec<_> = nodes.iter().map(Cc::downgrade).collect();
        drop(nodes);

        assert_eq!(gc::collect(), found, "{classes}");
        family.assert_del_calls(&ids);
        family.assert_survivors(&survivors);
        // What a survivor refers to survives with it: in these chains, everything, or nothing.
        let alive = wrs.iter().filter(|wr| wr.upgrade().is_some()).count();
        assert_eq!(alive, if survivors.is_empty() { 0 } else { n }, "{classes}");
        family.assert_dropped(n - alive);

        family.clear_survivors();
        assert_eq!(gc::collect(), found_again, "{classes}");
        family.assert_del_calls(&ids);
        family.assert_survivors(&[]);
        assert!(wrs.iter().all(|wr| wr.upgrade().is_none()));
        family.assert_dropped(n);
        assert_eq!(gc::collect(), 0);
    }

    /// The tests, the chain of each, and what the two collections count.
    macro_rules! chains {
        ($($test:ident: $classes:literal => $found:literal, $found_again:literal;)*) => {$(
            #[test]
            fn $test() {
                check_chain($classes, $found, $found_again);
            }
        )*};
    }

    chains! {
        test_homogenous: "PPP" => 3, 0;
        test_homogenous_resurrect: "RRR" => 0, 3;
        test_homogenous_suicidal: "SSS" => 0, 0;
        test_heterogenous_suicidal_one: "SPSP" => 0, 0;
        test_heterogenous_suicidal_two: "SSPP" => 4, 0;
        test_heterogenous_resurrect_one: "RPRP" => 0, 4;
        test_heterogenous_resurrect_two: "RPSRPS" => 0, 6;
        test_heterogenous_resurrect_three: "RRPPSS" => 0, 6;
    }
}
