//! What an item that is refused expands to: its errors, and implementations that hold nothing.
//!
//! Every use of the type as a traced one would otherwise be an error of its own, and hide the ones that matter.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, WhereClause, parse_quote};

use crate::ast::Input;
use crate::bounds;
use crate::expand::implement;

pub(crate) fn expand(input: &Input<'_>, error: &syn::Error) -> TokenStream {
    let krate = &input.attrs.krate;
    let where_clause = everything_static(input.generics);
    let body = quote!(fn trace(&self, _: &mut #krate::Tracer<'_>) {});
    let mut out = error.to_compile_error();
    out.extend(implement(input, &quote!(unsafe impl), &quote!(#krate::Trace), &where_clause, &body));
    if input.attrs.acyclic {
        let none = TokenStream::new();
        out.extend(implement(input, &quote!(impl), &quote!(#krate::Acyclic), &where_clause, &none));
    }
    out
}

/// The least that `Trace: 'static` demands, even of a type that is refused for its lifetimes.
fn everything_static(generics: &Generics) -> WhereClause {
    let mut clause = bounds::own_where_clause(generics);
    for param in generics.lifetimes() {
        let lifetime = &param.lifetime;
        clause.predicates.push(parse_quote!(#lifetime: 'static));
    }
    for param in generics.type_params() {
        let param = &param.ident;
        clause.predicates.push(parse_quote!(#param: 'static));
    }
    clause
}
