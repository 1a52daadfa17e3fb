//! What the generics of the type must satisfy for it to be traced: the `where` clauses of the expansion.
//!
//! Bounds go on type parameters and on associated types of theirs, never on whole field types: a field may mention
//! the type itself (`Vec<Node<T>>` in `Node<T>`), and `Node<T>: Trace` must not rest on itself.
//!
//! Types are known by their names here, as to every macro. `PhantomData` and the pointers of [`POINTERS`] are taken for
//! those of gc-core and the standard library; with others of these names a bound may be missing, which the compiler
//! says at the field, and which can be written on the type.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{
    Expr, Generics, Path, TypeFnPtr, TypeMacro, TypeParam, TypeParamBound, TypePath, TypeTraitObject, WhereClause,
    WherePredicate, parse_quote,
};

use crate::ast::{Input, any_ident};

/// Pointers that are `Trace` whatever they lead to.
const POINTERS: [&str; 4] = ["Cc", "Weak", "Rc", "Arc"];

/// What the traced fields mention of the generics.
pub(crate) struct Used<'a> {
    generics: &'a Generics,
    /// `T`
    pub(crate) params: Vec<&'a TypeParam>,
    /// `T::Item`, `<T as Graph>::Node`
    projections: Vec<&'a TypePath>,
    /// Those behind a pointer, such as `Cc<T::Node>`. They may well be the type itself, so `Trace` must not rest on
    /// them.
    pointed_to: Vec<&'a TypePath>,
}

