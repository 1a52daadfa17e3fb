//! What a random program is made of.
//!
//! Every operand is a number that the interpreter takes modulo the number of things there are to choose from, so that
//! any sequence of operations is a program; one that finds nothing to work on is skipped. How often an operation comes
//! up is a matter of how the enums below are grouped: `Arbitrary` chooses evenly among the variants of each.
//!
//! Does not know what the operations do.

use arbitrary::{Arbitrary, Result, Unstructured};
use std::fmt;

/// A program: what to do, one after the other.
#[derive(Clone, Debug, Default, Arbitrary)]
pub struct Program {
    /// The operations.
    pub ops: Vec<Op>,
}

/// One step of a program.
#[derive(Clone, Debug, Arbitrary)]
#[allow(missing_docs, reason = "each is described where its operands are")]
pub enum Op {
    Alloc(Alloc),
    Build(Build),
    Edge(EdgeOp),
    Move(MoveOp),
    Root(RootOp),
    Weak(WeakOp),
    Value(ValueOp),
    Hold(Hold),
    Gc(GcOp),
}

/// The type of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum Kind {
    /// Edges in a `RefCell<Vec<_>>`.
    List,
    /// Edges in `Cell`s.
    Cells,
    /// An enum: an edge in a `RefCell`, or one in a `Cell` and one in a `RefCell<Box<_>>`.
    Choice,
    /// Edges in no cell at all.
    Fixed,
    /// A `List` whose value is aligned to 64 bytes.
    Aligned,
    /// A `List` whose value is larger than any slot.
    Large,
    /// A value of size zero. Tracked, although it has no edges.
    Unit,
    /// Acyclic, so untracked, without edges.
    Leaf,
    /// Acyclic, so untracked, with edges to leaves.
    Sheaf,
}

/// What the destructor of an object does, besides being noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum Action {
    /// Nothing.
    Nothing,
    /// Allocates an object, and keeps it or drops it at once.
    Allocate,
    /// Leaves a garbage cycle behind.
    Ring,
    /// Collects some generation, or calls `gc::collect()`.
    Collect,
    /// Drops a pointer that was kept for it in a thread-local.
    DropKept,
    /// Upgrades a weak pointer that was kept for it in a thread-local.
    UpgradeKept,
    /// Drops such a weak pointer.
    DropKeptWeak,
    /// Panics.
    Panic,
}

/// Mostly nothing: a heap in which every death does something has no quiet moments.
fn seldom_an_action(u: &mut Unstructured<'_>) -> Result<Action> {
    if u.ratio(1, 4)? { Action::arbitrary(u) } else { Ok(Action::Nothing) }
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
    /// What its destructor does.
    #[arbitrary(with = seldom_an_action)]
    pub action: Action,
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
    /// What the destructor of the object made first does, and of one that is in the middle.
    #[arbitrary(with = seldom_an_action)]
    pub action: Action,
}

/// Mostly short; seldom so long that nested destructors are put off.
fn seldom_long(u: &mut Unstructured<'_>) -> Result<u8> {
    if u.ratio(1, 12)? { u.int_in_range(30..=120) } else { u.int_in_range(1..=5) }
}

/// Makes or drops an edge.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum EdgeOp {
    /// Puts a clone of a root into a slot. What was in there is dropped after that.
    Link {
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
        /// The target.
        to: u8,
    },
    /// Drops the content of a slot, taken out before.
    Unlink {
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
    },
    /// Drops the content of a slot while the cell that it is in is borrowed.
    UnlinkInPlace {
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
    },
}

/// Moves an edge. No count changes.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum MoveOp {
    /// Puts a root into a slot. What was in there becomes a root.
    In {
        /// The root.
        root: u8,
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
    },
    /// Takes the content of a slot out to a root.
    Out {
        /// The object.
        at: Place,
        /// Its slot.
        slot: u8,
    },
    /// Swaps the contents of two slots.
    Swap {
        /// An object.
        a: Place,
        /// Its slot.
        i: u8,
        /// Another.
        b: Place,
        /// Its slot.
        j: u8,
    },
    /// Swaps the whole values of two objects of one type, if there is exclusive access to both.
    SwapValues {
        /// A root.
        a: u8,
        /// Another.
        b: u8,
    },
    /// Moves the content of a slot into another. What was in there is dropped after that.
    Replace {
        /// The object that loses the edge.
        from: Place,
        /// Its slot.
        i: u8,
        /// The object that gets it.
        to: Place,
        /// Its slot.
        j: u8,
    },
}

/// Does something with a root.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum RootOp {
    /// Clones it.
    Clone(u8),
    /// Drops it.
    Drop(u8),
    /// Drops the newest roots.
    DropMany(u8),
    /// Puts it where destructors find it.
    Keep(u8),
    /// Takes the last one that is there.
    Unkeep,
}

/// Turns a root into something else, or back.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum ValueOp {
    /// Takes the value out of its object.
    Unwrap(Unwrap),
    /// Makes a raw pointer of it.
    IntoRaw(u8),
    /// Makes a root of a raw pointer.
    FromRaw(u8),
    /// Clones a raw pointer, with `increment_strong_count`.
    CloneRaw(u8),
    /// Drops a raw pointer, with `decrement_strong_count`.
    DropRaw(u8),
    /// Puts a raw pointer into a slot of the very object that it leads to, having come there by nothing else. What was
    /// in the slot becomes a root.
    TieRaw {
        /// The raw pointer.
        raw: u8,
        /// The slot.
        slot: u8,
    },
}

