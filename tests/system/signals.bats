# signals.bats - signals, --init, stop.

load helpers

setup_file()
{
	import_busybox
	import_lines patient -c 'STOPSIGNAL SIGUSR1' <<-'LINES'
		file bin/patient text='#!/bin/sh\ntrap "echo got usr1; exit 5" USR1\ntrap "echo got term; exit 6" TERM\ntrap "echo got hup" HUP\necho ready\nwhile :; do sleep 0.05; done\n' mode=755
	LINES
}

teardown()
{
	cuddy rm -af >/dev/null 2>&1 || true
}

# Start cuddy in the background and wait for the word "ready". $pid is cuddy's.
start() # ARG...
{
	# what the one before said must not be taken for this one's
	rm -f out err
	"$CUDDY" run "$@" >out 2>err </dev/null 3>&- &
	pid=$!
	eventually grep -q ready out
}

says_ready() # CONTAINER
{
	cuddy logs "$1" | grep -q ready
}

@test "signals to cuddy reach the command" {
	start --rm --network=none patient patient
	kill -HUP "$pid"
	eventually grep -q "got hup" out
	kill -TERM "$pid"
	run wait "$pid"
	code=0
	wait "$pid" || code=$?
	contains "$(<out)" "got term"
	equal "$code" 6
	nothing_left
}

@test "a command that dies of a signal: 128+n" {
	start --rm --network=none --init busybox sh -c 'echo ready; exec sleep 1000'
	kill -TERM "$pid"
	code=0
	wait "$pid" || code=$?
	equal "$code" 143
}

@test "cuddy killed: the container goes on, and can be stopped" {
	start --name orphan --network=none patient patient
	kill -KILL "$pid"
	wait "$pid" || true
	equal "$(cuddy ps --format '{{.Names}}')" orphan
	cuddy_ok stop orphan
	contains "$(cuddy logs orphan)" "got usr1"
	cuddy_ok rm orphan
	nothing_left
}

@test "stop sends the image's STOPSIGNAL; the exit code is kept" {
	cuddy_ok run -d --name stopped --network=none patient patient
	eventually says_ready stopped
	cuddy_ok stop stopped
	equal "$(cuddy inspect -f '{{.State.ExitCode}} {{.State.Status}}' stopped)" "5 exited"
}

@test "stop kills what does not listen, after the time that was given" {
	cuddy_ok run -d --name deaf --network=none busybox sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done'
	eventually says_ready deaf
	local before=$SECONDS
	cuddy_ok stop -t 1 deaf
	[ $((SECONDS - before)) -le 4 ]
	equal "$(cuddy inspect -f '{{.State.ExitCode}}' deaf)" 137
}

@test "rm -f ends a container that runs; rm without -f refuses" {
	cuddy_ok run -d --name runs --network=none busybox sleep 1000
	run cuddy rm runs
	[ "$status" != 0 ]
	contains "$output" "running"
	cuddy_ok rm -f -t 0 runs || cuddy_ok rm -f runs
	nothing_left
}

@test "without --init the command is process 1" {
	equal "$(bb sh -c 'echo $$; :')" 1
}

@test "--init is process 1, forwards signals, hands on the exit code" {
	equal "$(cuddy run --rm --init --network=none busybox sh -c 'echo $$; :')" 2
	run cuddy run --rm --init --network=none busybox sh -c 'exit 7'
	equal "$status" 7
	start --rm --init --network=none patient patient
	kill -TERM "$pid"
	code=0
	wait "$pid" || code=$?
	equal "$code" 6
}

@test "--init reaps what others leave behind" {
	run cuddy run --rm --init --network=none busybox sh -c \
		'for i in 1 2 3 4 5; do (sleep 0.01 &); done; sleep 0.3; ps -o stat | grep -c Z'
	equal "$output" 0
}

@test "when process 1 ends, everything in the container does" {
	cuddy_ok run --rm --network=none busybox sh -c 'sleep 4242 & sleep 4243 & :'
	eventually nothing_runs
	run pgrep -u "$(id -u)" -f 'sleep 424[23]'
	equal "$output" ""
}

@test "the monitor is killed: the container's end is noticed, and rm cleans up" {
	cuddy_ok run -d --name lost --network=none busybox sleep 1000
	local monitor
	monitor=$(own_processes | awk '/cuddy/ { print $1 }')
	[ -n "$monitor" ]
	kill -KILL "$monitor"
	cuddy_ok rm -f lost
	nothing_left
}
