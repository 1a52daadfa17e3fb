//! `url`: addresses. A `Host` is one of its default type, with a `String`.

use url::{Host, Origin, ParseError, Url};

use crate::leaf;

leaf! { Host, Origin, ParseError }

parts! {
    Url: [] { url => [] + url.as_str().len() }
}
