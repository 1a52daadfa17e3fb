#[derive(Trace)]
#[trace(crate = lib::gc)]
enum Value {
    Nil,
    Pair(Cc<Value>, #[trace(skip)] Handle, Cc<Value>),
    Native { name: &'static str },
}

// Expands to:

#[automatically_derived]
unsafe impl lib::gc::Trace for Value {
    #[inline]
    fn trace(&self, __tracer: &mut lib::gc::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self::Nil {} => {}
            Self::Pair { 0: __field0, 1: __field1, 2: __field2 } => {
                __tracer.part(__field0);
                __tracer.__skip(__field1);
                __tracer.part(__field2);
            }
            Self::Native { name: __field0 } => {
                __tracer.__skip(__field0);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
    lib::gc::__inspect! {
        fn trace_labelled(& self, __labeller : & mut lib::gc::inspect::Labeller < '_ >) {
        match self { Self::Nil { .. } => {} Self::Pair { 0 : __field0, 2 : __field2, .. }
        => { __labeller.__part("Pair.0", __field0).__look(); __labeller.__part("Pair.2",
        __field2).__look(); } Self::Native { .. } => {} } }
    }
}
