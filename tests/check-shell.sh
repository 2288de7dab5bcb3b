#!/bin/bash
# check-shell.sh - the project's scripts pass shellcheck.
. "$(dirname "$0")/tap.sh"

scripts()
{
	(cd "$srcdir" && {
		grep -rlIE '^#!/(bin|usr/bin)/(env )?(ba)?sh' quickstart .ci build-aux/sources \
			build-aux/make-hello-image tests bench packaging
		find tests -name '*.bats' -o -name '*.bash'
	} 2>/dev/null | LC_ALL=C sort -u)
}

passes() # SCRIPT: some that it sources are found from its own folder
{
	(cd "$srcdir" && shellcheck -x -P SCRIPTDIR -s "$(dialect "$1")" "$1")
}

dialect() # SCRIPT
{
	case $1 in
	*.bats) echo bats ;;
	*) if head -n 1 "$srcdir/$1" | grep -q '/sh$'; then echo sh; else echo bash; fi ;;
	esac
}

if have shellcheck; then
	for script in $(scripts); do
		ok "$script" passes "$script"
	done
else
	skip shellcheck "not installed"
fi
done_testing
