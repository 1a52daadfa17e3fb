//! `num-bigint`: integers.

use num_bigint::{BigInt, BigUint, ParseBigIntError, Sign};

use crate::leaf;

leaf! { BigInt, BigUint, ParseBigIntError, Sign }
