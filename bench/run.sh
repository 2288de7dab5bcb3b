#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - how fast is cuddy, next to its peers and to what the kernel takes.
#
#     bench/run.sh [start] [net] [pull] [memory]        default: all
#
#   start    run --rm --network=none IMAGE true    cuddy, podman, crun, bwrap, floor
#   net      run --rm IMAGE true (default network) cuddy, podman, floor
#   pull     a three-layer image from a registry on loopback
#                                                  cuddy, podman, floor-pull.sh
#   memory   peak resident memory of that pull     cuddy, podman
#
# Everything is measured in one go, in turn (see timeit.c), because a figure from
# another hour or machine cannot be compared; what is printed are ratios, and
# the milliseconds only to give them a scale. A peer that is not installed is
# named and counted, never silently left out.
#
# Environment:
#   CUDDY             the program to measure (default: cuddy from PATH)
#   CC                C compiler (cc)
#   BENCH_RUNS        rounds of start and net (40)
#   BENCH_PULL_RUNS   rounds of pull (3)
#   BENCH_PULL_MB     size of the image unpacked (1600)
#   BENCH_SEED        of its content (1)
#   BENCH_IMAGES      directory to keep generated layers in, for the next time
#   BENCH_STORE       where pulls go: tmpfs (default), ext4 (a new one on a loop
#                     device each time), dir (a new directory in BENCH_TMP).
#                     ext4 is several times slower for a while where many
#                     inodes were just deleted, so a used one tells nothing.
#                     The first two need root; without it, dir.
#   BENCH_TMP         where the temporary directory is made (TMPDIR, /tmp)
#   BENCH_USER        called by root: the account to measure as. Default: one
#                     with subordinate ids is made, and removed at the end
#   BENCH_STRICT      1: exit 1 when a target is missed
#
# Nothing stays: processes are ended by pid, mounts, loop devices, the account
# and the temporary directory removed, also when interrupted.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
user=$(id -un)  # whom we measure as
made_user=      # the account we made, if we did
tun_mode=       # what /dev/net/tun had before
tmp=            # everything of ours is in here
missing=()      # what could not be measured, and why
targets=0 met=0 # how many there were

say() { printf '%s\n' "$*" >&2; }
die() { say "Error: bench: $1"; [ $# -lt 2 ] || say "$2"; exit 1; }
have() { command -v "$1" >/dev/null; }

# ---- a fresh place for each pull ---------------------------------------------
# `run.sh @fresh KIND DIR OWNER` is what timeit calls before each pull: away with
# what DIR held, and a new file system there. Not part of the time.

store_clear() { # KIND DIR
	local loop
	if mountpoint -q "$2"; then
		loop=$(findmnt -n -o SOURCE "$2")
		umount "$2"
		if [[ $loop == /dev/loop* ]]; then
			losetup -d "$loop" 2>/dev/null || true # umount may have done it
		fi
	fi
	rm -f "$2".ext4.*
	tree_remove "$2"
}

store_fresh() { # KIND DIR OWNER
	local file
	store_clear "$1" "$2"
	mkdir -p "$2"
	case $1 in
	tmpfs) mount -t tmpfs -o mode=755,size=80% bench "$2" ;;
	ext4)
		# A new backing file each time: the last one may still be held by
		# a mount namespace on its way out.
		file=$(mktemp "$2.ext4.XXXXXX")
		truncate -s 16G "$file"
		mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$file"
		mount -o loop "$file" "$2"
		rmdir "$2/lost+found"
		;;
	esac
	mkdir -m 700 "$2/run" "$2/tmp"
	[ "$EUID" -ne 0 ] || chown "$3:" "$2" "$2/run" "$2/tmp"
}

# Remove a directory, in which files may belong to subordinate ids: root may do
# that as it is, anybody else from a user namespace in which they are mapped.
tree_remove() {
	[ -e "$1" ] || return 0
	rm -rf --one-file-system "$1" 2>/dev/null ||
		unshare --map-root-user --map-auto rm -rf --one-file-system "$1" ||
		say "bench: could not remove all of $1"
}

if [ "${1-}" = @fresh ]; then
	shift
	store_fresh "$@"
	exit
fi

# ---- set up and clean up -----------------------------------------------------

cleanup() {
	local pid
	trap '' INT TERM
	for pid in $(jobs -p); do # the registry, timeit, gzips: a group each
		kill -- "-$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	if [ -n "$tmp" ]; then
		pause_end
		store_clear "$store_kind" "$tmp/store" || true
		tree_remove "$tmp"
	fi
	[ -z "$tun_mode" ] || chmod "$tun_mode" /dev/net/tun
	[ -z "$made_user" ] || account_remove
}

