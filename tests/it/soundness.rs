//! Holes that cycle collectors have been found to have. Each test is named after its number in `docs/design.md`. Here
//! as elsewhere, a test that leaks on purpose has `leak` in its name: a leak in any other is an error.
//!
//! Some stand elsewhere, because they need unsafe code, a process of their own, or a compiler that refuses: 11 in
//! `teardown.rs`, 12 to 14 in `trace_contract.rs`, 20 in `aborts.rs`, 26 in `ui/fail`; or because they belong to a
//! topic: 23 and 24 in `unsized_objects`, 29 in `trace_impls`, 32 in `exclusive.rs`. 27 has no test: no code runs
//! between two traversals.

use crate::support::{Deaths, Node, close_ring, collect_all_the_time, dead_ring};
use gc_core::gc::Generation;
use gc_core::weak::WeakSet;
use gc_core::{AnyCc, Cc, Finalize, Trace, Weak, gc};
use std::cell::{Cell, OnceCell, RefCell};
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

fn quietly_catch<R>(f: impl FnOnce() -> R) -> thread::Result<R> {
    catch_unwind(AssertUnwindSafe(f))
}

/// Every generation, to try something in.
const GENERATIONS: [Generation; 3] = [Generation::Young, Generation::Middle, Generation::Old];

#[test]
fn t01_a_destructor_cannot_reach_its_siblings() {
    gc::disable();
    for length in [2, 3] {
        for reversed in [false, true] {
            let deaths = Deaths::default();
            let seen: Rc<RefCell<Vec<bool>>> = Rc::default();
            let siblings: Rc<RefCell<Vec<Weak<Node>>>> = Rc::default();
            let mut nodes: Vec<_> = (0..length)
                .map(|_| {
                    let (seen, siblings) = (seen.clone(), siblings.clone());
                    Node::saying(&deaths, move || {
                        let names: Vec<_> = siblings.borrow().iter().filter_map(Weak::upgrade).collect();
                        seen.borrow_mut().push(names.iter().all(|node| node.name.is_empty()));
                    })
                })
                .collect();
            siblings.borrow_mut().extend(nodes.iter().map(Cc::downgrade));
            close_ring(&nodes);
            if reversed {
                nodes.reverse();
            }
            drop(nodes);
            assert_eq!(gc::collect(), length);
            assert_eq!(deaths.count(), length);
            assert_eq!(*seen.borrow(), vec![true; length]);
        }
    }
}

#[test]
fn t02_nothing_can_be_smuggled_out_of_a_destructor() {
    gc::disable();
    let deaths = Deaths::default();
    let outside = Node::new(&deaths);
    let smuggled: Rc<RefCell<Vec<Cc<Node>>>> = Rc::default();
    let sibling: Rc<RefCell<Weak<Node>>> = Rc::default();
    let smuggler = {
        let (smuggled, sibling, outside) = (smuggled.clone(), sibling.clone(), outside.clone());
        Node::saying(&deaths, move || {
            smuggled.borrow_mut().extend(sibling.borrow().upgrade());
            smuggled.borrow_mut().push(outside.clone());
        })
    };
    let other = Node::new(&deaths);
    *sibling.borrow_mut() = Cc::downgrade(&other);
    close_ring(&[smuggler, other]);
    assert_eq!(gc::collect(), 2);
    assert_eq!(smuggled.borrow().len(), 1, "only the object that is alive");
    assert!(Cc::ptr_eq(&smuggled.borrow()[0], &outside));
    assert_eq!(smuggled.borrow()[0].name, "node");
}

/// A node whose finalizer does what a test wants with it.
#[derive(Trace)]
#[trace(finalize)]
struct Finalized {
    node: Cc<Node>,
    links: RefCell<Vec<Cc<Finalized>>>,
    #[trace(skip)]
    act: Box<dyn Fn(&Finalized)>,
}

impl Finalize for Finalized {
    fn finalize(&self) {
        (self.act)(self);
    }
}

