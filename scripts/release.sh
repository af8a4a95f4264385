#!/bin/sh
# Builds the optimised programs and prints their paths.
set -eu
cd "$(dirname "$0")/.."
swift build --configuration release --product varve
swift build --configuration release --product varve-bench
programs=$(swift build --configuration release --show-bin-path)
printf '%s\n' "$programs/varve" "$programs/varve-bench"
