//! `compact_str`: text.

use compact_str::CompactString;

parts! {
    CompactString: [] { text => [] + if text.is_heap_allocated() { text.capacity() } else { 0 } }
}
