//! The derive macro of [gc-core](https://docs.rs/gc-core), which re-exports it: depend on that crate, not on this one.
//!
//! [`macro@Trace`] is the whole public surface, and with the feature `inspect` `leak_check`. Inside, an item that
//! derives `Trace` passes through one module after the other:
//!
//! * `attr` reads the `#[trace(...)]` attributes,
//! * `ast` the item around them,
//! * `check` refuses what makes no sense,
//! * `bounds` finds what the generics must satisfy,
//! * `expand` writes the implementations,
//! * `fallback` writes empty ones next to the `errors`, if there were any.

#![forbid(unsafe_code)]

mod ast;
mod attr;
mod bounds;
mod check;
mod errors;
mod expand;
mod fallback;
#[cfg(feature = "inspect")]
mod leak_check;
#[cfg(test)]
mod snapshots;

use proc_macro2::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use crate::ast::Input;
use crate::errors::Errors;

/// Implements `Trace` for a struct or an enum: the collector will see every `Cc` in its fields.
///
/// ```
/// use gc_core::{Cc, Trace};
/// use std::cell::RefCell;
///
/// #[derive(Trace)]
/// struct Person {
///     name: String,
///     friends: RefCell<Vec<Cc<Person>>>,
/// }
///
/// let person = |name: &str| Cc::new(Person { name: name.into(), friends: RefCell::default() });
/// let (ada, bob) = (person("Ada"), person("Bob"));
/// ada.friends.borrow_mut().push(bob.clone());
/// bob.friends.borrow_mut().push(ada.clone());
/// assert_eq!(ada.friends.borrow()[0].name, "Bob");
///
/// drop((ada, bob));
/// assert_eq!(gc_core::collect(), 2);
/// ```
///
/// Recursive types, generic ones, const parameters and `where` clauses need no annotation. Every type parameter that a
/// traced field holds gets the bound `T: Trace`, every associated type of one `T::Item: Trace`, and all the other
/// parameters `'static`: those in skipped fields, and those that are only pointed to, as in `Cc<T>`, `Weak<T>`,
/// `Rc<T>`, `PhantomData<T>` or `fn(T)`. A type with a lifetime parameter cannot be traced.
///
/// A field is left out where its type, as it is written, holds nothing that the collector could look into: a reference,
/// or a function pointer or `dyn Fn`, also in a `Box`, `Cell`, `Option`, `RefCell` or `Vec`. Many of these types cannot
/// be `Trace`. (So a closure that has captured a `Cc` keeps its object alive.)
///
/// ```
/// use gc_core::{Cc, Trace};
///
/// #[derive(Trace)]
/// enum Value {
///     Number(f64),
///     List(Vec<Value>),
///     Native(fn(&[Value]) -> Value),
///     Closure(Box<dyn Fn(&[Value]) -> Value>),
/// }
///
/// let list = Cc::new(Value::List(vec![Value::Number(2.0), Value::Native(|list| Value::Number(list.len() as f64))]));
/// let Value::List(values) = &*list else { unreachable!() };
/// let [Value::Number(number), Value::Native(function)] = &values[..] else { unreachable!() };
/// assert!(matches!(function(values), Value::Number(len) if len == *number));
/// ```
///
/// # Attributes of the type
///
/// ## `#[trace(acyclic)]`
///
/// No cycle can pass through a value of this type, so its objects cost a collection nothing. The type becomes
/// `Acyclic`, for which the type of every field that is not skipped must be `Acyclic` too, or the derive does not
/// compile. A generic type is acyclic where the parameters in its traced fields are.
///
/// ```
/// use gc_core::{Cc, Trace, gc};
///
/// #[derive(Trace)]
/// #[trace(acyclic)]
/// struct Text {
///     lines: Vec<String>,
///     next: Option<Cc<Text>>,
/// }
///
/// let first = Cc::new(Text { lines: vec!["Hello".into()], next: None });
/// let second = Cc::new(Text { lines: vec![], next: Some(first.clone()) });
/// assert!(!gc::is_tracked(&first) && !gc::is_tracked(&second));
/// # assert!(second.next.as_ref().is_some_and(|next| next.lines.len() == 1));
/// ```
///
/// ## `#[trace(bound = "...")]`
///
/// What the generics must satisfy, in place of what the derive finds in the fields: `where` predicates, separated by
/// commas, or an empty string if nothing is needed. The bounds on the type itself stay, and so does `'static` for every
/// parameter. This is for what field types do not show, such as an associated type behind an alias. The compiler says
/// if it is too little.
///
/// ```
/// use gc_core::Trace;
///
/// trait Graph {
///     type Node;
/// }
///
/// type Nodes<G> = Vec<<G as Graph>::Node>;
///
/// #[derive(Trace)]
/// #[trace(bound = "G::Node: Trace")] // In place of `G: Trace`.
/// struct Store<G: Graph>(Nodes<G>);
/// # struct Plane;
/// # impl Graph for Plane {
/// #     type Node = u8;
/// # }
/// # assert!(gc_core::Cc::new(Store::<Plane>(vec![])).0.is_empty());
/// ```
///
/// ```compile_fail,E0277
/// # use gc_core::Trace;
/// #[derive(Trace)]
/// #[trace(bound = "")]
/// struct Pair<T>(T, T);
/// ```
///
/// Together with `acyclic`, the bounds are those of `Acyclic` as well, and have to prove it: the type is then traced
/// only for arguments for which it is acyclic.
///
/// ## `#[trace(finalize)]`
///
/// Objects of this type have a finalizer: the type's `Finalize` is called before they die. That of a generic type may
/// hold for some arguments only; then the type is traced for these alone.
///
/// ```
/// use gc_core::{Cc, Finalize, Trace};
///
/// #[derive(Trace)]
/// #[trace(finalize)]
/// struct Connection(u32);
///
/// impl Finalize for Connection {
///     fn finalize(&self) {
///         println!("closing {}", self.0);
///     }
/// }
///
/// drop(Cc::new(Connection(5)));
/// ```
///
/// ## `#[trace(crate = path)]`
///
/// Where gc-core is found, if not at `::gc_core`: for a crate that renames it, or re-exports it to the users of its
/// own macros. All of it has to be there, and not some names alone: which are needed depends on its features.
///
/// ```
/// mod library {
///     pub use gc_core as gc;
/// }
///
/// #[derive(library::gc::Trace)]
/// #[trace(crate = library::gc)]
/// struct Node;
/// # let _ = gc_core::Cc::new(Node);
/// ```
///
/// ## `#[trace(unsafe_drop)]`
///
/// Lets the type implement `Drop`, which is [refused](#no-drop) otherwise. It promises what the compiler cannot check,
/// so the word is an `unsafe`: `#![forbid(unsafe_code)]` and `#![deny(unsafe_code)]` refuse it, with an error at the
/// word.
///
/// > The destructor does nothing with a `Cc` in a traced field, but leaves it to be dropped with the field. It does not
/// > dereference, compare or print it, clone or downgrade it, or put it anywhere else; nor does it call what might.
///
/// When a cycle is collected, its members are dropped one after the other. Each still owns its `Cc`s when its turn
/// comes, but what they point to may be gone by then, and a `Cc` that was put elsewhere would outlive its object. All
/// else is as in any destructor: it may read the other fields, those that are skipped among them, and ask a `Weak`,
/// which gives nothing that is dying. Fields can no longer be moved out of the type. Without a destructor the promise
/// is void.
///
/// ```
/// use gc_core::{Cc, Trace};
/// use std::cell::{Cell, RefCell};
/// use std::rc::Rc;
///
/// #[derive(Trace)]
/// #[trace(unsafe_drop)]
/// struct Session {
///     peers: RefCell<Vec<Cc<Session>>>,
///     #[trace(skip)]
///     open: Rc<Cell<usize>>,
/// }
///
/// // Keeps the promise of `unsafe_drop`: of `peers`, nothing is read, not even how many there are.
/// impl Drop for Session {
///     fn drop(&mut self) {
///         self.open.set(self.open.get() - 1);
///     }
/// }
///
/// let open = Rc::new(Cell::new(2));
/// let session = || Cc::new(Session { peers: RefCell::default(), open: open.clone() });
/// let (a, b) = (session(), session());
/// a.peers.borrow_mut().push(b.clone());
/// b.peers.borrow_mut().push(a.clone());
///
/// drop((a, b));
/// assert_eq!(gc_core::collect(), 2);
/// assert_eq!(open.get(), 0);
/// ```
///
/// ```compile_fail
/// #![forbid(unsafe_code)]
///
/// #[derive(gc_core::Trace)]
/// #[trace(unsafe_drop)]
/// struct Session;
/// ```
///
/// # Attributes of fields and variants
///
/// ## `#[trace(skip)]`
///
/// The field, or all of the variant, is opaque to the collector, and its type need not be `Trace`. This is always
/// safe: a `Cc` in it then counts like one held from outside the heap, so a cycle through it leaks until the program
/// breaks it.
///
/// ```
/// use gc_core::{Cc, Trace};
///
/// /// Of another crate, say.
/// struct Socket(u32);
///
/// #[derive(Trace)]
/// enum Connection {
///     Open {
///         #[trace(skip)]
///         socket: Socket,
///         peer: Option<Cc<Connection>>,
///     },
///     #[trace(skip)]
///     Closed(Socket),
/// }
/// # let closed = Cc::new(Connection::Closed(Socket(1)));
/// # let open = Cc::new(Connection::Open { socket: Socket(2), peer: Some(closed) });
/// # match &*open {
/// #     Connection::Open { socket, peer } => assert!(socket.0 == 2 && peer.is_some()),
/// #     Connection::Closed(socket) => assert_eq!(socket.0, 1),
/// # }
/// ```
///
/// # No `Drop`
///
/// A type that derives `Trace` cannot implement `Drop`: by the time the destructor of a garbage object runs, what its
/// fields point to may be gone. Put what has to be cleaned up into a field of its own, which holds no `Cc` and may well
/// have a destructor. What has to look at other objects goes into a `Finalize`, which runs before any of them dies. And
/// for a destructor that does neither there is [`unsafe_drop`](#traceunsafe_drop).
///
/// ```
/// # use std::cell::RefCell;
/// use gc_core::{Cc, Trace};
///
/// struct TempFile(String);
///
/// impl Drop for TempFile {
///     fn drop(&mut self) {
///         println!("deleting {}", self.0);
///     }
/// }
///
/// #[derive(Trace)]
/// struct Document {
///     links: RefCell<Vec<Cc<Document>>>,
///     #[trace(skip)]
///     file: TempFile,
/// }
/// # let file = TempFile("a".into());
/// # let document = Cc::new(Document { links: RefCell::default(), file });
/// # document.links.borrow_mut().push(document.clone());
/// # assert_eq!(document.file.0, "a");
/// # drop(document);
/// # assert_eq!(gc_core::collect(), 1);
/// ```
///
/// ```compile_fail,E0277
/// #[derive(gc_core::Trace)]
/// struct Document;
///
/// impl Drop for Document {
///     fn drop(&mut self) {}
/// }
/// ```
///
/// Nor can it be a union, or `#[repr(packed)]` with fields that are traced.
///
/// An attribute macro that adds or changes fields goes above `#[derive(Trace)]`. A field that is added below is an
/// error; or, with `unsafe_drop`, it is not visited.
#[proc_macro_derive(Trace, attributes(trace))]
pub fn derive_trace(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(&parse_macro_input!(item as DeriveInput), cfg!(feature = "inspect")).into()
}

