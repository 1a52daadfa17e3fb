//! `uuid`: identifiers.

use uuid::fmt::{Braced, Hyphenated, Simple, Urn};
use uuid::{Builder, Error, NonNilUuid, Timestamp, Uuid, Variant, Version};

use crate::leaf;

leaf! { Braced, Builder, Error, Hyphenated, NonNilUuid, Simple, Timestamp, Urn, Uuid, Variant, Version }
