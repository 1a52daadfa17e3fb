//! Pictures, in the language of Graphviz.

use super::short_type_name;
use crate::inspect::{Label, Object, ObjectId, Snapshot};
use core::fmt::{self, Write as _};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

/// A picture of part of a snapshot, in the language of Graphviz: `dot -Tsvg`.
///
/// A box for each object: its type, its number, its [total size](Object::total_size) in bytes, and how many pointers to
/// it come from outside the heap, if any do. An arrow for each two objects of which one refers to the other, with the
/// labels of the edges. The members of a cycle share a color with each other and with no other cycle.
///
/// At first it shows all objects: it starts from those that are held from outside, and then from what it has not met.
/// The methods choose among them, and there is a [limit](Dot::limit). What is left out, but not by a
/// [filter](Dot::filter), is counted in a box "… 42 more", with arrows from what leads there.
///
/// # Examples
///
/// ```
/// use gc_core::inspect::Snapshot;
/// use gc_core::{Cc, Trace};
///
/// #[derive(Trace)]
/// struct Folder {
///     parent: Option<Cc<Folder>>,
/// }
///
/// let top = Cc::new(Folder { parent: None });
/// let inner = Cc::new(Folder { parent: Some(top) });
///
/// let snapshot = Snapshot::take();
/// let inner = snapshot.object(&inner).unwrap();
/// let picture = snapshot.dot().from([inner.id()]).depth(1).to_string();
/// assert!(picture.contains("parent"));
/// ```
pub struct Dot<'s> {
    snapshot: &'s Snapshot,
    /// Where it starts. All objects are shown, if nobody has said.
    from: Option<Vec<ObjectId>>,
    direction: Direction,
    depth: usize,
    limit: usize,
    filter: Box<dyn Fn(Object<'s>) -> bool + 's>,
    highlight: HashSet<ObjectId>,
}

/// Which way a picture follows edges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Direction {
    References,
    Referrers,
}

impl Snapshot {
    /// A picture of it.
    ///
    /// # Examples
    ///
    /// See [`Dot`].
    pub fn dot(&self) -> Dot<'_> {
        Dot {
            snapshot: self,
            from: None,
            direction: Direction::References,
            depth: usize::MAX,
            limit: Dot::LIMIT,
            filter: Box::new(|_| true),
            highlight: HashSet::new(),
        }
    }
}

impl<'s> Dot<'s> {
    /// As many boxes as one can make sense of.
    const LIMIT: usize = 200;

