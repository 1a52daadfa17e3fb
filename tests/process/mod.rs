//! For tests that need a process of their own: one that ends badly, or whose last moments are of interest.

use std::env;
use std::process::{Command, Output, Stdio, exit};
use std::thread;

/// Which of its cases a child process is to run.
const CASE: &str = "GC_CORE_TEST_CASE";

/// Runs each case in a process of its own, all at once, and gives what became of them.
///
/// The processes are this executable, told to run the calling test and nothing else; there, this does not return.
pub(crate) fn outcomes<const N: usize>(cases: [fn(); N]) -> [Output; N] {
    if let Ok(case) = env::var(CASE) {
        let case: usize = case.parse().expect("the number of a case");
        cases[case]();
        exit(0);
    }
    let thread = thread::current();
    let test = thread.name().expect("the thread of a test has its name");
    let executable = env::current_exe().expect("this executable has a path");
    let children: [_; N] = std::array::from_fn(|case| {
        let mut command = Command::new(&executable);
        command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CASE, case.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("a process")
    });
    children.map(|child| child.wait_with_output().expect("its end"))
}

/// Asserts that a process was aborted, after it wrote `message`.
#[track_caller]
#[allow(dead_code, reason = "not every user of this module has one that is")]
pub(crate) fn assert_aborted(outcome: &Output, message: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        const SIGABRT: i32 = 6;
        assert_eq!(outcome.status.signal(), Some(SIGABRT), "{outcome:?}");
    }
    assert!(!outcome.status.success(), "{outcome:?}");
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    assert!(stderr.contains(message), "{message:?} in {stderr}");
}
