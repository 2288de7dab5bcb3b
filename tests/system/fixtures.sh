#!/bin/bash
# fixtures.sh - makes what the tests work on, once: root file systems and images.
#
# usage: fixtures.sh [DIRECTORY]		DIRECTORY/KEY is printed
#
# The KEY is the recipe's: a changed recipe makes new fixtures, an unchanged one
# costs nothing. Directory: $CUDDY_TEST_CACHE, else ${XDG_CACHE_HOME:-/var/cache}/cuddy-tests.
# Root file systems of Debian come from the mirror that this machine's apt uses.
#
#	busybox.tar		a root file system with one program under many names
#	first.tar second.tar	Debian, two releases and neither the host's where there are two others,
#				each with its Python; first.release, second.release name them
#	layout/			an OCI layout with the images busybox, odd, gone, other; see images()
#	busybox.docker.tar busybox.oci.tar busybox.dir odd.zst.dir odd.plain ...
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${1:-${CUDDY_TEST_CACHE:-${XDG_CACHE_HOME:-/var/cache}/cuddy-tests}}
mkdir -p "$cache"

# ---- root file systems

mktar() # OUT [OPTION...]: the lines of standard input, see tools/mktar.py
{
	python3 "$here/tools/mktar.py" "$@"
}

busybox_tar()
{
	local dir name
	{
		for dir in bin dev etc proc root run sys usr var; do
			echo "dir $dir"
		done
		echo "dir tmp mode=1777"
		echo "copy bin/busybox from=$(command -v busybox) mode=755"
		busybox --list | while read -r name; do
			[ "$name" = busybox ] || echo "sym bin/$name to=busybox"
		done
		cat <<-'LINES'
			file etc/passwd text='root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/var:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n'
			file etc/group text='root:x:0:\nweb:x:33:\naudio:x:29:user\nuser:x:1000:\n'
		LINES
	} | mktar "$1"
}

# The mirror and the releases that this machine's apt knows. Nothing: mmdebstrap's own default.
mirror()
{
	# shellcheck disable=SC2016 # it is apt that expands these
	apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null \
		| awk '$2 == "Debian" { print $1; exit }'
}

