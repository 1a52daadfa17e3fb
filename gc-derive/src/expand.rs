//! The expansion of an item that passed every check.
//!
//! All paths are absolute, and every token is spanned at the call site: an `unsafe` that comes from the user's own
//! tokens would fall under the user's `#![forbid(unsafe_code)]`. What reports a field's type is *located* at that
//! type, and still resolved at the call site. Names that could meet the user's begin with two underscores.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{WhereClause, WherePredicate, parse_quote};

use crate::ast::{self, Data, Field, Input, Variant};
use crate::bounds::{Used, own_where_clause};

pub(crate) fn expand(input: &Input<'_>) -> TokenStream {
    let used = Used::in_traced_fields(input);
    let mut out = impl_trace(input, &used);
    out.extend(forbid_drop(input));
    if input.attrs.acyclic {
        out.extend(impl_acyclic(input, &used));
        out.extend(prove_acyclic(input, &used));
    }
    out
}

/// The implementation of a trait for the type. `head` is `impl` or `unsafe impl`, and `path` leads to the trait.
pub(crate) fn implement(
    input: &Input<'_>,
    head: &TokenStream,
    path: &TokenStream,
    where_clause: &WhereClause,
    body: &TokenStream,
) -> TokenStream {
    let (ident, allowed) = (input.ident, &input.allowed);
    let (impl_generics, ty_generics, _) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #(#allowed)*
        #head #impl_generics #path for #ident #ty_generics #where_clause {
            #body
        }
    }
}

