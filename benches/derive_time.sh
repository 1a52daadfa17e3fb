#!/usr/bin/env bash
# What `#[derive(Trace)]` adds to the time that a crate takes to compile, beside what `#[derive(Clone)]` adds: on 500
# structs of 8 fields each, one in five of them generic, by `cargo check` and by `cargo build`. Prints medians of the
# processor time, which other work on the machine disturbs less than the clock, and fails if the ratio is 2 or more.
#
# Usage: benches/derive_time.sh [runs]
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
runs=${1:-9}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")/derive_time
crates=(none clone trace)
# Everything is compiled anew each time, as in CI.
export CARGO_TARGET_DIR=$target/target CARGO_INCREMENTAL=0 CARGO_TERM_QUIET=true

structs() { # derive
  echo 'use gc_core::Cc; use std::cell::RefCell;'
  for i in {1..500}; do
    # In rings of ten.
    local next=$((i % 10 == 0 ? i - 9 : i + 1)) parameters='' arguments='' last='[u8; 4]' next_arguments=''
    ((i % 5 == 0)) && parameters='<T>' arguments='<T>' last='Option<T>'
    ((next % 5 == 0)) && next_arguments='<String>'
    echo "${1:+#[derive($1)]}
      pub struct S$i$parameters {
        pub count: u32,
        pub name: String,
        pub parent: Option<Cc<S$next$next_arguments>>,
        pub kids: Vec<Cc<S$i$arguments>>,
        pub links: RefCell<Vec<Cc<S$next$next_arguments>>>,
        pub numbers: Vec<u32>,
        pub pair: (u64, Option<String>),
        pub last: $last,
      }"
  done
}

mkdir -p "$target"
printf '[workspace]\nresolver = "3"\nmembers = ["none", "clone", "trace"]\n' >"$target/Cargo.toml"
cp Cargo.lock "$target/"
for crate in "${crates[@]}"; do
  mkdir -p "$target/$crate/src"
  printf '[package]\nname = "%s"\nedition = "2024"\n[dependencies]\ngc-core = { path = "%s/gc-core" }\n' \
    "$crate" "$repository" >"$target/$crate/Cargo.toml"
done
structs '' >"$target/none/src/lib.rs"
structs Clone >"$target/clone/src/lib.rs"
structs gc_core::Trace >"$target/trace/src/lib.rs"
cd "$target"

# Milliseconds of processor time, user and system, of a command.
processor_time() {
  local TIMEFORMAT='%3U %3S'
  { time "$@" >&2; } 2>&1 | awk 'END { printf "%.0f\n", ($1 + $2) * 1000 }'
}

failed=0
for command in check build; do
  cargo "$command"
  for crate in "${crates[@]}"; do : >"$crate/$command"; done
  for ((run = 0; run < runs; run++)); do
    for crate in "${crates[@]}"; do
      touch "$crate/src/lib.rs"
      processor_time cargo "$command" -p "$crate" >>"$crate/$command"
    done
  done
  medians=()
  for crate in "${crates[@]}"; do medians+=("$(sort -n "$crate/$command" | sed -n "$((runs / 2 + 1))p")"); done
  awk -v command="$command" -v none="${medians[0]}" -v clone="${medians[1]}" -v trace="${medians[2]}" 'BEGIN {
    ratio = (trace - none) / (clone - none)
    printf "cargo %s: none %d ms, Clone +%d ms, Trace +%d ms, ratio %.2f\n", \
      command, none, clone - none, trace - none, ratio
    exit ratio >= 2 }' || failed=1
done
exit "$failed"
