//! Single operations, with Criterion's statistics and its HTML report: `cargo bench --bench micro`, in this package.
//!
//! What `Rc` has as well is measured beside it.

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gc_core::gc::{self, Generation};
use gc_core::weak::{WeakSet, WeakValueMap};
use gc_core::{Cc, Trace, coerce};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hint::black_box;
use std::rc::Rc;

const MANY: usize = 1000;
/// More than the caches hold.
const VERY_MANY: usize = 300_000;

#[derive(Trace, Default)]
struct Node {
    other: RefCell<Option<Cc<Node>>>,
}

trait Shape: Trace {
    fn area(&self) -> f64;
}

#[derive(Trace)]
struct Square(f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

fn node() -> Cc<Node> {
    Cc::new(Node::default())
}

/// Clone, drop, new: one at a time, and the last drop of many.
fn pointers(criterion: &mut Criterion) {
    let (cc, rc) = (node(), Rc::new([0u64; 2]));
    let mut group = criterion.benchmark_group("clone and drop");
    group.bench_function("Cc", |bencher| bencher.iter(|| drop(black_box(cc.clone()))));
    group.bench_function("Rc", |bencher| bencher.iter(|| drop(black_box(rc.clone()))));
    group.finish();

    let mut group = criterion.benchmark_group("new and drop");
    group.bench_function("Cc", |bencher| bencher.iter(|| drop(black_box(node()))));
    group.bench_function("Cc of an acyclic type", |bencher| bencher.iter(|| drop(black_box(Cc::new([0u64; 2])))));
    group.bench_function("Rc", |bencher| bencher.iter(|| drop(black_box(Rc::new([0u64; 2])))));
    group.finish();

    let mut group = criterion.benchmark_group("drop of a thousand");
    group.throughput(Throughput::Elements(MANY as u64));
    let ccs = || -> Vec<_> { (0..MANY).map(|_| node()).collect() };
    let rcs = || -> Vec<_> { (0..MANY).map(|_| Rc::new([0u64; 2])).collect() };
    group.bench_function("Cc", |bencher| bencher.iter_batched(ccs, drop, BatchSize::SmallInput));
    group.bench_function("Rc", |bencher| bencher.iter_batched(rcs, drop, BatchSize::SmallInput));
    group.finish();
}

fn weak_pointers(criterion: &mut Criterion) {
    let (cc, rc) = (node(), Rc::new([0u64; 2]));
    let (weak_cc, weak_rc) = (Cc::downgrade(&cc), Rc::downgrade(&rc));
    let mut group = criterion.benchmark_group("downgrade and drop");
    group.bench_function("Cc", |bencher| bencher.iter(|| drop(black_box(Cc::downgrade(&cc)))));
    group.bench_function("Rc", |bencher| bencher.iter(|| drop(black_box(Rc::downgrade(&rc)))));
    group.finish();
    let mut group = criterion.benchmark_group("upgrade and drop");
    group.bench_function("Cc", |bencher| bencher.iter(|| drop(black_box(weak_cc.upgrade()))));
    group.bench_function("Rc", |bencher| bencher.iter(|| drop(black_box(weak_rc.upgrade()))));
    group.finish();
}

/// Young collections of garbage pairs.
fn collections(criterion: &mut Criterion) {
    let _pause = gc::pause();
    let mut group = criterion.benchmark_group("young collection of garbage pairs");
    for pairs in [1, 10, 100, 1000] {
        let make = || {
            for _ in 0..pairs {
                let [one, two] = [node(), node()];
                *one.other.borrow_mut() = Some(two.clone());
                *two.other.borrow_mut() = Some(one);
            }
        };
        let collect = |()| assert_eq!(gc::collect_generation(Generation::Young), 2 * pairs);
        group.throughput(Throughput::Elements(pairs as u64));
        group.bench_function(BenchmarkId::from_parameter(pairs), |bencher| {
            bencher.iter_batched(make, collect, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn unsized_values(criterion: &mut Criterion) {
    let numbers: Vec<u64> = (0..16).collect();
    let mut group = criterion.benchmark_group("slice of 16 from a slice, and drop");
    group.bench_function("Cc", |bencher| bencher.iter(|| drop(black_box(Cc::<[u64]>::from(numbers.as_slice())))));
    group.bench_function("Rc", |bencher| bencher.iter(|| drop(black_box(Rc::<[u64]>::from(numbers.as_slice())))));
    group.finish();

    let mut group = criterion.benchmark_group("trait object: new, call and drop");
    group.bench_function("Cc", |bencher| {
        bencher.iter(|| black_box(coerce!(Cc::new(Square(2.0)) => Cc<dyn Shape>)).area());
    });
    group.bench_function("Rc", |bencher| bencher.iter(|| black_box(Rc::new(Square(2.0)) as Rc<dyn Shape>).area()));
    group.finish();
}

/// What happens at the deaths of very many objects: their making, and all that is asked for, included.
fn deaths(criterion: &mut Criterion) {
    /// Counts its drops.
    struct Counting(Rc<Cell<usize>>);

    impl Drop for Counting {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }

    fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).throughput(Throughput::Elements(VERY_MANY as u64));
        group
    }

    /// Makes objects, and lets them die.
    fn live<T>(make: impl FnMut(usize) -> T) {
        drop((0..VERY_MANY).map(make).collect::<Vec<_>>());
    }

    let _pause = gc::pause();
    let count = || Rc::new(Cell::new(0));
    let mut deaths = group(criterion, "callback on the death of an object");
    deaths.bench_function("Cc::on_drop", |bencher| {
        bencher.iter_batched(
            count,
            |count| {
                live(|_| {
                    let (object, count) = (node(), count.clone());
                    Cc::on_drop(&object, move || count.set(count.get() + 1));
                    object
                })
            },
            BatchSize::PerIteration,
        );
    });
    deaths.bench_function("Rc of a type with Drop", |bencher| {
        bencher.iter_batched(count, |count| live(|_| Rc::new(Counting(count.clone()))), BatchSize::PerIteration);
    });
    deaths.finish();

    let mut sets = group(criterion, "weak set by identity: in, and out at death");
    sets.bench_function("WeakSet", |bencher| {
        bencher.iter_batched(
            WeakSet::by_identity,
            |set| {
                live(|_| {
                    let object = node();
                    set.insert(&object);
                    object
                })
            },
            BatchSize::PerIteration,
        );
    });
    sets.bench_function("HashMap of rc::Weak, by hand", |bencher| {
        bencher.iter_batched(
            HashMap::new,
            |mut set| {
                let objects: Vec<_> = (0..VERY_MANY)
                    .map(|number| {
                        let object = Rc::new(number);
                        set.insert(Rc::as_ptr(&object), Rc::downgrade(&object));
                        object
                    })
                    .collect();
                objects.iter().for_each(|object| drop(set.remove(&Rc::as_ptr(object))));
            },
            BatchSize::PerIteration,
        );
    });
    sets.finish();

    let mut maps = group(criterion, "map with weak values: in, found, and out at death");
    maps.bench_function("WeakValueMap", |bencher| {
        bencher.iter_batched(
            WeakValueMap::new,
            |map| {
                live(|number| {
                    let object = node();
                    map.insert(number, &object);
                    assert!(map.get(&number).is_some());
                    object
                })
            },
            BatchSize::PerIteration,
        );
    });
    maps.bench_function("HashMap of rc::Weak, by hand", |bencher| {
        bencher.iter_batched(
            HashMap::new,
            |mut map| {
                let objects: Vec<_> = (0..VERY_MANY)
                    .map(|number| {
                        let object = Rc::new(number);
                        map.insert(number, Rc::downgrade(&object));
                        assert!(map[&number].upgrade().is_some());
                        object
                    })
                    .collect();
                objects.iter().for_each(|object| drop(map.remove(&**object)));
            },
            BatchSize::PerIteration,
        );
    });
    maps.finish();
}

criterion_group!(micro, pointers, weak_pointers, collections, unsized_values, deaths);
criterion_main!(micro);
