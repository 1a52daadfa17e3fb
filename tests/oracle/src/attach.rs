//! The operations on callbacks and weak containers.

use crate::bag::{Bag, Container, Found, names};
use crate::callback::{Registration, watch};
use crate::construct::{EMPTY, construct};
use crate::handle::Strong;
use crate::interpreter::{Interpreter, pick, take};
use crate::kept::{CALLBACKS, WATCHES, keep};
use crate::model::{self, BagId, Id, Item, model};
use crate::pouch::{Pocket, Purse, exchange_pouch};
use crate::program::{BagAct, BagOp, CallbackOp, Deeds, Entry, Extra, KeyKind, Kind, Make, Sort};
use crate::report::Outcome;

impl Interpreter<'_> {
    pub(crate) fn callback(&mut self, op: CallbackOp) -> Option<Outcome> {
        let done = |done| Some(if done { Outcome::Done } else { Outcome::Refused });
        match op {
            CallbackOp::OnDrop { root, action, captures, capture } => {
                let target = pick(&self.roots, root)?;
                let capture = pick(&self.roots, capture).filter(|_| captures).map(|index| self.roots[index].clone());
                self.callbacks.push(Registration::new(&self.roots[target], action, capture));
            }
            CallbackOp::Watch { root, action } => {
                let target = pick(&self.roots, root)?;
                let watch = watch(&self.roots[target], action);
                self.watches.push(watch);
            }
            CallbackOp::Call(callback) => return done(self.callbacks[pick(&self.callbacks, callback)?].call()),
            CallbackOp::Detach(callback, call) => {
                return done(self.callbacks[pick(&self.callbacks, callback)?].detach(call));
            }
            CallbackOp::Forget(callback) => {
                let index = pick(&self.callbacks, callback)?;
                if self.callbacks[index].captures() {
                    return Some(Outcome::Refused);
                }
                self.callbacks.swap_remove(index);
            }
            CallbackOp::Keep(callback) => keep(&CALLBACKS, take(&mut self.callbacks, callback)?),
            CallbackOp::CloneWatch(watch) => {
                let watch = self.watches[pick(&self.watches, watch)?].clone();
                self.watches.push(watch);
            }
            CallbackOp::DropWatch(watch) => drop(take(&mut self.watches, watch)?),
            CallbackOp::KeepWatch(watch) => keep(&WATCHES, take(&mut self.watches, watch)?),
        }
        Some(Outcome::Done)
    }

    /// Hangs something on an object.
    pub(crate) fn add(&mut self, extra: Extra, object: &Strong, deeds: Deeds) {
        let mut hand = match extra {
            Extra::Nothing => return,
            Extra::OnDrop(action) => {
                let capture = construct(Kind::List, deeds, EMPTY, Make::New);
                return self.callbacks.push(Registration::new(object, action, Some(capture)));
            }
            Extra::Watch(action) => Some(Purse::Watch(watch(object, action))),
            Extra::Pair => {
                let kind = model(|m| m.objects[object.id()].kind);
                let Some(keys) = [KeyKind::List, KeyKind::Aligned].into_iter().find(|it| it.kind() == kind) else {
                    return;
                };
                let value = construct(Kind::List, deeds, [Some(object.clone()), None, None], Make::New);
                new_pair(keys, object, &value).map(Purse::Bag)
            }
        };
        exchange_pouch(object.pointer().view().payload, object.id(), &mut hand);
    }

    pub(crate) fn bag(&mut self, op: BagOp) -> Option<Outcome> {
        match op {
            BagOp::New { sort, keys, entry } => {
                self.provide(keys.kind());
                self.provide(Kind::List);
                let bag = if sort == Sort::Pair {
                    new_pair(keys, self.pick_kind(keys.kind(), entry.key)?, self.pick_kind(Kind::List, entry.value)?)?
                } else {
                    let bag = Bag::new(sort, keys, None)?;
                    self.act(bag.container(), bag.id(), BagAct::Insert(entry));
                    bag
                };
                self.bags.push(bag);
                Some(Outcome::Done)
            }
            BagOp::Drop(bag) => {
                drop(take(&mut self.bags, bag)?);
                Some(Outcome::Done)
            }
            BagOp::Use(bag, act) | BagOp::UseMore(bag, act) => self.use_bag(bag, act),
        }
    }

    /// Sees to it that there is a root of a kind.
    fn provide(&mut self, kind: Kind) {
        if self.pick_kind(kind, 0).is_none() {
            self.roots.push(construct(kind, Deeds::NONE, EMPTY, Make::New));
            model(|m| m.settle_bags());
        }
    }

    /// The root of a kind that a number stands for.
    fn pick_kind(&self, kind: Kind, number: u8) -> Option<&Strong> {
        let fit: Vec<&Strong> = self.roots.iter().filter(|root| model(|m| m.objects[root.id()].kind == kind)).collect();
        pick(&fit, number).map(|index| fit[index])
    }

    fn use_bag(&mut self, number: u8, act: BagAct) -> Option<Outcome> {
        // Those outside come first.
        let held = |root: &Strong| match model(|m| m.objects[root.id()].pouch) {
            Some(Item::Bag(bag)) => Some(bag),
            _ => None,
        };
        let inside = (0..self.roots.len()).filter(|&root| held(&self.roots[root]).is_some());
        let places: Vec<Result<usize, usize>> = (0..self.bags.len()).map(Ok).chain(inside.map(Err)).collect();
        let place = places[pick(&places, number)?];
        let bag = place.map_or_else(|root| held(&self.roots[root]), |bag| Some(self.bags[bag].id()))?;
        // They are added at the end.
        self.provide(model(|m| m.bag(bag).keys.kind()));
        self.provide(Kind::List);
        let found = match place {
            Ok(index) => self.act(self.bags[index].container(), bag, act),
            Err(root) => self.roots[root].pointer().view().payload.pouch()?.with(|pocket| match pocket {
                Some(Pocket::Bag(container)) => self.act(container, bag, act),
                _ => None,
            })?,
        };
        let (outcome, strong) = found?;
        self.roots.extend(strong);
        Some(outcome)
    }

    /// Does something with a container; gives what is to become a root.
    fn act(&self, container: &Container, bag: BagId, act: BagAct) -> Option<(Outcome, Option<Strong>)> {
        let kind = model(|m| m.bag(bag).keys.kind());
        match act {
            BagAct::Insert(Entry { key, value, number }) | BagAct::InsertMore(Entry { key, value, number }) => {
                let (key, value) = (self.pick_kind(kind, key)?, self.pick_kind(Kind::List, value)?);
                if model(|m| m.bag(bag).sort == Sort::Ephemerons && m.is_in_sheaf(key.id())) {
                    return None;
                }
                insert(container, bag, key, value, number % NUMBERS)
            }
            BagAct::Remove(Entry { key, number, .. }) => {
                let key = self.pick_kind(kind, key)?;
                let number = number % NUMBERS;
                let before = model(|m| m.entry(bag, Some(key.id()), number));
                let found = container.remove(key.pointer(), number)?;
                if let Some(entry) = before {
                    model(|m| m.remove_entry(bag, entry));
                }
                Some(judge("remove", bag, found, before))
            }
            BagAct::Get(Entry { key, number, .. }) => {
                let key = self.pick_kind(kind, key)?;
                let before = model(|m| m.entry(bag, Some(key.id()), number % NUMBERS));
                Some(judge("get", bag, container.get(key.pointer(), number % NUMBERS)?, before))
            }
            BagAct::Clear if model(|m| m.bag(bag).sort == Sort::Pair) => None,
            BagAct::Clear => {
                container.clear(bag);
                Some((Outcome::Done, None))
            }
            BagAct::List => {
                let found = names(&container.list());
                let expected = model(|m| m.list_bag(bag));
                if found != expected {
                    model(|m| m.fail(|_| format!("container {bag} has {found:?}, not {expected:?}")));
                }
                Some((Outcome::Done, None))
            }
        }
    }
}

