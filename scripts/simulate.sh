#!/bin/sh
# Builds the optimised simulator and runs it with the given arguments.
set -eu
cd "$(dirname "$0")/.."
swift build --quiet --configuration release --product varve-simulate
exec "$(swift build --configuration release --show-bin-path)/varve-simulate" "$@"
