//! What the generics of the type must satisfy for it to be traced: the `where` clauses of the expansion.
//!
//! Bounds go on type parameters and on associated types of theirs, never on whole field types: a field may mention
//! the type itself (`Vec<Node<T>>` in `Node<T>`), and `Node<T>: Trace` must not rest on itself. For the same reason the
//! arguments of the type itself ask for nothing: what they have to satisfy, they satisfy already.
//!
//! Types are known by their names here, as to every macro: `PhantomData`, `Rc` and the other names of [`HELD`] are
//! taken for those of gc-core and the standard library. With another type of such a name a bound may be missing, which
//! the compiler says at the field, and which can be written on the type or in `bound`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    GenericArgument, Generics, PathArguments, PathSegment, Type, TypeMacro, TypeParam, TypeParamBound, TypePath,
    WherePredicate,
};

use crate::ast::{Input, any_ident};

/// Generic types that do not hold values of all their arguments, and of how many they do, counted from the first.
const HELD: [(&str, usize); 16] = [
    ("Arc", 0),
    ("AtomicPtr", 0),
    ("Ephemeron", 0),
    ("EphemeronMap", 0),
    ("HashMap", 2),
    ("HashSet", 1),
    ("ManuallyDrop", 0),
    ("NonNull", 0),
    ("OnDrop", 0),
    ("PhantomData", 0),
    ("Rc", 0),
    ("UnsafeCell", 0),
    ("Weak", 0),
    ("WeakKeyMap", 0),
    ("WeakSet", 0),
    ("WeakValueMap", 1),
];

/// What the traced fields mention of the generics.
pub(crate) struct Used<'a> {
    input: &'a Input<'a>,
    /// What values of the type hold, or may hold.
    held: Mentioned<'a>,
    /// What they only hold a `Cc` to. This is traced whatever it is, and may well be the type itself: `Trace` must not
    /// rest on it. But what is acyclic depends on it.
    pointed_to: Mentioned<'a>,
}

#[derive(Default)]
struct Mentioned<'a> {
    /// `T`
    params: Vec<&'a Ident>,
    /// `T::Item`, `<T as Graph>::Node`
    projections: Vec<&'a TypePath>,
}

