//! `num-bigint`: integers.

use num_bigint::{BigInt, BigUint, ParseBigIntError, Sign};

use crate::leaf;

parts! {
    BigInt: [] { number => [] + number.iter_u64_digits().len() * 8 }
    BigUint: [] { number => [] + number.iter_u64_digits().len() * 8 }
}

leaf! { ParseBigIntError, Sign }
