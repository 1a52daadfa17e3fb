//! Random programs against the model of `gc-core-oracle`, and some that are not random.

use gc_core_oracle::program::{
    Action, Alloc, Build, CallbackOp, Cyclic, Deeds, EdgeOp, Extra, GcOp, Held, Hold, How, Init, Kind, Make, MoveOp,
    Op, Place, RootOp, Shape, Touch, Unwrap, ValueOp, WeakOp, Will,
};
use gc_core_oracle::{Effects, Program, Report, check, programs, run_all_in_thread, run_in_thread};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use std::cell::RefCell;

#[test]
fn random_programs() {
    let mut config = Config { failure_persistence: None, max_shrink_iters: 4000, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 3000;
    }
    // The same programs in each run, for a change is to be judged by what it does; `soak` goes and looks for others.
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1);
    }
    let total = RefCell::new(Report::default());
    let result = TestRunner::new(config).run(&programs(120), |program| {
        let report = run_in_thread(&program).map_err(|failure| TestCaseError::fail(failure.to_string()))?;
        total.borrow_mut().add(&report);
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, program)) => panic!("{reason}the program:\n{program}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
    let total = total.into_inner();
    let Effects { died_in_collection, automatic_collections, panics, .. } = total.effects;
    assert!(died_in_collection > 1000 && automatic_collections[2] > 50 && panics > 100, "a weak test:\n{total}");
    let Effects { finalized_in_collection, resurrected, callbacks, saved, frozen, .. } = total.effects;
    let enough = finalized_in_collection > 500 && resurrected > 50 && callbacks > 50 && saved > 5 && frozen > 100;
    assert!(enough, "a weak test:\n{total}");
}

#[test]
fn programs_that_share_a_heap() {
    let programs: Vec<_> = (0..100).map(|seed| Program::from_seed(seed, 120)).collect();
    if let Err((seed, failure)) = run_all_in_thread(&programs) {
        panic!("seed {seed}: {failure}the program:\n{}", programs[seed]);
    }
}

/// Runs a program in a thread of its own and gives what happened in the heap.
fn effects(ops: impl IntoIterator<Item = Op>) -> Effects {
    check(&Program { ops: ops.into_iter().collect() }).effects
}

const YOUNG: Op = Op::Gc(GcOp::Young);
const MIDDLE: Op = Op::Gc(GcOp::Middle);
const OLD: Op = Op::Gc(GcOp::Old);
const FULL: Op = Op::Gc(GcOp::Full);
const MANUAL: Op = Op::Gc(GcOp::Automatic(false));
const COLLECTIONS: [Op; 4] = [YOUNG, MIDDLE, OLD, FULL];

const DROP_FIRST: Op = Op::Root(RootOp::Drop(0));

const fn root(root: u8) -> Place {
    Place { root, via: None }
}

const fn alloc(kind: Kind) -> Op {
    Op::Alloc(Alloc { kind, make: Make::New, deeds: Deeds::NONE, inits: [Init::Nothing; 2] })
}

const fn ring(kind: Kind, len: u8, action: Action) -> Op {
    Op::Build(Build { shape: Shape::Ring, kind, len, deeds: Deeds::action(action), extra: Extra::Nothing })
}

const fn chain(kind: Kind, len: u8, action: Action) -> Op {
    Op::Build(Build { shape: Shape::Chain, kind, len, deeds: Deeds::action(action), extra: Extra::Nothing })
}

const fn hold(held: Held, ops: u8) -> Op {
    Op::Hold(Hold { held, ops })
}

const fn touch(before: Init, sort: bool) -> Touch {
    Touch { slot: 0, before, after: Init::Nothing, sort }
}

#[test]
fn an_old_ring_waits_for_an_old_collection() {
    let e = effects([ring(Kind::List, 3, Action::Nothing), YOUNG, MIDDLE, DROP_FIRST, YOUNG, MIDDLE]);
    // The one at the end of the program.
    assert_eq!((e.died_in_collection, e.collected, e.explicit_collections[2]), (3, 3, 1));
    let e = effects([ring(Kind::List, 3, Action::Nothing), YOUNG, DROP_FIRST, YOUNG, MIDDLE]);
    assert_eq!((e.died_in_collection, e.collected, e.explicit_collections), (3, 3, [2, 1, 1]));
}

#[test]
fn a_loop_closed_by_a_move() {
    for collection in COLLECTIONS {
        for kind in [Kind::List, Kind::Cells, Kind::Choice, Kind::Aligned, Kind::Large] {
            let close = Op::Move(MoveOp::In { root: 1, at: root(0), slot: 0 });
            let clone = Op::Root(RootOp::Clone(0));
            let e = effects([alloc(kind), clone, collection.clone(), close, collection.clone(), DROP_FIRST, FULL]);
            assert_eq!((e.died_in_collection, e.collected), (1, 1), "{kind:?}, {collection:?}");
        }
    }
}

