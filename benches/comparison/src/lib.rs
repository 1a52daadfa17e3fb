//! What the collectors are compared by.
//!
//! [`workloads`] has the programs, each written once, generic over the [`Peer`](peers::Peer) whose pointers it uses.
//! [`peers`] has those: a collector each, with the types that its users would write. [`measure`] runs one workload with
//! one peer, in the process it is called in; the binaries `measure-system` and `measure-mimalloc` are that and an
//! allocator. The benchmark `compare` runs them, and prints what they say.

pub mod measure;
pub mod own;
pub mod peers;
pub mod ticket;
pub mod workloads;
