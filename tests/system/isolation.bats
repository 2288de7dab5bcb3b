# isolation.bats - what a container sees of the machine, and what it may do.

load helpers

setup_file()
{
	import_busybox
}

inside() # OPTION... -- SCRIPT
{
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	cuddy run --rm --network=none "${options[@]}" busybox sh -c "$2"
}

status_of() # FIELD OPTION...
{
	local field=$1
	shift
	inside "$@" -- "sed -n 's/^$field:[[:space:]]*//p' /proc/self/status"
}

# Names of the capabilities that a set has, without "cap_".
caps() # HEX
{
	capsh --decode="$1" | sed 's/.*=//; s/cap_//g'
}

@test "every namespace is another than the host's" {
	local ns
	for ns in user mnt pid net ipc uts cgroup; do
		[ "$(bb readlink "/proc/self/ns/$ns")" != "$(readlink "/proc/self/ns/$ns")" ] || explain "$ns is shared"
	done
}

@test "container root is the user, then the subordinate ids" {
	local first
	first=$(awk -F: -v user="$(id -un)" '$1 == user { print $2; exit }' /etc/subuid)
	equal "$(bb cat /proc/self/uid_map | xargs)" "0 $(id -u) 1 1 $first 65536"
	first=$(awk -F: -v user="$(id -un)" '$1 == user { print $2; exit }' /etc/subgid)
	equal "$(bb cat /proc/self/gid_map | xargs)" "0 $(id -g) 1 1 $first 65536"
}

@test "only the container's processes are seen" {
	equal "$(inside -- 'ls -d /proc/[0-9]* | wc -l')" 3 # the shell, ls, wc
}

@test "the command has no open descriptors but its three, and no secrets of the caller's" {
	exec 77<"$T/tests/helpers.bash"
	equal "$(inside -- 'ls /proc/self/fd | xargs')" "0 1 2 3" # 3 is the directory that ls reads
	exec 77<&-
	lacks "$(inside -- 'cat /proc/self/environ | tr "\0" "\n"')" "$XDG_DATA_HOME"
}

@test "the default capabilities are podman's" {
	need capsh
	equal "$(caps "$(status_of CapEff)")" \
		"chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,sys_chroot,setfcap"
	equal "$(status_of CapBnd)" "$(status_of CapEff)"
	equal "$(status_of CapInh)" 0000000000000000
	equal "$(status_of CapAmb)" 0000000000000000
}

@test "--cap-add and --cap-drop, by name and ALL" {
	need capsh
	equal "$(status_of CapEff --cap-drop ALL)" 0000000000000000
	equal "$(caps "$(status_of CapEff --cap-drop all --cap-add CAP_NET_ADMIN,chown)")" "chown,net_admin"
	lacks "$(caps "$(status_of CapBnd --cap-drop chown)")" chown
	contains "$(caps "$(status_of CapEff --cap-add ALL --cap-drop SYS_ADMIN)")" sys_ptrace
	lacks "$(caps "$(status_of CapEff --cap-add ALL --cap-drop SYS_ADMIN)")" sys_admin
	cuddy_fails 125 NOSUCHCAP run --rm --network=none --cap-add NOSUCHCAP busybox true
}

@test "an added capability is ambient for a user other than root" {
	need capsh
	equal "$(caps "$(status_of CapEff -u 1000 --cap-add NET_BIND_SERVICE)")" net_bind_service
}

@test "seccomp filters; unconfined does not; what the profile forbids fails" {
	equal "$(status_of Seccomp)" 2
	equal "$(status_of Seccomp --security-opt seccomp=unconfined)" 0
	run inside --cap-add SYS_ADMIN -- 'mount -t tmpfs t /tmp && echo mounted'
	equal "$output" mounted
	run inside -- 'mount -t tmpfs t /tmp'
	[ "$status" != 0 ]
}

@test "an own seccomp profile is used; a broken one is an error" {
	printf '%s' '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],
		"action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}' >profile.json
	run inside --security-opt "seccomp=$PWD/profile.json" -- 'mkdir /x'
	contains "$output" "not supported"
	echo '{"defaultAction": "NONSENSE"' >broken.json
	cuddy_fails 125 broken.json run --rm --network=none --security-opt "seccomp=$PWD/broken.json" busybox true
	cuddy_fails 125 nosuch.json run --rm --network=none --security-opt seccomp=nosuch.json busybox true
	cuddy_fails 125 nonsense run --rm --network=none --security-opt nonsense busybox true
}

