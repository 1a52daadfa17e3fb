//! The environment says that another of the type's instances has a destructor, or hides which.
#![forbid(unsafe_code)]
#[derive(gc_core::Trace)] #[trace(bound = "T: gc_core::Trace, A<u8>: Drop, A<Vec<T>>: Drop, for<'a> A<fn(&'a T)>: Drop")] struct A<T>(T);
impl<T> Drop for A<T> { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] #[trace(bound = "T: gc_core::Trace, gc_core::Tracer<'static>: Loud<T>")] struct B<T>(T);
impl<T> Drop for B<T> { fn drop(&mut self) {} }
trait Loud<T> { fn __destructor<U: ?Sized>(&mut self) -> Ok1 { Ok1 } }
impl<T> Loud<T> for gc_core::Tracer<'_> {}
struct Ok1; impl Ok1 { fn __must_not_exist(self) {} }
fn main() {}