own_release()
{
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

debian_tar() # RELEASE: to standard output
{
	local uri
	uri=$(mirror)
	mmdebstrap --quiet --variant=minbase --include=python3-minimal "$1" - ${uri:+"$uri"}
}

# Two releases that are not the host's, the host's own only when there is no other.
debian_tars()
{
	local key release names=()
	key=$(recipe "$(declare -f debian_tar)")
	for release in trixie bullseye forky bookworm; do
		[ "$release" = "$(own_release)" ] || names+=("$release")
	done
	names+=("$(own_release)")
	one_debian "$1/first" "$key" "${names[0]}" "${names[2]}" &
	one_debian "$1/second" "$key" "${names[1]}" "${names[3]-}"
	wait $!
}

one_debian() # OUT KEY RELEASE...: the first that the mirror has
{
	local out=$1 key=$2 release kept
	shift 2
	for release; do
		kept=$cache/debian-$release-$key.tar
		if [ ! -e "$kept" ]; then
			debian_tar "$release" >"$kept.$$" || { rm -f "$kept.$$"; continue; }
			mv "$kept.$$" "$kept"
		fi
		ln -f "$kept" "$out.tar"
		echo "$release" >"$out.release"
		return 0
	done
	echo "fixtures: the mirror has none of: $*" >&2
	return 1
}

# ---- images

# Layers of the image "odd": everything that a layer can hold, then what takes things away.
odd_layers()
{
	local big="\\x01\\x00\\x00\\x02\\x00 \\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
	mktar odd1.tar <<-LINES
		dir odd
		file odd/plain text=plain mode=640 uid=1000 gid=33 mtime=1234567890.123456789
		hard odd/linked to=odd/plain
		sym odd/absolute to=/odd/plain
		sym odd/dangling to=nowhere
		fifo odd/fifo mode=620
		file odd/setuid text=x mode=4755
		file odd/setgid text=x mode=2755 gid=33
		dir odd/sticky mode=1777
		copy odd/busybox-capable from=$(command -v busybox) mode=755 'xattr.security.capability=$big'
		file odd/attributed text=x xattr.user.color=blue
		file "odd/with space and \$dollar" text=x
		file odd/ümlaut text=x
		file odd/$(printf 'n%.0s' $(seq 200)) text=long
		file odd/far text=x uid=65000 gid=65000
		char odd/null dev=1:3
		dir odd/hidden
		file odd/hidden/below text=x
		dir odd/becomes-file
		file odd/becomes-file/x text=x
		file odd/becomes-dir text=x
		file odd/removed text=x
		dir odd/kept
		file odd/kept/one text=1
	LINES
	mkdir sparse
	truncate -s 64M sparse/sparse
	printf end | dd of=sparse/sparse bs=1M seek=60 conv=notrunc status=none
	tar -C sparse --sparse --owner=0 --group=0 --format=pax --transform 's,^,odd/,' -cf odd2.tar sparse
	mktar odd3.tar <<-LINES
		dir odd
		file odd/.wh.removed
		dir odd/hidden
		file odd/hidden/.wh..wh..opq
		file odd/hidden/new text=new
		file odd/becomes-file text=file
		file odd/.wh.becomes-dir
		dir odd/becomes-dir
		file odd/becomes-dir/inside text=x
		file odd/kept/two text=2
	LINES
}

image() # NAME LAYER...
{
	local name=$1 layer
	shift
	umoci new --image "layout:$name"
	for layer; do
		umoci raw add-layer --image "layout:$name" "$layer"
	done
}

config() # NAME OPTION...
{
	local name=$1
	shift
	umoci config --image "layout:$name" "$@"
}

images()
{
	odd_layers
	umoci init --layout layout
	image busybox busybox.tar
	config busybox --config.cmd /bin/sh --config.env COLOR=red --config.workingdir /tmp \
		--config.label org.example=yes --author tester
	image odd busybox.tar odd1.tar odd2.tar odd3.tar
	config odd --config.cmd /bin/sh

	# an image that says everything about its start
	mktar start.tar <<-LINES
		file bin/start text='#!/bin/sh\\necho "start \$*"\\nexec "\$@"\\n' mode=755
		dir data mode=750 uid=33 gid=33
		file data/seed text=seed uid=33 gid=33
	LINES
	image start busybox.tar start.tar
	config start --config.entrypoint /bin/start --config.cmd id --config.cmd -u --config.user web \
		--config.workingdir /var/lib/made --config.volume /data --config.stopsignal SIGUSR1 \
		--config.env PATH=/bin

	# one name, two platforms
	local arch other
	arch=$(skopeo inspect --config oci:layout:busybox | jq -r .architecture)
	other=arm64
	[ "$arch" != arm64 ] || other=amd64
	for name in "$arch" "$other"; do
		mktar "for-$name.tar" <<<"file platform text=$name"
		image "for-$name" busybox.tar "for-$name.tar"
		config "for-$name" --architecture "$name" --config.cmd /bin/sh
	done
	join_platforms "for-$arch" "for-$other"
	echo "$arch $other" >platforms
	forms
}

# An index "many" over images of the layout.
join_platforms() # NAME...
{
	local name digest list
	list=$(for name; do
		jq -c --arg name "$name" --arg arch "${name#for-}" '.manifests[]
			| select(.annotations["org.opencontainers.image.ref.name"] == $name)
			| del(.annotations) + {platform: {architecture: $arch, os: "linux"}}' layout/index.json
	done | jq -cs '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: .}')
	digest=$(printf %s "$list" | sha256sum | cut -d' ' -f1)
	printf %s "$list" >"layout/blobs/sha256/$digest"
	jq -c --arg digest "sha256:$digest" --argjson size ${#list} '.manifests += [{
		mediaType: "application/vnd.oci.image.index.v1+json", digest: $digest, size: $size,
		annotations: {"org.opencontainers.image.ref.name": "many"}}]' layout/index.json >index.new
	mv index.new layout/index.json
}

# The same images in the other forms that cuddy reads.
forms()
{
	local copy=(skopeo --insecure-policy copy --quiet)
	"${copy[@]}" oci:layout:busybox docker-archive:busybox.docker.tar:busybox:docker
	"${copy[@]}" oci:layout:busybox oci-archive:busybox.oci.tar:localhost/busybox:oci
	"${copy[@]}" oci:layout:busybox dir:busybox.dir
	"${copy[@]}" --format v2s2 oci:layout:odd dir:odd.v2s2
	"${copy[@]}" --dest-compress --dest-compress-format zstd oci:layout:odd dir:odd.zst
	"${copy[@]}" --dest-decompress oci:layout:odd dir:odd.plain
	gzip -k busybox.docker.tar
	gzip -k busybox.tar
	zstd -q busybox.tar
	xz -k -1 busybox.tar
}

# ---- once

recipe() # TEXT...: a short name for it, and for this machine
{
	{
		printf '%s\n' "$@"
		uname -m
	} | sha256sum | cut -c1-12
}

make_all()
{
	cd "$1"
	busybox_tar busybox.tar
	debian_tars "$PWD"
	images >&2
	rm -rf sparse
	chmod -R a+rX .
}

key=$(recipe "$(cat "$here/fixtures.sh" "$here/tools/mktar.py")" "$(sha256sum <"$(command -v busybox)")")
made=$cache/$key
(
	flock 9
	if [ ! -d "$made" ]; then
		rm -rf "$made.new"
		mkdir "$made.new"
		(make_all "$made.new")
		mv "$made.new" "$made"
	fi
) 9>"$cache/lock"
printf '%s\n' "$made"
