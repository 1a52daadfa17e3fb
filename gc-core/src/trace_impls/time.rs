//! `time`: dates, times, and what they are computed with.

use time::error::Error;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcDateTime, UtcOffset, Weekday};

use crate::leaf;

leaf! {
    Date,
    Duration,
    Error,
    Month,
    OffsetDateTime,
    PrimitiveDateTime,
    Time,
    UtcDateTime,
    UtcOffset,
    Weekday,
}
