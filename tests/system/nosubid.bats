# nosubid.bats - CUDDY_NO_SUBID=1: as if there were no subordinate ids, on a store of its own.

load helpers

setup_file()
{
	export CUDDY_NO_SUBID=1
	cuddy import -q "$FIXTURES/busybox.tar" busybox >/dev/null 2>&1
}

@test "only the user's own id is mapped" {
	equal "$(cuddy run --rm --network=none busybox cat /proc/self/uid_map 2>/dev/null | xargs)" "0 $(id -u) 1"
	equal "$(cuddy run --rm --network=none busybox cat /proc/self/setgroups 2>/dev/null)" deny
}

@test "newuidmap that is not there is the same" {
	mkdir -p path
	for program in slirp4netns sh; do
		ln -sf "$(command -v $program)" path/
	done
	unset CUDDY_NO_SUBID
	run --separate-stderr env PATH="$PWD/path" "$CUDDY" --root "$PWD/other" --runroot "$PWD/run" run --rm --network=none hello
	equal "$status" 0
}

@test "a store that was filled with all ids is not broken by one that has a single one" {
	unset CUDDY_NO_SUBID
	cuddy --root "$PWD/full" import -q "$FIXTURES/busybox.tar" busybox >/dev/null
	CUDDY_NO_SUBID=1 run --separate-stderr cuddy --root "$PWD/full" run --rm --network=none busybox echo works
	[ "$status" = 0 ] || [ "$status" = 125 ]
	equal "$(cuddy --root "$PWD/full" run --rm --network=none busybox echo works)" works
	cuddy --root "$PWD/full" rmi -af >/dev/null
}
