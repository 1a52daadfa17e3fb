//! What `#[trace(...)]` says: its vocabulary, and which of it may stand on a type, a variant or a field.
//!
//! Knows nothing of the item around the attributes: which of them make no sense together is decided in
//! [`check`](crate::check).

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token, parse_quote};

use crate::errors::Errors;

/// Every word, and where it belongs.
const VOCABULARY: [(&str, &str); 4] = [
    ("acyclic", "the type"),
    ("crate", "the type"),
    ("finalize", "the type"),
    ("skip", "a field or a variant of an enum"),
];

/// The attributes of the type itself.
pub(crate) struct TypeAttrs {
    /// `acyclic`: the type claims to be `Acyclic`, and the expansion proves it.
    pub(crate) acyclic: bool,
    /// `finalize`: the type implements `Finalize`. The word itself, for errors to point at.
    pub(crate) finalize: Option<Ident>,
    /// `crate = path`: where `gc_core` is found.
    pub(crate) krate: Path,
}

impl TypeAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> TypeAttrs {
        let (mut acyclic, mut finalize, mut krate) = (None, None, None);
        for word in words(attrs, errors) {
            match word.name.to_string().as_str() {
                "acyclic" => word.store(word.flag(), &mut acyclic, errors),
                "crate" => word.store(word.path(), &mut krate, errors),
                "finalize" => word.store(word.flag(), &mut finalize, errors),
                _ => word.reject("a type takes `acyclic`, `finalize` and `crate = path`", errors),
            }
        }
        let krate = krate.unwrap_or_else(|| parse_quote!(::gc_core));
        TypeAttrs { acyclic: acyclic.is_some(), finalize, krate }
    }
}

/// The attributes of a variant or of a field.
pub(crate) struct PartAttrs {
    /// `skip`: opaque to the collector. The word itself, for errors to point at.
    pub(crate) skip: Option<Ident>,
}

impl PartAttrs {
    /// `part` is what the attributes are on, with its article.
    pub(crate) fn read(attrs: &[Attribute], part: &str, errors: &mut Errors) -> PartAttrs {
        let mut skip = None;
        for word in words(attrs, errors) {
            match word.name.to_string().as_str() {
                "skip" => word.store(word.flag(), &mut skip, errors),
                _ => word.reject(&format!("{part} takes `skip`"), errors),
            }
        }
        PartAttrs { skip }
    }
}

/// The contents of all the `#[trace(...)]` among `attrs`: it makes no difference how the words are spread over them.
fn words(attrs: &[Attribute], errors: &mut Errors) -> Vec<Word> {
    let mut words = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("trace")) {
        match &attr.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                match list.parse_args_with(Punctuated::<Word, Token![,]>::parse_terminated) {
                    Ok(list) => words.extend(list),
                    Err(error) => errors.push(error),
                }
            }
            meta => errors.push_at(meta, "expected a list in parentheses: `#[trace(...)]`"),
        }
    }
    words
}

/// An entry of a list: `name`, `name = value` or `name(value)`.
struct Word {
    name: Ident,
    /// All that follows the name, up to the comma.
    rest: TokenStream,
}

impl Parse for Word {
    /// Takes whatever may be in an entry, so that what is wrong with one does not hide what is wrong with the next.
    fn parse(input: ParseStream<'_>) -> syn::Result<Word> {
        let name = input.call(Ident::parse_any)?;
        let mut rest = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            rest.extend([input.parse::<TokenTree>()?]);
        }
        Ok(Word { name, rest })
    }
}

impl Word {
    /// The value of a word that takes none.
    fn flag(&self) -> syn::Result<Ident> {
        if self.rest.is_empty() {
            Ok(self.name.clone())
        } else {
            Err(syn::Error::new_spanned(&self.rest, format!("`{}` takes no value", self.name)))
        }
    }

    /// The value of a word that takes `= some::path`.
    fn path(&self) -> syn::Result<Path> {
        let path = |input: ParseStream<'_>| {
            input.parse::<Token![=]>()?;
            Path::parse_mod_style(input)
        };
        path.parse2(self.rest.clone()).map_err(|_| {
            let message = format!("expected a path, without quotes: `{} = path::to::gc_core`", self.name);
            match self.rest.is_empty() {
                true => syn::Error::new_spanned(&self.name, message),
                false => syn::Error::new_spanned(&self.rest, message),
            }
        })
    }

    /// Keeps the value where the word has not been given before.
    fn store<T>(&self, value: syn::Result<T>, slot: &mut Option<T>, errors: &mut Errors) {
        match value {
            Err(error) => errors.push(error),
            Ok(_) if slot.is_some() => errors.push_at(&self.name, format!("`{}` is repeated", self.name)),
            Ok(value) => *slot = Some(value),
        }
    }

    /// An error for a word that does not belong here.
    fn reject(&self, expected: &str, errors: &mut Errors) {
        let name = &self.name;
        let message = match VOCABULARY.iter().find(|(word, _)| name == word) {
            Some((_, place)) => format!("`{name}` belongs on {place}; {expected}"),
            None => format!("unknown attribute `{name}`; {expected}"),
        };
        errors.push_at(name, message);
    }
}
