#[derive(Trace)]
pub struct Unit;

// Expands to:

#[automatically_derived]
unsafe impl ::gc_core::Trace for Unit {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self {} => {}
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
}
