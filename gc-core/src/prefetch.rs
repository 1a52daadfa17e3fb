//! Fetching memory into the cache ahead of its use.

/// Fetches what is behind the reference into the cache, where the processor can be asked to.
#[inline]
pub(crate) fn prefetch<T>(target: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let target = core::ptr::from_ref(target).cast::<i8>();
        // SAFETY: a prefetch has no effect on the program's state.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(target) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = target;
}