impl Finalized {
    /// `length` of them, in a ring that nothing leads to but the weak pointers that are returned. The first acts.
    fn dead_ring(deaths: &Deaths, length: usize, act: impl Fn(&Finalized) + 'static) -> Vec<Weak<Finalized>> {
        let act: Box<dyn Fn(&Finalized)> = Box::new(act);
        let acts = iter::once(act).chain(iter::repeat_with(|| -> Box<dyn Fn(&Finalized)> { Box::new(|_| ()) }));
        let nodes = acts.take(length).map(|act| Finalized { node: Node::new(deaths), links: RefCell::default(), act });
        let ring: Vec<_> = nodes.map(Cc::new).collect();
        for (index, member) in ring.iter().enumerate() {
            member.links.borrow_mut().push(ring[(index + 1) % length].clone());
        }
        ring.iter().map(Cc::downgrade).collect()
    }
}

#[test]
fn t03_what_a_finalizer_links_to_the_living_lives() {
    gc::disable();
    // Itself is on the way around the ring; a sibling; all of what they lead to comes with them.
    for steps in [0, 1, 2] {
        let deaths = Deaths::default();
        let saved: Rc<RefCell<Vec<Cc<Finalized>>>> = Rc::default();
        let shelf = saved.clone();
        let calls = Rc::new(Cell::new(0));
        let counter = calls.clone();
        let ring = Finalized::dead_ring(&deaths, 3, move |me| {
            counter.set(counter.get() + 1);
            let mut saved = me.links.borrow()[0].clone();
            for _ in 0..steps {
                let next = saved.links.borrow()[0].clone();
                saved = next;
            }
            shelf.borrow_mut().push(saved);
        });
        assert_eq!(gc::collect(), 0);
        assert_eq!(gc::collect(), 0);
        assert_eq!((deaths.count(), calls.get()), (0, 1));
        assert!(ring.iter().all(|weak| weak.upgrade().is_some_and(|member| member.node.name == "node")));
        saved.take();
        // The ring, and a node of each.
        assert_eq!(gc::collect(), 6);
        assert_eq!((deaths.count(), calls.get()), (3, 1));
        assert!(ring.iter().all(|weak| weak.upgrade().is_none()));
    }
}

#[test]
fn t04_a_finalizer_that_changes_no_count_saves_all_the_same() {
    gc::disable();
    let deaths = Deaths::default();
    let saved: Rc<RefCell<Vec<Cc<Finalized>>>> = Rc::default();
    let shelf = saved.clone();
    let ring = Finalized::dead_ring(&deaths, 3, move |me| {
        // The pointer moves from the ring to the shelf.
        let pointer = me.links.borrow_mut().pop().unwrap();
        shelf.borrow_mut().push(pointer);
    });
    assert_eq!(gc::collect(), 0);
    assert_eq!(deaths.count(), 0);
    assert!(ring.iter().all(|weak| weak.strong_count() == 1));
    // No cycle is left.
    saved.take();
    assert_eq!(deaths.count(), 3);
    assert_eq!(gc::collect(), 0);
}

#[test]
fn t09_a_weak_pointer_that_a_finalizer_makes_reads_dead_afterwards() {
    gc::disable();
    let deaths = Deaths::default();
    let made: Rc<RefCell<Vec<Weak<Finalized>>>> = Rc::default();
    let shelf = made.clone();
    Finalized::dead_ring(&deaths, 3, move |me| {
        let next = me.links.borrow()[0].clone();
        shelf.borrow_mut().extend([Cc::downgrade(&next), Cc::downgrade(&next.links.borrow()[0])]);
    });
    assert_eq!(gc::collect(), 6);
    assert_eq!(deaths.count(), 3);
    assert_eq!(made.borrow().len(), 2);
    assert!(made.borrow().iter().all(|weak| weak.upgrade().is_none()));
}

