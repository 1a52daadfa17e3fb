//! `compact_str`: text.

use compact_str::CompactString;

use crate::leaf;

leaf! { CompactString }
