//! Writes a snapshot in every format, and what there must be in it, into a directory. `tests/tools/run` has other
//! programs read it.
#![forbid(unsafe_code)]

use gc_core::inspect::{Object, Snapshot};
use gc_core::{Cc, Trace, gc};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// A cycle with its shelves.
#[derive(Trace)]
struct Library {
    shelves: RefCell<Vec<Cc<Shelf>>>,
    by_title: HashMap<String, Cc<Book>>,
}

#[derive(Trace)]
struct Shelf {
    library: Option<Cc<Library>>,
    books: Vec<Cc<Book>>,
}

#[derive(Trace)]
struct Book {
    pages: Cc<Vec<Cc<[u8; 100]>>>,
}

mod hotel {
    /// Another type of the same name.
    #[derive(gc_core::Trace)]
    pub(super) struct Book {
        pub(super) guest: &'static str,
    }
}

/// A node of a cycle that nothing refers to.
#[derive(Trace)]
struct Lost {
    other: RefCell<Option<Cc<Lost>>>,
    page: Cc<[u8; 100]>,
}

/// What is hard to quote.
const TITLE: &str = "\"<b> & \\ {x}\"\n";

fn book(pages: usize) -> Cc<Book> {
    Cc::new(Book { pages: Cc::new((0..pages).map(|_| Cc::new([0; 100])).collect()) })
}

fn library() -> Cc<Library> {
    let shared = book(3);
    let by_title = HashMap::from([(TITLE.to_owned(), shared.clone())]);
    let library = Cc::new(Library { shelves: RefCell::default(), by_title });
    for books in [vec![book(1), shared], vec![book(20)]] {
        library.shelves.borrow_mut().push(Cc::new(Shelf { library: Some(library.clone()), books }));
    }
    library
}

fn lose_a_cycle() {
    let lost = [(); 2].map(|()| Cc::new(Lost { other: RefCell::default(), page: Cc::new([0; 100]) }));
    *lost[0].other.borrow_mut() = Some(lost[1].clone());
    *lost[1].other.borrow_mut() = Some(lost[0].clone());
    assert_eq!(lost[0].page.len(), 100);
}

/// Objects go by the ids that they have in `.heapsnapshot` files, of which 1 is the root.
fn id(object: Object<'_>) -> usize {
    2 * object.id().index() + 3
}

fn describe(snapshot: &Snapshot) -> Value {
    let dominators = snapshot.dominators();
    let objects = snapshot.objects().map(|object| {
        let path = snapshot.path_to(object.id());
        json!({
            "id": id(object),
            "type": object.type_name(),
            "size": object.total_size(),
            "retained": dominators.retained_size(object.id()),
            "dominator": dominators.immediate(object.id()).map_or(1, id),
            "edges": object.edges().map(|edge| json!([edge.label().to_string(), id(edge.target())])).collect::<Vec<_>>(),
            "path": path.map(|path| path.edges().iter().map(|edge| edge.label().to_string()).collect::<Vec<_>>()),
        })
    });
    let pairs: HashSet<_> =
        snapshot.objects().flat_map(Object::edges).map(|edge| (id(edge.source()), id(edge.target()))).collect();
    json!({
        "objects": objects.collect::<Vec<_>>(),
        "edges": snapshot.edge_count(),
        "roots": snapshot.roots().map(id).collect::<Vec<_>>(),
        "pairs": pairs.len(),
    })
}

fn write_all(snapshot: &Snapshot, directory: &Path) -> io::Result<()> {
    let create = |name: &str| File::create(directory.join(name));
    snapshot.write_heapsnapshot(create("sample.heapsnapshot")?, |_| ())?;
    snapshot.write_json_lines(create("sample.jsonl")?, |_| ())?;
    let lost = snapshot.objects().filter(|object| object.type_name().ends_with("Lost"));
    snapshot.dot().highlight(lost.map(Object::id)).write(create("sample.dot")?)?;
    snapshot.dot().limit(10).write(create("limited.dot")?)?;
    fs::write(directory.join("expected.json"), describe(snapshot).to_string())
}

fn main() -> io::Result<()> {
    let directory = env::args_os().nth(1).map(PathBuf::from).expect("the directory to write to is the first argument");
    let _pause = gc::pause();
    let library = library();
    let numbers = Cc::new([Cc::new(1), Cc::new(2)]);
    let guest = Cc::new(hotel::Book { guest: "Anna" });
    lose_a_cycle();
    let snapshot = Snapshot::take();
    write_all(&snapshot, &directory)?;
    println!(
        "{} objects, of a library with {} shelves, {} numbers and {}",
        snapshot.len(),
        library.shelves.borrow().len(),
        numbers.len(),
        guest.guest
    );
    Ok(())
}
