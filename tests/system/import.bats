# import.bats - `cuddy import`: a tar archive becomes an image.

load helpers

teardown()
{
	cuddy rmi -af >/dev/null 2>&1 || true
}

imported_runs() # NAME
{
	equal "$(cuddy run --rm --network=none "$1" echo works)" works
}

@test "a file, and its id alone on standard output" {
	cuddy_ok import "$FIXTURES/busybox.tar" busybox
	[[ $output =~ ^(sha256:)?[0-9a-f]{64}$ ]] || explain "not an id"
	imported_runs busybox
	imported_runs "$output"
}

@test "standard input" {
	cuddy import -q - piped <"$FIXTURES/busybox.tar" >/dev/null
	imported_runs piped
}

@test "gzip, zstd and xz, from a file and from a pipe" {
	local kind
	for kind in gz zst xz; do
		cuddy_ok import "$FIXTURES/busybox.tar.$kind" "file-$kind"
		imported_runs "file-$kind"
		cuddy import -q - "pipe-$kind" < <(cat "$FIXTURES/busybox.tar.$kind") >/dev/null
		imported_runs "pipe-$kind"
	done
}

@test "the same archive is the same layer, unpacked once" {
	cuddy_ok import "$FIXTURES/busybox.tar" one
	cuddy_ok import "$FIXTURES/busybox.tar.zst" two
	equal "$(find "$CUDDY_DATA/layers" -mindepth 1 -maxdepth 1 -type d | wc -l)" 1
	cuddy_ok rmi one
	imported_runs two
}

@test "without a name the image has only its id" {
	local id
	id=$(cuddy import -q "$FIXTURES/busybox.tar")
	imported_runs "$id"
	contains "$(cuddy images)" "<none>"
}

@test "-q prints nothing but the id" {
	cuddy_ok import -q "$FIXTURES/busybox.tar" busybox
	equal "$stderr" ""
}

@test "--change sets the configuration, --message the comment" {
	cuddy_ok import -q -m "made by hand" -c 'CMD ["echo", "a b"]' -c 'ENV ONE=1 TWO="2 3"' -c 'WORKDIR /var' \
		-c 'USER 33' -c 'LABEL who=me' -c 'ENTRYPOINT ["env"]' -c 'VOLUME /data' -c 'STOPSIGNAL SIGINT' \
		-c 'EXPOSE 80/tcp' "$FIXTURES/busybox.tar" changed
	run cuddy image inspect changed
	equal "$(jq -r '.[0] | .Comment, .Config.Cmd[1], .Config.User, .Config.WorkingDir, .Config.Labels.who,
		.Config.StopSignal, (.Config.Volumes | keys[0]), (.Config.ExposedPorts | keys[0])' <<<"$output" | xargs)" \
		"made by hand a b 33 /var me SIGINT /data 80/tcp"
	run cuddy run --rm --network=none changed sh -c 'id -u; pwd; echo $ONE $TWO'
	equal "$output" "33
/var
1 2 3"
}

@test "--change in shell form" {
	cuddy_ok import -q -c 'CMD echo $((1 + 1))' "$FIXTURES/busybox.tar" shell
	equal "$(cuddy run --rm --network=none shell)" 2
}

@test "a --change that makes no sense is refused before anything is stored" {
	cuddy_fails 125 NONSENSE import -c 'NONSENSE x' "$FIXTURES/busybox.tar" bad
	cuddy_fails 125 ENV import -c 'ENV' "$FIXTURES/busybox.tar" bad
	equal "$(cuddy images -q)" ""
}

@test "a missing file, a directory, an invalid name are errors that name them" {
	cuddy_fails 125 nosuch.tar import nosuch.tar name
	cuddy_fails 125 "$TMPDIR" import "$TMPDIR" name
	cuddy_fails 125 "UPPER" import "$FIXTURES/busybox.tar" UPPER
	equal "$(cuddy images -q)" ""
}

@test "device nodes are skipped, counted and told" {
	import_stderr=$(mktar - <<-LINES | cuddy import - devices 2>&1 >/dev/null
		dir dev
		char dev/null dev=1:3
		block dev/sda dev=8:0
		file there text=yes
	LINES
	)
	contains "$import_stderr" "2 device nodes"
	cuddy_ok image exists devices
}
