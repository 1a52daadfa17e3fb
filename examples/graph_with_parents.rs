//! A document tree, as browsers have it: elements know their parent and their children, and both pointers are strong.
//! So whoever holds an element holds its document, a part that was cut out lives for as long as somebody uses it, and
//! goes with the collector when nobody does.
//!
//! To copy: [`Element`] is a handle around the `Cc`, so that methods can hand out pointers to `self`. Listeners are a
//! trait that has `Trace` for a supertrait, and not closures: the collector cannot look into a closure, and one that
//! refers back to the tree would leak it. No cell is borrowed while code of a listener runs.

#![forbid(unsafe_code)]

use gc_core::{Cc, Trace, coerce, gc};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::iter::successors;

#[derive(Clone, Trace)]
struct Element(Cc<Node>);

#[derive(Trace)]
struct Node {
    tag: String,
    attributes: RefCell<BTreeMap<String, String>>,
    parent: RefCell<Option<Element>>,
    children: RefCell<Vec<Element>>,
    listeners: RefCell<Vec<Cc<dyn Listener>>>,
}

/// Reacts to events. It may well refer to elements.
trait Listener: Trace {
    fn handle(&self, event: &Event);
}

/// What happened to an element, and is told to its ancestors in turn.
struct Event {
    name: &'static str,
    target: Element,
    is_stopped: Cell<bool>,
}

impl PartialEq for Element {
    fn eq(&self, other: &Element) -> bool {
        Cc::ptr_eq(&self.0, &other.0)
    }
}

impl Element {
    fn new(tag: &str) -> Element {
        Element(Cc::new(Node {
            tag: tag.into(),
            attributes: RefCell::default(),
            parent: RefCell::default(),
            children: RefCell::default(),
            listeners: RefCell::default(),
        }))
    }

    fn with(self, name: &str, value: &str) -> Element {
        self.set(name, value);
        self
    }

    fn set(&self, name: &str, value: &str) {
        self.0.attributes.borrow_mut().insert(name.into(), value.into());
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0.attributes.borrow().get(name).cloned()
    }

    fn parent(&self) -> Option<Element> {
        self.0.parent.borrow().clone()
    }

    /// The element, its parent, and so on up to the root.
    fn path(&self) -> impl Iterator<Item = Element> + use<> {
        successors(Some(self.clone()), Element::parent)
    }

    /// The element and all below it, in the order of the text. Without recursion, for trees can be deep.
    fn descendants(&self) -> impl Iterator<Item = Element> + use<> {
        let mut pending = vec![self.clone()];
        std::iter::from_fn(move || {
            let element = pending.pop()?;
            pending.extend(element.0.children.borrow().iter().rev().cloned());
            Some(element)
        })
    }

    /// Makes an element the last child of this one. If it has a parent, it leaves that, and takes its subtree along.
    ///
    /// # Panics
    ///
    /// If that would close a circle.
    fn append(&self, child: &Element) {
        assert!(self.path().all(|element| element != *child), "an element cannot be its own descendant");
        child.remove();
        child.0.parent.replace(Some(self.clone()));
        self.0.children.borrow_mut().push(child.clone());
    }

    /// Takes the element out of its parent. It stays the root of what is below it.
    fn remove(&self) {
        if let Some(parent) = self.0.parent.take() {
            parent.0.children.borrow_mut().retain(|child| child != self);
        }
    }

    /// The elements below this one that a selector is for: `tag`, `.class`, `#id`, or some of these with spaces in
    /// between, each for something below what the one before is for.
    fn select(&self, selector: &str) -> impl Iterator<Item = Element> {
        self.descendants().skip(1).filter(move |element| element.matches(selector))
    }

    fn matches(&self, selector: &str) -> bool {
        let (above, own) = selector.rsplit_once(' ').map_or((None, selector), |(above, own)| (Some(above), own));
        self.matches_simple(own) && above.is_none_or(|above| self.path().skip(1).any(|element| element.matches(above)))
    }

    fn matches_simple(&self, selector: &str) -> bool {
        if let Some(id) = selector.strip_prefix('#') {
            self.get("id").is_some_and(|own| own == id)
        } else if let Some(class) = selector.strip_prefix('.') {
            self.get("class").is_some_and(|classes| classes.split(' ').any(|own| own == class))
        } else {
            self.0.tag == selector
        }
    }

    fn listen(&self, listener: impl Listener) {
        let listener = coerce!(Cc::new(listener) => Cc<dyn Listener>);
        self.0.listeners.borrow_mut().push(listener);
    }

