//! What introspection shows, and what the model says.
//!
//! It makes pointers, and what a pointer was dropped to is a suspect. So it is done seldom.

use crate::handle::Strong;
use crate::model::{FROZEN, Id, Model, model};
use gc_core::AnyCc;
use gc_core::gc::{self, Generation};

const GENERATIONS: [Generation; 3] = [Generation::Young, Generation::Middle, Generation::Old];

/// Compares what objects there are, if the model is certain of that.
pub(crate) fn inspect() {
    if !model(|m| m.knows_what_is_visible()) {
        return;
    }
    model(|m| m.effects.inspections += 1);
    for (number, generation) in GENERATIONS.into_iter().enumerate() {
        let objects = gc::get_objects_in(generation);
        let what = format!("get_objects_in({generation:?})");
        model(|m| m.compare_objects(&what, &objects, |m, id| m.objects[id].generation == number));
    }
    let objects = gc::get_objects();
    model(|m| m.compare_objects("get_objects", &objects, |_, _| true));
}

/// Compares what refers to an object and what it refers to.
pub(crate) fn inspect_object(strong: &Strong) {
    let (id, any) = (strong.id(), [strong.pointer().any()]);
    // Nobody sees what is in a cell that is mutably borrowed.
    if !model(|m| m.knows_what_is_visible() && m.borrows == 0) {
        return;
    }
    let referents = gc::get_referents(&any);
    let targets = model(|m| m.targets(id));
    model(|m| m.compare("get_referents", &referents, targets));
    let referrers = gc::get_referrers(&any);
    model(|m| m.compare_objects("get_referrers", &referrers, |m, other| m.targets(other).contains(&id)));
}

impl Model {
    /// Compares objects that were found with those that can be seen and for which that holds.
    fn compare_objects(&mut self, what: &str, found: &[AnyCc], holds: impl Fn(&Model, Id) -> bool) {
        let expected = (0..self.objects.len()).filter(|&id| self.is_visible(id) && holds(self, id)).collect();
        self.compare(what, found, expected);
    }

    /// Compares objects that were found with those expected, in any order. Those of watches have no known address.
    fn compare(&mut self, what: &str, found: &[AnyCc], expected: Vec<Id>) {
        let known = |address: usize| self.objects.iter().any(|o| o.address == address && o.strong() > 0);
        let address = |object: &AnyCc| Some(object.as_ptr().addr()).filter(|&address| known(address)).unwrap_or(0);
        let mut found: Vec<usize> = found.iter().map(address).collect();
        let mut expected: Vec<usize> = expected.into_iter().map(|id| self.objects[id].address).collect();
        found.sort_unstable();
        expected.sort_unstable();
        if found != expected {
            self.fail(|_| format!("{what} shows {found:x?}, not {expected:x?}"));
        }
    }
}

const _: () = assert!(FROZEN == GENERATIONS.len());
