//! `once_cell`: a cell owns its content, if there is one; while it is being initialised there is none.
//!
//! A `Lazy` is not forced: one that has not been used visits nothing. Its function is opaque, as all closures are;
//! it has to be dropped.

use once_cell::{sync, unsync};

lending_cells! {
    unsync::OnceCell<T>: cell => cell.get(); cell.get(); true;
    sync::OnceCell<T>: cell => cell.get(); cell.get(); false;
    unsync::Lazy<T, F>: [F: FnOnce() -> T + 'static] lazy => unsync::Lazy::get(lazy); unsync::Lazy::get(lazy); false;
    sync::Lazy<T, F>: [F: FnOnce() -> T + 'static] lazy => sync::Lazy::get(lazy); sync::Lazy::get(lazy); false;
}
