//! Tickets: fields without size by which the deaths of objects can be counted.
//!
//! Every node has one. It is [`Uncounted`] where time is measured, and [`Counted`] in a run of its own, which shows
//! that the collector has freed what it was to free.

use std::cell::Cell;

/// The field of a node.
pub trait Ticket: Default + 'static {}

/// Costs nothing and counts nothing.
#[derive(Default)]
pub struct Uncounted;

/// Counts its births and deaths, in this thread.
pub struct Counted;

impl Ticket for Uncounted {}
impl Ticket for Counted {}

thread_local! {
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { born: 0, died: 0, peak: 0 }) };
}

/// Objects with a [`Counted`] ticket.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Made so far.
    pub born: u64,
    /// Of them, dropped.
    pub died: u64,
    /// The most that were there at one time.
    pub peak: u64,
}

impl Counts {
    /// Those of this thread.
    pub fn get() -> Counts {
        COUNTS.get()
    }
}

impl Default for Counted {
    fn default() -> Counted {
        let Counts { born, died, peak } = COUNTS.get();
        COUNTS.set(Counts { born: born + 1, died, peak: peak.max(born + 1 - died) });
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let counts = COUNTS.get();
        COUNTS.set(Counts { died: counts.died + 1, ..counts });
    }
}
