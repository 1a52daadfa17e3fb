//! Single operations, with Criterion's statistics and its HTML report: `cargo bench --bench micro`, in this package.
//!
//! What `Rc` has as well is measured beside it.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gc_core::gc::{self, Generation};
use gc_core::{Cc, Trace, coerce};
use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

const MANY: usize = 1000;

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

criterion_group!(micro, pointers, weak_pointers, collections, unsized_values);
criterion_main!(micro);
