# network.bats - none, host, and the default network through slirp4netns or pasta.

load helpers

setup_file()
{
	import_busybox
	# something on the host's loopback that a container may want to reach, or must not
	(cd "$BATS_FILE_TMPDIR" && echo canary >canary.txt && exec python3 -u -m http.server --bind 127.0.0.1 0) \
		>"$BATS_FILE_TMPDIR/server" 2>&1 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/pid"
	eventually grep -q "port [0-9]" "$BATS_FILE_TMPDIR/server"
	PORT=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$BATS_FILE_TMPDIR/server")
	export PORT
}

teardown_file()
{
	kill "$(<"$BATS_FILE_TMPDIR/pid")"
}

inside() # NETWORK SCRIPT
{
	cuddy run --rm --network="$1" busybox sh -c "$2"
}

@test "none: a loopback that is up, and nothing else" {
	equal "$(inside none 'ls /sys/class/net')" lo
	contains "$(inside none 'ip addr show lo')" "127.0.0.1"
	run inside none "wget -q -O- http://127.0.0.1:$PORT/canary.txt"
	[ "$status" != 0 ]
}

@test "none: a server and a client in one container" {
	equal "$(inside none 'echo hi | nc -l -p 80 & sleep 0.2; nc 127.0.0.1 80 </dev/null')" hi
}

@test "host: the host's interfaces, its loopback, its abstract names, its resolv.conf" {
	equal "$(inside host 'ls /proc/self/net/dev_mcast >/dev/null; wc -l < /proc/net/dev')" "$(wc -l </proc/net/dev)"
	equal "$(inside host "wget -q -O- http://127.0.0.1:$PORT/canary.txt")" canary
	equal "$(cuddy run --rm --network=host busybox readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
	equal "$(cuddy run --rm --network=host busybox hostname)" "$(hostname)"
}

@test "host: a low port is as closed as to the user" {
	run inside host 'ip link add dummy0 type dummy'
	[ "$status" != 0 ]
}

@test "default: an address, a route, a name server, the host's loopback not" {
	need_network
	run inside default 'ip addr; ip route; cat /etc/resolv.conf'
	contains "$output" 10.0.2.100
	contains "$output" "default via 10.0.2.2"
	contains "$output" "nameserver 10.0.2.3"
	run inside default "wget -T 2 -q -O- http://127.0.0.1:$PORT/canary.txt"
	[ "$status" != 0 ]
	run inside default "wget -T 2 -q -O- http://10.0.2.2:$PORT/canary.txt"
	[ "$status" != 0 ]
}

@test "default: the outside is reached, here through the loopback that is asked for" {
	need_network
	equal "$(inside slirp4netns:allow_host_loopback=true "wget -q -O- http://10.0.2.2:$PORT/canary.txt")" canary
}

@test "default: is what no --network means" {
	need_network
	contains "$(cuddy run --rm busybox ip addr)" 10.0.2.100
}

@test "default: the container is the first to use it, so it is ready when the command runs" {
	need_network
	local i
	for ((i = 0; i < 5; i++)); do
		contains "$(inside default 'ip route')" default
	done
}

@test "the helper is gone when the container is" {
	need_network
	inside default true
	eventually nothing_runs
	nothing_left
}

@test "the helper is gone when the container is killed, and when the monitor is" {
	need_network
	cuddy_ok run -d --name net busybox sleep 1000
	contains "$(own_processes)" slirp4netns
	cuddy_ok rm -f net
	eventually nothing_runs
	cuddy_ok run -d --name net busybox sleep 1000
	own_processes | awk '$2 ~ /^cuddy/ { print $1 }' | xargs kill -KILL
	cuddy_ok rm -f net
	eventually nothing_runs
}

@test "a network that nobody knows is an error" {
	cuddy_fails 125 nonsense run --rm --network=nonsense busybox true
	cuddy_fails 125 nonsense run --rm --network=slirp4netns:nonsense=1 busybox true
}

@test "names of this container are in /etc/hosts, the host's other names are not lost" {
	run inside none 'cat /etc/hosts'
	contains "$output" "127.0.0.1"
	contains "$output" localhost
	run cuddy run --rm --network=none --name fancy -h fancyhost busybox grep fancyhost /etc/hosts
	equal "$status" 0
}

@test "--privileged may change its own network, and only that" {
	equal "$(cuddy run --rm --network=none --cap-add NET_ADMIN busybox sh -c 'ip link add dummy0 type dummy 2>/dev/null; ip link set lo down && echo down')" down
	grep -q . /sys/class/net/lo/operstate
}