#[test]
fn t30_introspection_hands_out_nothing_that_is_dying() {
    gc::disable();
    let deaths = Deaths::default();
    let bystander = Node::new(&deaths);
    let seen: Rc<RefCell<Vec<usize>>> = Rc::default();
    let look = {
        let seen = seen.clone();
        let bystander = Cc::downgrade(&bystander);
        move || {
            let targets: Vec<_> = gc::get_objects().iter().map(AnyCc::as_ptr).collect();
            let referrers = bystander.upgrade().map(|it| gc::get_referrers(&[AnyCc::from(it)]).len());
            assert!(targets == [bystander.as_ptr().cast()] && referrers == Some(0));
            seen.borrow_mut().push(targets.len());
        }
    };
    // From a finalizer, a callback and a destructor of what is being collected.
    let finalizer = look.clone();
    let ring = Finalized::dead_ring(&deaths, 2, move |me| {
        finalizer();
        // What it refers to it has hold of anyway.
        let me = AnyCc::from(me.links.borrow()[0].links.borrow()[0].clone());
        assert_eq!(gc::get_referents(&[me]).len(), 2);
    });
    let last = look.clone();
    Cc::on_drop(&ring[0].upgrade().unwrap(), last);
    let speaking = Node::saying(&deaths, look);
    speaking.link(&speaking);
    speaking.link(&bystander);
    speaking.links.borrow_mut().pop();
    drop(speaking);
    assert_eq!(gc::collect(), 5);
    assert_eq!(*seen.borrow(), [1; 3]);
    assert_eq!(deaths.count(), 3);
    // Nor anything that is exclusively accessed, or under construction.
    drop(bystander);
    let mut list = Cc::new(vec![Node::new(&deaths)]);
    let guard = Cc::get_mut(&mut list).unwrap();
    let node = gc::get_objects();
    assert!(node.len() == 1 && node[0].is::<Node>() && gc::get_referrers(&node).is_empty());
    drop(guard);
    assert_eq!(gc::get_referrers(&node), [AnyCc::from(&list)]);
    Cc::new_cyclic(|me: &Weak<Vec<Weak<u8>>>| {
        assert_eq!(gc::get_objects().len(), 2);
        assert!(me.upgrade().is_none());
        Vec::new()
    });
}

#[test]
fn t05_the_last_weak_pointer_to_a_value_may_be_its_own_field() {
    #[derive(Trace)]
    struct First {
        me: OnceCell<Weak<First>>,
        link: RefCell<Option<Cc<First>>>,
        name: String,
    }
    #[derive(Trace)]
    struct Last {
        name: String,
        link: RefCell<Option<Cc<Last>>>,
        me: OnceCell<Weak<Last>>,
    }
    #[derive(Trace)]
    #[trace(acyclic)]
    struct Untracked {
        me: OnceCell<Weak<Untracked>>,
        name: String,
    }
    gc::disable();
    let first =
        || Cc::new_cyclic(|me| First { me: OnceCell::from(me.clone()), link: RefCell::default(), name: "a".into() });
    let last =
        || Cc::new_cyclic(|me| Last { me: OnceCell::from(me.clone()), link: RefCell::default(), name: "a".into() });
    let untracked = Cc::new_cyclic(|me| Untracked { me: OnceCell::from(me.clone()), name: "a".into() });
    assert!(untracked.me.get().is_some() && untracked.name == "a");
    drop((first(), last(), untracked));
    let (first, last) = (first(), last());
    *first.link.borrow_mut() = Some(first.clone());
    *last.link.borrow_mut() = Some(last.clone());
    assert_eq!(first.name.len() + last.name.len(), 2);
    assert!(first.me.get().is_some() && last.me.get().is_some());
    drop((first, last));
    assert_eq!(gc::collect(), 2);
}

#[test]
fn t06_a_slot_kept_by_weak_pointers_is_not_traced() {
    gc::disable();
    let deaths = Deaths::default();
    for in_a_cycle in [false, true] {
        let node = Node::new(&deaths);
        let target = Node::new(&deaths);
        node.link(if in_a_cycle { &node } else { &target });
        drop(target);
        let weaks = [Cc::downgrade(&node), Cc::downgrade(&node)];
        drop(node);
        gc::collect();
        assert_eq!(gc::collect(), 0);
        assert!(weaks.iter().all(|weak| weak.upgrade().is_none() && weak.strong_count() == 0));
    }
    assert_eq!(deaths.count(), 4);
}

#[test]
fn t07_an_object_outlives_a_weak_pointer_that_came_and_went() {
    gc::disable();
    let deaths = Deaths::default();
    let node = Node::new(&deaths);
    let _ = Cc::downgrade(&node);
    drop(node);
    let looped = Node::new(&deaths);
    looped.link(&looped);
    let _ = Cc::downgrade(&looped);
    drop(looped);
    assert_eq!(gc::collect(), 1);
    let unwrapped = Node::new(&deaths);
    let weak = Cc::downgrade(&unwrapped);
    let value = Cc::try_unwrap(unwrapped).ok().expect("the only pointer");
    assert!(weak.upgrade().is_none());
    drop(weak);
    assert_eq!(deaths.count(), 2);
    drop(value);
    assert_eq!(deaths.count(), 3);
}

