//! `Serialize` and `Deserialize`, through `serde_json`.

use gc_core::{Cc, Trace, Weak, collect, gc, leaf};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use static_assertions::{assert_impl_all, assert_not_impl_any};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Writes it, reads it, and finds it as before.
fn goes_round<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, text: &str) {
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    assert_eq!(serde_json::from_str::<T>(text).unwrap(), value);
}

#[test]
fn sized() {
    goes_round(Cc::new(5), "5");
    goes_round(Cc::new(String::from("text")), r#""text""#);
    goes_round(Cc::new(Some(Cc::new((1, true)))), "[1,true]");
    goes_round(Cc::new(()), "null");
}

#[test]
fn str_and_slices() {
    goes_round(Cc::<str>::from("text"), r#""text""#);
    goes_round(Cc::<str>::from(""), r#""""#);
    goes_round(Cc::<[u8]>::from([1, 2, 3]), "[1,2,3]");
    goes_round(Cc::<[String]>::from([]), "[]");
    goes_round(Cc::<[Cc<str>]>::from([Cc::from("a"), Cc::from("b")]), r#"["a","b"]"#);
}

#[test]
fn text_is_copied_into_the_object() {
    let text = String::from(r#"{"a":"b"}"#);
    let map: BTreeMap<Cc<str>, Cc<str>> = serde_json::from_str(&text).unwrap();
    drop(text);
    assert_eq!(&*map["a"], "b");
}

#[test]
fn identity_is_not_kept() {
    let shared = Cc::new(5);
    let text = serde_json::to_string(&[shared.clone(), shared]).unwrap();
    assert_eq!(text, "[5,5]");
    let [a, b]: [Cc<i32>; 2] = serde_json::from_str(&text).unwrap();
    assert!(!Cc::ptr_eq(&a, &b));
}

#[test]
fn weak_is_written_as_an_option_and_read_as_nothing() {
    let strong = Cc::new(5);
    let weak = Cc::downgrade(&strong);
    assert_eq!(serde_json::to_string(&weak).unwrap(), "5");
    drop(strong);
    assert_eq!(serde_json::to_string(&weak).unwrap(), "null");
    assert_eq!(serde_json::to_string(&Weak::<i32>::new()).unwrap(), "null");

    assert!(serde_json::from_str::<Weak<i32>>("5").unwrap().upgrade().is_none());
    assert!(serde_json::from_str::<Weak<i32>>("null").unwrap().upgrade().is_none());
    assert!(serde_json::from_str::<Weak<i32>>(r#""five""#).is_err(), "what is read must be what it says");
}

/// A tree whose nodes know their parents, which the program puts in again when it has read one.
#[derive(Trace, Serialize, Deserialize, Default)]
struct Tree {
    name: Cc<str>,
    children: RefCell<Vec<Cc<Tree>>>,
    #[serde(skip)]
    parent: RefCell<Option<Cc<Tree>>>,
}

fn adopt(parent: &Cc<Tree>) {
    for child in &*parent.children.borrow() {
        child.parent.replace(Some(parent.clone()));
        adopt(child);
    }
}

#[test]
fn recursive_types() {
    gc::disable();
    let text = r#"{"name":"a","children":[{"name":"b","children":[]},{"name":"c","children":[]}]}"#;
    let tree: Cc<Tree> = serde_json::from_str(text).unwrap();
    adopt(&tree);
    assert_eq!(&*tree.children.borrow()[1].parent.borrow().as_ref().unwrap().name, "a");
    assert_eq!(serde_json::to_string(&tree).unwrap(), text);
    drop(tree);
    assert_eq!(collect(), 3);
}

/// Generic, and recursive through a `Weak` and a slice.
#[derive(Trace, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Trace + Deserialize<'de>"))]
enum Expr<T> {
    Value(T),
    Call { function: Cc<Expr<T>>, arguments: Cc<[Expr<T>]>, caller: Weak<Expr<T>> },
}

#[test]
fn generic_enums() {
    let text = r#"{"Call":{"function":{"Value":1},"arguments":[{"Value":2},{"Value":3}],"caller":null}}"#;
    let call: Cc<Expr<u8>> = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&call).unwrap(), text);
    let Expr::Call { arguments, .. } = &*call else { panic!("it was a call") };
    assert_eq!(arguments.len(), 2);
}

thread_local! {
    static ALIVE: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Says that it is alive for as long as it is.
#[derive(Deserialize)]
#[serde(from = "u32")]
struct Counted(u32);

leaf!(Counted);

impl From<u32> for Counted {
    fn from(id: u32) -> Counted {
        ALIVE.with_borrow_mut(|alive| alive.push(id));
        Counted(id)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.with_borrow_mut(|alive| {
            let index = alive.iter().position(|id| *id == self.0).expect("it is dropped once");
            alive.swap_remove(index)
        });
    }
}

/// A value with an edge, so that its objects are tracked.
#[derive(Trace, Deserialize)]
struct Tracked {
    _value: Counted,
    _next: Option<Cc<Tracked>>,
}

/// Tries to read it, with a collection whenever there may be one, and finds nothing left of it.
fn fails_and_leaves_nothing<T: DeserializeOwned>(text: &str) {
    gc::set_threshold(1, 1, 1);
    let before = gc::tracked_count();
    assert!(serde_json::from_str::<T>(text).is_err());
    assert_eq!(ALIVE.with_borrow(Vec::len), 0);
    assert_eq!(gc::tracked_count(), before);
}

#[test]
fn error_in_the_middle_leaves_nothing() {
    fails_and_leaves_nothing::<Cc<[Counted]>>(r#"[1,2,3,"four"]"#);
    fails_and_leaves_nothing::<Cc<[Cc<Tracked>]>>(r#"[{"_value":1,"_next":{"_value":2}},{"_value":3,"_next":4}]"#);
    fails_and_leaves_nothing::<Vec<Cc<Tracked>>>(r#"[{"_value":1},{"_value":2}"#);
    fails_and_leaves_nothing::<Cc<(Counted, Cc<Counted>, Cc<str>)>>(r#"[1,2,"unfinished"#);
}

fn chain(length: usize) -> String {
    (1..length).fold(String::from(r#"{"_value":0}"#), |rest, id| format!(r#"{{"_value":{id},"_next":{rest}}}"#))
}

#[test]
fn depth_beyond_the_limit_leaves_nothing() {
    let text = chain(100);
    drop(serde_json::from_str::<Cc<Tracked>>(&text).unwrap());
    assert_eq!(ALIVE.with_borrow(Vec::len), 0);
    fails_and_leaves_nothing::<Cc<Tracked>>(&chain(200));
}

struct Mute;

leaf!(Mute);

assert_impl_all!(Cc<str>: Serialize, Deserialize<'static>);
assert_not_impl_any!(Cc<Mute>: Serialize, Deserialize<'static>);
assert_not_impl_any!(Cc<dyn Trace>: Serialize, Deserialize<'static>);
