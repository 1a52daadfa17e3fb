//! A Lisp: closures, `set!`, `define`, `let`, `letrec`, `cond`, lists that can be changed, tail calls, and recursion
//! that does not use the stack. It runs the script that it is given, or `interpreter/tour.lisp`, and proves in the end
//! that nothing is left of it.
//!
//! To copy: whatever a script can make is traced: values, scopes, and code too, for a quoted list is a value that the
//! script can change. So every cycle is collected, that of a function and the scope in which it has its name first of
//! all. What the interpreter itself works on, a stack of frames in a `Vec` and values in variables, needs no
//! registration: these pointers count, and that is all that the collector asks for. The table of symbols holds them
//! weakly, and forgets those that nobody uses any more.

#![forbid(unsafe_code)]

use gc_core::weak::WeakSet;
use gc_core::{ByAddress, Cc, Trace, collect, gc};
use std::cell::RefCell;
use std::iter::{Peekable, once, successors, zip};
use std::str::Chars;
use std::{env, fmt, fs, mem};

/// A name. There is one object for each, so symbols are compared by address.
type Symbol = ByAddress<Cc<str>>;

/// `==` is the `eq?` of the language: pairs and functions are compared by identity.
#[derive(Clone, Default, PartialEq, Trace)]
enum Value {
    #[default]
    Nothing,
    Empty,
    Bool(bool),
    Integer(i64),
    Text(Cc<str>),
    Symbol(Symbol),
    Pair(ByAddress<Cc<Pair>>),
    Closure(ByAddress<Cc<Closure>>),
    /// A function that is written in Rust, by its name.
    Builtin(&'static str),
}

#[derive(Trace)]
struct Pair {
    car: RefCell<Value>,
    cdr: RefCell<Value>,
    /// Where the first part was read; zero if the pair was made at run time.
    line: u32,
}

#[derive(Trace)]
struct Closure {
    lambda: Cc<Lambda>,
    scope: Cc<Scope>,
}

type Error = String;

fn error<T>(line: u32, message: impl fmt::Display) -> Result<T, Error> {
    Err(format!("line {line}: {message}"))
}

// ---- Values ----

impl Value {
    fn cons(car: Value, cdr: Value, line: u32) -> Value {
        Value::Pair(ByAddress(Cc::new(Pair { car: RefCell::new(car), cdr: RefCell::new(cdr), line })))
    }

    fn list(values: &[Value]) -> Value {
        values.iter().rev().fold(Value::Empty, |rest, value| Value::cons(value.clone(), rest, 0))
    }

    /// The parts of a list, with their lines, and what it ends in: the empty list, if it is a proper one.
    fn parts(&self) -> (Vec<Form>, Value) {
        let (mut parts, mut rest) = (Vec::new(), self.clone());
        while let Value::Pair(pair) = rest {
            parts.push(Form { value: pair.car.borrow().clone(), line: pair.line });
            rest = pair.cdr.borrow().clone();
        }
        (parts, rest)
    }

    fn is_symbol(&self, name: &str) -> bool {
        matches!(self, Value::Symbol(symbol) if ***symbol == *name)
    }

    /// Writes the value, but no more than `left` parts of it: it may be deep, or have no end.
    fn write(&self, f: &mut fmt::Formatter<'_>, left: &mut usize) -> fmt::Result {
        *left = left.saturating_sub(1);
        match self {
            _ if *left == 0 => f.write_str("..."),
            Value::Nothing => f.write_str("#nothing"),
            Value::Empty => f.write_str("()"),
            Value::Bool(value) => f.write_str(if *value { "#t" } else { "#f" }),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Symbol(symbol) => write!(f, "{}", **symbol),
            Value::Closure(_) => f.write_str("#function"),
            Value::Builtin(name) => write!(f, "#{name}"),
            Value::Pair(_) => {
                let mut separator = "(";
                let mut rest = self.clone();
                while let Value::Pair(pair) = rest {
                    f.write_str(mem::replace(&mut separator, " "))?;
                    pair.car.borrow().write(f, left)?;
                    rest = if *left > 0 { pair.cdr.borrow().clone() } else { Value::Empty };
                }
                if rest != Value::Empty {
                    f.write_str(" . ")?;
                    rest.write(f, left)?;
                }
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &mut 100)
    }
}

// ---- From text to values ----

/// Something that was read, and where.
struct Form {
    value: Value,
    line: u32,
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    line: u32,
    nesting: u32,
    symbols: &'a WeakSet<str>,
}

/// How deep brackets may nest in a script. (Data that is made at run time may nest as it likes.)
const MAX_NESTING: u32 = 200;

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        self.chars.next().inspect(|c| self.line += u32::from(*c == '\n'))
    }

