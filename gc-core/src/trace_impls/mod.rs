//! [`Trace`](crate::object::Trace) for types that are not this crate's own.
//!
//! Owns nothing but impls: `std` has the standard library's; a foreign crate gets a small file of its own, behind the
//! feature of its name. Knows only the traits of `object`, and neither the heap nor the collector.
//!
//! The rules at the head of `std` hold for all of them. A foreign type must be known well enough for rule 1: what is
//! visited through its methods is owned by the one value, each part is met once, and no code of the user's runs on the
//! way. What cannot be reached so is opaque, or has no impl.

// Its macros are for all of them.
#[macro_use]
mod std;

/// Types that own what their methods give: `Type: [contents] [other generics] |value| iterators over the contents =>
/// bytes elsewhere;`. An iterator may have a name: `.name = iterator`. Its contents go by their positions in it.
#[cfg(any(feature = "petgraph", feature = "slotmap"))]
macro_rules! via_methods {
    ($(
        $type:ty: [$($content:ident),+] [$($generics:tt)+]
            |$value:ident| $($(.$name:ident =)? $contents:expr),+ $(=> $bytes:expr)?;
    )+) => {$(
        // SAFETY: rule 1: the type owns what the iterators give, which is each content once. Rule 6.
        unsafe impl<$($content: $crate::Trace,)+ $($generics)+> $crate::Trace for $type {
            #[inline]
            fn trace(&self, tracer: &mut $crate::Tracer<'_>) {
                if $crate::trace_impls::std::owns_nothing::<($($content,)+)>() {
                    return;
                }
                let $value = self;
                $(for content in $contents {
                    content.trace(tracer);
                })+
            }

            #[cfg(feature = "inspect")]
            fn trace_labelled(&self, labeller: &mut $crate::object::Labeller<'_>) {
                let $value = self;
                $(labeller.heap_bytes($bytes);)?
                if !$crate::trace_impls::std::owns_nothing::<($($content,)+)>() {
                    $(look_at_all!(labeller, $contents $(, $name)?);)+
                }
            }

            #[inline]
            fn is_acyclic() -> bool {
                $($content::is_acyclic())&&+
            }
        }

        impl<$($content: $crate::Acyclic,)+ $($generics)+> $crate::Acyclic for $type {}
        impl<$($content: $crate::Leaf,)+ $($generics)+> $crate::Leaf for $type {}
    )+};
}

/// Looks into what an iterator gives, which may have a name.
#[cfg(all(feature = "inspect", any(feature = "petgraph", feature = "slotmap")))]
macro_rules! look_at_all {
    ($labeller:ident, $contents:expr) => {
        $labeller.elements($contents)
    };
    ($labeller:ident, $contents:expr, $name:ident) => {
        $labeller.within(stringify!($name), |labeller| labeller.elements($contents))
    };
}

#[cfg(feature = "arrayvec")]
mod arrayvec;
#[cfg(feature = "bitflags")]
mod bitflags;
#[cfg(feature = "bytes")]
mod bytes;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "compact_str")]
mod compact_str;
#[cfg(feature = "ecow")]
mod ecow;
#[cfg(feature = "either")]
mod either;
#[cfg(feature = "hashbrown")]
mod hashbrown;
#[cfg(feature = "indexmap")]
mod indexmap;
#[cfg(feature = "jiff")]
mod jiff;
mod leaf;
#[cfg(feature = "num-bigint")]
mod num_bigint;
#[cfg(feature = "once_cell")]
mod once_cell;
#[cfg(feature = "ordered-float")]
mod ordered_float;
#[cfg(feature = "parking_lot")]
mod parking_lot;
#[cfg(feature = "petgraph")]
mod petgraph;
#[cfg(feature = "rpds")]
mod rpds;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
#[cfg(feature = "serde_json")]
mod serde_json;
#[cfg(feature = "slotmap")]
mod slotmap;
#[cfg(feature = "smallvec")]
mod smallvec;
#[cfg(feature = "smol_str")]
mod smol_str;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "url")]
mod url;
#[cfg(feature = "uuid")]
mod uuid;
