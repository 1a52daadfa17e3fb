#[derive(Trace)]
struct Graph<T: ?Sized, N, E = (), const SIZE: usize = 4>
where
    N: Display,
{
    nodes: [RefCell<Vec<N>>; SIZE],
    edge: Option<Cc<E>>,
    label: Box<N::Label>,
    marker: PhantomData<T>,
    parent: Option<Box<Graph<T, N, E>>>,
}

// Expands to:

#[automatically_derived]
unsafe impl<T: ?Sized, N, E, const SIZE: usize> ::gc_core::Trace for Graph<T, N, E, SIZE>
where
    N: Display,
    T: 'static,
    N: ::gc_core::Trace,
    E: 'static,
    N::Label: ::gc_core::Trace,
{
    #[inline]
    fn trace(&self, __tracer: &mut ::gc_core::Tracer<'_>) {
        __tracer.__destructor::<Self>().__must_not_exist();
        match self {
            Self {
                nodes: __field0,
                edge: __field1,
                label: __field2,
                marker: __field3,
                parent: __field4,
            } => {
                __tracer.part(__field0);
                __tracer.part(__field1);
                __tracer.part(__field2);
                __tracer.part(__field3);
                __tracer.part(__field4);
            }
        }
    }
    #[inline]
    fn is_exhaustive(&self) -> ::core::primitive::bool {
        true
    }
}
