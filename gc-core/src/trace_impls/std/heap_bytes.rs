//! How much memory containers own that do not say it, in bytes.

/// An array for so many elements.
pub(in crate::trace_impls) fn of_array<T>(capacity: usize) -> usize {
    capacity.saturating_mul(size_of::<T>())
}

/// The table of a `HashMap` or `HashSet` with that capacity, as `hashbrown` lays it out: room for a power of two of
/// entries, of which no more than 7 in 8 are used, each with a byte beside it, and 16 more. After removals it may be
/// more, for the capacity is less then.
pub(in crate::trace_impls) fn of_table<T>(capacity: usize) -> usize {
    if capacity == 0 {
        return 0;
    }
    let buckets = capacity.saturating_mul(8).div_ceil(7).next_power_of_two();
    of_array::<T>(buckets).next_multiple_of(16) + buckets + 16
}

/// The nodes of a `BTreeMap` or `BTreeSet` of so many entries: an estimate, as they do not tell how full they are.
///
/// A node has room for 11 entries, and besides a pointer and two numbers, and there is a pointer to it. In random trees
/// a share of ln 2 is used (Yao, On random 2–3 trees, 1978): 8 of 11.
pub(in crate::trace_impls) fn of_tree<T>(len: usize) -> usize {
    len.div_ceil(8).saturating_mul(11 * size_of::<T>() + 3 * size_of::<usize>())
}

/// The nodes of a `LinkedList` of so many elements.
pub(in crate::trace_impls) fn of_list<T>(len: usize) -> usize {
    of_array::<(T, [usize; 2])>(len)
}

#[cfg(test)]
mod tests {
    use super::of_table;
    use hashbrown::HashTable;

    /// The standard library's tables are `hashbrown`'s, which can be asked.
    #[test]
    fn a_table_is_as_large_as_hashbrown_makes_it() {
        fn check<T>() {
            for capacity in 0..2000 {
                let table = HashTable::<T>::with_capacity(capacity);
                let (estimate, actual) = (of_table::<T>(table.capacity()), table.allocation_size());
                // What is beside the entries depends on the processor.
                assert!(estimate.abs_diff(actual) <= 16, "{estimate} and not {actual} bytes for {capacity} entries");
            }
        }
        check::<u8>();
        check::<u64>();
        check::<[u64; 5]>();
    }
}
