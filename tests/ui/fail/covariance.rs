//! A value is dropped as what its object was made as, so a pointer to it must not become one to another type.

use gc_core::{Cc, Trace, Weak};

#[derive(Trace)]
struct Holder<T: 'static>(#[trace(skip)] T);

type General = for<'a> fn(&'a str);
type Special = fn(&'static str);

fn to_a_supertype(general: Cc<Holder<General>>) -> Cc<Holder<Special>> {
    general
}

fn weakly(general: Weak<Holder<General>>) -> Weak<Holder<Special>> {
    general
}

fn to_a_shorter_lifetime() {
    let text = String::from("short-lived");
    let mut cc: Cc<Holder<&str>> = Cc::new(Holder("static"));
    Cc::get_mut(&mut cc).unwrap().0 = &text;
    drop(text);
    println!("{}", cc.0);
}

fn main() {}
