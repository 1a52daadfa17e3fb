//! How many objects of what, and how that changes.

use gc_core::gc::{self, Generation};
use gc_core::inspect::{Snapshot, Totals, TypeGrowth, TypeTotals};
use gc_core::{Cc, Trace};

#[derive(Trace)]
struct Small(u8);

#[derive(Trace)]
struct Large([u64; 8]);

/// Owns bytes elsewhere.
#[derive(Trace)]
struct Text(String);

fn small(count: usize) -> Vec<Cc<Small>> {
    (0..count).map(|_| Cc::new(Small(0))).collect()
}

fn large(count: usize) -> Vec<Cc<Large>> {
    (0..count).map(|_| Cc::new(Large([0; 8]))).collect()
}

fn name<T>() -> &'static str {
    std::any::type_name::<T>()
}

#[test]
fn types_are_listed_by_count_then_bytes_then_name() {
    let kept = (small(3), large(3), Cc::new(1u64), Cc::new(1i64), Cc::new(Text(String::with_capacity(100))));
    let snapshot = Snapshot::take();
    let (of_small, of_large) = (gc::getsizeof(&kept.0[0]), gc::getsizeof(&kept.1[0]));
    let expected = [
        TypeTotals { name: name::<Large>(), count: 3, bytes: 3 * of_large },
        TypeTotals { name: name::<Small>(), count: 3, bytes: 3 * of_small },
        TypeTotals { name: name::<Text>(), count: 1, bytes: gc::getsizeof(&kept.4) + 100 },
        TypeTotals { name: "i64", count: 1, bytes: gc::getsizeof(&kept.3) },
        TypeTotals { name: "u64", count: 1, bytes: gc::getsizeof(&kept.2) },
    ];
    assert_eq!(snapshot.most_common_types(usize::MAX), expected);
    assert_eq!(snapshot.most_common_types(2), expected[..2]);
    assert_eq!(snapshot.most_common_types(0), []);
}

#[test]
fn growth_has_what_changed_and_nothing_else() {
    let unchanged = Cc::new('a');
    let mut text = Cc::new(Text(String::with_capacity(10)));
    let gone = Cc::new(1u64);
    let mut shrinking = small(5);
    let before = Snapshot::take();
    assert_eq!(Snapshot::take().growth_since(&before), []);

    drop(gone);
    shrinking.truncate(2);
    let new = large(2);
    Cc::get_mut(&mut text).unwrap().0 = String::with_capacity(30);
    let growth = Snapshot::take().growth_since(&before);

    let (of_small, of_large) = (gc::getsizeof(&shrinking[0]), gc::getsizeof(&new[0]));
    let of_u64 = gc::getsizeof(&Cc::new(1u64));
    let of_text = gc::getsizeof(&text) + 30;
    let grown = |name, count, bytes, more, more_bytes| TypeGrowth { name, count, bytes, more, more_bytes };
    let expected = [
        grown(name::<Large>(), 2, 2 * of_large, 2, 2 * of_large as isize),
        grown(name::<Text>(), 1, of_text, 0, 20),
        grown("u64", 0, 0, -1, -(of_u64 as isize)),
        grown(name::<Small>(), 2, 2 * of_small, -3, -3 * of_small as isize),
    ];
    assert_eq!(growth, expected);
    drop(unchanged);
}

#[test]
fn types_that_go_by_one_name_are_one() {
    let one = {
        #[derive(Trace)]
        struct Same(u64);
        Cc::new(Same(1))
    };
    let other = {
        #[derive(Trace)]
        struct Same([u64; 2]);
        Cc::new(Same([1, 2]))
    };
    let types = Snapshot::take().most_common_types(9);
    assert_eq!(types.len(), 1);
    assert_eq!((types[0].count, types[0].bytes), (2, gc::getsizeof(&one) + gc::getsizeof(&other)));
}

#[test]
fn growth_can_be_told_from_one_thread_to_another() {
    let elsewhere = std::thread::spawn(|| {
        let kept = (large(1), small(2));
        let snapshot = Snapshot::take();
        drop(kept);
        snapshot
    });
    let kept = (Cc::new(1u64), small(3));
    let growth = Snapshot::take().growth_since(&elsewhere.join().unwrap());
    // A `u64` has more bytes than a `Small`.
    let more: Vec<_> = growth.iter().map(|of| (of.name, of.more)).collect();
    assert_eq!(more, [("u64", 1), (name::<Small>(), 1), (name::<Large>(), -1)]);
    drop(kept);
}

#[test]
fn groups_add_up() {
    let old = Cc::new([1u64, 2, 3, 4].map(Cc::new));
    gc::collect();
    let young = Cc::new([5u64, 6].map(Cc::new));
    let snapshot = Snapshot::take();
    let size = |object: gc_core::inspect::Object<'_>| object.total_size();
    let all: usize = snapshot.objects().map(size).sum();

    let by_kind = snapshot.group_by(|object| object.type_name().starts_with('['));
    assert_eq!(by_kind[&false], Totals { count: 6, bytes: 6 * gc::getsizeof(&young[0]) });
    assert_eq!(by_kind[&true].bytes + by_kind[&false].bytes, all);

    let by_generation = snapshot.group_by(|object| object.generation());
    assert!(by_generation.keys().eq(&[None, Some(Generation::Young), Some(Generation::Old)]));
    assert_eq!(by_generation[&None].count, 6);
    let old = snapshot.object(&old).unwrap();
    assert_eq!(by_generation[&Some(Generation::Old)], Totals { count: 1, bytes: old.total_size() });
    assert_eq!(by_generation.values().map(|totals| totals.bytes).sum::<usize>(), all);

    let by_site = snapshot.group_by(|object| object.site().line());
    assert_eq!(by_site.values().map(|totals| totals.count).sum::<usize>(), 8);
    assert_eq!(by_site[&old.site().line()].count, 1);
    drop(young);
}
