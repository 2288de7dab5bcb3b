#!/bin/bash
# registry.sh - Debian's docker-registry on the loopback, filled by skopeo.
#
# usage: registry.sh start		with T and FIXTURES set; kill the pids in T/registry/pid
#
# Two of them: T/registry/registry.tls (its address; ca.crt signs it, alice:secret may read) and
# registry.plain (HTTP, everybody may). Ports are the kernel's choice.
set -euo pipefail
reg=$T/registry
mkdir -p "$reg"/{tls,plain}

certificates()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=cuddy tests" -keyout "$reg/ca.key" -out "$reg/ca.crt" 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
		-keyout "$reg/tls.key" -out "$reg/tls.csr" 2>/dev/null
	openssl x509 -req -in "$reg/tls.csr" -CA "$reg/ca.crt" -CAkey "$reg/ca.key" -CAcreateserial -days 2 \
		-extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost") -out "$reg/tls.crt" 2>/dev/null
}

common() # NAME
{
	cat <<-YAML
		version: 0.1
		log: {level: info, formatter: json}
		storage: {filesystem: {rootdirectory: $reg/$1}}
	YAML
}

serve() # NAME: started, and its address in registry.NAME
{
	docker-registry serve "$reg/$1.yml" >"$reg/$1.log" 2>&1 &
	echo $! >>"$reg/pid"
	for _ in $(seq 100); do
		sed -n 's/.*listening on \(127[0-9.:]*\).*/\1/p' "$reg/$1.log" | head -n 1 | grep . >"$reg/registry.$1" && return
		sleep 0.05
	done
	cat "$reg/$1.log" >&2
	return 1
}

fill() # REGISTRY SKOPEO-OPTION...
{
	local registry=$1 name
	shift
	for name in busybox odd start; do
		skopeo --insecure-policy copy --quiet "$@" "oci:$FIXTURES/layout:$name" "docker://$registry/$name:1"
	done
	skopeo --insecure-policy copy --quiet --all "$@" "oci:$FIXTURES/layout:many" "docker://$registry/team/many:1"
	skopeo --insecure-policy copy --quiet --format v2s2 "$@" "oci:$FIXTURES/layout:odd" "docker://$registry/odd:v2s2"
	skopeo --insecure-policy copy --quiet "$@" "dir:$FIXTURES/odd.zst" "docker://$registry/odd:zst"
}

certificates
htpasswd -Bbn alice secret >"$reg/htpasswd" 2>/dev/null
{
	common tls
	echo "http: {addr: '127.0.0.1:0', tls: {certificate: $reg/tls.crt, key: $reg/tls.key}}"
	echo "auth: {htpasswd: {realm: tests, path: $reg/htpasswd}}"
} >"$reg/tls.yml"
{
	common plain
	echo "http: {addr: '127.0.0.1:0'}"
} >"$reg/plain.yml"
serve tls
serve plain
mkdir -p "$reg/certs"
cp "$reg/ca.crt" "$reg/certs/"
fill "$(<"$reg/registry.tls")" --dest-creds alice:secret --dest-cert-dir "$reg/certs"
fill "$(<"$reg/registry.plain")" --dest-tls-verify=false
