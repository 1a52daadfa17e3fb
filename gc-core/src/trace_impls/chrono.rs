//! `chrono`: dates, times, and what they are computed with. A `DateTime` is one in every time zone.

use chrono::format::ParseError;
use chrono::{
    DateTime, Days, FixedOffset, IsoWeek, Month, Months, NaiveDate, NaiveDateTime, NaiveTime, NaiveWeek,
    ParseMonthError, ParseWeekdayError, TimeDelta, TimeZone, Utc, Weekday,
};

use crate::leaf;

leaf! {
    DateTime<Tz>: [Tz: TimeZone + 'static],
    Days,
    FixedOffset,
    IsoWeek,
    Month,
    Months,
    NaiveDate,
    NaiveDateTime,
    NaiveTime,
    NaiveWeek,
    ParseError,
    ParseMonthError,
    ParseWeekdayError,
    TimeDelta,
    Utc,
    Weekday,
}
