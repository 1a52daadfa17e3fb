//! The objects of a small dynamic language: classes with one base class, instances, attributes that come and go, bound
//! methods, `super`, and closures over variables. In such a language almost everything is in a cycle: a class with the
//! methods that know it, two friends, an object that keeps one of its own methods. All of them go.
//!
//! To copy: a value is a `Cc<dyn Object>`, made with `coerce!`, and `Object` has `Trace` for a supertrait. `AnyCc` says
//! what is behind one. Values that hold no others are `acyclic`, and cost the collector nothing.

#![forbid(unsafe_code)]

use gc_core::{AnyCc, Cc, Trace, coerce, collect, gc};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::iter::{once, successors};

type Value = Cc<dyn Object>;
type Result<T = Value> = std::result::Result<T, String>;
type Attributes = RefCell<BTreeMap<String, Value>>;

trait Object: Trace {
    /// The name of its class, and how it is printed.
    fn describe(&self) -> (&'static str, String);

    /// An attribute of the object, which is `this`.
    fn get(&self, _this: &Value, _name: &str) -> Option<Value> {
        None
    }

    /// Where attributes can be set.
    fn attributes(&self) -> Option<&Attributes> {
        None
    }

    fn call(&self, _arguments: &[Value]) -> Result {
        Err(format!("'{}' object is not callable", self.describe().0))
    }
}

fn object(object: impl Object) -> Value {
    coerce!(Cc::new(object) => Cc<dyn Object>)
}

/// The object as what it is, if that is a `T`.
fn downcast<T: Object>(value: &Value) -> Option<Cc<T>> {
    AnyCc::from(value).downcast().ok()
}

/// `value.name`
fn get(value: &Value, name: &str) -> Result {
    value.get(value, name).ok_or_else(|| format!("'{}' object has no attribute '{name}'", value.describe().0))
}

/// `value.name = attribute`
fn set(value: &Value, name: &str, attribute: Value) -> Result<()> {
    let error = || format!("'{}' object has no attributes", value.describe().0);
    // It is dropped when the cell is not borrowed any more: whatever dies of that may look at the object.
    let _old = value.attributes().ok_or_else(error)?.borrow_mut().insert(name.into(), attribute);
    Ok(())
}

/// `value.name(*arguments)`
fn call(value: &Value, name: &str, arguments: &[Value]) -> Result {
    get(value, name)?.call(arguments)
}

#[derive(Trace)]
#[trace(acyclic)]
enum Plain {
    None,
    Int(i64),
    Text(String),
}

impl Object for Plain {
    fn describe(&self) -> (&'static str, String) {
        match self {
            Plain::None => ("NoneType", "None".into()),
            Plain::Int(value) => ("int", value.to_string()),
            Plain::Text(text) => ("str", format!("'{text}'")),
        }
    }
}

fn int(value: i64) -> Value {
    object(Plain::Int(value))
}

fn text(value: &str) -> Value {
    object(Plain::Text(value.into()))
}

/// `a + b`
fn add(a: &Value, b: &Value) -> Result {
    match [a, b].map(downcast::<Plain>).each_ref().map(Option::as_deref) {
        [Some(Plain::Int(a)), Some(Plain::Int(b))] => Ok(int(a + b)),
        [Some(Plain::Text(a)), Some(Plain::Text(b))] => Ok(text(&format!("{a}{b}"))),
        _ => Err(format!("cannot add '{}' and '{}'", a.describe().0, b.describe().0)),
    }
}

/// A variable that closures share.
type Variable = Cc<RefCell<Value>>;
type Code = fn(captured: &[Variable], arguments: &[Value]) -> Result;

#[derive(Trace)]
struct Function {
    name: &'static str,
    captured: Vec<Variable>,
    #[trace(skip)]
    code: Code,
}

/// A function that is called with an object for its first argument.
#[derive(Trace)]
struct Method {
    receiver: Value,
    function: Cc<Function>,
}

fn function(name: &'static str, captured: &[&Variable], code: Code) -> Value {
    object(Function { name, captured: captured.iter().copied().cloned().collect(), code })
}

impl Object for Function {
    fn describe(&self) -> (&'static str, String) {
        ("function", format!("<function {}>", self.name))
    }

    fn call(&self, arguments: &[Value]) -> Result {
        (self.code)(&self.captured, arguments)
    }
}

impl Object for Method {
    fn describe(&self) -> (&'static str, String) {
        ("method", format!("<bound method {} of {}>", self.function.name, self.receiver.describe().1))
    }

    fn call(&self, arguments: &[Value]) -> Result {
        self.function.call(&once(&self.receiver).chain(arguments).cloned().collect::<Vec<_>>())
    }
}

#[derive(Trace)]
struct Class {
    name: &'static str,
    base: Option<Cc<Class>>,
    attributes: Attributes,
}

#[derive(Trace)]
struct Instance {
    class: Cc<Class>,
    attributes: Attributes,
}

impl Class {
    /// `class name(base): ...`
    fn define<const N: usize>(name: &'static str, base: Option<&Value>, attributes: [(&str, Value); N]) -> Value {
        let attributes = attributes.map(|(name, value)| (name.into(), value)).into();
        object(Class { name, base: base.and_then(downcast), attributes: RefCell::new(attributes) })
    }

    /// What the class, or the nearest of its bases, has under a name.
    fn lookup(&self, name: &str) -> Option<Value> {
        successors(Some(self), |class| class.base.as_deref())
            .find_map(|class| class.attributes.borrow().get(name).cloned())
    }

