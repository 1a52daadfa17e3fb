//! A report on the heap of a program, as a page that opens from disk: its size and the pauses over time, what its types
//! need and keep alive, and a picture of the biggest cycle. It goes into the file that is named, or into the system's
//! directory for such files.
//!
//! To copy: what changes over time is noted while the program runs, which costs next to nothing: a callback on
//! collections, and the number of tracked objects now and then. All that the rest needs is one snapshot.
//!
//! The page has no script, and fetches nothing. Pages of two runs differ in the times, and in the numbers of objects if
//! memory lies differently.

#![forbid(unsafe_code)]

mod graph;
mod history;
mod page;
mod plot;
mod types;

#[path = "../monitor/server.rs"]
mod server;
#[path = "../monitor/text.rs"]
mod text;

use gc_core::gc;
use gc_core::inspect::Snapshot;
use history::History;
use server::Server;
use std::path::PathBuf;
use std::{env, fs, io};

/// The steps that the server makes, in which its users come and go three and a half times.
const STEPS: usize = 7_000;
/// The steps that it makes while automatic collections are disabled.
const DISABLED: std::ops::Range<usize> = 3_500..4_500;

fn main() -> io::Result<()> {
    let path = env::args_os().nth(1).map_or_else(|| env::temp_dir().join("gc-core-heap-report.html"), PathBuf::from);

    // So small that every generation has something to show.
    gc::set_threshold(500, 4, 4);
    let mut server = Server::new(1);
    let mut history = History::start();
    for step in 0..STEPS {
        match step {
            step if step == DISABLED.start => gc::disable(),
            step if step == DISABLED.end => gc::enable(),
            _ => (),
        }
        server.step();
        history.note(server.steps());
    }

    // What is seen now is held by something.
    gc::collect();
    let snapshot = Snapshot::take();
    let types = types::rows(&snapshot);
    let cycles = snapshot.cycles();
    let page = page::render(&page::Report {
        snapshot: &snapshot,
        users: server.users(),
        history: &history,
        disabled: DISABLED,
        types: &types,
        cycles: &cycles,
    });
    fs::write(&path, page)?;
    println!("{} users, {} objects, {} cycles: {}", server.users(), snapshot.len(), cycles.len(), path.display());

    assert_eq!(types.iter().map(|row| row.count).sum::<usize>(), snapshot.len());
    assert!(types.iter().all(|row| row.retained >= row.bytes));
    assert!(cycles.first().is_some_and(|cycle| cycle.len() > 100 && !cycle.is_garbage()), "a document and its readers");
    drop((cycles, server));
    history.end();
    gc::collect();
    assert_eq!(gc::tracked_count(), 0);
    Ok(())
}
