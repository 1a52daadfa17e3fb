//! The 16 bytes in front of every value.
//!
//! Invariants:
//! 1. `strong` holds, in its low 31 bits, the number of strong pointers (and pins of the collector); its sign bit is
//!    the *clean* flag: no strong pointer has been dropped since the object was made, or a full collection last found
//!    it alive. All garbage hangs from objects without the flag.
//! 2. `weak` holds, in its low 28 bits, the number of weak pointers, plus one that all strong pointers own together:
//!    the slot outlives the drop of the value. The last of them to go frees the slot.
//! 3. The `DEAD` flag of `weak` is set from the moment at which the collector gives the value up. A value whose
//!    object has no strong pointers, or is dead, is never accessed again but by its drop.
//! 4. The `UNFINALIZED` flag is set from the birth of an object that has a finalizer until it is called. An object that
//!    has ever had the flag has its birth number for a trailer.
//! 5. The `ATTACHED` flag is set if the heap has an attachment for the object.
//! 6. The `CLEARED` flag is set from the moment at which all weak pointers to the object, though it lives on, read
//!    dead.
//!
//! Both counts are checked: one that would overflow aborts the process, as `Rc`'s do. (With the pointers forgotten,
//! not dropped, a program can get there without running out of memory.)

use super::vtable::VTable;
use core::cell::Cell;
#[cfg(feature = "track-sites")]
use core::panic::Location;

/// See the module.
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct Header {
    vtable: Cell<&'static VTable>,
    strong: Cell<i32>,
    weak: Cell<u32>,
    /// Where the object was made.
    #[cfg(feature = "track-sites")]
    site: &'static Location<'static>,
}

const _: () = assert!(
    size_of::<Header>() == if cfg!(all(feature = "track-sites", target_pointer_width = "64")) { 32 } else { 16 }
);

/// Inv. 1: the sign bit.
const CLEAN: i32 = i32::MIN;
/// Inv. 1: the count.
const STRONG: i32 = i32::MAX;
/// Inv. 2: the count.
const WEAK: u32 = (1 << 28) - 1;
/// Inv. 3.
const DEAD: u32 = 1 << 31;
/// Inv. 4.
const UNFINALIZED: u32 = 1 << 30;
/// Inv. 5.
const ATTACHED: u32 = 1 << 29;
/// Inv. 6.
const CLEARED: u32 = 1 << 28;

const _: () = assert!(WEAK & (DEAD | UNFINALIZED | ATTACHED | CLEARED) == 0);

/// What a decrement of the strong count found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Decrement {
    /// That was the last strong pointer.
    Last,
    /// Other pointers remain, and the object has become a suspect.
    Suspect,
}

impl Header {
    /// The header of an object with one strong pointer. `finalizer` says whether it has one.
    #[inline]
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub(crate) fn new(vtable: &'static VTable, clean: bool, finalizer: bool) -> Header {
        let strong = if clean { CLEAN | 1 } else { 1 };
        let weak = if finalizer { UNFINALIZED | 1 } else { 1 };
        Header {
            vtable: Cell::new(vtable),
            strong: Cell::new(strong),
            weak: Cell::new(weak),
            #[cfg(feature = "track-sites")]
            site: Location::caller(),
        }
    }

    /// The header of an object under construction: no strong pointer yet, one weak.
    #[cfg_attr(feature = "track-sites", track_caller)]
    pub(crate) fn unborn(vtable: &'static VTable, finalizer: bool) -> Header {
        let header = Header::new(vtable, false, finalizer);
        header.strong.set(0);
        header
    }

    /// Makes the first strong pointer of an object that was unborn. The weak pointer that its construction held
    /// becomes the strong pointers' own.
    pub(crate) fn bear(&self, vtable: &'static VTable, clean: bool) {
        self.vtable.set(vtable);
        self.strong.set(if clean { CLEAN | 1 } else { 1 });
    }

