# helpers.bash - what the system tests share; loaded by each with `load helpers`.
#
# run.sh has made for every file: a store (XDG_DATA_HOME), a runtime directory, a
# home and TMPDIR, all empty; FIXTURES (fixtures.sh) to read.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

CUDDY_DATA=$XDG_DATA_HOME/cuddy
CUDDY_RUN=$XDG_RUNTIME_DIR/cuddy
REGISTRY=$T/registry

# ---- running cuddy

# No test waits for ever. Its own process group is kept, so terminals work.
cuddy()
{
	timeout --foreground -k 5 "${CUDDY_TIMEOUT:-60}" "$CUDDY" "$@"
}

# Run cuddy; it must succeed. $output is its standard output, $stderr the other.
cuddy_ok() # ARG...
{
	run --separate-stderr cuddy "$@"
	[ "$status" = 0 ] || explain "cuddy $*: exit code $status"
}

# Run cuddy; it must fail with CODE and one line "Error: ..." that contains TEXT.
cuddy_fails() # CODE TEXT ARG...
{
	local code=$1 text=$2 expect=()
	shift 2
	# else bats warns that a command may not be there
	[ "$code" != 127 ] || expect=(-127)
	run "${expect[@]}" --separate-stderr cuddy "$@"
	[ "$status" = "$code" ] || explain "cuddy $*: exit code $status, not $code"
	[ "$(grep -c '^Error: ' <<<"$stderr")" = 1 ] || explain "cuddy $*: not one line that begins with Error:"
	grep '^Error: ' <<<"$stderr" | grep -qiF -- "$text" || explain "cuddy $*: the error does not say $text"
	[ "$code" != 125 ] || [ -z "$output" ] || explain "cuddy $*: failed, but printed something"
}

# A container of busybox that is removed at its end, without a network.
bb() # ARG... of the command
{
	cuddy run --rm --network=none busybox "$@"
}

explain() # WHAT IS WRONG
{
	printf '%s\n' "$1" "--- stdout" "${output-}" "--- stderr" "${stderr-}" >&2
	return 1
}

# ---- comparing

equal() # GOT WANTED
{
	[ "$1" = "$2" ] || explain "got <$1>, wanted <$2>"
}

contains() # TEXT PART
{
	[[ $1 == *"$2"* ]] || explain "<$2> is not in <$1>"
}

lacks() # TEXT PART
{
	[[ $1 != *"$2"* ]] || explain "<$2> is in <$1>"
}

# ---- images

import_busybox()
{
	cuddy import -q "$FIXTURES/busybox.tar" busybox >/dev/null
}

pull_fixture() # NAME [AS]: an image of the fixtures' layout
{
	local id
	id=$(cuddy pull -q "oci:$FIXTURES/layout:$1")
	cuddy tag "$id" "${2:-$1}"
}

# Write a tar of the lines of standard input (tools/mktar.py). Prints nothing.
mktar() # [--format F] OUT
{
	python3 "$T/tests/tools/mktar.py" "$@"
}

# The same lines on busybox's root, imported as NAME.
import_lines() # NAME [IMPORT-OPTION...]
{
	local name=$1
	shift
	mktar "$TMPDIR/$name.lines.tar"
	cp "$FIXTURES/busybox.tar" "$TMPDIR/$name.tar"
	tar --concatenate -f "$TMPDIR/$name.tar" "$TMPDIR/$name.lines.tar"
	cuddy import -q "$@" "$TMPDIR/$name.tar" "$name" >/dev/null
	rm "$TMPDIR/$name.tar" "$TMPDIR/$name.lines.tar"
}

registry() # tls|plain: its address
{
	cat "$REGISTRY/registry.$1"
}

# ---- what is left behind

# Names of all that belongs to containers, and the store's upper levels.
listing()
{
	(
		cd "$CUDDY_DATA" && find . -maxdepth 3 | LC_ALL=C sort
		cd "$CUDDY_RUN" && find . | LC_ALL=C sort
	) 2>/dev/null
}

# Processes of cuddy that work on this file's store.
own_processes()
{
	local dir comm
	for dir in /proc/[0-9]*; do
		read -r comm <"$dir/comm" || continue
		case $comm in
		cuddy* | slirp4netns | pasta* | passt* | fuse-overlayfs)
			tr '\0' '\n' <"$dir/environ" | grep -qx "XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR" || continue
			echo "${dir#/proc/} $comm"
			;;
		esac
	done 2>/dev/null
}

# Wait until COMMAND succeeds, a few seconds at most.
eventually() # COMMAND...
{
	local i
	for ((i = 0; i < 200; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.05
	done
	explain "waited in vain for: $*"
}

nothing_runs()
{
	[ -z "$(own_processes)" ]
}

# No container, process or mount of this file's is left.
nothing_left()
{
	eventually nothing_runs
	equal "$(cuddy ps -aq)" ""
	equal "$(find "$CUDDY_DATA/containers" -mindepth 1 ! -path '*/names' 2>/dev/null)" ""
	equal "$(find "$CUDDY_RUN" -mindepth 1 -maxdepth 1 -type d 2>/dev/null | grep -E '/[0-9a-f]{64}$')" ""
	equal "$(grep "$XDG_DATA_HOME" /proc/self/mountinfo)" ""
}

# ---- what the machine can do

# In CI everything that can be installed must be: there, missing is an error.
missing() # WHAT
{
	[ -z "${CI-}" ] || explain "$1 is missing, which this machine could have"
	skip "$1"
}

need() # PROGRAM...
{
	local program
	for program; do
		command -v "$program" >/dev/null || missing "no $program here"
	done
}

need_network()
{
	need slirp4netns
	[ -w /dev/net/tun ] || missing "/dev/net/tun is closed"
}
