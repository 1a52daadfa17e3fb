//! Exports: what is in them, to the letter where they are small. Other programs read them in `tests/tools`.

use gc_core::inspect::{Labeller, Object, Progress, Snapshot};
use gc_core::{Cc, Trace, Tracer, gc};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

#[derive(Trace)]
struct Node {
    links: RefCell<Vec<Cc<Node>>>,
}

fn node<const N: usize>(links: [&Cc<Node>; N]) -> Cc<Node> {
    Cc::new(Node { links: RefCell::new(links.map(Cc::clone).to_vec()) })
}

/// The numbers of the objects' nodes in a picture.
fn numbers<const N: usize>(snapshot: &Snapshot, nodes: [&Cc<Node>; N]) -> [usize; N] {
    nodes.map(|node| snapshot.object(node).unwrap().id().index())
}

/// The boxes and the arrows of a picture, each without what is drawn or written there.
fn lines(picture: &str) -> HashSet<&str> {
    let lines = picture.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(" ["));
    lines.map(|(name, _)| name).filter(|&name| name != "node").collect()
}

fn arrows(pairs: &[(usize, usize)]) -> HashSet<String> {
    pairs.iter().map(|(source, target)| format!("n{source} -> n{target}")).collect()
}

/// What is in a picture: which objects, and which arrows between them.
fn drawn(picture: &str) -> (Vec<usize>, HashSet<String>) {
    let mut boxes: Vec<usize> = lines(picture).iter().filter_map(|line| line.strip_prefix('n')?.parse().ok()).collect();
    boxes.sort_unstable();
    (boxes, lines(picture).iter().filter(|line| line.contains("->")).map(|&line| line.to_owned()).collect())
}

mod dot {
    use super::*;

