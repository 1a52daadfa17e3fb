//! A server of documents, whose users come and go: what `monitor` and `heap_report` look at.
//!
//! Its data refers to itself wherever that is of use. A section knows its parent, a document its readers, and what a
//! reader may want to undo keeps what was cut. When a user logs out, or is merely not heard of any more, what nobody
//! else needs is garbage, in cycles of any size. Servers of the same seed do the same.

use fastrand::Rng;
use gc_core::{Cc, Trace};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, VecDeque};

/// How many documents the server holds on to by itself.
const PUBLISHED: usize = 40;
/// How many edits a session can undo.
const UNDOABLE: usize = 24;
/// How many steps pass from one noon to the next.
const DAY: usize = 2_000;
/// The fewest users there are, at midnight, and how many more at noon.
const USERS: (usize, usize) = (12, 60);

/// A user who is logged in.
#[derive(Trace)]
struct Session {
    open: RefCell<Option<Cc<Document>>>,
    /// What it has done to the document that is open.
    undo: RefCell<VecDeque<Cc<Edit>>>,
    is_online: Cell<bool>,
}

#[derive(Trace)]
struct Document {
    root: Cc<Section>,
    images: BTreeMap<&'static str, Cc<Image>>,
    readers: RefCell<Vec<Cc<Session>>>,
}

/// A part of a document.
#[derive(Trace)]
struct Section {
    /// Only the topmost section has it.
    document: OnceCell<Cc<Document>>,
    text: RefCell<Cc<str>>,
    parent: RefCell<Option<Cc<Section>>>,
    children: RefCell<Vec<Cc<Section>>>,
}

/// What documents share. It refers to nothing.
#[derive(Trace)]
struct Image {
    pixels: Vec<u8>,
}

/// What can be undone, and what that takes.
#[derive(Trace)]
enum Edit {
    Write { section: Cc<Section>, before: Cc<str> },
    Cut { section: Cc<Section> },
}

impl Session {
    fn open(this: &Cc<Session>, document: Cc<Document>) {
        Session::close(this);
        document.admit(this);
        *this.open.borrow_mut() = Some(document);
    }

    fn close(this: &Cc<Session>) {
        if let Some(document) = this.open.take() {
            document.readers.borrow_mut().retain(|reader| !Cc::ptr_eq(reader, this));
            this.undo.take();
        }
    }

    fn remember(&self, edit: Edit) {
        let edit = Cc::new(edit);
        let mut undo = self.undo.borrow_mut();
        if undo.len() == UNDOABLE {
            undo.pop_front();
        }
        undo.push_back(edit);
    }
}

impl Document {
    /// Adds a reader, and forgets those who are gone.
    fn admit(&self, session: &Cc<Session>) {
        let mut readers = self.readers.borrow_mut();
        readers.retain(|reader| reader.is_online.get());
        readers.push(session.clone());
    }
}

impl Section {
    fn new(text: &str) -> Cc<Section> {
        let text = RefCell::new(Cc::from(text));
        Cc::new(Section { document: OnceCell::new(), text, parent: RefCell::default(), children: RefCell::default() })
    }

    fn add(this: &Cc<Section>, child: Cc<Section>) {
        *child.parent.borrow_mut() = Some(this.clone());
        this.children.borrow_mut().push(child);
    }

    /// Makes a section with up to `size` sections below it.
    fn grow(size: usize, random: &mut Rng) -> Cc<Section> {
        let root = Section::new("a title");
        let mut sections = vec![root.clone()];
        for index in 0..size {
            let section = Section::new(&format!("section {index}"));
            Section::add(&sections[random.usize(..sections.len())], section.clone());
            sections.push(section);
        }
        root
    }

    /// Goes down to a section at random, `root` itself if need be.
    fn random(root: &Cc<Section>, random: &mut Rng) -> Cc<Section> {
        let mut section = root.clone();
        while random.u32(..4) > 0 {
            let Some(child) = random.choice(&*section.children.borrow()).cloned() else { break };
            section = child;
        }
        section
    }
}

/// See the module.
pub(crate) struct Server {
    random: Rng,
    steps: usize,
    sessions: Vec<Cc<Session>>,
    published: VecDeque<Cc<Document>>,
    images: [(&'static str, Cc<Image>); 3],
}

impl Server {
    pub(crate) fn new(seed: u64) -> Server {
        let image = |name, size| (name, Cc::new(Image { pixels: vec![0; size] }));
        Server {
            random: Rng::with_seed(seed),
            steps: 0,
            sessions: Vec::new(),
            published: VecDeque::new(),
            images: [image("logo", 4_096), image("chart", 16_384), image("photo", 65_536)],
        }
    }

    /// How often [`step`](Server::step) was called.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// How many users are logged in.
    pub(crate) fn users(&self) -> usize {
        self.sessions.len()
    }

    /// Lets a little time pass: somebody may log in or out, and some of the users do something.
    pub(crate) fn step(&mut self) {
        self.steps += 1;
        let to_noon = (self.steps % DAY).abs_diff(DAY / 2);
        let users = USERS.0 + USERS.1 * (DAY / 2 - to_noon) / (DAY / 2);
        if self.sessions.len() > users || self.random.u32(..50) == 0 {
            self.log_out();
        }
        if self.sessions.len() < users {
            self.log_in();
        }
        for _ in 0..4 {
            self.work();
        }
    }

    fn log_in(&mut self) {
        let session = Session { open: RefCell::default(), undo: RefCell::default(), is_online: Cell::new(true) };
        self.sessions.push(Cc::new(session));
    }

    /// Every other user only stops being heard of: the documents keep the session, and it keeps them.
    fn log_out(&mut self) {
        if self.sessions.is_empty() {
            return;
        }
        let session = self.sessions.swap_remove(self.random.usize(..self.sessions.len()));
        session.is_online.set(false);
        if self.random.bool() {
            Session::close(&session);
        }
    }

    /// A document to open, as a rule one that others read.
    fn find(&mut self) -> Cc<Document> {
        let known = self.random.choice(&self.published).filter(|_| self.random.u32(..4) > 0).cloned();
        known.unwrap_or_else(|| self.publish())
    }

    fn publish(&mut self) -> Cc<Document> {
        let root = Section::grow(self.random.usize(4..40), &mut self.random);
        let images = self.images.iter().filter(|_| self.random.bool()).cloned().collect();
        let document = Cc::new(Document { root: root.clone(), images, readers: RefCell::default() });
        root.document.set(document.clone()).ok();
        if self.published.len() == PUBLISHED {
            self.published.pop_front();
        }
        self.published.push_back(document.clone());
        document
    }

    /// Lets a user do something.
    fn work(&mut self) {
        let Some(session) = self.random.choice(&self.sessions).cloned() else { return };
        let open = session.open.borrow().clone().filter(|_| self.random.u32(..16) > 0);
        let Some(document) = open else { return Session::open(&session, self.find()) };
        let section = Section::random(&document.root, &mut self.random);
        match self.random.u32(..3) {
            0 => {
                let text = format!("what was written at step {}", self.steps);
                let before = section.text.replace(text.as_str().into());
                session.remember(Edit::Write { section, before });
            }
            1 => Section::add(&section, Section::grow(self.random.usize(..8), &mut self.random)),
            _ => {
                let Some(parent) = section.parent.borrow().clone() else { return };
                parent.children.borrow_mut().retain(|child| !Cc::ptr_eq(child, &section));
                session.remember(Edit::Cut { section });
            }
        }
    }
}