    /// Goes on to the next form, if there is one.
    fn skip_blanks(&mut self) -> bool {
        while let Some(c) = self.chars.next_if(|c| c.is_whitespace() || *c == ';') {
            self.line += u32::from(c == '\n');
            while c == ';' && self.chars.next_if(|c| *c != '\n').is_some() {}
        }
        self.chars.peek().is_some()
    }

    fn read(&mut self) -> Result<Form, Error> {
        self.skip_blanks();
        let line = self.line;
        if self.nesting == MAX_NESTING {
            return error(line, "nested too deeply");
        }
        self.nesting += 1;
        let value = match self.next() {
            Some('(') => self.read_list()?,
            Some(')') => return error(line, "a ) too many"),
            Some('\'') => Value::list(&[Value::Symbol(intern(self.symbols, "quote")), self.read()?.value]),
            Some('"') => self.read_text()?,
            Some(first) => self.read_atom(first),
            None => return error(line, "the script ends too early"),
        };
        self.nesting -= 1;
        Ok(Form { value, line })
    }

    fn read_list(&mut self) -> Result<Value, Error> {
        let (mut parts, mut end) = (Vec::new(), Value::Empty);
        loop {
            self.skip_blanks();
            if self.chars.next_if_eq(&')').is_some() {
                break;
            }
            parts.push(self.read()?);
        }
        if matches!(parts.as_slice(), [_, .., dot, _] if dot.value.is_symbol(".")) {
            end = parts.pop().map_or(end, |part| part.value);
            parts.pop();
        }
        Ok(parts.into_iter().rev().fold(end, |rest, part| Value::cons(part.value, rest, part.line)))
    }

    fn read_text(&mut self) -> Result<Value, Error> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(Value::Text(text.into())),
                Some('\\') => text.extend(self.next().map(|c| if c == 'n' { '\n' } else { c })),
                Some(c) => text.push(c),
                None => return error(self.line, "the script ends in a string"),
            }
        }
    }

    fn read_atom(&mut self, first: char) -> Value {
        let mut atom = String::from(first);
        while let Some(c) = self.chars.next_if(|c| !c.is_whitespace() && !"()'\";".contains(*c)) {
            atom.push(c);
        }
        match atom.as_str() {
            "#t" => Value::Bool(true),
            "#f" => Value::Bool(false),
            atom => atom.parse().map_or_else(|_| Value::Symbol(intern(self.symbols, atom)), Value::Integer),
        }
    }
}

fn intern(symbols: &WeakSet<str>, name: &str) -> Symbol {
    let make_symbol = || {
        let symbol = Cc::from(name);
        symbols.insert(&symbol);
        symbol
    };
    ByAddress(symbols.get(name).unwrap_or_else(make_symbol))
}

// ---- From values to code ----

/// Code. A clone is of the pointer.
#[derive(Clone, Trace)]
enum Code {
    Constant(Value),
    Variable(Symbol, u32),
    Define(Cc<(Symbol, Code)>),
    Set(Cc<(Symbol, Code)>, u32),
    /// The test, what to do then, and what otherwise.
    If(Cc<[Code; 3]>),
    Or(Cc<[Code; 2]>),
    Lambda(Cc<Lambda>),
    Begin(Cc<[Code]>),
    /// The function, and its arguments.
    Call(Cc<[Code]>, u32),
}

#[derive(Trace)]
struct Lambda {
    parameters: Vec<Symbol>,
    body: Code,
}