#[test]
fn t08_nothing_that_is_dying_can_be_upgraded() {
    gc::disable();
    for panics in [false, true] {
        let deaths = Deaths::default();
        let everyone: Rc<RefCell<Vec<Weak<Node>>>> = Rc::default();
        let upgraded: Rc<Cell<usize>> = Rc::default();
        let nodes: Vec<_> = (0..5)
            .map(|_| {
                let (everyone, upgraded) = (everyone.clone(), upgraded.clone());
                Node::saying(&deaths, move || {
                    upgraded.set(upgraded.get() + everyone.borrow().iter().filter_map(Weak::upgrade).count());
                    assert!(!panics, "as it is meant to");
                })
            })
            .collect();
        everyone.borrow_mut().extend(nodes.iter().map(Cc::downgrade));
        close_ring(&nodes);
        drop(nodes);
        assert_eq!(quietly_catch(gc::collect).is_err(), panics);
        assert_eq!((deaths.count(), upgraded.get()), (5, 0));
        assert!(everyone.borrow().iter().all(|weak| weak.upgrade().is_none()));
    }
}

#[test]
fn t10_what_hangs_from_garbage_unseen_sees_it_dead() {
    struct Hidden {
        outside: RefCell<Option<Weak<Node>>>,
        saw: Rc<Cell<Option<bool>>>,
    }
    impl Drop for Hidden {
        fn drop(&mut self) {
            self.saw.set(self.outside.borrow().as_ref().map(|weak| weak.upgrade().is_some()));
        }
    }
    #[derive(Trace)]
    struct Owner {
        ring: RefCell<Option<Cc<Owner>>>,
        node: Cc<Node>,
        #[trace(skip)]
        hidden: Rc<Hidden>,
    }
    gc::disable();
    let deaths = Deaths::default();
    let saw: Rc<Cell<Option<bool>>> = Rc::default();
    let node = Node::new(&deaths);
    let hidden = Rc::new(Hidden { outside: RefCell::new(Some(Cc::downgrade(&node))), saw: saw.clone() });
    let owner = Cc::new(Owner { ring: RefCell::default(), node, hidden });
    *owner.ring.borrow_mut() = Some(owner.clone());
    assert_eq!(owner.node.name.len() + Rc::strong_count(&owner.hidden), 5);
    drop(owner);
    assert_eq!(gc::collect(), 2);
    assert_eq!((saw.get(), deaths.count()), (Some(false), 1));
}

#[test]
fn t15_shared_owners_are_not_seen_through() {
    #[derive(Trace)]
    struct Owner {
        shared: RefCell<Vec<Rc<Cc<Node>>>>,
        sent: RefCell<Vec<Arc<str>>>,
        lent: &'static str,
        me: RefCell<Option<Cc<Owner>>>,
    }
    gc::disable();
    let deaths = Deaths::default();
    let node = Node::new(&deaths);
    let shared = Rc::new(node.clone());
    let owners: Vec<_> = (0..2)
        .map(|_| {
            let shared = RefCell::new(vec![shared.clone(), shared.clone()]);
            Cc::new(Owner { shared, sent: RefCell::new(vec!["x".into()]), lent: "y", me: RefCell::default() })
        })
        .collect();
    for owner in &owners {
        *owner.me.borrow_mut() = Some(owner.clone());
        assert_eq!(owner.sent.borrow().len() + owner.lent.len() + owner.shared.borrow().len(), 4);
    }
    drop(node);
    assert_eq!(gc::collect(), 0);
    drop(owners);
    assert_eq!(gc::collect(), 2, "the owners, and not the node that the program still has a share of");
    assert_eq!((deaths.count(), shared.name.as_str()), (0, "node"));
    drop(shared);
    assert_eq!(deaths.count(), 1);
}

#[test]
fn t16_a_busy_cell_is_left_alone() {
    gc::disable();
    let deaths = Deaths::default();
    let ring = [Node::new(&deaths), Node::new(&deaths)];
    close_ring(&ring);
    let [held, other] = ring;
    drop(other);
    {
        let _guard = held.links.borrow_mut();
        assert_eq!(gc::collect(), 0);
    }
    {
        let _guard = held.links.borrow();
        assert_eq!(gc::collect(), 0);
    }
    drop(held);
    assert_eq!(gc::collect(), 2);
}

