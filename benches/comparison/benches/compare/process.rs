//! Measurements are processes. This module runs them and reads what they print.

use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use wait_timeout::ChildExt;

/// Longer than this nobody is waited for.
const PATIENCE: Duration = Duration::from_secs(240);

/// The stack for peers that follow pointers by recursion, in KiB: a million nodes deep.
const STACK: &str = "2097152";

/// What a measurement printed: names, and numbers for each.
#[derive(Debug)]
pub(crate) struct Reading(HashMap<String, Vec<f64>>);

impl Reading {
    /// The number under a name.
    pub(crate) fn number(&self, name: &str) -> Result<f64> {
        self.numbers(name)?.first().copied().with_context(|| format!("no number under {name}"))
    }

    /// The numbers under a name.
    pub(crate) fn numbers(&self, name: &str) -> Result<&[f64]> {
        Ok(self.0.get(name).with_context(|| format!("nothing under {name}"))?)
    }

    fn parse(text: &str) -> Result<Reading> {
        let line = |line: &str| {
            let mut words = line.split_whitespace();
            let name = words.next().context("an empty line")?.to_owned();
            let numbers = words.map(str::parse).collect::<Result<Vec<f64>, _>>()?;
            Ok((name, numbers))
        };
        Ok(Reading(text.lines().map(line).collect::<Result<_>>().with_context(|| format!("what it printed: {text}"))?))
    }
}

/// Runs a command, with a large stack, to its end.
pub(crate) fn run(command: &[String]) -> Result<Reading> {
    // The stack of a process grows up to a limit that is read when the process starts. (A thread with a larger stack
    // would change what the system's allocator does.) Where the limit may not be raised, deep recursion fails.
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -s {STACK} 2> /dev/null; exec \"$@\""), "sh"])
        .args(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdout = child.stdout.take().context("its output")?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let Some(status) = child.wait_timeout(PATIENCE)? else {
        child.kill()?;
        child.wait()?;
        bail!("more than {} s", PATIENCE.as_secs());
    };
    let text = reader.join().expect("no panic")?;
    if !status.success() {
        bail!("{status}");
    }
    Reading::parse(&text)
}

/// What a command prints first, if it can be run.
pub(crate) fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    String::from_utf8_lossy(&text).lines().next().map(str::to_owned)
}
