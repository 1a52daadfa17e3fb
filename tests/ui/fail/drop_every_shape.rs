#![forbid(unsafe_code)]
macro_rules! make { ($(#[$m:meta])* $v:vis $n:ident<$p:ident> { $($f:ident : $t:ty),* } $d:item) => {
    $(#[$m])* $v struct $n<$p> { $($f: $t),* } $d } }
make!(#[derive(gc_core::Trace)] pub(crate) N<T> { a: Option<gc_core::Cc<N<T>>>, b: T } impl<T> Drop for N<T> { fn drop(&mut self) {} });
fn f() { #[derive(gc_core::Trace)] struct L<T>(T); fn g() { impl<T> Drop for L<T> { fn drop(&mut self) {} } } g() }
macro_rules! drop_of { ($t:ty) => { impl Drop for $t { fn drop(&mut self) {} } } }
#[derive(gc_core::Trace)] enum E { #[trace(skip)] A(String), B }
drop_of!(E);
#[derive(gc_core::Trace)] enum Never {}
drop_of!(Never);
#[derive(gc_core::Trace)] #[trace(acyclic)] struct Ac(u8);
drop_of!(Ac);
#[derive(gc_core::Trace)] #[trace(finalize)] struct Fi(u8);
impl gc_core::Finalize for Fi { fn finalize(&self) {} }
drop_of!(Fi);
#[derive(gc_core::Trace)] #[trace(bound = "")] struct Bo<T>(std::marker::PhantomData<T>);
impl<T> Drop for Bo<T> { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] #[repr(packed)] struct Pa(#[trace(skip)] u8);
drop_of!(Pa);
fn main() { f() }
