#!/bin/sh
# Reports, without changing anything, every deviation from the house format and its rules.
set -eu
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard -z -- '*.swift' |
    xargs -0 -r swift format lint --strict --parallel
