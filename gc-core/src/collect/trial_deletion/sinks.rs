//! What each pass does with the edges that it visits.

use super::Pass;
use crate::collect::object_list::ObjectList;
use crate::heap::{Selection, Word, block_of, target, word_of};
use crate::object::{Edge, EdgeFilter, EdgeSink, ObjectPtr};
use crate::slab::BlockFilter;
use core::cell::{Cell, RefCell};

/// The objects at the end of edges, with their side words.
#[inline]
fn targets<'a>(edges: &[Edge]) -> impl Iterator<Item = (ObjectPtr, &'a Cell<u32>)> {
    edges.iter().map(|&edge| {
        let object = target(edge);
        (object, word_of(object))
    })
}

/// Lets those edges pass that lead to where collected objects are.
impl EdgeFilter for BlockFilter {
    fn retain(&self, edges: &mut [Edge]) -> usize {
        let mut retained = 0;
        for index in 0..edges.len() {
            let edge = edges[index];
            edges[retained] = edge;
            // No branch: nobody can tell beforehand where edges lead.
            retained += usize::from(self.may_contain(block_of(target(edge))));
        }
        retained
    }
}

/// Counts a reference to each member of the working set, and makes one of what is not.
pub(super) struct CountReached<'a> {
    pub(super) collected: Selection,
    pub(super) working_set: &'a ObjectList,
}

impl EdgeSink for CountReached<'_> {
    fn drain(&self, edges: &[Edge]) {
        for (object, word) in targets(edges) {
            let before = Word(word.get());
            if self.collected.contains(before) {
                if !before.is_member() {
                    self.working_set.push(object);
                }
                word.set(before.member().count_reference().0);
            }
        }
    }
}

/// Counts a reference to each object of the collected generations.
pub(super) struct CountAll {
    pub(super) collected: Selection,
}

impl EdgeSink for CountAll {
    fn drain(&self, edges: &[Edge]) {
        for (_, word) in targets(edges) {
            let before = Word(word.get());
            if self.collected.contains(before) {
                word.set(before.count_reference().0);
            }
        }
    }
}

/// Counts the references to members that have many pointers, one by one.
pub(super) struct CountMany<'a> {
    pub(super) many: &'a ObjectList,
    /// The number of references to each of them. They are few: each has 256 MiB of pointers to it.
    pub(super) references: RefCell<Vec<u64>>,
}

impl EdgeSink for CountMany<'_> {
    fn drain(&self, edges: &[Edge]) {
        for (object, word) in targets(edges) {
            if !Word(word.get()).has_many_pointers() {
                continue;
            }
            if let Some(index) = self.many.position(object) {
                self.references.borrow_mut()[index] += 1;
            }
        }
    }
}

/// Marks what is on trial, and puts on the stack what has had its turn.
pub(super) struct Mark<'a> {
    pass: &'a Pass<'a>,
    /// Objects above this address have their turn yet to come.
    pub(super) cursor: Cell<usize>,
}

impl<'a> Mark<'a> {
    pub(super) fn new(pass: &'a Pass<'a>, cursor: usize) -> Mark<'a> {
        Mark { pass, cursor: Cell::new(cursor) }
    }

    #[inline]
    pub(super) fn mark(&self, word: &Cell<u32>) {
        word.set(Word(word.get()).mark_reachable().0);
    }
}

impl EdgeSink for Mark<'_> {
    fn drain(&self, edges: &[Edge]) {
        for (object, word) in targets(edges) {
            if Word(word.get()).is_on_trial() {
                self.mark(word);
                if object.value().addr().get() <= self.cursor.get() {
                    self.pass.stack.push(object);
                }
            }
        }
    }
}

/// Finds the edges of garbage that lead elsewhere.
pub(super) struct FindOutgoing<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) outgoing: &'a ObjectList,
    /// Whether all that they lead to knows its type.
    pub(super) all_typed: Cell<bool>,
}

impl EdgeSink for FindOutgoing<'_> {
    fn drain(&self, edges: &[Edge]) {
        for object in edges.iter().map(|&edge| target(edge)) {
            if !self.pass.may_collect(object) || !Word(word_of(object).get()).is_on_trial() {
                self.outgoing.push(object);
                self.all_typed.set(self.all_typed.get() & object.is_initialised());
            }
        }
    }
}
