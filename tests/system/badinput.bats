# badinput.bats - malformed archives, documents, options and environment: one error that names
# the thing, 125, bounded memory, and nothing half-written.

load helpers

setup_file()
{
	import_busybox
}

# cuddy with at most 512 MB of memory.
bounded() # ARG...
{
	(
		[ -n "$SANITIZED" ] || ulimit -v 524288 # the shadow memory is terabytes
		cuddy "$@"
	)
}

# Importing FILE fails in time and in memory, and leaves the store as it was.
refused() # FILE [TEXT]
{
	local before
	before=$(listing)
	run --separate-stderr bounded import -q "$1" refused
	equal "$status" 125
	equal "$output" ""
	equal "$(grep -c '^Error: ' <<<"$stderr")" 1
	contains "$stderr" "${2-$1}"
	equal "$(listing)" "$before"
}

# FILE is refused, or taken; but in bounded time and memory.
survives() # FILE
{
	run --separate-stderr bounded import -q "$1" survived
	[ "$status" = 0 ] || [ "$status" = 125 ] || explain "exit code $status"
	cuddy rmi -f survived >/dev/null 2>&1 || true
}

@test "what is no archive" {
	echo "no archive at all" >text.tar
	head -c 100000 /dev/urandom >noise.tar
	head -c 10240 /dev/zero >zeros.tar
	refused text.tar
	refused noise.tar
}

@test "an archive that is cut, plain and compressed" {
	local kind
	head -c 1000000 "$FIXTURES/busybox.tar" >cut.tar
	refused cut.tar
	for kind in gz zst xz; do
		head -c 500000 "$FIXTURES/busybox.tar.$kind" >"cut.tar.$kind"
		refused "cut.tar.$kind"
	done
}

@test "an archive with a changed byte in its compressed part" {
	local kind
	for kind in gz zst xz; do
		cp "$FIXTURES/busybox.tar.$kind" "changed.tar.$kind"
		chmod u+w "changed.tar.$kind"
		printf '\x55\xaa\x55' | dd of="changed.tar.$kind" bs=1 seek=300000 conv=notrunc status=none
		refused "changed.tar.$kind"
	done
}

@test "headers with nonsense in them" {
	cp "$FIXTURES/busybox.tar" header.tar
	chmod u+w header.tar
	printf 'ZZZZZZZ' | dd of=header.tar bs=1 seek=124 conv=notrunc status=none
	refused header.tar
}

@test "bombs: a file of a terabyte, four gigabytes of zeros in little" {
	mktar giant.tar <<<"file small text=x"
	# the size field of the first header, and its checksum
	python3 - giant.tar <<-'END'
		import sys
		data = bytearray(open(sys.argv[1], "rb").read())
		data[124:136] = b"%011o\0" % (1 << 32)
		data[148:156] = b" " * 8
		data[148:156] = b"%06o\0 " % sum(data[:512])
		open(sys.argv[1], "wb").write(data)
	END
	refused giant.tar
}

@test "a hundred thousand members, ten thousand levels, names of a megabyte" {
	python3 - <<-'END'
		import tarfile
		with tarfile.open("many.tar", "w") as t:
		    for i in range(20000):
		        t.addfile(tarfile.TarInfo("d%d/f" % i))
		with tarfile.open("deep.tar", "w", format=tarfile.PAX_FORMAT) as t:
		    t.addfile(tarfile.TarInfo("d/" * 10000 + "f"))
		with tarfile.open("long.tar", "w", format=tarfile.PAX_FORMAT) as t:
		    t.addfile(tarfile.TarInfo("n" * 1000000))
		with tarfile.open("xattr.tar", "w", format=tarfile.PAX_FORMAT) as t:
		    i = tarfile.TarInfo("f")
		    i.pax_headers = {"SCHILY.xattr.user.x": "v" * 3000000}
		    t.addfile(i)
	END
	for file in many deep long xattr; do
		survives "$file.tar"
	done
}

@test "an archive that never ends: stopped, and nothing stays" {
	local before
	before=$(listing)
	run bash -c 'mkfifo pipe; (cat "$FIXTURES/busybox.tar"; sleep 5) >pipe & "$CUDDY" import -q - x <pipe & pid=$!; sleep 0.5; kill $pid; wait $pid'
	[ "$status" != 0 ]
	eventually nothing_runs
	cuddy_ok images
	equal "$(cuddy images -q x)" ""
}

@test "manifests and configurations that are malformed" {
	local text
	for text in '' '{' '[]' 'null' '{"schemaVersion": 1}' '{"schemaVersion": 2}' \
		'{"schemaVersion": 2, "config": 5, "layers": {}}' \
		'{"schemaVersion": 2, "config": {"digest": "sha256:xyz", "size": 1}, "layers": []}' \
		'{"schemaVersion": 2, "config": {"mediaType": "x", "digest": "md5:00", "size": -1}, "layers": [[]]}'; do
		rm -rf bad
		mkdir bad
		printf 'Directory Transport Version: 1.1\n' >bad/version
		printf '%s' "$text" >bad/manifest.json
		cuddy_fails 125 "" pull -q dir:bad
	done
	rm -rf bad
	cp -r "$FIXTURES/layout" bad
	for text in '' '{' '[]' '{"manifests": 7}' '{"schemaVersion": 2, "manifests": [{"digest": "sha256:/../../.."}]}'; do
		printf '%s' "$text" >bad/index.json
		cuddy_fails 125 "" pull -q oci:bad:busybox
	done
}

