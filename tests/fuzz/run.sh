#!/bin/bash
# run.sh - runs each fuzz target for a while, from its committed corpus; TAP.
#
# usage: run.sh SRCDIR TARGET...           (make check-fuzz)
#
# Environment: FUZZ_SECONDS for each target (30), FUZZ_JOBS at once (processors).
# New inputs go to a temporary folder: what a target found stays only if it is a
# failure, as crash-* or the like in the current folder, and its log is shown.
set -u
srcdir=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each input is bounded in time and memory like a command of a user's.
fuzz() # TARGET
{
	local name=${1##*/fuzz_}
	local corpus=$srcdir/tests/fuzz/corpus/$name options=()
	mkdir -p "$work/$name"
	[ ! -d "$corpus" ] || options+=("$corpus")
	[ ! -f "$corpus.dict" ] || options+=("-dict=$corpus.dict")
	"./$1" -max_total_time="${FUZZ_SECONDS:-30}" -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix="$name-" -print_final_stats=1 \
		"$work/$name" "${options[@]}" >"$work/$name.log" 2>&1
	echo $? >"$work/$name.status"
}

for target; do
	while [ "$(jobs -rp | wc -l)" -ge "${FUZZ_JOBS:-$(nproc)}" ]; do
		wait -n
	done
	fuzz "$target" &
done
wait

count=0 failed=0
for target; do
	name=${target##*/fuzz_}
	count=$((count + 1))
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")
	if [ "$(cat "$work/$name.status")" = 0 ]; then
		echo "ok $count - fuzz $name: $runs inputs"
	else
		failed=1
		echo "not ok $count - fuzz $name"
		tail -n 40 "$work/$name.log" | sed 's/^/# /'
	fi
done
echo "1..$count"
exit $failed
