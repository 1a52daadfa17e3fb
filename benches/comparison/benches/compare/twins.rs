//! Twins of the workloads in other languages: `benches/twins`.

use crate::process;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// A language.
pub(crate) struct Twin {
    /// Its implementation.
    pub(crate) name: &'static str,
    /// What it says of its version.
    pub(crate) version: String,
    /// Ours, as a ratio to its figure: the most that is aimed at, for a workload.
    target: fn(&str) -> f64,
    workloads: &'static [&'static str],
    command: Vec<String>,
}

impl Twin {
    /// Whether it has the workload of that name.
    pub(crate) fn does(&self, workload: &str) -> bool {
        self.workloads.contains(&workload)
    }

    /// Our target beside it.
    pub(crate) fn target(&self, workload: &str) -> f64 {
        (self.target)(workload)
    }

    /// How the workload is run.
    pub(crate) fn command(&self, workload: &str, quick: bool) -> Vec<String> {
        let mut command = self.command.clone();
        command.push(workload.to_owned());
        command.extend(quick.then(|| "--quick".to_owned()));
        command
    }
}

const COMPILED: [&str; 5] = ["binary_trees", "parent_trees", "pairs", "dll", "steady"];
const INTERPRETED: [&str; 4] = ["pairs", "dll_collect", "live_full", "graph_garbage"];

/// Those whose compilers are installed. It says which are not.
pub(crate) fn prepare() -> Vec<Twin> {
    let mut twins = Vec::new();
    for (name, prepared) in [("CPython", cpython()), ("Nim ORC", nim()), ("OpenJDK", openjdk())] {
        match prepared {
            Ok(twin) => twins.push(twin),
            Err(error) => eprintln!("SKIPPED: the twins of {name}, for {error:#}"),
        }
    }
    twins
}

fn cpython() -> Result<Twin> {
    let version = process::first_line("python3", &["--version"]).context("there is no python3")?;
    let command = vec!["python3".to_owned(), source("cpython.py")];
    Ok(Twin { name: "CPython", version, target: |_| 0.12, workloads: &INTERPRETED, command })
}

fn nim() -> Result<Twin> {
    let version = process::first_line("nim", &["--version"]).context("there is no nim")?;
    let binary = built("nim-orc");
    let [cache, out] = [format!("--nimcache:{}", built("nimcache")), format!("--out:{binary}")];
    let options = ["c", "--hints:off", "--mm:orc", "-d:release", "-d:danger", &cache, &out, &source("nim_orc.nim")];
    compile("nim", &options)?;
    let target = |workload: &str| if workload == "steady" { 0.2 } else { 1.0 };
    Ok(Twin { name: "Nim ORC", version, target, workloads: &COMPILED, command: vec![binary] })
}

fn openjdk() -> Result<Twin> {
    let version = process::first_line("java", &["-version"]).context("there is no java")?;
    let classes = built("classes");
    compile("javac", &["-d", &classes, &source("Twin.java")])?;
    let command = ["java", "-XX:+UseSerialGC", "-cp", &classes, "Twin"].map(str::to_owned).to_vec();
    Ok(Twin { name: "OpenJDK", version, target: |_| 3.0, workloads: &COMPILED, command })
}

fn compile(compiler: &str, arguments: &[&str]) -> Result<()> {
    let output = Command::new(compiler).args(arguments).output().with_context(|| format!("{compiler} did not run"))?;
    ensure!(output.status.success(), "{compiler} failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn source(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../twins").join(name).display().to_string()
}

fn built(name: &str) -> String {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).display().to_string()
}
