//! The ways to run a program.

use crate::interpreter::{Failure, Interpreter};
use crate::program::Program;
use crate::report::Report;
use gc_core::Cc;
use std::sync::mpsc;
use std::thread;

/// Runs a program on this thread's heap, which must be empty, and will be if there is no failure.
///
/// # Errors
///
/// The first difference between the heap and the model. The heap is not to be used after that.
pub fn run(program: &Program) -> Result<Report, Failure> {
    Interpreter::new(&program.ops).complete()
}

/// Runs a program in a new thread, with a heap of its own.
///
/// After a failure that thread is left alone, for the end of it might crash.
///
/// # Errors
///
/// As [`run`].
pub fn run_in_thread(program: &Program) -> Result<Report, Failure> {
    run_all(std::slice::from_ref(program), 0).map_err(|(_, failure)| failure)
}

/// Runs programs one after the other on one heap, in a new thread. It is a big heap, most of whose blocks have nothing
/// that is collected.
///
/// # Errors
///
/// The index of the first program that failed, and how.
pub fn run_all_in_thread(programs: &[Program]) -> Result<Report, (usize, Failure)> {
    run_all(programs, BALLAST)
}

/// In a big heap, the number of objects in blocks of their own that nothing is done with.
const BALLAST: usize = 300;

/// Runs programs one after the other on one heap, in a new thread, with so many other objects in blocks of their own.
fn run_all(programs: &[Program], ballast: usize) -> Result<Report, (usize, Failure)> {
    let (sender, receiver) = mpsc::channel();
    let programs = programs.to_vec();
    let run_all = move || {
        let mut total = Report::default();
        let ballast: Vec<_> = (0..ballast).map(|_| Cc::<[u8; 60_000]>::new_uninit()).collect();
        for (index, program) in programs.iter().enumerate() {
            match run(program) {
                Ok(report) => total.add(&report),
                Err(failure) => {
                    sender.send(Err((index, failure))).expect("the result is waited for");
                    loop {
                        thread::park();
                    }
                }
            }
        }
        drop(ballast);
        sender.send(Ok(total)).expect("the result is waited for");
    };
    let thread = thread::Builder::new().name("programs".into()).stack_size(STACK).spawn(run_all).expect("a thread");
    let result = receiver.recv().expect("a program ends with a result");
    if result.is_ok() {
        thread.join().expect("the end of a thread with an empty heap");
    }
    result
}

/// Enough for the interpreter, which runs operations inside operations. The collector needs none to speak of.
const STACK: usize = 4 << 20;

/// Leaves operations out as long as the program still fails, alone on a heap like that of [`run_all_in_thread`]; `None`
/// if it does not. For a person to read.
#[must_use]
pub fn reduce(program: &Program) -> Option<(Program, Failure)> {
    let run = |program: &Program| run_all(std::slice::from_ref(program), BALLAST).map_err(|(_, failure)| failure);
    let mut failure = run(program).err()?;
    let mut program = program.clone();
    let mut chunk = program.ops.len();
    while chunk > 0 {
        program.ops.truncate(failure.op + 1);
        let before = program.ops.len();
        let mut end = before;
        while let Some(start) = end.checked_sub(chunk) {
            let mut shorter = program.clone();
            shorter.ops.drain(start..end.min(program.ops.len()));
            if let Err(next) = run(&shorter) {
                (program, failure) = (shorter, next);
            }
            end = start;
        }
        // The last pass is repeated as long as it finds something.
        if chunk > 1 || program.ops.len() == before {
            chunk /= 2;
        }
    }
    Some((program, failure))
}

/// Runs a program in a new thread.
///
/// # Panics
///
/// On the first difference between the heap and the model.
pub fn check(program: &Program) -> Report {
    match run_in_thread(program) {
        Ok(report) => report,
        Err(failure) => panic!("{failure}the program:\n{program}"),
    }
}
