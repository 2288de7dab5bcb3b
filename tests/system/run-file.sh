#!/bin/bash
# run-file.sh - runs one bats file for prove, in the account that it asks for.
#
# usage: run-file.sh FILE.bats		with what run.sh exports
#
# Whoever starts it, the file finds a home, a store, a runtime directory and a
# temporary directory of its own, and no environment but what is set here.
set -euo pipefail
file=$1
name=$(basename "$file" .bats)
work=$T/work/$name
result=$T/results/$name.bats.tap
account=$(sed -n 's/^# account: *//p' "$file")
limit=${LIMIT:-600}
[ -z "$SANITIZED" ] || limit=1800

skip_all() # REASON
{
	echo "1..0 # SKIP $1"
	echo "ok - $name # SKIP $1" >"$result"
	exit 0
}

drop=()
if [ "$(id -u)" = 0 ]; then
	case $account in
	root) user=root ;;
	single) user=$SINGLE ;;
	*) user=$PLAIN ;;
	esac
	[ "$user" = root ] || drop=(setpriv --reuid "$user" --regid "$user" --init-groups)
else
	user=$PLAIN
	case $account in
	root | single) skip_all "needs root, which makes the account $account" ;;
	esac
fi
mkdir -m 700 "$work"
mkdir "$work"/{home,data,run,tmp}
chmod 700 "$work/run"
chown -R "$user:" "$work"
cd "$work/tmp"

status=0
"${drop[@]}" env -i PATH="$T/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
	HOME="$work/home" USER="$user" LOGNAME="$user" SHELL=/bin/bash TERM=xterm LANG=C.UTF-8 \
	XDG_DATA_HOME="$work/data" XDG_RUNTIME_DIR="$work/run" TMPDIR="$work/tmp" \
	T="$T" FIXTURES="$FIXTURES" CUDDY="$T/bin/cuddy" SANITIZED="$SANITIZED" ${CI:+CI="$CI"} \
	ASAN_OPTIONS="log_path=$T/reports/asan" UBSAN_OPTIONS="log_path=$T/reports/ubsan:print_stacktrace=1" \
	timeout -k 10 "$limit" bats --formatter tap "$file" >"$result" 2>&1 </dev/null || status=$?
# a file that was cut short has no result for its last tests
[ $status = 0 ] || grep -q '^not ok' "$result" || echo "not ok - $name ended with $status" >>"$result"
# not a pipe: what a broken test leaves behind may hold it for ever
cat "$result"
exit $status
