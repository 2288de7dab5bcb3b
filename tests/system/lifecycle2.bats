# lifecycle2.bats - containers that are there: created, started again, stopped,
# signalled, waited for, renamed; and many who want that at once.

load helpers

setup_file()
{
	import_busybox
	import_lines patient -c 'STOPSIGNAL TERM' <<-'LINES'
		file bin/patient text='#!/bin/sh\ntrap "exit 7" TERM\ntrap "echo got hup" HUP\necho ready\nwhile :; do sleep 0.02; done\n' mode=755
	LINES
}

teardown()
{
	cuddy rm -af -t 0 >/dev/null 2>&1 || true
}

# Make a container that handles SIGTERM (and then ends with 7), and wait until it does.
patient() # NAME
{
	cuddy_ok run -d --name "$1" --network=none patient patient
	eventually says_ready "$1"
}

says_ready()
{
	cuddy logs "$1" | grep -q ready
}

# Make a container that cannot hear SIGTERM.
deaf() # NAME
{
	cuddy_ok run -d --name "$1" --network=none busybox sleep 1000
}

status_of()
{
	cuddy inspect -f '{{.State.Status}}' "$1"
}

monitor_of()
{
	cuddy inspect -f '{{.State.ConmonPid}}' "$1"
}

# Milliseconds that a command takes.
milliseconds() # COMMAND...
{
	local from
	from=$(date +%s%N)
	"$@" >/dev/null 2>&1
	echo $((($(date +%s%N) - from) / 1000000))
}

@test "create prints an id, and the container waits for its start" {
	cuddy_ok create --name made --network=none busybox sh -c 'echo hi; exit 3'
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	equal "$(status_of made)" created
	equal "$(cuddy ps -q)" ""
	run --separate-stderr cuddy start -a made
	equal "$status $output" "3 hi"
	equal "$(status_of made)" exited
	run --separate-stderr cuddy start --attach made
	equal "$status $output" "3 hi"
}

@test "create knows no --detach, and finds what is wrong" {
	cuddy_fails 125 'in -d' create -d busybox true
	cuddy_fails 125 nosuchimage create --pull never nosuchimage
	equal "$(cuddy ps -aq)" ""
}

@test "what create --rm has made stays until it has run" {
	cuddy_ok create --rm --name once --network=none busybox true
	bb true
	equal "$(status_of once)" created
	cuddy_ok start -a once
	nothing_left
}

@test "start prints names; what runs already is fine; several, --all, --filter" {
	cuddy_ok create --name one -l kind=a --network=none busybox sleep 1000
	cuddy_ok create --name two -l kind=b --network=none busybox sleep 1000
	cuddy_ok create --name three -l kind=b --network=none busybox sleep 1000
	cuddy_ok start one
	equal "$output" one
	cuddy_ok start one
	equal "$output" one
	cuddy_ok start --filter label=kind=b --filter name=two
	equal "$(cuddy ps --format '{{.Names}}' | sort | xargs)" "one two"
	cuddy_ok start --all
	equal "$(cuddy ps --format '{{.Names}}' | sort | xargs)" "one three two"
	cuddy_ok start one two three
	run cuddy start nothere one
	equal "$status" 125
	contains "$output" one
}

@test "start of a command that is not there: 125, attached 127" {
	cuddy_ok create --name none --network=none busybox nosuchthing
	cuddy_fails 125 nosuchthing start none
	cuddy_fails 127 nosuchthing start -a none
	equal "$(status_of none)" exited
}

@test "start -ai gives our input" {
	cuddy_ok create -i --name reads --network=none busybox tr a-z A-Z
	equal "$(echo hello | cuddy start -ai reads)" HELLO
}

@test "a container keeps its files from start to start" {
	cuddy_ok run --name keeps --network=none busybox sh -c 'date >>/log; wc -l </log'
	equal "$output" 1
	equal "$(cuddy start -a keeps)" 2
	equal "$(cuddy start -a keeps)" 3
}

@test "stop of a command that cannot hear the signal: killed at once, said in one line" {
	deaf silent
	local ms
	cuddy_ok stop silent
	contains "$stderr" SIGTERM
	equal "$(wc -l <<<"$stderr")" 1
	equal "$(cuddy inspect -f '{{.State.ExitCode}}' silent)" 137
	cuddy_ok start silent
	ms=$(milliseconds cuddy stop silent)
	[ "$ms" -lt 3000 ] || explain "it took $ms ms"
}

