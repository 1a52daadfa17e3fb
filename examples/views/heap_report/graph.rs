//! The picture of a cycle: the objects around one of its members, and the edges between them.

use crate::text;
use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, Point};
use gc_core::inspect::{Cycle, Object, ObjectId, Snapshot};
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// As many objects as can be read at a glance.
const OBJECTS: usize = 16;
/// How many edges of an object are followed.
const FOLLOWED: usize = 3;
/// The width of a character, in the fonts of boxes and of labels.
const CHARACTER: (f64, f64) = (7.3, 6.7);
/// The classes of arrows: between members of the cycle, and others.
const ARROWS: [&str; 2] = ["in-cycle", "beside-cycle"];

/// See the module.
pub(crate) struct Picture<'s> {
    objects: Vec<Object<'s>>,
    members: BTreeSet<ObjectId>,
    /// The labels of the edges from one object to another.
    arrows: BTreeMap<(ObjectId, ObjectId), String>,
}

impl<'s> Picture<'s> {
    /// Starts from the member that keeps most bytes alive, and goes outwards, first to other members.
    pub(crate) fn of(snapshot: &'s Snapshot, cycle: &Cycle<'s>) -> Picture<'s> {
        let dominators = snapshot.dominators();
        let start = cycle.objects().max_by_key(|member| dominators.retained_size(member.id()));
        let members: BTreeSet<_> = cycle.objects().map(Object::id).collect();
        let mut objects = Vec::new();
        let mut waiting: VecDeque<_> = start.into_iter().collect();
        let mut known: BTreeSet<_> = waiting.iter().map(|object| object.id()).collect();
        while let Some(object) = waiting.pop_front() {
            objects.push(object);
            let mut targets: Vec<_> = object.edges().map(|edge| edge.target()).collect();
            targets.sort_by_key(|target| !members.contains(&target.id()));
            for target in targets.into_iter().take(FOLLOWED) {
                if known.len() < OBJECTS && known.insert(target.id()) {
                    waiting.push_back(target);
                }
            }
        }
        let mut arrows: BTreeMap<_, String> = BTreeMap::new();
        for edge in objects.iter().flat_map(|object| object.edges()) {
            if known.contains(&edge.target().id()) {
                let labels = arrows.entry((edge.source().id(), edge.target().id())).or_default();
                if !labels.is_empty() {
                    labels.push_str(", ");
                }
                labels.push_str(&edge.label().to_string());
            }
        }
        Picture { objects, members, arrows }
    }

    /// The number of objects that it shows.
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    /// The edges in words.
    pub(crate) fn sentences(&self, snapshot: &Snapshot) -> Vec<String> {
        let name = |id| title(snapshot.get(id));
        self.arrows.iter().map(|(&(from, to), label)| format!("{}: {label} is {}", name(from), name(to))).collect()
    }

    /// The picture, as an SVG element.
    pub(crate) fn render(&self, title: &str, description: &str) -> Markup {
        let graph = self.layout();
        let (width, height) = extent(&graph);
        html! {
            svg .graph width=(width + 16) viewBox=(format!("-8 -8 {} {}", width + 16, height + 16))
                role="img" aria-labelledby="graph-title graph-description" {
                title #graph-title { (title) }
                desc #graph-description { (description) }
                defs {
                    @for class in ARROWS {
                        marker id=(class) class=(class) viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"
                            markerHeight="7" orient="auto" { path d="M0 0 8 4 0 8Z" {} }
                    }
                }
                @for (&ends, label) in &self.arrows { (self.draw_arrow(&graph, ends, label)) }
                @for &object in &self.objects { (self.draw_object(&graph, object)) }
            }
        }
    }

    /// Places the boxes and the arrows.
    fn layout(&self) -> Graph<NodeLabel, EdgeLabel> {
        let width = |text: &str, character| text.chars().count() as f64 * character;
        let mut graph = Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
        for &object in &self.objects {
            let [title, detail] = [title(object), self.detail(object)].map(|line| width(&line, CHARACTER.0));
            let node = NodeLabel { width: f64::max(title, detail) + 20.0, height: 44.0, ..NodeLabel::default() };
            graph.set_node(object.id().to_string(), Some(node));
        }
        for ((from, to), label) in &self.arrows {
            let (width, height, labelpos) = (width(label, CHARACTER.1) + 8.0, 18.0, LabelPos::Center);
            let label = EdgeLabel { width, height, labelpos, ..EdgeLabel::default() };
            graph.set_edge(from.to_string(), to.to_string(), Some(label), None);
        }
        let options = LayoutOptions { nodesep: 20.0, edgesep: 12.0, ranksep: 30.0, ..LayoutOptions::default() };
        dagre::layout(&mut graph, Some(options));
        graph
    }

    fn draw_arrow(&self, graph: &Graph<NodeLabel, EdgeLabel>, (from, to): (ObjectId, ObjectId), label: &str) -> Markup {
        let edge = graph.edge(&from.to_string(), &to.to_string(), None).expect("every arrow is in the layout");
        let class = ARROWS[usize::from(!(self.members.contains(&from) && self.members.contains(&to)))];
        let [x, y] = [edge.x, edge.y].map(|at| at.expect("every label has its place"));
        html! {
            path .edge .(class) d=(curve(&edge.points)) marker-end=(format!("url(#{class})")) {}
            text .label x=(number(x)) y=(number(y + 4.0)) { (label) }
        }
    }

    fn draw_object(&self, graph: &Graph<NodeLabel, EdgeLabel>, object: Object<'_>) -> Markup {
        let node = graph.node(&object.id().to_string()).expect("every object is in the layout");
        let [x, y] = [node.x, node.y].map(|at| at.expect("every object has its place"));
        let (left, top) = (x - node.width / 2.0, y - node.height / 2.0);
        html! {
            g .object .member[self.members.contains(&object.id())] .held[object.outside_count() > 0] {
                rect x=(number(left)) y=(number(top)) width=(number(node.width)) height=(number(node.height)) rx="6" {}
                text x=(number(x)) y=(number(y - 4.0)) { (title(object)) }
                text .detail x=(number(x)) y=(number(y + 13.0)) { (self.detail(object)) }
            }
        }
    }

    /// The second line in an object's box.
    fn detail(&self, object: Object<'_>) -> String {
        let hidden =
            object.edges().filter(|edge| !self.arrows.contains_key(&(object.id(), edge.target().id()))).count();
        let size = text::bytes(object.total_size());
        if hidden == 0 { size } else { format!("{size}, {hidden} more edges") }
    }
}

