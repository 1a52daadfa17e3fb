//! Traits of the user's with methods of the hidden names, for everything.
#![forbid(unsafe_code)]
pub mod glob {
    pub struct Ok1;
    impl Ok1 { pub fn __must_not_exist(self) {} }
    pub trait ByValue: Sized { fn __destructor<T: ?Sized>(self) -> Ok1 { Ok1 } fn __must_not_exist(self) {} }
    impl<T> ByValue for T {}
    pub trait ByRef { fn __destructor<T: ?Sized>(&self) -> Ok1 { Ok1 } fn __must_not_exist(&self) {} }
    impl<T: ?Sized> ByRef for T {}
    pub trait ByMut { fn __destructor<T: ?Sized>(&mut self) -> Ok1 { Ok1 } fn __must_not_exist(&mut self) {} }
    impl<T: ?Sized> ByMut for T {}
    pub trait Own { fn __destructor<T: ?Sized>(self) -> Ok1; }
    impl Own for &mut gc_core::Tracer<'_> { fn __destructor<T: ?Sized>(self) -> Ok1 { Ok1 } }
}
mod a { use super::glob::{ByValue as _}; #[derive(gc_core::Trace)] struct N; impl Drop for N { fn drop(&mut self) {} } }
mod b { use super::glob::{ByRef as _}; #[derive(gc_core::Trace)] struct N; impl Drop for N { fn drop(&mut self) {} } }
mod c { use super::glob::{ByMut as _}; #[derive(gc_core::Trace)] struct N; impl Drop for N { fn drop(&mut self) {} } }
mod d { use super::glob::{Own as _}; #[derive(gc_core::Trace)] struct N<T>(T); impl<T> Drop for N<T> { fn drop(&mut self) {} } }
fn main() {}
