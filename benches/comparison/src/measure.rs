//! One measurement in a process: what the binaries do.
//!
//! ```text
//! measure-system PEER WORKLOAD [--quick] [--counted] [--every OBJECTS]
//! measure-system PEER memory   [--quick]
//! measure-system gc-core pauses|scaling --size OBJECTS [--quick]
//! ```
//!
//! It prints lines of a name and numbers: `nanoseconds`, an operation; `checksum`; with `--counted`, where the time
//! means nothing, `born`, `died` and `peak`, of objects; `bytes`, an object; `young`, `middle` and `old`, the pauses in
//! nanoseconds.

use crate::own;
use crate::peers;
use crate::ticket::{Counted, Counts, Uncounted};
use crate::workloads::{Bench, Run};
use std::env;
use std::process::ExitCode;

/// Measures what the arguments of the process say.
pub fn main() -> ExitCode {
    let Some(asked) = Asked::parse(env::args().skip(1)) else {
        eprintln!("usage: PEER WORKLOAD [--quick] [--counted] [--every OBJECTS] [--size OBJECTS]");
        return ExitCode::from(2);
    };
    if asked.measure().is_none() {
        eprintln!("there is no peer {}, or no workload {}", asked.peer, asked.workload);
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

struct Asked {
    peer: String,
    workload: String,
    quick: bool,
    counted: bool,
    every: Option<u64>,
    size: usize,
}

impl Asked {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Asked> {
        let (peer, workload) = (arguments.next()?, arguments.next()?);
        let mut asked = Asked { peer, workload, quick: false, counted: false, every: None, size: 1_000_000 };
        while let Some(option) = arguments.next() {
            match option.as_str() {
                "--quick" => asked.quick = true,
                "--counted" => asked.counted = true,
                "--every" => asked.every = Some(arguments.next()?.parse().ok()?),
                "--size" => asked.size = arguments.next()?.parse().ok()?,
                _ => return None,
            }
        }
        Some(asked)
    }

    fn measure(&self) -> Option<()> {
        match (self.workload.as_str(), self.peer.as_str()) {
            ("memory", peer) => {
                let objects = if self.quick { 100_000 } else { 1_000_000 };
                println!("bytes {}", peers::with_peer::<Uncounted, _>(peer, own::Memory(objects))?);
            }
            ("pauses", "gc-core") => {
                for (generation, pauses) in ["young", "middle", "old"].iter().zip(own::pauses(self.size, self.quick)) {
                    let pauses: Vec<_> = pauses.iter().map(u64::to_string).collect();
                    println!("{generation} {}", pauses.join(" "));
                }
            }
            ("scaling", "gc-core") => println!("nanoseconds {}", own::scaling(self.size)),
            _ => self.run()?,
        }
        Some(())
    }

    fn run(&self) -> Option<()> {
        let mut bench = Bench::new(self.quick, self.every);
        let run = Run { workload: &self.workload, bench: &mut bench };
        let checksum = if self.counted {
            peers::with_peer::<Counted, _>(&self.peer, run)??
        } else {
            peers::with_peer::<Uncounted, _>(&self.peer, run)??
        };
        println!("nanoseconds {}\nchecksum {checksum}", bench.nanoseconds());
        if self.counted {
            let Counts { born, died, peak } = Counts::get();
            println!("born {born}\ndied {died}\npeak {peak}");
        }
        Some(())
    }
}