# podman's pause process, if podman made one outside of timeit. It lives on in
# the hope of more to come.
pause_end() {
	local pid
	pid=$(cat "$tmp/run/libpod/tmp/pause.pid" 2>/dev/null) || return 0
	[ "$(stat -c %U "/proc/$pid" 2>/dev/null)" != "$user" ] || kill "$pid" || true
}

# The account is of this run alone, so every process of its is as well.
account_remove() {
	local tries pid owner busy
	for ((tries = 0; tries < 50; tries++)); do
		busy=
		while read -r owner pid; do
			[ "$owner" = "$made_user" ] || continue
			busy=1
			kill -KILL "${pid#/proc/}" 2>/dev/null || true
		done < <(stat -c '%U %n' /proc/[0-9]* 2>/dev/null)
		[ -n "$busy" ] || break
		sleep 0.1
	done
	userdel "$made_user" || say "bench: the account $made_user is still there"
}

# As root: an account to become. `as` is put before every command we measure; it
# also gives it an environment of its own, so nobody's configuration counts.
account() {
	if [ "$EUID" -ne 0 ]; then
		grep -q "^\($user\|$EUID\):" /etc/subuid ||
			die "$user has no subordinate ids, and the floor needs them" \
				"Hint: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user"
		return
	fi
	if [ -n "${BENCH_USER-}" ]; then
		user=$BENCH_USER
		id "$user" >/dev/null || die "no account $user"
	else
		user=cuddybench$$
		useradd --no-create-home --home-dir "$tmp/home" --shell /bin/sh "$user"
		made_user=$user
	fi
	grep -q "^\($user\|$(id -u "$user")\):" /etc/subuid ||
		usermod --add-subuids 10000000-10065535 --add-subgids 10000000-10065535 "$user"
	chown "$user:" "$tmp"
}

as_user() { # sets the array `as`: run a command as $user, with clean environment
	as=()
	[ "$EUID" -ne 0 ] ||
		as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups)
	as+=(env -i "PATH=$PATH:/usr/sbin:/sbin" "USER=$user" LANG=C.UTF-8 "HOME=$tmp/home")
}

# The root file system that everything starts: one static program.
rootfs_make() {
	local busybox
	busybox=$(command -v busybox) || die "no busybox" "Hint: install busybox-static"
	mkdir -p "$tmp"/rootfs/{bin,dev,proc,sys,etc,tmp,run} "$tmp/scratch"
	cp -L "$busybox" "$tmp/rootfs/bin/busybox"
	"$tmp/rootfs/bin/busybox" --list | while read -r name; do
		[ "$name" = busybox ] || ln -s busybox "$tmp/rootfs/bin/$name"
	done
	echo 'root:x:0:0:root:/:/bin/sh' >"$tmp/rootfs/etc/passwd"
	tar -C "$tmp/rootfs" --owner=0 --group=0 --numeric-owner -cf "$tmp/busybox.tar" .
}

# What crun alone starts: the same file system, ids, namespaces and mounts as the
# floor (but no overlay, which is not a runtime's work).
bundle_make() {
	local id sub
	id=$(id -u "$user")
	sub=$(awk -F: -v u="$user" -v i="$id" '$1 == u || $1 == i { print $2; exit }' /etc/subuid)
	mkdir "$tmp/bundle"
	cat >"$tmp/bundle/config.json" <<-END
	{
	 "ociVersion": "1.0.0", "hostname": "bench",
	 "process": { "args": ["true"], "cwd": "/", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0} },
	 "root": { "path": "$tmp/rootfs", "readonly": false },
	 "mounts": [
	  { "destination": "/proc", "type": "proc", "source": "proc" },
	  { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"] },
	  { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "nodev", "noexec", "ro"] }
	 ],
	 "linux": {
	  "uidMappings": [ { "containerID": 0, "hostID": $id, "size": 1 },
	                   { "containerID": 1, "hostID": $sub, "size": 65536 } ],
	  "gidMappings": [ { "containerID": 0, "hostID": $(id -g "$user"), "size": 1 },
	                   { "containerID": 1, "hostID": $sub, "size": 65536 } ],
	  "namespaces": [ {"type": "user"}, {"type": "mount"}, {"type": "pid"}, {"type": "network"},
	                  {"type": "ipc"}, {"type": "uts"}, {"type": "cgroup"} ]
	 }
	}
	END
}

