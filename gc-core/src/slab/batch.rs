//! Freeing many slots: those of one block that come one after the other are given back to it together.
//!
//! Knows nothing of what the slots held.

use super::Slab;
use super::block::{BlockPtr, Chain};
use core::ptr::NonNull;

/// Slots that are about to be freed, which they all are when the batch is dropped. Until then the slab takes them for
/// slots in use, and can be used like any other time.
///
/// Invariant: the slots of the chain are those of the block.
#[derive(Debug)]
pub(crate) struct Batch<'s> {
    slab: &'s Slab,
    pending: Option<(BlockPtr, Chain)>,
}

impl<'s> Batch<'s> {
    pub(super) const fn new(slab: &'s Slab) -> Batch<'s> {
        Batch { slab, pending: None }
    }

    /// Puts a slot back.
    ///
    /// # Safety
    ///
    /// As [`Slab::free`].
    #[inline]
    pub(crate) unsafe fn add(&mut self, slot: NonNull<u8>) {
        // SAFETY: the slot is allocated.
        let block = unsafe { BlockPtr::of(slot) };
        // SAFETY: the slot has been handed out.
        debug_assert_eq!(unsafe { block.word(slot) }.get(), 0, "block inv. 3: a slot is freed with a side word");
        match &mut self.pending {
            // SAFETY: the slot is that block's; the rest is the caller's promise.
            Some((current, chain)) if *current == block => unsafe { chain.add(slot) },
            _ => {
                self.flush();
                self.pending = Some((block, Chain::of(slot)));
            }
        }
    }

    /// Gives the pending slots back to their block.
    #[inline]
    fn flush(&mut self) {
        if let Some((block, chain)) = self.pending.take() {
            // SAFETY: the slots are that block's, were in use, and their words are zero: the promise made to `add`.
            if unsafe { block.splice(chain) } {
                self.slab.attend(block);
            }
        }
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}
