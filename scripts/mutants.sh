#!/bin/sh
# Breaks the engine on purpose, one patch of Mutants/ at a time, and checks that the simulator
# notices. Fails when a mutant survives, does not build, or its patch no longer applies.
#
#   scripts/mutants.sh [--json] [--seeds N] [NAME...]
#
# VARVE_MUTANTS_DIR is the scratch copy and its build (default: varve-mutants below TMPDIR).
set -eu
cd "$(dirname "$0")/.."
repository=$(pwd)
scratch=${VARVE_MUTANTS_DIR:-${TMPDIR:-/tmp}/varve-mutants}
seeds=2000
json=
while [ $# -gt 0 ]; do
    case $1 in
    --json) json=yes ;;
    --seeds) seeds=$2 && shift ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || set -- $(cd Mutants && ls -- *.patch | sed 's/\.patch$//')

# The copy keeps times, and files that are as they were are left alone: builds are incremental.
copy() {
    mkdir -p "$scratch/tree"
    git ls-files --cached --others --exclude-standard -- Package.swift Plugins Sources Tests Snippets |
        while IFS= read -r file; do
            [ -f "$file" ] || continue
            cmp -s "$file" "$scratch/tree/$file" || {
                mkdir -p "$scratch/tree/$(dirname "$file")"
                cp "$file" "$scratch/tree/$file"
            }
        done
    (cd "$scratch/tree" && find Plugins Sources Tests Snippets -type f) |
        while IFS= read -r file; do
            [ -f "$file" ] || rm "$scratch/tree/$file"
        done
}

build() {
    (cd "$scratch/tree" &&
        nice swift build --configuration release --product varve-simulate) \
        >"$scratch/build.log" 2>&1
}

apply() {
    (cd "$scratch/tree" && GIT_CEILING_DIRECTORIES=$scratch git apply "$@" \
        "$repository/Mutants/$mutant.patch") 2>/dev/null
}

# Runs the mutant; sets verdict and detail.
try_mutant() {
    if ! apply --check; then
        verdict='does not apply' detail=
        return
    fi
    apply
    if ! build; then
        verdict='does not build'
        detail=$(grep -m 1 'error:' "$scratch/build.log" || true)
    else
        status=0
        options=$(sed -n 's/^Run with: //p' "$repository/Mutants/$mutant.patch")
        # Unquoted: none, or several.
        timeout 600 "$scratch/tree/.build/release/varve-simulate" --seeds "$seeds" \
            $options --violations 1 >"$scratch/run.log" 2>&1 || status=$?
        case $status in
        0) verdict=survived detail="$seeds seeds" ;;
        1) verdict=caught detail=$(grep -m 1 '^seed ' "$scratch/run.log" || true) ;;
        124) verdict=caught detail='it hangs' ;;
        *) verdict=caught detail="it traps (status $status)" ;;
        esac
    fi
    apply --reverse
}

copy
if ! build; then
    tail -20 "$scratch/build.log" >&2
    exit 1
fi
survivors=0
rows=
[ -n "$json" ] || printf '%-24s %-15s %s\n' mutant verdict 'seconds, and what was seen first'
for mutant in "$@"; do
    start=$(date +%s)
    try_mutant
    seconds=$(($(date +%s) - start))
    [ "$verdict" = caught ] || survivors=$((survivors + 1))
    if [ -n "$json" ]; then
        detail=$(printf '%s' "$detail" | tr -d '\\"')
        rows="$rows${rows:+,}{\"mutant\":\"$mutant\",\"verdict\":\"$verdict\",\"seconds\":$seconds,\"detail\":\"$detail\"}"
    else
        printf '%-24s %-15s %4s %s\n' "$mutant" "$verdict" "$seconds" "$detail"
    fi
done
if [ -n "$json" ]; then
    printf '{"mutants":%s,"survivors":%s,"results":[%s]}\n' "$#" "$survivors" "$rows"
else
    printf '%s mutants, %s not caught\n' "$#" "$survivors"
fi
[ "$survivors" -eq 0 ]
