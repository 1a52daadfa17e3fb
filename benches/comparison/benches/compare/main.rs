//! The comparison: `cargo bench --bench compare -- [--quick] [--rounds N] [NAME…]`, in this package.
//!
//! It holds a contest for each workload and allocator, measures what is asked of one collector alone, prints a report,
//! and draws it. A complete run puts both into `docs/`; with `--quick`, or for some NAMEs only (of workloads, `pauses`,
//! `scaling`, `memory`), they go into the target directory.

mod alone;
mod contest;
mod plots;
mod process;
mod report;
mod twins;

use anyhow::{Context, Result, bail, ensure};
use contest::{ALLOCATORS, Contest, Effort};
use gc_core_comparison::workloads::WORKLOADS;
use std::fs;
use std::path::Path;
use twins::Twin;

/// Everything that was measured.
pub(crate) struct Results {
    effort: Effort,
    twins: Vec<Twin>,
    contests: Vec<Contest>,
    pauses: Vec<alone::Pauses>,
    scaling: Vec<(usize, [f64; 2])>,
    memory: Vec<(&'static str, [f64; 2])>,
}

const ALONE: [&str; 3] = ["pauses", "scaling", "memory"];

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/benchmarks.md");

fn main() -> Result<()> {
    let (effort, names) = arguments()?;
    let is_asked = |name: &str| names.is_empty() || names.iter().any(|asked| asked == name);
    let twins = twins::prepare();
    let mut contests = Vec::new();
    for workload in WORKLOADS.iter().filter(|workload| is_asked(workload.name)) {
        for (allocator, (name, _)) in ALLOCATORS.iter().enumerate() {
            eprintln!("{} ({name}): {}", workload.name, workload.what);
            contests.push(Contest::hold(workload, allocator, &twins, effort));
        }
    }
    let [pauses, scaling, memory] = ALONE.map(is_asked);
    let results = Results {
        effort,
        twins,
        contests,
        pauses: if pauses { alone::pauses(effort)? } else { Vec::new() },
        scaling: if scaling { alone::scaling(effort)? } else { Vec::new() },
        memory: if memory { alone::memory(effort)? } else { Vec::new() },
    };
    let report = report::report(&results);
    println!("{report}");
    if effort.quick || !names.is_empty() {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::write(directory.join("benchmarks.md"), report)?;
        plots::draw(&results, &directory.join("benchmarks"))?;
        eprintln!("not a complete run: see {}/benchmarks.md", directory.display());
    } else {
        let page = Path::new(PAGE);
        fs::write(page, with_report(&fs::read_to_string(page)?, &report)?)?;
        plots::draw(&results, &page.with_extension(""))?;
    }
    Ok(())
}

fn arguments() -> Result<(Effort, Vec<String>)> {
    let (mut quick, mut rounds, mut names) = (false, None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo says this to every benchmark.
            "--bench" => {}
            "--quick" => quick = true,
            "--rounds" => rounds = Some(arguments.next().context("--rounds N")?.parse()?),
            name if ALONE.contains(&name) || WORKLOADS.iter().any(|workload| workload.name == name) => {
                names.push(argument);
            }
            _ => bail!("no option, and no workload: {argument}"),
        }
    }
    let rounds = rounds.unwrap_or(if quick { 3 } else { 5 });
    ensure!(rounds > 0, "at least one round");
    Ok((Effort { quick, rounds }, names))
}

/// The page with the report in place of the last one.
fn with_report(page: &str, report: &str) -> Result<String> {
    const BEGIN: &str = "<!-- generated: what follows is written by the comparison -->\n";
    const END: &str = "<!-- end of what is generated -->\n";
    let (before, rest) = page.split_once(BEGIN).context("the page has no mark where the report begins")?;
    let (_, after) = rest.split_once(END).context("the page has no mark where the report ends")?;
    Ok(format!("{before}{BEGIN}\n{report}\n{END}{after}"))
}
