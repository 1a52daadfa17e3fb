//! A module that looks like gc-core, with another tracer.
#![forbid(unsafe_code)]
mod fake {
    pub use gc_core::*;
    pub struct Tracer<'a>(&'a ());
    impl Tracer<'_> { pub fn __destructor<T: ?Sized>(&mut self) -> super::Ok1 { super::Ok1 } }
}
pub struct Ok1; impl Ok1 { pub fn __must_not_exist(self) {} }
mod alias { pub use gc_core::*; pub trait P { type T; } impl P for &() { type T = (); } pub type Tracer<'a> = gc_core::Tracer<'a>; }
#[derive(gc_core::Trace)] #[trace(crate = fake)] struct A; impl Drop for A { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] #[trace(crate = alias)] struct B; impl Drop for B { fn drop(&mut self) {} }
fn main() {}
