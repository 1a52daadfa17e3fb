//! The side word: what the collector knows of an object without touching it.
//!
//! ```text
//! │ trial, 29 bits │ state, 3 bits │
//! ```
//!
//! The state says which generation the object is in, if any. The trial is zero but while a collection runs. While it
//! calls finalizers, that of a condemned object is its index; while it looks for garbage, that of every other is
//!
//! ```text
//! │ surplus, 26 bits │ many │ reachable │ member │
//! ```
//!
//! - *member*: the object is in the working set;
//! - *reachable*: it is known to be alive, and its edges are taken care of;
//! - *surplus*: its strong pointers less the references from members, once it and all of them have been traced. They
//!   come in any order, so the difference is negative at times, and is taken modulo 2²⁶; which is why it has the
//!   highest bits.
//! - *many*: it has more pointers than a surplus can tell from none. It passes for alive until they have been counted
//!   one by one.

use crate::slab::SWEPT;
use core::fmt;

const STATE_BITS: u32 = 3;
const STATE: u32 = (1 << STATE_BITS) - 1;
const MEMBER: u32 = 1 << STATE_BITS;
const REACHABLE: u32 = MEMBER << 1;
const MANY: u32 = REACHABLE << 1;
/// What one pointer counts for.
const ONE: u32 = MANY << 1;
const SURPLUS: u32 = !(ONE - 1);
/// As many strong pointers as are too many to be counted: half of what would be zero again, so that a difference that
/// is negative can be told from one that is not.
const TOO_MANY: u32 = SURPLUS / ONE / 2 + 1;

/// Where an object stands. The three generations are adjacent, youngest first; those with the bit of `Detached` are
/// [set apart](Word::is_set_apart).
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
    /// No object any more: the slot was freed without being touched.
    Swept = SWEPT,
}

impl State {
    /// The generation that an object is in.
    pub(crate) fn generation(self) -> Option<Generation> {
        match self {
            State::Young => Some(Generation::Young),
            State::Middle => Some(Generation::Middle),
            State::Old => Some(Generation::Old),
            State::Free | State::Detached | State::Condemned | State::Frozen | State::Swept => None,
        }
    }

    /// Whether the collector knows of an object, and may look at its value.
    pub(crate) fn is_tracked(self) -> bool {
        !matches!(self, State::Free | State::Detached | State::Swept)
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
    pub(crate) const fn state(self) -> State {
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
        Word(state as u32)
    }

    #[inline]
    pub(crate) fn state(self) -> State {
        match self.0 & STATE {
            0 => State::Free,
            1 => State::Young,
            2 => State::Middle,
            3 => State::Old,
            4 => State::Detached,
            5 => State::Condemned,
            6 => State::Frozen,
            _ => State::Swept,
        }
    }

    /// Whether there is an object which is not in one of the three generations: the states that have this bit.
    #[inline]
    pub(crate) const fn is_set_apart(self) -> bool {
        self.0 & Word::of(State::Detached).0 != 0
    }

    /// How many condemned objects can have an [index](Word::condemned).
    pub(crate) const INDICES: usize = 1 << (u32::BITS - STATE_BITS);

    /// The word of a condemned object with its index.
    pub(crate) const fn condemned(index: usize) -> Word {
        debug_assert!(index < Word::INDICES, "an index is not larger than a trial");
        Word(Word::of(State::Condemned).0 | (index as u32) << STATE_BITS)
    }

    /// The index of a condemned object.
    pub(crate) const fn index(self) -> usize {
        (self.0 >> STATE_BITS) as usize
    }

    /// Whether nothing is left of a trial.
    #[cfg(feature = "verify")]
    pub(crate) const fn is_settled(self) -> bool {
        self.0 & !STATE == 0
    }

    /// The word without its trial.
    #[inline]
    pub(crate) const fn settled(self) -> Word {
        Word(self.0 & STATE)
    }

    #[inline]
    pub(crate) const fn is_member(self) -> bool {
        self.0 & MEMBER != 0
    }

    /// The word of an object that is in the working set.
    #[inline]
    pub(crate) const fn member(self) -> Word {
        Word(self.0 | MEMBER)
    }

    /// The word of an object that is not in the working set, whatever was counted for it.
    pub(crate) const fn not_member(self) -> Word {
        Word(self.0 & !MEMBER)
    }

    /// Counts one reference from a member of the working set.
    #[inline]
    pub(crate) const fn count_reference(self) -> Word {
        Word(self.0.wrapping_sub(ONE))
    }

    /// Counts the strong pointers that there are: once for each trial.
    #[inline]
    pub(crate) const fn count_pointers(self, strong: u32) -> Word {
        if strong >= TOO_MANY { Word(self.0 | MANY) } else { Word(self.0.wrapping_add(strong * ONE)) }
    }

    #[inline]
    pub(crate) const fn has_many_pointers(self) -> bool {
        self.0 & MANY != 0
    }

    /// The word of an object all of whose pointers are references from members.
    pub(crate) const fn without_surplus(self) -> Word {
        Word(self.0 & !(MANY | SURPLUS))
    }

    /// Whether the object has other references than those that were counted.
    #[inline]
    pub(crate) const fn is_referred_from_outside(self) -> bool {
        self.0 & (SURPLUS | MANY) != 0
    }

    /// Whether more references were counted than there are pointers.
    #[cfg(debug_assertions)]
    pub(crate) const fn is_overcounted(self) -> bool {
        self.0 & MANY == 0 && self.0 / ONE > TOO_MANY
    }

    #[inline]
    pub(crate) const fn is_reachable(self) -> bool {
        self.0 & REACHABLE != 0
    }

    /// Whether the object is a member that is not known to be alive.
    #[inline]
    pub(crate) const fn is_on_trial(self) -> bool {
        self.0 & (MEMBER | REACHABLE) == MEMBER
    }

    #[inline]
    pub(crate) const fn mark_reachable(self) -> Word {
        Word(self.0 | REACHABLE)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}+{:#x}", self.state(), self.0 >> STATE_BITS)
    }
}

/// The objects that a pass over the heap looks at: those in some of the states, which are adjacent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection {
    /// A bit for each value of the five lowest bits of a word, whatever the two that are not of its state.
    words: u32,
    first: State,
    last: State,
}

