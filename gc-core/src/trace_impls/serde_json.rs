//! `serde_json`: documents, which own all that is in them, and hold no `Cc`.

use serde_json::{Error, Map, Number, Value};

#[cfg(feature = "inspect")]
use super::std::heap_bytes::{of_array, of_tree};
use crate::leaf;

leaf! { Error, Number }

parts! {
    Map<String, Value>: [] { map => [] + map_bytes(map) }
    Value: [] { value => [] + value_bytes(value) }
}

/// The memory of a document. The recursion is that of its destructor.
#[cfg(feature = "inspect")]
fn value_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.capacity(),
        Value::Array(values) => of_array::<Value>(values.capacity()) + values.iter().map(value_bytes).sum::<usize>(),
        Value::Object(map) => map_bytes(map),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// That of a map, which is a tree, unless a feature of `serde_json` makes something as large of it.
#[cfg(feature = "inspect")]
fn map_bytes(map: &Map<String, Value>) -> usize {
    let contents = map.iter().map(|(key, value)| key.capacity() + value_bytes(value));
    of_tree::<(String, Value)>(map.len()) + contents.sum::<usize>()
}