impl Form {
    /// The parts of what must be a proper list.
    fn parts(&self) -> Result<Vec<Form>, Error> {
        match self.value.parts() {
            (parts, Value::Empty) => Ok(parts),
            _ => self.bad_syntax(),
        }
    }

    fn symbol(&self) -> Result<Symbol, Error> {
        match &self.value {
            Value::Symbol(name) => Ok(name.clone()),
            other => error(self.line, format_args!("{other} is not a name")),
        }
    }

    fn bad_syntax<T>(&self) -> Result<T, Error> {
        error(self.line, format_args!("bad syntax: {}", self.value))
    }

    fn compile(&self) -> Result<Code, Error> {
        match &self.value {
            Value::Symbol(name) => Ok(Code::Variable(name.clone(), self.line)),
            Value::Pair(pair) => {
                let parts = self.parts()?;
                if let Value::Symbol(keyword) = &*pair.car.borrow() {
                    if let Some(code) = self.compile_special(keyword, &parts[1..])? {
                        return Ok(code);
                    }
                }
                Ok(Code::Call(compile_all(&parts)?, self.line))
            }
            constant => Ok(Code::Constant(constant.clone())),
        }
    }

    fn compile_after(&self, tests: &[Form], join: fn(Code, Code) -> Code) -> Result<Code, Error> {
        tests.iter().rev().try_fold(self.compile()?, |rest, test| Ok(join(test.compile()?, rest)))
    }

    fn compile_body(&self, body: &[Form]) -> Result<Code, Error> {
        if body.is_empty() { self.bad_syntax() } else { Ok(Code::Begin(compile_all(body)?)) }
    }

    fn compile_lambda(&self, parameters: &Form, body: &[Form]) -> Result<Code, Error> {
        let parameters = parameters.parts()?.iter().map(Form::symbol).collect::<Result<_, _>>()?;
        Ok(Code::Lambda(Cc::new(Lambda { parameters, body: self.compile_body(body)? })))
    }

    /// The code of a form that begins with a keyword.
    fn compile_special(&self, keyword: &str, rest: &[Form]) -> Result<Option<Code>, Error> {
        let nothing = Code::Constant(Value::Nothing);
        Ok(Some(match (keyword, rest) {
            ("quote", [datum]) => Code::Constant(datum.value.clone()),
            ("begin", body) => self.compile_body(body)?,
            ("if", [test, then]) => Code::If(Cc::new([test.compile()?, then.compile()?, nothing])),
            ("if", [test, then, other]) => Code::If(Cc::new([test.compile()?, then.compile()?, other.compile()?])),
            ("cond", clauses) => clauses.iter().rev().try_fold(nothing, compile_clause)?,
            ("and", [tests @ .., last]) => last.compile_after(tests, |test, then| {
                Code::If(Cc::new([test, then, Code::Constant(Value::Bool(false))]))
            })?,
            ("or", [tests @ .., last]) => last.compile_after(tests, |test, other| Code::Or(Cc::new([test, other])))?,
            ("lambda", [parameters, body @ ..]) => self.compile_lambda(parameters, body)?,
            ("define", [Form { value: Value::Pair(pair), line }, body @ ..]) => {
                let [name, parameters] =
                    [&pair.car, &pair.cdr].map(|part| Form { value: part.borrow().clone(), line: *line });
                Code::Define(Cc::new((name.symbol()?, self.compile_lambda(&parameters, body)?)))
            }
            ("define", [name, value]) => Code::Define(Cc::new((name.symbol()?, value.compile()?))),
            ("set!", [name, value]) => Code::Set(Cc::new((name.symbol()?, value.compile()?)), self.line),
            ("let", [bindings, body @ ..]) => {
                let (parameters, values) = compile_bindings(bindings)?;
                let lambda = Lambda { parameters, body: self.compile_body(body)? };
                Code::Call(once(Code::Lambda(Cc::new(lambda))).chain(values).collect(), self.line)
            }
            ("letrec", [bindings, body @ ..]) => {
                let (names, values) = compile_bindings(bindings)?;
                let define = zip(names, values).map(|binding| Code::Define(Cc::new(binding)));
                let body = Code::Begin(define.chain([self.compile_body(body)?]).collect());
                Code::Call([Code::Lambda(Cc::new(Lambda { parameters: vec![], body }))].into(), self.line)
            }
            _ if KEYWORDS.contains(&keyword) => return self.bad_syntax(),
            _ => return Ok(None),
        }))
    }
}

