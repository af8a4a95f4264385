#!/bin/sh
# Runs the kill -9 tests with the given number of rounds on one directory (default 50).
set -eu
cd "$(dirname "$0")/.."
export VARVE_CRASH_ROUNDS="${1:-50}"
exec scripts/test.sh --filter CrashTests