/// `b` gets an edge to `a`, which loses the one to itself to `b`: a ring of two, made by moves.
#[test]
fn an_edge_moved_from_object_to_object() {
    for collection in COLLECTIONS {
        let to_itself = Op::Edge(EdgeOp::Link { at: root(0), slot: 0, to: 0 });
        let onto_the_other = Op::Move(MoveOp::Replace { from: root(0), i: 0, to: root(1), j: 0 });
        let back = Op::Move(MoveOp::In { root: 1, at: root(0), slot: 1 });
        let e = effects([
            alloc(Kind::List),
            to_itself,
            alloc(Kind::List),
            collection.clone(),
            onto_the_other,
            collection.clone(),
            back,
            collection,
            DROP_FIRST,
            FULL,
        ]);
        assert_eq!((e.died_in_collection, e.collected), (2, 2));
    }
}

#[test]
fn cells_swapped_across_objects() {
    for collection in COLLECTIONS {
        let link = |at, to| Op::Edge(EdgeOp::Link { at: root(at), slot: 0, to });
        let swap = Op::Move(MoveOp::Swap { a: root(0), i: 0, b: root(1), j: 0 });
        // Two loops become a ring of two.
        let e = effects([
            alloc(Kind::Cells),
            alloc(Kind::Cells),
            link(0, 0),
            link(1, 1),
            collection.clone(),
            swap,
            collection,
            DROP_FIRST,
            DROP_FIRST,
            FULL,
        ]);
        assert_eq!((e.died_in_collection, e.collected), (2, 2));
    }
}

/// The one way to make garbage without dropping a pointer: the object is reached through a plain one.
#[test]
fn a_raw_pointer_tied_to_its_own_object() {
    for collection in COLLECTIONS {
        let e = effects([
            alloc(Kind::List),
            Op::Value(ValueOp::IntoRaw(0)),
            collection.clone(),
            Op::Value(ValueOp::TieRaw { raw: 0, slot: 0 }),
            collection,
            FULL,
        ]);
        assert_eq!((e.died_in_collection, e.collected), (1, 1));
    }
}

#[test]
fn a_panic_in_a_collection() {
    let e = effects([MANUAL, ring(Kind::List, 40, Action::Panic), DROP_FIRST, FULL]);
    assert_eq!((e.died_in_collection, e.panics), (40, 3));
    // In an automatic one it comes out of the allocation, and the new value is dropped.
    let e =
        effects([ring(Kind::List, 3, Action::Panic), DROP_FIRST, Op::Gc(GcOp::Thresholds(1, 1, 1)), alloc(Kind::List)]);
    assert_eq!((e.allocated, e.died_in_collection, e.panics), (3, 3, 2));
}

/// The first panic is that of the object nearest to the root; the others are those of objects it leads to, which are
/// dropped while it unwinds.
#[test]
fn panics_at_every_depth_of_a_chain() {
    for kind in [Kind::List, Kind::Cells, Kind::Choice, Kind::Fixed, Kind::Aligned, Kind::Large] {
        for len in [16, 40, 100] {
            let e = effects([MANUAL, chain(kind, len, Action::Panic), DROP_FIRST]);
            assert_eq!((e.died_by_count, e.panics), (len.into(), u64::from(len).div_ceil(16)), "{kind:?}");
        }
    }
}

#[test]
fn destructors_that_use_the_heap() {
    let actions = [
        Action::Allocate,
        Action::Ring,
        Action::Collect,
        Action::DropKept,
        Action::UpgradeKept,
        Action::DropKeptWeak,
        Action::Panic,
    ];
    for action in actions {
        for build in [ring(Kind::List, 60, action), chain(Kind::List, 60, action)] {
            for automatic in [true, false] {
                let kept = [alloc(Kind::List), Op::Weak(WeakOp::Downgrade(0)), Op::Weak(WeakOp::Keep(0))];
                let keep = Op::Root(RootOp::Keep(0));
                let garbage = [ring(Kind::Cells, 5, Action::Nothing), DROP_FIRST];
                let policy = [Op::Gc(GcOp::Thresholds(2, 1, 1)), Op::Gc(GcOp::Automatic(automatic))];
                let ops = policy.into_iter().chain(kept).chain([keep, build.clone()]).chain(garbage);
                let e = effects(ops.chain([DROP_FIRST, FULL]));
                assert_eq!((e.actions, e.allocated >= 66), (4, true), "{action:?}");
            }
        }
    }
}

/// The collection that `make_mut` sets off upgrades the weak pointer because of which it makes a new object.
#[test]
fn make_mut_of_a_value_that_comes_to_be_shared() {
    let e = effects([
        MANUAL,
        alloc(Kind::List),
        Op::Weak(WeakOp::Downgrade(0)),
        Op::Weak(WeakOp::Keep(0)),
        // Its destructor, that of object 1, upgrades the weak pointer and keeps the result.
        ring(Kind::List, 1, Action::UpgradeKept),
        Op::Root(RootOp::Drop(1)),
        Op::Gc(GcOp::Thresholds(1, 1, 1)),
        Op::Gc(GcOp::Automatic(true)),
        hold(Held::MakeMut(0, touch(Init::Nothing, false)), 0),
    ]);
    assert_eq!((e.allocated, e.actions), (3, 1));
}

