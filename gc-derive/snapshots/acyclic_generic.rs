#[derive(Trace)]
#[trace(acyclic)]
struct List<T, M> {
    value: T,
    next: Option<Cc<List<T, M>>>,
    shared: Cc<M>,
}

// Expands to:

#[automatically_derived]
unsafe impl<T, M> ::gc_core::Trace for List<T, M>
where
    T: ::gc_core::Trace,
    M: ::gc_core::Trace,
{
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self { value: __field0, next: __field1, shared: __field2 } => {
                __tracer.part(__field0);
                __tracer.part(__field1);
                __tracer.part(__field2);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
    #[inline]
    fn is_acyclic() -> ::core::primitive::bool {
        <T as ::gc_core::Trace>::is_acyclic() && <M as ::gc_core::Trace>::is_acyclic()
    }
}
#[automatically_derived]
impl<T, M> ::gc_core::Acyclic for List<T, M>
where
    T: ::gc_core::Acyclic,
    M: ::gc_core::Acyclic,
{}
const _: () = {
    trait __Proof {
        fn __prove(&self);
    }
    #[automatically_derived]
    impl<T, M> __Proof for List<T, M>
    where
        T: ::gc_core::Acyclic,
        M: ::gc_core::Acyclic,
    {
        fn __prove(&self) {
            fn __must_be_acyclic<T: ?::core::marker::Sized + ::gc_core::Acyclic>(_: &T) {}
            match self {
                Self { value: __field0, next: __field1, shared: __field2, .. } => {
                    __must_be_acyclic(__field0);
                    __must_be_acyclic(__field1);
                    __must_be_acyclic(__field2);
                }
            }
        }
    }
};
