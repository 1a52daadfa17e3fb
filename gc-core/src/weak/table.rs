//! The table behind the weak containers: entries that are found by a hash, and go when an object dies.
//!
//! Owns the entries, and the hooks on objects that remove them. Does not know what an entry is. Invariants:
//!
//! 1. No user code runs while `slots` is borrowed: hashes are computed before, keys are compared after, and what is
//!    removed goes to the caller, who drops it. So no borrow fails, whatever a `Hash`, an `Eq`, a destructor or a
//!    callback does to the container that it is called from; but between two borrows anything may have happened.
//! 2. A table gives an id to one entry only. An entry that was found is found again by its id, or is gone.
//! 3. Each entry has one hook, on the object whose death ends it. The hook knows the entry by its id, so it does not
//!    touch what has come in its place; when the entry is gone, the hook is not alive, and is pruned.
//! 4. The container alone owns the table, and so what is in its entries. A hook holds the table weakly, but for moments
//!    in which no user code runs; iterators borrow the container; and what lookups take out of an entry for a while
//!    (see [`find_equal`](Table::find_equal)) lasts no longer than the method of the container that looks it up.

use super::KeyStrategy;
use crate::cc::{Cc, Weak};
use crate::heap::DeathCallback;
use core::cell::{Cell, RefCell};
use core::hash::{BuildHasher, Hash};
use core::{mem, ptr};
use hashbrown::HashTable;
use std::hash::RandomState;
use std::rc::{self, Rc};

pub(super) struct Table<E> {
    slots: RefCell<HashTable<Slot<E>>>,
    next_id: Cell<u64>,
    hasher: RandomState,
}

struct Slot<E> {
    at: EntryId,
    entry: E,
}

/// Leads to one entry, as long as that is in the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryId {
    hash: u64,
    id: u64,
}

/// Says that a key was not in the table when the entries with ids below `seen` were all there were.
pub(super) struct Vacancy {
    hash: u64,
    seen: u64,
}

/// An entry with a weak key.
pub(super) trait WeakKeyed<K: ?Sized> {
    fn weak_key(&self) -> &Weak<K>;
}

impl<K: ?Sized> WeakKeyed<K> for Weak<K> {
    fn weak_key(&self) -> &Weak<K> {
        self
    }
}

/// Whether a weak pointer upgrades. To upgrade it and to drop the pointer would make the object a suspect.
pub(super) fn is_alive<T: ?Sized>(weak: &Weak<T>) -> bool {
    weak.strong_count() != 0
}

/// Whether weak pointers to an object upgrade. They do not if a collection has saved it for
/// [`garbage`](crate::gc::garbage) after its death: such an object cannot be held weakly any more.
pub(super) fn can_be_held<T: ?Sized>(object: &Cc<T>) -> bool {
    is_alive(&Cc::downgrade(object))
}

impl<E> Table<E> {
    pub(super) fn new() -> Rc<Table<E>> {
        let slots = RefCell::new(HashTable::new());
        Rc::new(Table { slots, next_id: Cell::new(0), hasher: RandomState::new() })
    }

    pub(super) fn len(&self) -> usize {
        self.slots.borrow().len()
    }

    /// The hash of a key. User code runs.
    pub(super) fn hash<Q: ?Sized + Hash>(&self, key: &Q) -> u64 {
        self.hasher.hash_one(key)
    }

    fn vacancy(&self, hash: u64) -> Vacancy {
        Vacancy { hash, seen: self.next_id.get() }
    }

    fn new_id(&self) -> u64 {
        self.next_id.replace(self.next_id.get() + 1)
    }

    /// The entry of a key: the object itself or, with that strategy, one that is equal. User code runs.
    pub(super) fn find<K: ?Sized, By: KeyStrategy<K>>(&self, key: &Cc<K>) -> Result<EntryId, Vacancy>
    where
        E: WeakKeyed<K>,
    {
        let hash = By::hash(&self.hasher, key);
        let address = Cc::as_ptr(key);
        // The weak pointer in an entry keeps the address of its object from being used for another one.
        let itself = |slot: &Slot<E>| slot.at.hash == hash && ptr::addr_eq(slot.entry.weak_key().as_ptr(), address);
        if let Some(slot) = self.slots.borrow().find(hash, itself) {
            return Ok(slot.at);
        }
        if By::IDENTITY {
            return Err(self.vacancy(hash));
        }
        self.find_equal(hash, |entry| entry.weak_key().upgrade(), |other| By::same(key, other))
    }

