//! Random programs against the model of `gc-core-oracle`, chosen by what they cover.

#![no_main]

use gc_core_oracle::{Program, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: Program| {
    if let Err(failure) = run(&program) {
        panic!("{failure}the program:\n{program}");
    }
});
