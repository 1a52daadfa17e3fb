//! Weak containers. They find keys by identity.

use crate::model::{BagId, Id, model};
use crate::payload::{Aligned, Leaf, List, Payload};
use crate::pointer::Ref;
use crate::program::{KeyKind, Sort};
use gc_core::weak::{ByIdentity, Ephemeron, EphemeronMap, WeakKeyMap, WeakSet, WeakValueMap};
use gc_core::{Cc, Trace};

/// What can be a key, or the value of a number.
pub(crate) trait Key: Payload + Sized {
    fn of(pointer: &Ref) -> Option<&Cc<Self>>;

    fn erase(cc: Cc<Self>) -> Ref;
}

macro_rules! keys {
    ($($kind:ident),+) => {
        /// A container with keys of one type or another.
        #[derive(Trace)]
        pub(crate) enum Container {
            $($kind(Typed<$kind>),)+
        }

        $(
            impl Key for $kind {
                fn of(pointer: &Ref) -> Option<&Cc<$kind>> {
                    if let Ref::$kind(cc) = pointer { Some(cc) } else { None }
                }

                fn erase(cc: Cc<$kind>) -> Ref {
                    cc.into()
                }
            }
        )+
    };
}

keys!(List, Aligned, Leaf);

/// `each!(container: typed => expression)`
macro_rules! each {
    ($container:expr, $typed:ident => $result:expr) => {
        match $container {
            Container::List($typed) => $result,
            Container::Aligned($typed) => $result,
            Container::Leaf($typed) => $result,
        }
    };
}

/// A container.
#[derive(Trace)]
pub(crate) enum Typed<K: 'static> {
    Set(WeakSet<K, ByIdentity>),
    Keys(WeakKeyMap<K, List, ByIdentity>),
    Values(WeakValueMap<u8, K>),
    Ephemerons(EphemeronMap<K, List>),
    Pair(Ephemeron<K, List>),
}

/// What was at some place of a container: whether there was something, and the value.
pub(crate) type Found = (bool, Option<Ref>);

/// What a container says that is in an entry.
pub(crate) type Listed = (u8, Option<Ref>, Option<Ref>);

impl<K: Key> Typed<K> {
    fn new(sort: Sort, pair: Option<(&Ref, Ref)>) -> Option<Typed<K>> {
        Some(match sort {
            Sort::Set => Typed::Set(WeakSet::by_identity()),
            Sort::Keys => Typed::Keys(WeakKeyMap::by_identity()),
            Sort::Values => Typed::Values(WeakValueMap::new()),
            Sort::Ephemerons => Typed::Ephemerons(EphemeronMap::new()),
            Sort::Pair => {
                let (key, value) = pair?;
                Typed::Pair(Ephemeron::new(K::of(key)?, List::of(&value)?.clone()))
            }
        })
    }

    fn insert(&self, key: &Ref, value: Option<Ref>, number: u8) -> Option<Found> {
        let key = K::of(key)?;
        let list = |value: Option<Ref>| value.as_ref().and_then(List::of).cloned();
        Some(match self {
            Typed::Set(set) => (!set.insert(key), None),
            Typed::Keys(map) => found(map.insert(key, list(value)?)),
            Typed::Values(map) => found(map.insert(number, key)),
            Typed::Ephemerons(map) => found(map.insert(key, list(value)?)),
            Typed::Pair(_) => return None,
        })
    }

    fn remove(&self, key: &Ref, number: u8) -> Option<Found> {
        let key = K::of(key)?;
        Some(match self {
            Typed::Set(set) => (set.remove(key), None),
            Typed::Keys(map) => found(map.remove(key)),
            Typed::Values(map) => found(map.remove(&number)),
            Typed::Ephemerons(map) => found(map.remove(key)),
            Typed::Pair(_) => return None,
        })
    }

    fn get(&self, key: &Ref, number: u8) -> Option<Found> {
        let key = K::of(key)?;
        Some(match self {
            Typed::Set(set) => (set.contains(key), None),
            Typed::Keys(map) => (map.contains_key(key), map.get(key).map(Key::erase)),
            Typed::Values(map) => (map.contains_key(&number), map.get(&number).map(Key::erase)),
            Typed::Ephemerons(map) => (map.contains_key(key), map.get(key).map(Key::erase)),
            Typed::Pair(pair) => found(pair.value()),
        })
    }

    fn clear(&self) {
        match self {
            Typed::Set(set) => set.clear(),
            Typed::Keys(map) => map.clear(),
            Typed::Values(map) => map.clear(),
            Typed::Ephemerons(map) => map.clear(),
            Typed::Pair(_) => {}
        }
    }

