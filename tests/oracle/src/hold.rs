//! The operations that hold something while others run, and those that take values out of objects.

use crate::action::panic;
use crate::collector::set_debug;
use crate::construct::{Open, construct_cyclic, rebox};
use crate::edge::{exchange, reach};
use crate::handle::Strong;
use crate::interpreter::{Interpreter, pick, take};
use crate::model::{Id, SLOTS, Source, State, model};
use crate::payload::Payload;
use crate::pointer::{Ref, ValueVisitor};
use crate::program::{Cyclic, Deeds, Held, Hold, How, Init, Kind, Place, Touch, Unwrap, ValueOp};
use crate::report::Outcome;
use gc_core::{Cc, gc};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

impl Interpreter<'_> {
    pub(crate) fn hold(&mut self, Hold { held, ops }: Hold) -> Option<Outcome> {
        let ops = usize::from(ops);
        match held {
            Held::Shared(place) => self.hold_borrow(place, false, ops),
            Held::Exclusive(place) => self.hold_borrow(place, true, ops),
            Held::GetMut(root, touch) => self.get_mut(root, touch, ops),
            Held::MakeMut(root, touch) => self.make_mut(root, touch, ops),
            Held::NewCyclic(cyclic) => self.new_cyclic(cyclic, ops),
            Held::Pause => {
                let _pause = Pause::new();
                self.run(ops);
                Some(Outcome::Done)
            }
            Held::SaveAll(garbage) => {
                let before = model(|m| std::mem::replace(&mut m.save_all, true));
                set_debug();
                self.run(ops);
                model(|m| m.save_all = before);
                set_debug();
                Some(self.garbage(garbage).unwrap_or(Outcome::Done))
            }
        }
    }

    fn hold_borrow(&mut self, place: Place, exclusive: bool, ops: usize) -> Option<Outcome> {
        let root = take(&mut self.roots, place.root)?;
        let borrows = usize::from(exclusive);
        model(|m| m.borrows += borrows);
        let held = reach(&root, place.via, |payload, _| payload.hold(exclusive, &mut || self.run(ops)));
        model(|m| m.borrows -= borrows);
        self.roots.push(root);
        held.map(|held| if held { Outcome::Done } else { Outcome::Refused })
    }

    fn get_mut(&mut self, root: u8, touch: Touch, ops: usize) -> Option<Outcome> {
        let mut root = take(&mut self.roots, root)?;
        let id = root.id();
        let unique = model(|m| m.is_unique(id));
        let done = root.pointer_mut().get_mut(|payload| self.touch(payload, id, touch, ops));
        if done != unique {
            model(|m| m.fail(|m| format!("get_mut gave {done} for {}", m.describe(id))));
        }
        self.roots.push(root);
        Some(if done { Outcome::Done } else { Outcome::Refused })
    }

    fn make_mut(&mut self, root: u8, touch: Touch, ops: usize) -> Option<Outcome> {
        let index = pick(&self.roots, root)?;
        let old = self.roots[index].id();
        let (kind, strong, weak) = model(|m| {
            let object = &m.objects[old];
            (object.kind, object.strong(), m.weak_count(old))
        });
        let idle = self.roots[index].pointer().view().payload.is_idle();
        if kind == Kind::Unit || !(idle || (strong == 1 && weak == 0)) {
            return None;
        }
        let mut root = self.roots.swap_remove(index);
        let mut fading = Fading::new(old);
        // It may allocate once, or twice, or not at all; the second time only if code of the user upgrades a weak
        // pointer in the course of the first. But then no second collection must be due. Nor must there be one if the
        // object owns values, whose deaths could be put down to it.
        model(|m| (m.pacing.unsure, m.objects[old].movable) = (true, true));
        let pause = (weak > 0 && model(|m| m.has_deeds(Deeds::allocates) || m.lends(old))).then(Pause::new);
        let open = Open::allocation(kind);
        let result = catch_unwind(AssertUnwindSafe(|| {
            root.pointer_mut().make_mut(|payload| {
                drop(open);
                drop(pause);
                let now = fading.resolve(payload);
                let moved = (strong > 1, now != old);
                if moved == (true, false) || (strong == 1 && weak == 0 && now != old) {
                    model(|m| m.fail(|m| format!("make_mut made {} of {}", m.describe(now), m.describe(old))));
                }
                self.touch(payload, now, touch, ops);
                now
            })
        }));
        let now = match &result {
            Ok(now) => *now,
            // It has panicked, before it changed anything or after that.
            Err(_) => fading.resolve(root.pointer().view().payload),
        };
        root.redirect(now);
        self.roots.push(root);
        result.map_or_else(|payload| resume_unwind(payload), |_| Some(Outcome::Done))
    }

    /// Uses exclusive access to a value, which is a guard's.
    fn touch(&mut self, payload: &mut dyn Payload, id: Id, touch: Touch, ops: usize) {
        model(|m| m.objects[id].detached = true);
        self.put(payload, id, touch.slot, touch.before);
        if touch.sort && payload.sort(&mut || self.run(ops.div_ceil(2))) {
            model(|m| m.sort_edges(id));
        } else {
            self.run(ops);
        }
        self.put(payload, id, touch.slot, touch.after);
        model(|m| m.objects[id].detached = false);
    }

    fn put(&mut self, payload: &mut dyn Payload, id: Id, slot: u8, init: Init) {
        let slot = usize::from(slot) % SLOTS;
        let mut hand = match init {
            Init::Nothing => return,
            Init::Clone(root) => pick(&self.roots, root).map(|index| self.roots[index].clone()),
            Init::Move(root) => take(&mut self.roots, root),
        };
        exchange(id, slot, &mut hand, |edge| payload.replace_mut(slot, edge));
        self.roots.extend(hand);
    }

    fn new_cyclic(&mut self, cyclic: Cyclic, ops: usize) -> Option<Outcome> {
        let Cyclic { kind, deeds, self_weak, fails, inits } = cyclic;
        if kind == Kind::Unit {
            return None;
        }
        let strong = construct_cyclic(kind, deeds, |weak| {
            drop(weak.upgrade());
            self.weaks.push(weak.clone());
            self.run(ops);
            if fails {
                panic(Source::Constructor(weak.id()));
            }
            (self.load(kind, inits), self_weak)
        });
        self.roots.push(strong);
        Some(Outcome::Done)
    }

    pub(crate) fn value(&mut self, op: ValueOp) -> Option<Outcome> {
        match op {
            ValueOp::Unwrap(op) => return self.unwrap(op),
            ValueOp::TieRaw { raw, slot } => return self.tie(raw, slot),
            ValueOp::IntoRaw(root) => {
                let root = take(&mut self.roots, root)?;
                self.raws.push(root.into_raw());
            }
            ValueOp::FromRaw(raw) => {
                let index = pick(&self.raws, raw)?;
                let raw = self.raws.swap_remove(index);
                self.roots.push(raw.into_strong());
            }
            ValueOp::CloneRaw(raw) => {
                let clone = self.raws[pick(&self.raws, raw)?].clone();
                self.raws.push(clone);
            }
            ValueOp::DropRaw(raw) => {
                let index = pick(&self.raws, raw)?;
                drop(self.raws.swap_remove(index));
            }
        }
        Some(Outcome::Done)
    }

    fn tie(&mut self, raw: u8, slot: u8) -> Option<Outcome> {
        let index = pick(&self.raws, raw)?;
        let raw = self.raws.swap_remove(index);
        let (id, slot) = (raw.id(), usize::from(slot) % SLOTS);
        let (left, name, outcome) = match raw.into_pointer().tie(slot) {
            Ok(old) => (old, model(|m| m.set_edge(id, slot, Some(id))), Outcome::Done),
            Err(itself) => (itself, Some(id), Outcome::Refused),
        };
        self.roots.extend(left.zip(name).map(|(pointer, name)| Strong::new(pointer, name)));
        Some(outcome)
    }

    fn unwrap(&mut self, Unwrap { root, how, rebox }: Unwrap) -> Option<Outcome> {
        let index = pick(&self.roots, root)?;
        let id = self.roots[index].id();
        let (kind, unique) = model(|m| (m.objects[id].kind, m.objects[id].strong() == 1));
        let clones = how == How::UnwrapOrClone && !unique;
        if kind == Kind::Unit || (clones && !self.roots[index].pointer().view().payload.is_idle()) {
            return None;
        }
        let pointer = self.roots.swap_remove(index).into_pointer();
        let mut fading = Fading::of_uncounted(id);
        // No finalizer is called, and what is left of it if a callback panics is dropped while that unwinds.
        model(|m| m.objects[id].leaving = unique);
        match pointer.unwrap(how, Unwrapped { fading: &mut fading, rebox }) {
            Ok(strong) => {
                if !unique && !clones {
                    model(|m| m.fail(|m| format!("the value was moved out of {}", m.describe(id))));
                }
                self.roots.extend(strong);
                Some(Outcome::Done)
            }
            Err(pointer) => {
                fading.settle();
                if unique {
                    model(|m| m.fail(|m| format!("the value was not moved out of {}", m.describe(id))));
                }
                self.roots.extend(pointer.map(|pointer| Strong::new(pointer, id)));
                Some(Outcome::Refused)
            }
        }
    }
}