/// The first line in an object's box.
fn title(object: Object<'_>) -> String {
    format!("{} {}", text::type_name(object.type_name()), object.id())
}

fn number(number: f64) -> String {
    format!("{number:.1}")
}

/// How far to the right and down the picture goes.
fn extent(graph: &Graph<NodeLabel, EdgeLabel>) -> (usize, usize) {
    let nodes = graph.nodes().into_iter().filter_map(|name| {
        let node = graph.node(&name)?;
        Some((node.x? + node.width / 2.0, node.y? + node.height / 2.0))
    });
    let labels = graph.edges().into_iter().filter_map(|edge| {
        let label = graph.edge_by_obj(&edge)?;
        Some((label.x? + label.width / 2.0, label.y? + label.height / 2.0))
    });
    let (width, height) =
        nodes.chain(labels).fold((0.0, 0.0), |(width, height), (x, y)| (f64::max(width, x), f64::max(height, y)));
    (width.ceil() as usize, height.ceil() as usize)
}

/// A path along points without corners: from the middle between two points to the next such, in a curve for which the
/// point between them is the control point.
fn curve(points: &[Point]) -> String {
    let [first, inner @ .., last] = points else { return String::new() };
    let mut path = format!("M{:.1} {:.1}", first.x, first.y);
    for (index, point) in inner.iter().enumerate() {
        let (x, y) = match inner.get(index + 1) {
            Some(next) => ((point.x + next.x) / 2.0, (point.y + next.y) / 2.0),
            None => (last.x, last.y),
        };
        path.push_str(&format!("Q{:.1} {:.1} {x:.1} {y:.1}", point.x, point.y));
    }
    path
}
