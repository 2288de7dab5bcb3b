# slow
# kill.bats - kill -9 at random moments: afterwards the store is consistent, nothing is mounted or
# running, and the same command succeeds.

load helpers

setup_file()
{
	import_busybox
	cat "$FIXTURES/layout/blobs/sha256/"* >/dev/null # warm
}

# Kill a command at random moments of its life, until that has hit it TIMES times: a kill that came
# after its end does not count.
kill_often() # TIMES MILLISECONDS COMMAND...
{
	local times=$1 most=$2 hits=0 tries=0 pid code
	shift 2
	while [ $hits -lt "$times" ] && [ $((tries += 1)) -le $((times * 20)) ]; do
		setsid "$@" >/dev/null 2>&1 3>&- &
		pid=$!
		sleep "$(printf '0.%03d' $((RANDOM % most + 1)))"
		"$kill_how" "$pid"
		code=0
		wait "$pid" 2>/dev/null || code=$?
		[ $code != 137 ] || hits=$((hits + 1))
	done
	echo "$hits" >>"$BATS_FILE_TMPDIR/hits"
	equal "$hits" "$times"
}

# The whole group: the command and all that it has started and not let go.
group()
{
	kill -KILL -- "-$1" 2>/dev/null || true
}

# The command alone: its children must notice.
alone()
{
	kill -KILL "$1" 2>/dev/null || true
}

consistent()
{
	eventually nothing_runs
	equal "$(grep "$XDG_DATA_HOME" /proc/self/mountinfo)" ""
	# every layer that an image names is there, and every image runs
	local image
	for image in $(cuddy images -aq | sort -u); do
		cuddy image inspect "$image" >/dev/null
		equal "$(cuddy run --rm --network=none "$image" /bin/busybox echo whole)" whole
	done
	nothing_left
	# what is dead is swept by the next command that adds
	mktar - <<<"file x text=1" | cuddy import -q - sweeper >/dev/null
	cuddy rmi -f sweeper >/dev/null
	equal "$(find "$CUDDY_DATA/tmp" -mindepth 1 -maxdepth 1)" ""
}

@test "an import, killed" {
	kill_how=group kill_often 10 150 "$CUDDY" import -q "$FIXTURES/busybox.tar.xz" killed
	kill_how=alone kill_often 8 150 "$CUDDY" import -q "$FIXTURES/busybox.tar.xz" killed
	consistent
	cuddy_ok import -q "$FIXTURES/busybox.tar.xz" killed
	consistent
	cuddy_ok rmi killed
}

@test "a pull, killed" {
	local command=("$CUDDY" pull -q --tls-verify=false "$(registry plain)/odd:1")
	kill_how=group kill_often 8 200 "${command[@]}"
	kill_how=alone kill_often 8 200 "${command[@]}"
	consistent
	cuddy_ok "${command[@]:1}"
	consistent
}

@test "a run, killed" {
	kill_how=group kill_often 8 60 "$CUDDY" run --rm --network=none busybox sleep 1
	eventually nothing_runs
	# killed alone, what had started by then goes on: that is what a monitor is for
	kill_how=alone kill_often 8 60 "$CUDDY" run --rm --network=none busybox sleep 0.3
	eventually nothing_runs
	consistent
	equal "$(bb echo again)" again
}

@test "together these were fifty kills that hit" {
	[ "$(awk '{ n += $1 } END { print n }' "$BATS_FILE_TMPDIR/hits")" -ge 50 ]
}

@test "a removal of images, killed" {
	local i pid
	for ((i = 0; i < 10; i++)); do
		pull_fixture odd
		setsid "$CUDDY" rmi -f odd >/dev/null 2>&1 3>&- &
		pid=$!
		sleep "0.00$i"
		group $pid
		wait $pid 2>/dev/null || true
	done
	consistent
}
