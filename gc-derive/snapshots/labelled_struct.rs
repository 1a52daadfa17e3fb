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
            Self { r#type: __field0, children: __field1, .. } => {
                ::gc_core::Trace::trace(__field0, __tracer);
                ::gc_core::Trace::trace(__field1, __tracer);
            }
        }
    }
    ::gc_core::__inspect! {
        fn trace_labelled(& self, __labeller : & mut ::gc_core::inspect::Labeller < '_ >)
        { match self { Self { r#type : __field0, children : __field1, .. } => {
        __labeller.__part("type", __field0).__look(); __labeller.__part("children",
        __field1).__look(); } } }
    }
}
