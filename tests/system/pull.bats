# pull.bats - `cuddy pull` from a registry: what it takes, and what it refuses.

load helpers

setup_file()
{
	TLS=$(registry tls)
	PLAIN=$(registry plain)
	CERTS=$REGISTRY/certs
	export TLS PLAIN CERTS
	python3 "$T/tests/tools/bad_registry.py" "$FIXTURES/layout" "$BATS_FILE_TMPDIR/bad" >/dev/null 2>&1 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/bad.pid"
	eventually test -s "$BATS_FILE_TMPDIR/bad"
	BAD=$(<"$BATS_FILE_TMPDIR/bad")
	export BAD
}

teardown_file()
{
	kill "$(<"$BATS_FILE_TMPDIR/bad.pid")"
}

teardown()
{
	cuddy rmi -af >/dev/null 2>&1 || true
}

from_tls() # ARG...
{
	cuddy_ok pull --cert-dir "$CERTS" --creds alice:secret "$@"
}

# Nothing of an image is in the store, and nothing half-made. A layer of it that came whole before the rest failed
# may have been kept for the next try.
store_is_empty()
{
	equal "$(cuddy images -aq)" ""
	equal "$(find "$CUDDY_DATA/tmp" "$CUDDY_DATA/blobs/sha256" -mindepth 1 -maxdepth 1 2>/dev/null)" ""
	equal "$(find "$CUDDY_DATA/layers" -mindepth 1 -maxdepth 1 ! -exec test -e {}/info.json \; -print 2>/dev/null)" ""
}

# ---- what works

@test "over TLS with an account; the id alone on standard output" {
	from_tls "$TLS/busybox:1"
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	equal "$(skopeo inspect --raw "oci:$FIXTURES/layout:busybox" | jq -r .config.digest)" "sha256:$output"
	equal "$(cuddy run --rm --network=none "$TLS/busybox:1" echo works)" works
}

@test "the certificate from the directory that the containers world uses" {
	mkdir -p "$HOME/.config/containers/certs.d/$TLS"
	cp "$CERTS/ca.crt" "$HOME/.config/containers/certs.d/$TLS/"
	cuddy_ok pull --creds alice:secret "$TLS/busybox:1"
	rm -r "$HOME/.config"
}

@test "an account from the authfile, and from the default one" {
	printf '{"auths": {"%s": {"auth": "%s"}}}' "$TLS" "$(printf alice:secret | base64)" >auth.json
	cuddy_ok pull --cert-dir "$CERTS" --authfile auth.json "$TLS/busybox:1"
	cuddy_ok rmi -a
	mkdir -p "$XDG_RUNTIME_DIR/containers"
	cp auth.json "$XDG_RUNTIME_DIR/containers/"
	cuddy_ok pull --cert-dir "$CERTS" "$TLS/busybox:1"
	rm -r "$XDG_RUNTIME_DIR/containers"
}

@test "--tls-verify=false takes an unknown certificate, and plain HTTP" {
	cuddy_ok pull --tls-verify=false --creds alice:secret "$TLS/busybox:1"
	cuddy_ok pull --tls-verify=false "$PLAIN/busybox:1"
}

@test "by digest" {
	local digest
	digest=$(skopeo inspect --tls-verify=false "docker://$PLAIN/busybox:1" | jq -r .Digest)
	cuddy_ok pull -q --tls-verify=false "$PLAIN/busybox@$digest"
	equal "$(cuddy run --rm --network=none "$PLAIN/busybox@$digest" echo works)" works
	cuddy_fails 125 "" pull -q --tls-verify=false "$PLAIN/busybox@sha256:$(printf '0%.0s' $(seq 64))"
}

@test "an index: this machine's platform, or the one asked for" {
	local own other
	read -r own other <"$FIXTURES/platforms"
	cuddy_ok pull -q --tls-verify=false "$PLAIN/team/many:1"
	equal "$(cuddy run --rm --network=none "$output" cat /platform)" "$own"
	cuddy_ok pull -q --tls-verify=false --platform "linux/$other" "$PLAIN/team/many:1"
	equal "$(cuddy image inspect -f '{{.Architecture}}' "$output")" "$other"
	cuddy_ok pull -q --tls-verify=false --arch "$other" "$PLAIN/team/many:1"
	equal "$(cuddy image inspect -f '{{.Architecture}}' "$output")" "$other"
	cuddy_fails 125 s390x pull -q --tls-verify=false --platform linux/s390x "$PLAIN/team/many:1"
}

@test "layers that are there are not got again" {
	cuddy_ok pull --tls-verify=false "$PLAIN/busybox:1"
	cuddy_ok pull --tls-verify=false "$PLAIN/start:1"
	contains "$stderr" "exists"
}

@test "-q prints the id and nothing else; otherwise lines without control characters" {
	cuddy_ok pull -q --tls-verify=false "$PLAIN/busybox:1"
	equal "$stderr" ""
	cuddy_ok rmi -a
	cuddy_ok pull --tls-verify=false "$PLAIN/busybox:1"
	[ -n "$stderr" ]
	equal "$(tr -d '[:print:]\n' <<<"$stderr")" ""
}

