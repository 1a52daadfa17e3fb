//! `rust_decimal`: numbers.

use rust_decimal::{Decimal, Error, RoundingStrategy};

use crate::leaf;

leaf! { Decimal, Error, RoundingStrategy }
