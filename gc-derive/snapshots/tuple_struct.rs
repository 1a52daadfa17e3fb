#[derive(Trace)]
pub(crate) struct Pair(pub Cc<Pair>, #[trace(skip)] Socket, u8);

// Expands to:

#[automatically_derived]
unsafe impl ::gc_core::Trace for Pair {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self { 0: __field0, 1: __field1, 2: __field2 } => {
                __tracer.part(__field0);
                __tracer.__skip(__field1);
                __tracer.part(__field2);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
}