@test "stop of a command that handles the signal: it is let to, and nothing is said" {
	patient heeds
	cuddy_ok stop heeds
	equal "$stderr" ""
	equal "$(cuddy inspect -f '{{.State.ExitCode}}' heeds)" 7
	cuddy_ok stop heeds
}

@test "stop waits for whoever ignores the signal for a while, and for who takes signals by sigwait" {
	# --init waits in sigtimedwait(2): it is not deaf
	cuddy_ok run -d --init --name init --network=none busybox sleep 1000
	cuddy_ok stop init
	equal "$stderr" ""
	equal "$(cuddy inspect -f '{{.State.ExitCode}}' init)" 143
	cuddy_ok run -d --name stubborn --network=none busybox sh -c 'trap "echo no" TERM; echo ready; while :; do sleep 0.05; done'
	eventually says_ready stubborn
	local ms
	ms=$(milliseconds cuddy stop -t 1 stubborn)
	[ "$ms" -ge 1000 ] || explain "it took only $ms ms"
	contains "$(cuddy logs stubborn)" no
	equal "$(cuddy inspect -f '{{.State.ExitCode}}' stubborn)" 137
}

@test "stop --all and --filter; those that do not run are left out" {
	patient one
	patient two
	cuddy_ok create --name three busybox true
	cuddy_ok stop --filter name=one
	equal "$(cuddy ps --format '{{.Names}}')" two
	cuddy_ok stop --all
	equal "$(cuddy ps -q)" ""
	equal "$(status_of three)" created
}

@test "restart: another process, the same container; also of one that does not run" {
	local before
	patient again
	before=$(cuddy inspect -f '{{.State.Pid}}' again)
	cuddy_ok restart again
	equal "$output" again
	[ "$before" != "$(cuddy inspect -f '{{.State.Pid}}' again)" ]
	cuddy_ok stop again
	cuddy_ok restart -t 3 again
	equal "$(status_of again)" running
	cuddy_ok create --name not busybox true
	cuddy_ok restart --running
	equal "$(status_of not)" created
}

@test "kill: SIGKILL, other signals, only what runs" {
	patient hears
	cuddy_ok kill -s HUP hears
	eventually contains_log hears "got hup"
	equal "$(status_of hears)" running
	cuddy_ok kill hears
	equal "$output" hears
	equal "$(status_of hears)" exited
	cuddy_fails 125 exited kill hears
	cuddy_fails 125 NOSUCH kill -s NOSUCH hears
	patient by-file
	cuddy inspect -f '{{.Id}}' by-file >id
	cuddy_ok kill --cidfile id
	patient all
	cuddy_ok kill --all --signal SIGTERM
	equal "$(cuddy wait all)" 7
}

contains_log() # NAME TEXT
{
	[[ $(cuddy logs "$1") == *"$2"* ]]
}

@test "wait prints exit codes in the order of the names, also of --rm and of what has ended" {
	cuddy_ok run -d --rm --name quick --network=none busybox sh -c 'sleep 2; exit 4'
	cuddy_ok run -d --name slow --network=none busybox sh -c 'sleep 2.5; exit 5'
	cuddy_ok wait slow quick
	equal "$(xargs <<<"$output")" "5 4"
	equal "$(cuddy wait slow)" 5
	cuddy_fails 125 nothere wait nothere
	equal "$(cuddy wait --ignore nothere)" -1
}

@test "wait sleeps: a second of it costs no processor time" {
	cuddy_ok run -d --name second --network=none busybox sleep 1
	"$CUDDY" wait --interval 1ms second >code 3>&- &
	local pid=$! ticks
	sleep 0.7
	ticks=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
	wait $pid
	equal "$(<code)" 0
	[ "$ticks" -le 5 ] || explain "$ticks ticks"
}

@test "wait --condition: created, running, stopped, removing; -1 unless it is the end" {
	cuddy_ok create --name stage --network=none busybox sleep 1000
	equal "$(cuddy wait --condition created stage)" -1
	"$CUDDY" wait --condition running stage >state-running 3>&- &
	local running=$!
	"$CUDDY" wait stage >ended 3>&- &
	local ended=$!
	"$CUDDY" wait --condition removing stage >removed 3>&- &
	local removed=$!
	sleep 0.1
	cuddy_ok start stage
	wait $running
	equal "$(<state-running)" -1
	cuddy_ok kill stage
	wait $ended
	equal "$(<ended)" 137
	cuddy_ok rm stage
	wait $removed
	equal "$(<removed)" -1
	cuddy_fails 125 nonsense wait --condition nonsense stage
}