# The floor and the helpers. The floor is static where the C library allows.
programs_build() {
	local cc=${CC:-cc} name
	have "${cc%% *}" || die "no C compiler" "Hint: set CC"
	for name in floor timeit mklayer; do
		$cc -std=gnu17 -O2 -static -o "$tmp/$name" "$here/$name.c" 2>/dev/null ||
			$cc -std=gnu17 -O2 -o "$tmp/$name" "$here/$name.c" ||
			die "cannot build $name.c"
	done
}

# Native overlay for podman, in our directory; without a systemd session its
# defaults do not start, so say what it would find out by itself on one.
podman_configure() {
	podman=(podman --log-level=error --cgroup-manager=cgroupfs --events-backend=file)
	mkdir -p "$tmp/home/.config/containers"
	printf '[storage]\ndriver = "overlay"\n' >"$tmp/home/.config/containers/storage.conf"
}

setup() {
	tmp=$(mktemp -d "${BENCH_TMP:-${TMPDIR:-/tmp}}/cuddy-bench.XXXXXX")
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	chmod 755 "$tmp"
	mkdir "$tmp/home"
	mkdir -m 700 "$tmp/run"
	account
	as_user
	programs_build
	rootfs_make
	bundle_make
	podman_configure
	cp "$here/floor-pull.sh" "$tmp/" # the account may not reach the source tree
	[ "$EUID" -ne 0 ] || chown -R "$user:" "$tmp"
	as_run=("${as[@]}" "XDG_RUNTIME_DIR=$tmp/run" "XDG_DATA_HOME=$tmp/data")
}

# Can the account execute PROGRAM?
able() {
	# shellcheck disable=SC2016 # for the inner shell to expand
	"${as[@]}" sh -c 'command -v "$0" >/dev/null' "$1"
}

# The same; if not, note it.
peer() { # PROGRAM BENCHMARK
	able "$1" && return
	missing+=("$2: ${1##*/}: not installed, or $user cannot execute it")
	return 1
}

# Does it do the job at all? A peer that fails is missing, with its reason; cuddy
# failing is an error of the benchmark.
works() { # BENCHMARK NAME COMMAND...
	local bench=$1 name=$2
	shift 2
	"$@" >"$tmp/try" 2>&1 </dev/null && return
	missing+=("$bench: $name: $(grep -v '^$' "$tmp/try" | tail -n 1)")
	return 1
}

# ---- printing ----------------------------------------------------------------

field() { # FILE KIND NAME COLUMN
	awk -F '\t' -v k="$2" -v n="$3" -v c="$4" '$1 == k && $2 == n { print $c }' "$1"
}

ratio() { # FILE NAME NAME
	awk -F '\t' -v a="$2" -v b="$3" '$1 == "ratio" && $2 == a && $3 == b { print $4 }' "$1"
}

# All of one benchmark: times, and each against the floor and podman.
# shellcheck disable=SC2094 # the file is read twice, not written
table() { # FILE TITLE
	printf '\n%s\n' "$2"
	printf '  %-12s %10s %10s %10s %10s %10s %10s\n' \
		'' 'median ms' min max 'then ms' '/ floor' '/ podman'
	while IFS=$'\t' read -r kind name _ median min max after _; do
		[ "$kind" = time ] || continue
		printf '  %-12s %10s %10s %10s %10s %10s %10s\n' "$name" "$median" "$min" "$max" \
			"$after" "$(ratio "$1" "$name" floor)" "$(ratio "$1" "$name" podman)"
	done <"$1"
}

target() { # WHAT VALUE LIMIT
	targets=$((targets + 1))
	if [ -z "$2" ]; then
		summary+=("$(printf '  %-52s %8s   at most %-5s  not measured' "$1" - "$3")")
	elif awk "BEGIN { exit !($2 <= $3) }"; then
		met=$((met + 1))
		summary+=("$(printf '  %-52s %8s   at most %-5s  met' "$1" "$2" "$3")")
	else
		summary+=("$(printf '  %-52s %8s   at most %-5s  MISSED' "$1" "$2" "$3")")
	fi
}

# Run a command in a process group of its own, which cleanup() ends. In the
# background because bash acts on a signal only when what it waits for is `wait`.
timed() {
	local pid
	set -m
	"$@" &
	pid=$!
	set +m
	wait "$pid"
}

# ---- start, net --------------------------------------------------------------

