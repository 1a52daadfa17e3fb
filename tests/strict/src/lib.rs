//! A library of someone who allows nothing, with types of every kind.
//!
//! That it passes `cargo clippy` is what it tests: nothing that `#[derive(Trace)]`, `coerce!` and `leaf!` expand to
//! counts as the user's own `unsafe`, or falls short of the user's own standards.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, future_incompatible, nonstandard_style, rust_2018_idioms, let_underscore)]
#![deny(unreachable_pub, unused_qualifications, unused_lifetimes, single_use_lifetimes, elided_lifetimes_in_paths)]
#![deny(missing_copy_implementations, trivial_casts, trivial_numeric_casts, unused_results, variant_size_differences)]
#![deny(explicit_outlives_requirements, redundant_lifetimes, unit_bindings, unused_import_braces)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::undocumented_unsafe_blocks)]
#![deny(clippy::absolute_paths, clippy::missing_trait_methods, clippy::missing_inline_in_public_items)]

mod shapes;

use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;

use gc_core::{Cc, Finalize, Trace, Weak, coerce, leaf};

pub use shapes::{Fallible, Level, Never, Pair, Unit};

/// A handle of another library's, which is given back.
#[derive(Debug)]
pub struct Handle(u32);

impl Drop for Handle {
    #[inline]
    fn drop(&mut self) {
        self.0 = 0;
    }
}

/// A number whose unit is a type.
#[derive(Debug)]
pub struct Quantity<T: ?Sized>(u64, PhantomData<fn(&T)>);

leaf!(Handle, Quantity<T>: [T: ?Sized + 'static]);

/// What can stand in a document.
pub trait Element: Trace {
    /// The words in it, and in all that is in it.
    fn words(&self) -> usize;
}

/// Words, which lead nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Trace)]
#[trace(acyclic)]
pub struct Text {
    words: Vec<String>,
}

impl Text {
    /// The words of a line.
    #[must_use]
    #[inline]
    pub fn new(line: &str) -> Self {
        Self { words: line.split_whitespace().map(String::from).collect() }
    }
}

impl Element for Text {
    #[inline]
    fn words(&self) -> usize {
        self.words.len()
    }
}

/// Elements, and the section that they are in.
#[derive(Trace, Default)]
#[trace(finalize)]
pub struct Section<M: 'static = ()> {
    parent: RefCell<Weak<Self>>,
    elements: RefCell<Vec<Cc<dyn Element>>>,
    /// To anywhere in the document.
    links: RefCell<HashMap<String, Cc<Self>>>,
    #[trace(skip)]
    meta: M,
    handle: Option<Handle>,
    width: Option<Quantity<str>>,
}

impl<M: Default> Section<M> {
    /// An empty one.
    #[must_use]
    #[inline]
    pub fn new(handle: u32, width: u64) -> Cc<Self> {
        let (handle, width) = (Some(Handle(handle)), Some(Quantity(width, PhantomData)));
        Cc::new(Self { handle, width, ..Self::default() })
    }

    /// Adds a text at the end.
    #[inline]
    pub fn write(&self, line: &str) {
        let text = Cc::new(Text::new(line));
        self.elements.borrow_mut().push(coerce!(text => Cc<dyn Element>));
    }

    /// Adds a section at the end.
    #[inline]
    pub fn insert(this: &Cc<Self>, section: &Cc<Self>) {
        let element = Cc::clone(section);
        this.elements.borrow_mut().push(coerce!(element => Cc<dyn Element>));
        let _former = section.parent.replace(Cc::downgrade(this));
    }

    /// Adds a link to `target`.
    #[inline]
    pub fn link(&self, name: &str, target: &Cc<Self>) {
        let _former = self.links.borrow_mut().insert(name.to_owned(), Cc::clone(target));
    }

    /// The section that this is in.
    #[must_use]
    #[inline]
    pub fn parent(&self) -> Option<Cc<Self>> {
        self.parent.borrow().upgrade()
    }

    /// What is said of it, to the machine.
    #[inline]
    pub const fn meta(&self) -> &M {
        &self.meta
    }

    /// Its width, if it has one.
    #[must_use]
    #[inline]
    pub fn width(&self) -> Option<u64> {
        self.width.as_ref().map(|width| width.0)
    }
}

impl<M> Element for Section<M> {
    #[inline]
    fn words(&self) -> usize {
        self.elements.borrow().iter().map(|element| element.words()).sum()
    }
}

impl<M> Finalize for Section<M> {
    #[inline]
    fn finalize(&self) {
        let _former = self.parent.take();
    }
}

#[cfg(test)]
mod tests {
    use super::{Element, Section};

    #[test]
    fn a_document_that_links_to_itself_is_collected() {
        let document = Section::<u8>::new(1, 80);
        document.write("two words");
        let chapter = Section::new(2, 60);
        chapter.write("and these three");
        Section::insert(&document, &chapter);
        chapter.link("top", &document);
        document.link("chapter", &chapter);
        assert_eq!((document.words(), chapter.width(), *chapter.meta()), (5, Some(60), 0));
        assert!(chapter.parent().is_some_and(|parent| parent.width() == Some(80)));
        drop((document, chapter));
        assert_eq!(gc_core::collect(), 2, "the texts are acyclic, and die with the sections");
        assert_eq!(gc_core::collect(), 0);
    }
}