@test "wait --exit-first-match needs only one" {
	deaf long
	cuddy_ok run -d --name short --network=none busybox sh -c 'sleep 0.2; exit 6'
	cuddy_ok wait --exit-first-match long short
	equal "$output" 6
}

@test "wait sees the end of a container whose monitor was killed" {
	deaf orphan
	kill -KILL "$(monitor_of orphan)"
	equal "$(status_of orphan)" running
	"$CUDDY" wait orphan >code 3>&- &
	local pid=$!
	cuddy_ok stop orphan
	wait $pid
	equal "$(<code)" 137
	equal "$(status_of orphan)" exited
	cuddy_ok start orphan
	kill -KILL "$(monitor_of orphan)"
	cuddy_ok rm -f orphan
	nothing_left
}

@test "rename: also while it runs; the old name is free, the new one is taken" {
	deaf before
	cuddy_ok rename before after
	equal "$(status_of after)" running
	cuddy_fails 125 before logs before
	cuddy_ok create --name before busybox true
	cuddy_fails 125 "in use" rename before after
	cuddy_fails 125 "invalid" rename before "a b"
	cuddy_ok rm -f after
	cuddy_ok create --name after busybox true
}

@test "a container of --rm that was renamed leaves no name behind" {
	cuddy_ok run -d --rm --name before --network=none busybox sleep 1000
	cuddy_ok rename before after
	cuddy_ok stop after
	nothing_left
	equal "$(ls "$CUDDY_DATA/containers/names")" ""
}

@test "container prune removes what does not run, asks, and heeds filters" {
	deaf runs
	cuddy_ok create --name fresh -l keep busybox true
	cuddy_ok run --name ended --network=none busybox true
	run cuddy container prune <<<n
	equal "$(cuddy ps -aq | wc -l)" 3
	cuddy_ok container prune -f --filter until=1h
	equal "$output" ""
	cuddy_ok container prune -f --filter label!=keep
	equal "$(cuddy ps -a --format '{{.Names}}' | sort | xargs)" "fresh runs"
	run --separate-stderr cuddy container prune <<<y
	equal "$(cuddy ps -a --format '{{.Names}}')" runs
	cuddy_fails 125 "invalid filter" container prune -f --filter name=x
}

@test "rm: --filter, --latest, --cidfile, --depend, --time" {
	cuddy_ok create --name one -l kind=a busybox true
	cuddy_ok create --name two -l kind=b --cidfile "$TMPDIR/two.id" busybox true
	cuddy_ok create --name three busybox true
	cuddy_ok rm --filter label=kind=a
	cuddy_ok rm --cidfile "$TMPDIR/two.id"
	cuddy_ok rm --depend --latest
	equal "$(cuddy ps -aq)" ""
	cuddy_fails 125 force rm -t 1 nothere
	patient slow
	cuddy_ok rm -f -t 5 slow
	nothing_left
}

@test "pause without a cgroup says what is missing" {
	deaf solid
	if [ -n "$(cuddy inspect -f '{{.State.CgroupPath}}' solid)" ]; then
		cuddy_ok pause solid
		equal "$(status_of solid)" paused
		run cuddy rm solid
		equal "$status" 2
		cuddy_ok unpause solid
		equal "$(status_of solid)" running
	else
		cuddy_fails 125 cgroup pause solid
		contains "$stderr" systemd
	fi
	cuddy_fails 125 "" unpause solid
}

three_processes() # CONTAINER: and a heading
{
	[ "$(cuddy top "$1" args | wc -l)" = 4 ]
}

@test "top: the processes inside by their own numbers, without a ps inside" {
	cuddy_ok run -d --name busy --network=none busybox sh -c 'sleep 1000 & wait'
	cuddy_ok exec -d -u 33:33 busy sleep 2000
	eventually three_processes busy
	equal "$(cuddy top busy pid args | tail -n +2 | head -n 1 | xargs)" "1 sh -c sleep 1000 & wait"
	contains "$(cuddy top busy | head -n 1 | xargs)" "USER PID PPID %CPU ELAPSED TTY TIME COMMAND"
	contains "$(cuddy top busy user,args)" "web         sleep 2000"
	equal "$(cuddy top busy -eo pid,comm | head -n 2 | xargs)" "PID COMMAND 1 sh"
	equal "$(cuddy top busy hpid | sed -n 2p | xargs)" "$(cuddy inspect -f '{{.State.Pid}}' busy)"
	contains "$(cuddy top busy seccomp capeff | sed -n 2p)" filter
	cuddy_fails 125 nonsense top busy nonsense
	cuddy_ok kill busy
	cuddy_fails 125 "not running" top busy
}

