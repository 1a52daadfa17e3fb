//! `smol_str`: text, which may be shared.

use smol_str::SmolStr;

use crate::leaf;

leaf! { SmolStr }
