#!/bin/sh
# Rewrites every Swift file of the repository in the house format.
set -eu
cd "$(dirname "$0")/.."
find Package.swift Plugins Sources Tests Snippets Fuzz -name '*.swift' -not -path '*/.build/*' -print0 |
    xargs -0 -r swift format --in-place --parallel
