//! The worklists of the collector.

use crate::object::ObjectPtr;
use crate::prefetch::prefetch;
use core::cell::{Cell, RefCell, RefMut};

/// A growing list of objects that is read while it grows, and that can do without the memory it does not get: then it
/// is *exhausted*, and its content worthless.
#[derive(Default)]
pub(super) struct ObjectList {
    objects: RefCell<Vec<ObjectPtr>>,
    exhausted: Cell<bool>,
}

impl ObjectList {
    pub(super) fn new(memory: Vec<ObjectPtr>) -> ObjectList {
        ObjectList { objects: RefCell::new(memory), exhausted: Cell::new(false) }
    }

    #[inline]
    pub(super) fn push(&self, object: ObjectPtr) {
        self.push_to(&mut self.objects.borrow_mut(), object);
    }

    #[inline]
    fn push_to(&self, objects: &mut Vec<ObjectPtr>, object: ObjectPtr) {
        if objects.len() == objects.capacity() && objects.try_reserve(1).is_err() {
            self.exhausted.set(true);
            return;
        }
        objects.push(object);
    }

    /// Adds objects, as long as there are less than `few`.
    #[inline]
    pub(super) fn extend(&self, objects: impl Iterator<Item = ObjectPtr>, few: usize) {
        let mut list = self.objects.borrow_mut();
        for object in objects {
            if list.len() >= few {
                return;
            }
            self.push_to(&mut list, object);
        }
    }

    /// The objects, while nothing else looks at the list.
    pub(super) fn objects(&self) -> RefMut<'_, Vec<ObjectPtr>> {
        self.objects.borrow_mut()
    }

    #[inline]
    pub(super) fn pop(&self) -> Option<ObjectPtr> {
        self.objects.borrow_mut().pop()
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> ObjectPtr {
        self.objects.borrow()[index]
    }

    /// Fetches the header of an object into the cache, if the list is so long.
    #[inline]
    pub(super) fn prefetch(&self, index: usize) {
        if let Some(object) = self.objects.borrow().get(index) {
            prefetch(object.header());
        }
    }

    /// Where an object stands in the list.
    pub(super) fn position(&self, object: ObjectPtr) -> Option<usize> {
        self.objects.borrow().iter().position(|&other| other == object)
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.objects.borrow().len()
    }

    pub(super) fn clear(&self) {
        self.objects.borrow_mut().clear();
    }

    /// Makes room for so many more objects; `false` if there is no memory.
    pub(super) fn reserve(&self, additional: usize) -> bool {
        self.objects.borrow_mut().try_reserve_exact(additional).is_ok()
    }

    pub(super) fn retain(&self, mut keep: impl FnMut(ObjectPtr) -> bool) {
        self.objects.borrow_mut().retain(|&object| keep(object));
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    pub(super) fn into_inner(self) -> Vec<ObjectPtr> {
        self.objects.into_inner()
    }
}
