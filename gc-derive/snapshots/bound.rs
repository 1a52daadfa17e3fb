#[derive(Trace)]
#[trace(acyclic, bound = "B::Owned: Acyclic")]
struct Name<B: ToOwned + ?Sized + 'static>(Cow<'static, B>);

// Expands to:

#[automatically_derived]
unsafe impl<B: ToOwned + ?Sized + 'static> ::gc_core::Trace for Name<B>
where
    B: 'static,
    B::Owned: Acyclic,
{
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self { 0: __field0 } => {
                __tracer.part(__field0);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
    #[inline]
    fn is_acyclic() -> ::core::primitive::bool {
        true
    }
}
#[automatically_derived]
impl<B: ToOwned + ?Sized + 'static> ::gc_core::Acyclic for Name<B>
where
    B: 'static,
    B::Owned: Acyclic,
{}
const _: () = {
    trait __Proof {
        fn __prove(&self);
    }
    #[automatically_derived]
    impl<B: ToOwned + ?Sized + 'static> __Proof for Name<B>
    where
        B: 'static,
        B::Owned: Acyclic,
    {
        fn __prove(&self) {
            fn __must_be_acyclic<T: ?::core::marker::Sized + ::gc_core::Acyclic>(_: &T) {}
            match self {
                Self { 0: __field0, .. } => {
                    __must_be_acyclic(__field0);
                }
            }
        }
    }
};
