#!/bin/sh
# Builds the optimised engine bench and runs it with the given arguments.
set -eu
cd "$(dirname "$0")/.."
swift build --quiet --configuration release --product varve-bench
exec "$(swift build --configuration release --show-bin-path)/varve-bench" "$@"
