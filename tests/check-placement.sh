#!/bin/bash
# check-placement.sh - what may be done in few places only is done nowhere else:
# ending the process, making processes, printing to the terminal.
. "$(dirname "$0")/tap.sh"

# Calls of FUNCTIONS (a regular expression) in src/, outside of the ALLOWED files.
# Comments and strings do not count, nor do longer names that end the same way.
calls() # FUNCTIONS ALLOWED
{
	(cd "$srcdir" && find src -name '*.c' | LC_ALL=C sort | grep -Ev "^src/($2)\$") \
		| while read -r file; do
			"${CC%% *}" -fpreprocessed -dD -E -P -x c "$srcdir/$file" 2>/dev/null \
				| sed 's/"[^"]*"/""/g' \
				| grep -E "(^|[^[:alnum:]_>.])($1)[[:space:]]*\(" \
				| sed "s|^|$file: |"
		done
}

only_in() # FUNCTIONS ALLOWED
{
	calls "$1" "$2" | nothing
}

CC=${CC:-cc}
# Where a process is made, its child ends: namespaces (userns), containers
# (runtime), their monitors (engine/monitor.c, started by start.c), programs.
makers='userns/.*|runtime/(spawn|child.*|enter)\.c|engine/(start|monitor)\.c|util/(kernel|proc)\.c'
ok "exit only where a program ends" \
	only_in '_?exit|_Exit|quick_exit|err|errx' "main\.c|util/alloc\.c|$makers"
ok "abort only where nothing else can be done" \
	only_in 'abort|assert' 'util/(alloc|path)\.c|engine/monitor\.c'
ok "fork and clone only where processes are made" \
	only_in 'v?fork|clone3?|posix_spawnp?|system|popen|daemon' "$makers"
ok "no unbounded string functions" \
	only_in 'strcat|sprintf|vsprintf|gets|alloca|strtok|tmpnam|mktemp' none
done_testing
