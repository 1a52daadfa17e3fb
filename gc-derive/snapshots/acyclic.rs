#[derive(Trace)]
#[trace(acyclic)]
enum Text {
    Line(String),
    Lines(Vec<Cc<Text>>),
}

// Expands to:

#[automatically_derived]
unsafe impl ::gc_core::Trace for Text {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self::Line { 0: __field0 } => {
                __tracer.part(__field0);
            }
            Self::Lines { 0: __field0 } => {
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
impl ::gc_core::Acyclic for Text {}
const _: () = {
    trait __Proof {
        fn __prove(&self);
    }
    #[automatically_derived]
    impl __Proof for Text {
        fn __prove(&self) {
            fn __must_be_acyclic<T: ?::core::marker::Sized + ::gc_core::Acyclic>(_: &T) {}
            match self {
                Self::Line { 0: __field0, .. } => {
                    __must_be_acyclic(__field0);
                }
                Self::Lines { 0: __field0, .. } => {
                    __must_be_acyclic(__field0);
                }
            }
        }
    }
};
