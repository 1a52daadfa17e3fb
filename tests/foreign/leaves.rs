//! Plain data: `Leaf`, and so untracked, whatever its value.

use gc_core::{Cc, Trace, collect, leaf};
use serde_json::json;
use std::cell::{Cell, RefCell};

use super::is_untracked;

bitflags::bitflags! {
    #[derive(Clone, Copy)]
    struct Style: u8 {
        const BOLD = 1;
        const ITALIC = 2;
    }
}

leaf!(Style);

#[test]
fn bitflags() {
    is_untracked(Style::BOLD);
    is_untracked(Style::all().iter());
    is_untracked(Style::all().iter_names());
    is_untracked(bitflags::parser::from_str::<Style>("UNDERLINED").err().unwrap());
    assert!(Style::all().contains(Style::from_name("ITALIC").unwrap()));
}

#[test]
fn bytes() {
    is_untracked(bytes::Bytes::from_static(b"some"));
    is_untracked(bytes::BytesMut::new());
}

#[test]
fn chrono() {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let noon = day.and_hms_opt(12, 0, 0).unwrap();
    is_untracked((day, noon.time(), noon, day.week(chrono::Weekday::Mon)));
    is_untracked((noon.and_utc(), noon.and_utc().fixed_offset()));
    is_untracked((chrono::Utc, chrono::FixedOffset::east_opt(3600), chrono::Weekday::Mon, chrono::Month::May));
    is_untracked((chrono::TimeDelta::zero(), chrono::Days::new(1), chrono::Months::new(1)));
    is_untracked("tomorrow".parse::<chrono::NaiveDate>());
    is_untracked("tomorrow".parse::<chrono::Weekday>());
    is_untracked("tomorrow".parse::<chrono::Month>());
}

#[test]
fn compact_str() {
    is_untracked(compact_str::CompactString::from("text"));
}

#[test]
fn ecow() {
    is_untracked(ecow::EcoString::from("text"));
}

#[test]
fn jiff() {
    let day = jiff::civil::date(2026, 11, 22);
    is_untracked((day, day.at(12, 0, 0, 0), day.iso_week_date(), day.weekday(), jiff::civil::Time::MIN));
    is_untracked((jiff::Timestamp::UNIX_EPOCH, jiff::Span::new(), jiff::SignedDuration::ZERO, jiff::Unit::Day));
    is_untracked((jiff::Zoned::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC), jiff::tz::Offset::UTC));
    is_untracked(jiff::tz::TimeZone::UTC);
    is_untracked("tomorrow".parse::<jiff::civil::Date>().unwrap_err());
}

#[test]
fn num_bigint() {
    is_untracked((num_bigint::BigInt::from(-1), num_bigint::BigUint::from(1_u8), num_bigint::Sign::Plus));
    is_untracked("one".parse::<num_bigint::BigInt>());
}

#[test]
fn rust_decimal() {
    is_untracked((rust_decimal::Decimal::ONE, rust_decimal::RoundingStrategy::ToZero));
    is_untracked("one".parse::<rust_decimal::Decimal>());
}

#[test]
fn serde_json() {
    let value = json!({ "some": [1, "text", { "more": null }] });
    is_untracked(value.as_object().unwrap().clone());
    is_untracked(serde_json::Number::from(1));
    is_untracked(value);
    is_untracked(serde_json::from_str::<u8>("{").unwrap_err());
}

#[test]
fn smol_str() {
    is_untracked(smol_str::SmolStr::from("text"));
}

#[test]
fn time() {
    let noon = time::OffsetDateTime::UNIX_EPOCH;
    is_untracked((noon, noon.date(), noon.time(), noon.offset(), time::UtcDateTime::UNIX_EPOCH));
    is_untracked(time::PrimitiveDateTime::new(noon.date(), noon.time()));
    is_untracked((time::Duration::DAY, time::Month::May, time::Weekday::Monday));
    is_untracked(time::Date::from_ordinal_date(2026, 400).map_err(time::Error::from));
}

#[test]
fn url() {
    let url = url::Url::parse("https://example.com").unwrap();
    is_untracked((url.host().map(|host| host.to_owned()), url.origin()));
    is_untracked(url);
    is_untracked(url::Url::parse("nowhere"));
}

#[test]
fn uuid() {
    let id = uuid::Uuid::max();
    is_untracked((id, id.simple(), id.hyphenated(), id.braced(), id.urn(), uuid::NonNilUuid::new(id)));
    is_untracked((uuid::Builder::nil(), uuid::Timestamp::from_unix_time(1, 1, 1, 8)));
    is_untracked((id.get_version(), id.get_variant(), uuid::Uuid::parse_str("nobody")));
}

/// A type that has such fields needs no annotation on them, in or out of a cell.
#[derive(Trace)]
struct Document {
    id: uuid::Uuid,
    location: RefCell<url::Url>,
    style: Cell<Style>,
    modified: Cell<Option<chrono::DateTime<chrono::Utc>>>,
    metadata: RefCell<serde_json::Value>,
    links: RefCell<indexmap::IndexMap<smol_str::SmolStr, Cc<Document>, std::hash::RandomState>>,
}

#[test]
fn in_a_derived_type() {
    let document = Cc::new(Document {
        id: uuid::Uuid::nil(),
        location: RefCell::new(url::Url::parse("https://example.com").unwrap()),
        style: Cell::new(Style::BOLD),
        modified: Cell::default(),
        metadata: RefCell::new(json!([1])),
        links: RefCell::default(),
    });
    document.links.borrow_mut().insert("self".into(), document.clone());
    assert!(document.id.is_nil() && document.modified.get().is_none());
    assert!(document.style.get().contains(Style::BOLD));
    assert_eq!((document.location.borrow().scheme(), &document.metadata.borrow()[0]), ("https", &json!(1)));
    drop(document);
    assert_eq!(collect(), 1);
}

/// What is plain data all the way through may say so.
#[derive(Trace)]
#[trace(acyclic)]
struct Stamp {
    _by: compact_str::CompactString,
    _at: RefCell<jiff::Timestamp>,
    _price: Cell<rust_decimal::Decimal>,
}

#[test]
fn in_an_acyclic_type() {
    let stamp = Stamp {
        _by: "me".into(),
        _at: RefCell::new(jiff::Timestamp::UNIX_EPOCH),
        _price: Cell::new(rust_decimal::Decimal::ONE),
    };
    assert!(!gc_core::gc::is_tracked(&Cc::new(stamp)));
}