    /// What the class has under a name, as an attribute of an instance: functions become methods.
    fn bind(&self, name: &str, receiver: &Value) -> Option<Value> {
        let value = self.lookup(name)?;
        let method = |function| object(Method { receiver: receiver.clone(), function });
        Some(downcast(&value).map_or(value, method))
    }
}

impl Object for Class {
    fn describe(&self) -> (&'static str, String) {
        ("type", format!("<class '{}'>", self.name))
    }

    fn get(&self, _this: &Value, name: &str) -> Option<Value> {
        self.lookup(name)
    }

    fn attributes(&self) -> Option<&Attributes> {
        Some(&self.attributes)
    }
}

impl Object for Instance {
    fn describe(&self) -> (&'static str, String) {
        (self.class.name, format!("<{} object>", self.class.name))
    }

    fn get(&self, this: &Value, name: &str) -> Option<Value> {
        let own = self.attributes.borrow().get(name).cloned();
        own.or_else(|| self.class.bind(name, this))
    }

    fn attributes(&self) -> Option<&Attributes> {
        Some(&self.attributes)
    }
}

/// `class(*arguments)`
fn create(class: &Value, arguments: &[Value]) -> Result {
    let class = downcast(class).ok_or("only classes have instances")?;
    let instance = object(Instance { class, attributes: RefCell::default() });
    call(&instance, "__init__", arguments)?;
    Ok(instance)
}

/// `super().name(*arguments)`, in a method of a class.
fn call_super(class: &Variable, receiver: &Value, name: &str, arguments: &[Value]) -> Result {
    let class = downcast::<Class>(&class.borrow()).ok_or("super() outside of a class")?;
    let method = class.base.as_ref().and_then(|base| base.bind(name, receiver));
    method.ok_or_else(|| format!("'super' object has no attribute '{name}'"))?.call(arguments)
}

/// The `self` of a method.
fn this(arguments: &[Value]) -> Result<&Value> {
    arguments.first().ok_or_else(|| "missing argument: 'self'".into())
}

/// `class Animal`, with a name and a method, and `class Dog(Animal)`, whose method asks that of its base.
fn define_classes() -> [Value; 2] {
    let init = function("__init__", &[], |_, arguments| match arguments {
        [this, name] => set(this, "name", name.clone()).map(|()| object(Plain::None)),
        _ => Err(format!("__init__() takes 2 arguments, not {}", arguments.len())),
    });
    let speak = function("speak", &[], |_, arguments| add(&get(this(arguments)?, "name")?, &text(" speaks")));
    let animal = Class::define("Animal", None, [("__init__", init), ("speak", speak)]);

    // Python's `__class__` variable, by which a method finds the base of its class: a cycle for each class.
    let class = Cc::new(RefCell::new(object(Plain::None)));
    let speak = function("speak", &[&class], |captured, arguments| {
        add(&call_super(&captured[0], this(arguments)?, "speak", &[])?, &text(": woof"))
    });
    let dog = Class::define("Dog", Some(&animal), [("speak", speak)]);
    class.replace(dog.clone());
    [animal, dog]
}

/// Two functions that share a variable: one adds to it, the other sets it to zero.
fn make_counter() -> [Value; 2] {
    let count = Cc::new(RefCell::new(int(0)));
    let step = function("step", &[&count], |captured, _| {
        let next = add(&captured[0].borrow(), &int(1))?;
        captured[0].replace(next.clone());
        Ok(next)
    });
    let reset = function("reset", &[&count], |captured, _| Ok(captured[0].replace(int(0))));
    [step, reset]
}

/// Prints what Python would.
fn show(expression: &str, result: Result, expected: &str) {
    let output = result.map_or_else(|error| error, |value| value.describe().1);
    println!(">>> {expression}\n{output}");
    assert_eq!(output, expected);
}

fn run() -> Result<()> {
    let [animal, dog] = define_classes();
    let [rex, tom] = [create(&dog, &[text("Rex")])?, create(&animal, &[text("Tom")])?];
    show("tom.speak()", call(&tom, "speak", &[]), "'Tom speaks'");
    show("rex.speak()", call(&rex, "speak", &[]), "'Rex speaks: woof'");
    show("rex.speak", get(&rex, "speak"), "<bound method speak of <Dog object>>");
    show("Dog.speak", get(&dog, "speak"), "<function speak>");
    show("rex.fly()", call(&rex, "fly", &[]), "'Dog' object has no attribute 'fly'");
    show("rex.name + 1", add(&get(&rex, "name")?, &int(1)), "cannot add 'str' and 'int'");
    show("Dog()", create(&dog, &[]), "__init__() takes 2 arguments, not 1");
    show("Dog.speak()", call(&dog, "speak", &[]), "missing argument: 'self'");
    set(&animal, "legs", function("legs", &[], |_, _| Ok(int(4))))?;
    show("rex.legs()", call(&rex, "legs", &[]), "4");
    set(&rex, "legs", int(3))?;
    show("rex.legs", get(&rex, "legs"), "3");

    let [step, reset] = make_counter();
    show("step()", step.call(&[]), "1");
    show("step()", step.call(&[]), "2");
    show("reset()", reset.call(&[]), "2");
    show("step()", step.call(&[]), "1");

    // Friends, an object that keeps a method of its own, and a class that knows its first instance.
    set(&rex, "friend", tom.clone())?;
    set(&tom, "friend", rex.clone())?;
    set(&rex, "trick", get(&rex, "speak")?)?;
    set(&dog, "first", rex.clone())?;
    show("tom.friend.trick()", call(&get(&tom, "friend")?, "trick", &[]), "'Rex speaks: woof'");
    Ok(())
}

fn main() {
    run().expect("what fails is shown");
    show("gc.collect()", Ok(int(collect() as i64)), "10");
    assert_eq!(gc::tracked_count(), 0);
}
