#!/bin/bash
# check-packages.sh - a library that configure asks for is installed by
# quickstart and required by the packages.
. "$(dirname "$0")/tap.sh"

# DEBIAN FEDORA: the packages of each library, from configure.ac's rows.
rows()
{
	sed -nE 's/^CUDDY_LIBRARY\(.*\[([^]]+)\], *\[([^]]+)\]\)$/\1 \2/p' "$srcdir/configure.ac"
	sed -nE 's/.*CUDDY_MISSING\(.*\[([^]]+)\], *\[([^]]+)\]\).*/\1 \2/p' "$srcdir/configure.ac"
}

named_in() # WORD FILE
{
	grep -qwF -- "$1" "$srcdir/$2"
}

while read -r debian fedora; do
	ok "quickstart installs $debian" named_in "$debian" quickstart
	ok "the Debian package is built with $debian" named_in "$debian" packaging/debian/control
	ok "the RPM is built with $fedora" named_in "$fedora" packaging/cuddy.spec
done < <(rows)
ok "there are such rows" test "$tap_count" -gt 20
done_testing
