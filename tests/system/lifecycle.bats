# lifecycle.bats - containers that run by themselves: -d, ps, logs, inspect, rm.

load helpers

setup_file()
{
	import_busybox
}

teardown()
{
	cuddy rm -af >/dev/null 2>&1 || true
}

@test "-d prints the id, returns at once, and the container runs" {
	cuddy_ok run -d --name web --network=none busybox sh -c 'echo up; sleep 1000'
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	equal "$(cuddy ps -q --no-trunc)" "$output"
	equal "$(cuddy inspect -f '{{.State.Status}} {{.State.Running}}' web)" "running true"
}

@test "-d of a command that cannot start is an error, and leaves no running container" {
	cuddy_fails 127 nosuchthing run -d --network=none busybox nosuchthing
	equal "$(cuddy ps -q)" ""
}

@test "-d keeps none of the caller's descriptors open" {
	# the pipe would never end if the monitor held it
	run timeout 10 bash -c '"$CUDDY" run -d --network=none busybox sleep 1000 | cat; sleep 0 | cat'
	equal "$status" 0
}

@test "logs tell both streams, from the beginning, after the end too" {
	cuddy_ok run -d --name talks --network=none busybox sh -c 'echo one; echo two >&2; printf three'
	eventually nothing_runs
	equal "$(cuddy ps -q)" ""
	run --separate-stderr cuddy logs talks
	equal "$output" "one
three"
	equal "$stderr" two
	equal "$(cuddy logs --tail 1 talks 2>/dev/null)" three
}

@test "logs -f goes on until the container ends" {
	cuddy_ok run -d --name counts --network=none busybox sh -c 'for i in 1 2 3; do echo $i; sleep 0.2; done'
	equal "$(timeout 20 cuddy logs -f counts | xargs)" "1 2 3"
}

@test "--log-driver none keeps nothing" {
	cuddy_ok run --name quiet --log-driver none --network=none busybox echo shown
	equal "$output" shown
	run cuddy logs quiet
	lacks "$output" shown
}

@test "ps shows what runs, ps -a all, with names, images, commands and exit codes" {
	cuddy_ok run -d --name running --network=none busybox sleep 1000
	run cuddy run --name ended --network=none busybox sh -c 'exit 3'
	equal "$(cuddy ps --format '{{.Names}}')" running
	equal "$(cuddy ps -a --format '{{.Names}}' | sort | xargs)" "ended running"
	contains "$(cuddy ps -a --filter name=ended --format '{{.Status}}')" "Exited (3)"
	contains "$(cuddy ps)" "localhost/busybox:latest"
	equal "$(cuddy ps -a --format json | jq -r '.[].Names[0]' | sort | xargs)" "ended running"
}

@test "inspect knows what was asked and what came of it" {
	cuddy_ok run -d --name seen -e A=b -l k=v -w /var -u 33 -h host --network=none busybox sleep 1000
	run cuddy inspect seen
	equal "$(jq -r '.[0] | .Name, .Config.Labels.k, .Config.WorkingDir, .Config.User, .Config.Hostname,
		.State.Running, .Path, .Args[0]' <<<"$output" | xargs)" "seen v /var 33 host true sleep 1000"
	contains "$output" '"A=b"'
	local pid
	pid=$(jq '.[0].State.Pid' <<<"$output")
	contains "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "sleep 1000"
}

@test "names, ids and prefixes of ids all work; what is not there is an error" {
	local id
	id=$(cuddy run -d --name one --network=none busybox sleep 1000)
	cuddy_ok container exists one
	cuddy_ok container exists "$id"
	cuddy_ok container exists "${id:0:6}"
	run cuddy container exists two
	equal "$status" 1
	run cuddy inspect two
	equal "$status" 125
	contains "$output" two
	cuddy_fails 125 two logs two
	cuddy_fails 125 two stop two
	run cuddy rm two
	equal "$status" 1
}

@test "an image that a container uses is not removed, with -f the container goes as well" {
	cuddy_ok tag busybox used
	cuddy_ok run -d --name user --network=none used sleep 1000
	run cuddy rmi used busybox
	equal "$status" 2
	contains "$output" "is used by"
	cuddy_ok rmi -f used busybox
	equal "$(cuddy ps -aq)" ""
	import_busybox
}

@test "the writable layer belongs to its container alone" {
	cuddy_ok run --name first --network=none busybox sh -c 'echo x > /only-here; rm /bin/ls'
	equal "$(bb ls /only-here 2>&1)" "ls: /only-here: No such file or directory"
}

nothing_listed()
{
	[ -z "$(cuddy ps -q)" ]
}

@test "after a reboot nothing runs" {
	cuddy_ok run -d --name before --network=none busybox sleep 1000
	local pid
	pid=$(cuddy inspect -f '{{.State.Pid}}' before)
	own_processes | awk '/cuddy/ { print $1 }' | xargs kill -KILL
	kill -KILL "$pid"
	rm -rf "$CUDDY_RUN"
	eventually nothing_listed
	equal "$(cuddy inspect -f '{{.State.Running}}' before)" false
	cuddy_ok rm before
	nothing_left
}