images_import() {
	[ -z "${imported-}" ] || return 0
	imported=1
	if able "$cuddy"; then
		"${as_run[@]}" "$cuddy" import "$tmp/busybox.tar" busybox >"$tmp/try" 2>&1 ||
			die "cuddy cannot import the image: $(cat "$tmp/try")"
	fi
	if able podman; then
		"${as_run[@]}" "${podman[@]}" import "$tmp/busybox.tar" busybox >"$tmp/try" 2>&1 ||
			die "podman cannot import the image: $(tail -n 1 "$tmp/try")"
		driver=$("${as_run[@]}" "${podman[@]}" info --format '{{.Store.GraphDriverName}} {{.Store.GraphStatus}}')
		say "podman's storage: $driver"
	fi
}

# timeit itself runs as the account here, so that a start does not pay for
# becoming somebody else; hence the commands without the prefix `as`.
bench_start() {
	local commands=() run=("${as_run[@]}" "$tmp/timeit" -n "$runs" -w 3)
	images_import
	commands+=(::: floor "$tmp/floor" "$tmp/rootfs" "$tmp/scratch" true)
	works start floor "${as_run[@]}" "${commands[@]:2}" || die "the floor does not run: ${missing[-1]}"
	if peer "$cuddy" start; then
		commands+=(::: cuddy "$cuddy" run --rm --network=none busybox true)
	fi
	if peer podman start && works start podman \
		"${as_run[@]}" "${podman[@]}" run --rm --network=none busybox true; then
		commands+=(::: podman "${podman[@]}" run --rm --network=none busybox true)
	fi
	if peer crun start && works start crun \
		"${as_run[@]}" crun --cgroup-manager=disabled run -b "$tmp/bundle" "bench$$"; then
		commands+=(::: crun crun --cgroup-manager=disabled run -b "$tmp/bundle" "bench$$")
	fi
	local bwrap=(bwrap --unshare-all --bind "$tmp/rootfs" / --proc /proc --dev /dev true)
	if peer bwrap start && works start bwrap "${as_run[@]}" "${bwrap[@]}"; then
		commands+=(::: bwrap "${bwrap[@]}")
	fi
	timed "${run[@]}" "${commands[@]}" >"$tmp/start.tsv" || die "start: see above"
	table "$tmp/start.tsv" "start: run --rm --network=none busybox true, $runs rounds (bwrap: one id, no overlay; crun: no overlay)"
	target "start, no network: cuddy / floor" "$(ratio "$tmp/start.tsv" cuddy floor)" 1.5
}

# slirp4netns needs /dev/net/tun, which udev makes 0666 and a bare machine does not.
tun_open() {
	if [ "$EUID" -eq 0 ] && [ -c /dev/net/tun ] && ! "${as[@]}" test -w /dev/net/tun; then
		say "bench: /dev/net/tun is opened to all while the benchmark runs"
		tun_mode=$(stat -c %a /dev/net/tun)
		chmod 666 /dev/net/tun
	fi
}

bench_net() {
	local commands=() run=("${as_run[@]}" "$tmp/timeit" -n "$runs" -w 3)
	images_import
	tun_open
	commands+=(::: floor "$tmp/floor" "$tmp/rootfs" "$tmp/scratch" true)
	if peer "$cuddy" net; then
		commands+=(::: cuddy "$cuddy" run --rm busybox true)
	fi
	if peer podman net && works net podman "${as_run[@]}" "${podman[@]}" run --rm busybox true; then
		commands+=(::: podman "${podman[@]}" run --rm busybox true)
	fi
	timed "${run[@]}" "${commands[@]}" >"$tmp/net.tsv" || die "net: see above"
	table "$tmp/net.tsv" "net: run --rm busybox true, default network, $runs rounds (floor: an empty network namespace)"
	target "start, default network: cuddy / floor" "$(ratio "$tmp/net.tsv" cuddy floor)" 2
}

# ---- pull, memory ------------------------------------------------------------

registry_start() {
	local port try polls pid
	for try in 1 2 3 4 5; do
		port=$((20000 + RANDOM % 20000))
		cat >"$tmp/registry.yml" <<-END
		version: 0.1
		log: { level: error, accesslog: { disabled: true } }
		storage: { filesystem: { rootdirectory: "$tmp/registry" } }
		http: { addr: "127.0.0.1:$port" }
		END
		set -m
		"${as[@]}" docker-registry serve "$tmp/registry.yml" >"$tmp/registry.log" 2>&1 &
		pid=$!
		set +m
		for ((polls = 0; polls < 100; polls++)); do
			kill -0 "$pid" 2>/dev/null || break
			if curl -sf -o /dev/null "http://127.0.0.1:$port/v2/"; then
				registry=127.0.0.1:$port
				return
			fi
			sleep 0.1
		done
		kill "$pid" 2>/dev/null || true
		say "bench: registry did not start on port $port (try $try)"
	done
	tail -n 3 "$tmp/registry.log" >&2
	die "docker-registry does not start"
}

