//! What is measured of a collector by itself: pauses, the cost of a large heap, memory.

use crate::contest::{ALLOCATORS, Effort, OURS};
use crate::process::{self, Reading};
use anyhow::Result;
use gc_core_comparison::peers::NAMES;

/// The generations, by the names that a measurement prints.
pub(crate) const GENERATIONS: [&str; 3] = ["young", "middle", "old"];

/// The pauses of this project's collector beside a live heap.
pub(crate) struct Pauses {
    /// Live objects.
    pub(crate) live: usize,
    /// For each generation, in nanoseconds, shortest first.
    pub(crate) of: [Vec<f64>; 3],
}

/// The pause that so large a part of them does not exceed.
pub(crate) fn percentile(pauses: &[f64], part: f64) -> f64 {
    pauses[((pauses.len() as f64 * part).ceil() as usize).clamp(1, pauses.len()) - 1]
}

/// Pauses beside live heaps of three sizes.
pub(crate) fn pauses(effort: Effort) -> Result<Vec<Pauses>> {
    let sizes = [10_000, 1_000_000, 10_000_000];
    sizes.map(|full| pauses_beside(if effort.quick { full / 100 } else { full }, effort)).into_iter().collect()
}

fn pauses_beside(live: usize, effort: Effort) -> Result<Pauses> {
    let reading = run(0, OURS, "pauses", effort, Some(live))?;
    let mut of = [const { Vec::new() }; 3];
    for (name, pauses) in GENERATIONS.iter().zip(&mut of) {
        *pauses = reading.numbers(name)?.to_vec();
        pauses.sort_by(f64::total_cmp);
    }
    Ok(Pauses { live, of })
}

/// Nodes, and nanoseconds for each, of a full collection that has to look at all; for each allocator.
pub(crate) fn scaling(effort: Effort) -> Result<Vec<(usize, [f64; 2])>> {
    let sizes = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];
    let sizes = &sizes[..if effort.quick { 3 } else { sizes.len() }];
    let nanoseconds = |size, allocator| run(allocator, OURS, "scaling", effort, Some(size))?.number("nanoseconds");
    sizes.iter().map(|&size| Ok((size, [nanoseconds(size, 0)?, nanoseconds(size, 1)?]))).collect()
}

/// Bytes for an object of 16, for each peer and allocator.
pub(crate) fn memory(effort: Effort) -> Result<Vec<(&'static str, [f64; 2])>> {
    let bytes = |name, allocator| run(allocator, name, "memory", effort, None)?.number("bytes");
    NAMES.iter().map(|&name| Ok((name, [bytes(name, 0)?, bytes(name, 1)?]))).collect()
}

fn run(allocator: usize, peer: &str, what: &str, effort: Effort, size: Option<usize>) -> Result<Reading> {
    let mut command = [ALLOCATORS[allocator].1, peer, what].map(str::to_owned).to_vec();
    command.extend(effort.quick.then(|| "--quick".to_owned()));
    if let Some(size) = size {
        command.extend(["--size".to_owned(), size.to_string()]);
    }
    process::run(&command)
}