/// A pause of automatic collections.
struct Pause {
    /// Ends it, after the model has been told.
    _guard: gc::PauseGuard,
}

impl Pause {
    fn new() -> Pause {
        model(|m| m.pacing.pauses += 1);
        Pause { _guard: gc::pause() }
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        model(|m| m.pacing.pauses -= 1);
    }
}

/// A handle that a function of the library has been given, and may drop at any moment.
struct Fading(Option<Id>);

impl Fading {
    fn new(id: Id) -> Fading {
        model(|m| m.fade(id));
        Fading(Some(id))
    }

    /// The handle is not counted any more.
    fn of_uncounted(id: Id) -> Fading {
        model(|m| m.objects[id].fading += 1);
        Fading(Some(id))
    }

    /// The handle is gone, or somewhere else.
    fn settle(&mut self) {
        if let Some(id) = self.0.take() {
            model(|m| m.faded(id));
        }
    }

    /// The handle leads to this value now: that of the object it led to, in the same place or another, or a clone.
    /// Gives the name of its object.
    fn resolve(&mut self, payload: &dyn Payload) -> Id {
        let address = std::ptr::from_ref(payload).cast::<()>().addr();
        let name = payload.name().expect("units are left out").id();
        let Some(old) = self.0.take() else { return name };
        model(|m| {
            m.objects[old].movable = false;
            if name != old {
                m.faded(old);
                m.boxed(name, address);
                return name;
            }
            m.unfade(old);
            if m.objects[old].address == address {
                return old;
            }
            let new = m.unboxed(old, true);
            payload.rename(new);
            m.boxed(new, address);
            new
        })
    }
}

impl Drop for Fading {
    fn drop(&mut self) {
        // The function has panicked. Either the handle is what it was, or there is no object any more.
        if let Some(id) = self.0.take() {
            model(|m| if m.objects[id].state == State::Boxed { m.unfade(id) } else { m.faded(id) });
        }
    }
}

/// Drops a value that has been moved out of its object, or cloned, or makes a new object of it.
struct Unwrapped<'f> {
    fading: &'f mut Fading,
    rebox: bool,
}

impl ValueVisitor for Unwrapped<'_> {
    type Output = Option<Strong>;

    fn visit<T: Payload>(self, value: T) -> Option<Strong>
    where
        Ref: From<Cc<T>>,
    {
        let old = self.fading.0.expect("a handle is resolved once");
        let mut name = value.name().expect("units are left out").id();
        if name == old {
            self.fading.0 = None;
            model(|m| m.unfade(old));
            name = model(|m| m.unboxed(old, false));
            value.rename(name);
        } else {
            self.fading.settle();
        }
        self.rebox.then(|| rebox(value, name))
    }
}