    /// Starts from these objects: shows them, and what can be reached from them.
    ///
    /// # Examples
    ///
    /// See [`Dot`].
    pub fn from(mut self, objects: impl IntoIterator<Item = ObjectId>) -> Dot<'s> {
        self.from = Some(objects.into_iter().collect());
        self
    }

    /// Follows edges backwards: shows what refers to the objects that it starts from.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let list = Cc::new(vec![Cc::new(5)]);
    /// let snapshot = Snapshot::take();
    /// let five = snapshot.object(&list[0]).unwrap();
    /// assert!(snapshot.dot().from([five.id()]).referrers().to_string().contains("Vec<Cc<i32>>"));
    /// ```
    pub fn referrers(mut self) -> Dot<'s> {
        self.direction = Direction::Referrers;
        self
    }

    /// Goes that many edges away from the objects that it starts from, and no further. There is no limit at first.
    ///
    /// # Examples
    ///
    /// See [`Dot`].
    pub fn depth(mut self, depth: usize) -> Dot<'s> {
        self.depth = depth;
        self
    }

    /// Shows so many objects, those that are nearest, and counts the others; 200, if this is not called. Graphviz takes
    /// long for more than a few thousand.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let numbers: Vec<_> = (0..1000).map(Cc::new).collect();
    /// assert!(Snapshot::take().dot().limit(10).to_string().contains("… 990 more"));
    /// # drop(numbers);
    /// ```
    pub fn limit(mut self, objects: usize) -> Dot<'s> {
        self.limit = objects;
        self
    }

    /// Leaves out the objects for which the closure says `false`, and what can be reached through them alone. A second
    /// filter comes on top of the first.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let list = Cc::new(vec![Cc::new(5)]);
    /// let snapshot = Snapshot::take();
    /// let picture = snapshot.dot().filter(|object| object.type_name() != "i32").to_string();
    /// assert!(picture.contains("Vec<Cc<i32>>") && !picture.contains("->"));
    /// # drop(list);
    /// ```
    pub fn filter(mut self, is_shown: impl Fn(Object<'s>) -> bool + 's) -> Dot<'s> {
        let before = self.filter;
        self.filter = Box::new(move |object| before(object) && is_shown(object));
        self
    }

    /// Draws these objects with a thick red border, if they are shown.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let five = Cc::new(5);
    /// let snapshot = Snapshot::take();
    /// let id = snapshot.object(&five).unwrap().id();
    /// assert!(snapshot.dot().highlight([id]).to_string().contains("color=red"));
    /// ```
    pub fn highlight(mut self, objects: impl IntoIterator<Item = ObjectId>) -> Dot<'s> {
        self.highlight.extend(objects);
        self
    }

    /// Writes the picture. [`Display`](fmt::Display) does, too.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    ///
    /// # Panics
    ///
    /// If one of the objects to start from is of another snapshot, which has more objects.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gc_core::inspect::Snapshot;
    /// use std::fs::File;
    ///
    /// Snapshot::take().dot().write(File::create("heap.dot")?)?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn write(&self, writer: impl io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(writer);
        io::Write::write_fmt(&mut out, format_args!("{self}"))?;
        io::Write::flush(&mut out)
    }

    /// The objects that the edges of one lead to; or, backwards, come from. Some may come several times.
    fn neighbors(&self, id: ObjectId) -> Box<dyn Iterator<Item = ObjectId> + 's> {
        match self.direction {
            Direction::References => Box::new(self.snapshot.targets(id)),
            Direction::Referrers => Box::new(self.snapshot.referrers().of_object(id).iter().copied()),
        }
    }

    /// Chooses what is in the picture.
    fn choose(&self) -> Choice {
        let mut choice = Choice { reached: vec![false; self.snapshot.len()], ..Choice::default() };
        match &self.from {
            Some(from) => self.spread(from.iter().map(|&id| self.snapshot.get(id)), &mut choice),
            None => {
                self.spread(self.snapshot.roots(), &mut choice);
                for object in self.snapshot.objects() {
                    self.spread([object], &mut choice);
                }
            }
        }
        choice.places = choice.shown.iter().zip(0..).map(|(&id, place)| (id, place)).collect();
        choice
    }

    /// Adds objects to the choice, and what can be reached from them, the nearest first.
    fn spread(&self, start: impl IntoIterator<Item = Object<'s>>, choice: &mut Choice) {
        let mut level: Vec<ObjectId> = Vec::new();
        level.extend(start.into_iter().map(Object::id).filter(|&id| self.reach(id, choice)));
        let mut depth = 0;
        while !level.is_empty() {
            let room = if depth <= self.depth { self.limit - choice.shown.len() } else { 0 };
            let (shown, hidden) = level.split_at(room.min(level.len()));
            choice.shown.extend_from_slice(shown);
            choice.hidden += hidden.len();
            level = level.iter().flat_map(|&id| self.neighbors(id)).filter(|&id| self.reach(id, choice)).collect();
            depth += 1;
        }
    }

    /// Whether an object is one that could be shown, and is met for the first time.
    fn reach(&self, id: ObjectId, choice: &mut Choice) -> bool {
        let is_new = !choice.reached[id.index()] && (self.filter)(self.snapshot.get(id));
        choice.reached[id.index()] |= is_new;
        is_new
    }

    fn fmt_nodes(&self, choice: &Choice, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colors = self.colors(choice);
        for &id in &choice.shown {
            let object = self.snapshot.get(id);
            let mut label = format!("{} {id}\n{} B", clip(short_type_name(object.type_name())), object.total_size());
            if object.outside_count() > 0 {
                write!(label, "\n{} from outside", object.outside_count())?;
            }
            write!(f, "    n{} [label={}, tooltip={}", id.index(), Quoted(&label), Quoted(object.type_name()))?;
            if let Some(color) = colors.get(&id) {
                write!(f, ", fillcolor=\"{color}\"")?;
            }
            if self.highlight.contains(&id) {
                f.write_str(", color=red, penwidth=3")?;
            }
            f.write_str("];\n")?;
        }
        Ok(())
    }

    /// The colors of the shown objects that are in cycles: hue, saturation and value, all from 0 to 1.
    fn colors(&self, choice: &Choice) -> HashMap<ObjectId, String> {
        /// Its multiples lie far apart on a circle, however many there are.
        const GOLDEN_RATIO: f64 = 0.618_033_988_749_895;
        let mut colors = HashMap::new();
        let mut hue = 0.0;
        for cycle in self.snapshot.cycles() {
            let members = cycle.objects().map(Object::id).filter(|id| choice.places.contains_key(id));
            let before = colors.len();
            colors.extend(members.map(|id| (id, format!("{hue:.3} 0.350 1.000"))));
            if colors.len() > before {
                hue = (hue + GOLDEN_RATIO).fract();
            }
        }
        colors
    }

    fn fmt_edges(&self, choice: &Choice, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &id in &choice.shown {
            // In the order of the objects that they lead to.
            let mut arrows: BTreeMap<usize, Arrow> = BTreeMap::new();
            for edge in self.snapshot.get(id).edges() {
                if let Some(&place) = choice.places.get(&edge.target().id()) {
                    arrows.entry(place).or_default().add(edge.label());
                }
            }
            for (place, arrow) in arrows {
                writeln!(f, "    n{} -> n{}{arrow};", id.index(), choice.shown[place].index())?;
            }
        }
        Ok(())
    }

    /// The box for what is left out, with arrows that say next to which objects it is.
    fn fmt_more(&self, choice: &Choice, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if choice.hidden == 0 {
            return Ok(());
        }
        writeln!(f, "    more [label=\"… {} more\", shape=plaintext, style=solid];", choice.hidden)?;
        for &id in &choice.shown {
            let is_hidden = |next: ObjectId| choice.reached[next.index()] && !choice.places.contains_key(&next);
            if self.neighbors(id).any(is_hidden) {
                match self.direction {
                    Direction::References => writeln!(f, "    n{} -> more [style=dashed];", id.index())?,
                    Direction::Referrers => writeln!(f, "    more -> n{} [style=dashed];", id.index())?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let choice = self.choose();
        f.write_str("digraph snapshot {\n")?;
        f.write_str("    node [shape=box, style=\"rounded,filled\", fillcolor=white];\n")?;
        self.fmt_nodes(&choice, f)?;
        self.fmt_edges(&choice, f)?;
        self.fmt_more(&choice, f)?;
        f.write_str("}\n")
    }
}

impl fmt::Debug for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dot")
            .field("from", &self.from)
            .field("direction", &self.direction)
            .field("depth", &self.depth)
            .field("limit", &self.limit)
            .field("highlight", &self.highlight)
            .finish_non_exhaustive()
    }
}

