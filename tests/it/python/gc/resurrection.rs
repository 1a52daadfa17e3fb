//! What finalizers and callbacks do to garbage that a collection, or the end of a thread, has found.

use super::id;
use crate::python::{Calls, Census, List, Mortal, Object, QUIET, Survivors, append, fresh, interpreter, let_go, list};
use gc_core::gc::{self, DebugFlags};
use gc_core::{AnyCc, Cc, Trace, Watch, Weak};
use std::cell::{Cell, OnceCell, RefCell};
use std::panic::resume_unwind;
use std::rc::Rc;

/// Nothing is ever half cleared; what is tested is that a `Weak` made by a finalizer reads dead to whatever runs while
/// the garbage is freed: the finalizer and the destructor of an object that garbage was the last to own.
#[test]
fn test_function_tp_clear_leaves_consistent_state() {
    fresh();
    let census = Census::default();
    let (reference, seen) = (Rc::new(RefCell::new(Weak::<Object>::new())), Rc::new(RefCell::new(Vec::new())));
    let look = |name: &'static str| {
        let (reference, seen) = (reference.clone(), seen.clone());
        move || seen.borrow_mut().push((name, reference.borrow().upgrade().is_some()))
    };
    let finalizer = look("finalizer");
    let latefin = Mortal::saying(&census, move |_| finalizer(), look("destructor"));
    let global = Rc::new(Cell::new(Some(latefin.clone())));

    let func = Object::new(&census);
    let cyc = {
        let (global, reference, look) = (global.clone(), reference.clone(), look("while cyc is finalized"));
        Mortal::new(&census, move |me| {
            let func: Cc<Object> = me.get("func").expect("the graph is intact");
            reference.replace(Cc::downgrade(&func));
            look();
            // From here only `me` has a reference to it.
            drop(global.take());
        })
    };
    cyc.set("func", &func);
    cyc.set("latefin", &latefin);
    func.set("module", &cyc);
    drop((func, cyc, latefin));

    assert_eq!(gc::collect(), 2, "the cycle, and not what lived until it was freed");
    assert_eq!(seen.take(), [("while cyc is finalized", true), ("finalizer", false), ("destructor", false)]);
    assert_eq!((census.finalized(), census.dropped()), (2, 3));
    assert!(reference.borrow().upgrade().is_none());
    assert_eq!(gc::collect(), 0);
}

/// The one hook that there is, the finalizer, runs once for each object. So one that breaks the cycle at its second
/// call never does.
#[test]
fn test_boom2() {
    fresh();
    let census = Census::default();
    let boom2 = || {
        let calls = Calls::default();
        Mortal::new(&census, move |me| {
            calls.count();
            if calls.get() > 1 {
                me.del("attr");
            }
        })
    };
    let [a, b] = [boom2(), boom2()];
    a.set("attr", &b);
    b.set("attr", &a);
    drop((a, b));
    assert_eq!((gc::collect(), gc::garbage().len()), (2, 0));
    assert_eq!((census.finalized(), census.dropped()), (2, 2));
}

/// As `test_boom2`, at the first call: the objects die by count while they are finalized, and are not counted.
#[test]
fn test_boom2_new() {
    fresh();
    let census = Census::default();
    let boom = || Mortal::new(&census, |me| assert!(me.del("attr")));
    let [a, b] = [boom(), boom()];
    a.set("attr", &b);
    b.set("attr", &a);
    drop((a, b));
    assert_eq!((gc::collect(), gc::garbage().len()), (0, 0));
    assert_eq!((census.finalized(), census.dropped()), (2, 2));
    assert_eq!(gc::collect(), 0);
}

/// Callbacks of both kinds: weak references with one, which are objects, and those that are not.
#[test]
fn test_bug1055820b() {
    fresh();
    for watch in [false, true] {
        let (census, calls, ouch) = (Census::default(), Calls::default(), Rc::new(RefCell::new(Vec::new())));
        let cs = [Object::looped(&census), Object::looped(&census)];
        let wrs: Rc<[Weak<Object>]> = cs.each_ref().map(Cc::downgrade).into();
        let callback = || {
            let (wrs, ouch, calls) = (wrs.clone(), ouch.clone(), calls.clone());
            move || {
                calls.count();
                ouch.replace(wrs.iter().map(|wr| wr.upgrade().is_some()).collect());
            }
        };
        let watches: Vec<_> = if watch {
            cs.iter().map(|c| Cc::watch(c, callback())).collect()
        } else {
            cs.iter().for_each(|c| drop(Cc::on_drop(c, callback())));
            Vec::new()
        };
        assert_eq!(gc::collect(), 0);
        assert!(ouch.borrow().is_empty());
        drop(cs);
        assert_eq!((gc::collect(), census.dropped()), (2, 2));
        assert_eq!((calls.get(), ouch.take()), (2, vec![false, false]));
        assert!(watches.iter().all(|watch| !watch.is_alive()));
        drop(watches);
        assert_eq!(gc::collect(), 0);
    }
}

