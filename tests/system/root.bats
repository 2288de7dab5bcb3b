# account: root
# root.bats - cuddy run by root itself: still a user namespace.

load helpers

setup_file()
{
	import_busybox
}

@test "root's containers are in a user namespace too, and not all ids are theirs" {
	[ "$(bb readlink /proc/self/ns/user)" != "$(readlink /proc/self/ns/user)" ]
	run bb cat /proc/self/uid_map
	[ "$(awk '{ n += $3 } END { print n }' <<<"$output")" -lt 4294967295 ]
}

@test "the host's devices and kernel settings are out of reach" {
	run bb sh -c 'mknod /x b 8 0'
	[ "$status" != 0 ]
	run bb sh -c 'cat /proc/sys/kernel/panic >/proc/sys/kernel/panic'
	contains "$output" "Read-only"
	run cuddy run --rm --network=none --privileged busybox sh -c 'mount -t ext4 /dev/vda /tmp || mknod /x b 8 0'
	[ "$status" != 0 ]
}

@test "files, owners, users, volumes work" {
	pull_fixture odd
	equal "$(cuddy run --rm --network=none odd stat -c '%u %g' /odd/plain)" "1000 33"
	equal "$(cuddy run --rm --network=none -u 1000 busybox id -u)" 1000
	mkdir -p src
	echo hello >src/file
	equal "$(cuddy run --rm --network=none -v "$PWD/src:/data:ro" busybox cat /data/file)" hello
}

@test "the default network" {
	need_network
	contains "$(cuddy run --rm busybox ip addr)" 10.0.2.100
}

@test "nothing is left" {
	cuddy_ok run -d --name stays --network=none busybox sleep 1000
	cuddy_ok rm -f stays
	nothing_left
}
