//! The report, in Markdown: what is printed, and what goes into the page.

use crate::Results;
use crate::alone::{GENERATIONS, percentile};
use crate::contest::{ALLOCATORS, Contest, OURS};
use crate::process::first_line;
use gc_core_comparison::peers::NAMES;
use std::fmt::Write;
use std::time::SystemTime;
use std::{fs, thread};

/// All of it.
pub(crate) fn report(results: &Results) -> String {
    let mut text = setting(results);
    for (index, (allocator, _)) in ALLOCATORS.iter().enumerate() {
        let contests: Vec<_> = results.contests.iter().filter(|contest| contest.allocator == index).collect();
        if !contests.is_empty() {
            writeln!(text, "\n### Peers, {allocator} allocator\n\n![Bars](benchmarks/{allocator}.svg)\n").unwrap();
            text += &table(&contests);
            text += &remarks(&contests);
        }
    }
    text += &languages(results);
    text += &pauses(results);
    text += &scaling(results);
    text += &memory(results);
    text += &garbage(results);
    text
}

fn setting(results: &Results) -> String {
    let mut text = String::new();
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let file = |path, key: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).and_then(|line| line.split_once(':'));
        line.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    writeln!(text, "Measured on {}, {} rounds.\n", &now[..10], results.effort.rounds).unwrap();
    let cores = thread::available_parallelism().map_or(0, usize::from);
    writeln!(text, "- machine: {}, {cores} cores, {}", file("/proc/cpuinfo", "model name"), {
        let kib: u64 = file("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
        format!("{} GiB", kib >> 20)
    })
    .unwrap();
    let compiler = first_line("rustc", &["--version"]).unwrap_or_default();
    writeln!(text, "- compiler: {compiler}, release profile").unwrap();
    let peers: Vec<_> = NAMES[2..].iter().map(|name| format!("{name} {}", version(name))).collect();
    writeln!(text, "- peers: {}; mimalloc {}", peers.join(", "), version("mimalloc")).unwrap();
    let twins: Vec<_> = results.twins.iter().map(|twin| format!("{} ({})", twin.name, twin.version)).collect();
    writeln!(text, "- other languages: {}", if twins.is_empty() { "none".to_owned() } else { twins.join("; ") })
        .unwrap();
    text
}

/// The version that the lock file has of a package.
fn version(package: &str) -> &'static str {
    let lock = include_str!("../../Cargo.lock");
    let name = format!("name = \"{package}\"\nversion = \"");
    lock.split_once(name.as_str()).and_then(|(_, rest)| rest.split('"').next()).unwrap_or("of unknown version")
}

