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
    pub struct usize;
    pub struct str;
    pub struct Vec;
    pub struct Box;
    pub struct Result;
    pub struct String;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Drop;
    pub struct Default;
    pub struct Clone;
    pub struct Finalize;
    pub struct Weak;
    pub struct Destructor;
    pub struct PhantomData;
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod gc_core {}
    pub mod gc_derive {}
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

/// A trait and derive of the same name, and parameters, variants and fields of the names that the expansion uses.
mod hidden {
    pub trait Trace {
        fn trace(&self) {}
        fn is_acyclic() {}
        fn finalizer() {}
    }

    impl<T> Trace for T {}

    #[derive(::gc_core::Trace)]
    #[trace(acyclic, finalize)]
    pub struct Parameters<__T, T, Self_, const __N: usize> {
        pub __tracer: __T,
        pub __field0: T,
        pub __field1: [Self_; __N],
        pub __prove: ::core::marker::PhantomData<()>,
    }

    impl<A, B, C, const N: usize> ::gc_core::Finalize for Parameters<A, B, C, N> {
        fn finalize(&self) {}
    }

    #[derive(::gc_core::Trace)]
    #[trace(acyclic)]
    pub enum __TakeApart {
        __Proof,
        Self_ { __field0: u8, __tracer: u16 },
    }
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
    gc_core::Cc::new(hidden::Parameters {
        __tracer: 1,
        __field0: 2,
        __field1: [3],
        __prove: ::core::default::Default::default(),
    });
    let hidden = [hidden::__TakeApart::__Proof, hidden::__TakeApart::Self_ { __field0: 1, __tracer: 2 }];
    assert!(matches!(&*gc_core::Cc::new(hidden), [_, hidden::__TakeApart::Self_ { __field0: 1, __tracer: 2 }]));
    let some = types::Vec::Some { tracer: 1, field0: None, trace: gc_core::Cc::new(2) };
    let all = [types::Vec::String(vec![1]), some, types::Vec::None];
    assert_eq!(gc_core::Cc::new(all).len(), 3);
    assert_eq!(gc_core::Cc::new(types::Result { tracer: 1, is_acyclic: () }).tracer, 1);
    assert_eq!(*gc_core::Cc::new(types::Cc(gc_core::Cc::new(1))).0, 1);
    let holder = gc_core::Cc::new(methods::Holder(methods::Loud, Box::new(methods::Loud)));
    drop(holder.clone());
    gc_core::collect();
}
