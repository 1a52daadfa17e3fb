//! The expansion of an item that passed every check.
//!
//! All paths are absolute, and every token is spanned at the call site: an `unsafe` that comes from the user's own
//! tokens would fall under the user's `#![forbid(unsafe_code)]`. (The one that `unsafe_drop` stands for does, and is
//! meant to.) What reports a field's type is *located* at that type, and still resolved at the call site. Names that
//! could meet the user's begin with two underscores.

use std::iter;

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Member;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::ast::{Data, Field, Input, Variant};
use crate::bounds::Used;

/// The implementations. `labels` says whether the edges are given names: for gc-core's feature `inspect`.
pub(crate) fn expand(input: &Input<'_>, labels: bool) -> TokenStream {
    let used = Used::in_traced_fields(input);
    let mut out = impl_trace(input, &used, labels);
    if input.attrs.acyclic {
        out.extend(impl_acyclic(input, &used));
        out.extend(prove_acyclic(input, &used));
    }
    out
}

/// The implementation of a trait for the type. `head` is `impl` or `unsafe impl`, and says where that is; `path` leads
/// to the trait.
pub(crate) fn implement(
    input: &Input<'_>,
    head: &TokenStream,
    path: &TokenStream,
    where_clause: &TokenStream,
    body: TokenStream,
) -> TokenStream {
    let (ident, allowed) = (input.ident, &input.allowed);
    let (impl_generics, ty_generics, _) = input.generics.split_for_impl();
    let mut block = Group::new(Delimiter::Brace, body);
    block.set_span(head.span());
    quote! {
        #[automatically_derived]
        #(#allowed)*
        #head #impl_generics #path for #ident #ty_generics #where_clause #block
    }
}

