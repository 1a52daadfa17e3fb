//! What a program hears of collections: its callbacks, and debug output in the format of `CPython`'s `gc`.
//!
//! Both are code of the user. A panic in it is kept.

use super::Reason;
use super::death::run_user_code;
use crate::heap::{Collection, DebugFlags, Heap, Phase, Selection, State};
use crate::object::ObjectPtr;
use std::collections::BTreeMap;

/// Says that a collection is about to begin.
pub(super) fn begin(heap: &Heap, record: &Collection, reason: Reason) {
    notify(heap, Phase::Start, record, reason);
    if prints(heap, DebugFlags::STATS) {
        let [young, middle, old] = heap.count_generations();
        print(heap, &format!("gc: collecting generation {}...", record.generation as usize));
        print(heap, &format!("gc: objects in each generation: {young} {middle} {old}"));
        print(heap, &format!("gc: objects in permanent generation: {}", heap.frozen()));
    }
}

/// Says that a collection has ended.
pub(super) fn end(heap: &Heap, record: &Collection, reason: Reason) {
    if prints(heap, DebugFlags::STATS) {
        let (unreachable, seconds) = (record.collected + record.uncollectable, record.duration.as_secs_f64());
        let uncollectable = record.uncollectable;
        print(
            heap,
            &format!("gc: done, {unreachable} unreachable, {uncollectable} uncollectable, {seconds:.4}s elapsed"),
        );
    }
    notify(heap, Phase::Stop, record, reason);
}

/// Prints the objects that have been condemned, `count` of them, as far as they still are: what is printed to may do
/// anything to them.
pub(super) fn print_collectable(heap: &Heap, count: usize) {
    for index in 0..count {
        if let Some(object) = heap.condemned(index) {
            print(heap, &format!("gc: collectable {}", describe(object)));
        }
    }
}

/// Says what `CPython` says of what is left in `gc.garbage` at its end.
pub(super) fn report_garbage(heap: &Heap) {
    let descriptions: Vec<String> = heap.garbage.borrow().iter().map(|&object| describe(object)).collect();
    if descriptions.is_empty() || prints(heap, DebugFlags::SAVEALL) {
        return;
    }
    let count = descriptions.len();
    if prints(heap, DebugFlags::UNCOLLECTABLE) {
        let list = descriptions.join(", ");
        print(heap, &format!("gc: {count} uncollectable objects at shutdown"));
        print(heap, &format!("      [{list}]"));
    } else {
        print(
            heap,
            &format!(
                "gc: {count} uncollectable objects at shutdown; use gc.set_debug(gc.DEBUG_UNCOLLECTABLE) to list them"
            ),
        );
    }
}

/// Says which tracked objects are alive when their thread ends.
pub(super) fn report_leaks(heap: &Heap) {
    if !prints(heap, DebugFlags::SHUTDOWN) {
        return;
    }
    let mut types = BTreeMap::new();
    let mut count = |object: ObjectPtr| *types.entry(object.type_name()).or_insert(0) += 1;
    for selection in [Selection::ALL, Selection::of(State::Detached), Selection::of(State::Frozen)] {
        heap.for_each_tracked(selection, |object, _| count(object));
    }
    let mut types: Vec<(&str, usize)> = types.into_iter().collect();
    types.sort_by_key(|&(name, count)| (usize::MAX - count, name));
    print(heap, &format!("gc: {} objects alive at shutdown", heap.pacing.tracked()));
    for (name, count) in types {
        print(heap, &format!("gc: {count:>7} {name}"));
    }
}

/// Calls the program's callbacks, in the order in which they were added. `CPython`'s `invoke_gc_callback`; but there,
/// one that removes itself keeps the next one from being called. Those that are added meanwhile are called as there:
/// until as many have been called as there are. So one that removes itself, and adds another for the next time, is no
/// loop.
fn notify(heap: &Heap, phase: Phase, record: &Collection, reason: Reason) {
    if reason == Reason::Shutdown {
        return;
    }
    let first_new = heap.observers.next_id();
    let (mut called, mut last) = (0, None);
    while let Some((id, callback)) = heap.observers.callback_after(last) {
        if id >= first_new && called >= heap.observers.len() {
            break;
        }
        run_user_code(heap, || callback(phase, record));
        // It may have been removed by itself.
        run_user_code(heap, || drop(callback));
        (called, last) = (called + 1, Some(id));
    }
}

fn prints(heap: &Heap, flag: DebugFlags) -> bool {
    heap.observers.debug.get().contains(flag)
}

fn print(heap: &Heap, line: &str) {
    run_user_code(heap, || heap.observers.print(line));
}

/// An object, as `CPython`'s `repr` has those that have no other.
fn describe(object: ObjectPtr) -> String {
    format!("<{} {:p}>", object.type_name(), object.value())
}
