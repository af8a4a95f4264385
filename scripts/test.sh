#!/bin/bash
# Builds everything and runs the tests. Warnings are errors in every target, so a build that passes has none.
# Arguments go to `swift test`. XCTest is not used here: leaving it out keeps its empty summary out of the log.
# A run that fails ends with its failures, which are otherwise far apart in a long log.
set -euo pipefail
cd "$(dirname "$0")/.."
# A child that a test kills on purpose must not sit in the crash handler.
export SWIFT_BACKTRACE=enable=no
mkdir -p .build
log=.build/tests.log
swift test --disable-xctest "$@" 2>&1 | tee "$log" && exit 0
code=$?
echo "What failed (all of it in $log):"
grep -aE 'error: |recorded an issue|✘ Test run with' "$log" | cut -c 1-400 | awk '!seen[$0]++' | tail -n 60
exit "$code"
