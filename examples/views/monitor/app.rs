//! What the monitor knows, and what the keys do.

use crate::server::Server;
use crate::text;
use gc_core::gc::{self, CallbackId, Collection, Generation, Phase};
use gc_core::inspect::{Snapshot, TypeGrowth};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

/// How many collections and heap sizes are remembered.
const REMEMBERED: usize = 600;
/// Frames from one snapshot to the next. A snapshot takes longer than a frame should every time.
const FRAMES_PER_SNAPSHOT: usize = 20;
/// The most steps that a frame may have.
const MAX_SPEED: usize = 1_024;

/// See the module.
pub(crate) struct App {
    server: Server,
    is_paused: bool,
    /// Steps for each frame.
    speed: usize,
    frames: usize,
    callback: CallbackId,
    collections: Rc<RefCell<VecDeque<Collection>>>,
    /// The number of tracked objects after each frame, by its step.
    sizes: VecDeque<(f64, f64)>,
    snapshot: Snapshot,
    growth: Vec<TypeGrowth>,
    message: String,
}

impl App {
    pub(crate) fn new() -> App {
        // So small that every generation has something to show.
        gc::set_threshold(500, 4, 4);
        let collections = Rc::new(RefCell::new(VecDeque::new()));
        let log = collections.clone();
        let callback = gc::callbacks().add(move |phase, collection| {
            if phase == Phase::Stop {
                push(&mut log.borrow_mut(), *collection);
            }
        });
        App {
            server: Server::new(1),
            is_paused: false,
            speed: 16,
            frames: 0,
            callback,
            collections,
            sizes: VecDeque::new(),
            snapshot: Snapshot::take(),
            growth: Vec::new(),
            message: String::from("a server of documents, whose users come and go"),
        }
    }

    /// Lets the server work for one frame.
    pub(crate) fn advance(&mut self) {
        if self.is_paused {
            return;
        }
        for _ in 0..self.speed {
            self.server.step();
        }
        push(&mut self.sizes, (self.server.steps() as f64, gc::tracked_count() as f64));
        if self.frames % FRAMES_PER_SNAPSHOT == 0 {
            self.look();
        }
        self.frames += 1;
    }

    /// Does what a key is for. Gives `false` if there is none such.
    pub(crate) fn press(&mut self, key: char) -> bool {
        match key {
            'c' => self.collect(Generation::Old),
            'y' => self.collect(Generation::Young),
            'f' => {
                if gc::get_freeze_count() == 0 {
                    gc::freeze();
                    self.message = format!("freeze(): {} objects", text::grouped(gc::get_freeze_count()));
                } else {
                    gc::unfreeze();
                    self.message = String::from("unfreeze()");
                }
            }
            'g' if gc::is_enabled() => {
                gc::disable();
                self.message = String::from("disable(): what is garbage stays");
            }
            'g' => {
                gc::enable();
                self.message = String::from("enable()");
            }
            'p' | ' ' => {
                self.is_paused = !self.is_paused;
                self.message = String::from(if self.is_paused { "the server waits" } else { "the server goes on" });
            }
            '+' | '=' => self.set_speed(self.speed * 2),
            '-' => self.set_speed(self.speed / 2),
            _ => return false,
        }
        self.look();
        true
    }

    fn collect(&mut self, generation: Generation) {
        let found = gc::collect_generation(generation);
        let pause = gc::get_history().last().map_or(Duration::ZERO, |collection| collection.duration);
        self.message = format!("collect({generation:?}): {} objects in {pause:.1?}", text::grouped(found));
    }

    fn set_speed(&mut self, speed: usize) {
        self.speed = speed.clamp(1, MAX_SPEED);
        self.message = format!("{} steps a frame", self.speed);
    }

    /// Takes a snapshot in place of the one there is.
    fn look(&mut self) {
        let snapshot = Snapshot::take();
        self.growth = snapshot.growth_since(&self.snapshot);
        self.snapshot = snapshot;
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.is_paused
    }

    pub(crate) fn speed(&self) -> usize {
        self.speed
    }

    /// The last `count` collections, oldest first.
    pub(crate) fn last_collections(&self, count: usize) -> Vec<Collection> {
        let collections = self.collections.borrow();
        collections.iter().skip(collections.len().saturating_sub(count)).copied().collect()
    }

    /// The sizes of the heap so far: a step, and the tracked objects after it.
    pub(crate) fn sizes(&self) -> Vec<(f64, f64)> {
        self.sizes.iter().copied().collect()
    }

    /// The last snapshot.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// How many more objects of a type the last snapshot has than the one before it.
    pub(crate) fn growth_of(&self, type_name: &str) -> isize {
        self.growth.iter().find(|growth| growth.name == type_name).map_or(0, |growth| growth.more)
    }

    /// What the last key has done.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Shuts the server down, and proves that nothing is left of it.
    pub(crate) fn end(self) {
        drop(self.server);
        gc::callbacks().remove(self.callback);
        gc::unfreeze();
        gc::collect();
        assert_eq!(gc::tracked_count(), 0);
    }
}

/// Adds the newest, and forgets the oldest if there are too many.
fn push<T>(values: &mut VecDeque<T>, value: T) {
    if values.len() == REMEMBERED {
        values.pop_front();
    }
    values.push_back(value);
}
