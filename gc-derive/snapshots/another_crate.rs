#[derive(Trace)]
#[trace(crate = library::gc, acyclic)]
struct Leaf(u8);

// Expands to:

#[automatically_derived]
unsafe impl library::gc::Trace for Leaf {
    #[inline]
    fn trace(&self, __tracer: &mut library::gc::Tracer<'_>) {
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
impl library::gc::Acyclic for Leaf {}
const _: () = {
    trait __Proof {
        fn __prove(&self);
    }
    #[automatically_derived]
    impl __Proof for Leaf {
        fn __prove(&self) {
            fn __must_be_acyclic<T: ?::core::marker::Sized + library::gc::Acyclic>(
                _: &T,
            ) {}
            match self {
                Self { 0: __field0, .. } => {
                    __must_be_acyclic(__field0);
                }
            }
        }
    }
};
