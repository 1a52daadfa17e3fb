//! `bitflags`: what the crate itself has. A type that `bitflags!` makes belongs to the crate that calls it, which says
//! `gc_core::leaf!(ThatType);` beside the call.

use bitflags::iter::{Iter, IterNames};
use bitflags::parser::ParseError;

use crate::leaf;

leaf! { Iter<B>: [B: 'static], IterNames<B>: [B: 'static], ParseError }
