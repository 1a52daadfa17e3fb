//! The contest: for each workload and allocator everybody who can do it, in turns.

use crate::process::{self, Reading};
use crate::twins::Twin;
use anyhow::{Result, ensure};
use gc_core_comparison::peers::{self, NAMES};
use gc_core_comparison::workloads::{Needs, Workload};

/// This project.
pub(crate) const OURS: &str = NAMES[0];

/// The allocators, and the binaries that have them.
pub(crate) const ALLOCATORS: [(&str, &str); 2] =
    [("system", env!("CARGO_BIN_EXE_measure-system")), ("mimalloc", env!("CARGO_BIN_EXE_measure-mimalloc"))];

/// A manual peer collects after so many new objects: of these the first that the next is no
/// better than, found for each workload.
const INTERVALS: [u64; 4] = [1_000_000, 100_000, 10_000, 1_000];

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// A hundredth of everything.
    pub(crate) quick: bool,
    /// Of so many measurements the median is taken.
    pub(crate) rounds: usize,
}

/// One who takes part in a workload, and what came of it.
pub(crate) struct Contestant {
    /// Who.
    pub(crate) name: String,
    /// Whether it is a program in another language.
    pub(crate) is_twin: bool,
    /// The objects that it collects after, if it has to be told.
    pub(crate) interval: Option<u64>,
    /// The most garbage that waited at one time, with what was alive, in objects.
    pub(crate) peak: Option<f64>,
    /// Nanoseconds, in the order of the rounds; or why there are none.
    pub(crate) figures: Result<Vec<f64>>,
    command: Vec<String>,
}

impl Contestant {
    /// The median.
    pub(crate) fn median(&self) -> Option<f64> {
        self.figures.as_ref().ok().map(|figures| median(figures))
    }
}

/// The middle one.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A workload with one allocator, done by all.
pub(crate) struct Contest {
    /// Which one.
    pub(crate) workload: &'static Workload,
    /// The index of the allocator.
    pub(crate) allocator: usize,
    /// This project first, then the peers, then the twins.
    pub(crate) contestants: Vec<Contestant>,
}

impl Contest {
    /// Holds it.
    pub(crate) fn hold(workload: &'static Workload, allocator: usize, twins: &[Twin], effort: Effort) -> Contest {
        let mut contestants = Vec::new();
        for name in NAMES {
            let ability = peers::ability(name).expect("a known peer");
            if name == OURS || workload.needs.are_met_by(ability) {
                let mut command = vec![ALLOCATORS[allocator].1.to_owned(), name.to_owned(), workload.name.to_owned()];
                command.extend(effort.quick.then(|| "--quick".to_owned()));
                let mut contestant = Contestant::new(name, false, command);
                if ability.is_manual() && workload.needs == Needs::CyclesAllAlong {
                    contestant.choose_interval(effort);
                }
                contestants.push(contestant);
            }
        }
        // The twins have allocators of their own.
        for twin in twins.iter().filter(|twin| allocator == 0 && twin.does(workload.name)) {
            contestants.push(Contestant::new(twin.name, true, twin.command(workload.name, effort.quick)));
        }
        let mut contest = Contest { workload, allocator, contestants };
        contest.check();
        for round in 0..effort.rounds {
            // Each round begins with another one, so that nobody always follows the same neighbour.
            let middle = round % contest.contestants.len();
            let (first, rest) = contest.contestants.split_at_mut(middle);
            rest.iter_mut().chain(first).for_each(Contestant::measure);
        }
        contest
    }

    /// A round that is not measured: everybody must come to the same result, and free all objects.
    fn check(&mut self) {
        let mut checksum = None;
        for contestant in &mut self.contestants {
            let checked = contestant.checked();
            let agreed = checked.and_then(|found| {
                let expected = *checksum.get_or_insert(found);
                ensure!(found == expected, "a checksum of {found} in place of {expected}");
                Ok(())
            });
            if let Err(error) = agreed {
                contestant.figures = Err(error);
            }
        }
    }

    /// This project's figure.
    pub(crate) fn ours(&self) -> Option<f64> {
        self.contestants[0].median()
    }

    /// The best peer that counts here.
    pub(crate) fn best(&self) -> Option<(&str, f64)> {
        let peers = self.contestants[1..].iter().filter(|contestant| !contestant.is_twin);
        let counting = peers.filter(|peer| self.workload.needs != Needs::NothingButRc || peer.name == "Rc");
        let figures = counting.filter_map(|peer| Some((peer.name.as_str(), peer.median()?)));
        figures.min_by(|one, other| one.1.total_cmp(&other.1))
    }

    /// The most that the ratio to the best may be.
    pub(crate) fn target(&self) -> f64 {
        self.workload.targets[self.allocator]
    }
}

impl Contestant {
    fn new(name: &str, is_twin: bool, command: Vec<String>) -> Contestant {
        Contestant { name: name.to_owned(), is_twin, interval: None, peak: None, figures: Ok(Vec::new()), command }
    }

    fn run(&self, option: Option<&str>) -> Result<Reading> {
        let mut command = self.command.clone();
        command.extend(option.map(str::to_owned));
        process::run(&command)
    }

    fn choose_interval(&mut self, effort: Effort) {
        let command = self.command.clone();
        let with = |interval: u64| {
            let mut command = command.clone();
            command.extend(["--every".to_owned(), interval.to_string()]);
            command
        };
        let mut best = (f64::INFINITY, None);
        for interval in INTERVALS.map(|interval| if effort.quick { interval / 100 } else { interval }) {
            let reading = process::run(&with(interval)).and_then(|reading| reading.number("nanoseconds"));
            match reading {
                Ok(figure) if figure < best.0 => best = (figure, Some(interval)),
                // More often is slower still, and may be very slow.
                _ => break,
            }
        }
        // With none that works, the check says why.
        let best = best.1.unwrap_or(INTERVALS[0]);
        self.interval = Some(best);
        self.command = with(best);
    }

    /// The checksum of a run in which deaths are counted.
    fn checked(&mut self) -> Result<f64> {
        let reading = self.run((!self.is_twin).then_some("--counted"))?;
        if !self.is_twin {
            let [born, died] = [reading.number("born")?, reading.number("died")?];
            ensure!(born == died, "{} of {born} objects were not freed", born - died);
            self.peak = Some(reading.number("peak")?);
        }
        reading.number("checksum")
    }

    fn measure(&mut self) {
        if self.figures.is_ok() {
            let figure = self.run(None).and_then(|reading| reading.number("nanoseconds"));
            self.figures = std::mem::replace(&mut self.figures, Ok(Vec::new())).and_then(|mut figures| {
                figures.push(figure?);
                Ok(figures)
            });
        }
    }
}
