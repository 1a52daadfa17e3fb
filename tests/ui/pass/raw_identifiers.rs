//! Keywords as names.

#![allow(non_camel_case_types)]
#![deny(warnings)]

use gc_core::{Cc, Trace};

#[derive(Trace)]
#[trace(acyclic)]
struct r#struct<r#type> {
    r#fn: r#type,
    r#match: Vec<r#type>,
}

#[derive(Trace)]
enum r#enum {
    r#if { r#else: u8 },
    r#while(r#struct<u8>),
    r#loop,
}

fn main() {
    let value = Cc::new(r#struct { r#fn: 1, r#match: vec![2] });
    assert_eq!(value.r#fn + value.r#match[0], 3);
    for value in [r#enum::r#if { r#else: 1 }, r#enum::r#while(r#struct { r#fn: 1, r#match: vec![] }), r#enum::r#loop] {
        drop(Cc::new(value));
    }
}
