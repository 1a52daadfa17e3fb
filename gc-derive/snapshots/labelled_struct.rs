#[derive(Trace)]
struct Node {
    r#type: Option<Cc<Node>>,
    children: RefCell<Vec<Cc<Node>>>,
    #[trace(skip)]
    socket: Socket,
}

// Expands to:

#[automatically_derived]
unsafe impl ::gc_core::Trace for Node {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self { r#type: __field0, children: __field1, socket: __field2 } => {
                __tracer.part(__field0);
                __tracer.part(__field1);
                __tracer.__skip(__field2);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
    ::gc_core::__inspect! {
        fn trace_labelled(& self, __labeller : & mut ::gc_core::inspect::Labeller < '_ >)
        { match self { Self { r#type : __field0, children : __field1, .. } => {
        __labeller.__part("type", __field0).__look(); __labeller.__part("children",
        __field1).__look(); } } }
    }
}
