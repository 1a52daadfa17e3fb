//! Functions that take references, in a type that the derive does not look into.

use std::collections::HashMap;

use gc_core::{Cc, Trace};

struct Event;

#[derive(Trace)]
struct Emitter {
    handlers: HashMap<String, Box<dyn Fn(&Event)>>,
    pair: (fn(&Event), u8),
    path: std::sync::Mutex<Vec<fn(&Event)>>,
}

fn main() {
    Cc::new(Emitter { handlers: HashMap::new(), pair: (|_| (), 1), path: Default::default() });
    let handler: fn(&Event) = |_| ();
    Cc::new(handler);
}
