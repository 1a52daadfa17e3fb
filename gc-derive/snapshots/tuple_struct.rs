#[derive(Trace)]
pub(crate) struct Pair(pub Cc<Pair>, #[trace(skip)] Socket, u8);

// Expands to:

#[automatically_derived]
unsafe impl ::gc_core::Trace for Pair {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self { 0: __field0, 2: __field1, .. } => {
                ::gc_core::Trace::trace(__field0, __tracer);
                ::gc_core::Trace::trace(__field1, __tracer);
            }
        }
    }
}