    /// The entry whose key is `equal`. User code runs: entries may come and go meanwhile.
    ///
    /// `key` takes the key out of an entry, if that is alive, and must not run user code.
    pub(super) fn find_equal<Key>(
        &self,
        hash: u64,
        key: impl Fn(&E) -> Option<Key>,
        mut equal: impl FnMut(&Key) -> bool,
    ) -> Result<EntryId, Vacancy> {
        let vacancy = self.vacancy(hash);
        let read = |slot: &Slot<E>| (slot.at, key(&slot.entry));
        let first = self.slots.borrow().find(hash, |slot| slot.at.hash == hash).map(read);
        let Some((first, first_key)) = first else { return Err(vacancy) };
        if first_key.is_some_and(|key| equal(&key)) {
            return Ok(first);
        }
        // There is hardly ever more than one with that hash.
        let others: Vec<_> = {
            let slots = self.slots.borrow();
            slots.iter_hash(hash).filter(|slot| slot.at.hash == hash && slot.at != first).map(read).collect()
        };
        let mut others = others.into_iter().filter_map(|(id, key)| Some((id, key?)));
        others.find_map(|(id, key)| equal(&key).then_some(id)).ok_or(vacancy)
    }

    /// Reads an entry, if it is still there. `read` must not run user code.
    pub(super) fn read<R>(&self, id: EntryId, read: impl FnOnce(&E) -> R) -> Option<R> {
        self.slots.borrow().find(id.hash, |slot| slot.at == id).map(|slot| read(&slot.entry))
    }

    /// Changes an entry, if it is still there. `change` must not run user code, and leaves the object whose death ends
    /// the entry as it is.
    pub(super) fn update<R>(&self, id: EntryId, change: impl FnOnce(&mut E) -> R) -> Option<R> {
        self.slots.borrow_mut().find_mut(id.hash, |slot| slot.at == id).map(|slot| change(&mut slot.entry))
    }

    /// Takes an entry out, if it is still there. The caller drops it, with nothing borrowed.
    #[must_use]
    pub(super) fn remove(&self, id: EntryId) -> Option<E> {
        let mut slots = self.slots.borrow_mut();
        let found = slots.find_entry(id.hash, |slot| slot.at == id).ok()?;
        Some(found.remove().0.entry)
    }

    /// Removes the entries for which `keep` gives `false`. User code runs. What `read` takes out of an entry, without
    /// user code, is dropped before the entry is; if that is nothing, the entry stays.
    pub(super) fn retain<R>(&self, read: impl Fn(&E) -> Option<R>, mut keep: impl FnMut(R) -> bool) {
        for id in self.ids() {
            if self.read(id, &read).flatten().is_some_and(|found| !keep(found)) {
                drop(self.remove(id));
            }
        }
    }

    /// The entries that there are now.
    pub(super) fn ids(&self) -> Vec<EntryId> {
        self.slots.borrow().iter().map(|slot| slot.at).collect()
    }

    /// Calls `f` with each entry. It must not run user code. Does nothing while the table is being changed (which never
    /// is while a collection runs, by inv. 1).
    pub(super) fn for_each(&self, mut f: impl FnMut(&E)) {
        if let Ok(slots) = self.slots.try_borrow() {
            slots.iter().for_each(|slot| f(&slot.entry));
        }
    }

    /// The memory that the entries take up, and the table itself, in bytes; not the hooks, which are on the objects.
    #[cfg(feature = "inspect")]
    pub(super) fn heap_bytes(&self) -> usize {
        let counts = 2 * size_of::<usize>();
        // As in `for_each`.
        let slots = self.slots.try_borrow().map_or(0, |slots| slots.allocation_size());
        counts + size_of::<Table<E>>() + slots
    }

    /// Drops all entries. User code may run.
    pub(super) fn clear(&self) {
        drop_all(self.slots.take());
    }
}

