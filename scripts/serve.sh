#!/bin/sh
# Builds the optimised server and becomes it. Arguments go to `varve serve`; VARVE_… settings come from outside.
set -eu
cd "$(dirname "$0")/.."
swift build --quiet --configuration release --product varve
exec "$(swift build --configuration release --show-bin-path)/varve" serve "$@"
