//! Snapshots in the formats of other programs: Graphviz, what reads `.heapsnapshot` files, scripts.
//!
//! All writers stream: what they hold is a few bytes for each object and each label of the snapshot. None of them looks
//! at the heap.

mod dot;
mod heapsnapshot;
mod json_lines;

pub use dot::Dot;

use core::fmt;
use serde::{Serialize, Serializer};
use std::io::{self, BufWriter, Write};

/// How far an export has got: what its callback is told.
///
/// # Examples
///
/// ```
/// use gc_core::Cc;
/// use gc_core::inspect::Snapshot;
///
/// let five = Cc::new(5);
/// let mut last = None;
/// Snapshot::take().write_json_lines(Vec::new(), |progress| last = Some(progress))?;
/// let last = last.unwrap();
/// assert_eq!((last.done, last.total), (1, 1));
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// The objects that have been written.
    pub done: usize,
    /// The objects that are to be written. Where a format lists each twice, each counts twice.
    pub total: usize,
}

/// Calls back every few thousand objects, and at the end.
struct Meter<'a> {
    callback: &'a mut dyn FnMut(Progress),
    progress: Progress,
}

impl<'a> Meter<'a> {
    const EVERY: usize = 1 << 12;

    fn new(total: usize, callback: &'a mut dyn FnMut(Progress)) -> Meter<'a> {
        Meter { callback, progress: Progress { done: 0, total } }
    }

    /// Says that one more object has been written.
    fn step(&mut self) {
        self.progress.done += 1;
        if self.progress.done % Meter::EVERY == 0 && self.progress.done < self.progress.total {
            (self.callback)(self.progress);
        }
    }

    /// Says that all has been written, by passing on what is still buffered.
    fn finish(self, mut out: BufWriter<&mut dyn Write>) -> io::Result<()> {
        debug_assert_eq!(self.progress.done, self.progress.total, "every object has been counted");
        out.flush()?;
        (self.callback)(self.progress);
        Ok(())
    }
}

/// What is written as a string, as it displays.
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The name of a type without the modules that its parts are in: `Vec<Cc<Node>>`. Of what is in a function, the
/// function too is left out, but not that of a closure.
pub(crate) fn short_type_name(name: &str) -> String {
    let is_part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut short = String::with_capacity(name.len());
    let mut parts = name.split("::").peekable();
    while let Some(part) = parts.next() {
        match parts.peek() {
            None => short.push_str(part),
            Some(next) if next.starts_with('{') || !part.ends_with(is_part_of_name) => {
                short.push_str(part);
                short.push_str("::");
            }
            Some(_) => short.push_str(part.trim_end_matches(is_part_of_name)),
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::short_type_name;

    #[test]
    fn names_are_short_and_say_what_they_are() {
        for (name, short) in [
            ("u8", "u8"),
            ("core::cell::RefCell<alloc::vec::Vec<gc_core::cc::Cc<tree::Node>>>", "RefCell<Vec<Cc<Node>>>"),
            ("&str", "&str"),
            ("(a::B, [c::d::E; 3], &mut f::G)", "(B, [E; 3], &mut G)"),
            ("dyn core::any::Any + core::marker::Send", "dyn Any + Send"),
            ("fn(a::B) -> c::D", "fn(B) -> D"),
            ("app::main::{{closure}}", "main::{{closure}}"),
            ("app::main::Local", "Local"),
            ("app::main::{{closure}}::Local", "main::{{closure}}::Local"),
            ("<a::B<c::D> as e::F>::g::Local", "<B<D> as F>::Local"),
        ] {
            assert_eq!(short_type_name(name), short);
        }
    }
}
