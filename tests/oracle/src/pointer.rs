//! Pointers of any kind: [`Ref`] is a `Cc`, [`WeakRef`] a `Weak`, [`RawRef`] a raw pointer to one of the payloads.

use crate::payload::{Aligned, Cells, Choice, Fixed, Large, Leaf, List, Payload, Sheaf, Unit};
use crate::program::How;
use crate::raw::Raw;
use crate::slots::Replaced;
use gc_core::{AnyCc, Cc, CcMut, OnDrop, Trace, Watch, Weak, gc};

/// Defines the enums.
macro_rules! kinds {
    ($($kind:ident),+) => {
        /// A strong pointer.
        #[derive(Clone, Trace)]
        pub(crate) enum Ref {
            $($kind(Cc<$kind>),)+
        }

        /// A weak pointer.
        #[derive(Clone, Trace)]
        pub(crate) enum WeakRef {
            $($kind(Weak<$kind>),)+
        }

        /// A raw pointer that owns a strong count.
        #[derive(Clone)]
        pub(crate) enum RawRef {
            $($kind(Raw<$kind>),)+
        }

        $(
            impl From<Cc<$kind>> for Ref {
                fn from(cc: Cc<$kind>) -> Ref {
                    Ref::$kind(cc)
                }
            }

            impl From<Weak<$kind>> for WeakRef {
                fn from(weak: Weak<$kind>) -> WeakRef {
                    WeakRef::$kind(weak)
                }
            }

            impl From<Raw<$kind>> for RawRef {
                fn from(raw: Raw<$kind>) -> RawRef {
                    RawRef::$kind(raw)
                }
            }
        )+
    };
}

kinds!(List, Cells, Choice, Fixed, Aligned, Large, Unit, Leaf, Sheaf);

/// `each!(Enum(value): content => expression)`: the expression with the content of the enum's value.
macro_rules! each {
    ($pointer:ident($value:expr): $content:ident => $result:expr) => {
        match $value {
            $pointer::List($content) => $result,
            $pointer::Cells($content) => $result,
            $pointer::Choice($content) => $result,
            $pointer::Fixed($content) => $result,
            $pointer::Aligned($content) => $result,
            $pointer::Large($content) => $result,
            $pointer::Unit($content) => $result,
            $pointer::Leaf($content) => $result,
            $pointer::Sheaf($content) => $result,
        }
    };
}

/// What can be seen of an object through a strong pointer to it, without a change to any count.
pub(crate) struct View<'a> {
    pub(crate) payload: &'a dyn Payload,
    pub(crate) address: usize,
    pub(crate) strong: usize,
    pub(crate) weak: usize,
    pub(crate) generation: Option<gc::Generation>,
    pub(crate) tracked: bool,
    pub(crate) finalized: bool,
}

impl<'a> View<'a> {
    pub(crate) fn of<T: Payload>(cc: &'a Cc<T>) -> View<'a> {
        View {
            payload: &**cc,
            address: Cc::as_ptr(cc).addr(),
            strong: Cc::strong_count(cc),
            weak: Cc::weak_count(cc),
            generation: Cc::generation(cc),
            tracked: gc::is_tracked(cc),
            finalized: gc::is_finalized(cc),
        }
    }
}

impl Ref {
    pub(crate) fn view(&self) -> View<'_> {
        each!(Ref(self): cc => View::of(cc))
    }

    pub(crate) fn downgrade(&self) -> WeakRef {
        each!(Ref(self): cc => Cc::downgrade(cc).into())
    }

    /// Calls `f` with the only pointer's exclusive access; `false` if it is not the only one.
    pub(crate) fn get_mut(&mut self, f: impl FnOnce(&mut dyn Payload)) -> bool {
        fn exclusive<T: Payload>(guard: Option<CcMut<'_, T>>, f: impl FnOnce(&mut dyn Payload)) -> bool {
            guard.map(|mut guard| f(&mut *guard)).is_some()
        }
        each!(Ref(self): cc => exclusive(Cc::get_mut(cc), f))
    }

    /// Calls `f` with exclusive access to the value, or to a clone of it in a new object.
    pub(crate) fn make_mut<R>(&mut self, f: impl FnOnce(&mut dyn Payload) -> R) -> R {
        each!(Ref(self): cc => f(&mut *Cc::make_mut(cc)))
    }

