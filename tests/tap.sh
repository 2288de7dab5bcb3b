# tap.sh - the little that the checks share; sourced.
#
# A check calls ok NAME COMMAND... for each thing it holds to be true, and
# done_testing at the end. What the command prints is shown when it fails.
# shellcheck shell=bash

set -u
srcdir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
builddir=$(cd "${builddir:-.}" && pwd)
tap_count=0

ok() # NAME COMMAND [ARG...]
{
	local name=$1 output
	shift
	tap_count=$((tap_count + 1))
	if output=$("$@" 2>&1); then
		echo "ok $tap_count - $name"
	else
		echo "not ok $tap_count - $name"
		printf '%s\n' "$output" | sed 's/^/# /'
	fi
}

skip() # NAME REASON
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

have() # PROGRAM
{
	command -v "$1" >/dev/null 2>&1
}

# Succeed when the input is empty; else it is what is wrong.
nothing()
{
	! grep .
}

# The C files of the project, as the tarball has them.
c_files()
{
	(cd "$srcdir" && find src helpers tests bench -name '*.[ch]' | LC_ALL=C sort)
}

done_testing()
{
	echo "1..$tap_count"
}
