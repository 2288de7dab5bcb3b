#!/bin/bash
# build-deb.sh - builds the Debian package
#
# usage: packaging/build-deb.sh TARBALL OUTPUT-DIRECTORY
#
# TARBALL is what `make dist' made. The packages land in OUTPUT-DIRECTORY, with
# a .changes file for lintian; nothing else is left behind. The unit tests are
# run unless DEB_BUILD_OPTIONS has nocheck.
set -euo pipefail
[ $# = 2 ] || { sed -n '4,8s/^# \?//p' "$0" >&2; exit 2; }
tarball=$(realpath "$1")
mkdir -p "$2"
output=$(realpath "$2")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/cuddy"
tar -C "$work/cuddy" --strip-components=1 -xf "$tarball"
cp -a "$work/cuddy/packaging/debian" "$work/cuddy/debian"
cd "$work/cuddy"
dpkg-buildpackage --unsigned-changes --build=binary
find "$work" -maxdepth 1 -type f -exec mv -t "$output" {} +