/// Fails a test that leaves objects behind: what [`LeakCheck`] does, for a whole function.
///
/// It goes on a test, before `#[test]` or after it, or on any other function without arguments. The objects of the
/// thread that calls the function are looked at when all that the body owns is dropped.
///
/// * A function that returns a `Result` is not looked at if that is an `Err`, which may own objects and says more.
/// * One that should panic (`#[should_panic]`) is looked at after it has. A panic would be taken for the one that is
///   expected, so the report is printed, and the function returns, which makes the test fail.
/// * An `async` function is refused: it may run on several threads. A `LeakCheck` can be made where it runs on one.
///
/// `#[leak_check(crate = path)]` says where gc-core is found, if not at `::gc_core`.
///
/// [`LeakCheck`]: https://docs.rs/gc-core/latest/gc_core/inspect/struct.LeakCheck.html
#[cfg(feature = "inspect")]
#[proc_macro_attribute]
pub fn leak_check(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    leak_check::expand(args.into(), item.into()).into()
}

fn derive(item: &DeriveInput, labels: bool) -> TokenStream {
    let mut errors = Errors::default();
    let input = Input::read(item, &mut errors);
    check::check(&input, &mut errors);
    match errors.finish() {
        Ok(()) => expand::expand(&input, labels),
        Err(error) => fallback::expand(&input, &error),
    }
}
