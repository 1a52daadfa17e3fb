//! `either`: an `Either` owns the one value that it holds.

use either::Either;

parts! {
    Either<L, R>: [L, R] { Either::Left(value) => [value], Either::Right(value) => [value] }
}