@test "no-new-privileges" {
	equal "$(status_of NoNewPrivs)" 0
	equal "$(status_of NoNewPrivs --security-opt no-new-privileges)" 1
	equal "$(status_of NoNewPrivs --security-opt no-new-privileges=false)" 0
	equal "$(status_of Seccomp --security-opt no-new-privileges)" 2
}

@test "masked paths are empty, read-only ones read-only" {
	run inside -- 'cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | wc -c; find /sys/firmware /proc/acpi -mindepth 1 2>/dev/null | wc -l'
	equal "$output" "0
0"
	run inside -- 'echo 1 > /proc/sys/kernel/hostname'
	contains "$output" "Read-only"
	run inside -- 'echo x > /sys/kernel/x; echo b > /proc/sysrq-trigger'
	equal "$(grep -ciE 'read-only|denied|nonexistent' <<<"$output")" 2
}

@test "--security-opt unmask=ALL and --privileged take the masks away" {
	[ "$(inside --security-opt unmask=ALL -- 'cat /proc/timer_list 2>&1 | wc -c')" != 0 ]
	equal "$(inside --privileged -- 'grep -c " /proc/" /proc/self/mountinfo')" 0
}

@test "--privileged: all capabilities, no filter, and still only the user's rights on the host" {
	need capsh
	equal "$(status_of Seccomp --privileged)" 0
	contains "$(caps "$(status_of CapEff --privileged)")" sys_admin
	equal "$(bb cat /proc/self/uid_map)" "$(inside --privileged -- 'cat /proc/self/uid_map')"
	run inside --privileged -v /:/host -- 'cat /host/etc/shadow'
	contains "$output" "Permission denied"
	run inside --privileged -- 'mknod /x b 8 0'
	contains "$output" "not permitted"
}

@test "the standard devices, and only those" {
	equal "$(inside -- 'ls /dev | xargs')" "core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero"
	run inside -- 'echo x >/dev/null && head -c 3 /dev/zero | wc -c && head -c 3 /dev/urandom | wc -c; echo x >/dev/full'
	contains "$output" "No space left"
	run inside -- 'mknod /dev/sda b 8 0'
	contains "$output" "not permitted"
}

@test "/dev/shm and /dev/mqueue work; each container has its own" {
	equal "$(inside -- 'echo x >/dev/shm/x && ls /dev/shm; mount | grep -c "/dev/mqueue type mqueue"')" "x
1"
	equal "$(inside -- 'ls /dev/shm')" ""
}

@test "pseudo-terminals are the container's own" {
	equal "$(inside -- 'ls /dev/pts')" ptmx
}

@test "/run/.containerenv tells that this is a container" {
	run cuddy run --rm --network=none --name telling busybox cat /run/.containerenv
	contains "$output" 'name="telling"'
	contains "$output" 'rootless=1'
}

@test "the user's session keyring is not the container's" {
	need keyctl
	keyctl new_session >/dev/null
	keyctl add user cuddy-canary secret @s >/dev/null
	lacks "$(inside -- 'cat /proc/keys')" cuddy-canary
	# unmasked, the kernel lists keys of the same owner; only what lies in one's own session can be read
	contains "$(inside --security-opt unmask=ALL -- 'cat /proc/keys')" "_ses: empty"
}

@test "with the host's processes hidden, signals do not reach them" {
	sleep 1000 3>&- &
	local canary=$!
	run inside -- "kill -9 $canary"
	[ "$status" != 0 ]
	run inside -- 'kill -9 -1'
	kill -0 $canary
	kill $canary
}

@test "neither the host's nor another container's files are reachable" {
	equal "$(inside -- "ls -d $XDG_DATA_HOME $T /proc/1/root$T /../../$T 2>/dev/null")" ""
	equal "$(inside -- "ls /proc/1/root/../../..")" "$(inside -- 'ls /')"
}

@test "user namespaces count: nothing of ours is left when nothing runs" {
	bb true
	eventually nothing_runs
	equal "$(grep "$XDG_DATA_HOME" /proc/self/mountinfo)" ""
}