    /// The number of entries, if that is known without making pointers.
    fn len(&self) -> Option<usize> {
        match self {
            Typed::Set(set) => Some(set.len()),
            Typed::Keys(map) => Some(map.len()),
            Typed::Values(map) => Some(map.len()),
            Typed::Ephemerons(map) => Some(map.len()),
            Typed::Pair(_) => None,
        }
    }

    fn list(&self) -> Vec<Listed> {
        fn pair<K: Key>((key, value): (Cc<K>, Cc<List>)) -> Listed {
            (0, Some(K::erase(key)), Some(value.into()))
        }
        match self {
            Typed::Set(set) => set.iter().map(|member| (0, Some(K::erase(member)), None)).collect(),
            Typed::Keys(map) => map.iter().map(pair).collect(),
            Typed::Values(map) => map.iter().map(|(number, value)| (number, Some(K::erase(value)), None)).collect(),
            Typed::Ephemerons(map) => map.iter().map(pair).collect(),
            Typed::Pair(it) => it.key().zip(it.value()).map(pair).into_iter().collect(),
        }
    }
}

fn found<T: Key>(value: Option<Cc<T>>) -> Found {
    (value.is_some(), value.map(T::erase))
}

impl Container {
    /// As [`insert`](Typed::insert) and so on, `None` if there is no such operation.
    pub(crate) fn insert(&self, key: &Ref, value: Option<Ref>, number: u8) -> Option<Found> {
        each!(self, typed => typed.insert(key, value, number))
    }

    pub(crate) fn remove(&self, key: &Ref, number: u8) -> Option<Found> {
        each!(self, typed => typed.remove(key, number))
    }

    pub(crate) fn get(&self, key: &Ref, number: u8) -> Option<Found> {
        each!(self, typed => typed.get(key, number))
    }

    pub(crate) fn len(&self) -> Option<usize> {
        each!(self, typed => typed.len())
    }

    pub(crate) fn list(&self) -> Vec<Listed> {
        each!(self, typed => typed.list())
    }

    /// Removes everything. Not for a pair.
    pub(crate) fn clear(&self, id: BagId) {
        let _fading = Fading::new(id, false);
        each!(self, typed => typed.clear())
    }
}

/// A container that is in no object.
pub(crate) struct Bag {
    /// `None` once it has been taken out.
    container: Option<Box<Container>>,
    id: BagId,
}

impl Bag {
    /// Makes a container; a pair with what is given for it.
    pub(crate) fn new(sort: Sort, keys: KeyKind, pair: Option<(&Ref, Ref)>) -> Option<Bag> {
        let container = match keys {
            KeyKind::List => Container::List(Typed::new(sort, pair)?),
            KeyKind::Aligned => Container::Aligned(Typed::new(sort, pair)?),
            KeyKind::Leaf => Container::Leaf(Typed::new(sort, pair)?),
        };
        Some(Bag { container: Some(Box::new(container)), id: model(|m| m.new_bag(sort, keys)) })
    }

    pub(crate) fn id(&self) -> BagId {
        self.id
    }

    pub(crate) fn container(&self) -> &Container {
        self.container.as_ref().expect("a bag has its container until it is used up")
    }

    pub(crate) fn into_parts(mut self) -> (Box<Container>, BagId) {
        (self.container.take().expect("a bag has its container until it is used up"), self.id)
    }

    pub(crate) fn from_parts(container: Box<Container>, id: BagId) -> Bag {
        Bag { container: Some(container), id }
    }
}

impl Drop for Bag {
    fn drop(&mut self) {
        if let Some(container) = self.container.take() {
            let _fading = Fading::new(self.id, true);
            drop(container);
        }
    }
}

/// The entries of a container are being dropped.
struct Fading {
    id: BagId,
    gone: bool,
}

impl Fading {
    fn new(id: BagId, gone: bool) -> Fading {
        model(|m| m.fade_bag(id));
        Fading { id, gone }
    }
}

impl Drop for Fading {
    fn drop(&mut self) {
        model(|m| m.faded_bag(self.id, self.gone));
    }
}

/// The names of what a container has listed.
pub(crate) fn names(listed: &[Listed]) -> Vec<(u8, Option<Id>, Option<Id>)> {
    let name = |pointer: &Option<Ref>| pointer.as_ref().and_then(|it| Some(it.view().payload.name()?.id()));
    let mut names: Vec<_> = listed.iter().map(|(number, key, value)| (*number, name(key), name(value))).collect();
    names.sort_unstable();
    names
}