    /// Says that the value has become one of another type, or opaque.
    pub(crate) fn set_vtable(&self, vtable: &'static VTable) {
        self.vtable.set(vtable);
    }

    #[inline]
    pub(crate) fn vtable(&self) -> &'static VTable {
        self.vtable.get()
    }

    /// Where the object was made.
    #[cfg(feature = "track-sites")]
    pub(crate) fn site(&self) -> &'static Location<'static> {
        self.site
    }

    /// The number of strong pointers.
    #[inline]
    pub(crate) fn strong(&self) -> u32 {
        (self.strong.get() & STRONG).unsigned_abs()
    }

    /// Counts one more strong pointer. `Rc`'s increment, with its overflow check on the low 31 bits.
    #[inline]
    pub(crate) fn increment_strong(&self) {
        let strong = self.strong.get().wrapping_add(1);
        self.strong.set(strong);
        if strong & STRONG == 0 {
            overflow();
        }
    }

    /// Counts one strong pointer less; `true` if that needs [`after_decrement`](Header::after_decrement), because it
    /// was the last one or the object was clean. `Rc`'s decrement: one subtraction and one branch.
    ///
    /// # Safety
    ///
    /// The strong count is not zero.
    #[inline]
    pub(crate) unsafe fn decrement_strong(&self) -> bool {
        // SAFETY: the count is at least one, so the subtraction borrows nothing from the sign bit (inv. 1).
        let strong = unsafe { self.strong.get().unchecked_sub(1) };
        self.strong.set(strong);
        strong <= 0
    }

    /// Clears the clean flag after a decrement, and says which of the two cases it was.
    #[inline]
    pub(crate) fn after_decrement(&self) -> Decrement {
        let strong = self.strong.get() & STRONG;
        self.strong.set(strong);
        if strong == 0 { Decrement::Last } else { Decrement::Suspect }
    }

    /// Takes the strong count from one to zero, without the object dying of it.
    pub(crate) fn take_last_strong(&self) {
        debug_assert_eq!(self.strong(), 1, "the value is taken from an object that is shared");
        self.strong.set(0);
    }

    #[inline]
    pub(crate) fn is_clean(&self) -> bool {
        self.strong.get() & CLEAN != 0
    }

    #[inline]
    pub(crate) fn set_clean(&self) {
        self.strong.set(self.strong.get() | CLEAN);
    }

    pub(crate) fn clear_clean(&self) {
        self.strong.set(self.strong.get() & STRONG);
    }

    /// Adds a strong pointer of the collector's own. The object is no longer clean, so that dropping the pointers to it
    /// stays on the fast path, and taking the pin off counts as a decrement.
    #[inline]
    pub(crate) fn pin(&self) {
        self.clear_clean();
        self.increment_strong();
    }

    /// Takes off a pin; `true` if there are strong pointers left.
    pub(crate) fn take_pin(&self) -> bool {
        let strong = (self.strong.get() & STRONG) - 1;
        self.strong.set(strong);
        strong > 0
    }

    /// Takes the pin off a dead object; `true` if that was the last of all pointers, and the header is of no use any
    /// more.
    ///
    /// # Safety
    ///
    /// There is a pin.
    #[inline]
    pub(crate) unsafe fn take_last_pin(&self) -> bool {
        if self.strong.get() == 1 && self.weak.get() == DEAD | 1 {
            return true;
        }
        // SAFETY: the count includes the pin.
        let last = unsafe { self.decrement_strong() };
        last && self.decrement_weak()
    }

    /// The number of weak pointers, the strong pointers' own one not counted.
    pub(crate) fn weak(&self) -> u32 {
        (self.weak.get() & WEAK).saturating_sub(1)
    }

    #[inline]
    pub(crate) fn increment_weak(&self) {
        let weak = self.weak.get();
        if weak & WEAK == WEAK {
            overflow();
        }
        self.weak.set(weak + 1);
    }

    /// Whether there is only the weak pointer that the strong pointers own, and no flag.
    #[inline]
    pub(crate) fn is_plain_and_last(&self) -> bool {
        self.weak.get() == 1
    }

    /// Counts one weak pointer less; `true` if that was the last, and the header is of no use any more.
    #[inline]
    pub(crate) fn decrement_weak(&self) -> bool {
        let weak = self.weak.get();
        if weak & WEAK == 1 {
            return true;
        }
        self.weak.set(weak - 1);
        false
    }

    #[inline]
    pub(crate) fn is_dead(&self) -> bool {
        self.weak.get() & DEAD != 0
    }

    #[inline]
    pub(crate) fn set_dead(&self) {
        self.weak.set(self.weak.get() | DEAD);
    }

    /// Whether there is nothing to do at the death of the object but to drop its value.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.weak.get() & !WEAK == 0
    }

    /// Whether the object has a finalizer that has yet to be called.
    #[inline]
    pub(crate) fn is_unfinalized(&self) -> bool {
        self.weak.get() & UNFINALIZED != 0
    }

    pub(crate) fn clear_unfinalized(&self) {
        self.weak.set(self.weak.get() & !UNFINALIZED);
    }

    /// Whether the heap has an attachment for the object.
    #[inline]
    pub(crate) fn is_attached(&self) -> bool {
        self.weak.get() & ATTACHED != 0
    }

    pub(crate) fn set_attached(&self) {
        self.weak.set(self.weak.get() | ATTACHED);
    }

    /// Makes all weak pointers to the object read dead, for good.
    pub(crate) fn set_cleared(&self) {
        self.weak.set(self.weak.get() | CLEARED);
    }

    /// Whether a weak pointer may hand the value out: it is there, and will be.
    pub(crate) fn can_upgrade(&self) -> bool {
        self.strong() != 0 && self.weak.get() & (DEAD | CLEARED) == 0
    }
}

