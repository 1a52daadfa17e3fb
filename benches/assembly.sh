#!/usr/bin/env bash
# Prints the instructions of clone, drop and deref of a Cc beside those of an Rc, up to the first return: the path on
# which the count does not become zero.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo rustc --quiet --release -p gc-core-benches --bin assembly -- --emit asm -C debuginfo=0
assembly=$(ls -t "${CARGO_TARGET_DIR:-target}"/release/deps/assembly-*.s | head -1)
for operation in clone drop deref; do
  for pointer in cc rc; do
    printf '%s %s\n' "$pointer" "$operation"
    awk -v name="${pointer}_$operation" '
      /^[^ \t.].*:$/ { inside = index($0, name) > 0 }
      inside && /^\t[^.]/ { print "   " $0 }
      inside && /^\tretq?$/ { exit }' "$assembly"
  done
done