/// The collection that `make_mut` sets off panics, before it has changed anything.
#[test]
fn make_mut_that_panics() {
    for other in [Op::Root(RootOp::Clone(0)), Op::Weak(WeakOp::Downgrade(0))] {
        let e = effects([
            MANUAL,
            ring(Kind::List, 1, Action::Panic),
            alloc(Kind::List),
            DROP_FIRST,
            other,
            Op::Gc(GcOp::Thresholds(1, 1, 1)),
            Op::Gc(GcOp::Automatic(true)),
            hold(Held::MakeMut(0, touch(Init::Nothing, false)), 0),
        ]);
        assert_eq!((e.allocated, e.panics), (2, 1));
    }
}

/// A pair loses its key while finalizers run. What the collection will put an end to is uncertain to the model from
/// there on; then another finalizer brings a ring back, and a callback looks at what there is.
#[test]
fn a_look_at_the_heap_after_an_uncertain_death() {
    let build = |shape, kind, will, action, extra| {
        Op::Build(Build { shape, kind, len: 30, deeds: Deeds { will, action }, extra })
    };
    let e = effects([
        build(Shape::Ring, Kind::List, Will::Nothing, Action::Nothing, Extra::Nothing),
        Op::Callback(CallbackOp::OnDrop { root: 0, action: Action::Inspect, captures: false, capture: 0 }),
        Op::Callback(CallbackOp::Forget(0)),
        build(Shape::Chain, Kind::Aligned, Will::PassOn, Action::DropKept, Extra::Pair),
        build(Shape::Ring, Kind::Large, Will::Beget, Action::Nothing, Extra::Nothing),
    ]);
    assert_eq!(e.died_in_collection, 63);
}

#[test]
fn exclusive_access_across_collections() {
    for sort in [false, true] {
        for held in [Held::GetMut(0, touch(Init::Move(1), sort)), Held::MakeMut(0, touch(Init::Clone(1), sort))] {
            for collection in COLLECTIONS {
                let e = effects([
                    alloc(Kind::List),
                    ring(Kind::List, 3, Action::Nothing),
                    hold(held, 3),
                    collection.clone(),
                    DROP_FIRST,
                    collection,
                ]);
                assert_eq!((e.died_in_collection, e.died_by_count), (3, 1));
            }
        }
    }
}

#[test]
fn borrows_across_collections() {
    for exclusive in [false, true] {
        for via in [None, Some(0)] {
            for collection in COLLECTIONS {
                let place = Place { root: 0, via };
                let held = if exclusive { Held::Exclusive(place) } else { Held::Shared(place) };
                let ring = ring(Kind::List, 3, Action::Nothing);
                let e = effects([ring, hold(held, 2), collection.clone(), collection, DROP_FIRST, FULL]);
                assert_eq!((e.died_in_collection, e.collected), (3, 3));
            }
        }
    }
}

#[test]
fn construction_across_collections() {
    for fails in [false, true] {
        for kind in [Kind::List, Kind::Cells, Kind::Choice, Kind::Fixed, Kind::Aligned, Kind::Large, Kind::Leaf] {
            let cyclic = Cyclic {
                kind,
                deeds: Deeds::action(Action::Panic),
                self_weak: true,
                fails,
                inits: [Init::Move(0), Init::Nothing],
            };
            let e = effects([
                ring(Kind::List, 2, Action::Nothing),
                Op::Gc(GcOp::Thresholds(1, 1, 1)),
                hold(Held::NewCyclic(cyclic), 5),
                FULL,
                Op::Weak(WeakOp::Upgrade(0)),
                alloc(Kind::List),
                alloc(Kind::List),
                Op::Weak(WeakOp::Clone(0)),
                // The constructor goes on here.
                Op::Weak(WeakOp::Upgrade(0)),
                YOUNG,
            ]);
            // One way or the other something panics, once.
            assert_eq!((e.panics, e.allocated), (1, if fails { 4 } else { 5 }));
        }
    }
}

#[test]
fn values_moved_from_object_to_object() {
    for how in [How::TryUnwrap, How::IntoInner, How::UnwrapOrClone] {
        for rebox in [false, true] {
            for collection in COLLECTIONS {
                let unwrap = Op::Value(ValueOp::Unwrap(Unwrap { root: 1, how, rebox }));
                let e = effects([
                    ring(Kind::List, 3, Action::Nothing),
                    // An object that leads to the ring.
                    Op::Alloc(Alloc {
                        kind: Kind::List,
                        make: Make::New,
                        deeds: Deeds::NONE,
                        inits: [Init::Clone(0), Init::Nothing],
                    }),
                    collection.clone(),
                    unwrap,
                    DROP_FIRST,
                    collection,
                ]);
                assert_eq!((e.allocated, e.died_in_collection), (4 + u64::from(rebox), 3));
            }
        }
    }
}