blob_push() { # FILE DIGEST
	local at
	at=$(curl -sSf -D - -o /dev/null -X POST "http://$registry/v2/bench/blobs/uploads/" |
		tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
	case $at in *\?*) at+='&' ;; *) at+='?' ;; esac
	curl -sSf -o /dev/null -H 'Content-Type: application/octet-stream' -T "$1" "${at}digest=$2"
}

sha256() { echo "sha256:$(sha256sum "$1" | cut -d ' ' -f 1)"; }

# Three layers of 44, 37 and 19 percent, as base, libraries, application. gzip -6
# is what most tools write, and its bytes are the same everywhere.
layers_make() { # DIRECTORY
	local i sizes=(44 37 19) pids=() pid
	mkdir -p "$1"
	set -m
	for i in 1 2 3; do
		[ ! -e "$1/$i.diff_id" ] || continue
		(
			"$tmp/mklayer" "$seed" "$i" $((pull_mb * sizes[i - 1] / 100)) |
				tee >(sha256sum | sed 's/ .*//; s/^/sha256:/' >"$1/$i.sum") |
				gzip -6 -n >"$1/$i.gz.new"
			while [ ! -s "$1/$i.sum" ]; do sleep 0.05; done
			mv "$1/$i.gz.new" "$1/$i.gz"
			mv "$1/$i.sum" "$1/$i.diff_id" # last: it says that all is there
		) &
		pids+=($!)
	done
	set +m
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
}

image_push() { # DIRECTORY
	local i config layers='' diff_ids='' digest
	for i in 1 2 3; do
		digest=$(sha256 "$1/$i.gz")
		blob_push "$1/$i.gz" "$digest"
		diff_ids+="${diff_ids:+,}\"$(cat "$1/$i.diff_id")\""
		layers+="${layers:+,}{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\","
		layers+="\"size\":$(stat -c %s "$1/$i.gz"),\"digest\":\"$digest\"}"
	done
	config=$tmp/config.json
	printf '{"architecture":"%s","os":"linux","config":{"Cmd":["/bin/sh"]},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
		"$(image_arch)" "$diff_ids" >"$config"
	blob_push "$config" "$(sha256 "$config")"
	printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","size":%s,"digest":"%s"},"layers":[%s]}' \
		application/vnd.oci.image.manifest.v1+json application/vnd.oci.image.config.v1+json \
		"$(stat -c %s "$config")" "$(sha256 "$config")" "$layers" >"$tmp/manifest.json"
	curl -sSf -o /dev/null -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
		-T "$tmp/manifest.json" "http://$registry/v2/bench/manifests/latest"
}

image_arch() {
	case $(uname -m) in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	*) uname -m ;;
	esac
}

pull_setup() {
	[ -z "${registry-}" ] || return 0
	local tool images=${BENCH_IMAGES:-$tmp/images}
	for tool in docker-registry curl; do
		if ! have "$tool"; then
			missing+=("pull: everything: $tool is not installed")
			return 1
		fi
	done
	say "bench: making an image of $pull_mb MB"
	images+=/$pull_mb-$seed
	layers_make "$images"
	registry_start
	image_push "$images"
	[ -n "${BENCH_IMAGES-}" ] || rm -rf "$images"
	say "bench: $(du -shL "$tmp/registry" | cut -f 1)B compressed, in a registry at $registry"
}

# Each with everything it has in the fresh store; `as` needs no more than a
# millisecond of the seconds this takes.
pull_commands() {
	local in=("${as[@]}" "XDG_RUNTIME_DIR=$tmp/store/run" "XDG_DATA_HOME=$tmp/store/data"
		"TMPDIR=$tmp/store/tmp")
	commands=()
	if peer "$cuddy" "$1"; then
		commands+=(::: cuddy "${in[@]}" "$cuddy" pull -q --tls-verify=false "$registry/bench:latest")
	fi
	if peer podman "$1"; then
		commands+=(::: podman "${in[@]}" "${podman[@]}" pull -q --tls-verify=false "$registry/bench:latest")
	fi
	[ "$1" = memory ] ||
		commands+=(::: floor "${in[@]}" "$tmp/floor-pull.sh" "$registry/bench:latest" "$tmp/store/data")
}

