//! The instructions that some operations take: `cargo bench -p gc-core-benches --bench instructions`.
//!
//! They are counted by valgrind, so they do not depend on what else the machine does. It fails if one of them has grown
//! by more than 3 % since `benches/instructions.txt` was written; with `-- --write` it writes the file anew. Numbers of
//! another compiler are not compared. Where there is no valgrind, nothing is measured.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

/// An operation: its name for `src/bin/instructions.rs`, the function there that does it, and what it is.
struct Operation {
    name: &'static str,
    function: &'static str,
    what: &'static str,
}

const OPERATIONS: [Operation; 5] = [
    Operation { name: "clone", function: "measured_clone", what: "clone" },
    Operation { name: "drop", function: "measured_drop", what: "drop, not the last" },
    Operation { name: "new", function: "measured_new", what: "new, 16 bytes" },
    Operation { name: "death", function: "measured_drop", what: "drop, the last" },
    Operation { name: "young", function: "measured_young", what: "a young collection of 2000 garbage pairs, a pair" },
];

const GROWTH: f64 = 1.03;

fn main() -> ExitCode {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt");
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("SKIPPED: instructions are not counted, for there is no valgrind");
        return ExitCode::SUCCESS;
    }
    let compiler = compiler();
    let counted = OPERATIONS.map(|operation| (operation.name, operation.what, operation.count()));
    if std::env::args().any(|argument| argument == "--write") {
        let mut text = format!("{compiler}\n");
        for (name, what, instructions) in counted {
            writeln!(text, "{name:8}{instructions:10.2}  {what}").expect("a string");
        }
        std::fs::write(path, text).expect("the file can be written");
        return ExitCode::SUCCESS;
    }
    let kept = std::fs::read_to_string(path).expect("the file is there");
    let (kept_compiler, kept) = kept.split_once('\n').expect("a line for the compiler");
    let mut grown = false;
    for (name, what, instructions) in counted {
        let before =
            kept.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse::<f64>().ok());
        let before = before.unwrap_or_else(|| panic!("no line for {name}"));
        let verdict = if instructions > before * GROWTH { "  GROWN" } else { "" };
        grown |= !verdict.is_empty();
        println!("{what:50} {instructions:10.2}, before {before:10.2}{verdict}");
    }
    if kept_compiler != compiler {
        eprintln!("SKIPPED: no verdict, for the numbers before are those of {kept_compiler}, and this is {compiler}");
        return ExitCode::SUCCESS;
    }
    if grown { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

impl Operation {
    /// The instructions that it takes once.
    fn count(&self) -> f64 {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
            .arg(format!("--toggle-collect=instructions::{}", self.function))
            .args([env!("CARGO_BIN_EXE_instructions"), self.name])
            .output()
            .expect("valgrind runs");
        let [times, log] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(output.status.success(), "{log}");
        let collected = log.lines().find_map(|line| line.split_once("Collected :")).expect("the sum of callgrind").1;
        let [collected, times] = [collected, &times].map(|number| number.trim().parse::<f64>().expect("a number"));
        assert!(collected > 0.0, "callgrind has not seen the function {}", self.function);
        collected / times
    }
}

/// The compiler and the machine that it compiles for.
fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("rustc runs");
    format!("{}, {}", String::from_utf8_lossy(&output.stdout).trim(), std::env::consts::ARCH)
}
