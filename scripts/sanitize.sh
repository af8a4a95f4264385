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
exec scripts/test.sh --sanitize "$sanitizer" --scratch-path ".build/$sanitizer" "$@"
