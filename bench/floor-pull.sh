#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# floor-pull.sh - the least that pulling an image has to do, with common tools.
#
#     floor-pull.sh HOST:PORT/NAME:TAG DIRECTORY
#
# Fetches the manifest from a registry that speaks plain http and asks for no
# password, then for every layer, all at once:
#
#     curl | sha256 (the digest) | gunzip | sha256 (the diff_id) | tar x
#
# each a process of its own, so that two processors are as busy as the layers
# allow. Both sums are compared: a floor that skips what a pull must do is none.
# It takes the fastest tools there are on the machine (igzip is ISA-L's gzip;
# openssl uses the processor's SHA instructions), says on stderr which, keeps
# no owners, translates no whiteouts and syncs nothing.
set -euo pipefail

image=$1 dir=$2
repo=${image%:*} tag=${image##*:}
base=http://${repo%%/*}/v2/${repo#*/}

gunzip=gzip
for tool in igzip pigz; do
	if command -v "$tool" >/dev/null; then
		gunzip=$tool
		break
	fi
done
if command -v openssl >/dev/null; then
	sum=(openssl dgst -sha256 -r)
else
	sum=(sha256sum)
fi
echo "floor-pull: with $gunzip and ${sum[0]}" >&2

# The digests under KEY of a JSON text on stdin, in order. Good enough for the
# manifest and config that run.sh writes.
digests() {
	tr -d ' \n' | sed "s/.*\"$1\":\[\([^]]*\)\].*/\1/" | grep -o 'sha256:[0-9a-f]*'
}

# Copy stdin to stdout, and its sha256 to the file $1. The sum may come after the
# last byte went through, hence the wait for it by who reads the file.
tee_sum() {
	tee >("${sum[@]}" | cut -d ' ' -f 1 >"$1.new" && mv "$1.new" "$1")
}

sum_check() {
	local tries
	for ((tries = 0; tries < 1000; tries++)); do
		[ -e "$1" ] && break
		sleep 0.005
	done
	[ "sha256:$(cat "$1")" = "$2" ] || {
		echo "Error: floor-pull: $1: content is not $2" >&2
		return 1
	}
}

layer() { # NUMBER DIGEST DIFF_ID
	mkdir "$dir/$1"
	curl -sSf "$base/blobs/$2" | tee_sum "$dir/$1.digest" | "$gunzip" -dc |
		tee_sum "$dir/$1.diff_id" | tar -x --no-same-owner -C "$dir/$1" -f -
	sum_check "$dir/$1.digest" "$2"
	sum_check "$dir/$1.diff_id" "$3"
}

mkdir -p "$dir"
manifest=$(curl -sSf -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
	"$base/manifests/$tag")
config=$(tr -d ' \n' <<<"$manifest" | sed 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/')
mapfile -t layers < <(digests layers <<<"$manifest")
mapfile -t diff_ids < <(curl -sSf "$base/blobs/$config" | digests diff_ids)

pids=()
for i in "${!layers[@]}"; do
	layer "$i" "${layers[i]}" "${diff_ids[i]}" &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid"
done