@test "several images in one go" {
	cuddy_ok pull -q --tls-verify=false "$PLAIN/busybox:1" "$PLAIN/start:1"
	equal "$(wc -l <<<"$output")" 2
}

@test "run gets what is missing; --pull=never does not; --pull=newer and always ask again" {
	mkdir -p "$HOME/.config/containers/certs.d/$TLS" "$XDG_RUNTIME_DIR/containers"
	cp "$CERTS/ca.crt" "$HOME/.config/containers/certs.d/$TLS/"
	printf '{"auths": {"%s": {"auth": "%s"}}}' "$TLS" "$(printf alice:secret | base64)" \
		>"$XDG_RUNTIME_DIR/containers/auth.json"
	local policy
	cuddy_fails 125 "$TLS/busybox:1" run --rm --network=none --pull=never "$TLS/busybox:1" true
	for policy in missing newer always; do
		cuddy_ok run --rm --network=none --pull=$policy "$TLS/busybox:1" echo got
		equal "$output" got
	done
	rm -r "$HOME/.config" "$XDG_RUNTIME_DIR/containers"
}

@test "pull with the policies missing and never does not ask for what is there" {
	cuddy_ok pull -q --tls-verify=false "$PLAIN/busybox:1"
	cuddy_ok tag "$PLAIN/busybox:1" 127.0.0.1:1/gone:1
	cuddy_ok pull -q --policy missing 127.0.0.1:1/gone:1
	cuddy_ok pull -q --policy never 127.0.0.1:1/gone:1
	cuddy_fails 125 127.0.0.1:1 pull -q --policy always 127.0.0.1:1/gone:1
}

# ---- what does not

@test "no account, a wrong one, a wrong password: denied, and nothing is left" {
	cuddy_fails 125 "$TLS" pull -q --cert-dir "$CERTS" "$TLS/busybox:1"
	cuddy_fails 125 "$TLS" pull -q --cert-dir "$CERTS" --creds alice:wrong "$TLS/busybox:1"
	lacks "$stderr" wrong
	cuddy_fails 125 "$TLS" pull -q --cert-dir "$CERTS" --creds mallory:secret "$TLS/busybox:1"
	store_is_empty
}

@test "a certificate that nobody known has signed" {
	cuddy_fails 125 "certificate" pull -q --creds alice:secret "$TLS/busybox:1"
	store_is_empty
}

@test "an account is never sent where TLS was not verified unless asked" {
	cuddy_fails 125 "" pull -q --creds alice:secret "$PLAIN/busybox:1"
}

@test "nobody there, no such name, no such tag" {
	cuddy_fails 125 127.0.0.1:1 pull -q 127.0.0.1:1/x:1
	cuddy_fails 125 "$PLAIN/nosuch" pull -q --tls-verify=false "$PLAIN/nosuch:1"
	cuddy_fails 125 nosuchtag pull -q --tls-verify=false "$PLAIN/busybox:nosuchtag"
	store_is_empty
}

@test "the lying registry can be honest" {
	cuddy_ok pull -q --tls-verify=false "$BAD/honest:odd"
}

# Whatever is wrong with it: one error, 125, in time, and nothing in the store.
refused() # HOW
{
	CUDDY_TIMEOUT=50 cuddy_fails 125 "$BAD/$1" pull -q --tls-verify=false "$BAD/$1:odd"
	lacks "$stderr" $'\e'
	store_is_empty
}

@test "a layer that is not what its digest says" {
	refused changed-layer
	refused other-layer
}

@test "a layer that is too short, too long, cut, missing, endless" {
	refused short-layer
	refused long-layer
	refused missing-layer
	refused endless-layer
	refused cut-layer
}

@test "a configuration that is not what its digest says" {
	refused changed-config
}

@test "a manifest that is no JSON, half, endless, too deep" {
	refused not-json
	refused truncated-manifest
	refused endless-manifest
	refused deep
}

@test "a manifest with impossible sizes, digests, kinds, numbers of layers" {
	refused huge-layer-size
	refused negative-size
	refused bad-digest
	refused unknown-kind
	refused many-layers
	refused fewer-layers
	refused no-config
}

@test "a server out of order, going in circles, pointing at files" {
	refused server-error
	refused redirect-loop
	refused redirect-file
	cuddy_fails 125 "$BAD/honest" pull -q --tls-verify=false "$BAD/honest:nosuchtag"
	lacks "$stderr" $'\e'
	[ ${#stderr} -lt 2000 ]
}

@test "interrupted: nothing half-made stays, and the same pull succeeds" {
	"$CUDDY" pull -q --tls-verify=false "$BAD/slow-layer:odd" >/dev/null 2>&1 3>&- &
	local pid=$!
	sleep 0.3
	kill -TERM $pid
	code=0
	wait $pid || code=$?
	[ $code != 0 ]
	eventually nothing_runs
	# layers that were whole by then may stay for the next attempt
	equal "$(cuddy images -aq)" ""
	cuddy_ok pull -q --tls-verify=false "$BAD/slow-layer:odd"
	equal "$(find "$CUDDY_DATA/tmp" -mindepth 1 -maxdepth 1)" ""
}