/// Does something with a weak pointer.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum WeakOp {
    /// Makes one to the object of a root.
    Downgrade(u8),
    /// Upgrades one, to a new root if it can be.
    Upgrade(u8),
    /// Clones one.
    Clone(u8),
    /// Drops one.
    Drop(u8),
    /// Moves one into an object. What was in there is dropped.
    Store(u8, Place),
    /// Takes the one in an object out.
    Take(Place),
    /// Puts one where destructors find it.
    Keep(u8),
}

/// How to get the value of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum How {
    /// `Cc::try_unwrap`
    TryUnwrap,
    /// `Cc::into_inner`
    IntoInner,
    /// `Cc::unwrap_or_clone`
    UnwrapOrClone,
}

/// Takes the value out of the object that a root points to.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Unwrap {
    /// The root.
    pub root: u8,
    /// The function.
    pub how: How,
    /// Whether to make a new object of the value.
    pub rebox: bool,
}

/// What is held while other operations run.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Held {
    /// A shared borrow of an object's slots.
    Shared(Place),
    /// A mutable borrow of an object's slots.
    Exclusive(Place),
    /// The guard of `Cc::get_mut`.
    GetMut(u8, Touch),
    /// The guard of `Cc::make_mut`.
    MakeMut(u8, Touch),
    /// Nothing, but an object is under construction by `Cc::new_cyclic`, and a weak pointer to it is at hand.
    NewCyclic(Cyclic),
    /// The guard of `gc::pause`.
    Pause,
}

/// Moves a root into a slot of an object to which there is exclusive access. What was in there becomes a root.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Touch {
    /// The slot.
    pub slot: u8,
    /// What to put there before the other operations, if anything.
    pub before: Init,
    /// And after them.
    pub after: Init,
    /// Whether the other operations run from within the sorting of the slots, which is a moment at which a slot may be
    /// there twice, and another not at all.
    pub sort: bool,
}

/// What `Cc::new_cyclic` makes.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Cyclic {
    /// Its type.
    pub kind: Kind,
    /// What its destructor does.
    #[arbitrary(with = seldom_an_action)]
    pub action: Action,
    /// Whether it keeps a weak pointer to itself.
    pub self_weak: bool,
    /// Whether the constructor panics.
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.ratio(1, 4))]
    pub fails: bool,
    /// Its first edges.
    pub inits: [Init; 2],
}

/// Runs operations while something is held.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Hold {
    /// What is held.
    pub held: Held,
    /// How many of the operations that follow.
    #[arbitrary(with = |u: &mut Unstructured<'_>| u.int_in_range(0..=7))]
    pub ops: u8,
}

/// Speaks to the collector.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Arbitrary)]
pub enum GcOp {
    /// `gc::collect_generation(Young)`
    Young,
    /// `gc::collect_generation(Middle)`
    Middle,
    /// `gc::collect_generation(Old)`
    Old,
    /// `gc::collect()`
    Full,
    /// `gc::set_threshold` with tiny numbers.
    Thresholds(
        #[arbitrary(with = |u: &mut Unstructured<'_>| u.int_in_range(0..=8))] u8,
        #[arbitrary(with = |u: &mut Unstructured<'_>| u.int_in_range(0..=3))] u8,
        #[arbitrary(with = |u: &mut Unstructured<'_>| u.int_in_range(0..=3))] u8,
    ),
    /// `gc::enable` or `gc::disable`.
    Automatic(#[arbitrary(with = |u: &mut Unstructured<'_>| u.ratio(3, 4))] bool),
}

/// How many bytes of entropy an operation is made from. One that needs more gets zeros.
const BYTES: usize = 24;

impl Op {
    fn from_bytes(bytes: &[u8]) -> Op {
        Op::arbitrary(&mut Unstructured::new(bytes)).unwrap_or(Op::Gc(GcOp::Full))
    }
}

impl Program {
    /// The program of a seed.
    #[must_use]
    pub fn from_seed(seed: u64, max_len: usize) -> Program {
        let mut random = SplitMix(seed);
        let len = random.next() as usize % (max_len + 1);
        let op = |_| {
            let bytes: [[u8; 8]; BYTES / 8] = std::array::from_fn(|_| random.next().to_le_bytes());
            Op::from_bytes(bytes.as_flattened())
        };
        Program { ops: (0..len).map(op).collect() }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ops.iter().enumerate().try_for_each(|(index, op)| writeln!(f, "{index:4}: {op:?}"))
    }
}

/// Programs of up to `max_len` operations. Shrinks by leaving operations out, then by making operands smaller.
pub fn programs(max_len: usize) -> impl proptest::strategy::Strategy<Value = Program> {
    use proptest::prelude::{Strategy, any};
    let op = any::<[u8; BYTES]>().prop_map(|bytes| Op::from_bytes(&bytes));
    proptest::collection::vec(op, 0..=max_len).prop_map(|ops| Program { ops })
}

/// Steele, Lea and Flood's generator: a seed that is a small number will do.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
