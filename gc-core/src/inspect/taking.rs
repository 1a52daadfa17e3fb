//! How a snapshot is taken: all objects first, then what is in each.

use super::snapshot::{Flags, ObjectId, RawTarget, Record, Snapshot};
use crate::collect::Survey;
use crate::heap::{Heap, State, state_of};
use crate::object::{Edge as RawEdge, LabelId, Labels, ObjectPtr};
use core::cell::OnceCell;
use std::collections::HashMap;

/// Takes a snapshot of a heap.
///
/// # Panics
///
/// As [`Snapshot::take`].
pub(super) fn take(heap: &Heap) -> Snapshot {
    let survey = Survey::start(heap);
    let objects = survey.objects();
    assert!(u32::try_from(objects.len()).is_ok(), "a snapshot has room for four billion objects");
    let mut types = Types::default();
    let records = objects.iter().map(|&object| Record::of(object, &mut types)).collect();
    let mut taking =
        Taking { survey, ids: Ids::new(&objects), objects, records, edges: Vec::new(), labels: Labels::default() };
    taking.describe_all();
    let Taking { objects, records, edges, labels, .. } = taking;
    let addresses = objects.into_iter().map(|object| object.value().addr().get()).collect();
    Snapshot { records, edges, types: types.names, labels, addresses, referrers: OnceCell::new() }
}

impl Record {
    /// The record of an object that has not been looked into.
    fn of(object: ObjectPtr, types: &mut Types) -> Record {
        let header = object.header();
        let state = state_of(object);
        let mut flags = Flags::OPAQUE;
        flags.set(Flags::TRACKED, state != State::Free);
        flags.set(Flags::FROZEN, state == State::Frozen);
        flags.set(Flags::CONDEMNED, state == State::Condemned);
        flags.set(Flags::UNFINALIZED, header.is_unfinalized());
        flags.set(Flags::FINALIZED, object.is_finalized());
        Record {
            size: object.size(),
            heap_bytes: 0,
            first_edge: 0,
            edge_count: 0,
            type_index: types.index(object.type_name()),
            strong: header.strong(),
            weak: header.weak(),
            internal: 0,
            flags,
            generation: state.generation(),
            #[cfg(feature = "track-sites")]
            site: header.site(),
        }
    }
}

/// A snapshot that is being taken.
struct Taking<'h> {
    survey: Survey<'h>,
    objects: Vec<ObjectPtr>,
    ids: Ids,
    records: Vec<Record>,
    edges: Vec<RawTarget>,
    labels: Labels,
}

impl Taking<'_> {
    /// Looks into every object that the collector would, and into what these lead to.
    fn describe_all(&mut self) {
        let (mut raw, mut waiting) = (Vec::new(), Vec::new());
        for index in 0..self.objects.len() {
            if self.survey.is_visible(self.objects[index]) {
                self.describe(ObjectId(index as u32), &mut raw, &mut waiting);
            }
            while let Some(id) = waiting.pop() {
                self.describe(id, &mut raw, &mut waiting);
            }
        }
    }

    /// Looks into an object. What is to be looked into because of it is added to what is `waiting`.
    fn describe(&mut self, id: ObjectId, raw: &mut Vec<(RawEdge, LabelId)>, waiting: &mut Vec<ObjectId>) {
        let first_edge = self.edges.len();
        let (heap_bytes, is_busy) = self.survey.describe(self.objects[id.index()], &mut self.labels, raw);
        for (edge, label) in raw.drain(..) {
            let Some(target) = self.ids.get(edge) else { continue };
            self.edges.push(RawTarget { target, label });
            let record = &mut self.records[target.index()];
            record.internal += 1;
            let is_met_first = !record.flags.contains(Flags::TRACKED) && record.internal == 1;
            if is_met_first && self.survey.is_visible_at_edge(self.objects[target.index()]) {
                waiting.push(target);
            }
        }
        let count = self.edges.len() - first_edge;
        let record = &mut self.records[id.index()];
        record.first_edge = first_edge;
        record.edge_count = u32::try_from(count).expect("an object has fewer than four billion edges");
        record.heap_bytes = heap_bytes;
        record.flags.set(Flags::BUSY, is_busy);
        record.flags.remove(Flags::OPAQUE);
    }
}

/// The names of types, each once.
#[derive(Default)]
struct Types {
    names: Vec<&'static str>,
    indices: HashMap<&'static str, u32>,
    /// The last name that was asked for: neighbours are often alike.
    last: Option<(&'static str, u32)>,
}

impl Types {
    fn index(&mut self, name: &'static str) -> u32 {
        if let Some((_, index)) = self.last.filter(|&(last, _)| core::ptr::eq(last, name)) {
            return index;
        }
        let index = *self.indices.entry(name).or_insert_with(|| {
            self.names.push(name);
            // There are no more types than objects.
            self.names.len() as u32 - 1
        });
        self.last = Some((name, index));
        index
    }
}

/// The numbers of objects by their addresses.
struct Ids {
    /// For each 64 KiB of memory with objects in it.
    regions: HashMap<usize, Region>,
}

/// A region with values in it, no two of which begin in the same 32 bytes.
struct Region {
    /// The number of the first object.
    first: u32,
    /// For each 32 bytes up to the last object, the how many-th one begins there, or 0.
    places: Vec<u16>,
}

impl Ids {
    const REGION: usize = 1 << 16;
    const PLACE: usize = 32;

    /// Of objects in address order.
    fn new(objects: &[ObjectPtr]) -> Ids {
        let mut regions: HashMap<usize, Region> = HashMap::new();
        let in_one_region =
            |one: &ObjectPtr, other: &ObjectPtr| Ids::split(one.value()).0 == Ids::split(other.value()).0;
        let mut first = 0;
        for neighbours in objects.chunk_by(in_one_region) {
            let (region, _) = Ids::split(neighbours[0].value());
            let (_, last) = Ids::split(neighbours[neighbours.len() - 1].value());
            let mut places = vec![0; last + 1];
            for (object, nth) in neighbours.iter().zip(1..) {
                places[Ids::split(object.value()).1] = nth;
            }
            regions.insert(region, Region { first, places });
            first += neighbours.len() as u32;
        }
        Ids { regions }
    }

    /// The region of an address, and the place in it.
    fn split(address: RawEdge) -> (usize, usize) {
        let address = address.addr().get();
        (address / Ids::REGION, address % Ids::REGION / Ids::PLACE)
    }

    /// The number of the object at the end of an edge; `None` if it is not in the snapshot: it is dying, or of a heap
    /// that its thread has left behind.
    fn get(&self, edge: RawEdge) -> Option<ObjectId> {
        let (region, place) = Ids::split(edge);
        let region = self.regions.get(&region)?;
        let nth = region.places.get(place).copied().filter(|&nth| nth > 0)?;
        Some(ObjectId(region.first + u32::from(nth) - 1))
    }
}