fn impl_trace(input: &Input<'_>, used: &Used<'_>) -> TokenStream {
    let krate = &input.attrs.krate;
    let path = quote!(#krate::Trace);
    let visits = trace_body(input);
    let is_acyclic = input.attrs.acyclic.then(|| is_acyclic(input, used));
    let finalizer = input.attrs.finalize.as_ref().map(|finalize| finalizer(input, finalize));
    let body = quote! {
        #[inline]
        fn trace(&self, __tracer: &mut #krate::Tracer<'_>) {
            #visits
        }
        #is_acyclic
        #finalizer
    };
    implement(input, &quote!(unsafe impl), &path, &trace_clause(input, used), &body)
}

/// What a traced type's parameters, and for its finalizer the type itself, have to implement.
///
/// Only for a generic type does it have to be said of the type, whose `Finalize` may hold for some arguments alone.
fn trace_clause(input: &Input<'_>, used: &Used<'_>) -> WhereClause {
    let krate = &input.attrs.krate;
    let mut clause = used.trace_clause(krate);
    if let (Some(finalize), true) = (&input.attrs.finalize, input.generics.type_params().next().is_some()) {
        let bound = quote_spanned!(at(finalize)=> Self: #krate::Finalize);
        clause.predicates.push(parse_quote!(#bound));
    }
    clause
}

fn finalizer(input: &Input<'_>, finalize: &Ident) -> TokenStream {
    let krate = &input.attrs.krate;
    // The word is where a missing `Finalize` is reported.
    let function = quote_spanned!(at(finalize)=> <Self as #krate::Finalize>::finalize);
    quote! {
        #[inline]
        fn finalizer() -> ::core::option::Option<fn(&Self)> {
            ::core::option::Option::Some(#function)
        }
    }
}

fn trace_body(input: &Input<'_>) -> TokenStream {
    let arms: Vec<_> = match &input.data {
        Data::Struct(fields) => vec![match_arm(input, &quote!(Self), ast::traced(fields))],
        Data::Enum(variants) => variants.iter().map(|variant| variant_arm(input, variant)).collect(),
        Data::Union(_) => unreachable!("`check` refuses unions"),
    };
    // Only a place can be matched without arms.
    let scrutinee = if arms.is_empty() { quote!(*self) } else { quote!(self) };
    quote!(match #scrutinee { #(#arms)* })
}

fn variant_arm(input: &Input<'_>, variant: &Variant<'_>) -> TokenStream {
    let ident = variant.ident;
    match_arm(input, &quote!(Self::#ident), variant.traced_fields())
}

/// A pattern, where `self.field` could end up in what the type derefs to. Braces, and numbers for the fields that have
/// no names, do for every shape.
fn match_arm<'f>(input: &Input<'_>, path: &TokenStream, fields: impl Iterator<Item = &'f Field<'f>>) -> TokenStream {
    let (mut bindings, mut visits) = (TokenStream::new(), TokenStream::new());
    for (index, field) in fields.enumerate() {
        // The type is where its missing `Trace` is reported.
        let (member, binding) = (&field.member, format_ident!("__field{index}", span = at(field.ty)));
        bindings.extend(quote!(#member: #binding,));
        visits.extend(trace_field(input, field, &binding));
    }
    quote!(#path { #bindings .. } => { #visits })
}

/// Through the trait, so that no method of the field's own comes in between. And without its declared type: an argument
/// of a type that is written down is coerced to it, and where another macro has put an `Rc<Shared>` in place of a
/// `Shared` since, the edges of something shared would be visited.
fn trace_field(input: &Input<'_>, field: &Field<'_>, binding: &Ident) -> TokenStream {
    let krate = &input.attrs.krate;
    quote_spanned! {at(field.ty)=> <_ as #krate::Trace>::trace(#binding, __tracer); }
}

/// Where an error about `tokens` is shown; what is spanned there still belongs to the expansion.
fn at(tokens: &impl Spanned) -> Span {
    tokens.span().resolved_at(Span::call_site())
}

/// The answer rests on the parameters alone. The `Trace` impl has no more to go by than `T: Trace`, and the proof
/// shows that the type is acyclic if its parameters are; `Vec<T>` and the like forward the question in the same way.
///
/// It always ends. It is asked only of type arguments, which are smaller than the type that they are arguments of;
/// never of a field, where it could come back to this type, or to an ever larger one (`Tower<Vec<T>>` in `Tower<T>`).
/// An associated type can be anything, this type included, and what may be unsized cannot be asked: then the answer
/// is `false`, which costs a collection some work and is never wrong.
fn is_acyclic(input: &Input<'_>, used: &Used<'_>) -> TokenStream {
    let krate = &input.attrs.krate;
    let answer = if used.has_projections() || used.may_be_unsized() {
        quote!(false)
    } else if used.params.is_empty() {
        quote!(true)
    } else {
        let params = used.params.iter().map(|param| &param.ident);
        quote!(#(<#params as #krate::Trace>::is_acyclic())&&*)
    };
    quote! {
        #[inline]
        fn is_acyclic() -> ::core::primitive::bool {
            #answer
        }
    }
}

/// Two impls that conflict if the type implements `Drop`: by the time the destructor of a garbage object runs, what its
/// fields point to may be gone. An empty `Drop` of our own would conflict as well, but then no field could be moved
/// out of the type.
///
/// The trait is made here, and not taken from gc-core, because `#[trace(crate = ...)]` may lead to something else.
/// What the compiler shows of it is its name, and the header of the impl for the type, which is therefore located at
/// the type's name.
fn forbid_drop(input: &Input<'_>) -> TokenStream {
    let (ident, allowed) = (input.ident, &input.allowed);
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let conflicting = quote_spanned! {at(ident)=>
        #[automatically_derived]
        #(#allowed)*
        impl #impl_generics TracedTypesMustNotImplDrop for #ident #ty_generics #where_clause {}
    };
    let take_apart = take_apart(input);
    quote! {
        const _: () = {
            trait TracedTypesMustNotImplDrop {}
            impl<T: ?::core::marker::Sized + ::core::ops::Drop> TracedTypesMustNotImplDrop for T {}
            #conflicting
            #take_apart
        };
    }
}

/// Moves the traced fields out of a value, which no type with a destructor allows. The conflict has the better message,
/// but knows `Drop` by a name, and `extern crate self as core` can give that to another trait.
fn take_apart(input: &Input<'_>) -> TokenStream {
    let arm = |path: TokenStream, fields: Vec<&Field<'_>>| {
        let members = fields.iter().map(|field| &field.member);
        let bindings = (0..fields.len()).map(|index| format_ident!("__field{index}"));
        quote!(#path { #(#members: #bindings,)* .. } => {})
    };
    let arms: Vec<_> = match &input.data {
        Data::Struct(fields) => vec![arm(quote!(Self), ast::traced(fields).collect())],
        Data::Enum(variants) => variants
            .iter()
            .map(|variant| {
                let ident = variant.ident;
                arm(quote!(Self::#ident), variant.traced_fields().collect())
            })
            .collect(),
        Data::Union(_) => unreachable!("`check` refuses unions"),
    };
    let body = quote!(fn __take_apart(self) { match self { #(#arms)* } });
    // The last field may be unsized, and the type with it. Under a `for`, even what is plainly false may be assumed.
    let last = match &input.data {
        Data::Struct(fields) => fields.last().map(|field| field.ty),
        Data::Enum(_) | Data::Union(_) => None,
    };
    let mut clause = own_where_clause(input.generics);
    clause.predicates.push(parse_quote!(for<'__any> Self: ::core::marker::Sized));
    clause.predicates.extend(last.map(|ty| -> WherePredicate { parse_quote!(for<'__any> #ty: ::core::marker::Sized) }));
    let implementation = implement(input, &quote!(impl), &quote!(__TakeApart), &clause, &body);
    quote! {
        trait __TakeApart {
            fn __take_apart(self)
            where
                Self: ::core::marker::Sized;
        }
        #implementation
    }
}

fn impl_acyclic(input: &Input<'_>, used: &Used<'_>) -> TokenStream {
    let krate = &input.attrs.krate;
    let path = quote!(#krate::Acyclic);
    implement(input, &quote!(impl), &path, &used.acyclic_clause(krate), &TokenStream::new())
}

/// Compiles only if every traced field is `Acyclic` under the bounds of [`impl_acyclic`]. A trait, because the fields
/// may speak of `Self`, and the type's own methods are not ours to add to.
///
/// A field that leads back to the type rests on the very impl that is to be proved. That is sound: only a value in a
/// cell can be made to refer to an object that already leads to it, and acyclic cells hold nothing but `Leaf`s.
fn prove_acyclic(input: &Input<'_>, used: &Used<'_>) -> TokenStream {
    let krate = &input.attrs.krate;
    let claims = input.traced_fields().into_iter().map(|field| {
        let ty = field.ty;
        quote_spanned!(at(ty)=> __must_be_acyclic::<#ty>();)
    });
    let body = quote! {
        fn __prove() {
            fn __must_be_acyclic<T: ?::core::marker::Sized + #krate::Acyclic>() {}
            #(#claims)*
        }
    };
    let proof = implement(input, &quote!(impl), &quote!(__Proof), &used.acyclic_clause(krate), &body);
    quote! {
        const _: () = {
            trait __Proof {
                fn __prove();
            }
            #proof
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::Errors;

    /// A written type would be coerced to, through the `Rc` that an attribute macro may have put there since.
    #[test]
    fn a_field_is_visited_at_the_type_it_has() {
        let item = parse_quote!(
            struct Node {
                shared: Shared,
            }
        );
        let expansion = expand(&Input::read(&item, &mut Errors::default())).to_string();
        assert!(expansion.contains("< _ as :: gc_core :: Trace > :: trace (__field0"), "{expansion}");
    }
}