#[test]
fn t16_a_leaked_guard_leaks_and_does_nothing_worse() {
    gc::disable();
    let deaths = Deaths::default();
    let ring = [Node::new(&deaths), Node::new(&deaths)];
    close_ring(&ring);
    std::mem::forget(ring[0].links.borrow_mut());
    drop(ring);
    drop(dead_ring(&deaths, 3));
    assert_eq!(gc::collect(), 3);
    assert_eq!(deaths.count(), 3);
}

#[test]
fn t17_a_panic_in_a_destructor_stops_nothing() {
    gc::disable();
    let deaths = Deaths::default();
    for panicking in [1, 4] {
        let nodes: Vec<_> = (0..5)
            .map(|index| Node::saying(&deaths, move || assert!(index >= panicking, "as it is meant to")))
            .collect();
        close_ring(&nodes);
        drop(nodes);
        assert!(quietly_catch(gc::collect).is_err());
        assert_eq!(gc::get_stats()[2].collected, deaths.count());
        drop(dead_ring(&deaths, 2));
        assert_eq!(gc::collect(), 2, "the collector still works");
    }
    assert_eq!(deaths.count(), 14);
}

#[test]
fn t18_a_destructor_may_allocate_and_collect() {
    gc::disable();
    let deaths = Deaths::default();
    let nested: Rc<Cell<usize>> = Rc::new(Cell::new(usize::MAX));
    let made: Rc<RefCell<Vec<Weak<Node>>>> = Rc::default();
    let node = {
        let (deaths, nested, made) = (deaths.clone(), nested.clone(), made.clone());
        Node::saying(&deaths.clone(), move || {
            collect_all_the_time();
            made.borrow_mut().extend(dead_ring(&deaths, 100));
            gc::disable();
            nested.set(gc::collect());
        })
    };
    node.link(&node);
    drop(node);
    assert_eq!(gc::collect(), 1);
    assert_eq!(nested.get(), 0, "a collection does not start while another runs");
    assert_eq!(deaths.count(), 1);
    assert!(made.borrow().iter().all(|weak| weak.upgrade().is_some_and(|node| gc::is_tracked(&node))));
    assert_eq!(gc::collect(), 100);
}

#[test]
fn t19_values_lie_where_their_alignment_wants_them() {
    macro_rules! check {
        ($($align:literal)*) => {$({
            #[derive(Trace)]
            #[repr(align($align))]
            struct Aligned {
                me: RefCell<Option<Cc<Aligned>>>,
                byte: u8,
            }
            let objects: Vec<_> = (0..10).map(|byte| Cc::new(Aligned { me: RefCell::default(), byte })).collect();
            for (byte, object) in (0..).zip(&objects) {
                *object.me.borrow_mut() = Some(object.clone());
                assert_eq!((Cc::as_ptr(object).addr() % $align, object.byte), (0, byte));
            }
            drop(objects);
            assert_eq!(gc::collect(), 10);
        })*};
    }
    // Values of such alignments take some room on the stack, too.
    let run = || {
        gc::disable();
        check!(2 8 16 32 64 128 4096 32768 65536 131072 1048576);
    };
    thread::Builder::new().stack_size(256 << 20).spawn(run).expect("a thread").join().expect("no panic");
}

#[test]
fn t21_exclusive_access_heeds_weak_pointers_and_generations() {
    gc::disable();
    let mut list = Cc::new(vec![Cc::new(1)]);
    let weak = Cc::downgrade(&list);
    assert!(Cc::get_mut(&mut list).is_none());
    Cc::make_mut(&mut list).push(Cc::new(2));
    assert!(weak.upgrade().is_none(), "the value has moved away from its weak pointers");
    drop(weak);
    for generation in GENERATIONS {
        gc::collect_generation(generation);
        let before = Cc::generation(&list);
        let mut guard = Cc::get_mut(&mut list).expect("the only pointer");
        guard.push(Cc::new(3));
        gc::collect();
        guard.push(Cc::new(4));
        drop(guard);
        assert_eq!(Cc::generation(&list), before);
    }
    assert_eq!(list.len(), 8);
}

