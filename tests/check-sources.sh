#!/bin/bash
# check-sources.sh - the lists of files in Makefile.am are what is in the tree.
. "$(dirname "$0")/tap.sh"

ok "build-aux/sources finds nothing to change" sh "$srcdir/build-aux/sources" --check
done_testing
