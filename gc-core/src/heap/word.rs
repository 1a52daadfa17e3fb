//! The side word: what the collector knows of an object without touching it.
//!
//! ```text
//! │ state, 3 bits │ trial count, 29 bits │
//! ```
//!
//! The state says which generation the object is in, if any. The trial count is zero but while a collection runs: then
//! it is the index of a condemned object while finalizers are called, and of all others while garbage is looked for
//!
//! - 0: not in the working set;
//! - `1 + n`: in the working set, with `n` references from members of it. A count saturates at [`SATURATED`], which errs
//!   on the safe side;
//! - [`REACHABLE`]: known to be alive.

use core::fmt;

const COUNT_BITS: u32 = 29;
const COUNT: u32 = (1 << COUNT_BITS) - 1;
/// The trial count of an object that is known to be alive.
const REACHABLE: u32 = COUNT;
/// The greatest trial count that is one. It must not look like [`REACHABLE`], which says that the object's edges are
/// taken care of.
const SATURATED: u32 = COUNT - 1;

/// Where an object stands. The three generations are adjacent, youngest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u32)]
pub(crate) enum State {
    /// No object, one that the collector does not look at, or one that is dead.
    Free = 0,
    Young = 1,
    Middle = 2,
    Old = 3,
    /// Alive, but its value is not for the collector to see: it is under construction, or somebody has exclusive
    /// access to it.
    Detached = 4,
    /// Found unreachable by the collection that is running.
    Condemned = 5,
    /// In the permanent generation, which is not collected.
    Frozen = 6,
}

impl State {
    /// The generation that an object is in.
    pub(crate) fn generation(self) -> Option<Generation> {
        match self {
            State::Young => Some(Generation::Young),
            State::Middle => Some(Generation::Middle),
            State::Old => Some(Generation::Old),
            State::Free | State::Detached | State::Condemned | State::Frozen => None,
        }
    }

    /// Whether the collector knows of an object, and may look at its value.
    pub(crate) fn is_tracked(self) -> bool {
        !matches!(self, State::Free | State::Detached)
    }
}

/// The generations of the collector, youngest first.
///
/// New objects are young. What survives a collection moves to the next generation: what survives
/// [`collect_generation(Young)`](crate::gc::collect_generation) becomes middle-aged, everything else old. `CPython`
/// calls them 0, 1 and 2.
///
/// # Examples
///
/// ```
/// use gc_core::gc::Generation;
///
/// assert_eq!(Generation::try_from(2), Ok(Generation::Old));
/// assert_eq!(Generation::Young as usize, 0);
/// assert!(Generation::try_from(3).is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Generation {
    /// Objects that no collection has looked at yet.
    Young = 0,
    /// Objects that survived one young collection.
    Middle = 1,
    /// Everything older.
    Old = 2,
}

impl Generation {
    /// The state of its objects.
    pub(crate) fn state(self) -> State {
        match self {
            Generation::Young => State::Young,
            Generation::Middle => State::Middle,
            Generation::Old => State::Old,
        }
    }

    /// Where the survivors of a collection of this generation go.
    pub(crate) fn next(self) -> State {
        match self {
            Generation::Young => State::Middle,
            Generation::Middle | Generation::Old => State::Old,
        }
    }
}

/// The error of a generation number that is not 0, 1 or 2.
///
/// # Examples
///
/// See [`Generation`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidGeneration(usize);

impl fmt::Display for InvalidGeneration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid generation {}: there are generations 0, 1 and 2", self.0)
    }
}

impl std::error::Error for InvalidGeneration {}

impl TryFrom<usize> for Generation {
    type Error = InvalidGeneration;

    /// # Errors
    ///
    /// [`InvalidGeneration`] for a number above 2.
    fn try_from(number: usize) -> Result<Generation, InvalidGeneration> {
        [Generation::Young, Generation::Middle, Generation::Old].get(number).copied().ok_or(InvalidGeneration(number))
    }
}

/// A side word. See the module.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Word(pub(crate) u32);

impl Word {
    /// The word of an object in a state, outside a collection.
    #[inline]
    pub(crate) const fn of(state: State) -> Word {
        Word((state as u32) << COUNT_BITS)
    }

