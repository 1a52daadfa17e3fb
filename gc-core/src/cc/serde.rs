//! `Serialize` and `Deserialize`, as serde's own feature `rc` has them for `Rc`.
//!
//! The contents are what is written, wherever a pointer leads to them: an object that two pointers share is written
//! twice, and read back as two. So nothing that a cycle can be reached from can be written.

use super::{Cc, Weak};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

impl<T: ?Sized + Serialize> Serialize for Cc<T> {
    /// Writes the value, once for every pointer to it. A value that leads back to itself is written until the stack is
    /// full, or the format's limit is reached.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for Cc<T>
where
    Box<T>: Deserialize<'de>,
    Cc<T>: From<Box<T>>,
{
    /// Makes a new object of the value that is read.
    #[cfg_attr(feature = "track-sites", track_caller)]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cc<T>, D::Error> {
        Ok(Cc::from(Box::deserialize(deserializer)?))
    }
}

impl<T: ?Sized + Serialize> Serialize for Weak<T> {
    /// Writes the value as an `Option`, `None` if it is gone.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.upgrade().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Weak<T> {
    /// Reads an `Option` of a value, and returns a pointer to nothing: there is no strong one that could keep the
    /// value.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Weak<T>, D::Error> {
        Option::<T>::deserialize(deserializer)?;
        Ok(Weak::new())
    }
}
