//! `ecow`: clones of an `EcoVec` share their elements, behind a count.
//!
//! So no single one of them owns the elements, and visiting them from each would report one `Cc` as often as there are
//! clones (rule 2). They are opaque: a cycle through an `EcoVec` leaks.

use ecow::{EcoBytes, EcoString, EcoVec};

use crate::leaf;

leaf! {
    EcoBytes,
    EcoString,
    /// Opaque: clones share their elements.
    EcoVec<T>: [T: 'static],
}
