//! What a random program is made of.
//!
//! Every operand is a number that the interpreter takes modulo the number of things there are to choose from, so that
//! any sequence of operations is a program; one that finds nothing to work on is skipped. How often an operation comes
//! up is a matter of how the enums below are grouped: `Arbitrary` chooses evenly among the variants of each.
//!
//! Does not know what the operations do.

mod attach;
mod collector;
mod deed;
mod edge;
mod hold;
mod object;

use arbitrary::{Arbitrary, Result, Unstructured};
use std::fmt;

pub use attach::{BagAct, BagOp, CallbackOp, Entry, KeyKind, PouchOp, Sort};
pub use collector::{CollectorOp, GarbageOp, GcOp};
pub use deed::{Action, Deeds, Will};
pub use edge::{EdgeOp, MoveOp, RootOp, WeakOp};
pub use hold::{Cyclic, Held, Hold, How, Touch, Unwrap, ValueOp};
pub use object::{Alloc, Build, Extra, Init, Kind, Make, Place, Shape};

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
    Pouch(PouchOp),
    Value(ValueOp),
    Hold(Hold),
    Callback(CallbackOp),
    Bag(BagOp),
    Gc(GcOp),
    Collector(CollectorOp),
}

/// `true` once in so many times.
fn once_in(n: u8) -> impl Fn(&mut Unstructured<'_>) -> Result<bool> {
    move |u| u.ratio(1, n)
}

/// How many bytes of entropy an operation is made from. One that needs more gets zeros.
const BYTES: usize = 40;

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
