//! Getting at the slots of objects, in the heap and in the model at once.

use crate::handle::Strong;
use crate::model::{Id, model};
use crate::payload::Payload;
use crate::slots::{Edge, Replaced};

/// Swaps the content of a slot, which `replace` replaces, with that of a hand. `false` if it refuses. No pointer is
/// dropped, no count changes.
pub(crate) fn exchange(id: Id, slot: usize, hand: &mut Option<Strong>, replace: impl FnOnce(Edge) -> Replaced) -> bool {
    let name = hand.as_ref().map(Strong::id);
    match replace(hand.take().map(Strong::into_pointer)) {
        Ok(old) => {
            let old_name = model(|m| m.set_edge(id, slot, name));
            if old.is_some() != old_name.is_some() {
                model(|m| m.fail(|m| format!("slot {slot} of {} should hold {old_name:?}", m.describe(id))));
            }
            *hand = old.zip(old_name).map(|(pointer, name)| Strong::new(pointer, name));
            true
        }
        Err(edge) => {
            *hand = edge.zip(name).map(|(pointer, name)| Strong::new(pointer, name));
            false
        }
    }
}

/// Swaps the contents of two slots that are `Cell`s; `false` if they are not.
pub(crate) fn swap_cells(a: (&dyn Payload, Id, usize), b: (&dyn Payload, Id, usize)) -> bool {
    let (Some(first), Some(second)) = (a.0.cells().get(a.2), b.0.cells().get(b.2)) else { return false };
    first.swap(second);
    model(|m| {
        let edge = m.objects[b.1].edges[b.2];
        let edge = m.set_edge(a.1, a.2, edge);
        m.set_edge(b.1, b.2, edge);
    });
    true
}

/// Drops the content of a slot while its cell is borrowed; `false` if it refuses.
pub(crate) fn clear(payload: &dyn Payload, id: Id, slot: usize) -> bool {
    let old = model(|m| m.set_edge(id, slot, None));
    let cleared = payload.clear(slot);
    if !cleared {
        model(|m| m.set_edge(id, slot, old));
    }
    cleared
}

/// Calls `f` with the object that a root points to, or with one that it holds: the `via`th of them. Cells on the way
/// are borrowed meanwhile. `None` if there is no such object, or one cannot get there by references.
pub(crate) fn reach<R>(root: &Strong, via: Option<u8>, f: impl FnOnce(&dyn Payload, Id) -> R) -> Option<R> {
    let payload = root.pointer().view().payload;
    let Some(via) = via else { return Some(f(payload, root.id())) };
    let (slot, target) = model(|m| m.full_slots(root.id()).cycle().nth(via.into()))?;
    let (mut f, mut result) = (Some(f), None);
    payload.enter(slot, &mut |view| {
        result = f.take().map(|f| f(view.payload, target));
    });
    result
}
