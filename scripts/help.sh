#!/bin/sh
# Prints the commands of a Makefile: every rule that carries a `## …` line, with that line.
set -eu
sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)$/\1\t\2/p' "$1" |
    while IFS="$(printf '\t')" read -r name meaning; do
        printf 'make %-9s %s\n' "$name" "$meaning"
    done
