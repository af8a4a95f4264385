#!/bin/sh
# Runs the tests under a sanitizer: `sanitize.sh thread` or `sanitize.sh address`, then arguments for `swift test`.
# Each has a build directory of its own, so that the plain build is not thrown away.
set -eu
cd "$(dirname "$0")/.."
sanitizer=$1
shift
# The first report ends the run with an error: a race that only prints is a race that stays.
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1}"
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=0}"
# One test at a time: a sanitizer makes each many times slower, and their time limits, which are there to end a hang,
# count from the start of a test that would share two cores with all the others.
exec scripts/test.sh --no-parallel --sanitize "$sanitizer" --scratch-path ".build/$sanitizer" "$@"
