#[derive(Trace)]
#[trace(acyclic, skip)]
struct Borrows<'a, T: 'a> {
    #[trace(skipp)]
    name: &'a T,
}

// Expands to:

::core::compile_error! {
    "`skip` belongs on a field or a variant of an enum; a type takes `acyclic`, `bound = \"...\"`, `crate = path`, `finalize` and `unsafe_drop`"
}
::core::compile_error! {
    "unknown attribute `skipp`, did you mean `skip`? a field takes `skip`"
}
::core::compile_error! {
    "a traced type cannot borrow, because its objects live for as long as the program refers to them (`Trace: 'static`): hold what `'a` borrows by value, or in a `Cc` or an `Rc`"
}
#[automatically_derived]
unsafe impl<'a, T: 'a> ::gc_core::Trace for Borrows<'a, T>
where
    'a: 'static,
    T: 'static,
{
    fn trace(&self, _: &mut ::gc_core::Tracer<'_>) {}
}
#[automatically_derived]
impl<'a, T: 'a> ::gc_core::Acyclic for Borrows<'a, T>
where
    'a: 'static,
    T: 'static,
{}
