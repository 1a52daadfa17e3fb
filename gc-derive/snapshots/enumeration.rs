#[derive(Trace)]
enum Value {
    Nil,
    Pair(Cc<Value>, Cc<Value>),
    Native { name: &'static str, #[trace(skip)] handle: Handle },
    #[trace(skip)]
    Foreign(Handle, Socket),
}

// Expands to:

#[automatically_derived]
unsafe impl ::gc_core::Trace for Value {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self::Nil {} => {}
            Self::Pair { 0: __field0, 1: __field1 } => {
                __tracer.part(__field0);
                __tracer.part(__field1);
            }
            Self::Native { name: __field0, handle: __field1 } => {
                __tracer.__skip(__field0);
                __tracer.__skip(__field1);
            }
            Self::Foreign { 0: __field0, 1: __field1 } => {
                __tracer.__skip(__field0);
                __tracer.__skip(__field1);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
}
