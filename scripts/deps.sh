#!/bin/sh
# Installs the Debian packages that building and testing need. Installed already: says nothing, asks for nothing.
# Otherwise it needs root or sudo. Elsewhere than on Debian it only checks that the libraries are found.
set -eu

packages='
    make
    pkg-config
    libc6-dev
    libstdc++-12-dev
    libssl-dev
    openssl
    libsimdjson-dev
    librocksdb-dev
    libre2-dev
    libzstd-dev
    liblz4-dev
    zlib1g-dev
    libprotobuf-c-dev
    protobuf-c-compiler
    protobuf-compiler
    python3-protobuf
    libcurl4
    libxml2
    libncurses6
    libsqlite3-0
    binutils
    tzdata
    curl
'

if ! command -v swift >/dev/null 2>&1; then
    echo 'deps: swift is not on the PATH; Swift 6.3 is needed (https://www.swift.org/install/linux/)' >&2
    exit 1
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
    if pkg-config --exists libcrypto simdjson rocksdb re2 libzstd liblz4 zlib libprotobuf-c; then
        exit 0
    fi
    echo "deps: not a Debian system; install what these packages hold:" $packages >&2
    exit 1
fi

missing=
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root='sudo --preserve-env=DEBIAN_FRONTEND'
else
    echo "deps: these packages are missing and need root or sudo to install:$missing" >&2
    exit 1
fi

echo "deps: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -qq update
$as_root apt-get -qq install --yes --no-install-recommends $missing >/dev/null
