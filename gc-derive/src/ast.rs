//! The item as the macro sees it: the syntax tree with its `#[trace(...)]` attributes read.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, DataEnum, DeriveInput, Generics, Member, Meta, Path, Token, Type, TypePath, parse_quote};

use crate::attr::{PartAttrs, TypeAttrs};
use crate::errors::Errors;
use crate::expand::at;

/// A type with `#[derive(Trace)]`.
pub(crate) struct Input<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: TypeAttrs,
    /// Where gc-core is found.
    pub(crate) krate: TokenStream,
    /// The `packed` of `#[repr(packed)]`.
    pub(crate) packed: Option<Meta>,
    /// What the implementations must allow, because they repeat the user's types.
    pub(crate) allowed: Vec<Attribute>,
    pub(crate) data: Data<'a>,
}

pub(crate) enum Data<'a> {
    Struct(Vec<Field<'a>>),
    Enum(Vec<Variant<'a>>),
    Union(Token![union]),
}

pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) attrs: PartAttrs,
    pub(crate) fields: Vec<Field<'a>>,
}

pub(crate) struct Field<'a> {
    /// The name, or the number in a tuple.
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    /// The place of the type, where errors about the field are shown.
    pub(crate) span: Span,
    pub(crate) attrs: PartAttrs,
}

impl<'a> Input<'a> {
    /// Reads as much as can be read, and notes what cannot.
    pub(crate) fn read(input: &'a DeriveInput, errors: &mut Errors) -> Input<'a> {
        let attrs = TypeAttrs::read(&input.attrs, errors);
        let data = match &input.data {
            syn::Data::Struct(data) => Data::Struct(Field::read_all(&data.fields, errors)),
            syn::Data::Enum(data) => Data::Enum(Variant::read_all(data, errors)),
            syn::Data::Union(data) => Data::Union(data.union_token),
        };
        let krate = attrs.krate.as_ref().map_or_else(|| quote!(::gc_core), ToTokens::to_token_stream);
        Input {
            ident: &input.ident,
            generics: &input.generics,
            attrs,
            krate,
            packed: packed(&input.attrs),
            allowed: allowed(input),
            data,
        }
    }

    /// The fields that the collector sees.
    pub(crate) fn traced_fields(&self) -> Vec<&Field<'a>> {
        match &self.data {
            Data::Struct(fields) => traced(fields).collect(),
            Data::Enum(variants) => variants.iter().flat_map(Variant::traced_fields).collect(),
            Data::Union(_) => Vec::new(),
        }
    }
}

impl<'a> Variant<'a> {
    fn read_all(data: &'a DataEnum, errors: &mut Errors) -> Vec<Variant<'a>> {
        let read = |variant: &'a syn::Variant| Variant {
            ident: &variant.ident,
            attrs: PartAttrs::read(&variant.attrs, "a variant", errors),
            fields: Field::read_all(&variant.fields, errors),
        };
        data.variants.iter().map(read).collect()
    }

    /// The fields that the collector sees: none if the variant is skipped.
    pub(crate) fn traced_fields(&self) -> impl Iterator<Item = &Field<'a>> {
        traced(&self.fields).filter(|_| self.attrs.skip.is_none())
    }
}

impl<'a> Field<'a> {
    fn read_all(fields: &'a syn::Fields, errors: &mut Errors) -> Vec<Field<'a>> {
        let read = |(member, field): (Member, &'a syn::Field)| Field {
            member,
            ty: &field.ty,
            span: at(start_of(&field.ty)),
            attrs: PartAttrs::read(&field.attrs, "a field", errors),
        };
        fields.members().zip(fields).map(read).collect()
    }

    /// Whether the field is not skipped, and may hold something.
    pub(crate) fn is_traced(&self) -> bool {
        self.attrs.skip.is_none() && !is_function_pointer(self.ty)
    }
}

/// Where the type begins, which is all of `ty.span()` that a stable compiler gives. That prints the type for its first
/// token, which takes longer than all else that is done here with a field; a path, which most types are, has it at
/// hand.
fn start_of(ty: &Type) -> Span {
    match ty {
        Type::Path(TypePath { qself: None, path: Path { leading_colon: None, segments }, .. }) => {
            segments[0].ident.span()
        }
        _ => ty.span(),
    }
}

fn traced<'f, 'a>(fields: &'f [Field<'a>]) -> impl Iterator<Item = &'f Field<'a>> {
    fields.iter().filter(|field| field.is_traced())
}

