//! [`leaf!`](crate::leaf!): types that the collector need not look into.

/// Says of types that they hold no [`Cc`](crate::Cc) that the collector is to see.
///
/// For each type it implements [`Trace`](crate::Trace), which visits nothing, [`Acyclic`](crate::Acyclic) and
/// [`Leaf`](crate::Leaf). Types are separated by commas. The parameters of a generic one come after it, in brackets, as
/// they would in an `impl`; each must be `'static`. Attributes, such as a `#[cfg]`, come before it. Unsized types are
/// welcome, trait objects of one's own among them.
///
/// This is safe, whatever the types are. A `Cc` in one of them looks to the collector as if something outside the heap
/// held it: a cycle through it leaks, and nothing worse happens.
///
/// # When to use it
///
/// [`#[derive(Trace)]`](derive@crate::Trace) is for types with a `Cc` in them, and does for most others. This is for
/// those with which it has difficulties:
///
/// - types that another crate's macro defines, on whose fields there is no place for a `#[trace(skip)]`;
/// - types with a destructor, which the derive refuses: a handle, a guard, a connection;
/// - types all of whose fields would have to be skipped.
///
/// A single field of a type that is not `Trace` needs neither, but a `#[trace(skip)]`.
///
/// # Examples
///
/// ```
/// #![forbid(unsafe_code)]
/// use gc_core::{Cc, Trace, leaf};
/// use std::cell::{Cell, RefCell};
///
/// bitflags::bitflags! {
///     #[derive(Clone, Copy, PartialEq, Eq)]
///     struct Style: u8 {
///         const BOLD = 1;
///         const ITALIC = 2;
///     }
/// }
///
/// /// A resource of another library's, which is given back.
/// struct Texture {
///     id: u32,
/// }
///
/// impl Drop for Texture {
///     fn drop(&mut self) {
///         println!("release texture {}", self.id);
///     }
/// }
///
/// leaf!(Style, Texture);
///
/// #[derive(Trace)]
/// struct Element {
///     style: Cell<Style>,
///     image: Option<Texture>,
///     children: RefCell<Vec<Cc<Element>>>,
/// }
///
/// let element = Cc::new(Element {
///     style: Cell::new(Style::BOLD | Style::ITALIC),
///     image: Some(Texture { id: 7 }),
///     children: RefCell::default(),
/// });
/// element.children.borrow_mut().push(element.clone());
/// assert!(element.style.get().contains(Style::BOLD));
/// drop(element);
/// assert_eq!(gc_core::collect(), 1); // Prints "release texture 7".
/// ```
///
/// A generic type, a trait object, and a function pointer that takes references, for which there can be no general
/// implementation:
///
/// ```edition2021
/// #![deny(warnings)]
/// use gc_core::{leaf, Cc, Trace};
///
/// struct Id<T: ?Sized>(u32, std::marker::PhantomData<fn(&T)>);
///
/// trait Plugin {
///     fn run(&self, input: &str) -> usize;
/// }
///
/// struct Native(fn(&[f64]) -> f64);
///
/// leaf! {
///     Id<T>: [T: ?Sized + 'static],
///     dyn Plugin,
///     Native,
/// }
///
/// #[derive(Trace)]
/// struct Function {
///     id: Id<str>,
///     code: Native,
///     plugin: Box<dyn Plugin>,
/// }
/// # struct Length;
/// # impl Plugin for Length {
/// #     fn run(&self, input: &str) -> usize {
/// #         input.len()
/// #     }
/// # }
/// # let id = Id(1, std::marker::PhantomData);
/// # let function = Cc::new(Function { id, code: Native(|xs| xs.iter().sum()), plugin: Box::new(Length) });
/// # assert_eq!((function.id.0, (function.code.0)(&[1.0, 2.0]), function.plugin.run("four")), (1, 3.0, 4));
/// ```
#[macro_export]
macro_rules! leaf {
    ($($(#[$attribute:meta])* $leaf:ty $(: [$($generics:tt)*])?),* $(,)?) => {$(
        $(#[$attribute])*
        // SAFETY: visits nothing.
        unsafe impl $(<$($generics)*>)? $crate::Trace for $leaf {
            #[inline]
            fn trace(&self, _: &mut $crate::Tracer<'_>) {}

            // Unless it is said of any lifetime, the bound is an error where it does not hold.
            #[inline]
            #[allow(dead_code, reason = "an unsized type cannot be asked")]
            fn is_acyclic() -> ::core::primitive::bool
            where
                for<'__any> Self: ::core::marker::Sized,
            {
                true
            }
        }

        $(#[$attribute])*
        impl $(<$($generics)*>)? $crate::Acyclic for $leaf {}

        $(#[$attribute])*
        impl $(<$($generics)*>)? $crate::Leaf for $leaf {}
    )*};
}
