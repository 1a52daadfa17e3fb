//! Pointers that the model knows of.
//!
//! A [`Handle`] counts itself in the model. It tells the model that it goes *before* the real pointer does, so that
//! whatever that sets off is judged by what is left.

use crate::model::{Id, Object, model};
use crate::pointer::{RawRef, Ref, WeakRef};
use gc_core::Watch;

/// A strong pointer outside the heap.
pub(crate) type Strong = Handle<Ref>;
/// A weak pointer outside the heap.
pub(crate) type Weak = Handle<WeakRef>;
/// A raw pointer that owns a strong count.
pub(crate) type Raw = Handle<RawRef>;
/// A `Watch` outside the heap: a strong pointer to an object of its own.
pub(crate) type Watcher = Handle<Watch>;

/// A kind of pointer.
pub(crate) trait Pointer {
    const WEAK: bool = false;
}

impl Pointer for Ref {}
impl Pointer for RawRef {}
impl Pointer for Watch {}
impl Pointer for WeakRef {
    const WEAK: bool = true;
}

/// The model's count of such pointers that are not in the heap.
fn count<P: Pointer>(object: &mut Object) -> &mut usize {
    if P::WEAK { &mut object.weak_handles } else { &mut object.handles }
}

/// See the module.
pub(crate) struct Handle<P: Pointer> {
    /// `None` once it has been taken out.
    pointer: Option<P>,
    id: Id,
}

impl<P: Pointer> Handle<P> {
    /// A handle that is not counted yet.
    pub(crate) fn new(pointer: P, id: Id) -> Handle<P> {
        model(|m| *count::<P>(&mut m.objects[id]) += 1);
        Handle::counted(pointer, id)
    }

    /// A handle that is counted already.
    pub(crate) fn counted(pointer: P, id: Id) -> Handle<P> {
        Handle { pointer: Some(pointer), id }
    }

    pub(crate) fn id(&self) -> Id {
        self.id
    }

    pub(crate) fn pointer(&self) -> &P {
        self.pointer.as_ref().expect("a handle has its pointer until it is used up")
    }

    /// The pointer, which is no longer counted, but will be again before anything is dropped.
    pub(crate) fn into_pointer(mut self) -> P {
        let pointer = self.pointer.take().expect("a handle has its pointer until it is used up");
        model(|m| *count::<P>(&mut m.objects[self.id]) -= 1);
        pointer
    }
}

impl<P: Pointer + Clone> Clone for Handle<P> {
    fn clone(&self) -> Handle<P> {
        Handle::new(self.pointer().clone(), self.id)
    }
}

impl<P: Pointer> Drop for Handle<P> {
    fn drop(&mut self) {
        if self.pointer.is_some() {
            model(|m| {
                *count::<P>(&mut m.objects[self.id]) -= 1;
                m.note_loss(self.id);
            });
        }
    }
}

impl Strong {
    /// The first handle of an object of which the model has the value as a loose one.
    pub(crate) fn first(pointer: Ref, id: Id) -> Strong {
        let address = pointer.view().address;
        model(|m| m.boxed(id, address));
        Handle::counted(pointer, id)
    }

    pub(crate) fn pointer_mut(&mut self) -> &mut Ref {
        self.pointer.as_mut().expect("a handle has its pointer until it is used up")
    }

    /// Says where it leads to, if it has been led somewhere else. Nothing is counted.
    pub(crate) fn redirect(&mut self, id: Id) {
        self.id = id;
    }

    pub(crate) fn downgrade(&self) -> Weak {
        Handle::new(self.pointer().downgrade(), self.id)
    }

    pub(crate) fn into_raw(self) -> Raw {
        let id = self.id;
        Handle::new(self.into_pointer().into_raw(), id)
    }
}

impl Raw {
    pub(crate) fn into_strong(self) -> Strong {
        let id = self.id;
        Handle::new(self.into_pointer().into_ref(), id)
    }
}

impl Weak {
    /// A strong pointer, if the model agrees.
    pub(crate) fn upgrade(&self) -> Option<Strong> {
        let strong = self.pointer().upgrade();
        model(|m| m.upgraded(self.id, strong.is_some()));
        strong.map(|strong| Handle::counted(strong, self.id))
    }
}