#[test]
fn test_bug21435() {
    fresh();
    // In either order of the two that make up the cycle.
    for a_first in [false, true] {
        let census = Census::default();
        let (mut a, mut b) = (None, None);
        for of_a in [a_first, !a_first] {
            if of_a {
                a = Some(Object::new(&census));
            } else {
                let x = Object::new(&census);
                let made = Mortal::new(&census, |me| assert!(me.del("attr")));
                made.set("x", &x);
                b = Some(made);
            }
        }
        if let (Some(a), Some(b)) = (a, b) {
            a.set("attr", &b);
            b.set("attr", &a);
        }
        assert_eq!(gc::collect(), 0, "they die while they are finalized, and are not counted");
        assert_eq!((census.made(), census.finalized(), census.dropped()), (3, 1, 3));
    }
}

/// What a heap reports at its end that has `x` and `x.y` in `gc::garbage()`, and what it calls them. They are put there
/// by the program, or by their finalizers in the last collection.
fn garbage_at_shutdown(debug: DebugFlags, by_finalizer: bool) -> (Vec<String>, [String; 2]) {
    let census = Census::default();
    let inner = census.clone();
    let (lines, names) = interpreter(move || {
        let save = |me: Cc<Mortal>| gc::garbage().push(me);
        let make = || Mortal::new(&inner, if by_finalizer { save } else { drop });
        let (x, second) = (make(), make());
        x.set("x", &x);
        x.set("y", &second);
        if !by_finalizer {
            save(x.clone());
            save(second.clone());
        }
        gc::set_debug(debug);
        [x, second].map(|x| format!("{:?}", AnyCc::from(x)))
    });
    let names = names.expect("no panic");
    assert_eq!(
        (census.finalized(), census.made(), census.dropped()),
        (2, 2, 2),
        "with {debug:?}, by finalizer: {by_finalizer}"
    );
    (lines, names)
}

/// Nothing is uncollectable, but `gc::garbage()` may have been filled otherwise: by the program, or by finalizers in
/// the collection at the end of the thread, as CPython's is by that of the interpreter. The objects are freed
/// nevertheless.
#[test]
fn test_garbage_at_shutdown() {
    for by_finalizer in [false, true] {
        let (lines, _) = garbage_at_shutdown(QUIET, by_finalizer);
        let hint = "use gc.set_debug(gc.DEBUG_UNCOLLECTABLE) to list them";
        assert_eq!(lines, [format!("gc: 2 uncollectable objects at shutdown; {hint}")]);

        let (lines, [first, second]) = garbage_at_shutdown(DebugFlags::UNCOLLECTABLE, by_finalizer);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0], "gc: 2 uncollectable objects at shutdown");
        let lists = [format!("      [{first}, {second}]"), format!("      [{second}, {first}]")];
        assert!(lists.contains(&lines[1]), "{lines:?}");

        let (lines, _) = garbage_at_shutdown(DebugFlags::SAVEALL, by_finalizer);
        assert!(!lines.iter().any(|line| line.contains("at shutdown")), "{lines:?}");
    }
}

/// What has a finalizer, and the list that owns both it and itself.
fn list_of_mortal(census: &Census) -> Cc<List> {
    let c = Mortal::new(census, drop);
    let l = list(census);
    append(&l, &c);
    append(&l, &l);
    l
}

/// In place of the interpreter, a thread ends; in place of a variable of the main module, there is one of its function.
#[test]
fn test_gc_main_module_at_shutdown() {
    let census = Census::default();
    let inner = census.clone();
    let (lines, result) = interpreter(move || {
        let l = list_of_mortal(&inner);
        assert_eq!((l.borrow().len(), inner.finalized()), (3, 0));
    });
    assert!(result.is_ok() && lines.is_empty());
    assert_eq!((census.finalized(), census.made(), census.dropped()), (1, 2, 2));
}

/// In place of another module's variable, a thread-local one. It goes before the heap, since it was made later.
#[test]
fn test_gc_ordinary_module_at_shutdown() {
    thread_local! {
        static L: OnceCell<Cc<List>> = const { OnceCell::new() };
    }
    let census = Census::default();
    let inner = census.clone();
    let (lines, result) = interpreter(move || {
        L.with(|l| assert!(l.set(list_of_mortal(&inner)).is_ok()));
        gc::collect();
        assert_eq!(inner.finalized(), 0);
    });
    assert!(result.is_ok() && lines.is_empty());
    assert_eq!((census.finalized(), census.made(), census.dropped()), (1, 2, 2));
}

/// In place of `SystemExit`, a panic ends the thread.
#[test]
#[expect(non_snake_case, reason = "CPython's name")]
fn test_global_del_SystemExit() {
    let census = Census::default();
    let inner = census.clone();
    let (lines, result) = interpreter::<()>(move || {
        let a = Mortal::new(&inner, drop);
        a.set("link", &a);
        resume_unwind(Box::new(inner.finalized()));
    });
    assert_eq!(result.err().and_then(|status| status.downcast::<usize>().ok()).as_deref(), Some(&0));
    assert!(lines.is_empty());
    assert_eq!((census.finalized(), census.dropped()), (1, 1));
}

