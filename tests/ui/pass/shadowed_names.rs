//! Whatever is called like something in the expansion, or in the prelude, is not picked up by it.

#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

mod shadows {
    pub struct Option;
    pub struct Sized;
    pub struct Trace;
    pub struct Tracer;
    pub struct Acyclic;
    pub struct Cc;
    pub struct bool;
    pub struct u8;
    pub mod core {}
    pub mod gc_core {}
    pub const tracer: () = ();
    pub static field0: () = ();
}

mod types {
    #[allow(unused_imports)]
    use crate::shadows::*;

    /// Names from the prelude, for the type, its variants, parameters and fields.
    #[derive(::gc_core::Trace)]
    #[trace(acyclic)]
    pub enum Vec<Box> {
        String(::std::vec::Vec<Box>),
        Some { tracer: Box, field0: ::std::option::Option<Box>, trace: ::gc_core::Cc<Box> },
        None,
    }

    #[derive(::gc_core::Trace)]
    #[trace(acyclic)]
    pub struct Result<T> {
        pub tracer: T,
        pub is_acyclic: (),
    }

    #[derive(::gc_core::Trace)]
    pub struct Cc<T>(pub ::gc_core::Cc<T>);
}

/// Methods of the field's own type, and of what it derefs to, are not called in place of the trait's.
mod methods {
    use gc_core::{Trace, Tracer};

    #[derive(Trace)]
    pub struct Loud;

    impl Loud {
        pub fn trace(&self, _: &mut Tracer<'_>) -> ! {
            panic!("the inherent method was called")
        }

        pub fn is_acyclic() -> ! {
            panic!("the inherent function was called")
        }
    }

    #[derive(Trace)]
    pub struct Holder(pub Loud, pub Box<Loud>);
}

fn main() {
    let some = types::Vec::Some { tracer: 1, field0: None, trace: gc_core::Cc::new(2) };
    let all = [types::Vec::String(vec![1]), some, types::Vec::None];
    assert_eq!(gc_core::Cc::new(all).len(), 3);
    assert_eq!(gc_core::Cc::new(types::Result { tracer: 1, is_acyclic: () }).tracer, 1);
    assert_eq!(*gc_core::Cc::new(types::Cc(gc_core::Cc::new(1))).0, 1);
    let holder = gc_core::Cc::new(methods::Holder(methods::Loud, Box::new(methods::Loud)));
    drop(holder.clone());
    gc_core::collect();
}