const KEYWORDS: [&str; 11] = ["and", "begin", "cond", "define", "if", "lambda", "let", "letrec", "or", "quote", "set!"];

fn compile_all(forms: &[Form]) -> Result<Cc<[Code]>, Error> {
    forms.iter().map(Form::compile).collect()
}

fn compile_bindings(bindings: &Form) -> Result<(Vec<Symbol>, Vec<Code>), Error> {
    let compile_binding = |binding: &Form| match binding.parts()?.as_slice() {
        [name, value] => Ok((name.symbol()?, value.compile()?)),
        _ => binding.bad_syntax(),
    };
    bindings.parts()?.iter().map(compile_binding).collect()
}

fn compile_clause(otherwise: Code, clause: &Form) -> Result<Code, Error> {
    match clause.parts()?.as_slice() {
        [test, body @ ..] if test.value.is_symbol("else") => clause.compile_body(body),
        [test] => Ok(Code::Or(Cc::new([test.compile()?, otherwise]))),
        [test, body @ ..] => Ok(Code::If(Cc::new([test.compile()?, clause.compile_body(body)?, otherwise]))),
        [] => clause.bad_syntax(),
    }
}

// ---- Running code ----

/// The variables of a call, in the order of their names' addresses, and where to look for others.
#[derive(Trace)]
struct Scope {
    variables: RefCell<Vec<(Symbol, Value)>>,
    outer: Option<Cc<Scope>>,
}

impl Scope {
    fn new(outer: Option<Cc<Scope>>) -> Cc<Scope> {
        Cc::new(Scope { variables: RefCell::default(), outer })
    }

    fn define(&self, name: &Symbol, value: Value) {
        let mut variables = self.variables.borrow_mut();
        match variables.binary_search_by(|(other, _)| other.cmp(name)) {
            Ok(index) => variables[index].1 = value,
            Err(index) => variables.insert(index, (name.clone(), value)),
        }
    }

    /// Does something with the innermost variable of that name, if there is one.
    fn with<R>(&self, name: &Symbol, line: u32, action: impl FnOnce(&mut Value) -> R) -> Result<R, Error> {
        for scope in successors(Some(self), |scope| scope.outer.as_deref()) {
            let mut variables = scope.variables.borrow_mut();
            if let Ok(index) = variables.binary_search_by(|(other, _)| other.cmp(name)) {
                return Ok(action(&mut variables[index].1));
            }
        }
        error(line, format_args!("{} is not defined", **name))
    }
}

/// Code that is being evaluated: how many of its parts have been begun, and where its variables are.
struct Frame {
    code: Code,
    begun: usize,
    scope: Cc<Scope>,
}

/// How many frames there may be.
const MAX_DEPTH: usize = 200_000;

/// Evaluates without recursion: what is left to do is in `frames`. What comes last in a function has no frame below it
/// that waits for its value, so a loop that is made of calls runs in constant memory.
#[derive(Default)]
struct Machine {
    frames: Vec<Frame>,
    /// The functions and arguments of calls that are being prepared.
    values: Vec<Value>,
}

impl Machine {
    fn push(&mut self, code: &Code, begun: usize, scope: &Cc<Scope>) {
        self.frames.push(Frame { code: code.clone(), begun, scope: scope.clone() });
    }

