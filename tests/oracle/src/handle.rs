//! Pointers that the model knows of.
//!
//! A [`Handle`] counts itself in the model. It tells the model that it goes *before* the real pointer does, so that
//! whatever that sets off is judged by what is left.

use crate::model::{Id, Object, model};
use crate::pointer::{RawRef, Ref, WeakRef};

/// A strong pointer outside the heap.
pub(crate) type Strong = Handle<Ref>;
/// A weak pointer outside the heap.
pub(crate) type Weak = Handle<WeakRef>;
/// A raw pointer that owns a strong count.
pub(crate) type Raw = Handle<RawRef>;

/// A kind of pointer.
pub(crate) trait Pointer {
    /// The model's count of those that are not in the heap.
    fn count(object: &mut Object) -> &mut usize;
}

impl Pointer for Ref {
    fn count(object: &mut Object) -> &mut usize {
        &mut object.handles
    }
}

impl Pointer for RawRef {
    fn count(object: &mut Object) -> &mut usize {
        &mut object.handles
    }
}

impl Pointer for WeakRef {
    fn count(object: &mut Object) -> &mut usize {
        &mut object.weak_handles
    }
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
        model(|m| *P::count(&mut m.objects[id]) += 1);
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

    /// The pointer, which is no longer counted.
    pub(crate) fn into_pointer(mut self) -> P {
        let pointer = self.pointer.take().expect("a handle has its pointer until it is used up");
        model(|m| *P::count(&mut m.objects[self.id]) -= 1);
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
            model(|m| *P::count(&mut m.objects[self.id]) -= 1);
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

    /// Changes where it leads to: `f` gives the name. Nothing is counted.
    pub(crate) fn redirect(&mut self, f: impl FnOnce(&mut Ref) -> Id) {
        self.id = f(self.pointer_mut());
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
