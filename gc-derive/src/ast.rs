//! The item as the macro sees it: the syntax tree with its `#[trace(...)]` attributes read.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, DataEnum, DeriveInput, GenericArgument, Generics, Member, Meta, Path, PathArguments, Token, Type,
    TypeGroup, TypeParamBound, TypeParen, TypePath, parse_quote,
};

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
    /// The places of the first token of the type and of the last. Errors about the field are shown at the first, or at
    /// all from there to the last.
    pub(crate) ends: [Span; 2],
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
            ends: ends_of(&field.ty).map(at),
            attrs: PartAttrs::read(&field.attrs, "a field", errors),
        };
        fields.members().zip(fields).map(read).collect()
    }

    /// Whether the field is not skipped, and the collector may find something in it.
    pub(crate) fn is_traced(&self) -> bool {
        self.attrs.skip.is_none() && !is_opaque(self.ty)
    }
}

/// Where the type begins and where it ends: a stable compiler does not join the two. To print the type for its tokens
/// takes longer than all else that is done here with a field; a path, which most types are, has them at hand.
fn ends_of(ty: &Type) -> [Span; 2] {
    if let Type::Path(TypePath { qself: None, path: Path { leading_colon: None, segments }, .. }) = ty {
        let last = &segments[segments.len() - 1];
        let end = match &last.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.gt_token.span,
            _ => last.ident.span(),
        };
        return [segments[0].ident.span(), end];
    }
    let mut tokens = ty.to_token_stream().into_iter().map(|token| token.span());
    let begin = tokens.next().unwrap_or_else(Span::call_site);
    [begin, tokens.last().unwrap_or(begin)]
}

fn traced<'f, 'a>(fields: &'f [Field<'a>]) -> impl Iterator<Item = &'f Field<'a>> {
    fields.iter().filter(|field| field.is_traced())
}

/// Whether it can be seen from the type as it is written that the collector finds nothing in it, while it may well not
/// be `Trace`: as a reference to what is not, or as functions.
fn is_opaque(ty: &Type) -> bool {
    matches!(bare(ty), Type::Reference(_)) || holds_functions(ty)
}

/// Pointers to functions hold nothing, and what closures have captured is out of sight. But not all of them can be
/// `Trace`: there is no naming the arguments of `for<'a> fn(&'a str)` in an implementation for every such type.
fn holds_functions(ty: &Type) -> bool {
    match bare(ty) {
        Type::FnPtr(_) => true,
        Type::TraitObject(object) => object.bounds.iter().any(is_function_trait),
        Type::Path(TypePath { qself: None, path, .. }) => only_content(path).is_some_and(holds_functions),
        _ => false,
    }
}

/// The traits of functions are the only ones whose arguments are in parentheses.
fn is_function_trait(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else { return false };
    bound.path.segments.last().is_some_and(|last| matches!(last.arguments, PathArguments::Parenthesized(_)))
}

/// The `T` of `Option<T>`, and of the other types that callbacks are kept in.
fn only_content(path: &Path) -> Option<&Type> {
    let last = path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let known = ["Box", "Cell", "Option", "RefCell", "Vec"].iter().any(|name| last.ident == name);
    match arguments.args.first() {
        Some(GenericArgument::Type(content)) if known && arguments.args.len() == 1 => Some(content),
        _ => None,
    }
}

/// The type without parentheses, and without what is around a type that comes from a macro by example.
fn bare(mut ty: &Type) -> &Type {
    while let Type::Group(TypeGroup { elem, .. }) | Type::Paren(TypeParen { elem, .. }) = ty {
        ty = elem;
    }
    ty
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

    fn traced(item: &DeriveInput) -> Vec<String> {
        let input = Input::read(item, &mut Errors::default());
        input.traced_fields().into_iter().map(|field| field.member.to_token_stream().to_string()).collect()
    }

    #[test]
    fn functions_are_left_out() {
        let in_group = Group::new(Delimiter::None, quote!(for<'a> fn(&'a str) -> &'a str));
        let item = parse_quote! {
            struct Type<T> {
                plain: fn(&[T]) -> T,
                in_parentheses: ((unsafe extern "C" fn(*const T, ...))),
                from_a_macro: #in_group,
                in_an_option: Option<fn(&T)>,
                closure: Box<dyn Fn(&T)>,
                of_any_thread: Box<(dyn for<'a> std::ops::FnOnce(&'a T) -> &'a T + Send + 'static)>,
                nested: std::cell::RefCell<Vec<Option<Box<dyn FnMut()>>>>,
                in_a_cell: Cell<Option<fn(&T)>>,
            }
        };
        assert!(traced(&item).is_empty());
    }

    #[test]
    fn what_may_hold_more_than_functions_is_traced() {
        let item = parse_quote! {
            struct Type<T> {
                in_a_tuple: (fn(T),),
                other_trait: Box<dyn Source<T>>,
                in_a_map: HashMap<String, fn(T)>,
                with_more: Vec<fn(T), T>,
                projected: <T as Vec<fn()>>::Item,
                without_type: Vec,
                parameter: Option<T>,
            }
        };
        let all = "in_a_tuple other_trait in_a_map with_more projected without_type parameter";
        assert_eq!(traced(&item).join(" "), all);
    }

    #[test]
    fn references_are_left_out_where_they_stand_alone() {
        let item = parse_quote! {
            struct Type<T> {
                reference: &'static T,
                in_parentheses: (&'static mut [T]),
                in_an_option: Option<&'static T>,
            }
        };
        assert_eq!(traced(&item), ["in_an_option"]);
    }
}
