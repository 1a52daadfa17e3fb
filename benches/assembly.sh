#!/usr/bin/env bash
# Prints the instructions of clone, drop and deref of a Cc beside those of an Rc, up to the first return: the path on
# which the count does not become zero. Then shows that the feature `inspect` is paid for by those who use it: clone,
# drop and deref, and what the derive writes for `Trace::trace`, are the same instructions with it and without.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

# emit FILE [ARGUMENTS OF CARGO...]
emit() {
  cargo rustc --quiet --release -p gc-core-benches --bin assembly "${@:2}" -- \
    --emit "asm=$1" -C debuginfo=0 -C symbol-mangling-version=v0
}

# The instructions and labels of the functions whose symbols contain NAME: instructions NAME FILE
instructions() {
  awk -v name="$1" '
    /^[^ \t.].*:$/ { inside = index($0, name) > 0 }
    /^\.Lfunc_end/ { inside = 0 }
    inside && /^(\t[^.]|\.L|[^ \t.])/' "$2"
}

# Without what names crates, functions and constants by number or hash.
normalised() {
  instructions "$@" | sed -E \
    -e 's/Cs[0-9A-Za-z]+_/Cs_/g; s/B[0-9A-Za-z]{0,3}_/B_/g; s/17h[0-9a-f]{16}E/E/g' \
    -e 's/\.LBB[0-9]+_/.LBB_/g; s/\.Lanon[.0-9a-f]+/.Lanon/g'
}

emit "$out/without.s"
for operation in clone drop deref; do
  for pointer in cc rc; do
    printf '%s %s\n' "$pointer" "$operation"
    instructions "${pointer}_$operation" "$out/without.s" |
      awk '/^\t/ { print "   " $0 } /^\tretq?$/ { exit }'
  done
done

emit "$out/with.s" --features gc-core/inspect
for function in cc_clone cc_drop cc_deref 6object6vtable5trace; do
  normalised "$function" "$out/without.s" > "$out/without"
  normalised "$function" "$out/with.s" > "$out/with"
  [ -s "$out/without" ] || { echo "there is no $function" >&2; exit 1; }
  diff "$out/without" "$out/with" || { echo "inspect changes $function" >&2; exit 1; }
done
# It is there at all.
grep -q 14trace_labelled "$out/with.s" || { echo "inspect was not enabled" >&2; exit 1; }
echo 'the same with the feature inspect'