pull_run() { # TIMEIT-OPTION...
	timed "$tmp/timeit" -k -w 0 -b "'$here/run.sh' @fresh $store_kind '$tmp/store' '$user'" "$@" "${commands[@]}"
}

bench_pull() {
	pull_setup || return 0
	pull_commands pull
	pull_run -n "$pull_runs" >"$tmp/pull.tsv" || die "pull: see above"
	table "$tmp/pull.tsv" "pull: $pull_mb MB in 3 layers from loopback, onto $store_kind, $pull_runs rounds"
	target "pull: cuddy / podman" "$(ratio "$tmp/pull.tsv" cuddy podman)" 0.4
}

bench_memory() {
	local name rss pss
	pull_setup || return 0
	pull_commands memory
	[ ${#commands[@]} -gt 0 ] || return 0
	pull_run -n 1 -m 3 >"$tmp/memory.tsv" || die "memory: see above"
	printf '\nmemory: peak of that pull, all processes together, sampled every 3 ms\n'
	printf '  %-12s %10s %10s %14s\n' '' 'RSS MB' 'PSS MB' 'largest RSS MB'
	for name in cuddy podman; do
		rss=$(field "$tmp/memory.tsv" tree "$name" 3)
		pss=$(field "$tmp/memory.tsv" tree "$name" 4)
		[ -n "$rss" ] || continue
		awk -v n="$name" -v r="$rss" -v p="$pss" -v o="$(field "$tmp/memory.tsv" time "$name" 8)" \
			'BEGIN { printf "  %-12s %10.1f %10.1f %14.1f\n", n, r / 1024, p / 1024, o / 1024 }'
	done
	rss=$(field "$tmp/memory.tsv" tree cuddy 3)
	target "pull: peak memory of cuddy, MB" \
		"${rss:+$(awk "BEGIN { printf \"%.1f\", $rss / 1024 }")}" 48
}

# As root: mounts of our own, which go when we do. crun does not start at all
# where cgroup v1 and v2 are mixed and v2 has a controller; without v2 in sight
# it does, and so does podman. Nothing else here looks at cgroups.
mounts_private() {
	[ "$EUID" -eq 0 ] || return 0
	[ -n "${BENCH_UNSHARED-}" ] || BENCH_UNSHARED=1 exec unshare --mount "$here/run.sh" "$@"
	if grep -q . /sys/fs/cgroup/unified/cgroup.controllers 2>/dev/null; then
		umount /sys/fs/cgroup/unified
	fi
}

# ---- main --------------------------------------------------------------------

cuddy=$(command -v "${CUDDY:-cuddy}" || echo "${CUDDY:-cuddy}")
[[ $cuddy != */* ]] || cuddy=$(realpath -m "$cuddy")
runs=${BENCH_RUNS:-40}
pull_runs=${BENCH_PULL_RUNS:-3}
pull_mb=${BENCH_PULL_MB:-1600}
seed=${BENCH_SEED:-1}
store_kind=${BENCH_STORE:-tmpfs}
summary=()

[ $# -gt 0 ] || set -- start net pull memory
for name; do
	case $name in
	start | net | pull | memory) ;;
	*) die "no benchmark is called $name" "Hint: start, net, pull, memory" ;;
	esac
done
case $store_kind in
tmpfs | ext4 | dir) ;;
*) die "BENCH_STORE=$store_kind" "Hint: tmpfs, ext4, dir" ;;
esac
if [ "$EUID" -ne 0 ] && [ "$store_kind" != dir ]; then
	say "bench: not root, so pulls go to a directory of ${BENCH_TMP:-${TMPDIR:-/tmp}}, whatever it is"
	store_kind=dir
fi

mounts_private "$@"
setup
say "bench: as $user, in $tmp, $(nproc) processors, kernel $(uname -r)"
for name; do
	"bench_$name"
done

printf '\ntargets\n'
printf '%s\n' "${summary[@]}"
printf '  %d of %d met\n' "$met" "$targets"
if [ ${#missing[@]} -gt 0 ]; then
	printf '\nnot measured: %d\n' ${#missing[@]}
	printf '  %s\n' "${missing[@]}"
fi
[ "${BENCH_STRICT-}" != 1 ] || [ "$met" -eq "$targets" ]