#[test]
fn test_resurrection_only_happens_once_per_object() {
    fresh();
    let (census, survivors) = (Census::default(), Survivors::default());
    let laz = Mortal::lazarus(&census, &survivors);
    laz.set("me", &laz);
    assert_eq!(census.finalized(), 0);

    drop(laz);
    assert_eq!((gc::collect(), census.finalized(), survivors.borrow().len()), (0, 1, 1));

    let_go(&survivors);
    assert_eq!((census.finalized(), census.dropped()), (1, 0));
    assert_eq!((gc::collect(), census.finalized(), census.dropped()), (1, 1, 1));
    assert!(survivors.borrow().is_empty());
}

#[test]
fn test_resurrection_is_transitive() {
    fresh();
    let (census, survivors) = (Census::default(), Survivors::default());
    let (laz, cargo) = (Mortal::lazarus(&census, &survivors), Object::looped(&census));
    let cargo_id = id(&cargo);
    laz.set("cargo", &cargo);
    cargo.set("laz", &laz);

    drop((laz, cargo));
    assert_eq!(gc::collect(), 0);
    assert_eq!(survivors.borrow().len(), 1);
    let instance = survivors.borrow_mut().pop().expect("it has saved itself");
    let cargo: Cc<Object> = instance.get("cargo").expect("and its cargo");
    assert_eq!((id(&cargo), census.dropped()), (cargo_id, 0));
    assert!(cargo.get::<Mortal>("laz").is_some_and(|laz| Cc::ptr_eq(&laz, &instance)));
    assert!(cargo.get::<Object>("loop").is_some_and(|me| Cc::ptr_eq(&me, &cargo)));

    drop((instance, cargo));
    assert_eq!((gc::collect(), census.finalized(), census.dropped()), (2, 1, 2));
}

#[test]
fn test_resurrection_does_not_block_cleanup_of_other_objects() {
    const N: usize = 100;
    fresh();
    let (census, zs) = (Census::default(), Survivors::default());
    let make_a = || (0..N).for_each(|_| drop(Object::looped(&census)));
    let make_z = || {
        let z = Mortal::lazarus(&census, &zs);
        z.set("me", &z);
    };
    // Collects, and gives what was found, and what the statistics make of it.
    let collect = || {
        let before = gc::get_stats()[2];
        let found = gc::collect();
        let after = gc::get_stats()[2];
        (found, after.collected - before.collected, after.uncollectable - before.uncollectable)
    };

    make_a();
    assert_eq!((collect(), census.dropped()), ((N, N, 0), N));
    make_z();
    assert_eq!((collect(), census.dropped()), ((0, 0, 0), N));
    make_a();
    make_z();
    assert_eq!((collect(), census.dropped()), ((N, N, 0), 2 * N));
    assert_eq!((zs.borrow().len(), census.finalized()), (2, 2));
    let_go(&zs);
    assert_eq!((collect(), census.dropped()), ((2, 2, 0), 2 * N + 2));
    assert_eq!(census.finalized(), 2);
}

/// The collector does not see what `y` owns because the field is skipped.
#[test]
fn test_trash_weakref_clear() {
    #[derive(Trace)]
    struct A {
        a: OnceCell<Cc<A>>,
        #[trace(skip)]
        y: Cc<Object>,
        wz: Watch,
    }
    type Cycle = (OnceCell<AnyCc>, Watch);
    fresh();
    let (census, callback) = (Census::default(), Calls::default());
    let z = Object::new(&census);
    let wz = Cc::watch(&z, callback.counting());
    let a = Cc::new(A { a: OnceCell::new(), y: z, wz: wz.clone() });
    assert!(a.a.set(a.clone()).is_ok());
    // A second cycle, to keep it alive for longer.
    let wr_cycle: Cc<Cycle> = Cc::new((OnceCell::new(), wz));
    assert!(wr_cycle.0.set(AnyCc::from(&wr_cycle)).is_ok());
    assert_eq!(gc::collect(), 0);
    assert!(a.wz.is_alive() && gc::is_tracked(&a.y));

    drop((a, wr_cycle));
    assert_eq!(gc::collect(), 3, "the two cycles and the weak reference");
    assert_eq!((census.dropped(), callback.get()), (1, 0));

    // As a check: where the weak reference is not garbage, its callback is called.
    let z = Object::new(&census);
    let wz = Cc::watch(&z, callback.counting());
    let a = Cc::new(A { a: OnceCell::new(), y: z, wz: wz.clone() });
    assert!(a.a.set(a.clone()).is_ok());
    drop(a);
    assert_eq!((gc::collect(), census.dropped(), callback.get(), wz.is_alive()), (1, 2, 1, false));
}