impl<E: 'static> Table<E> {
    /// Changes the entry of a key, or adds one, which goes when `object` dies. User code may run.
    ///
    /// `find` looks the key up. Then either `found` uses the `value` on that entry, or `new` makes an entry of it,
    /// without user code; both say what the result is. If the entry is gone by then, `found` gives the `value` back,
    /// and the key is looked up again. If the object cannot be held weakly, nothing is done, and the caller gets the
    /// `value` back.
    pub(super) fn get_or_insert<T: ?Sized, V, R>(
        self: &Rc<Table<E>>,
        object: &Cc<T>,
        mut value: V,
        find: impl Fn() -> Result<EntryId, Vacancy>,
        found: impl Fn(EntryId, V) -> Result<R, V>,
        new: impl FnOnce(V) -> (E, R),
    ) -> Result<R, V> {
        while can_be_held(object) {
            match find() {
                Ok(id) => match found(id, value) {
                    Ok(result) => return Ok(result),
                    Err(unused) => value = unused,
                },
                Err(vacancy) if self.is_vacant(&vacancy) => {
                    let (entry, result) = new(value);
                    self.insert(vacancy.hash, object, entry);
                    return Ok(result);
                }
                Err(_taken) => {}
            }
        }
        Err(value)
    }

    /// Whether no entry with that hash has been added since the key was looked up.
    fn is_vacant(&self, &Vacancy { hash, seen }: &Vacancy) -> bool {
        self.slots.borrow().find(hash, |slot| slot.at.hash == hash && slot.at.id >= seen).is_none()
    }

    /// Adds an entry that goes when `object` dies. User code may run.
    fn insert<T: ?Sized>(self: &Rc<Table<E>>, hash: u64, object: &Cc<T>, entry: E) {
        let at = EntryId { hash, id: self.new_id() };
        self.slots.borrow_mut().insert_unique(hash, Slot { at, entry }, |slot| slot.at.hash);
        self.remove_at_death_of(object, at);
    }

    /// Changes an entry, if it is still there, so that it goes when `object` dies, and not when the one before does.
    /// `change` must not run user code. Apart from that, user code may run.
    pub(super) fn renew<T: ?Sized, R>(
        self: &Rc<Table<E>>,
        id: EntryId,
        object: &Cc<T>,
        change: impl FnOnce(&mut E) -> R,
    ) -> Option<R> {
        let (at, result) = {
            let mut slots = self.slots.borrow_mut();
            let slot = slots.find_mut(id.hash, |slot| slot.at == id)?;
            slot.at.id = self.new_id();
            (slot.at, change(&mut slot.entry))
        };
        self.remove_at_death_of(object, at);
        Some(result)
    }

    fn remove_at_death_of<T: ?Sized>(self: &Rc<Table<E>>, object: &Cc<T>, entry: EntryId) {
        Cc::attach_callback(object, Rc::new(Hook { table: Rc::downgrade(self), entry }));
    }
}

impl<E> Drop for Table<E> {
    fn drop(&mut self) {
        drop_all(mem::take(self.slots.get_mut()));
    }
}

/// Drops entries. A panic does not keep the others from being dropped: that is what the iterator's destructor is for.
/// (The destructor of the table itself would stop.)
fn drop_all<E>(slots: HashTable<Slot<E>>) {
    for slot in slots {
        drop(slot);
    }
}

/// Removes an entry when an object dies.
struct Hook<E> {
    table: rc::Weak<Table<E>>,
    entry: EntryId,
}

impl<E> DeathCallback for Hook<E> {
    fn run(&self) {
        // The table is let go before the entry is dropped: inv. 4.
        let removed = self.table.upgrade().and_then(|table| table.remove(self.entry));
        drop(removed);
    }

    fn is_alive(&self) -> bool {
        self.table.upgrade().is_some_and(|table| table.read(self.entry, |_| ()).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::cc::Cc;
    use crate::weak::{ByIdentity, EphemeronMap, WeakSet, WeakValueMap};
    use std::rc::Rc;

    /// The number of hooks that lead to a table.
    fn hooks<E>(table: &Rc<Table<E>>) -> usize {
        Rc::weak_count(table)
    }

    /// One long-lived object that goes in and out.
    #[test]
    fn hooks_of_former_entries_are_pruned() {
        let object = Cc::new(1);
        let set = WeakSet::<i32>::new();
        let ephemerons = EphemeronMap::new();
        let values = WeakValueMap::<i32, i32>::new();
        let others = [Cc::new(2), Cc::new(3)];
        for round in 0..10_000 {
            assert!(set.insert(&object) && set.remove(&object));
            assert!(ephemerons.insert(&object, Cc::new(round)).is_none() && ephemerons.remove(&object).is_some());
            values.insert(1, &others[round as usize % 2]);
        }
        let most = [hooks(&set.table), hooks(&ephemerons.table), hooks(&values.table)].into_iter().max();
        assert!(most < Some(20), "{most:?} hooks");
        assert!(set.insert(&object) && set.len() == 1);
        drop(object);
        assert_eq!((set.len(), hooks(&set.table)), (0, 0));
    }

    /// An entry that stays has one hook, whatever is done to it.
    #[test]
    fn an_entry_has_one_hook() {
        let object = Cc::new(1);
        let set = WeakSet::<i32, ByIdentity>::by_identity();
        let ephemerons = EphemeronMap::new();
        let values = WeakValueMap::<i32, i32>::new();
        for round in 0..100 {
            set.insert(&object);
            ephemerons.insert(&object, Cc::new(round));
            values.insert(1, &object);
        }
        assert_eq!([hooks(&set.table), hooks(&ephemerons.table), hooks(&values.table)], [1; 3]);
    }
}
