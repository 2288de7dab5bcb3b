#!/bin/bash
# run.sh - runs the system tests: the tool as its users have it.
#
# usage: run.sh BUILD_DIR [FILE.bats...]
#
# By root the files run in accounts made for this run: one with subordinate ids,
# one without, root itself; a line "# account: plain|single|root" of the file says
# which. By anybody else the caller is the plain account, and files for the others
# are skipped. Each file has a home, a store and a runtime directory of its own
# below a private directory, so files run side by side (JOBS of them).
# Whatever was made is removed at the end: accounts, files, processes, and the
# modes of devices that had to be opened.
#
# TAP goes to standard output, file by file, then prove's counts. In CI (CI=true) a
# test that is skipped for something that could be there fails. KEEP=1 keeps the
# private directory, LIMIT is how many seconds a file may take.
# shellcheck disable=SC2317 # it does not see what traps call
set -euo pipefail
export here build T
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
shift
T=$(mktemp -d /tmp/cuddy-tests.XXXXXX)
chmod 755 "$T"
mkdir "$T"/{bin,work,results,reports,registry}
chmod 1777 "$T"/{work,reports,registry}
export PLAIN SINGLE FIXTURES SANITIZED

am_root()
{
	[ "$(id -u)" = 0 ]
}

# ---- accounts

# The first of 65536 numbers above every range of FILE.
free_range()
{
	awk -F: -v first=200000 '$2 + $3 > first { first = $2 + $3 } END { print first }' "$1"
}

make_account() # NAME: --system gives it no subordinate ids
{
	useradd --system --no-create-home --home-dir "$T" --user-group --shell /bin/bash "$1"
}

make_accounts()
{
	local uid gid
	PLAIN=cuddy-t$$ SINGLE=cuddy-s$$
	make_account "$PLAIN"
	touch /etc/subuid /etc/subgid
	uid=$(free_range /etc/subuid) gid=$(free_range /etc/subgid)
	usermod --add-subuids "$uid-$((uid + 65535))" --add-subgids "$gid-$((gid + 65535))" "$PLAIN"
	make_account "$SINGLE"
	first_subuid=$uid
}

# Processes that belong to an account or to one of its subordinate ids.
account_processes()
{
	local account own=" "
	for account in "$PLAIN" "$SINGLE"; do
		own+="$(id -u "$account") "
	done
	# what has ended and waits for init to notice is no process any more
	ps -eo pid=,uid=,stat=,args= | awk -v own="$own" -v first="$first_subuid" \
		'$3 !~ /^Z/ && (index(own, " " $2 " ") || ($2 >= first && $2 < first + 65536))'
}

remove_accounts()
{
	local account pid
	for pid in $(account_processes | awk '{ print $1 }'); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	for account in "$PLAIN" "$SINGLE"; do
		for _ in 1 2 3 4 5; do
			userdel "$account" 2>/dev/null && break
			sleep 0.2
		done
	done
}

# ---- the machine

# What udev opens for everybody on a real machine is closed in some containers.
opened=()
open_device() # PATH
{
	if [ -c "$1" ] && [ "$(stat -c %a "$1")" != 666 ]; then
		opened+=("$1 $(stat -c %a "$1")")
		chmod 666 "$1"
	fi
}

clean()
{
	local entry
	trap - EXIT
	if [ -s "$T/registry/pid" ]; then
		xargs kill <"$T/registry/pid" || true
	fi
	if am_root; then
		[ -z "${PLAIN-}" ] || remove_accounts
		for entry in "${opened[@]}"; do
			chmod "${entry#* }" "${entry% *}"
		done
	fi
	if [ -n "${KEEP-}" ]; then
		echo "# kept: $T"
	elif am_root; then
		rm -rf "$T"
	else
		# what subordinate ids own only the namespace's root can remove
		"$T/bin/cuddy" --root "$T/none" --runroot "$T/none.run" unshare rm -rf "$T/work" || true
		rm -rf "$T"
	fi
}

# The programs and the tests, where the accounts can read them.
copy_programs()
{
	find "$build" -maxdepth 1 -type f \( -name 'cuddy*' -o -name 'hello.tar' -o -name '*.json' \) \
		-exec cp -t "$T/bin" {} +
	cp -R "$here" "$T/tests"
	cp "$here/../../README.md" "$T/" 2>/dev/null || true
	chmod -R a+rX "$T/bin" "$T/tests"
	SANITIZED=
	! grep -q __asan_init "$T/bin/cuddy" || SANITIZED=1
}

# Run as the plain account, with nothing of the caller's environment.
as_plain()
{
	local drop=()
	! am_root || drop=(setpriv --reuid "$PLAIN" --regid "$PLAIN" --init-groups)
	"${drop[@]}" env -i PATH="$PATH" HOME="$T/registry" XDG_RUNTIME_DIR="$T/registry" T="$T" FIXTURES="$FIXTURES" "$@"
}

# ---- the run

by_duration() # FILE...: the slow ones first, so that none is left alone at the end
{
	grep -l '^# slow' "$@" || true
	grep -L '^# slow' "$@" || true
}

# What no test by itself can see.
final_checks()
{
	local left
	echo "# at the end"
	if am_root; then
		left=$(account_processes | grep -v docker-registry || true)
		result "no process is left" "$left"
	fi
	result "nothing is mounted" "$(grep "$T" /proc/self/mountinfo || true)"
	result "nothing was written to the home directories" \
		"$(find "$T"/work/*/home -mindepth 1 ! -path '*/home/expected*' 2>/dev/null | head)"
	if [ -n "$SANITIZED" ]; then
		# a process that is killed while it looks for its leaks says so, and has found none
		result "the sanitizers have found nothing" "$(cat "$T"/reports/* 2>/dev/null \
			| grep -v 'Unable to get registers from thread' | head -n 50)"
	fi
}

result() # NAME WHAT-IS-WRONG
{
	if [ -z "$2" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		printf '%s\n' "$2" | sed 's/^/#   /'
		status=1
	fi
}

status=0
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
FIXTURES=$(bash "$here/fixtures.sh")
if am_root; then
	make_accounts
	open_device /dev/net/tun
	open_device /dev/fuse
else
	PLAIN=$(id -un) SINGLE=
	if [ ! -r /etc/subuid ] || ! grep -q "^$PLAIN:" /etc/subuid; then
		echo "# $PLAIN has no subordinate ids: expect failures"
	fi
fi
copy_programs
as_plain bash "$T/tests/registry.sh" start

files=()
for file; do
	files+=("$T/tests/$(basename "$file")")
done
[ ${#files[@]} -gt 0 ] || files=("$T"/tests/*.bats)
mapfile -t files < <(by_duration "${files[@]}")
prove -j"${JOBS:-$(nproc)}" --merge --timer --exec "bash $T/tests/run-file.sh" "${files[@]}" \
	>"$T/prove.log" 2>&1 || status=1
for file in "${files[@]}"; do
	name=$(basename "$file")
	echo "# $name"
	sed '/^1\.\./d' "$T/results/$name.tap"
done
final_checks
sed 's/^/# /' "$T/prove.log"
exit $status