    /// Swaps the values of two objects; `false` if they are not of one kind, or shared.
    pub(crate) fn swap_values(&mut self, other: &mut Ref) -> bool {
        fn swap<T: Payload>(a: &mut Cc<T>, b: &mut Cc<T>) -> bool {
            Cc::get_mut(a).zip(Cc::get_mut(b)).map(|(mut a, mut b)| std::mem::swap(&mut *a, &mut *b)).is_some()
        }
        match (self, other) {
            (Ref::List(a), Ref::List(b)) => swap(a, b),
            (Ref::Cells(a), Ref::Cells(b)) => swap(a, b),
            (Ref::Choice(a), Ref::Choice(b)) => swap(a, b),
            (Ref::Fixed(a), Ref::Fixed(b)) => swap(a, b),
            (Ref::Aligned(a), Ref::Aligned(b)) => swap(a, b),
            (Ref::Large(a), Ref::Large(b)) => swap(a, b),
            (Ref::Leaf(a), Ref::Leaf(b)) => swap(a, b),
            (Ref::Sheaf(a), Ref::Sheaf(b)) => swap(a, b),
            _ => false,
        }
    }

    /// Takes the value out and gives it to the visitor, or gives the pointer back if it is not the only one.
    ///
    /// With `How::IntoInner` the pointer is dropped instead.
    pub(crate) fn unwrap<V: ValueVisitor>(self, how: How, visitor: V) -> Result<V::Output, Option<Ref>> {
        each!(Ref(self): cc => match how {
            How::TryUnwrap => Cc::try_unwrap(cc).map(|value| visitor.visit(value)).map_err(|cc| Some(cc.into())),
            How::IntoInner => Cc::into_inner(cc).map(|value| visitor.visit(value)).ok_or(None),
            How::UnwrapOrClone => Ok(visitor.visit(Cc::unwrap_or_clone(cc))),
        })
    }

    /// The same pointer, of unknown type.
    pub(crate) fn any(&self) -> AnyCc {
        each!(Ref(self): cc => AnyCc::from(cc))
    }

    /// Takes the type up again; gives the pointer back if it is none of these.
    pub(crate) fn from_any(any: AnyCc) -> Result<Ref, AnyCc> {
        fn typed<T: Payload>(any: AnyCc) -> Result<Ref, AnyCc>
        where
            Ref: From<Cc<T>>,
        {
            any.downcast::<T>().map(Ref::from)
        }
        typed::<List>(any)
            .or_else(typed::<Cells>)
            .or_else(typed::<Choice>)
            .or_else(typed::<Fixed>)
            .or_else(typed::<Aligned>)
            .or_else(typed::<Large>)
            .or_else(typed::<Unit>)
            .or_else(typed::<Leaf>)
            .or_else(typed::<Sheaf>)
    }

    /// `Cc::on_drop`
    pub(crate) fn on_drop<R: 'static>(&self, f: impl FnOnce() -> R + 'static) -> OnDrop<R> {
        each!(Ref(self): cc => Cc::on_drop(cc, f))
    }

    /// `Cc::watch`
    pub(crate) fn watch(&self, f: impl FnOnce() + 'static) -> Watch {
        each!(Ref(self): cc => Cc::watch(cc, f))
    }

    pub(crate) fn into_raw(self) -> RawRef {
        each!(Ref(self): cc => Raw::new(cc).into())
    }
}

/// Something that can be done with a value of whatever kind.
pub(crate) trait ValueVisitor {
    type Output;

    fn visit<T: Payload>(self, value: T) -> Self::Output
    where
        Ref: From<Cc<T>>;
}

impl WeakRef {
    pub(crate) fn upgrade(&self) -> Option<Ref> {
        each!(WeakRef(self): weak => weak.upgrade().map(Ref::from))
    }

    /// The strong and the weak count.
    pub(crate) fn counts(&self) -> (usize, usize) {
        each!(WeakRef(self): weak => (weak.strong_count(), weak.weak_count()))
    }
}

impl RawRef {
    pub(crate) fn into_ref(self) -> Ref {
        each!(RawRef(self): raw => raw.into_cc().into())
    }

    /// As [`Raw::tie`].
    pub(crate) fn tie(self, slot: usize) -> Replaced {
        each!(RawRef(self): raw => raw.tie(slot))
    }
}
