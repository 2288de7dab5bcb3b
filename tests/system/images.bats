# images.bats - images, tag, untag, rmi, image inspect, image exists.

load helpers

setup()
{
	import_busybox
}

teardown()
{
	cuddy rmi -af >/dev/null 2>&1 || true
}

@test "images lists names, ids and sizes; -q ids; --format json what programs read" {
	run cuddy images
	contains "$output" REPOSITORY
	contains "$output" "localhost/busybox"
	[[ $(cuddy images -q) =~ ^[0-9a-f]{12}$ ]]
	equal "$(cuddy images --format json | jq -r '.[0].Names[0]')" localhost/busybox:latest
	equal "$(cuddy images --format '{{.Repository}}:{{.Tag}}')" localhost/busybox:latest
	equal "$(cuddy images nosuch -q)" ""
}

@test "tag gives another name, untag takes it away" {
	cuddy_ok tag busybox other:1 127.0.0.1:5000/team/app
	equal "$(cuddy images -q | sort -u | wc -l)" 1
	cuddy_ok image exists other:1
	cuddy_ok image exists 127.0.0.1:5000/team/app:latest
	cuddy_ok untag busybox other:1
	run cuddy image exists other:1
	equal "$status" 1
	cuddy_fails 125 nosuch tag nosuch x
	cuddy_fails 125 "UPPER" tag busybox UPPER
}

@test "a new image of the same name takes the name away from the old one" {
	local old
	old=$(cuddy images -q --no-trunc)
	mktar - <<<"file x text=1" | cuddy import -q - busybox >/dev/null
	[ "$(cuddy images -q --no-trunc busybox)" != "$old" ]
	contains "$(cuddy images)" "<none>"
}

@test "rmi takes names away, and with the last one the image and its layers" {
	cuddy_ok tag busybox other
	cuddy_ok rmi busybox
	contains "$output" "Untagged: localhost/busybox:latest"
	lacks "$output" Deleted
	cuddy_ok rmi other
	contains "$output" Deleted
	equal "$(cuddy images -aq)" ""
	equal "$(find "$CUDDY_DATA/layers" -mindepth 1 -maxdepth 1 -type d)" ""
}

@test "rmi: codes 1 for what is not there, 2 for what is used" {
	run cuddy rmi nosuch
	equal "$status" 1
	cuddy_ok run --name user --network=none busybox true
	run cuddy rmi busybox
	equal "$status" 2
	contains "$output" "used by"
	cuddy_ok image exists busybox
	cuddy_ok rmi -f busybox
	nothing_left
}

@test "a layer that another image shares stays" {
	pull_fixture busybox shared
	pull_fixture start
	cuddy_ok rmi shared
	equal "$(cuddy run --rm --network=none --entrypoint /bin/echo start works)" works
}

@test "image inspect" {
	pull_fixture busybox made
	run cuddy image inspect made
	equal "$(jq -r '.[0] | .Config.Env[0], .Config.Cmd[0], .Labels["org.example"], .Author, .Os,
		(.RootFS.Layers | length)' <<<"$output" | xargs)" "COLOR=red /bin/sh yes tester linux 1"
	cuddy_ok image inspect -f '{{.Id}}' made
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	run cuddy image inspect nosuch
	equal "$status" 125
}

@test "a reference that is none is refused with its text" {
	local bad
	for bad in "UPPER" "a b" "x:" "x@sha256:12" "/x" "x//y" "x:t:t" "-x" "$(printf 'x%.0s' $(seq 300))"; do
		cuddy_fails 125 "" tag busybox -- "$bad"
	done
	equal "$(cuddy images --format '{{.Repository}}')" localhost/busybox
}

@test "hello is there without having been got" {
	cuddy_ok run --rm --network=none hello
	contains "$output" "Hello from a container"
	contains "$output" "seccomp"
}
