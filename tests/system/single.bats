# account: single
# single.bats - an account without subordinate ids: everything runs with the user's single id.

load helpers

setup_file()
{
	cuddy import -q "$FIXTURES/busybox.tar" busybox >/dev/null 2>&1
}

@test "this account has no subordinate ids" {
	run ! grep -q "^$(id -un):" /etc/subuid
}

@test "a container runs, as root of its namespace and as nobody else" {
	cuddy_ok run --rm --network=none busybox cat /proc/self/uid_map
	equal "$(xargs <<<"$output")" "0 $(id -u) 1"
	equal "$(bb id -u 2>/dev/null)" 0
}

@test "a line says what that limits and what an administrator does about it" {
	rm -f "$CUDDY_RUN/told-single" # it is told once from boot to boot
	cuddy_ok run --rm --network=none busybox true
	contains "$stderr" "subordinate"
	contains "$stderr" "usermod --add-subuids"
	[ "$(wc -l <<<"$stderr")" -le 2 ]
	cuddy_ok run --rm --network=none busybox true
	equal "$stderr" ""
}

@test "owners of an image are flattened, and it is told" {
	run --separate-stderr cuddy pull -q "oci:$FIXTURES/layout:odd"
	equal "$status" 0
	equal "$(cuddy run --rm --network=none "$output" stat -c '%u %g' /odd/plain /odd/far 2>/dev/null | sort -u)" "0 0"
	equal "$(cuddy run --rm --network=none "$output" stat -c %A /odd/setuid 2>/dev/null)" "-rwsr-xr-x"
}

@test "another user than root is an error that says why" {
	run --separate-stderr cuddy run --rm --network=none -u 33 busybox true
	equal "$status" 125
	contains "$stderr" "id 0"
}

@test "terminal, volumes, network, default and none" {
	mkdir -p src
	echo hello >src/file
	equal "$(cuddy run --rm --network=none -t -v "$PWD/src:/data" busybox cat /data/file 2>/dev/null </dev/null | tr -d '\r')" hello
	need_network
	contains "$(cuddy run --rm busybox ip addr 2>/dev/null)" 10.0.2.100
}

@test "Debian's root file system imports and runs" {
	cuddy import -q "$FIXTURES/first.tar" debian >/dev/null 2>&1
	equal "$(cuddy run --rm --network=none debian dpkg-query -W -f '${Package}' dpkg 2>/dev/null)" dpkg
}

@test "nothing is left" {
	cuddy_ok run --network=none --name stays busybox sh -c 'mkdir -p /a/b; echo x >/a/b/c; chmod 000 /a'
	cuddy_ok rm stays
	eventually nothing_runs
	equal "$(find "$CUDDY_DATA/containers" -mindepth 1 ! -path '*/names')" ""
}
