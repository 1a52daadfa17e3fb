//! Which values can be printed in a label: those of a few well-known types.

use core::any::{Any, TypeId};
use core::fmt::{self, Debug, Write};
use std::borrow::Cow;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;

/// The longest that is printed of a value, in characters: of a text, this says which it is.
const LONGEST: usize = 80;

/// Prints a value as a program would write it, or the beginning of that; or says that its type is none of those that
/// are printed. (There is no way to ask for a `Debug` that a type may have or not.)
pub(super) fn print(value: &dyn Any, to: &mut String) -> bool {
    fn debug<T: Debug + 'static>(value: &dyn Any) -> Option<&dyn Debug> {
        value.downcast_ref::<T>().map(|value| value as &dyn Debug)
    }
    let of_type = value.type_id();
    macro_rules! if_one_of {
        ($($(#[$attribute:meta])* $type:ty),+ $(,)?) => {
            'debug: {
                $($(#[$attribute])* if of_type == TypeId::of::<$type>() {
                    break 'debug debug::<$type>(value);
                })+
                None
            }
        };
    }
    #[rustfmt::skip]
    let printable = if_one_of![
        String, &'static str, Box<str>, Rc<str>, Arc<str>, Cow<'static, str>, char, bool,
        i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize,
        NonZero<u8>, NonZero<u16>, NonZero<u32>, NonZero<u64>, NonZero<usize>,
        #[cfg(feature = "compact_str")] compact_str::CompactString,
        #[cfg(feature = "ecow")] ecow::EcoString,
        #[cfg(feature = "smol_str")] smol_str::SmolStr,
    ];
    let Some(value) = printable else { return false };
    let mut beginning = Beginning { to, room: LONGEST };
    if write!(beginning, "{value:?}").is_err() {
        to.push('…');
    }
    true
}

/// Takes no more characters than there is room for.
struct Beginning<'s> {
    to: &'s mut String,
    room: usize,
}

impl Write for Beginning<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = text.char_indices().nth(self.room).map(|(end, _)| end);
        let fits = &text[..end.unwrap_or(text.len())];
        self.to.push_str(fits);
        self.room -= fits.chars().count();
        end.map_or(Ok(()), |_| Err(fmt::Error))
    }
}
