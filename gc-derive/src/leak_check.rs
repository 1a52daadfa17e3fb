//! `#[leak_check]`: a test function becomes one that calls gc-core with its body.
//!
//! The attribute `#[test]` may stand before it or after: what it is put on stays a function of the same name, with the
//! same attributes.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Ident, ItemFn, Path, Signature, Token, Visibility, parse_quote};

use crate::errors::Errors;

/// What the attribute makes of the function. If that is refused, the function stays as it is, beside the errors.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let krate = read_crate.parse2(args).unwrap_or_else(|error| {
        errors.push(error);
        None
    });
    let function = read_function.parse2(item.clone()).map_err(|error| errors.push(error)).ok();
    if let Some(function) = &function {
        check(&function.sig, &mut errors);
    }
    match (errors.finish(), function) {
        (Ok(()), Some(function)) => wrap(krate, function),
        (result, _) => {
            let mut out = result.err().map(|error| error.to_compile_error()).unwrap_or_default();
            out.extend(item);
            out
        }
    }
}

/// `crate = path`, or nothing: where gc-core is found.
fn read_crate(input: ParseStream<'_>) -> syn::Result<Option<Path>> {
    if input.is_empty() {
        return Ok(None);
    }
    let expected = "`#[leak_check]` takes nothing but `crate = path::to::gc_core`";
    let refused = |error: syn::Error| syn::Error::new(error.span(), expected);
    let name = input.call(Ident::parse_any).map_err(refused)?;
    if name != "crate" {
        return Err(syn::Error::new(name.span(), expected));
    }
    input.parse::<Token![=]>().map_err(refused)?;
    let path = input.call(Path::parse_mod_style).map_err(refused)?;
    input.parse::<Option<Token![,]>>()?;
    if input.is_empty() { Ok(Some(path)) } else { Err(input.error(expected)) }
}

/// A function, or an error at the word that says that it is none.
fn read_function(input: ParseStream<'_>) -> syn::Result<ItemFn> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    let word = ahead.fork();
    match ItemFn::parse(input) {
        Ok(function) => Ok(function),
        // What begins as a function says best what is wrong with it.
        Err(error) if Signature::parse(&ahead).is_ok() => Err(error),
        Err(_) => Err(syn::Error::new(word.span(), "`#[leak_check]` goes on a function")),
    }
}

/// Refuses what cannot be called as a test is.
fn check(sig: &Signature, errors: &mut Errors) {
    if let Some(token) = sig.asyncness {
        let message = "a leak check looks at the objects of one thread, and an `async` function may run on several: make a \
                       `gc_core::inspect::LeakCheck` where it runs on one";
        errors.push_at(token, message);
    }
    if let Some(token) = sig.constness {
        errors.push_at(token, "a `const` function has no objects to leave behind");
    }
    if !sig.generics.params.is_empty() {
        errors.push_at(&sig.generics, "a function with `#[leak_check]` takes no parameters, as a test does");
    }
    if !sig.inputs.is_empty() {
        errors.push_at(&sig.inputs, "a function with `#[leak_check]` takes no arguments, as a test does");
    }
}

/// The body goes into a function within, and not into a closure: what is returned is then inferred as it would have
/// been.
fn wrap(krate: Option<Path>, mut function: ItemFn) -> TokenStream {
    let krate = krate.map_or_else(|| quote!(::gc_core), ToTokens::into_token_stream);
    let should_panic = function.attrs.iter().any(|attr| attr.path().is_ident("should_panic"));
    let run = if should_panic { quote!(leak_checked_panic) } else { quote!(leak_checked) };
    let ItemFn { sig: Signature { ident, output, .. }, block, .. } = &function;
    function.block = parse_quote!({
        fn #ident() #output #block
        #krate::inspect::__private::#run(#ident)
    });
    function.into_token_stream()
}

#[cfg(test)]
mod tests {
    use expect_test::{ExpectFile, expect_file};
    use syn::File;

    use super::*;

    /// Compares what a function expands to with a file, as [`crate::snapshots`] does.
    fn check(args: TokenStream, item: TokenStream, expected: ExpectFile) {
        let expansion = expand(args, item.clone());
        let [item, expansion] =
            [item, expansion].map(|tokens| prettyplease::unparse(&syn::parse2::<File>(tokens).expect("items")));
        expected.assert_eq(&format!("{item}\n// Expands to:\n\n{expansion}"));
    }

    /// The messages for an item, in order.
    fn errors(args: &str, item: &str) -> Vec<String> {
        let [args, item] = [args, item].map(|text| text.parse::<TokenStream>().expect("tokens"));
        let expansion = expand(args, item.clone()).to_string();
        assert!(expansion.ends_with(&item.to_string()), "the item is kept: {expansion}");
        let messages = expansion.split("compile_error ! { ").skip(1);
        messages.map(|rest| rest.split('"').nth(1).expect("a message").into()).collect()
    }

    #[test]
    fn functions() {
        let item = quote! {
            /// With what may be on a test.
            #[test]
            #[ignore = "slow"]
            pub(crate) fn plain() {
                #![allow(unused)]
                let node = Node::new();
                return;
            }
        };
        check(quote!(), item, expect_file!["../snapshots/leak_check_plain.rs"]);
        let item = quote! {
            #[test]
            fn fallible() -> Result<(), Box<dyn Error>> {
                read()?;
                Ok(())
            }
        };
        check(quote!(crate = lib::gc), item, expect_file!["../snapshots/leak_check_fallible.rs"]);
        let item = quote! {
            #[should_panic(expected = "five")]
            #[test]
            fn panicking() {
                panic!("five");
            }
        };
        check(quote!(), item, expect_file!["../snapshots/leak_check_panicking.rs"]);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let errors = errors("allow = 5", "#[test] const async fn wrong<T>(value: T) {}");
        let starts =
            ["`#[leak_check]` takes nothing but", "a leak check looks at", "a `const` function", "a function with"];
        for (error, start) in errors.iter().zip(starts) {
            assert!(error.starts_with(start), "{error}");
        }
        assert_eq!(errors.len(), starts.len() + 1, "and the argument: {errors:?}");
    }

    #[test]
    fn only_functions_are_taken() {
        for item in ["#[doc = \"A\"] pub struct Type;", "const FIVE: u32 = 5;", "mod tests {}", ""] {
            assert_eq!(errors("", item), ["`#[leak_check]` goes on a function"]);
        }
        assert_eq!(errors("", "fn no_body();").len(), 1);
    }
}
