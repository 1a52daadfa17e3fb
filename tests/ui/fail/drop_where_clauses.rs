//! Where clauses about the type itself, and others that are trivially true.
#![forbid(unsafe_code)]
#![allow(drop_bounds, trivial_bounds)]
trait Any2 {} impl<T: ?Sized> Any2 for T {}
#[derive(gc_core::Trace)] struct A<T>(T) where for<'a> &'a Self: Any2, Self: Sized;
impl<T> Drop for A<T> where for<'a> &'a Self: Any2, Self: Sized { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] struct B<T>(T) where B<T>: Drop;
impl<T> Drop for B<T> where B<T>: Drop { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] #[trace(bound = "T: gc_core::Trace, Self: Drop")] struct D<T>(T);
impl<T> Drop for D<T> { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] #[trace(bound = "for<'a> E<&'a T>: Any2, T: gc_core::Trace")] struct E<T>(T);
impl<T> Drop for E<T> { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] struct F<T: Iterator<Item = u8>>(T) where T::Item: Copy;
impl<T: Iterator<Item = u8>> Drop for F<T> { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] struct G<const N: usize>([u8; N]) where [u8; N]: Any2;
impl<const N: usize> Drop for G<N> where [u8; N]: Any2 { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] struct H<T: ?Sized>(u8, T);
impl<T: ?Sized> Drop for H<T> { fn drop(&mut self) {} }
#[derive(gc_core::Trace)] struct I(u8, [u8]);
impl Drop for I { fn drop(&mut self) {} }
type Alias = J; #[derive(gc_core::Trace)] struct J;
impl Drop for Alias { fn drop(&mut self) {} }
fn main() {}
