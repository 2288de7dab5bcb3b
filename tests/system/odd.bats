# odd.bats - everything that a layer can hold comes out as it went in, whatever the form of the image.

load helpers

# Facts about the image "odd" as seen from inside; the same for every form.
facts()
{
	cuddy run --rm --network=none "$1" sh -c '
		cd /odd
		stat -c "%n %A %u %g %h %s" plain linked absolute dangling fifo setuid setgid sticky busybox-capable far
		stat -c "%n %y" plain
		readlink absolute; readlink dangling
		cat becomes-file hidden/new kept/one kept/two
		ls -d hidden/below becomes-dir becomes-dir/inside removed null 2>&1
		printf "%s\n" * | grep -v nnn
		printf "%s\n" * | grep -c nnn
		stat -c "%n %s" sparse
		tail -c 3 sparse
		[ $(du -k sparse | cut -f1) -lt 2048 ] && echo sparse
	'
}

setup_file()
{
	pull_fixture odd
	facts odd >"$BATS_FILE_TMPDIR/facts"
}

same_facts() # SOURCE [OPTION...]
{
	local id
	id=$(XDG_DATA_HOME=$BATS_TEST_TMPDIR cuddy pull -q "$@")
	XDG_DATA_HOME=$BATS_TEST_TMPDIR facts "$id" >"$BATS_TEST_TMPDIR/facts"
	diff "$BATS_FILE_TMPDIR/facts" "$BATS_TEST_TMPDIR/facts"
	cuddy --root "$BATS_TEST_TMPDIR/cuddy" rmi -af >/dev/null
	cuddy unshare rm -rf "$BATS_TEST_TMPDIR/cuddy"
}

fact() # PATTERN
{
	grep -qE "$1" "$BATS_FILE_TMPDIR/facts" || explain "no line is like $1 in: $(<"$BATS_FILE_TMPDIR/facts")"
}

@test "modes with setuid, setgid and sticky" {
	fact '^setuid -rwsr-xr-x 0 0'
	fact '^setgid -rwxr-sr-x 0 33'
	fact '^sticky drwxrwxrwt 0 0'
}

@test "owners, also far ones" {
	fact '^plain -rw-r----- 1000 33'
	fact '^far -rw-r--r-- 65000 65000'
}

@test "times to the nanosecond" {
	fact '^plain 2009-02-13 23:31:30.123456'
}

@test "hard links, symbolic links, FIFOs" {
	fact '^linked -rw-r----- 1000 33 2'
	fact '^/odd/plain$'
	fact '^nowhere$'
	fact '^fifo prw--w----'
}

@test "sparse files stay sparse and keep their size and content" {
	fact '^sparse 67108864$'
	fact '^sparse$'
	fact '^sparse [0-9]+'
}

@test "whiteouts take away, opaque directories hide, types change" {
	fact 'ls: removed: No such'
	fact 'ls: hidden/below: No such'
	fact '^new12$|^filenew12'
	fact '^becomes-dir/inside$'
}

@test "device nodes are not there" {
	fact 'ls: null: No such'
}

@test "names with spaces, dollars, other alphabets, and long ones" {
	fact '^with space and \$dollar$'
	fact '^ümlaut$'
	fact '^1$'
}

@test "extended attributes" {
	need getfattr
	equal "$(layer_file attributed getfattr --only-values -n user.color)" blue
}

@test "file capabilities" {
	need getcap
	contains "$(layer_file busybox-capable getcap)" cap_net_raw
}

# Look at a file of the unpacked layer as the namespace's root.
layer_file() # NAME COMMAND...
{
	local name=$1 file
	shift
	file=$(find "$CUDDY_DATA/layers" -path "*/odd/$name" 2>/dev/null | head -n 1)
	[ -n "$file" ] || explain "no file $name in the store"
	cuddy unshare "$@" "$file" 2>/dev/null
}

@test "a file capability works inside: a user gets it, and only it" {
	run cuddy run --rm --network=none --cap-add NET_RAW -u 1000 odd /odd/busybox-capable grep CapPrm: /proc/self/status
	equal "$output" "CapPrm:	0000000000002000"
}

@test "the same with zstd layers" {
	same_facts "dir:$FIXTURES/odd.zst"
}

@test "the same with plain layers" {
	same_facts "dir:$FIXTURES/odd.plain"
}

@test "the same with a Docker schema 2 manifest" {
	same_facts "dir:$FIXTURES/odd.v2s2"
}

@test "the same from a registry" {
	same_facts --tls-verify=false "$(registry plain)/odd:1"
	same_facts --tls-verify=false "$(registry plain)/odd:v2s2"
	same_facts --tls-verify=false "$(registry plain)/odd:zst"
}

# Facts as they are with a storage driver that is asked for.
facts_with() # DRIVER
{
	local CUDDY_DRIVER=$1
	# shellcheck disable=SC2317
	cuddy()
	{
		timeout --foreground 60 "$CUDDY" --storage-driver "$CUDDY_DRIVER" "$@"
	}
	facts odd
}

same_with() # DRIVER
{
	facts_with "$1" >"$BATS_TEST_TMPDIR/facts"
	diff "$BATS_FILE_TMPDIR/facts" "$BATS_TEST_TMPDIR/facts"
}

@test "the same with the kernel's overlay, and with plain copies" {
	same_with overlay
	same_with copy
}

@test "the same with fuse-overlayfs" {
	need fuse-overlayfs
	[ -w /dev/fuse ] || missing "/dev/fuse is closed"
	same_with fuse-overlayfs
}
