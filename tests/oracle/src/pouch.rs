//! The one place that an object has for what is no edge: a weak pointer, a `Watch` or a weak container.

use crate::bag::{self, Container};
use crate::handle::{Watcher, Weak};
use crate::model::{Id, Item, model};
use crate::payload::Payload;
use crate::pointer::WeakRef;
use gc_core::{Trace, Watch};
use std::cell::RefCell;

/// What may be in there.
#[derive(Trace)]
pub(crate) enum Pocket {
    Weak(WeakRef),
    Watch(Watch),
    Bag(Box<Container>),
}

/// See the module.
#[derive(Trace)]
pub(crate) struct Pouch(RefCell<Option<Pocket>>);

impl Pouch {
    pub(crate) fn new(content: Option<Pocket>) -> Pouch {
        Pouch(RefCell::new(content))
    }

    /// Calls `f` with what is in there; `None` if that is being used.
    pub(crate) fn with<R>(&self, f: impl FnOnce(Option<&Pocket>) -> R) -> Option<R> {
        self.0.try_borrow().ok().map(|content| f(content.as_ref()))
    }

    /// Swaps what is in there with what is in a hand; `false` if it is being used.
    fn swap(&self, hand: &mut Option<Pocket>) -> bool {
        self.0.try_borrow_mut().map(|mut content| std::mem::swap(&mut *content, hand)).is_ok()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.0.try_borrow_mut().is_ok()
    }
}

impl Clone for Pouch {
    /// Containers are not cloned.
    fn clone(&self) -> Pouch {
        let content = match &*self.0.borrow() {
            Some(Pocket::Weak(weak)) => Some(Pocket::Weak(weak.clone())),
            Some(Pocket::Watch(watch)) => Some(Pocket::Watch(watch.clone())),
            Some(Pocket::Bag(_)) | None => None,
        };
        Pouch::new(content)
    }
}

/// The same outside of objects.
pub(crate) enum Purse {
    Weak(Weak),
    Watch(Watcher),
    Bag(bag::Bag),
}

impl Purse {
    /// What goes into an object, and what the model calls it. It is not counted for the moment.
    fn into_pocket(self) -> (Pocket, Item) {
        match self {
            Purse::Weak(weak) => {
                let id = weak.id();
                (Pocket::Weak(weak.into_pointer()), Item::Weak(id))
            }
            Purse::Watch(watch) => {
                let id = watch.id();
                (Pocket::Watch(watch.into_pointer()), Item::Watch(id))
            }
            Purse::Bag(bag) => {
                let (container, id) = bag.into_parts();
                (Pocket::Bag(container), Item::Bag(id))
            }
        }
    }

    fn from_pocket(pocket: Pocket, item: Item) -> Option<Purse> {
        match (pocket, item) {
            (Pocket::Weak(weak), Item::Weak(id)) => Some(Purse::Weak(Weak::new(weak, id))),
            (Pocket::Watch(watch), Item::Watch(id)) => Some(Purse::Watch(Watcher::new(watch, id))),
            (Pocket::Bag(container), Item::Bag(id)) => Some(Purse::Bag(bag::Bag::from_parts(container, id))),
            _ => None,
        }
    }
}

/// Swaps what is in the pouch of an object with what is in a hand; `false` if there is none, or it is being used.
pub(crate) fn exchange_pouch(payload: &dyn Payload, id: Id, hand: &mut Option<Purse>) -> bool {
    let Some(pouch) = payload.pouch().filter(|pouch| pouch.is_idle()) else { return false };
    let (mut pocket, item) = hand.take().map(Purse::into_pocket).unzip();
    let swapped = pouch.swap(&mut pocket);
    let old = model(|m| m.set_pouch(id, item));
    if !swapped || pocket.is_some() != old.is_some() {
        model(|m| m.fail(|m| format!("there should be {old:?} in {}", m.describe(id))));
    }
    *hand = pocket.zip(old).and_then(|(pocket, item)| Purse::from_pocket(pocket, item));
    true
}
