/// With what a user has on a type and its fields.
#[derive(Clone, Trace)]
#[allow(dead_code)]
#[non_exhaustive]
pub struct Node {
    /// Has a name.
    pub name: String,
    #[deprecated]
    r#type: Option<Cc<Node>>,
    code: fn(&[Node]) -> Node,
    #[trace(skip)]
    socket: Socket,
}

// Expands to:

#[automatically_derived]
#[allow(dead_code)]
#[allow(deprecated)]
unsafe impl ::gc_core::Trace for Node {
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self {
                name: __field0,
                r#type: __field1,
                code: __field2,
                socket: __field3,
            } => {
                __tracer.part(__field0);
                __tracer.part(__field1);
                __tracer.__skip(__field2);
                __tracer.__skip(__field3);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
}
