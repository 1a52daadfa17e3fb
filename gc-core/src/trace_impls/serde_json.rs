//! `serde_json`: documents, which own all that is in them, and hold no `Cc`.

use serde_json::{Error, Map, Number, Value};

use crate::leaf;

leaf! { Error, Map<String, Value>, Number, Value }
