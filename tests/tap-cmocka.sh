#!/bin/bash
# tap-cmocka.sh - runs a cmocka program and makes good TAP of its output.
#
# usage: tap-cmocka.sh PROGRAM [ARG...]
#
# cmocka 1.1 calls a skipped test "not ok", and prints a plan for each group of
# tests. A program that ends badly without saying which test failed is itself a
# failed test. UNIT_WRAPPER, if set, is a command to run the program under.
set -u
{
	# shellcheck disable=SC2086 # the wrapper is a command with its options
	CMOCKA_MESSAGE_OUTPUT=TAP ${UNIT_WRAPPER-} "$@"
	echo "status: $?"
} | awk -v program="${1##*/}" '
	/^1\.\.[0-9]+/ { next }
	/^(not )?ok - / { print "# " $0; next }         # the summary of a group
	/^(not )?ok [0-9]/ {
		skip = /# SKIP/
		bad = /^not/ && !skip
		failed += bad
		sub(/^(not )?ok [0-9]+( - )?/, "")
		print (bad ? "not ok " : "ok ") ++n (skip ? " " : " - ") $0
		next
	}
	/^status: [0-9]+$/ { status = $2; next }
	{ print }
	END {
		if (status && !failed)
			print "not ok " ++n " - " program " ended with status " status
		print "1.." n + 0
	}'
