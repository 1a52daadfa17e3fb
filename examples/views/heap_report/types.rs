//! What the types need, and what they keep alive.

use gc_core::inspect::{Object, Snapshot};

/// A line of the table of types.
pub(crate) struct TypeRow {
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    /// What the objects have themselves.
    pub(crate) bytes: usize,
    /// What the objects keep from being freed, themselves included.
    pub(crate) retained: usize,
}

/// All types, the one that keeps most bytes alive first.
pub(crate) fn rows(snapshot: &Snapshot) -> Vec<TypeRow> {
    let mut rows: Vec<_> =
        snapshot.type_names().iter().map(|&name| TypeRow { name, count: 0, bytes: 0, retained: 0 }).collect();
    for object in snapshot.objects() {
        let row = &mut rows[object.type_index()];
        row.count += 1;
        row.bytes += object.total_size();
    }
    add_retained(snapshot, &mut rows);
    rows.sort_by_key(|row| (std::cmp::Reverse(row.retained), row.name));
    rows
}

/// Adds up what the objects of each type retain. What an object retains includes what those below it in the dominator
/// tree do, so one that is below another of its type does not count.
fn add_retained(snapshot: &Snapshot, rows: &mut [TypeRow]) {
    enum Visit<'s> {
        Enter(Object<'s>),
        Leave(Object<'s>),
    }
    let dominators = snapshot.dominators();
    let mut above = vec![0; rows.len()];
    let mut stack: Vec<_> = dominators.tops().map(Visit::Enter).collect();
    while let Some(visit) = stack.pop() {
        match visit {
            Visit::Enter(object) => {
                let index = object.type_index();
                if above[index] == 0 {
                    rows[index].retained += dominators.retained_size(object.id());
                }
                above[index] += 1;
                stack.push(Visit::Leave(object));
                stack.extend(dominators.children(object.id()).map(Visit::Enter));
            }
            Visit::Leave(object) => above[object.type_index()] -= 1,
        }
    }
}