    fn evaluate(&mut self, code: &Code, scope: &Cc<Scope>) -> Result<Value, Error> {
        // Of what was evaluated last.
        let mut value = Value::Nothing;
        self.push(code, 0, scope);
        while let Some(Frame { code, begun, scope }) = self.frames.pop() {
            match (&code, begun) {
                (Code::Constant(constant), _) => value = constant.clone(),
                (Code::Variable(name, line), _) => value = scope.with(name, *line, |value| value.clone())?,
                (Code::Lambda(lambda), _) => {
                    value = Value::Closure(ByAddress(Cc::new(Closure { lambda: lambda.clone(), scope })));
                }
                (Code::Call(_, line), 0) if self.frames.len() > MAX_DEPTH => {
                    return error(*line, "the recursion is too deep");
                }
                (Code::Define(parts) | Code::Set(parts, _), 0) => self.begin(&code, begun, &parts.1, &scope),
                (Code::Define(parts), _) => scope.define(&parts.0, mem::take(&mut value)),
                (Code::Set(parts, line), _) => {
                    scope.with(&parts.0, *line, |variable| *variable = mem::take(&mut value))?;
                }
                (Code::If(parts), 0) => self.begin(&code, begun, &parts[0], &scope),
                (Code::If(parts), _) => self.push(&parts[if value != Value::Bool(false) { 1 } else { 2 }], 0, &scope),
                (Code::Or(parts), 0) => self.begin(&code, begun, &parts[0], &scope),
                (Code::Or(_), _) if value != Value::Bool(false) => {}
                (Code::Or(parts), _) => self.push(&parts[1], 0, &scope),
                (Code::Begin(parts), _) if begun == parts.len() - 1 => self.push(&parts[begun], 0, &scope),
                (Code::Begin(parts), _) => self.begin(&code, begun, &parts[begun], &scope),
                (Code::Call(parts, line), _) => {
                    self.values.extend((begun > 0).then_some(value));
                    value = Value::Nothing;
                    match parts.get(begun) {
                        Some(part) => self.begin(&code, begun, part, &scope),
                        None => value = self.call(parts.len(), *line)?,
                    }
                }
            }
        }
        Ok(value)
    }

    /// Evaluates a part of a piece of code, which is looked at again when that has its value.
    fn begin(&mut self, code: &Code, begun: usize, part: &Code, scope: &Cc<Scope>) {
        self.push(code, begun + 1, scope);
        self.push(part, 0, scope);
    }

    /// Calls the function that is on the stack of values, with its arguments behind it. What a closure gives is the
    /// value of its body, which is begun.
    fn call(&mut self, count: usize, line: u32) -> Result<Value, Error> {
        let parts = self.values.split_off(self.values.len() - count);
        let (function, arguments) = parts.split_first().expect("a call has a function");
        match function {
            Value::Closure(closure) => {
                let names = &closure.lambda.parameters;
                if names.len() != arguments.len() {
                    return error(line, format_args!("{} arguments, not {}", arguments.len(), names.len()));
                }
                let scope = Scope::new(Some(closure.scope.clone()));
                zip(names, arguments).for_each(|(name, value)| scope.define(name, value.clone()));
                self.push(&closure.lambda.body, 0, &scope);
                Ok(Value::Nothing)
            }
            Value::Builtin(name) => match call_builtin(name, arguments) {
                Some(value) => Ok(value),
                None => error(line, format_args!("{name} cannot take {}", Value::list(arguments))),
            },
            other => error(line, format_args!("{other} is not a function")),
        }
    }
}

// ---- What is written in Rust. The rest is in `interpreter/prelude.lisp` ----

const BUILTINS: &str =
    "+ - * quotient remainder = < eq? null? pair? cons car cdr set-car! set-cdr! list assert display collect";

