//! `jiff`: dates, times, and what they are computed with. A `TimeZone`, and with it a `Zoned`, may share its rules with
//! others, in which there is no `Cc`.

use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Error, SignedDuration, Span, Timestamp, Unit, Zoned};

use crate::leaf;

leaf! {
    Date,
    DateTime,
    Error,
    ISOWeekDate,
    Offset,
    SignedDuration,
    Span,
    Time,
    TimeZone,
    Timestamp,
    Unit,
    Weekday,
    Zoned,
}