impl<'a> Used<'a> {
    pub(crate) fn in_traced_fields(input: &Input<'a>) -> Used<'a> {
        let mut search = Search {
            input,
            behind_pointer: false,
            params: Vec::new(),
            projections: Vec::new(),
            pointed_to: Vec::new(),
        };
        for field in input.traced_fields() {
            search.visit_type(field.ty);
        }
        let Search { params, projections, pointed_to, .. } = search;
        let params = input.generics.type_params().filter(|param| params.contains(&param.ident)).collect();
        Used { generics: input.generics, params, projections, pointed_to }
    }

    /// The bounds under which the type is `Trace`.
    pub(crate) fn trace_clause(&self, krate: &Path) -> WhereClause {
        self.where_clause(&quote!(#krate::Trace), &self.projections)
    }

    /// The bounds under which the type is `Acyclic`: here it matters what a pointer leads to.
    pub(crate) fn acyclic_clause(&self, krate: &Path) -> WhereClause {
        self.where_clause(&quote!(#krate::Acyclic), self.projections.iter().chain(&self.pointed_to))
    }

    /// The type's own `where` clause, with `bound` for what is used, and `'static` for every other parameter:
    /// `Trace: 'static`, so even what is never traced must not borrow.
    fn where_clause<'p>(
        &self,
        bound: &TokenStream,
        projections: impl IntoIterator<Item = &'p &'a TypePath>,
    ) -> WhereClause
    where
        'a: 'p,
    {
        let mut clause = own_where_clause(self.generics);
        for param in self.generics.type_params() {
            let ident = &param.ident;
            clause.predicates.push(match self.params.iter().any(|used| used.ident == *ident) {
                true => parse_quote!(#ident: #bound),
                false => parse_quote!(#ident: 'static),
            });
        }
        clause.predicates.extend(projections.into_iter().map(|ty| -> WherePredicate { parse_quote!(#ty: #bound) }));
        clause
    }

    pub(crate) fn has_projections(&self) -> bool {
        !self.projections.is_empty() || !self.pointed_to.is_empty()
    }

    /// Whether some parameter used may stand for an unsized type.
    pub(crate) fn may_be_unsized(&self) -> bool {
        self.params.iter().any(|param| is_maybe_unsized(param, self.generics))
    }
}

/// The `where` clause as written, or an empty one.
pub(crate) fn own_where_clause(generics: &Generics) -> WhereClause {
    generics.where_clause.clone().unwrap_or_else(|| parse_quote!(where))
}

fn is_maybe_unsized(param: &TypeParam, generics: &Generics) -> bool {
    let relaxed = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Trait(bound) if bound.maybe.is_some());
    let relaxed_in_clause = |predicate: &WherePredicate| match predicate {
        WherePredicate::Type(of) => {
            matches!(&of.bounded_ty, syn::Type::Path(ty) if ty.path.is_ident(&param.ident))
                && of.bounds.iter().any(relaxed)
        }
        _ => false,
    };
    param.bounds.iter().any(relaxed)
        || generics.where_clause.iter().flat_map(|clause| &clause.predicates).any(relaxed_in_clause)
}

/// Walks field types, and collects what they hold of the generics.
struct Search<'a, 'i> {
    input: &'i Input<'a>,
    behind_pointer: bool,
    params: Vec<Ident>,
    projections: Vec<&'a TypePath>,
    pointed_to: Vec<&'a TypePath>,
}

impl<'a> Search<'a, '_> {
    fn is_param(&self, ident: &Ident) -> bool {
        self.input.generics.type_params().any(|param| param.ident == *ident)
    }

    /// Whether the tokens name a type parameter.
    fn names_param(&self, tokens: impl ToTokens) -> bool {
        any_ident(tokens.into_token_stream(), &|ident| self.is_param(ident))
    }

    /// Whether the tokens name the type being derived.
    fn names_self(&self, tokens: impl ToTokens) -> bool {
        any_ident(tokens.into_token_stream(), &|ident| ident == "Self" || ident == self.input.ident)
    }

    /// What the parameters are inside of a projection does not matter, only what comes out. One that mentions the type
    /// itself gets no bound, as everything else that does.
    fn note_projection(&mut self, ty: &'a TypePath) {
        if self.names_param(ty) && !self.names_self(ty) {
            match self.behind_pointer {
                true => self.pointed_to.push(ty),
                false => self.projections.push(ty),
            }
        }
    }
}

impl<'a> Visit<'a> for Search<'a, '_> {
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        let (Some(first), Some(last)) = (ty.path.segments.first(), ty.path.segments.last()) else { return };
        if ty.qself.is_some() || (self.is_param(&first.ident) && ty.path.segments.len() > 1) {
            self.note_projection(ty);
        } else if self.is_param(&first.ident) {
            self.params.push(first.ident.clone());
        } else if last.ident != "PhantomData" {
            let outside = self.behind_pointer;
            self.behind_pointer |= POINTERS.iter().any(|name| last.ident == name);
            visit::visit_type_path(self, ty);
            self.behind_pointer = outside;
        }
    }

    /// A macro hides what it makes of a parameter; that it holds the parameter is the likely case.
    fn visit_type_macro(&mut self, ty: &'a TypeMacro) {
        let params = self.input.generics.type_params().map(|param| &param.ident);
        let named = params.filter(|param| any_ident(ty.mac.tokens.clone(), &|ident| ident == *param)).cloned();
        self.params.extend(named);
    }

    /// A function pointer holds none of the types in its signature.
    fn visit_type_fn_ptr(&mut self, _: &'a TypeFnPtr) {}

    /// Whether `dyn Shape<T>` can be traced is up to `Shape`, whatever `T` is.
    fn visit_type_trait_object(&mut self, _: &'a TypeTraitObject) {}

    /// The length of an array, or a const argument: no part of it is a type of a value.
    fn visit_expr(&mut self, _: &'a Expr) {}
}

#[cfg(test)]
mod tests {
    use syn::DeriveInput;

    use super::*;
    use crate::errors::Errors;

    /// The predicates that the derive adds to those of the type.
    fn bounds(item: DeriveInput) -> Vec<String> {
        let input = Input::read(&item, &mut Errors::default());
        let clause = Used::in_traced_fields(&input).trace_clause(&parse_quote!(gc));
        let written = own_where_clause(input.generics).predicates.len();
        clause.predicates.iter().skip(written).map(|added| added.to_token_stream().to_string()).collect()
    }

    #[test]
    fn parameters_are_bound_where_they_are_held() {
        let item = parse_quote! {
            struct Type<A, B, C, D, E: ?Sized, F, const N: usize> where A: Clone {
                a: [Option<A>; N],
                b: (u8, &'static B),
                c: PhantomData<C>,
                #[trace(skip)] d: D,
                e: Box<dyn Fn(E)>,
                f: fn(&F) -> F,
            }
        };
        assert_eq!(
            bounds(item),
            ["A : gc :: Trace", "B : gc :: Trace", "C : 'static", "D : 'static", "E : 'static", "F : 'static"]
        );
    }

    #[test]
    fn projections_are_bound_in_place_of_their_parameter() {
        let item = parse_quote! {
            enum Type<A: Graph, B: Graph> {
                Short(Vec<A::Node>, Option<Cc<A::Node>>, Weak<<B as Graph>::Node>),
                Full { edge: <B as Graph>::Edge },
                #[trace(skip)]
                Skipped(A::Edge),
            }
        };
        assert_eq!(
            bounds(item),
            ["A : 'static", "B : 'static", "A :: Node : gc :: Trace", "< B as Graph > :: Edge : gc :: Trace"]
        );
    }

    #[test]
    fn what_names_the_type_itself_is_never_bound() {
        let item = parse_quote! {
            struct Type<A> {
                by_name: Vec<Type<A>>,
                by_self: Box<Self>,
                projected: <Type<A> as Graph>::Node,
            }
        };
        assert_eq!(bounds(item), ["A : gc :: Trace"]);
    }

    #[test]
    fn a_type_macro_may_hold_what_it_names() {
        let item = parse_quote! {
            struct Type<A, B>(list![Vec<A>], PhantomData<B>);
        };
        assert_eq!(bounds(item), ["A : gc :: Trace", "B : 'static"]);
    }
}
