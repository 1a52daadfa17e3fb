//! A line of JSON for each object: what scripts read.

use super::{Meter, Progress, Text};
use crate::inspect::{Object, Snapshot};
use serde::{Serialize, Serializer};
use std::io::{self, BufWriter, Write};

/// The version of the format, which changes when what is there changes its meaning; fields may be added.
const VERSION: u32 = 1;

impl Snapshot {
    /// Writes the snapshot as lines of JSON, for scripts.
    ///
    /// The first line has the `format`, `"gc-core snapshot"`, its `version`, 1, and how many `objects` and `edges`
    /// there are. Then there is a line for each object, in the order of their numbers:
    ///
    /// | field | value |
    /// |-|-|
    /// | `id` | its number |
    /// | `type` | the name of its type |
    /// | `size`, `heap_bytes` | [in bytes](Object::size), and [those it owns elsewhere](Object::heap_bytes) |
    /// | `strong`, `weak`, `outside` | the counts of pointers to it; [from outside](Object::outside_count) are some of the strong ones |
    /// | `generation` | 0, 1 or 2; `null` if it is in none |
    /// | `flags` | those of [`Flags`](crate::inspect::Flags) that are set, by name |
    /// | `edges` | for each, the number of its target and its label: `[[1, "next"]]` |
    /// | `site` | file, line and column of where it was made; with the feature `track-sites` |
    ///
    /// Output is buffered. `progress` is called every few thousand objects, and once when all has been written.
    ///
    /// # Errors
    ///
    /// Those of the writer. What has been written by then is the beginning of the lines. So it is if `progress` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use gc_core::Cc;
    /// use gc_core::inspect::Snapshot;
    ///
    /// let list = Cc::new(vec![Cc::new(5)]);
    /// let mut lines = Vec::new();
    /// Snapshot::take().write_json_lines(&mut lines, |_| ())?;
    ///
    /// let lines: Vec<serde_json::Value> = lines
    ///     .split(|&byte| byte == b'\n')
    ///     .filter(|line| !line.is_empty())
    ///     .map(serde_json::from_slice)
    ///     .collect::<Result<_, _>>()?;
    /// assert_eq!(lines[0]["objects"], 2);
    /// let list = lines.iter().find(|line| line["type"] == std::any::type_name::<Vec<Cc<i32>>>()).unwrap();
    /// assert_eq!(list["edges"][0][1], "[0]");
    /// # std::io::Result::Ok(())
    /// ```
    pub fn write_json_lines(&self, mut writer: impl Write, mut progress: impl FnMut(Progress)) -> io::Result<()> {
        write(self, &mut writer, &mut progress)
    }
}

fn write(snapshot: &Snapshot, writer: &mut dyn Write, progress: &mut dyn FnMut(Progress)) -> io::Result<()> {
    let mut out = BufWriter::new(writer);
    let mut meter = Meter::new(snapshot.len(), progress);
    let header =
        Header { format: "gc-core snapshot", version: VERSION, objects: snapshot.len(), edges: snapshot.edge_count() };
    write_line(&mut out, &header)?;
    for object in snapshot.objects() {
        write_line(&mut out, &Line::of(object))?;
        meter.step();
    }
    meter.finish(out)
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Header {
    format: &'static str,
    version: u32,
    objects: usize,
    edges: usize,
}

#[derive(Serialize)]
struct Line<'s> {
    id: usize,
    r#type: &'static str,
    size: usize,
    heap_bytes: usize,
    strong: usize,
    weak: usize,
    outside: usize,
    generation: Option<u8>,
    #[serde(serialize_with = "flags")]
    flags: Object<'s>,
    #[serde(serialize_with = "edges")]
    edges: Object<'s>,
    #[cfg(feature = "track-sites")]
    site: Text<&'static core::panic::Location<'static>>,
}

impl<'s> Line<'s> {
    fn of(object: Object<'s>) -> Line<'s> {
        Line {
            id: object.id().index(),
            r#type: object.type_name(),
            size: object.size(),
            heap_bytes: object.heap_bytes(),
            strong: object.strong_count(),
            weak: object.weak_count(),
            outside: object.outside_count(),
            generation: object.generation().map(|generation| generation as u8),
            flags: object,
            edges: object,
            #[cfg(feature = "track-sites")]
            site: Text(object.site()),
        }
    }
}

fn flags<S: Serializer>(object: &Object<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(object.flags().iter_names().map(|(name, _)| name))
}

fn edges<S: Serializer>(object: &Object<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(object.edges().map(|edge| (edge.target().id().index(), Text(edge.label()))))
}
