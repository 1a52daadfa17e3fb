//! Runs random programs for a long time.
//!
//! `soak [SECONDS [FIRST_SEED [MAX_LEN]]]`: one thread for each processor, seeds counted up from the first. On a
//! failure it says which seed it was, and leaves out operations as long as the program still fails.

use gc_core_oracle::{Failure, Program, Report, reduce, run_all_in_thread};
use std::env;
use std::process::exit;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// How many programs run on one heap, one after the other, before the next gets a fresh one.
const BATCH: u64 = 64;

fn main() {
    let mut arguments = env::args().skip(1).map(|argument| argument.parse::<u64>().expect("a number"));
    let seconds = arguments.next().unwrap_or(10);
    let first = arguments.next().unwrap_or(0);
    let max_len = arguments.next().unwrap_or(120) as usize;

    let start = Instant::now();
    let deadline = start + Duration::from_secs(seconds);
    let next = AtomicU64::new(first);
    let failed = AtomicBool::new(false);
    let total = Mutex::new(Report::default());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while Instant::now() < deadline && !failed.load(Relaxed) {
                    let batch = next.fetch_add(BATCH, Relaxed);
                    let programs: Vec<_> =
                        (batch..batch + BATCH).map(|seed| Program::from_seed(seed, max_len)).collect();
                    match run_all_in_thread(&programs) {
                        Ok(report) => total.lock().expect("no thread panics with it").add(&report),
                        Err((index, failure)) if !failed.swap(true, Relaxed) => {
                            print_failure(batch + index as u64, &programs[index], &failure);
                        }
                        Err(_) => {}
                    }
                }
            });
        }
    });
    let total = total.into_inner().expect("no thread panics with it");
    println!("{total}");
    let seconds = start.elapsed().as_secs_f64();
    println!("{:.0} programs a minute in {threads} threads", total.programs as f64 / seconds * 60.0);
    if failed.load(Relaxed) {
        exit(1);
    }
}

/// Prints the failure of a program, and what is left when everything is left out that it fails without.
fn print_failure(seed: u64, program: &Program, failure: &Failure) {
    eprintln!("seed {seed}: {failure}");
    match reduce(program) {
        Some((program, failure)) => eprintln!("reduced: {failure}the program:\n{program}"),
        None => eprintln!("on a fresh heap it does not fail; it did after those from {}", seed / BATCH * BATCH),
    }
}