    pub(crate) fn state(self) -> State {
        match self.0 >> COUNT_BITS {
            0 => State::Free,
            1 => State::Young,
            2 => State::Middle,
            3 => State::Old,
            4 => State::Detached,
            5 => State::Condemned,
            _ => State::Frozen,
        }
    }

    /// Whether the object is condemned or frozen.
    #[inline]
    pub(crate) const fn is_condemned_or_frozen(self) -> bool {
        self.0 >= Word::of(State::Condemned).0
    }

    /// How many condemned objects can have an [index](Word::condemned).
    pub(crate) const INDICES: usize = COUNT as usize + 1;

    /// The word of a condemned object with its index.
    pub(crate) const fn condemned(index: usize) -> Word {
        debug_assert!(index < Word::INDICES, "an index is not larger than a trial count");
        Word(Word::of(State::Condemned).0 | index as u32)
    }

    /// The index of a condemned object.
    pub(crate) const fn index(self) -> usize {
        self.trial_count() as usize
    }

    #[inline]
    pub(crate) const fn trial_count(self) -> u32 {
        self.0 & COUNT
    }

    #[inline]
    pub(crate) const fn is_reachable(self) -> bool {
        self.trial_count() == REACHABLE
    }

    #[inline]
    pub(crate) const fn mark_reachable(self) -> Word {
        Word(self.0 | REACHABLE)
    }

    /// The word without its trial count.
    #[inline]
    pub(crate) const fn settled(self) -> Word {
        Word(self.0 & !COUNT)
    }

    /// The word with `n` added to its trial count, which is not [`REACHABLE`].
    #[inline]
    pub(crate) const fn count(self, n: u32) -> Word {
        if SATURATED - self.trial_count() < n { Word(self.settled().0 | SATURATED) } else { Word(self.0 + n) }
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}+{}", self.state(), self.trial_count())
    }
}

/// The objects that a pass over the heap looks at: those in one of some adjacent states.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection {
    /// The least word among them.
    first: u32,
    /// How many words there are.
    span: u32,
}

impl Selection {
    /// The objects of all three generations.
    pub(crate) const ALL: Selection = Selection::up_to(Generation::Old);

    /// The objects in one state.
    pub(crate) const fn of(state: State) -> Selection {
        Selection { first: Word::of(state).0, span: 1 << COUNT_BITS }
    }

    /// The objects of a generation and all younger ones.
    pub(crate) const fn up_to(generation: Generation) -> Selection {
        Selection { first: Word::of(State::Young).0, span: (generation as u32 + 1) << COUNT_BITS }
    }

    /// Whether the object of this word is among them: one compare.
    #[inline]
    pub(crate) const fn contains(self, word: Word) -> bool {
        word.0.wrapping_sub(self.first) < self.span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use State::{Condemned, Detached, Free, Frozen, Middle, Old, Young};

    #[test]
    fn a_selection_is_a_range_of_words() {
        for (generation, members) in [
            (Generation::Young, &[Young][..]),
            (Generation::Middle, &[Young, Middle]),
            (Generation::Old, &[Young, Middle, Old]),
        ] {
            for state in [Free, Young, Middle, Old, Detached, Condemned, Frozen] {
                for word in [Word::of(state), Word::of(state).count(5), Word::of(state).mark_reachable()] {
                    assert_eq!(Selection::up_to(generation).contains(word), members.contains(&state), "{word:?}");
                    assert!(Selection::of(state).contains(word) && !Selection::of(Free).contains(Word::of(Young)));
                    assert_eq!(word.state(), state);
                    assert_eq!(word.is_condemned_or_frozen(), [Condemned, Frozen].contains(&state));
                }
            }
        }
    }

    #[test]
    fn trial_counts_saturate_short_of_reachable() {
        let word = Word(Word::of(Old).0 + SATURATED - 1);
        assert_eq!(word.count(1).trial_count(), SATURATED);
        assert_eq!(word.count(2), word.count(1));
        assert_eq!(word.count(1).count(2), word.count(1));
        assert!(!word.count(2).is_reachable() && word.count(2).mark_reachable().is_reachable());
        assert_eq!(word.count(2).settled(), Word::of(Old));
    }
}
