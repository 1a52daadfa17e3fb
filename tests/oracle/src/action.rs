//! What destructors, callbacks and finalizers do.

use crate::callback::Registration;
use crate::construct::{EMPTY, collect, construct, ring};
use crate::inspect::inspect;
use crate::kept::{CALLBACKS, STRONG, WATCHES, WEAK, copy, keep, unkeep};
use crate::model::{Source, model};
use crate::program::{Action, Deeds, Kind, Make};
use gc_core::gc::Generation;
use std::panic::resume_unwind;

/// What a destructor and the like panics with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Boom(pub(crate) Source);

/// Does what the code of the user is to do that is called.
pub(crate) fn perform(action: Action, source: Source) {
    if action == Action::Nothing {
        return;
    }
    model(|m| {
        m.effects.actions += 1;
    });
    let number = source.number();
    let odd = number % 2 == 1;
    match action {
        Action::Nothing => {}
        Action::Allocate => {
            let kind = if odd { Kind::List } else { Kind::Leaf };
            let strong = construct(kind, Deeds::NONE, EMPTY, Make::New);
            if number % 4 < 2 {
                keep(&STRONG, strong);
            }
        }
        Action::Ring => {
            let first = construct(Kind::Cells, Deeds::NONE, EMPTY, Make::New);
            drop(ring(first, Kind::Cells, 1 + number % 3, |_| Deeds::NONE));
        }
        Action::Collect => {
            let generations = [None, Some(Generation::Young), Some(Generation::Middle), Some(Generation::Old)];
            collect(generations[number % 4]);
        }
        Action::DropKept => drop(unkeep(&STRONG)),
        Action::UpgradeKept => {
            let strong = copy(&WEAK, number).and_then(|weak| weak.upgrade());
            match strong {
                Some(strong) if odd => keep(&STRONG, strong),
                strong => drop(strong),
            }
        }
        Action::DropKeptWeak => drop(unkeep(&WEAK)),
        Action::DropKeptWatch => drop(unkeep(&WATCHES)),
        Action::Attach => {
            let target = copy(&STRONG, number);
            drop(target.map(|target| Registration::new(&target, Action::Nothing, None)));
        }
        Action::CallKept => {
            let callback = copy(&CALLBACKS, number);
            callback.map(|callback| if odd { callback.call() } else { callback.detach(false) });
        }
        Action::Inspect => inspect(),
        Action::Panic => panic(source),
    }
}

/// Panics on behalf of somebody, without a word from the panic hook.
pub(crate) fn panic(source: Source) -> ! {
    model(|m| {
        m.panics(source);
    });
    resume_unwind(Box::new(Boom(source)))
}

impl Source {
    /// A number that differs for most.
    fn number(self) -> usize {
        match self {
            Source::Finalizer(id) | Source::Destructor(id) | Source::Constructor(id) => id,
            Source::Callback(name) | Source::Observer(name) => name,
        }
    }
}
