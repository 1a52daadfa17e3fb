//! `Cc` is covariant, so something borrowed could be written into an object that lives longer than the borrow.

use gc_core::{Cc, Trace};

#[derive(Trace)]
struct Holder<T: 'static>(#[trace(skip)] T);

fn main() {
    let cc: Cc<Holder<&'static str>> = Cc::new(Holder("static"));
    let text = String::from("short-lived");
    let mut cc: Cc<Holder<&str>> = cc;
    Cc::get_mut(&mut cc).unwrap().0 = &text;
    drop(text);
    println!("{}", cc.0);
}
