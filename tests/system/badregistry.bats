# badregistry.bats - what a registry can do wrong: one clear error, and a store as it was.

load helpers

setup_file()
{
	need python3 openssl
	local at=$BATS_FILE_TMPDIR
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=bad" \
		-addext "subjectAltName=IP:127.0.0.1" -keyout "$at/tls.key" -out "$at/tls.crt" 2>/dev/null
	mkdir "$at/certs"
	cp "$at/tls.crt" "$at/certs/ca.crt"
	python3 "$T/tests/tools/badregistry.py" >"$at/plain" 2>/dev/null 3>&- &
	echo $! >"$at/pids"
	python3 "$T/tests/tools/badregistry.py" "$at/tls.crt" "$at/tls.key" >"$at/tls" 2>/dev/null 3>&- &
	echo $! >>"$at/pids"
	eventually test -s "$at/plain" -a -s "$at/tls"
	cuddy pull -q --tls-verify=false "$(<"$at/plain")/good:latest" >/dev/null
	content >"$at/content"
}

teardown_file()
{
	xargs -r kill <"$BATS_FILE_TMPDIR/pids"
}

# All that the store has.
content()
{
	(cd "$CUDDY_DATA" && find . -mindepth 2 | LC_ALL=C sort)
	cuddy images --no-trunc
}

refused() # WAY TEXT
{
	local host
	host=$(<"$BATS_FILE_TMPDIR/plain")
	cuddy_fails 125 "$2" pull -q --tls-verify=false "$host/$1"
	contains "$stderr" "$host/$1:latest"
	equal "$(grep -c . <<<"$stderr")" 2 # the error, and what to do
	diff <(content) "$BATS_FILE_TMPDIR/content"
}

@test "an answer that is no manifest" {
	refused empty-answer "empty"
	refused html "not valid JSON"
	refused cut-json "not valid JSON"
	refused deep-json "too deep"
	refused huge "longer than"
}

@test "a manifest that is not one image's" {
	refused schema1 "schema 1"
	refused both "both a manifest and an index"
	refused artifact "artifact"
	refused many-layers "129 layers"
	refused layer-count "the manifest has 1 layers"
}

@test "an index that leads nowhere" {
	refused nested "nested too deep"
	refused other-platform "linux/amd64"
	refused entry-size "not 7 as announced"
	refused entry-missing "not found"
}

@test "a configuration that is not what it says" {
	refused config-wrong "digest"
	refused config-garbage "not valid JSON"
	refused config-huge "larger than 16 MB"
}

@test "a layer that is not what it says" {
	refused layer-missing "not found"
	refused layer-wrong "has the digest"
	refused layer-size "not 101 as announced"
	refused layer-content "content is sha256:"
}

@test "one good layer does not make an image" {
	local host
	host=$(<"$BATS_FILE_TMPDIR/plain")
	cuddy_fails 125 "has the digest" pull -q --tls-verify=false "$host/second-wrong"
	run -1 --separate-stderr cuddy image exists "$host/second-wrong"
	equal "$(ls "$CUDDY_DATA/tmp")" ""
}

@test "a layer that is no archive, or none to be trusted" {
	refused layer-garbage "not a tar"
	refused layer-cut "too early"
	refused layer-outside "out of the root"
}

@test "from TLS to plain HTTP no redirect is followed" {
	local host
	host=$(<"$BATS_FILE_TMPDIR/tls")
	cuddy_ok pull -q --cert-dir "$BATS_FILE_TMPDIR/certs" "$host/good-index"
	cuddy_fails 125 "not protected" pull -q --cert-dir "$BATS_FILE_TMPDIR/certs" "$host/to-http"
}
