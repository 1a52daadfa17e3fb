//! What is refused, and why: everything that can be read and still makes no sense.

use crate::ast::{Data, Input};
use crate::errors::Errors;

/// Notes all that is wrong with the item.
pub(crate) fn check(input: &Input<'_>, errors: &mut Errors) {
    no_union(input, errors);
    no_lifetimes(input, errors);
    no_references_into_packed(input, errors);
    no_skip_in_skipped_variants(input, errors);
}

fn no_union(input: &Input<'_>, errors: &mut Errors) {
    if let Data::Union(token) = &input.data {
        let message = "`Trace` cannot be derived for a union: which of its fields holds a value is not known";
        errors.push_at(token, message);
    }
}

fn no_lifetimes(input: &Input<'_>, errors: &mut Errors) {
    for param in input.generics.lifetimes() {
        let lifetime = &param.lifetime;
        errors.push_at(
            lifetime,
            format!(
                "a traced type cannot borrow, because its objects live for as long as the program refers to them \
                 (`Trace: 'static`): hold what `{lifetime}` borrows by value, or in a `Cc` or an `Rc`"
            ),
        );
    }
}

fn no_references_into_packed(input: &Input<'_>, errors: &mut Errors) {
    if input.traced_fields().is_empty() {
        return;
    }
    if let Some(packed) = &input.packed {
        let message = "a packed type cannot be traced, for nothing may refer to its fields: remove `packed`, or put \
                       `#[trace(skip)]` on every field";
        errors.push_at(packed, message);
    }
}

fn no_skip_in_skipped_variants(input: &Input<'_>, errors: &mut Errors) {
    let Data::Enum(variants) = &input.data else { return };
    let skipped = variants.iter().filter(|variant| variant.attrs.skip.is_some());
    for skip in skipped.flat_map(|variant| &variant.fields).filter_map(|field| field.attrs.skip.as_ref()) {
        errors.push_at(skip, "the whole variant is skipped: `skip` on its field says nothing more");
    }
}

#[cfg(test)]
mod tests {
    use syn::{DeriveInput, parse_quote};

    use super::*;

    /// The messages for an item, in order.
    fn errors(item: DeriveInput) -> Vec<String> {
        let mut errors = Errors::default();
        check(&Input::read(&item, &mut errors), &mut errors);
        errors.finish().err().into_iter().flatten().map(|error| error.to_string()).collect()
    }

    #[test]
    fn words_may_be_spread_over_attributes() {
        let item = parse_quote! {
            #[trace(acyclic,)]
            #[doc = "trace"]
            #[trace(crate = self::some::path)]
            struct Type(#[other] #[trace(skip)] u8);
        };
        assert!(errors(item).is_empty());
    }

    #[test]
    fn one_error_does_not_hide_another() {
        let item = parse_quote! {
            #[trace(skip, what = 1, ever(2, 3), crate = ::a::b, crate = c)]
            #[repr(packed)]
            union Type<'a> {
                a: &'a u8,
            }
        };
        let errors = errors(item);
        let starts = ["`skip` belongs", "unknown attribute `what`", "unknown attribute `ever`", "`crate` is repeated"];
        for (error, start) in errors.iter().zip(starts) {
            assert!(error.starts_with(start), "{error}");
        }
        assert_eq!(errors.len(), starts.len() + 2, "and the union, and its lifetime: {errors:?}");
    }
}
