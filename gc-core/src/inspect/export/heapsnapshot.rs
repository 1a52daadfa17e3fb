//! The `.heapsnapshot` files of V8: what Chrome DevTools, VS Code and memlab open.
//!
//! The format is what V8's `HeapSnapshotJSONSerializer` writes (src/profiler/heap-snapshot-generator.cc). It is
//! described nowhere else, but it is JSON: a description of itself, an array of numbers for the nodes, one for the
//! edges, sorted by source, and the strings that both refer to by index.

use super::{Meter, Progress, Text, short_type_name};
use crate::inspect::graph::{Graph, Marks, origins_of_garbage};
use crate::inspect::{Object, ObjectId, Snapshot};
use core::fmt::{self, Write as _};
use core::iter;
use petgraph::visit::{Dfs, Visitable};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufWriter, Write};

/// The layout and the vocabulary, as V8 has them. Readers look up where in it is what they want.
const META: &str = concat!(
    r#"{"node_fields":["type","name","id","self_size","edge_count","trace_node_id","detachedness"],"#,
    r#""node_types":[["hidden","array","string","object","code","closure","regexp","number","native","synthetic","#,
    r#""concatenated string","sliced string","symbol","bigint","object shape"],"#,
    r#""string","number","number","number","number","number"],"#,
    r#""edge_fields":["type","name_or_index","to_node"],"#,
    r#""edge_types":[["context","element","property","internal","hidden","shortcut","weak"],"#,
    r#""string_or_number","node"],"#,
    r#""trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],"#,
    r#""trace_node_fields":["id","function_info_index","count","size","children"],"#,
    r#""sample_fields":["timestamp_us","last_assigned_id"],"#,
    r#""location_fields":["object_index","script_id","line","column"]}"#,
);
/// The length of `node_fields`.
const NODE_FIELDS: usize = 7;
/// Indices in `node_types`.
const OBJECT: usize = 3;
const SYNTHETIC: usize = 9;
/// Indices in `edge_types`.
const ELEMENT: usize = 1;
const PROPERTY: usize = 2;

/// The strings before those of the snapshot's types and labels. (V8's first is this one too.)
const STRINGS: [&str; 4] = ["<dummy>", "(root)", OUTSIDE, UNREACHABLE];
const ROOT_NAME: usize = 1;
/// The edge from the root to an object that is held from outside the heap.
const OUTSIDE: &str = "(outside)";
const OUTSIDE_NAME: usize = 2;
/// The edge from the root to an object through which garbage is reached.
const UNREACHABLE: &str = "(unreachable)";
const UNREACHABLE_NAME: usize = 3;

type Out<'w> = BufWriter<&'w mut dyn Write>;

impl Snapshot {
    /// Writes the snapshot as a `.heapsnapshot` file, as V8 does. Open it in the *Memory* tab of the developer tools of
    /// Chrome, in VS Code, or with memlab: they show distances, retainers and retained sizes.
    ///
    /// - An object's name is that of its type, without modules where that is enough to tell it from others. The full
    ///   names are in the file, in `snapshot.type_names`.
    /// - Its size is its [`total_size`](crate::inspect::Object::total_size) in bytes; 4 GiB − 1 if it has more, as
    ///   readers have room for no more.
    /// - Edges are properties by the names of their labels, or elements if that is all that the label says.
    /// - The root, which is no object, has an edge `(outside)` to each that is referred to from outside the heap, and
    ///   an edge `(unreachable)` to garbage, where [`dominators`](Snapshot::dominators) has it. So retained sizes are
    ///   those that it gives.
    /// - The id of object `n` is `2 n + 3`. It says nothing of the same object in another snapshot: in a comparison of
    ///   two, look at the totals by type, not at which objects are new.
    ///
    /// Output is buffered. Each object is written twice, first as a node, then with its edges, and is counted twice.
    /// `progress` is called every few thousand, and once when all has been written.
    ///
    /// # Errors
    ///
    /// Those of the writer. What has been written by then is of no use. So it is if `progress` panics.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gc_core::inspect::Snapshot;
    /// use std::fs::File;
    ///
    /// Snapshot::take().write_heapsnapshot(File::create("now.heapsnapshot")?, |_| ())?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn write_heapsnapshot(&self, mut writer: impl Write, mut progress: impl FnMut(Progress)) -> io::Result<()> {
        Export::of(self).write(BufWriter::new(&mut writer), Meter::new(2 * self.len(), &mut progress))
    }
}

struct Export<'s> {
    snapshot: &'s Snapshot,
    /// What the root refers to, and by which name.
    entries: Vec<(ObjectId, usize)>,
    /// The names of the types, as they are to be shown.
    types: Vec<String>,
    /// What edges with each label are called.
    names: Vec<EdgeName>,
    /// The object whose node comes last. It has changed places with the one with the highest number.
    last: usize,
}

/// What an edge is called.
#[derive(Clone, Copy)]
enum EdgeName {
    Element(u32),
    /// The property with this index among all properties.
    Property(u32),
}

impl<'s> Export<'s> {
    fn of(snapshot: &'s Snapshot) -> Export<'s> {
        let mut properties = 0..;
        let mut text = String::new();
        let names = snapshot.labels().map(|label| {
            text.clear();
            write!(text, "{label}").expect("a string takes all");
            element_index(&text).map_or_else(|| EdgeName::Property(properties.next().unwrap()), EdgeName::Element)
        });
        let names = names.collect();
        let entries = entries(snapshot);
        let last = last_met(snapshot, &entries).map_or(0, ObjectId::index);
        Export { snapshot, entries, types: shown_names(snapshot.type_names()), names, last }
    }

    /// The objects in the order of their nodes.
    fn objects(&self) -> impl Iterator<Item = Object<'s>> {
        self.snapshot.objects().map(|object| self.snapshot.get(ObjectId(self.place(object.id()) as u32)))
    }

