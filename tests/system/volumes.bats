# volumes.bats - -v, --tmpfs, VOLUME.

load helpers

setup_file()
{
	import_busybox
	pull_fixture start
}

setup()
{
	mkdir -p "$BATS_TEST_TMPDIR/src"
	cd "$BATS_TEST_TMPDIR" || return
	echo hello >src/file
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

# What volumes there are.
volumes()
{
	find "$CUDDY_DATA/volumes" -mindepth 1 -maxdepth 1 2>/dev/null | sort
}

@test "a host directory, absolute and relative, read and written" {
	equal "$(inside -v "$PWD/src:/data" -- 'cat /data/file; echo back >/data/back')" hello
	equal "$(<src/back)" back
	equal "$(stat -c %U src/back)" "$(id -un)"
	equal "$(inside -v ./src:/data -- 'cat /data/file')" hello
}

@test "a host file, over a file of the image and where there is none" {
	equal "$(inside -v "$PWD/src/file:/etc/passwd" -- 'cat /etc/passwd')" hello
	equal "$(inside -v "$PWD/src/file:/new/place" -- 'cat /new/place')" hello
}

@test "ro is read-only, also what is mounted below it" {
	run inside -v "$PWD/src:/data:ro" -- 'echo x >/data/file'
	contains "$output" "Read-only"
	equal "$(<src/file)" hello
}

@test "noexec, nosuid and nodev hold" {
	cp "$(command -v busybox)" src/busybox
	run inside -v "$PWD/src:/data:noexec" -- '/data/busybox true'
	contains "$output" "ermission denied"
	run inside -v "$PWD/src:/data" -- 'grep " /data " /proc/self/mounts'
	contains "$output" nosuid
	contains "$output" nodev
}

@test "several, one inside the other, whatever their order" {
	mkdir src/sub other
	echo deep >other/deep
	equal "$(inside -v "$PWD/other:/data/sub" -v "$PWD/src:/data" -- 'cat /data/file /data/sub/deep' | xargs)" "hello deep"
}

@test "what does not exist is an error that names it" {
	cuddy_fails 125 "$PWD/nowhere" run --rm --network=none -v "$PWD/nowhere:/data" busybox true
}

@test "nonsense is an error that names it" {
	cuddy_fails 125 "relative" run --rm --network=none -v "$PWD/src:relative" busybox true
	cuddy_fails 125 "nosuchoption" run --rm --network=none -v "$PWD/src:/data:nosuchoption" busybox true
	cuddy_fails 125 "a:b:c:d" run --rm --network=none -v a:b:c:d busybox true
	cuddy_fails 125 "in valid" run --rm --network=none -v 'in valid:/data' busybox true
	cuddy_fails 125 "/data" run --rm --network=none -v "$PWD/src:/data" -v "$PWD/src:/data" busybox true
	cuddy_fails 125 "" run --rm --network=none -v "$PWD/src:/" busybox true
}

@test "owners: the user's files are root's inside, other ids are subordinate ones" {
	equal "$(inside -v "$PWD/src:/data" -- 'stat -c "%u %g" /data/file')" "0 0"
	inside -v "$PWD/src:/data" -- 'touch /data/x; chown 33:33 /data/x'
	local first
	first=$(awk -F: -v user="$(id -un)" '$1 == user { print $2; exit }' /etc/subuid)
	equal "$(stat -c %u src/x)" $((first + 32))
	inside -v "$PWD/src:/data" -- 'rm /data/x'
}

@test "a named volume keeps its content from container to container" {
	inside -v keep:/data -- 'echo kept >/data/file; chown 33 /data/file'
	equal "$(inside -v keep:/other -- 'cat /other/file; stat -c %u /other/file' | xargs)" "kept 33"
}

@test "a named volume is open to the users of its container" {
	equal "$(cuddy run --rm --network=none -u 1000 -v open:/data busybox ls /data 2>&1)" ""
}

@test "an empty named volume is filled with what the image has there, once" {
	equal "$(cuddy run --rm --network=none -v fill:/data --entrypoint /bin/sh -u 0 start -c \
		'cat /data/seed; stat -c "%u %a" /data; echo changed >/data/seed' | xargs)" "seed33 750"
	equal "$(cuddy run --rm --network=none -v fill:/data --entrypoint /bin/cat -u 0 start /data/seed)" changed
}

@test "VOLUME of the image: anonymous, filled, and gone with --rm" {
	local before
	before=$(volumes)
	equal "$(cuddy run --rm --network=none --entrypoint /bin/sh start -c 'cat /data/seed; grep -c " /data " /proc/mounts' | xargs)" "seed1"
	equal "$(volumes)" "$before"
}

@test "an anonymous volume belongs to its container and goes with rm -v" {
	local before
	before=$(volumes | wc -l)
	cuddy_ok run --name anonymous --network=none -v /data busybox sh -c 'echo x >/data/x'
	equal "$(volumes | wc -l)" $((before + 1))
	cuddy_ok rm -v anonymous
	equal "$(volumes | wc -l)" "$before"
}

@test "--tmpfs: empty, in memory, with size and mode" {
	equal "$(inside --tmpfs /etc -- 'ls /etc | grep -vcE "hosts|hostname|resolv.conf"')" 0
	run inside --tmpfs /small:size=64k,mode=700 -- 'stat -c %a /small; dd if=/dev/zero of=/small/x bs=100000 count=1'
	contains "$output" 700
	contains "$output" "No space"
	run inside --tmpfs /t:ro -- 'touch /t/x'
	contains "$output" "Read-only"
	cuddy_fails 125 "nonsense" run --rm --network=none --tmpfs /t:nonsense busybox true
}

@test "volumes work under --read-only" {
	equal "$(inside --read-only -v "$PWD/src:/some/new/place" --tmpfs /scratch -- \
		'echo x >/scratch/x; cat /some/new/place/file')" hello
}

@test "twenty containers write one named volume at once" {
	for i in $(seq 20); do
		cuddy run --rm --network=none -v shared:/data busybox touch "/data/$i" 3>&- &
	done
	wait
	equal "$(inside -v shared:/data -- 'ls /data | wc -l')" 20
}
