//! Weak containers: what they hold weakly, and what they keep alive.
//!
//! An entry *lends* its value a strong pointer: in a `WeakKeyMap` that of the map, in an ephemeron that of the key.
//! Which pointers there are follows from what the entries say, and from who is alive, so it is not kept up to date but
//! found out anew each time that somebody wants to know.
//!
//! While objects die, entries go at a moment that depends on the order of callbacks and destructors. From the moment at
//! which that may be, until the next moment of rest, their pointers are such as may be there or not.

use super::{Id, Model, State};
use crate::program::{KeyKind, Kind, Sort};

/// The name of a container.
pub(crate) type BagId = usize;

/// Where a container is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// In no object.
    Outside,
    /// In a value.
    Inside(Id),
    /// Nowhere.
    Gone,
}

/// An entry of a container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    /// The member of a set; the key of a map; in a `WeakValueMap`, the value. The entry goes when it dies.
    pub(crate) key: Id,
    /// The value that the entry keeps alive.
    pub(crate) value: Option<Id>,
    /// The key in a `WeakValueMap`.
    pub(crate) number: u8,
    /// Whether the value is kept alive for sure.
    sure: bool,
}

impl Entry {
    pub(crate) fn new(key: Id, value: Option<Id>, number: u8) -> Entry {
        Entry { key, value, number, sure: true }
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Bag {
    pub(crate) sort: Sort,
    pub(crate) keys: KeyKind,
    pub(crate) home: Home,
    pub(crate) entries: Vec<Entry>,
    /// The key and the value that an `Ephemeron` was made with.
    pair: Option<(Id, Id)>,
    /// Whether these are edges of keys that no container knows of any more, because no weak pointer leads to the keys.
    orphaned: bool,
    /// Whether entries are being dropped.
    fading: bool,
}

impl KeyKind {
    /// The kind of the objects.
    pub(crate) fn kind(self) -> Kind {
        match self {
            KeyKind::List => Kind::List,
            KeyKind::Aligned => Kind::Aligned,
            KeyKind::Leaf => Kind::Leaf,
        }
    }
}

impl Sort {
    /// Whether the pointer to a value belongs to the key.
    fn is_ephemeral(self) -> bool {
        matches!(self, Sort::Ephemerons | Sort::Pair)
    }
}

impl Model {
    /// A new container, outside of objects.
    pub(crate) fn new_bag(&mut self, sort: Sort, keys: KeyKind) -> BagId {
        let (home, entries) = (Home::Outside, Vec::new());
        self.bags.push(Bag { sort, keys, home, entries, pair: None, orphaned: false, fading: false });
        self.bags.len() - 1
    }

    pub(crate) fn bag(&self, bag: BagId) -> &Bag {
        &self.bags[bag]
    }

    /// The entry with such a key or, in a `WeakValueMap`, number.
    pub(crate) fn entry(&self, bag: BagId, key: Option<Id>, number: u8) -> Option<Entry> {
        let Bag { sort, entries, .. } = &self.bags[bag];
        let found = |entry: &&Entry| match sort {
            Sort::Values => entry.number == number,
            Sort::Pair => true,
            _ => Some(entry.key) == key,
        };
        entries.iter().find(found).copied()
    }

    /// Makes an entry of what an `Ephemeron` was made with. It knows both for as long as it is there.
    pub(crate) fn add_pair(&mut self, bag: BagId, key: Id, value: Id) {
        self.bags[bag].pair = Some((key, value));
        if !self.objects[key].saved {
            self.add_entry(bag, Entry::new(key, Some(value), 0));
        }
    }

    /// The numbers, keys and values of a container, sorted.
    pub(crate) fn list_bag(&self, bag: BagId) -> Vec<(u8, Option<Id>, Option<Id>)> {
        let listed = |entry: &Entry| (entry.number, Some(entry.key), entry.value);
        let mut listed: Vec<_> = self.bags[bag].entries.iter().map(listed).collect();
        listed.sort_unstable();
        listed
    }

    /// Adds an entry. There is none in its place.
    pub(crate) fn add_entry(&mut self, bag: BagId, entry: Entry) {
        if self.bags[bag].sort.is_ephemeral() {
            // Its own edges are not all that the key has from now on.
            let key = &mut self.objects[entry.key];
            if !key.tracked {
                (key.tracked, key.generation) = (true, 0);
                self.pacing.note_allocation();
            }
        }
        self.bags[bag].entries.push(entry);
        self.refresh();
    }

    /// Removes an entry.
    pub(crate) fn remove_entry(&mut self, bag: BagId, entry: Entry) {
        self.bags[bag].entries.retain(|other| other.key != entry.key || other.number != entry.number);
        self.refresh();
    }

    /// All entries of the container are about to be dropped, in some order.
    pub(crate) fn fade_bag(&mut self, bag: BagId) {
        self.bags[bag].fading = true;
        self.refresh();
    }

    /// They have been. `gone` if the container has, too.
    pub(crate) fn faded_bag(&mut self, bag: BagId, gone: bool) {
        let bag = &mut self.bags[bag];
        bag.entries.clear();
        bag.fading = false;
        if gone {
            bag.home = Home::Gone;
        }
        self.refresh();
    }

    /// Whether there are values that go with a key.
    pub(crate) fn lends(&self, key: Id) -> bool {
        self.bags.iter().any(|bag| bag.entries.iter().any(|entry| entry.key == key && entry.value.is_some()))
    }

    /// The number of weak pointers to the object in containers.
    pub(super) fn weak_in_bags(&self, id: Id) -> usize {
        let is = |other| usize::from(other == id);
        let in_entry = |sort: Sort, entry: &Entry| match sort {
            Sort::Pair => 0,
            Sort::Ephemerons => is(entry.key) + entry.value.map_or(0, is),
            _ => is(entry.key),
        };
        let in_bag = |bag: &Bag| {
            let pair = bag.pair.map_or(0, |(key, value)| is(key) + is(value));
            pair + bag.entries.iter().map(|entry| in_entry(bag.sort, entry)).sum::<usize>()
        };
        self.bags.iter().filter(|bag| bag.home != Home::Gone).map(in_bag).sum()
    }

    /// Adds the values that an object keeps alive: those of the map that it holds, and those of which it is the key.
    pub(super) fn push_lent(&self, id: Id, targets: &mut Vec<Id>) {
        for bag in &self.bags {
            let owns = |entry: &&Entry| {
                entry.sure && if bag.sort.is_ephemeral() { entry.key == id } else { bag.home == Home::Inside(id) }
            };
            targets.extend(bag.entries.iter().filter(owns).filter_map(|entry| entry.value));
        }
    }

    /// Finds out which entries keep their values alive for sure.
    pub(super) fn refresh(&mut self) {
        if !self.is_lending && self.bags.iter().all(|bag| bag.entries.is_empty()) {
            return;
        }
        for bag in &mut self.bags {
            let home = match bag.home {
                Home::Outside => true,
                Home::Inside(id) => matches!(self.objects[id].state, State::Loose | State::Boxed),
                Home::Gone => false,
            };
            bag.entries.iter_mut().for_each(|entry| entry.sure = home && !bag.fading);
        }
        // That a key dies may take the last pointer from another.
        loop {
            self.count_lent();
            let lives = |id: Id| {
                let key = &self.objects[id];
                key.state == State::Boxed && !key.is_expiring() && !self.is_doomed(id)
            };
            let sure = |entry: &Entry| entry.sure && !lives(entry.key);
            let indices =
                |bag: &Bag| bag.entries.iter().enumerate().filter(|(_, it)| sure(it)).map(|it| it.0).collect();
            let doubtful: Vec<Vec<usize>> = self.bags.iter().map(indices).collect();
            if doubtful.iter().all(Vec::is_empty) {
                return;
            }
            for (bag, indices) in self.bags.iter_mut().zip(doubtful) {
                indices.into_iter().for_each(|index| bag.entries[index].sure = false);
            }
        }
    }

    /// Keys that have lost their last pointer, and whose values may go already: they have left the heap.
    pub(super) fn note_deaths_of_keys(&mut self) {
        let keys: Vec<Id> = self.bags.iter().flat_map(|bag| bag.entries.iter().map(|entry| entry.key)).collect();
        for key in keys {
            let object = &self.objects[key];
            if object.is_expiring() && !object.awaits_finalizer() && !self.is_doomed(key) {
                if object.uncertain() == 0 || object.leaving {
                    self.note_death(key);
                } else {
                    self.pacing.unsure = true;
                }
            }
        }
    }

    fn count_lent(&mut self) {
        self.is_lending = false;
        for object in &mut self.objects {
            (object.lent, object.lent_outside, object.lent_fading) = (0, 0, 0);
        }
        for bag in &self.bags {
            for entry in &bag.entries {
                let Some(value) = entry.value else { continue };
                self.is_lending = true;
                let object = &mut self.objects[value];
                if entry.sure {
                    object.lent += 1;
                    object.lent_outside += usize::from(bag.home == Home::Outside && !bag.sort.is_ephemeral());
                } else {
                    object.lent_fading += 1;
                }
            }
        }
    }

    /// All is at rest: the entries of the dead are gone.
    pub(crate) fn settle_bags(&mut self) {
        let objects = &self.objects;
        let mut orphans = Vec::new();
        for bag in &mut self.bags {
            if let Home::Inside(id) = bag.home {
                if objects[id].state == State::Dead {
                    bag.home = Home::Gone;
                    bag.entries.clear();
                }
            }
            if !bag.orphaned {
                let is_orphan = |entry: &&Entry| bag.sort.is_ephemeral() && objects[entry.key].saved;
                orphans.extend(bag.entries.iter().filter(is_orphan).copied());
                bag.entries.retain(|entry| !objects[entry.key].saved);
            }
            bag.entries.retain(|entry| objects[entry.key].state == State::Boxed);
        }
        if !orphans.is_empty() {
            let orphanage = self.new_bag(Sort::Pair, KeyKind::List);
            self.bags[orphanage].entries = orphans;
            self.bags[orphanage].orphaned = true;
        }
        self.refresh();
    }
}