#[test]
fn t22_an_object_under_construction_is_nobodys() {
    #[derive(Trace)]
    struct Own {
        me: Weak<Own>,
        link: RefCell<Option<Cc<Own>>>,
        other: Cc<Node>,
    }
    let deaths = Deaths::default();
    collect_all_the_time();
    let own = Cc::new_cyclic(|me: &Weak<Own>| {
        assert!(me.upgrade().is_none());
        assert_eq!((me.strong_count(), me.weak_count()), (0, 0));
        drop(dead_ring(&deaths, 10));
        gc::collect();
        assert_eq!(deaths.count(), 10);
        Own { me: me.clone(), link: RefCell::default(), other: Node::new(&deaths) }
    });
    gc::disable();
    assert!(own.me.upgrade().is_some_and(|me| Cc::ptr_eq(&me, &own)));
    assert_eq!(Cc::weak_count(&own), 1);
    *own.link.borrow_mut() = Some(own.clone());
    assert_eq!(own.other.name, "node");
    drop(own);
    assert_eq!(gc::collect(), 2);

    let mut escaped = None;
    let failed = quietly_catch(|| {
        Cc::new_cyclic(|me: &Weak<Own>| -> Own {
            escaped = Some(me.clone());
            panic!("as it is meant to")
        })
    });
    assert!(failed.is_err());
    gc::collect();
    assert!(escaped.take().is_some_and(|weak| weak.upgrade().is_none()));
}

#[test]
fn t25_depth_takes_no_stack() {
    #[derive(Trace)]
    struct Link {
        next: RefCell<Option<Cc<Link>>>,
        back: RefCell<Option<Cc<Link>>>,
    }
    const LENGTH: usize = 300_000;
    let chain = |doubly: bool| {
        let link = |next| Cc::new(Link { next: RefCell::new(next), back: RefCell::default() });
        let first = link(None);
        let last = (1..LENGTH).fold(first.clone(), |next, _| {
            let this = link(Some(next.clone()));
            if doubly {
                *next.back.borrow_mut() = Some(this.clone());
            }
            this
        });
        (first, last)
    };
    let run = move || {
        gc::disable();
        gc::set_verify(false);
        drop(chain(false));
        assert_eq!(gc::collect(), 0, "a plain chain dies at once");
        let (first, last) = chain(false);
        assert_eq!(gc::collect(), 0);
        *first.next.borrow_mut() = Some(last.clone());
        drop((first, last));
        assert_eq!(gc::collect(), LENGTH);
        drop(chain(true));
        assert_eq!(gc::collect(), LENGTH);
        let unwound = quietly_catch(|| {
            let _chain = chain(false);
            panic!("as it is meant to")
        });
        assert!(unwound.is_err());
        assert_eq!(gc::collect(), 0);
    };
    thread::Builder::new().stack_size(128 * 1024).spawn(run).expect("a thread").join().expect("enough stack");
}

#[test]
fn t25_a_destructor_that_runs_deep_sees_its_drops_done_later() {
    /// Drops an object of its own, so many levels deep; then one more, and notes whether that is dead.
    fn nest(levels: u32, deaths: &Deaths, seen: &Rc<RefCell<Vec<bool>>>) {
        let (inner, seen) = (deaths.clone(), seen.clone());
        drop(Node::saying(&Deaths::default(), move || {
            if levels > 1 {
                nest(levels - 1, &inner, &seen);
            }
            let before = inner.count();
            drop(Node::new(&inner));
            seen.borrow_mut().push(inner.count() > before);
        }));
    }
    gc::disable();
    let (deaths, seen) = (Deaths::default(), Rc::default());
    nest(40, &deaths, &seen);
    assert_eq!(deaths.count(), 40, "everything is dead when the outermost drop is done");
    let at_once = seen.borrow().iter().filter(|&&at_once| at_once).count();
    assert_eq!((seen.borrow().len(), at_once), (40, 23), "and at once where it is not too deep");
}