/// What a function gives. `None` if it cannot take these arguments.
fn call_builtin(name: &str, arguments: &[Value]) -> Option<Value> {
    use Value::{Bool, Integer, Pair, Text};
    Some(match (name, arguments) {
        ("+", [Integer(a), Integer(b)]) => Integer(a.checked_add(*b)?),
        ("-", [Integer(a), Integer(b)]) => Integer(a.checked_sub(*b)?),
        ("*", [Integer(a), Integer(b)]) => Integer(a.checked_mul(*b)?),
        ("quotient", [Integer(a), Integer(b)]) => Integer(a.checked_div(*b)?),
        ("remainder", [Integer(a), Integer(b)]) => Integer(a.checked_rem(*b)?),
        ("=", [Integer(a), Integer(b)]) => Bool(a == b),
        ("<", [Integer(a), Integer(b)]) => Bool(a < b),
        ("eq?", [a, b]) => Bool(a == b),
        ("null?", [value]) => Bool(*value == Value::Empty),
        ("pair?", [value]) => Bool(matches!(value, Pair(_))),
        ("cons", [car, cdr]) => Value::cons(car.clone(), cdr.clone(), 0),
        ("car", [Pair(pair)]) => pair.car.borrow().clone(),
        ("cdr", [Pair(pair)]) => pair.cdr.borrow().clone(),
        ("set-car!", [Pair(pair), car]) => pair.car.replace(car.clone()),
        ("set-cdr!", [Pair(pair), cdr]) => pair.cdr.replace(cdr.clone()),
        ("list", items) => Value::list(items),
        ("assert", [claim]) if *claim != Bool(false) => Value::Nothing,
        ("display", values) => {
            values.iter().for_each(|value| if let Text(text) = value { print!("{text}") } else { print!("{value}") });
            Value::Nothing
        }
        ("collect", []) => Integer(i64::try_from(collect()).ok()?),
        _ => return None,
    })
}

struct Interpreter {
    symbols: WeakSet<str>,
    globals: Cc<Scope>,
}

impl Interpreter {
    fn new() -> Interpreter {
        let interpreter = Interpreter { symbols: WeakSet::new(), globals: Scope::new(None) };
        for name in BUILTINS.split(' ') {
            interpreter.globals.define(&intern(&interpreter.symbols, name), Value::Builtin(name));
        }
        interpreter.run(include_str!("interpreter/prelude.lisp")).expect("the prelude has no errors");
        interpreter
    }

    /// Evaluates the expressions of a script. Gives the value of the last.
    fn run(&self, script: &str) -> Result<Value, Error> {
        let mut reader = Reader { chars: script.chars().peekable(), line: 1, nesting: 0, symbols: &self.symbols };
        let mut value = Value::Nothing;
        while reader.skip_blanks() {
            value = Machine::default().evaluate(&reader.read()?.compile()?, &self.globals)?;
        }
        Ok(value)
    }
}

/// What is said of scripts with errors.
fn check_errors(interpreter: &Interpreter) {
    for (script, message) in [
        ("(list 1\n  (car 2))", "line 2: car cannot take (2)"),
        ("(if #t\n  x)", "line 2: x is not defined"),
        ("((lambda (a) a))", "line 1: 0 arguments, not 1"),
        ("(1 2)", "line 1: 1 is not a function"),
        ("(if)", "line 1: bad syntax: (if)"),
        ("(let ((5 6)) 7)", "line 1: 5 is not a name"),
        ("'(1 (2 3)\n", "line 2: the script ends too early"),
        ("1)", "line 1: a ) too many"),
        ("\"text", "line 1: the script ends in a string"),
        ("(assert\n  (= 1 2))", "line 1: assert cannot take (#f)"),
        ("(+ 9223372036854775807 1)", "line 1: + cannot take (9223372036854775807 1)"),
        ("(define (down n) (+ 1 (down n)))\n(down 0)", "line 1: the recursion is too deep"),
        (&"(".repeat(1000), "line 1: nested too deeply"),
    ] {
        assert_eq!(interpreter.run(script).map(|value| value.to_string()), Err(message.into()));
    }
}

fn main() -> Result<(), Error> {
    let interpreter = Interpreter::new();
    let result = if let Some(path) = env::args().nth(1) {
        let script = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"));
        script.and_then(|script| interpreter.run(&script))
    } else {
        check_errors(&interpreter);
        interpreter.run(include_str!("interpreter/tour.lisp"))
    };
    // The value of a script could be a function, and keep everything.
    let result = result.map(drop);
    let Interpreter { symbols, globals } = interpreter;
    drop(globals);
    let found = collect();
    println!(
        "the end: collect() has found {found} objects, {} and {} symbols are left",
        gc::tracked_count(),
        symbols.len()
    );
    assert_eq!((gc::tracked_count(), symbols.len()), (0, 0));
    result
}
