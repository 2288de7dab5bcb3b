# escape.bats - hostile images and archives: nothing lands, or is read, outside.
#
# Canaries lie where a hostile name would lead; after each test they are as before.

load helpers

setup_file()
{
	import_busybox
	mkdir -p "$BATS_FILE_TMPDIR/canary/dir"
	echo untouched >"$BATS_FILE_TMPDIR/canary/file"
	chmod 644 "$BATS_FILE_TMPDIR/canary/file"
	touch -d @1000000000 "$BATS_FILE_TMPDIR/canary"/*
}

setup()
{
	CANARY=$BATS_FILE_TMPDIR/canary
	before=$(canaries)
}

teardown()
{
	equal "$(canaries)" "$before"
	cuddy rm -af >/dev/null 2>&1 || true
	for name in $(cuddy images --format '{{.Repository}}' | grep -v /busybox); do
		cuddy rmi -f "$name" >/dev/null 2>&1 || true
	done
}

# Everything about them that could be changed.
canaries()
{
	find "$CANARY" "$HOME" "$T/bin" -printf '%p %m %U %G %s %T@ %n\n' | sort
	cat "$CANARY/file"
	sha256sum "$CUDDY"
}

# The archive is refused with one error, or taken without harm; nothing in between.
harmless() # NAME: the lines of standard input are the archive
{
	mktar hostile.tar
	run --separate-stderr cuddy import -q hostile.tar "$1"
	case $status in
	0) ;;
	125) equal "$(grep -c '^Error: ' <<<"$stderr")" 1 ;;
	*) explain "exit code $status" ;;
	esac
	equal "$(canaries)" "$before"
}

@test "names that climb out" {
	harmless climb <<-LINES
		file ../../../../../../../../../../$CANARY/file text=evil
		file ../../escaped text=evil
		dir ..
		file a/../../b text=evil
	LINES
	[ ! -e "$CUDDY_DATA/layers/escaped" ]
	[ ! -e "$CUDDY_DATA/tmp/escaped" ]
}

@test "absolute names" {
	harmless absolute <<-LINES
		file $CANARY/file text=evil
		file $CANARY/new text=evil
		dir $CANARY/dir mode=777
	LINES
}

@test "through a symbolic link of the archive's own" {
	harmless through-link <<-LINES
		sym out to=$CANARY
		file out/file text=evil
		file out/new text=evil
		sym up to=../../../../../../../../../..
		file up$CANARY/file text=evil
		dir out/dir mode=777
		sym dir to=out
		fifo dir/fifo
	LINES
}

@test "over a symbolic link: the link is replaced, not followed" {
	harmless over-link <<-LINES
		sym x to=$CANARY/file
		file x text=evil mode=777
		sym d to=$CANARY/dir
		dir d mode=777 uid=5
	LINES
}

@test "hard links to what lies outside" {
	harmless hard <<-LINES
		hard a to=../../../../../../../../../../$CANARY/file
		hard b to=$CANARY/file
		sym l to=$CANARY
		hard c to=l/file
		file c text=evil
	LINES
}

@test "a link to a link to outside, then attributes through it" {
	harmless attributes <<-LINES
		sym one to=$CANARY/file
		hard two to=one
		file two text=evil mode=4777 uid=33
		sym one to=$CANARY/file mode=777
	LINES
}

@test "whiteouts that climb out" {
	mktar bad.tar <<-LINES
		file ../../.wh.file
		file .wh...
		file .wh..
		sym out to=$CANARY
		file out/.wh.file
		file out/.wh..wh..opq
		file .wh.
		file .wh..wh.plnk
	LINES
	umoci init --layout bad >/dev/null
	umoci new --image bad:x
	umoci raw add-layer --image bad:x bad.tar
	run --separate-stderr cuddy pull -q oci:bad:x
	[ "$status" = 0 ] || [ "$status" = 125 ]
	equal "$(canaries)" "$before"
}

@test "a whiteout of the second layer through a link of the first" {
	mktar one.tar <<-LINES
		sym out to=$CANARY
		sym etc to=/$CANARY
	LINES
	mktar two.tar <<-LINES
		file out/.wh.file
		file out/.wh..wh..opq
		file etc/passwd text=evil
	LINES
	umoci init --layout two >/dev/null
	umoci new --image two:x
	umoci raw add-layer --image two:x one.tar
	umoci raw add-layer --image two:x two.tar
	run --separate-stderr cuddy pull -q oci:two:x
	[ "$status" = 0 ] || [ "$status" = 125 ]
	equal "$(canaries)" "$before"
}

@test "overlay's own attributes and whiteout devices in a layer mean nothing" {
	harmless overlay <<-LINES
		dir d xattr.user.overlay.opaque=y
		file f text=x xattr.user.overlay.redirect=/../../..$CANARY
		file g text=x xattr.trusted.overlay.metacopy=y
		char w dev=0:0
	LINES
	cuddy_ok image exists overlay
	mkdir xattrs
	run cuddy unshare getfattr -R -d -m user.overlay "$CUDDY_DATA/layers"
	lacks "$output" redirect
}

@test "links instead of /etc, and of the files that cuddy puts there" {
	for line in "sym etc to=$CANARY/dir" "sym etc to=../../../../../..$CANARY/dir" "sym etc/hosts to=$CANARY/file" \
		"sym etc/resolv.conf to=/proc/self/root/../../..$CANARY/file" "hard etc/hosts to=bin/busybox" \
		"sym run to=$CANARY/dir" "file run text=x" "dir etc/hosts" "fifo etc/passwd" "sym etc/passwd to=/dev/zero" \
		"sym etc/group to=/proc/self/mem"; do
		import_lines link <<<"$line"
		run --separate-stderr timeout 20 cuddy run --rm --network=none -w /made/here link /bin/busybox true
		case $status in
		0 | 125 | 126 | 127) ;;
		*) explain "$line: exit code $status" ;;
		esac
		equal "$(canaries)" "$before"
	done
}

@test "links instead of /proc, /sys, /dev: refused, or harmless" {
	for place in proc sys dev; do
		for target in "$CANARY/dir" ../../../../../tmp /bin /; do
			mktar root.tar <<-LINES
				dir bin
				copy bin/busybox from=$(command -v busybox) mode=755
				sym $place to=$target
			LINES
			cuddy import -q root.tar link >/dev/null
			run --separate-stderr cuddy run --rm --network=none link /bin/busybox true
			[ "$status" = 0 ] || [ "$status" = 125 ] || explain "$place to $target: exit code $status"
		done
	done
}

@test "links below /dev and /proc's mount points" {
	import_lines below <<-LINES
		sym dev/pts to=$CANARY/dir
		sym dev/shm to=$CANARY/dir
		sym dev/null to=$CANARY/file
		sym proc/sys to=$CANARY/dir
	LINES
	cuddy_ok run --rm --network=none below /bin/busybox sh -c 'echo x >/dev/null; echo x >/dev/shm/x'
}

@test "a volume's target is a link to outside: it lands inside" {
	import_lines target <<-LINES
		sym data to=$CANARY/dir
		sym deep to=../../../../../..$CANARY
	LINES
	mkdir -p src
	echo inside >src/file
	equal "$(cuddy run --rm --network=none -v "$PWD/src:/data" target cat "$CANARY/dir/file")" inside
	equal "$(cuddy run --rm --network=none -v "$PWD/src:/deep/new/place" target cat "$CANARY/new/place/file")" inside
	run cuddy run --rm --network=none --tmpfs /data target sh -c 'echo x >/data/x'
	[ ! -e "$CANARY/dir/x" ]
}

@test "a volume's target is a link into /proc: refused" {
	import_lines into-proc <<-'LINES'
		sym attr to=/proc/self/attr
		sym fd to=/proc/self/fd
	LINES
	mkdir -p src
	run cuddy run --rm --network=none -v "$PWD/src:/attr" into-proc true
	equal "$status" 125
	run cuddy run --rm --network=none -v "$PWD/src:/fd/x" into-proc true
	equal "$status" 125
}

@test "VOLUME and WORKDIR of the image climb out" {
	import_lines places -c "VOLUME /../../../..$CANARY/dir" -c "WORKDIR /x/../../../../..$CANARY/made" \
		<<<"sym x to=$CANARY"
	run --separate-stderr cuddy run --rm --network=none places true
	[ "$status" = 0 ] || [ "$status" = 125 ]
	[ ! -e "$CANARY/made" ]
}

@test "copying up into a volume follows no link out" {
	import_lines copied -c 'VOLUME /data' <<-LINES
		dir data
		sym data/out to=$CANARY
		sym data/file to=$CANARY/file
		hard data/same to=bin/busybox
		fifo data/fifo
	LINES
	equal "$(timeout 20 cuddy run --rm --network=none copied readlink /data/out)" "$CANARY"
}

@test "the executable of the tool is not reachable through /proc/self/exe" {
	import_lines exe -c 'ENTRYPOINT ["/proc/self/exe"]' <<-'LINES'
		file bin/script text='#!/proc/self/exe\n' mode=755
		sym bin/linked to=/proc/self/exe
		file bin/reader text='#!/bin/sh\nwhile :; do for p in /proc/[0-9]*; do readlink $p/exe; done; done\n' mode=755
	LINES
	run timeout 20 cuddy run --rm --network=none exe
	run timeout 20 cuddy run --rm --network=none --entrypoint /bin/script exe
	run timeout 20 cuddy run --rm --network=none --entrypoint /bin/linked exe
	run timeout 20 cuddy run --rm --network=none --entrypoint /bin/sh exe -c 'readlink /proc/1/exe /proc/self/exe'
	lacks "$output" cuddy
}

@test "who runs inside never sees a process of the tool's with its executable" {
	cuddy_ok run -d --name watcher --network=none busybox sh -c \
		'while :; do for p in /proc/[0-9]*; do readlink $p/exe; done; done >/seen'
	for _ in 1 2 3; do
		cuddy exec watcher true 2>/dev/null || true
	done
	run cuddy stop -t 0 watcher
	local dir
	dir=$(echo "$CUDDY_DATA/containers"/[0-9a-f]*)
	equal "$(sort -u "$dir/upper/seen" | grep -v '^/bin/' | grep -v memfd)" ""
	equal "$(grep -c cuddy "$dir/upper/seen" | grep -v '^0$')" "$(grep -c cuddy-stub "$dir/upper/seen" | grep -v '^0$')"
}

@test "the way back to the host's root through descriptors and /proc is closed" {
	run bb sh -c 'for fd in /proc/self/fd/* /proc/1/fd/*; do ls $fd/etc/ 2>/dev/null; done; ls /proc/1/cwd/ /proc/1/root/'
	lacks "$output" shadow
	run bb sh -c "cat $CANARY/file /proc/1/root$CANARY/file /proc/self/cwd/../../../..$CANARY/file"
	lacks "$output" untouched
}

@test "no working directory is one of the host's, by descriptor or through another process" {
	local n place
	for n in {0..40}; do
		! cuddy run --rm --network=none -w "/proc/self/fd/$n" busybox ls 2>/dev/null || explain "descriptor $n is a directory"
	done
	for place in /proc/self/cwd /proc/1/root /proc/1/root/tmp; do
		cuddy_fails 126 "$place" run --rm --network=none -w "$place" busybox true
	done
	import_lines back -c 'WORKDIR /way/back' <<<"sym way/back to=/proc/self/fd/3"
	! cuddy run --rm --network=none back ls 2>/dev/null || explain "the image has come back"
	cuddy_ok run -d --name entered --network=none busybox sleep 60
	for n in {3..30}; do
		! cuddy exec -w "/proc/self/fd/$n" entered ls 2>/dev/null || explain "descriptor $n is a directory"
	done
	cuddy_ok rm -f entered
}

@test "a volume of the image's lies on nothing of the kernel's, and is not filled with it" {
	local target
	for target in /proc /proc/self ../sys /dev /dev/pts; do
		import_lines kernels -c 'VOLUME /data' <<<"sym data to=$target"
		cuddy_fails 125 "leads into" run --rm --network=none kernels true
		cuddy_fails 125 "leads into" run --rm --network=none -v kept:/data kernels true
		equal "$(cuddy run --rm --network=none -v kept:/kept busybox ls -A /kept)" ""
	done
}

@test "what an image says does not reach the terminal as it is" {
	import_lines loud -c 'CMD ["/no\u001b[31m\nError: no"]' <<<"file x text=x"
	cuddy_fails 127 "/no?[31m?Error: no" run --rm --network=none loud
	lacks "$stderr" $'\e'
}

@test "names in passwd and group that are hostile do nothing" {
	import_lines passwd <<-'LINES'
		file etc/passwd text='root:x:99999999999:-1:\n:::::::\nevil:x:0:0:x:../../..:\nlong:x:4294967295:4294967295::/:\n'
		file etc/group text='root:x:-5:\nevil:x:18446744073709551616:evil\n'
	LINES
	run --separate-stderr cuddy run --rm --network=none -u evil passwd true
	[ "$status" = 0 ] || [ "$status" = 125 ]
	run --separate-stderr cuddy run --rm --network=none -u long passwd true
	equal "$status" 125
	run --separate-stderr cuddy run --rm --network=none -u 4294967295 passwd true
	equal "$status" 125
}
