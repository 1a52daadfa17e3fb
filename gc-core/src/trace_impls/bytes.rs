//! `bytes`: clones of a `Bytes` share one buffer, and that may belong to a value of the user's (`Bytes::from_owner`).
//! They are opaque, and hold no `Cc`: what is shared there must be `Send`.

use bytes::{Bytes, BytesMut};

use crate::leaf;

leaf! { Bytes, BytesMut }
