//! The operations that make objects.

use super::deed::{Action, Deeds};
use arbitrary::{Arbitrary, Result, Unstructured};

/// The type of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Edges in a `RefCell<Vec<_>>`. Has a finalizer.
    List,
    /// Edges in `Cell`s. Has a finalizer.
    Cells,
    /// An enum: an edge in a `RefCell`, or one in a `Cell` and one in a `RefCell<Box<_>>`.
    Choice,
    /// Edges in no cell at all.
    Fixed,
    /// As `List`, but with a value that is aligned to 64 bytes, and no finalizer.
    Aligned,
    /// A `List` whose value is larger than any slot.
    Large,
    /// A value of size zero. Tracked, although it has no edges.
    Unit,
    /// Acyclic, so untracked, without edges. Has a finalizer.
    Leaf,
    /// Acyclic, so untracked, with edges to leaves.
    Sheaf,
    /// What `Cc::watch` makes. Not to be chosen.
    Watch,
}

impl Arbitrary<'_> for Kind {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Kind> {
        use Kind::{Aligned, Cells, Choice, Fixed, Large, Leaf, List, Sheaf, Unit};
        // Those that can be keys of containers are made more often.
        u.choose(&[List, List, List, Cells, Cells, Choice, Fixed, Aligned, Aligned, Large, Unit, Leaf, Leaf, Sheaf])
            .copied()
    }
}

/// An object that a root points to, or one that this one points to through its `n`th edge.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Place {
    /// The root.
    pub root: u8,
    /// The edge.
    #[arbitrary(with = seldom_some)]
    pub via: Option<u8>,
}

fn seldom_some(u: &mut Unstructured<'_>) -> Result<Option<u8>> {
    if u.ratio(1, 4)? { Ok(Some(u8::arbitrary(u)?)) } else { Ok(None) }
}

/// The function that makes a new object.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Make {
    /// `Cc::new`
    New,
    /// `Cc::try_new`
    TryNew,
    /// `Cc::pin`
    Pin,
}

/// An edge that an object is born with.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Init {
    /// None.
    Nothing,
    /// A clone of a root.
    Clone(u8),
    /// A root itself: no count changes.
    Move(u8),
}

/// Allocates an object and roots it.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Alloc {
    /// Its type.
    pub kind: Kind,
    /// The constructor.
    pub make: Make,
    /// What it does in the end.
    pub deeds: Deeds,
    /// Its first edges.
    pub inits: [Init; 2],
}

/// The shape of a structure.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Shape {
    /// Each object points to the one made before.
    Chain,
    /// A chain that is closed.
    Ring,
}

/// Builds a whole structure, and roots the object made last.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Build {
    /// Its shape.
    pub shape: Shape,
    /// The type of the objects.
    pub kind: Kind,
    /// How many.
    #[arbitrary(with = seldom_long)]
    pub len: u8,
    /// What the object made first does in the end, and one that is in the middle.
    pub deeds: Deeds,
    /// What else there is at that object.
    #[arbitrary(with = seldom_something)]
    pub extra: Extra,
}

/// What can hang on the object of a structure that is made first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum Extra {
    /// Nothing.
    Nothing,
    /// A callback on its death, which takes another object with it.
    OnDrop(Action),
    /// A `Watch` that watches it, and is in it.
    Watch(Action),
    /// An ephemeron that is in it, and of which it is the key. The value refers to it. (If it can be a key.)
    Pair,
}

fn seldom_something(u: &mut Unstructured<'_>) -> Result<Extra> {
    if u.ratio(1, 4)? { Extra::arbitrary(u) } else { Ok(Extra::Nothing) }
}

/// Mostly short; seldom so long that nested destructors are put off.
fn seldom_long(u: &mut Unstructured<'_>) -> Result<u8> {
    if u.ratio(1, 12)? { u.int_in_range(30..=120) } else { u.int_in_range(1..=5) }
}
