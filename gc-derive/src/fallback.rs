//! What an item that is refused expands to: its errors, and implementations that hold nothing.
//!
//! Every use of the type as a traced one would otherwise be an error of its own, and hide the ones that matter.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, TypeParam};

use crate::ast::Input;
use crate::bounds;
use crate::expand::implement;

pub(crate) fn expand(input: &Input<'_>, error: &syn::Error) -> TokenStream {
    let krate = &input.krate;
    let where_clause = everything_static(input.generics);
    let body = quote!(fn trace(&self, _: &mut #krate::Tracer<'_>) {});
    let mut out = error.to_compile_error();
    out.extend(implement(input, &quote!(unsafe impl), &quote!(#krate::Trace), &where_clause, body));
    if input.attrs.acyclic {
        out.extend(implement(input, &quote!(impl), &quote!(#krate::Acyclic), &where_clause, TokenStream::new()));
    }
    out
}

/// The least that `Trace: 'static` demands, even of a type that is refused for its lifetimes.
fn everything_static(generics: &Generics) -> TokenStream {
    let lifetimes = generics.lifetimes().map(|param| &param.lifetime);
    let types = generics.type_params().map(|TypeParam { ident, .. }| ident);
    bounds::where_clause(generics, &quote!(#(#lifetimes: 'static,)* #(#types: 'static,)*))
}