    /// Tells the listeners of the element and of its ancestors of an event, until one of them stops it. They may change
    /// the tree; the event takes the way up that there was at first.
    fn dispatch(&self, name: &'static str) {
        let event = Event { name, target: self.clone(), is_stopped: Cell::new(false) };
        for element in self.path().collect::<Vec<_>>() {
            let listeners = element.0.listeners.borrow().clone();
            listeners.iter().for_each(|listener| listener.handle(&event));
            if event.is_stopped.get() {
                break;
            }
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let depth = self.path().count();
        for element in self.descendants() {
            let indent = 2 * (element.path().count() - depth);
            write!(f, "{:indent$}<{}", "", element.0.tag)?;
            for (name, value) in &*element.0.attributes.borrow() {
                write!(f, " {name}={value:?}")?;
            }
            writeln!(f, ">")?;
        }
        Ok(())
    }
}

/// Counts events, and shows the number in an element: a cycle, if it listens to that or to what is above.
#[derive(Trace)]
struct Counter {
    shown_in: Element,
    count: Cell<usize>,
}

impl Listener for Counter {
    fn handle(&self, event: &Event) {
        self.count.set(self.count.get() + 1);
        self.shown_in.set(event.name, &self.count.get().to_string());
    }
}

/// Removes the list item that was clicked.
#[derive(Trace)]
#[trace(acyclic)]
struct RemoveItem;

impl Listener for RemoveItem {
    fn handle(&self, event: &Event) {
        if let Some(item) = event.target.path().find(|element| element.matches("li")) {
            item.remove();
            event.is_stopped.set(true);
        }
    }
}

/// `<body>` with a `<nav>`, in which there is a list of three items with a `<b>` each.
fn make_document() -> Element {
    let (body, nav, list) = (Element::new("body"), Element::new("nav"), Element::new("ul").with("class", "menu wide"));
    body.append(&nav);
    nav.append(&list);
    for id in ["home", "news", "help"] {
        let item = Element::new("li").with("id", id);
        item.append(&Element::new("b"));
        list.append(&item);
    }
    body
}

fn main() {
    println!("a document of {} elements:", make_document().descendants().count());
    print!("{}", make_document());
    assert_eq!(gc::collect(), 18, "neither of the two is used");

    println!("selectors:");
    let body = make_document();
    let ids = |selector| body.select(selector).filter_map(|element| element.get("id")).collect::<Vec<_>>();
    println!("  nav .menu li: {:?}", ids("nav .menu li"));
    assert_eq!(ids("nav .menu li"), ["home", "news", "help"]);
    assert_eq!(ids("li li"), [""; 0]);
    let bold = body.select("#news b").next().expect("it is there");
    assert_eq!(bold.path().map(|element| element.0.tag.clone()).collect::<Vec<_>>(), ["b", "li", "ul", "nav", "body"]);

    println!("a click, on its way up to the body:");
    body.listen(Counter { shown_in: body.clone(), count: Cell::new(0) });
    bold.dispatch("click");
    println!("  counted there: {}", body.get("click").unwrap_or_default());
    assert_eq!(body.get("click").as_deref(), Some("1"));

    println!("another one, which removes a list item and goes no further:");
    body.select(".menu").for_each(|menu| menu.listen(RemoveItem));
    bold.dispatch("click");
    println!("  left: {:?}", ids("li"));
    assert_eq!(ids("li"), ["home", "help"]);
    assert_eq!(body.get("click").as_deref(), Some("1"));

    println!("what was cut out is there for as long as it is used:");
    assert_eq!(gc::collect(), 0);
    print!("{}", bold.path().last().expect("itself, if nothing else"));
    drop(bold);
    assert_eq!(gc::collect(), 2);

    println!("a move, from the list to the body:");
    let help = body.select("#help").next().expect("it is there");
    body.append(&help);
    print!("{body}");
    assert_eq!(gc::collect(), 0);
    assert_eq!(body.select("li").count(), 2);
    assert_eq!(body.select(".menu li").count(), 1);

    println!("one element keeps its document, listeners and all:");
    drop(body);
    assert_eq!(gc::collect(), 0);
    let body = help.path().last().expect("itself, if nothing else");
    println!("  <{}> is in a document of {} elements", help.0.tag, body.descendants().count());
    assert_eq!(body.descendants().count(), 7);
    drop((help, body));
    let found = gc::collect();
    println!("  without it, collect() finds {found} objects");
    assert_eq!(found, 8, "the elements, and a listener that refers to one");
    assert_eq!(gc::tracked_count(), 0);

    let surround = |inner, _| {
        let outer = Element::new("div");
        outer.append(&inner);
        outer
    };
    drop((1..100_000).fold(Element::new("div"), surround));
    let found = gc::collect();
    println!("of {found} elements, one in the other, nothing is left");
    assert_eq!((found, gc::tracked_count()), (100_000, 0));
}
