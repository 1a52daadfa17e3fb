#[derive(Trace)]
#[trace(finalize)]
struct Connection<T> {
    peer: T,
}

// Expands to:

#[automatically_derived]
unsafe impl<T> ::gc_core::Trace for Connection<T>
where
    Self: ::gc_core::Finalize,
    T: ::gc_core::Trace,
{
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self { peer: __field0 } => {
                __tracer.part(__field0);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
    #[inline]
    fn finalizer() -> ::core::option::Option<fn(&Self)> {
        ::core::option::Option::Some(<Self as ::gc_core::Finalize>::finalize)
    }
}