/// A number with about three digits.
pub(crate) fn figure(number: f64) -> String {
    let decimals = match number {
        ..0.1 => 4,
        ..1.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{number:.decimals$}")
}

fn verdict(ratio: f64, target: f64) -> String {
    format!("{} | {target}{}", figure(ratio), if ratio <= target { "" } else { " **MISSED**" })
}

fn head(columns: &[&str]) -> String {
    format!("| {} |\n|{}\n", columns.join(" | "), "-|".repeat(columns.len()))
}

fn table(contests: &[&Contest]) -> String {
    let mut text = head(&[&["workload"], NAMES.as_slice(), &["best", "ours ÷ best", "at most"]].concat());
    for contest in contests {
        write!(text, "| {} ", contest.workload.name).unwrap();
        for name in NAMES {
            let contestant = contest.contestants.iter().find(|contestant| contestant.name == name);
            let cell = match contestant.map(|contestant| contestant.median()) {
                Some(Some(median)) => figure(median),
                Some(None) => "failed".to_owned(),
                None => "–".to_owned(),
            };
            write!(text, "| {cell} ").unwrap();
        }
        match (contest.ours(), contest.best()) {
            (Some(ours), Some((name, best))) => {
                writeln!(text, "| {name} | {} |", verdict(ours / best, contest.target())).unwrap();
            }
            _ => writeln!(text, "| – | – | {} |", contest.target()).unwrap(),
        }
    }
    text
}

/// How often manual peers collected, and why some failed.
fn remarks(contests: &[&Contest]) -> String {
    let mut text = String::new();
    for contest in contests {
        for contestant in &contest.contestants {
            let (workload, name) = (contest.workload.name, &contestant.name);
            match (&contestant.figures, contestant.interval) {
                (Err(error), _) => writeln!(text, "- {workload}: {name} failed ({:#})", error).unwrap(),
                (Ok(_), Some(interval)) => {
                    writeln!(text, "- {workload}: {name} did best when collecting every {interval} objects").unwrap();
                }
                (Ok(_), None) => {}
            }
        }
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn languages(results: &Results) -> String {
    let mut rows = String::new();
    for twin in &results.twins {
        for contest in results.contests.iter().filter(|contest| contest.allocator == 0) {
            let theirs = contest.contestants.iter().find(|contestant| contestant.name == twin.name);
            if let (Some(ours), Some(theirs)) = (contest.ours(), theirs.and_then(|theirs| theirs.median())) {
                let verdict = verdict(ours / theirs, twin.target(contest.workload.name));
                let [ours, theirs] = [ours, theirs].map(figure);
                writeln!(rows, "| {} | {} | {ours} | {theirs} | {verdict} |", twin.name, contest.workload.name)
                    .unwrap();
            }
        }
    }
    if rows.is_empty() {
        return rows;
    }
    let columns = ["language", "workload", OURS, "theirs", "ours ÷ theirs", "at most"];
    format!("\n### Other languages\n\n{}{rows}", head(&columns))
}

fn pauses(results: &Results) -> String {
    if results.pauses.is_empty() {
        return String::new();
    }
    let columns = ["live objects", "generation", "collections", "p50", "p99", "p99.9", "longest", ""];
    let mut text = format!("\n### Pauses, in µs\n\n![Curves](benchmarks/pauses.svg)\n\n{}", head(&columns));
    for pauses in &results.pauses {
        for (name, of) in GENERATIONS.iter().zip(&pauses.of).filter(|(_, of)| !of.is_empty()) {
            let [p50, p99, p999, longest] = [0.5, 0.99, 0.999, 1.0].map(|part| percentile(of, part) / 1e3);
            let verdict = if *name == "young" && p999 > 200.0 { "**MISSED**: 200 at p99.9" } else { "" };
            let figures = [p50, p99, p999, longest].map(figure).join(" | ");
            writeln!(text, "| {} | {name} | {} | {figures} | {verdict} |", pauses.live, of.len()).unwrap();
        }
    }
    text
}

fn scaling(results: &Results) -> String {
    let [Some(smallest), Some(largest)] = [results.scaling.first(), results.scaling.last()] else {
        return String::new();
    };
    let mut text = format!(
        "\n### Scaling: a full collection that looks at everything, ns an object\n\n![Curves](benchmarks/scaling.svg)\n\n{}",
        head(&["objects", "system allocator", "mimalloc"])
    );
    for (objects, nanoseconds) in &results.scaling {
        writeln!(text, "| {objects} | {} |", nanoseconds.map(figure).join(" | ")).unwrap();
    }
    for (index, (allocator, _)) in ALLOCATORS.iter().enumerate() {
        let ratio = largest.1[index] / smallest.1[index];
        let verdict = if ratio <= 2.5 { "" } else { " **MISSED**" };
        writeln!(text, "\nFrom smallest to largest, {allocator}: {} times, at most 2.5.{verdict}", figure(ratio))
            .unwrap();
    }
    text
}

fn memory(results: &Results) -> String {
    if results.memory.is_empty() {
        return String::new();
    }
    let columns = ["", "system allocator", "mimalloc"];
    let mut text = format!("\n### Memory: bytes an object with 16 bytes of payload\n\n{}", head(&columns));
    for (name, bytes) in &results.memory {
        writeln!(text, "| {name} | {} |", bytes.map(figure).join(" | ")).unwrap();
    }
    text
}

/// How much there was at one time, of what lives and of what waits.
fn garbage(results: &Results) -> String {
    let mut rows = String::new();
    let contests = results.contests.iter().filter(|contest| contest.allocator == 0);
    for contest in contests.filter(|contest| matches!(contest.workload.name, "pairs" | "steady")) {
        for contestant in contest.contestants.iter().filter(|contestant| contestant.figures.is_ok()) {
            if let Some(peak) = contestant.peak {
                writeln!(rows, "| {} | {} | {peak} |", contest.workload.name, contestant.name).unwrap();
            }
        }
    }
    if rows.is_empty() {
        return rows;
    }
    format!("\n### Memory: the most objects at one time\n\n{}{rows}", head(&["workload", "", "objects"]))
}
