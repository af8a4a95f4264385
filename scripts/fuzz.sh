#!/bin/sh
# Fuzzes every target for SECONDS (600), one after the other, under libFuzzer and the address
# sanitizer; fails at the first finding and says how to repeat it. `scripts/fuzz.sh SECONDS NAME…` fuzzes
# only those. Seeds are in Fuzz/corpus; what runs discover is kept in .build/fuzz-corpus.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-600}
[ $# -eq 0 ] || shift

build=.build/fuzz
VARVE_FUZZ=1 swift build --configuration release --scratch-path "$build" --product varve-fuzz \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld \
    -Xcc -fsanitize=address,fuzzer-no-link -Xcxx -fsanitize=address,fuzzer-no-link
program=$build/release/varve-fuzz

# With its backtraces on, the Swift runtime would stop in the crash that libFuzzer wants to report.
export SWIFT_BACKTRACE=enable=no
mkdir -p .build/fuzz-findings
[ $# -gt 0 ] || set -- $("$program" --list)
for target; do
    seeds=Fuzz/corpus/$target
    found=.build/fuzz-corpus/$target
    log=.build/fuzz-findings/$target.log
    mkdir -p "$seeds" "$found"
    printf '%s: ' "$target"
    if ! "$program" "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 \
        -max_len=4096 -print_final_stats=1 -artifact_prefix=".build/fuzz-findings/$target-" \
        "$found" "$seeds" >"$log" 2>&1; then
        echo FOUND
        tail -n 40 "$log"
        input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
        echo "repeat: SWIFT_BACKTRACE=enable=no $program $target ${input:-INPUT}"
        exit 1
    fi
    sed -n 's/^stat::number_of_executed_units: */runs without a finding: /p' "$log"
done