/// What is in a picture.
#[derive(Default)]
struct Choice {
    /// The nearest first.
    shown: Vec<ObjectId>,
    /// Where each is among them.
    places: HashMap<ObjectId, usize>,
    /// How many more could be shown.
    hidden: usize,
    /// Which objects are shown or could be.
    reached: Vec<bool>,
}

/// All the edges from one object to another.
#[derive(Default)]
struct Arrow {
    /// Those of the first edges.
    labels: Vec<String>,
    more: usize,
}

impl Arrow {
    /// As many labels as an arrow has room for.
    const LABELS: usize = 3;

    fn add(&mut self, label: Label<'_>) {
        if self.labels.len() < Arrow::LABELS {
            self.labels.push(clip(label.to_string()));
        } else {
            self.more += 1;
        }
    }
}

/// The attributes.
impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.labels.join("\n");
        if self.more > 0 {
            write!(text, "\n… {} more", self.more)?;
        }
        write!(f, " [label={}]", Quoted(&text))
    }
}

/// Text that is short enough for a picture.
fn clip(mut text: String) -> String {
    const LENGTH: usize = 60;
    if let Some((end, _)) = text.char_indices().nth(LENGTH) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// A string as Graphviz reads it.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                // Entities of HTML are entities in all text.
                '&' => f.write_str("&amp;")?,
                // Most of them cannot be in a picture in XML.
                c if c.is_control() => write!(f, "\\\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