fn new_pair(keys: KeyKind, key: &Strong, value: &Strong) -> Option<Bag> {
    if model(|m| m.is_in_sheaf(key.id())) {
        return None;
    }
    let bag = Bag::new(Sort::Pair, keys, Some((key.pointer(), value.pointer().clone())))?;
    model(|m| m.add_pair(bag.id(), key.id(), value.id()));
    Some(bag)
}

/// Numbers that are keys are smaller.
const NUMBERS: u8 = 4;

fn insert(
    container: &Container,
    bag: BagId,
    key: &Strong,
    value: &Strong,
    number: u8,
) -> Option<(Outcome, Option<Strong>)> {
    let (sort, refused) = model(|m| (m.bag(bag).sort, m.objects[key.id()].saved));
    let before = model(|m| m.entry(bag, Some(key.id()), number)).filter(|_| !refused);
    let owned = matches!(sort, Sort::Keys | Sort::Ephemerons);
    let found = container.insert(key.pointer(), owned.then(|| value.pointer().clone()), number)?;
    if refused {
        // To what no weak pointer leads, there is no entry.
        return Some((Outcome::Refused, judge("insert", bag, (found.0 && sort != Sort::Set, found.1), None).1));
    }
    model(|m| {
        before.into_iter().for_each(|entry| m.remove_entry(bag, entry));
        let number = if sort == Sort::Values { number } else { 0 };
        m.add_entry(bag, model::Entry::new(key.id(), owned.then(|| value.id()), number));
    });
    Some(judge("insert", bag, found, before))
}

/// Compares what a container says was at some place with the model.
fn judge(what: &str, bag: BagId, found: Found, expected: Option<model::Entry>) -> (Outcome, Option<Strong>) {
    let (was_there, pointer) = found;
    let name = |sort: Sort, entry: model::Entry| if sort == Sort::Values { Some(entry.key) } else { entry.value };
    let value: Option<Id> = model(|m| expected.and_then(|entry| name(m.bag(bag).sort, entry)));
    let seen = pointer.as_ref().and_then(|pointer| Some(pointer.view().payload.name()?.id()));
    if was_there != expected.is_some() || seen != value {
        model(|m| m.fail(|_| format!("{what}: in container {bag} was {seen:?} ({was_there}), not {expected:?}")));
    }
    let outcome = if was_there { Outcome::Done } else { Outcome::Refused };
    (outcome, pointer.zip(value).map(|(pointer, id)| Strong::new(pointer, id)))
}
