//! What `#[trace(...)]` says: its vocabulary, and which of it may stand on a type, a variant or a field.
//!
//! Knows nothing of the item around the attributes: which of them make no sense together is decided in
//! [`check`](crate::check).

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitStr, Meta, Path, Token, WherePredicate};

use crate::errors::Errors;

/// Every word, and where it belongs.
const VOCABULARY: [(&str, &str); 6] = [
    ("acyclic", "the type"),
    ("bound", "the type"),
    ("crate", "the type"),
    ("finalize", "the type"),
    ("skip", "a field or a variant of an enum"),
    ("unsafe_drop", "the type"),
];

/// The attributes of the type itself.
#[derive(Default)]
pub(crate) struct TypeAttrs {
    /// `acyclic`: the type claims to be `Acyclic`, and the expansion proves it.
    pub(crate) acyclic: bool,
    /// `bound = "..."`: what is demanded in place of what the fields seem to need.
    pub(crate) bound: Option<Predicates>,
    /// `finalize`: the type implements `Finalize`. The word itself, for errors to point at.
    pub(crate) finalize: Option<Ident>,
    /// `crate = path`: where `gc_core` is found.
    pub(crate) krate: Option<Path>,
    /// `unsafe_drop`: the type may implement `Drop`. The word itself, which is where the promise is made.
    pub(crate) unsafe_drop: Option<Ident>,
}

type Predicates = Punctuated<WherePredicate, Token![,]>;

impl TypeAttrs {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> TypeAttrs {
        let (mut read, mut acyclic) = (TypeAttrs::default(), None);
        for word in words(attrs, errors) {
            match word.name.to_string().as_str() {
                "acyclic" => word.store(word.flag(), &mut acyclic, errors),
                "bound" => word.store(word.predicates(), &mut read.bound, errors),
                "crate" => word.store(word.path(), &mut read.krate, errors),
                "finalize" => word.store(word.flag(), &mut read.finalize, errors),
                "unsafe_drop" => word.store(word.flag(), &mut read.unsafe_drop, errors),
                _ => word.reject(
                    "a type takes `acyclic`, `bound = \"...\"`, `crate = path`, `finalize` and `unsafe_drop`",
                    errors,
                ),
            }
        }
        read.acyclic = acyclic.is_some();
        read
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
        let name = input
            .call(Ident::parse_any)
            .map_err(|error| syn::Error::new(error.span(), "expected a word, as in `#[trace(skip)]`"))?;
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
        self.value(Path::parse_mod_style)
            .map_err(|_| self.wrong_value(&format!("a path, without quotes: `{} = path::to::gc_core`", self.name)))
    }

    /// The value of a word that takes `= "T: Bound, ..."`.
    fn predicates(&self) -> syn::Result<Predicates> {
        let text: LitStr = self.value(|input| input.parse()).map_err(|_| {
            self.wrong_value(&format!("`where` predicates in a string: `{} = \"T: Trace\"`", self.name))
        })?;
        let expected = "expected `where` predicates, as in `T: Trace`";
        text.parse_with(Predicates::parse_terminated)
            .map_err(|error| syn::Error::new(text.span(), format!("{expected}: {error}")))
    }

    fn value<T>(&self, parse: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<T> {
        let value = |input: ParseStream<'_>| {
            input.parse::<Token![=]>()?;
            parse(input)
        };
        value.parse2(self.rest.clone())
    }

    fn wrong_value(&self, expected: &str) -> syn::Error {
        let message = format!("expected {expected}");
        match self.rest.is_empty() {
            true => syn::Error::new_spanned(&self.name, message),
            false => syn::Error::new_spanned(&self.rest, message),
        }
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
        let name = self.name.to_string();
        let message = match VOCABULARY.iter().find(|(word, _)| name == *word) {
            Some((_, place)) => format!("`{name}` belongs on {place}; {expected}"),
            None => match nearest(&name) {
                Some(word) => format!("unknown attribute `{name}`, did you mean `{word}`? {expected}"),
                None => format!("unknown attribute `{name}`; {expected}"),
            },
        };
        errors.push_at(&self.name, message);
    }
}

/// The word that `name` is a misspelling of: at most a third of its letters are wrong.
fn nearest(name: &str) -> Option<&'static str> {
    let nearest = VOCABULARY.iter().map(|&(word, _)| (distance(name, word), word)).min();
    nearest.filter(|(distance, word)| distance * 3 <= word.len()).map(|(_, word)| word)
}

/// How many letters have to be added, taken away or replaced to make one word of the other.
fn distance(from: &str, to: &str) -> usize {
    // The distances of what has been read of `from` to every beginning of `to`.
    let mut distances: Vec<usize> = (0..=to.len()).collect();
    for (read, letter) in from.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut distances[0], read + 1);
        for (index, other) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = distances[index + 1];
            distances[index + 1] = replaced.min(diagonal + 1).min(distances[index] + 1);
        }
    }
    distances[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_letters() {
        for (from, to, expected) in [("", "", 0), ("skip", "skip", 0), ("", "skip", 4), ("skipped", "skip", 3)] {
            assert_eq!((distance(from, to), distance(to, from)), (expected, expected), "{from} and {to}");
        }
        assert_eq!(distance("unsafe_drop", "unsave-dorp"), 4);
    }

    #[test]
    fn misspelt_words_are_recognised_and_others_are_not() {
        for (name, word) in [("acylic", "acyclic"), ("bounds", "bound"), ("skp", "skip"), ("finalise", "finalize")] {
            assert_eq!(nearest(name), Some(word), "{name}");
        }
        for name in ["", "s", "serde", "unknown", "drop", "r#type"] {
            assert_eq!(nearest(name), None, "{name}");
        }
    }
}
