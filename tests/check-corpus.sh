#!/bin/bash
# check-corpus.sh - every fuzz target takes its whole corpus, in every build.
. "$(dirname "$0")/tap.sh"

replays() # TARGET FILE...
{
	local target=$1
	shift
	"$builddir/tests/fuzz/$target" "$@"
}

for source in "$srcdir"/tests/fuzz/fuzz_*.c; do
	target=$(basename "$source" .c)
	corpus=$srcdir/tests/fuzz/corpus/${target#fuzz_}
	[ -e "$source" ] || continue
	if [ -n "$(ls "$corpus" 2>/dev/null)" ]; then
		ok "$target" replays "$target" "$corpus"/*
	else
		ok "$target has a corpus" false
	fi
done
done_testing