impl Selection {
    /// The objects of all three generations.
    pub(crate) const ALL: Selection = Selection::up_to(Generation::Old);

    /// The objects in one state.
    pub(crate) const fn of(state: State) -> Selection {
        Selection::between(state, state)
    }

    /// The objects of a generation and all younger ones.
    pub(crate) const fn up_to(generation: Generation) -> Selection {
        Selection::between(State::Young, generation.state())
    }

    const fn between(first: State, last: State) -> Selection {
        let states = (2 << last as u32) - (1 << first as u32);
        Selection { words: 0x0101_0101 * states, first, last }
    }

    /// Whether the object of this word is among them: a single instruction.
    #[inline]
    pub(crate) const fn contains(self, word: Word) -> bool {
        self.words >> (word.0 % u32::BITS) & 1 != 0
    }

    /// [`contains`](Selection::contains), for a loop over many words: without a shift, for which the oldest processors
    /// have no vector instruction.
    #[inline]
    pub(crate) const fn contains_each(self, word: Word) -> bool {
        let state = (word.0 & STATE) as i32;
        (state >= self.first as i32) & (state <= self.last as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use State::{Condemned, Detached, Free, Frozen, Middle, Old, Swept, Young};

    #[test]
    fn a_selection_is_a_set_of_states() {
        for (generation, members) in [
            (Generation::Young, &[Young][..]),
            (Generation::Middle, &[Young, Middle]),
            (Generation::Old, &[Young, Middle, Old]),
        ] {
            for state in [Free, Young, Middle, Old, Detached, Condemned, Frozen, Swept] {
                let word = Word::of(state);
                for word in [word, word.member(), word.count_reference(), word.mark_reachable()] {
                    let selection = Selection::up_to(generation);
                    assert_eq!(selection.contains(word), members.contains(&state), "{word:?}");
                    assert_eq!(selection.contains_each(word), members.contains(&state), "{word:?}");
                    assert!(Selection::of(state).contains(word) && !Selection::of(Free).contains(Word::of(Young)));
                    assert_eq!(word.state(), state);
                    assert_eq!(word.is_set_apart(), [Detached, Condemned, Frozen, Swept].contains(&state));
                }
            }
        }
    }

    #[test]
    fn the_surplus_is_that_of_pointers_over_references_in_any_order() {
        let word = Word::of(Old).member();
        let counted = word.count_reference().count_pointers(2);
        assert_eq!(counted, word.count_pointers(2).count_reference());
        assert!(counted.is_referred_from_outside() && !counted.is_overcounted());
        let counted = counted.count_reference();
        assert_eq!(counted, word);
        assert!(!counted.is_referred_from_outside() && counted.is_on_trial());
        assert!(counted.count_reference().is_referred_from_outside() && counted.count_reference().is_overcounted());
        assert!(!counted.mark_reachable().is_on_trial());
        assert_eq!(counted.count_reference().mark_reachable().settled(), Word::of(Old));
    }

    /// Their references could come to a whole turn of the surplus.
    #[test]
    fn many_pointers_pass_for_references_from_outside() {
        let word = Word::of(Young).member();
        let most = word.count_pointers(TOO_MANY - 1);
        assert!(most.is_referred_from_outside() && !most.is_overcounted());
        let references = |word: Word, count| (0..count).fold(word, |word, _| word.count_reference());
        assert_eq!(references(most, TOO_MANY - 1), word);
        for strong in [TOO_MANY, 2 * TOO_MANY - 1, 2 * TOO_MANY, i32::MAX as u32] {
            for word in [word.count_pointers(strong), word.count_reference().count_pointers(strong)] {
                assert!(word.is_referred_from_outside() && !word.is_overcounted() && word.is_on_trial());
                assert!(word.has_many_pointers() && references(word, 3).is_referred_from_outside());
                assert_eq!(references(word, 3).without_surplus(), Word::of(Young).member());
                assert_eq!(word.state(), Young);
            }
        }
    }
}