/// What a destructor does with other objects, at the end of a chain of them, does not run the next one inside it.
#[test]
fn t25_the_destructors_of_a_chain_do_not_nest_whatever_they_call() {
    const LENGTH: usize = 100_000;

    thread_local! {
        static NESTED: Cell<usize> = const { Cell::new(0) };
        static DEEPEST: Cell<usize> = const { Cell::new(0) };
        static CALLED: Cell<usize> = const { Cell::new(0) };
    }

    struct Calling(fn());

    gc_core::leaf!(Calling);

    impl Drop for Calling {
        fn drop(&mut self) {
            NESTED.set(NESTED.get() + 1);
            DEEPEST.set(DEEPEST.get().max(NESTED.get()));
            (self.0)();
            NESTED.set(NESTED.get() - 1);
            CALLED.set(CALLED.get() + 1);
        }
    }

    #[derive(Trace)]
    struct Link {
        _next: Option<Cc<Link>>,
        _calling: Calling,
    }

    fn move_away() {
        let mut five = Cc::new(5);
        let weak = Cc::downgrade(&five);
        *Cc::make_mut(&mut five) += 1;
        assert!(weak.upgrade().is_none());
    }

    fn take_member() {
        let (set, member) = (WeakSet::<u32>::new(), Cc::new(5));
        set.insert(&member);
        assert_eq!((Cc::into_inner(member), set.is_empty()), (Some(5), true));
    }

    let calls: [fn(); 6] = [
        || {},
        || assert_eq!(Cc::try_unwrap(Cc::new(5)), Ok(5)),
        || assert_eq!(Cc::unwrap_or_clone(Cc::new(5)), 5),
        move_away,
        take_member,
        || assert!(gc::collect() <= LENGTH),
    ];
    for call in calls {
        let run = move || {
            gc::disable();
            gc::set_verify(false);
            let link = |next, _| Some(Cc::new(Link { _next: next, _calling: Calling(call) }));
            drop((0..LENGTH).fold(None, link));
            (CALLED.get(), DEEPEST.get())
        };
        let thread = thread::Builder::new().stack_size(256 * 1024).spawn(run).expect("a thread");
        let (called, deepest) = thread.join().expect("enough stack");
        assert_eq!(called, LENGTH);
        // One more, if a collection in one of them frees the rest.
        assert!(deepest <= 2, "{deepest} destructors, one in the other");
    }
}

/// Nor does what ends with a panic of the automatic collection in `Cc::new`, whose value is the rest of the chain.
#[test]
fn t25_the_destructors_of_a_chain_do_not_nest_when_a_collection_panics() {
    const LENGTH: usize = 10_000;

    thread_local! {
        static CALLED: Cell<usize> = const { Cell::new(0) };
    }

    struct Failing;

    gc_core::leaf!(Failing);

    impl Drop for Failing {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new(()));
        }
    }

    #[derive(Trace)]
    struct Looped(RefCell<Option<Cc<Looped>>>, Failing);

    struct Passing(Option<Cc<Link>>);

    gc_core::leaf!(Passing);

    impl Drop for Passing {
        fn drop(&mut self) {
            let looped = Cc::new(Looped(RefCell::default(), Failing));
            looped.0.replace(Some(looped.clone()));
            drop(looped);
            let next = self.0.take();
            collect_all_the_time();
            assert!(quietly_catch(|| Cc::new(vec![next])).is_err());
            gc::disable();
            CALLED.set(CALLED.get() + 1);
        }
    }

    #[derive(Trace)]
    struct Link(Passing);

    let run = || {
        gc::disable();
        gc::set_verify(false);
        drop((0..LENGTH).fold(None, |next, _| Some(Cc::new(Link(Passing(next))))));
        assert_eq!((CALLED.get(), gc::collect()), (LENGTH, 0));
    };
    thread::Builder::new().stack_size(512 * 1024).spawn(run).expect("a thread").join().expect("enough stack");
}

#[test]
fn t25_a_collection_frees_all_wherever_it_is_called() {
    /// Calls `f` in a destructor that runs so many levels deep.
    fn nest(levels: u32, f: Rc<dyn Fn()>) {
        if levels == 0 {
            return f();
        }
        drop(Node::saying(&Deaths::default(), move || nest(levels - 1, f)));
    }
    /// What the collector does not look at, and what hangs from garbage.
    struct Hanging(Deaths);

    impl Drop for Hanging {
        fn drop(&mut self) {
            drop(Node::new(&self.0));
        }
    }

    #[derive(Trace)]
    struct Looped {
        me: RefCell<Option<Cc<Looped>>>,
        #[trace(skip)]
        _hanging: Hanging,
    }
    gc::disable();
    for levels in [0, 1, 21, 22, 23, 24] {
        let deaths = Deaths::default();
        let inner = deaths.clone();
        let collect = move || {
            let looped = Cc::new(Looped { me: RefCell::default(), _hanging: Hanging(inner.clone()) });
            *looped.me.borrow_mut() = Some(looped.clone());
            drop(looped);
            assert_eq!((gc::collect(), inner.count()), (1, 1), "at level {levels}");
        };
        nest(levels, Rc::new(collect));
        assert_eq!(deaths.count(), 1);
    }
}