/// Memory safety cannot be kept with a count that has wrapped, and there is nobody to return an error to.
#[cold]
#[inline(never)]
fn overflow() -> ! {
    std::process::abort()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header::new(VTable::of::<()>(), true, false)
    }

    #[test]
    fn a_clean_object_takes_the_slow_path_once() {
        let header = header();
        header.increment_strong();
        header.increment_strong();
        // SAFETY: three strong pointers.
        assert!(unsafe { header.decrement_strong() });
        assert_eq!(header.after_decrement(), Decrement::Suspect);
        assert!(!header.is_clean());
        // SAFETY: two strong pointers.
        assert!(!unsafe { header.decrement_strong() });
        // SAFETY: one strong pointer.
        assert!(unsafe { header.decrement_strong() });
        assert_eq!(header.after_decrement(), Decrement::Last);
    }

    #[test]
    fn the_clean_flag_does_not_touch_the_count() {
        let header = header();
        for clean in [false, true] {
            if clean {
                header.set_clean()
            } else {
                header.clear_clean()
            }
            assert_eq!((header.strong(), header.is_clean()), (1, clean));
        }
        header.pin();
        assert_eq!((header.strong(), header.is_clean()), (2, false));
    }

    #[test]
    fn flags_do_not_touch_the_weak_count() {
        let header = header();
        header.increment_weak();
        header.set_dead();
        assert_eq!((header.weak(), header.can_upgrade()), (1, false));
        assert!(!header.decrement_weak());
        assert!(header.decrement_weak());
    }

    #[test]
    fn a_header_is_plain_without_flags() {
        let header = header();
        header.increment_weak();
        assert!(header.is_plain() && header.can_upgrade());
        header.set_attached();
        assert!(header.is_attached() && !header.is_plain() && header.can_upgrade());
        header.set_cleared();
        assert!(!header.can_upgrade() && header.weak() == 1);

        let header = Header::new(VTable::of::<()>(), true, true);
        assert!(header.is_unfinalized() && !header.is_plain() && header.can_upgrade());
        header.clear_unfinalized();
        assert!(header.is_plain() && header.weak() == 0);
    }
}