    /// Where an object's node is among those of objects; also, which object's node is at a place.
    fn place(&self, id: ObjectId) -> usize {
        let highest = self.snapshot.len() - 1;
        match id.index() {
            index if index == self.last => highest,
            index if index == highest => self.last,
            index => index,
        }
    }

    fn write(&self, mut out: Out<'_>, mut meter: Meter<'_>) -> io::Result<()> {
        self.write_header(&mut out)?;
        self.write_nodes(&mut out, &mut meter)?;
        self.write_edges(&mut out, &mut meter)?;
        // Readers expect the sections that `META` describes, even if they are empty.
        out.write_all(b"\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[],\n")?;
        self.write_strings(&mut out)?;
        meter.finish(out)
    }

    fn write_header(&self, out: &mut Out<'_>) -> io::Result<()> {
        let nodes = self.snapshot.len() + 1;
        let edges = self.snapshot.edge_count() + self.entries.len();
        write!(
            out,
            r#"{{"snapshot":{{"meta":{META},"node_count":{nodes},"edge_count":{edges},"trace_function_count":0,"#
        )?;
        let full_names = self.types.iter().zip(self.snapshot.type_names());
        let full_names: BTreeMap<_, _> = full_names.filter(|(shown, full)| shown != full).collect();
        out.write_all(br#""type_names":"#)?;
        serde_json::to_writer(&mut *out, &full_names)?;
        out.write_all(b"},\n")
    }

    fn write_nodes(&self, out: &mut Out<'_>, meter: &mut Meter<'_>) -> io::Result<()> {
        writeln!(out, "\"nodes\":[{SYNTHETIC},{ROOT_NAME},1,0,{},0,0", self.entries.len())?;
        for object in self.objects() {
            let name = STRINGS.len() + object.type_index();
            let id = 2 * object.id().index() + 3;
            let size = u32::try_from(object.total_size()).unwrap_or(u32::MAX);
            writeln!(out, ",{OBJECT},{name},{id},{size},{},0,0", object.edges().len())?;
            meter.step();
        }
        out.write_all(b"],\n")
    }

    /// Those of the root, then those of each object.
    fn write_edges(&self, out: &mut Out<'_>, meter: &mut Meter<'_>) -> io::Result<()> {
        out.write_all(b"\"edges\":[")?;
        let mut comma = "";
        let mut write = |out: &mut Out<'_>, kind: usize, name: usize, target: ObjectId| {
            // Nodes go by where they begin among the numbers. The root is the first.
            let target = (self.place(target) + 1) * NODE_FIELDS;
            writeln!(out, "{comma}{kind},{name},{target}")?;
            comma = ",";
            io::Result::Ok(())
        };
        for &(entry, name) in &self.entries {
            write(out, PROPERTY, name, entry)?;
        }
        let first_property = STRINGS.len() + self.types.len();
        for object in self.objects() {
            for edge in object.edges() {
                let target = edge.target().id();
                match self.names[edge.label().index()] {
                    EdgeName::Element(index) => write(out, ELEMENT, index as usize, target)?,
                    EdgeName::Property(index) => write(out, PROPERTY, first_property + index as usize, target)?,
                }
            }
            meter.step();
        }
        out.write_all(b"],\n")
    }

    fn write_strings(&self, out: &mut Out<'_>) -> io::Result<()> {
        out.write_all(b"\"strings\":[")?;
        let mut comma = "";
        let mut write = |out: &mut Out<'_>, string: &dyn fmt::Display| {
            out.write_all(comma.as_bytes())?;
            comma = ",\n";
            serde_json::to_writer(out, &Text(string))?;
            io::Result::Ok(())
        };
        for string in STRINGS {
            write(out, &string)?;
        }
        for name in &self.types {
            write(out, name)?;
        }
        for (label, name) in self.snapshot.labels().zip(&self.names) {
            if let EdgeName::Property(_) = name {
                write(out, &label)?;
            }
        }
        out.write_all(b"]}\n")
    }
}

/// The objects that the root refers to, and the names of the edges there.
fn entries(snapshot: &Snapshot) -> Vec<(ObjectId, usize)> {
    let roots = snapshot.roots().map(Object::id);
    let origins = origins_of_garbage(snapshot, &Marks::reached(snapshot));
    roots.map(|id| (id, OUTSIDE_NAME)).chain(origins.into_iter().map(|id| (id, UNREACHABLE_NAME))).collect()
}

/// Of the objects that a search from the root meets, the last. It dominates none, as that would be met later.
///
/// The parser in VS Code (v8-heap-parser 1.1) fails if the last node of a file dominates another.
fn last_met(snapshot: &Snapshot, entries: &[(ObjectId, usize)]) -> Option<ObjectId> {
    let graph = Graph::of(snapshot);
    let mut search = Dfs::from_parts(entries.iter().map(|&(id, _)| id).collect(), graph.visit_map());
    iter::from_fn(|| search.next(graph)).last()
}

/// The names that types are shown by: short, where that is not the short name of two.
fn shown_names(full_names: &[&str]) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for name in full_names {
        *counts.entry(short_type_name(name)).or_default() += 1;
    }
    let shown =
        |&name: &&str| Some(short_type_name(name)).filter(|short| counts[short] == 1).unwrap_or(name.to_owned());
    full_names.iter().map(shown).collect()
}

/// The index in a label that is nothing but an index.
fn element_index(label: &str) -> Option<u32> {
    label.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}
