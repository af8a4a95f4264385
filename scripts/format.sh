#!/bin/sh
# Rewrites every Swift file of the repository in the house format.
set -eu
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard -z -- '*.swift' |
    xargs -0 -r swift format --in-place --parallel