/// Pointers to functions hold nothing, but not all of them can be `Trace`: there is no naming the arguments of
/// `for<'a> fn(&'a str)` in an implementation for every such type.
fn is_function_pointer(ty: &Type) -> bool {
    match ty {
        Type::FnPtr(_) => true,
        // Around what comes from a macro by example.
        Type::Group(ty) => is_function_pointer(&ty.elem),
        Type::Paren(ty) => is_function_pointer(&ty.elem),
        _ => false,
    }
}

/// Finds `packed` or `packed(n)` in `#[repr(...)]`. What cannot be parsed there is for the compiler to report.
fn packed(attrs: &[Attribute]) -> Option<Meta> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("repr"))
        .filter_map(|attr| attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok())
        .flatten()
        .find(|meta| meta.path().is_ident("packed"))
}

/// What the type allows for itself, and the use of what is deprecated if it says anything of that. Not in every case,
/// for it would be an error under `#![forbid(deprecated)]`.
fn allowed(input: &DeriveInput) -> Vec<Attribute> {
    let mut allowed: Vec<_> = input.attrs.iter().filter(|attr| attr.path().is_ident("allow")).cloned().collect();
    if all_attributes(input).any(mentions_deprecated) {
        allowed.push(parse_quote!(#[allow(deprecated)]));
    }
    allowed
}

/// Those of the type, of its variants, and of all fields.
fn all_attributes(input: &DeriveInput) -> impl Iterator<Item = &Attribute> {
    let (fields, variants) = match &input.data {
        syn::Data::Struct(data) => (Some(&data.fields), None),
        syn::Data::Enum(data) => (None, Some(&data.variants)),
        syn::Data::Union(_) => (None, None),
    };
    let variants = variants.into_iter().flatten();
    let fields = fields.into_iter().chain(variants.clone().map(|variant| &variant.fields)).flatten();
    let of_parts = variants.map(|variant| &variant.attrs).chain(fields.map(|field| &field.attrs));
    input.attrs.iter().chain(of_parts.flatten())
}

fn mentions_deprecated(attr: &Attribute) -> bool {
    let deprecated = |ident: &Ident| ident == "deprecated";
    attr.path().is_ident("deprecated")
        || matches!(&attr.meta, Meta::List(list) if any_ident(list.tokens.clone(), &deprecated))
}

/// Whether an identifier that is `wanted` occurs anywhere among the tokens.
pub(crate) fn any_ident(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => wanted(&ident),
        TokenTree::Group(group) => any_ident(group.stream(), wanted),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group};

    use super::*;

    #[test]
    fn function_pointers_are_left_out() {
        let in_group = Group::new(Delimiter::None, quote!(for<'a> fn(&'a str) -> &'a str));
        let item: DeriveInput = parse_quote! {
            struct Type<T> {
                plain: fn(&[T]) -> T,
                in_parentheses: ((unsafe extern "C" fn(*const T, ...))),
                from_a_macro: #in_group,
                in_a_tuple: (fn(T),),
                in_an_option: Option<fn(T)>,
                closure: Box<dyn Fn(T)>,
            }
        };
        let input = Input::read(&item, &mut Errors::default());
        let traced = input.traced_fields().into_iter().map(|field| field.member.to_token_stream().to_string());
        assert_eq!(traced.collect::<Vec<_>>(), ["in_a_tuple", "in_an_option", "closure"]);
    }
}