@test "layouts whose blobs are links or directories" {
	cp -r "$FIXTURES/layout" linked
	local blob
	for blob in linked/blobs/sha256/*; do
		rm -f "$blob"
		ln -s /etc/passwd "$blob"
	done
	cuddy_fails 125 "" pull -q oci:linked:busybox
	lacks "$stderr" root:
}

@test "references" {
	local bad
	for bad in "" " " "UPPER/x" "x:" ":x" "x@" "x@sha256" "x@sha256:short" "http://x/y" "a//b" "-x/y" "x:a b" "x/../y" \
		"$(printf 'a%.0s' $(seq 5000))" $'x\ny' $'x\ey' "x:$(printf 'a%.0s' $(seq 200))"; do
		cuddy_fails 125 "" pull -q -- "$bad"
		lacks "$stderr" $'\e'
		cuddy_fails 125 "" run --rm --pull=never -- "$bad" true
	done
}

@test "options: unknown, without their value, with one too many, contradictory" {
	cuddy_fails 125 "--nosuch" run --nosuch busybox
	cuddy_fails 125 "" run --name
	cuddy_fails 125 "" run --rm=maybe busybox true
	cuddy_fails 125 "" images --sort nonsense
	cuddy_fails 125 "" nosuchcommand
	cuddy_fails 125 "" image nosuchcommand
	cuddy_fails 125 "" pull
	cuddy_fails 125 "" run -e "=x" --rm --network=none busybox true
	cuddy_fails 125 "" run --env-file nowhere busybox true
	cuddy_fails 125 "" run -u "a:b:c" --rm --network=none busybox true
	cuddy_fails 125 "" stop -t nonsense x
	cuddy_fails 125 "nonsense" --storage-driver nonsense run --rm --network=none busybox true
	cuddy_fails 125 "" run -h "$(printf 'a%.0s' $(seq 100))" --rm --network=none busybox true
	cuddy_fails 125 "" --root /proc/nowhere images
	cuddy_fails 125 "" --root "$FIXTURES" images
}

@test "arguments that are long and many" {
	local many
	mapfile -t many < <(seq 20000)
	equal "$(cuddy run --rm --network=none busybox sh -c 'echo $#' sh "${many[@]}")" 20000
	run cuddy run --rm --network=none -e "LONG=$(printf 'x%.0s' $(seq 100000))" busybox sh -c 'echo ${#LONG}'
	equal "$output" 100000
}

@test "bytes that are no text" {
	equal "$(cuddy run --rm --network=none -e $'X=\xff\xfe' busybox sh -c 'printf "%s" "$X"' | od -An -tx1)" " ff fe"
	run cuddy run --rm --network=none --name $'\xff' busybox true
	equal "$status" 125
	cuddy_ok run --network=none --name bytes -l $'k=\xff\e' busybox sh -c $'echo \xff'
	cuddy_ok inspect bytes
	cuddy_ok ps -a
	cuddy_ok rm bytes
}

@test "environment: no HOME, a HOME that is not there, XDG directories of others" {
	run env -u XDG_DATA_HOME HOME=/nowhere/at/all "$CUDDY" images
	equal "$status" 125
	contains "$output" /nowhere
	run env XDG_RUNTIME_DIR=/nowhere "$CUDDY" run --rm --network=none busybox true
	[ "$status" = 0 ] || [ "$status" = 125 ]
	run env XDG_RUNTIME_DIR=/ "$CUDDY" run --rm --network=none busybox echo fine
	equal "$output" fine
	rm -rf "/tmp/cuddy-$(id -u)"
	run env -i "$CUDDY" --root "$CUDDY_DATA" --runroot "$CUDDY_RUN" run --rm --network=none busybox echo fine
	equal "$output" fine
}

@test "standard descriptors that are closed" {
	run bash -c '"$CUDDY" run --rm --network=none busybox sh -c "echo out; ls /proc/self/fd" <&-'
	contains "$output" out
	run bash -c '"$CUDDY" run --rm --network=none busybox true >&- 2>&- <&-'
	equal "$status" 0
	run bash -c '"$CUDDY" images >/dev/full'
	[ "$status" != 139 ]
}

@test "a store that is not readable, of another version, with strange files in it" {
	cp -r "$CUDDY_DATA/version" version
	mkdir other
	echo 99 >other/version
	cuddy_fails 125 version --root "$PWD/other" images
	mkdir stranger
	touch stranger/holiday.jpg
	cuddy_fails 125 "$PWD/stranger" --root "$PWD/stranger" images
	touch file
	cuddy_fails 125 "$PWD/file" --root "$PWD/file" images
}

@test "damaged records and indexes are told, not died of" {
	cuddy_ok run --network=none --name damaged busybox true
	local record
	record=$CUDDY_DATA/containers/$(cuddy inspect -f '{{.Id}}' damaged)/record.json
	for text in '' '{' '[]' '{"opts": 5}'; do
		printf '%s' "$text" >"$record"
		run cuddy ps -a
		[ "$status" = 0 ] || [ "$status" = 125 ]
		run cuddy inspect damaged
		[ "$status" = 125 ] || explain "inspect: $status"
	done
	run cuddy rm -f damaged
	rm -rf "$(dirname "$record")" "$CUDDY_DATA/containers/names/damaged"
	bb true
}

@test "a full disk: an error, and nothing half-made" {
	mkdir small
	run cuddy unshare sh -c "mount -t tmpfs -o size=2m t $PWD/small && mkdir $PWD/small/store && \
		$CUDDY --root $PWD/small/store import -q $FIXTURES/first.tar x; code=\$?; \
		$CUDDY --root $PWD/small/store images -q; exit \$code"
	equal "$status" 125
	contains "$output" "No space"
}
