//! A check of every invariant of the heap, the suspect lemma included. Linear in the heap, and slow.

use super::{Running, introspection};
use crate::heap::{Activity, Heap, Selection, State, Word, objects_in, target, word_of};
use crate::object::{Edge, EdgeSink, ObjectPtr, Tracer};
use crate::slab::{BlockPtr, ListId};
use core::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// # Panics
///
/// If an invariant does not hold.
pub(crate) fn verify(heap: &Heap) {
    assert!(!heap.is_collecting(), "a heap is not verified while it collects");
    // It traces, with what that must not do.
    let _tracing = Running::start(heap, Activity::Tracing);
    let (mut tracked, mut frozen) = (0, 0);
    heap.blocks(ListId::All).for_each(|block| tracked += verify_block(heap, block, &mut frozen));
    assert_eq!(tracked, heap.pacing.tracked(), "heap inv. 4: the number of tracked objects");
    assert_eq!(frozen, heap.frozen(), "heap inv. 4: the number of frozen objects");
    verify_suspects(heap);
}

/// Checks a block and gives the number of tracked objects in it.
fn verify_block(heap: &Heap, block: BlockPtr, frozen: &mut usize) -> usize {
    assert_eq!(block.owner().as_ptr().addr(), core::ptr::from_ref(heap).addr(), "slab inv. 1: the owner of a block");
    let (mut slots, mut tracked) = (0, 0);
    let [touched, middle, suspect] =
        [ListId::Touched, ListId::Middle, ListId::Suspect].map(|id| heap.blocks(id).contains(block));
    for (_, word) in block.slots() {
        slots += 1;
        let word = Word(word.get());
        assert!(word.is_settled(), "heap inv. 1: a trial outside a collection");
        let state = word.state();
        assert!(state != State::Condemned, "heap inv. 1: a condemned object outside a collection");
        assert!(state != State::Young || touched, "heap inv. 2: a young object in an untouched block");
        assert!(state != State::Middle || touched || middle, "heap inv. 2: a middle-aged object in an unlisted block");
        tracked += usize::from(!matches!(state, State::Free | State::Swept));
        *frozen += usize::from(state == State::Frozen);
    }
    assert_eq!(slots - block.count_free(), block.live(), "block inv. 4: the number of live slots");
    assert!(block.is_scanned() || tracked == 0, "a tracked object in a block of untracked ones");
    for (object, _) in objects_in(block, Selection::ALL) {
        let header = object.header();
        assert!(header.strong() > 0 && !header.is_dead(), "a dead {} in a generation", object.type_name());
        assert!(header.is_clean() || suspect, "heap inv. 3: a suspect {} in an unlisted block", object.type_name());
    }
    tracked
}

/// Checks the suspect lemma: every unreachable object can be reached from an unreachable suspect. So a linear trial
/// deletion of the whole heap, which knows nothing of suspects, has nothing to find that a collection would not.
fn verify_suspects(heap: &Heap) {
    let objects = introspection::objects(heap, Selection::ALL);
    let mut inside: HashMap<ObjectPtr, u32> = HashMap::new();
    for &object in &objects {
        for target in edges(heap, object) {
            *inside.entry(target).or_default() += 1;
        }
    }
    for (object, &count) in &inside {
        let (strong, name) = (object.header().strong(), object.type_name());
        assert!(count <= strong, "{count} edges lead to a {name} whose reference count is {strong}: a wrong `Trace`");
    }
    let count = |object: &ObjectPtr| inside.get(object).copied().unwrap_or(0);
    let alive = reach(heap, objects.iter().copied().filter(|object| count(object) < object.header().strong()));
    let garbage = || objects.iter().copied().filter(|object| !alive.contains(object));
    let hanging = reach(heap, garbage().filter(|object| !object.header().is_clean()));
    for object in garbage() {
        let name = object.type_name();
        assert!(hanging.contains(&object), "suspect lemma: a garbage {name} hangs from no suspect");
    }
}

/// What can be reached from some objects.
fn reach(heap: &Heap, from: impl Iterator<Item = ObjectPtr>) -> HashSet<ObjectPtr> {
    let mut reached: HashSet<ObjectPtr> = from.collect();
    let mut stack: Vec<ObjectPtr> = reached.iter().copied().collect();
    while let Some(object) = stack.pop() {
        stack.extend(edges(heap, object).into_iter().filter(|&target| reached.insert(target)));
    }
    reached
}

/// The objects in a generation that an object refers to, once for each reference.
fn edges(heap: &Heap, object: ObjectPtr) -> Vec<ObjectPtr> {
    let sink = Edges::default();
    let mut tracer = Tracer::new(&sink);
    // SAFETY: heap inv. 5.
    unsafe { heap.trace(object, &mut tracer) };
    tracer.flush();
    sink.0.into_inner()
}

#[derive(Default)]
struct Edges(RefCell<Vec<ObjectPtr>>);

impl EdgeSink for Edges {
    fn drain(&self, edges: &[Edge]) {
        let objects = edges.iter().map(|&edge| target(edge));
        self.0.borrow_mut().extend(objects.filter(|&object| Selection::ALL.contains(Word(word_of(object).get()))));
    }
}