@test "diff: added, changed, deleted, replaced; while it runs and afterwards; json" {
	cuddy_ok run -d --name edits --network=none busybox sh -c '
		echo x >/etc/new; rm /bin/ls; mkdir -m 700 /secret; chown 33:33 /secret; touch "/secret/a
b"; rm -r /usr; mkdir /usr; echo ready; sleep 1000'
	eventually says_ready edits
	contains "$(cuddy diff edits | sort | xargs)" "A /etc/new"
	equal "$(cuddy diff --format json edits | jq -c '.deleted | index("/bin/ls") != null')" true
	equal "$(cuddy diff --format json edits | jq -c '.added')" '["/etc/new","/secret","/secret/a\nb"]'
	cuddy_ok kill edits
	contains "$(cuddy diff --format json edits | jq -c .changed)" '"/etc"'
	lacks "$(cuddy diff edits)" /etc/hosts
	cuddy_ok create --name untouched busybox true
	equal "$(cuddy diff untouched)" ""
	cuddy_fails 125 nothere diff nothere
}

@test "port: nothing is published" {
	deaf closed
	cuddy_ok port closed
	equal "$output" ""
	cuddy_fails 125 80 port closed 80
	cuddy_fails 125 "invalid port" port closed x/y
	cuddy_ok port --all
	cuddy_fails 125 nothere port nothere
}

@test "20 run --name same at once give exactly one" {
	local i
	for ((i = 0; i < 20; i++)); do
		cuddy run -d --name same --network=none busybox sleep 1000 >>ids 2>>errors 3>&- &
	done
	wait
	equal "$(wc -l <ids)" 1
	equal "$(grep -c '^Error: ' errors)" 19
	equal "$(cuddy ps -q --no-trunc)" "$(<ids)"
}

@test "20 starts at once: one process, no failure" {
	local i
	cuddy_ok create --name wanted --network=none busybox sleep 1000
	for ((i = 0; i < 20; i++)); do
		{ cuddy start wanted || echo failed; } >>out 2>&1 3>&- &
	done
	wait
	equal "$(grep -vx wanted out || true)" ""
	equal "$(cuddy ps -q | wc -l)" 1
	equal "$(cuddy top wanted pid | wc -l)" 2
	for ((i = 0; i < 20; i++)); do
		{ cuddy stop wanted || echo failed; } >>stopped 2>/dev/null 3>&- &
	done
	wait
	equal "$(grep -vx wanted stopped || true)" ""
	equal "$(status_of wanted)" exited
}

@test "a storm of start, stop, restart, ps and exec on one container ends in a consistent state" {
	local i
	cuddy_ok create --name storm --network=none busybox sh -c 'trap "exit 0" TERM; while :; do sleep 0.02; done'
	for ((i = 0; i < 20; i++)); do
		{
			cuddy start storm
			cuddy exec storm true
			cuddy ps -a
			cuddy stop -t 1 storm
			cuddy restart -t 1 storm
			cuddy inspect storm
		} >/dev/null 2>&1 3>&- &
	done
	wait
	cuddy_ok start storm
	equal "$(status_of storm)" running
	equal "$(cuddy top storm pid | sed -n 2p | xargs)" 1
	cuddy_ok stop storm
	equal "$(status_of storm)" exited
	cuddy_ok rm storm
	nothing_left
}

@test "20 rm -f, starts and stops of one container: gone, and nothing is left" {
	local i
	for ((i = 0; i < 3; i++)); do
		cuddy_ok create --name doomed --network=none busybox sleep 1000
		for ((j = 0; j < 7; j++)); do
			cuddy start doomed >/dev/null 2>&1 3>&- &
			cuddy stop -t 0 doomed >/dev/null 2>&1 3>&- &
			{ cuddy rm -f doomed || echo failed; } >>out 2>>errors 3>&- &
		done
		wait
		lacks "$(<out)" failed
		run cuddy container exists doomed
		equal "$status" 1
		nothing_left
	done
}
