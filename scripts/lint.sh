#!/bin/sh
# Reports, without changing anything, every deviation from the house format and its rules.
set -eu
cd "$(dirname "$0")/.."
find Package.swift Plugins Sources Tests Snippets Fuzz -name '*.swift' -not -path '*/.build/*' -print0 |
    xargs -0 -r swift format lint --strict --parallel
