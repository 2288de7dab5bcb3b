# load.bats - images from archives and directories: docker-archive, oci-archive, oci, dir.

load helpers

teardown()
{
	cuddy rmi -af >/dev/null 2>&1 || true
}

works() # IMAGE
{
	equal "$(cuddy run --rm --network=none "$1" sh -c 'echo $COLOR; pwd')" "red
/tmp"
}

@test "load: docker-archive, oci-archive, from a file and from standard input" {
	cuddy_ok load -i "$FIXTURES/busybox.docker.tar"
	contains "$output" "Loaded image: docker.io/library/busybox:docker"
	works busybox:docker
	cuddy_ok rmi -a
	cuddy load <"$FIXTURES/busybox.docker.tar" >/dev/null 2>&1
	works busybox:docker
	cuddy_ok load -i "$FIXTURES/busybox.oci.tar"
	contains "$output" "Loaded image: localhost/busybox:oci"
	works busybox:oci
	cuddy_ok rmi -a
	cuddy load -q < <(cat "$FIXTURES/busybox.oci.tar") >/dev/null
	works busybox:oci
}

@test "load: a compressed archive" {
	cuddy_ok load -i "$FIXTURES/busybox.docker.tar.gz"
	works busybox:docker
}

@test "pull: docker-archive:, oci-archive:, oci:, dir:" {
	local source
	for source in "docker-archive:$FIXTURES/busybox.docker.tar" "oci-archive:$FIXTURES/busybox.oci.tar" \
		"oci:$FIXTURES/layout:busybox" "dir:$FIXTURES/busybox.dir"; do
		cuddy_ok pull -q "$source"
		[[ $output =~ ^[0-9a-f]{64}$ ]] || explain "$source"
		works "$output"
		cuddy_ok rmi -a
	done
}

@test "the id is the digest of the configuration, whatever the form" {
	local id
	id=$(skopeo inspect --raw "oci:$FIXTURES/layout:busybox" | jq -r .config.digest)
	equal "sha256:$(cuddy pull -q "oci:$FIXTURES/layout:busybox")" "$id"
	equal "sha256:$(cuddy pull -q "oci-archive:$FIXTURES/busybox.oci.tar")" "$id"
	equal "sha256:$(cuddy pull -q "dir:$FIXTURES/busybox.dir")" "$id"
}

@test "two images in one docker-archive, sharing layers" {
	need jq
	local copy=(skopeo --insecure-policy copy --quiet)
	"${copy[@]}" --additional-tag localhost/second:2 "oci:$FIXTURES/layout:busybox" docker-archive:two.tar:localhost/first:1
	cuddy_ok load -q -i two.tar
	works first:1
	works second:2
}

@test "an image of an oci: directory that is not there, or not named where there are many" {
	cuddy_fails 125 nosuch pull -q "oci:$FIXTURES/layout:nosuch"
	cuddy_fails 125 "layout" pull -q "oci:$FIXTURES/layout"
	cuddy_fails 125 nowhere pull -q oci:nowhere:x
	cuddy_fails 125 nowhere pull -q dir:nowhere
	cuddy_fails 125 nowhere.tar pull -q docker-archive:nowhere.tar
	cuddy_fails 125 nowhere.tar load -i nowhere.tar
}

@test "what is no archive of images is refused, and nothing is stored" {
	echo "this is no archive" >text
	head -c 100000 /dev/urandom >noise
	: >empty
	head -c 1000000 "$FIXTURES/busybox.docker.tar" >half
	head -c 500000 "$FIXTURES/busybox.docker.tar.gz" >half.gz
	for file in text noise empty half half.gz "$FIXTURES/busybox.tar"; do
		cuddy_fails 125 "" load -q -i "$file"
		equal "$(cuddy images -aq)" ""
	done
	equal "$(find "$CUDDY_DATA/layers" -mindepth 1 -maxdepth 1 2>/dev/null)" ""
}

@test "a changed layer or configuration is refused" {
	mkdir -p changed
	cp -r "$FIXTURES/busybox.dir/." changed
	local layer config
	layer=$(jq -r '.layers[0].digest' changed/manifest.json | cut -d: -f2)
	config=$(jq -r '.config.digest' changed/manifest.json | cut -d: -f2)
	printf X | dd of="changed/$layer" bs=1 seek=5000 conv=notrunc status=none
	cuddy_fails 125 "${layer:0:12}" pull -q dir:changed
	cp "$FIXTURES/busybox.dir/$layer" changed/
	sed -i s/red/led/ "changed/$config"
	cuddy_fails 125 "" pull -q dir:changed
	equal "$(cuddy images -aq)" ""
}