#[test]
fn t28_survivors_keep_their_counts() {
    gc::disable();
    let deaths = Deaths::default();
    let live = Node::new(&deaths);
    let nested = Cc::new(Cc::new(live.clone()));
    let ring: Vec<_> = (0..3).map(|_| Node::new(&deaths)).collect();
    close_ring(&ring);
    ring[1].link(&live);
    drop(ring);
    assert_eq!(Cc::strong_count(&live), 3);
    for _ in 0..2 {
        gc::collect();
        assert_eq!((Cc::strong_count(&live), Cc::strong_count(&nested), Cc::strong_count(&nested)), (2, 1, 1));
    }
    assert_eq!((deaths.count(), live.name.as_str()), (3, "node"));
}

#[test]
fn t31_edges_between_generations_are_roots_or_not() {
    gc::disable();
    for old in GENERATIONS {
        for young in GENERATIONS {
            let deaths = Deaths::default();
            let elder = Node::new(&deaths);
            gc::collect_generation(old);
            let junior = Node::new(&deaths);
            gc::collect_generation(young);
            close_ring(&[elder.clone(), junior.clone()]);
            drop(elder);
            for generation in GENERATIONS {
                assert_eq!(gc::collect_generation(generation), 0, "the younger one is held from outside");
            }
            drop(junior);
            assert_eq!(gc::collect(), 2);
            assert_eq!(deaths.count(), 2);
        }
    }
}

#[test]
fn t33_what_is_being_dropped_is_not_collected_again() {
    /// A chain of nodes, each of which allocates past the threshold when it dies.
    fn chain(deaths: &Deaths, length: usize) -> Cc<Node> {
        let link = || {
            let (inner, made) = (deaths.clone(), Deaths::default());
            Node::saying(&inner, move || drop(dead_ring(&made, 4)))
        };
        (1..length).fold(link(), |next, _| {
            let this = link();
            this.link(&next);
            this
        })
    }
    let deaths = Deaths::default();
    for length in [1, 3, 30, 300] {
        let by_count = chain(&deaths, length);
        collect_all_the_time();
        drop(by_count);
        gc::disable();
        let by_collection = chain(&deaths, length);
        by_collection.link(&by_collection);
        collect_all_the_time();
        drop(by_collection);
        gc::collect();
        gc::disable();
        gc::collect();
    }
    assert_eq!(deaths.count(), 2 * (1 + 3 + 30 + 300));
}

#[test]
fn t34_an_unwinding_thread_does_not_collect_by_itself() {
    let deaths = Deaths::default();
    let before = gc::get_stats();
    let unwound = quietly_catch(|| {
        let inner = deaths.clone();
        let _node = Node::saying(&deaths, move || {
            collect_all_the_time();
            drop(dead_ring(&inner, 100));
            gc::disable();
            // A second panic, from a destructor of an object, in a thread that is unwinding.
            drop(Node::saying(&inner, || panic!("as it is meant to")));
        });
        panic!("as it is meant to");
    });
    assert!(unwound.is_err());
    assert_eq!(gc::get_stats(), before);
    assert_eq!(deaths.count(), 2);
    assert_eq!(gc::collect(), 100);
}

#[test]
fn t35_a_cycle_closed_by_moves_alone_is_found() {
    #[derive(Trace, Default)]
    struct Cells {
        one: Cell<Option<Cc<Cells>>>,
        two: Cell<Option<Cc<Cells>>>,
    }
    gc::disable();
    for first in GENERATIONS {
        for second in GENERATIONS {
            let root = Cc::new(Cells::default());
            let inner = Cc::new(Cells::default());
            root.one.set(Some(Cc::new(Cells::default())));
            gc::collect_generation(first);
            // The only pointer to an object moves from cell to cell, into the object itself at last.
            inner.one.set(root.one.take());
            gc::collect_generation(second);
            root.two.swap(&inner.one);
            let moved = root.two.take().expect("it has been moved here");
            moved.one.set(Some(inner.clone()));
            inner.two.set(Some(moved));
            gc::collect_generation(first);
            drop(inner);
            gc::collect_generation(second);
            drop(root);
            gc::collect_generation(first);
            gc::collect();
            assert_eq!(gc::get_stats().iter().map(|stats| stats.collected).sum::<usize>() % 2, 0);
            assert_eq!(gc::collect(), 0);
            gc::verify();
        }
    }
    assert_eq!(gc::get_stats().iter().map(|stats| stats.collected).sum::<usize>(), 18);
}
