#[derive(Trace)]
#[trace(unsafe_drop)]
struct Guard {
    edge: Cc<Guard>,
}

// Expands to:

#[automatically_derived]
unsafe impl ::gc_core::Trace for Guard {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        match self {
            Self { edge: __field0, .. } => {
                __tracer.part(__field0);
            }
        }
    }
}