fn impl_trace(input: &Input<'_>, used: &Used<'_>, labels: bool) -> TokenStream {
    let krate = &input.krate;
    // The whole of the implementation is where the promise is made, and falls under the lints of that place.
    let promised = input.attrs.unsafe_drop.as_ref().map_or_else(Span::call_site, Ident::span);
    let head = quote_spanned!(promised=> unsafe impl);
    let forbid_drop = input.attrs.unsafe_drop.is_none().then(|| forbid_drop(input));
    // Through a method of the tracer's, so that none of the field's own comes in between. And without the type that is
    // written: an argument is coerced to a type that is written down, and where another macro has put an `Rc<Shared>`
    // in place of a `Shared` since, the edges of something shared would be visited.
    let mut visit = Call::new(quote!(__tracer.part));
    let is_exhaustive = is_exhaustive(input);
    if is_exhaustive.is_some() {
        visit.skip(quote!(__tracer.__skip));
    }
    let visits = for_each_field(input, &visit);
    let labels = labels.then(|| trace_labelled(input));
    let is_acyclic = input.attrs.acyclic.then(|| is_acyclic(input, used));
    let finalizer = input.attrs.finalize.as_ref().map(|finalize| finalizer(input, finalize));
    let body = quote! {
        #[inline]
        fn trace(&self, __tracer: &mut #krate::Tracer<'_>) {
            #forbid_drop
            #visits
        }
        #is_exhaustive
        #labels
        #is_acyclic
        #finalizer
    };
    // Only for a generic type does it have to be said of the type, whose `Finalize` may hold for some arguments alone.
    let is_generic = input.generics.type_params().next().is_some();
    let finalizes = input
        .attrs
        .finalize
        .as_ref()
        .filter(|_| is_generic)
        .map(|word| quote_spanned!(at(word.span())=> Self: #krate::Finalize,));
    implement(input, &head, &quote!(#krate::Trace), &used.trace_clause(finalizes.unwrap_or_default()), body)
}

/// Refuses a type with a destructor: by the time that the destructor of a garbage object runs, what its fields point to
/// may be gone. (An empty `Drop` of our own would refuse another one too, but then no field could be moved out.)
///
/// The second call is one of two methods, both of which do nothing. If `Self: Drop`, it is the one that demands a trait
/// which no type has, and its absence is the message. Nothing in the crate of the type can change which of them it is:
/// `__tracer` is gc-core's own, or this would not be the `trace` of its trait; the methods are inherent, and come
/// before those of any trait; and `Drop` is named in gc-core.
fn forbid_drop(input: &Input<'_>) -> TokenStream {
    quote_spanned!(at(input.ident.span())=> __tracer.__destructor::<Self>().__must_not_exist();)
}

/// Says that all there is to drop is accounted for, where it is: not where a destructor may do anything, nor in a
/// packed type, to whose fields there are no references.
fn is_exhaustive(input: &Input<'_>) -> Option<TokenStream> {
    (input.attrs.unsafe_drop.is_none() && input.packed.is_none()).then(|| {
        quote! {
            #[inline]
            fn is_exhaustive(&self) -> ::core::primitive::bool {
                true
            }
        }
    })
}

fn finalizer(input: &Input<'_>, finalize: &Ident) -> TokenStream {
    let krate = &input.krate;
    // The word is where a missing `Finalize` is reported.
    let function = quote_spanned!(at(finalize.span())=> <Self as #krate::Finalize>::finalize);
    quote! {
        #[inline]
        fn finalizer() -> ::core::option::Option<fn(&Self)> {
            ::core::option::Option::Some(#function)
        }
    }
}

/// The walk that says what the fields are called, in gc-core's terms.
///
/// The second call for a field is one of two methods. If the field's type is not `Trace`, it is one that does nothing:
/// of that, `trace` has an error already.
fn trace_labelled(input: &Input<'_>) -> TokenStream {
    let krate = &input.krate;
    let looks = for_each_field(input, &Call::labelled(quote!(__labeller.__part), quote!(.__look())));
    quote! {
        #krate::__inspect! {
            fn trace_labelled(&self, __labeller: &mut #krate::inspect::Labeller<'_>) {
                #looks
            }
        }
    }
}

/// Calls a function for every traced field, with a reference to it; and another for those that are skipped, if the call
/// has one.
///
/// The references are bound by a pattern. Without it, `self.field` could be found in what the type derefs to, if
/// another macro has taken the field away.
fn for_each_field(input: &Input<'_>, call: &Call) -> TokenStream {
    let arms = match &input.data {
        Data::Struct(fields) => call.arm(&quote!(Self), None, fields, false),
        // Only a place can be matched without arms.
        Data::Enum(variants) if variants.is_empty() => return quote!(match *self {}),
        Data::Enum(variants) => variants.iter().map(|variant| call.variant(variant)).collect(),
        Data::Union(_) => unreachable!("`check` refuses unions"),
    };
    quote!(match self { #arms })
}

/// A function to be called, an argument in front of the field, and what is done with the result.
///
/// There are as many calls as the program has fields, so they are put together token by token: to make one stream of
/// two, as `quote!` does, is a matter for the compiler, and takes ten times as long as a token.
struct Call {
    function: Vec<TokenTree>,
    /// Whether the name of the field goes in front of it.
    labels: bool,
    then: Vec<TokenTree>,
    /// The function for fields that are skipped, which gets no name.
    skip: Option<Vec<TokenTree>>,
}

impl Call {
    /// A call with the field.
    fn new(function: TokenStream) -> Call {
        Call { function: function.into_iter().collect(), labels: false, then: Vec::new(), skip: None }
    }

    /// A call with the name of the field and the field, and what is done then.
    fn labelled(function: TokenStream, then: TokenStream) -> Call {
        let [function, then] = [function, then].map(|tokens| tokens.into_iter().collect());
        Call { function, labels: true, then, skip: None }
    }

    /// Says what is to be called with fields that are skipped.
    fn skip(&mut self, function: TokenStream) {
        self.skip = Some(function.into_iter().collect());
    }

    fn variant(&self, variant: &Variant<'_>) -> TokenStream {
        let ident = variant.ident;
        self.arm(&quote!(Self::#ident), Some(ident), &variant.fields, variant.attrs.skip.is_some())
    }

    /// An arm of a `match`. `skipped` says that all of its fields are. Braces, and numbers for the fields that have no
    /// names, do for every shape.
    ///
    /// Where a call is made for skipped fields too, all fields are named: what another macro has added since is an
    /// error, and not forgotten.
    fn arm(&self, path: &TokenStream, variant: Option<&Ident>, fields: &[Field<'_>], skipped: bool) -> TokenStream {
        let (mut bindings, mut statements) = (Vec::new(), Vec::new());
        for (index, field) in fields.iter().enumerate() {
            let binding = Ident::new(&format!("__field{index}"), field.ends[0]);
            match &self.skip {
                _ if field.is_traced() && !skipped => {
                    let label = self.labels.then(|| label(variant, &field.member));
                    call(&self.function, binding.clone(), label, &self.then, field.ends, &mut statements);
                }
                Some(skip) => call(skip, binding.clone(), None, &[], field.ends, &mut statements),
                None => continue,
            }
            bindings.extend([name(&field.member), punct(':'), binding.into(), punct(',')]);
        }
        let rest = self.skip.is_none().then(|| quote!(..));
        let (bindings, statements): (TokenStream, TokenStream) =
            (bindings.into_iter().collect(), statements.into_iter().collect());
        quote!(#path { #bindings #rest } => { #statements })
    }
}

/// The call of a function with one field, and what is done then. Its first token is where the type of the field begins,
/// and its last where that ends: an error in the call as a whole is shown at the whole type.
fn call(
    function: &[TokenTree],
    field: Ident,
    label: Option<Literal>,
    then: &[TokenTree],
    [begin, end]: [Span; 2],
    statements: &mut Vec<TokenTree>,
) {
    let label = label.into_iter().flat_map(|label| [label.into(), punct(',')]);
    let mut arguments = Group::new(Delimiter::Parenthesis, label.chain(iter::once(field.into())).collect());
    arguments.set_span(end);
    statements.extend(placed(function, begin));
    statements.push(arguments.into());
    statements.extend(placed(then, end).chain(iter::once(punct(';'))));
}

/// The same tokens in another place.
fn placed(tokens: &[TokenTree], place: Span) -> impl Iterator<Item = TokenTree> {
    tokens.iter().cloned().map(move |mut token| {
        token.set_span(place);
        token
    })
}

/// What a field is called: `name`, `0`, `Variant.name`.
fn label(variant: Option<&Ident>, member: &Member) -> Literal {
    let member = match member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    };
    let variant = variant.map(|variant| format!("{}.", variant.unraw())).unwrap_or_default();
    Literal::string(&(variant + &member))
}

fn name(member: &Member) -> TokenTree {
    match member {
        Member::Named(ident) => ident.clone().into(),
        Member::Unnamed(index) => Literal::u32_unsuffixed(index.index).into(),
    }
}

fn punct(punct: char) -> TokenTree {
    Punct::new(punct, Spacing::Alone).into()
}

/// The answer rests on the parameters alone. The `Trace` impl has no more to go by than `T: Trace`, and the proof
/// shows that the type is acyclic if its parameters are; `Vec<T>` and the like forward the question in the same way.
///
/// It always ends. It is asked only of type arguments, which are smaller than the type that they are arguments of;
/// never of a field, where it could come back to this type, or to an ever larger one (`Tower<Vec<T>>` in `Tower<T>`).
/// What cannot be asked is taken for cyclic, which costs a collection some work and is never wrong.
fn is_acyclic(input: &Input<'_>, used: &Used<'_>) -> TokenStream {
    let krate = &input.krate;
    let answer = match used.asked_if_acyclic() {
        None => quote!(false),
        Some(params) if params.is_empty() => quote!(true),
        Some(params) => quote!(#(<#params as #krate::Trace>::is_acyclic())&&*),
    };
    quote! {
        #[inline]
        fn is_acyclic() -> ::core::primitive::bool {
            #answer
        }
    }
}

fn impl_acyclic(input: &Input<'_>, used: &Used<'_>) -> TokenStream {
    let krate = &input.krate;
    implement(input, &quote!(impl), &quote!(#krate::Acyclic), &used.acyclic_clause(), TokenStream::new())
}

/// Compiles only if every traced field is `Acyclic` under the bounds of [`impl_acyclic`]. A trait, for the type's own
/// methods are not ours to add to.
///
/// A field that leads back to the type rests on the very impl that is to be proved. That is sound: only a value in a
/// cell can be made to refer to an object that already leads to it, and acyclic cells hold nothing but `Leaf`s.
fn prove_acyclic(input: &Input<'_>, used: &Used<'_>) -> TokenStream {
    let krate = &input.krate;
    let claims = for_each_field(input, &Call::new(quote!(__must_be_acyclic)));
    let body = quote! {
        fn __prove(&self) {
            fn __must_be_acyclic<T: ?::core::marker::Sized + #krate::Acyclic>(_: &T) {}
            #claims
        }
    };
    let proof = implement(input, &quote!(impl), &quote!(__Proof), &used.acyclic_clause(), body);
    quote! {
        const _: () = {
            trait __Proof {
                fn __prove(&self);
            }
            #proof
        };
    }
}

/// Where an error about something is shown that is at `span`; what is spanned there still belongs to the expansion.
pub(crate) fn at(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

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
        let expansion = expand(&Input::read(&item, &mut Errors::default()), false).to_string();
        assert!(expansion.contains("__tracer . part (__field0)"), "{expansion}");
    }
}