    #[test]
    fn to_the_letter() {
        let inner = node([]);
        let outer = node([&inner, &inner]);
        let snapshot = Snapshot::take();
        let [outer_number, inner_number] = numbers(&snapshot, [&outer, &inner]);
        let [outer, inner] = [&outer, &inner].map(|node| snapshot.object(node).unwrap());
        let path = std::any::type_name::<Node>();
        let expected = format!(
            r#"digraph snapshot {{
    node [shape=box, style="rounded,filled", fillcolor=white];
    n{outer_number} [label="Node #{outer_number}\n{} B\n1 from outside", tooltip="{path}"];
    n{inner_number} [label="Node #{inner_number}\n{} B\n1 from outside", tooltip="{path}", color=red, penwidth=3];
    n{outer_number} -> n{inner_number} [label="links[0]\nlinks[1]"];
}}
"#,
            outer.total_size(),
            inner.total_size()
        );
        let dot = snapshot.dot().from([outer.id()]).highlight([inner.id()]);
        assert_eq!(dot.to_string(), expected);
        let mut written = Vec::new();
        dot.write(&mut written).unwrap();
        assert_eq!(written, expected.as_bytes());
    }

    #[test]
    fn an_empty_heap() {
        let empty = "digraph snapshot {\n    node [shape=box, style=\"rounded,filled\", fillcolor=white];\n}\n";
        assert_eq!(Snapshot::take().dot().to_string(), empty);
    }

    /// One whose labels are hard to quote.
    struct Awkward(Cc<u8>);

    // SAFETY: visits the pointer, which it owns, once; there is no destructor.
    #[expect(unsafe_code, reason = "a label that no derive would make")]
    unsafe impl Trace for Awkward {
        fn trace(&self, tracer: &mut Tracer<'_>) {
            self.0.trace(tracer);
        }

        fn trace_labelled(&self, labeller: &mut Labeller<'_>) {
            labeller.field("a \"b\" \\n <c> &lt;\0\nd", &self.0);
        }
    }

    #[test]
    fn what_is_special_to_graphviz_is_escaped() {
        let _object = Cc::new(Awkward(Cc::new(0)));
        let picture = Snapshot::take().dot().to_string();
        let label = r#"[label="a \"b\" \\n <c> &amp;lt;\\u{0}\nd"]"#;
        assert!(picture.contains(label), "{picture}");
    }

    #[test]
    fn long_labels_are_cut_off_where_one_sees_it() {
        let _map = Cc::new(BTreeMap::from([("ü".repeat(100), Cc::new(0))]));
        let picture = Snapshot::take().dot().to_string();
        assert!(picture.contains(&format!("[label=\"[\\\"{}…\"]", "ü".repeat(58))), "{picture}");

        let other = node([]);
        let many = node([&other; 10]);
        let picture = Snapshot::take().dot().to_string();
        assert!(picture.contains(r#"[label="links[0]\nlinks[1]\nlinks[2]\n… 7 more"]"#), "{picture}");
        drop(many);
    }

    #[test]
    fn depth_and_direction() {
        let last = node([]);
        let middle = node([&last]);
        let first = node([&middle]);
        let other = node([&last]);
        let snapshot = Snapshot::take();
        let [a, b, c, d] = numbers(&snapshot, [&first, &middle, &last, &other]);
        let from = |node| [snapshot.object(node).unwrap().id()];
        let sorted = |mut numbers: Vec<usize>| {
            numbers.sort_unstable();
            numbers
        };

        let all = snapshot.dot().to_string();
        assert_eq!(drawn(&all), (sorted(vec![a, b, c, d]), arrows(&[(a, b), (b, c), (d, c)])));
        let down = snapshot.dot().from(from(&first)).to_string();
        assert_eq!(drawn(&down), (sorted(vec![a, b, c]), arrows(&[(a, b), (b, c)])));
        let up = snapshot.dot().from(from(&last)).referrers().to_string();
        assert_eq!(drawn(&up), drawn(&all));

        let near = snapshot.dot().from(from(&first)).depth(1).to_string();
        let mut expected = arrows(&[(a, b)]);
        expected.insert(format!("n{b} -> more"));
        assert_eq!(drawn(&near), (sorted(vec![a, b]), expected));
        assert!(near.contains("… 1 more"));
        let near = snapshot.dot().from(from(&last)).referrers().depth(1).to_string();
        let mut expected = arrows(&[(b, c), (d, c)]);
        expected.insert(format!("more -> n{b}"));
        assert_eq!(drawn(&near), (sorted(vec![b, c, d]), expected));
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let leaves = [(); 300].map(|()| node([]));
        let root = node([]);
        root.links.borrow_mut().extend(leaves);
        let snapshot = Snapshot::take();
        let [root_number] = numbers(&snapshot, [&root]);
        let picture = snapshot.dot().to_string();
        assert_eq!(drawn(&picture).0.len(), 200);
        // The root is the one that is held from outside, so it is there in any case.
        assert!(drawn(&picture).1.contains(&format!("n{root_number} -> more")));
        assert!(picture.contains(r#"more [label="… 101 more""#));

        let nothing = snapshot.dot().limit(0).to_string();
        assert_eq!(lines(&nothing), HashSet::from(["more"]));
        let everything = snapshot.dot().limit(301).to_string();
        assert!(drawn(&everything).0.len() == 301 && !everything.contains("more ["));
    }

    #[test]
    fn a_filter_leaves_out_what_is_behind_it_unless_there_is_another_way() {
        let (left, right) = (node([]), node([]));
        let list = Cc::new(vec![left.clone(), right.clone()]);
        let other = Cc::new(5);
        let snapshot = Snapshot::take();
        let from = [snapshot.object(&list).unwrap().id()];
        let is_node = |object: Object<'_>| object.type_name().ends_with("::Node");
        let everywhere = snapshot.dot().filter(is_node).to_string();
        assert_eq!(drawn(&everywhere).0.len(), 2);
        let left_id = snapshot.object(&left).unwrap().id();
        let twice = snapshot.dot().filter(is_node).filter(|object| object.id() == left_id).to_string();
        assert_eq!(drawn(&twice).0, [left_id.index()]);
        // What is filtered is not counted among what is too much.
        let behind = snapshot.dot().from(from).filter(is_node).to_string();
        assert_eq!(lines(&behind), HashSet::new());
        let [list, other] = [from[0], snapshot.object(&other).unwrap().id()];
        let limited = snapshot.dot().from([list, other]).filter(|object| !is_node(object)).limit(1).to_string();
        assert_eq!(lines(&limited), HashSet::from([format!("n{}", list.index()).as_str(), "more"]));
    }

    /// The color that an object's box is filled with.
    fn color<'p>(picture: &'p str, snapshot: &Snapshot, object: &Cc<Node>) -> Option<&'p str> {
        let name = format!("    n{} [", numbers(snapshot, [object])[0]);
        let line = picture.lines().find(|line| line.starts_with(&name)).unwrap();
        Some(line.split_once("fillcolor=\"")?.1.split_once('"')?.0)
    }

    #[test]
    fn a_cycle_has_a_color_of_its_own() {
        let alone = node([]);
        let own = node([]);
        own.links.borrow_mut().push(own.clone());
        let pair = [node([]), node([])];
        pair[0].links.borrow_mut().extend([pair[1].clone(), alone.clone()]);
        pair[1].links.borrow_mut().push(pair[0].clone());
        let snapshot = Snapshot::take();
        let picture = snapshot.dot().to_string();
        let color = |object| color(&picture, &snapshot, object);
        assert_eq!(color(&alone), None);
        assert!(color(&own).is_some() && color(&pair[0]).is_some());
        assert_eq!(color(&pair[0]), color(&pair[1]));
        assert_ne!(color(&own), color(&pair[0]));
    }

    #[test]
    #[should_panic(expected = "is not in this snapshot")]
    fn ids_of_another_snapshot_are_refused() {
        let nodes = [(); 3].map(|()| node([]));
        let last = Snapshot::take().objects().last().unwrap().id();
        drop(nodes);
        let _ = Snapshot::take().dot().from([last]).to_string();
    }
}

/// A snapshot in the format of V8, taken apart.
struct Parsed {
    file: Value,
    nodes: Vec<usize>,
    edges: Vec<usize>,
}

impl Parsed {
    fn of(snapshot: &Snapshot) -> Parsed {
        let mut bytes = Vec::new();
        snapshot.write_heapsnapshot(&mut bytes, |_| ()).unwrap();
        let file: Value = serde_json::from_slice(&bytes).unwrap();
        let numbers = |key: &str| file[key].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
        let (nodes, edges) = (numbers("nodes"), numbers("edges"));
        let parsed = Parsed { file, nodes, edges };
        parsed.assert_consistent();
        parsed
    }

    fn meta(&self, key: &str) -> &Vec<Value> {
        self.file["snapshot"]["meta"][key].as_array().unwrap()
    }

    fn nodes(&self) -> impl Iterator<Item = &[usize]> {
        self.nodes.chunks(self.meta("node_fields").len())
    }

    fn edges(&self) -> impl Iterator<Item = &[usize]> {
        self.edges.chunks(self.meta("edge_fields").len())
    }

    fn string(&self, index: usize) -> &str {
        self.file["strings"][index].as_str().unwrap()
    }

    /// What every reader relies on.
    fn assert_consistent(&self) {
        let count = |key: &str| self.file["snapshot"][key].as_u64().unwrap() as usize;
        assert_eq!(self.nodes.len(), count("node_count") * self.meta("node_fields").len());
        assert_eq!(self.edges.len(), count("edge_count") * self.meta("edge_fields").len());
        // Edges are sorted by source: so many of the first node, so many of the second …
        assert_eq!(self.nodes().map(|node| node[4]).sum::<usize>(), count("edge_count"));
        let strings = self.file["strings"].as_array().unwrap();
        assert_eq!(strings.iter().collect::<HashSet<_>>().len(), strings.len(), "a string is there twice");
        for node in self.nodes() {
            assert!(self.meta("node_types")[0][node[0]].is_string() && node[1] < strings.len());
        }
        let ids: HashSet<usize> = self.nodes().map(|node| node[2]).collect();
        assert!(ids.len() == count("node_count") && ids.iter().all(|id| id % 2 == 1));
        for edge in self.edges() {
            match self.meta("edge_types")[0][edge[0]].as_str().unwrap() {
                "property" => assert!(edge[1] < strings.len()),
                kind => assert_eq!(kind, "element"),
            }
            let is_node = edge[2] % self.meta("node_fields").len() == 0 && edge[2] < self.nodes.len();
            assert!(is_node, "an edge leads to {}", edge[2]);
        }
    }

    /// The edges of each node: the ids of both ends, and the label.
    fn labelled_edges(&self) -> Vec<(usize, usize, String)> {
        let mut edges = self.edges();
        let of_node = |node: &[usize]| {
            let edges: Vec<_> = edges.by_ref().take(node[4]).collect();
            edges.into_iter().map(|edge| self.labelled_edge(node[2], edge)).collect::<Vec<_>>()
        };
        self.nodes().flat_map(of_node).collect()
    }

    fn labelled_edge(&self, source: usize, edge: &[usize]) -> (usize, usize, String) {
        let label = match self.meta("edge_types")[0][edge[0]].as_str().unwrap() {
            "element" => format!("[{}]", edge[1]),
            _ => self.string(edge[1]).to_owned(),
        };
        (source, self.nodes[edge[2] + 2], label)
    }
}

mod heapsnapshot {
    use super::*;

    fn id(object: Object<'_>) -> usize {
        2 * object.id().index() + 3
    }

    #[test]
    fn objects_and_edges() {
        let five = Cc::new(5);
        let map = Cc::new(BTreeMap::from([("a \"key\"\n".to_owned(), five.clone())]));
        let list = Cc::new(vec![five.clone(), five]);
        let nodes = [node([]), node([])];
        nodes[0].links.borrow_mut().push(nodes[1].clone());
        let lost = node([]);
        lost.links.borrow_mut().push(lost.clone());
        drop(lost);
        let snapshot = Snapshot::take();
        let parsed = Parsed::of(&snapshot);

        let objects: HashSet<_> = snapshot.objects().map(|object| (id(object), object.total_size())).collect();
        assert_eq!(parsed.nodes().skip(1).map(|node| (node[2], node[3])).collect::<HashSet<_>>(), objects);
        let root = parsed.nodes().next().unwrap();
        assert_eq!((root[0], root[2], root[3], root[4]), (9, 1, 0, snapshot.roots().count() + 1));

        let edges = snapshot.objects().flat_map(Object::edges);
        let mut expected: Vec<_> =
            edges.map(|edge| (id(edge.source()), id(edge.target()), edge.label().to_string())).collect();
        expected.extend(snapshot.roots().map(|object| (1, id(object), "(outside)".to_owned())));
        let lost = snapshot.objects().find(|object| object.edges().any(|edge| edge.target() == *object)).unwrap();
        expected.push((1, id(lost), "(unreachable)".to_owned()));
        let mut actual = parsed.labelled_edges();
        expected.sort_unstable();
        actual.sort_unstable();
        assert_eq!(actual, expected);
        assert_eq!(parsed.edges().filter(|edge| edge[0] == 1).count(), 2, "the elements of the list");
        drop((map, list));
    }

    #[test]
    fn names_are_short_where_they_can_be() {
        mod other {
            #[derive(gc_core::Trace)]
            pub(super) struct Node;
        }

        let objects = (node([]), Cc::new(other::Node), Cc::new(vec![node([])]));
        let snapshot = Snapshot::take();
        let parsed = Parsed::of(&snapshot);
        let full = |index: usize| {
            let shown = parsed.string(index);
            parsed.file["snapshot"]["type_names"][shown].as_str().unwrap_or(shown)
        };
        for node in parsed.nodes().skip(1) {
            let object = snapshot.objects().find(|&object| id(object) == node[2]).unwrap();
            assert_eq!(full(node[1]), object.type_name());
        }
        let names: HashSet<&str> = parsed.nodes().skip(1).map(|node| parsed.string(node[1])).collect();
        let [one, two] = [std::any::type_name::<Node>(), std::any::type_name::<other::Node>()];
        assert_eq!(names, HashSet::from([one, two, "Vec<Cc<Node>>"]));
        drop(objects);
    }

    #[test]
    fn an_object_that_is_the_pointer_itself() {
        let _boxed = Cc::new(Cc::new(5));
        let snapshot = Snapshot::take();
        let edges = Parsed::of(&snapshot).labelled_edges();
        assert!(edges.iter().any(|(source, _, label)| *source != 1 && label.is_empty()), "{edges:?}");
    }

    #[test]
    fn an_empty_heap() {
        let parsed = Parsed::of(&Snapshot::take());
        assert_eq!((parsed.nodes().count(), parsed.edges().count()), (1, 0));
    }

    #[test]
    fn what_is_larger_than_readers_can_hold_is_as_large_as_they_can() {
        struct Huge;

        // SAFETY: holds no pointer.
        #[expect(unsafe_code, reason = "a size that no test could allocate")]
        unsafe impl Trace for Huge {
            fn trace(&self, _: &mut Tracer<'_>) {}

            fn trace_labelled(&self, labeller: &mut Labeller<'_>) {
                labeller.heap_bytes(1 << 40);
            }
        }

        let _huge = Cc::new(Huge);
        let parsed = Parsed::of(&Snapshot::take());
        assert_eq!(parsed.nodes().nth(1).unwrap()[3], u32::MAX as usize);
    }

    #[test]
    fn the_last_node_dominates_nothing() {
        // For the parser of VS Code, whichever object is the last by number.
        let _pause = gc::pause();
        for length in 1..20 {
            let first = node([]);
            let mut top = first.clone();
            for _ in 1..length {
                top = node([&top]);
            }
            first.links.borrow_mut().push(top.clone());
            drop(first);
            for _ in 0..2 {
                let snapshot = Snapshot::take();
                let last = Parsed::of(&snapshot).nodes().last().unwrap()[2];
                let object = snapshot.objects().find(|&object| id(object) == last).unwrap();
                assert_eq!(snapshot.dominators().children(object.id()).len(), 0);
                // Once more, with the other end held.
                let next = top.links.borrow()[0].clone();
                top = next;
            }
            drop(top);
            gc::collect();
        }
    }
}

mod json_lines {
    use super::*;

    fn parsed(snapshot: &Snapshot) -> Vec<Value> {
        let mut bytes = Vec::new();
        snapshot.write_json_lines(&mut bytes, |_| ()).unwrap();
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_object_with_all_there_is_to_say_of_it() {
        let map = Cc::new(BTreeMap::from([("a \"key\"\n".to_owned(), Cc::new("text".to_owned()))]));
        let weak = Cc::downgrade(&map);
        let line = line!() - 2;
        let snapshot = Snapshot::take();
        let lines = parsed(&snapshot);
        let header = serde_json::json!({ "format": "gc-core snapshot", "version": 1, "objects": 2, "edges": 1 });
        assert_eq!((&lines[0], lines.len()), (&header, 3));

        let object = snapshot.object(&map).unwrap();
        let text = object.edges().next().unwrap().target();
        let line_of = |object: Object<'_>| &lines[object.id().index() + 1];
        let site = object.site();
        assert_eq!(site.line(), line);
        let expected = serde_json::json!({
            "id": object.id().index(),
            "type": object.type_name(),
            "size": gc::getsizeof(&map),
            "heap_bytes": object.heap_bytes(),
            "strong": 1,
            "weak": 1,
            "outside": 1,
            "generation": 0,
            "flags": ["TRACKED"],
            "edges": [[text.id().index(), r#"["a \"key\"\n"]"#]],
            "site": format!("{}:{}:{}", site.file(), site.line(), site.column()),
        });
        assert_eq!(line_of(object), &expected);
        let untracked = line_of(text);
        assert_eq!((&untracked["generation"], &untracked["flags"]), (&Value::Null, &serde_json::json!([])));
        assert_eq!((&untracked["outside"], &untracked["heap_bytes"]), (&0.into(), &4.into()));
        drop(weak);
    }

    #[test]
    fn an_empty_heap() {
        assert_eq!(parsed(&Snapshot::take()).len(), 1);
    }
}

/// A way to export.
type Export = fn(&Snapshot, &mut dyn Write, &mut dyn FnMut(Progress)) -> io::Result<()>;

const EXPORTS: [(usize, Export); 2] = [
    (2, |snapshot, writer, progress| snapshot.write_heapsnapshot(writer, progress)),
    (1, |snapshot, writer, progress| snapshot.write_json_lines(writer, progress)),
];

#[test]
fn progress_is_told_now_and_then_and_at_the_end() {
    let nodes = [(); 10_000].map(|()| node([]));
    let (many, empty) = (Snapshot::take(), {
        drop(nodes);
        Snapshot::take()
    });
    for (passes, export) in EXPORTS {
        let mut told = Vec::new();
        export(&many, &mut io::sink(), &mut |progress| told.push((progress.done, progress.total))).unwrap();
        assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[1].0 - pair[0].0 < 5_000), "{told:?}");
        assert!(told.len() > 2 && told.iter().all(|&(_, total)| total == passes * 10_000));
        assert_eq!(told.last().unwrap().0, passes * 10_000);

        told.clear();
        export(&empty, &mut io::sink(), &mut |progress| told.push((progress.done, progress.total))).unwrap();
        assert_eq!(told, [(0, 0)]);
    }
}

#[test]
fn at_the_end_all_is_written() {
    struct Shared<'a>(&'a RefCell<Vec<u8>>);

    impl Write for Shared<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let _nodes = [node([]), node([])];
    let snapshot = Snapshot::take();
    for (_, export) in EXPORTS {
        let (written, mut length) = (RefCell::default(), 0);
        export(&snapshot, &mut Shared(&written), &mut |_| length = written.borrow().len()).unwrap();
        assert!(length > 0 && length == written.borrow().len());
    }
}

/// Fails when so many bytes have been written.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.0.min(bytes.len());
        self.0 -= room;
        if room == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(room) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn errors_of_the_writer_are_passed_on_and_nothing_is_told_after() {
    let nodes = [(); 2_000].map(|()| node([]));
    nodes[0].links.borrow_mut().extend(nodes.iter().cloned());
    let snapshot = Snapshot::take();
    for (passes, export) in EXPORTS {
        let mut all = Vec::new();
        export(&snapshot, &mut all, &mut |_| ()).unwrap();
        // From the header on to the last byte, which is still in the buffer when the last object is done.
        for room in [0, 1, all.len() / 3, all.len() / 2, all.len() - 1] {
            let mut last = None;
            let error = export(&snapshot, &mut Full(room), &mut |progress| last = Some(progress)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            assert!(last.is_none_or(|progress| progress.done < passes * 2_000));
        }
        export(&snapshot, &mut Full(all.len()), &mut |_| ()).unwrap();
    }
    let picture = snapshot.dot().to_string();
    for room in [0, 1, picture.len() - 1] {
        assert_eq!(snapshot.dot().write(Full(room)).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
    nodes[0].links.borrow_mut().clear();
}