impl<'a> Used<'a> {
    pub(crate) fn in_traced_fields(input: &'a Input<'a>) -> Used<'a> {
        let mut used = Used { input, held: Mentioned::default(), pointed_to: Mentioned::default() };
        if input.generics.type_params().next().is_some() {
            let mut search = Search { used: &mut used, behind_cc: false };
            for field in input.traced_fields() {
                search.search(field.ty);
            }
        }
        used
    }

    /// The `where` clause under which the type is `Trace`, with `own` in front of all else.
    ///
    /// An acyclic type has to ask its parameters whether they are, so all of them must be `Trace`.
    pub(crate) fn trace_clause(&self, own: TokenStream) -> TokenStream {
        let bound = bound_of(&self.input.krate, "Trace");
        let pointed_to: &[&Ident] = if self.input.attrs.acyclic { &self.pointed_to.params } else { &[] };
        self.clause(own, &bound, pointed_to, &[])
    }

    /// The `where` clause under which the type is `Acyclic`: here it matters what a `Cc` leads to.
    pub(crate) fn acyclic_clause(&self) -> TokenStream {
        let bound = bound_of(&self.input.krate, "Acyclic");
        self.clause(TokenStream::new(), &bound, &self.pointed_to.params, &self.pointed_to.projections)
    }

    /// The type's own `where` clause, with `bound` for what is held or among the `params` and `projections`, or with
    /// what the user demands instead. Every other parameter is `'static`: `Trace: 'static`, so even what is never
    /// traced must not borrow.
    fn clause(
        &self,
        own: TokenStream,
        bound: &TokenStream,
        params: &[&Ident],
        projections: &[&TypePath],
    ) -> TokenStream {
        let mut added = own;
        let demanded = self.input.attrs.bound.as_ref();
        for TypeParam { ident, .. } in self.input.generics.type_params() {
            let used = self.held.params.contains(&ident) || params.contains(&ident);
            match used && demanded.is_none() {
                true => added.extend(quote!(#ident: #bound,)),
                false => added.extend(quote!(#ident: 'static,)),
            }
        }
        match demanded {
            Some(predicates) => added.extend(quote!(#predicates)),
            None => {
                for projection in self.held.projections.iter().chain(projections) {
                    added.extend(quote!(#projection: #bound,));
                }
            }
        }
        where_clause(self.input.generics, &added)
    }

    /// The parameters on whose answer it depends whether the type is acyclic; `None` if it depends on what cannot be
    /// asked: on an associated type, which can be anything, this type included, or on what may be unsized.
    pub(crate) fn asked_if_acyclic(&self) -> Option<Vec<&'a Ident>> {
        // Under the user's own bounds, which are those of `Acyclic` as well, the proof has left nothing open.
        if self.input.attrs.bound.is_some() {
            return Some(Vec::new());
        }
        let both = [&self.held, &self.pointed_to];
        let generics = self.input.generics;
        let asked = |param: &&TypeParam| both.iter().any(|mentioned| mentioned.params.contains(&&param.ident));
        let asked: Vec<_> = generics.type_params().filter(asked).collect();
        let unknown = both.iter().any(|mentioned| !mentioned.projections.is_empty())
            || asked.iter().any(|param| is_maybe_unsized(param, generics));
        (!unknown).then(|| asked.into_iter().map(|param| &param.ident).collect())
    }
}

fn bound_of(krate: &TokenStream, name: &str) -> TokenStream {
    let name = Ident::new(name, proc_macro2::Span::call_site());
    quote!(#krate::#name)
}

/// The `where` clause as written, and `added` to it; nothing if that is nothing.
pub(crate) fn where_clause(generics: &Generics, added: &TokenStream) -> TokenStream {
    let written = generics.where_clause.as_ref().map(|clause| &clause.predicates).filter(|written| !written.is_empty());
    match written {
        Some(written) => {
            let comma = (!written.trailing_punct()).then(|| quote!(,));
            quote!(where #written #comma #added)
        }
        None if added.is_empty() => TokenStream::new(),
        None => quote!(where #added),
    }
}

fn is_maybe_unsized(param: &TypeParam, generics: &Generics) -> bool {
    let relaxed = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Trait(bound) if bound.maybe.is_some());
    let relaxed_in_clause = |predicate: &WherePredicate| match predicate {
        WherePredicate::Type(of) => {
            matches!(&of.bounded_ty, Type::Path(ty) if ty.path.is_ident(&param.ident)) && of.bounds.iter().any(relaxed)
        }
        _ => false,
    };
    param.bounds.iter().any(relaxed)
        || generics.where_clause.iter().flat_map(|clause| &clause.predicates).any(relaxed_in_clause)
}

/// Walks field types, and collects what they hold of the generics.
struct Search<'s, 'a> {
    used: &'s mut Used<'a>,
    behind_cc: bool,
}

impl<'a> Search<'_, 'a> {
    fn mentioned(&mut self) -> &mut Mentioned<'a> {
        match self.behind_cc {
            true => &mut self.used.pointed_to,
            false => &mut self.used.held,
        }
    }

    fn param(&self, ident: &Ident) -> Option<&'a Ident> {
        self.used.input.generics.type_params().map(|param| &param.ident).find(|param| *param == ident)
    }

    fn is_self(&self, ident: &Ident) -> bool {
        ident == "Self" || ident == self.used.input.ident
    }

    /// What the parameters are inside of a projection does not matter, only what comes out. One that mentions the type
    /// itself gets no bound, as everything else that does.
    fn note_projection(&mut self, ty: &'a TypePath) {
        let names_param = any_ident(ty.to_token_stream(), &|ident| self.param(ident).is_some());
        let names_self = any_ident(ty.to_token_stream(), &|ident| self.is_self(ident));
        if names_param && !names_self {
            self.mentioned().projections.push(ty);
        }
    }

    /// What is left out holds none of the types that it mentions: raw pointers, function pointers, and `dyn Shape<T>`,
    /// which is traced if `Shape` says so, whatever `T` is. Nor does a reference, but it is `Trace` only if its target
    /// is.
    fn search(&mut self, ty: &'a Type) {
        match ty {
            Type::Array(ty) => self.search(&ty.elem),
            Type::Group(ty) => self.search(&ty.elem),
            Type::Macro(ty) => self.search_macro(ty),
            Type::Paren(ty) => self.search(&ty.elem),
            Type::Path(ty) => self.search_path(ty),
            Type::Reference(ty) => self.search(&ty.elem),
            Type::Slice(ty) => self.search(&ty.elem),
            Type::Tuple(ty) => ty.elems.iter().for_each(|ty| self.search(ty)),
            _ => {}
        }
    }

    fn search_path(&mut self, ty: &'a TypePath) {
        let (Some(first), Some(last)) = (ty.path.segments.first(), ty.path.segments.last()) else { return };
        let is_short = ty.path.segments.len() == 1 && ty.path.leading_colon.is_none();
        let param = self.param(&first.ident).filter(|_| ty.path.leading_colon.is_none());
        match param {
            _ if ty.qself.is_some() => self.note_projection(ty),
            Some(param) if is_short => self.mentioned().params.push(param),
            Some(_) => self.note_projection(ty),
            None if is_short && self.is_self(&first.ident) => {}
            None => {
                let outside = self.behind_cc;
                self.behind_cc |= last.ident == "Cc";
                self.search_arguments(last);
                self.behind_cc = outside;
            }
        }
    }

    /// Of `HashMap<K, V, S>`, only `K` and `V`.
    fn search_arguments(&mut self, segment: &'a PathSegment) {
        let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return };
        let types = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        });
        let held = HELD.iter().find(|(name, _)| segment.ident == name).map_or(usize::MAX, |&(_, held)| held);
        for ty in types.take(held) {
            self.search(ty);
        }
    }

    /// A macro hides what it makes of a parameter; that it holds the parameter is the likely case.
    fn search_macro(&mut self, ty: &'a TypeMacro) {
        for TypeParam { ident, .. } in self.used.input.generics.type_params() {
            if any_ident(ty.mac.tokens.clone(), &|named| named == ident) {
                self.mentioned().params.push(ident);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::{DeriveInput, WhereClause, parse_quote};

    use super::*;
    use crate::errors::Errors;

    /// The predicates that the derive adds to those of the type.
    fn bounds(item: DeriveInput) -> Vec<String> {
        clause(item, |used| used.trace_clause(TokenStream::new()))
    }

    fn acyclic_bounds(item: DeriveInput) -> Vec<String> {
        clause(item, |used| used.acyclic_clause())
    }

    fn clause(mut item: DeriveInput, clause: fn(&Used<'_>) -> TokenStream) -> Vec<String> {
        item.attrs.push(parse_quote!(#[trace(crate = gc)]));
        let input = Input::read(&item, &mut Errors::default());
        let clause = clause(&Used::in_traced_fields(&input));
        if clause.is_empty() {
            return Vec::new();
        }
        let clause: WhereClause = parse_quote!(#clause);
        let written = input.generics.where_clause.as_ref().map_or(0, |written| written.predicates.len());
        clause.predicates.iter().skip(written).map(|added| added.to_token_stream().to_string()).collect()
    }

    #[test]
    fn parameters_are_bound_where_they_are_held() {
        let item = parse_quote! {
            struct Type<A, B, C, D, E: ?Sized, F, const N: usize> where A: Clone {
                a: [Option<A>; N],
                b: (u8, B),
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
    fn what_a_type_only_points_to_is_not_bound() {
        let item = || -> DeriveInput {
            parse_quote! {
                struct Type<A, B, C, D, E, F, G> {
                    a: RefCell<Option<Cc<A>>>,
                    b: Vec<(Weak<B>, std::rc::Rc<B>)>,
                    c: &'static [C],
                    d: WeakValueMap<D, E>,
                    f: HashMap<String, u8, F>,
                    g: *const G,
                }
            }
        };
        let others = ["B : 'static", "C : 'static", "D : gc :: Trace", "E : 'static", "F : 'static", "G : 'static"];
        assert_eq!(bounds(item()), [&["A : 'static"], others.as_slice()].concat());
        // That is one that a cycle can pass through.
        let others = others.map(|bound| bound.replace("Trace", "Acyclic"));
        assert_eq!(acyclic_bounds(item()), [&["A : gc :: Acyclic".to_owned()], others.as_slice()].concat());
    }

    #[test]
    fn an_acyclic_type_asks_its_parameters() {
        let item = parse_quote! {
            #[trace(acyclic)]
            struct Type<A, B>(Cc<A>, PhantomData<B>);
        };
        assert_eq!(bounds(item), ["A : gc :: Trace", "B : 'static"]);
    }

    #[test]
    fn projections_are_bound_in_place_of_their_parameter() {
        let item = || -> DeriveInput {
            parse_quote! {
                enum Type<A: Graph, B: Graph> {
                    Short(Vec<A::Node>, Option<Cc<A::Node>>, Weak<<B as Graph>::Node>, Cc<B::Leaf>),
                    Full { edge: <B as Graph>::Edge },
                    #[trace(skip)]
                    Skipped(A::Edge),
                }
            }
        };
        let held = ["A :: Node : gc :: Trace", "< B as Graph > :: Edge : gc :: Trace"];
        assert_eq!(bounds(item()), [["A : 'static", "B : 'static"], held].concat());
        assert_eq!(acyclic_bounds(item()).last().unwrap(), "B :: Leaf : gc :: Acyclic");
    }

    #[test]
    fn what_names_the_type_itself_is_never_bound() {
        let item = parse_quote! {
            struct Type<A, B> {
                by_name: Vec<Type<A, Vec<B>>>,
                by_self: Box<Self>,
                projected: <Type<A, B> as Graph>::Node,
                of_another: other::Type<A>,
            }
        };
        assert_eq!(bounds(item), ["A : gc :: Trace", "B : 'static"]);
    }

    #[test]
    fn a_type_macro_may_hold_what_it_names() {
        let item = parse_quote! {
            struct Type<A, B>(list![Vec<A>], PhantomData<B>);
        };
        assert_eq!(bounds(item), ["A : gc :: Trace", "B : 'static"]);
    }

    #[test]
    fn what_the_user_demands_takes_the_place_of_what_is_found() {
        let item = |demanded: &str| -> DeriveInput {
            parse_quote! {
                #[trace(bound = #demanded)]
                struct Type<A: Graph, B>(A::Node, Cow<'static, B>) where B: Clone;
            }
        };
        let own = ["A : 'static", "B : 'static"];
        let demanded = ["A :: Node : Trace", "B :: Owned : Trace"];
        assert_eq!(bounds(item("A::Node: Trace, B::Owned: Trace,")), [own, demanded].concat());
        assert_eq!(acyclic_bounds(item("A::Node: Trace, B::Owned: Trace")), [own, demanded].concat());
        assert_eq!(bounds(item("")), own);
    }

    #[test]
    fn nothing_is_asked_of_a_type_without_parameters() {
        assert!(
            bounds(parse_quote!(
                struct Type<const N: usize>([u8; N]);
            ))
            .is_empty()
        );
    }
}
