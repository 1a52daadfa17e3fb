//! What items expand to, in full: each file of `snapshots/` has an item, and under it the expansion.
//!
//! `UPDATE_EXPECT=1 cargo test -p gc-derive snapshots` writes the files anew. To read the difference is the test then.

use expect_test::{ExpectFile, expect_file};
use syn::{DeriveInput, File, parse_quote};

fn check(item: DeriveInput, expected: ExpectFile) {
    check_with(item, false, expected);
}

/// With the feature `inspect` or without.
fn check_with(item: DeriveInput, labels: bool, expected: ExpectFile) {
    let expansion = crate::derive(&item, labels);
    let [item, expansion] =
        [parse_quote!(#item), parse_quote!(#expansion)].map(|file: File| prettyplease::unparse(&file));
    expected.assert_eq(&format!("{item}\n// Expands to:\n\n{expansion}"));
}

#[test]
fn unit_struct() {
    let item = parse_quote! {
        #[derive(Trace)]
        pub struct Unit;
    };
    check(item, expect_file!["../snapshots/unit_struct.rs"]);
}

#[test]
fn tuple_struct() {
    let item = parse_quote! {
        #[derive(Trace)]
        pub(crate) struct Pair(pub Cc<Pair>, #[trace(skip)] Socket, u8);
    };
    check(item, expect_file!["../snapshots/tuple_struct.rs"]);
}

#[test]
fn named_struct() {
    let item = parse_quote! {
        /// With what a user has on a type and its fields.
        #[derive(Clone, Trace)]
        #[allow(dead_code)]
        #[non_exhaustive]
        pub struct Node {
            /// Has a name.
            pub name: String,
            #[deprecated]
            r#type: Option<Cc<Node>>,
            code: fn(&[Node]) -> Node,
            #[trace(skip)]
            socket: Socket,
        }
    };
    check(item, expect_file!["../snapshots/named_struct.rs"]);
}

#[test]
fn labelled_struct() {
    let item = parse_quote! {
        #[derive(Trace)]
        struct Node {
            r#type: Option<Cc<Node>>,
            children: RefCell<Vec<Cc<Node>>>,
            #[trace(skip)]
            socket: Socket,
        }
    };
    check_with(item, true, expect_file!["../snapshots/labelled_struct.rs"]);
}

#[test]
fn labelled_enumeration() {
    let item = parse_quote! {
        #[derive(Trace)]
        #[trace(crate = lib::gc)]
        enum Value {
            Nil,
            Pair(Cc<Value>, #[trace(skip)] Handle, Cc<Value>),
            Native { name: &'static str },
        }
    };
    check_with(item, true, expect_file!["../snapshots/labelled_enumeration.rs"]);
}

#[test]
fn enumeration() {
    let item = parse_quote! {
        #[derive(Trace)]
        enum Value {
            Nil,
            Pair(Cc<Value>, Cc<Value>),
            Native { name: &'static str, #[trace(skip)] handle: Handle },
            #[trace(skip)]
            Foreign(Handle, Socket),
        }
    };
    check(item, expect_file!["../snapshots/enumeration.rs"]);
}

#[test]
fn empty_enumeration() {
    let item = parse_quote! {
        #[derive(Trace)]
        enum Never {}
    };
    check(item, expect_file!["../snapshots/empty_enumeration.rs"]);
}

#[test]
fn generic() {
    let item = parse_quote! {
        #[derive(Trace)]
        struct Graph<T: ?Sized, N, E = (), const SIZE: usize = 4>
        where
            N: Display,
        {
            nodes: [RefCell<Vec<N>>; SIZE],
            edge: Option<Cc<E>>,
            label: Box<N::Label>,
            marker: PhantomData<T>,
            parent: Option<Box<Graph<T, N, E>>>,
        }
    };
    check(item, expect_file!["../snapshots/generic.rs"]);
}

#[test]
fn acyclic() {
    let item = parse_quote! {
        #[derive(Trace)]
        #[trace(acyclic)]
        enum Text {
            Line(String),
            Lines(Vec<Cc<Text>>),
        }
    };
    check(item, expect_file!["../snapshots/acyclic.rs"]);
}

#[test]
fn acyclic_generic() {
    let item = parse_quote! {
        #[derive(Trace)]
        #[trace(acyclic)]
        struct List<T, M> {
            value: T,
            next: Option<Cc<List<T, M>>>,
            shared: Cc<M>,
        }
    };
    check(item, expect_file!["../snapshots/acyclic_generic.rs"]);
}

#[test]
fn finalize() {
    let item = parse_quote! {
        #[derive(Trace)]
        #[trace(finalize)]
        struct Connection<T> {
            peer: T,
        }
    };
    check(item, expect_file!["../snapshots/finalize.rs"]);
}

#[test]
fn unsafe_drop() {
    let item = parse_quote! {
        #[derive(Trace)]
        #[trace(unsafe_drop)]
        struct Guard {
            edge: Cc<Guard>,
        }
    };
    check(item, expect_file!["../snapshots/unsafe_drop.rs"]);
}

#[test]
fn bound() {
    let item = parse_quote! {
        #[derive(Trace)]
        #[trace(acyclic, bound = "B::Owned: Acyclic")]
        struct Name<B: ToOwned + ?Sized + 'static>(Cow<'static, B>);
    };
    check(item, expect_file!["../snapshots/bound.rs"]);
}

#[test]
fn another_crate() {
    let item = parse_quote! {
        #[derive(Trace)]
        #[trace(crate = library::gc, acyclic)]
        struct Leaf(u8);
    };
    check(item, expect_file!["../snapshots/another_crate.rs"]);
}

/// The type is `Trace` and `Acyclic` even so: that it is not would only be said once more at every use.
#[test]
fn refused() {
    let item = parse_quote! {
        #[derive(Trace)]
        #[trace(acyclic, skip)]
        struct Borrows<'a, T: 'a> {
            #[trace(skipp)]
            name: &'a T,
        }
    };
    check(item, expect_file!["../snapshots/refused.rs"]);
}
