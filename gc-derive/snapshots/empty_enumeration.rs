#[derive(Trace)]
enum Never {}

// Expands to:

#[automatically_derived]
unsafe impl ::gc_core::Trace for Never {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match *self {}
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
}
