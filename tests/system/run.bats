# run.bats - what `cuddy run` makes of its command line and of the image.

load helpers

setup_file()
{
	import_busybox
	pull_fixture start
	export UNSEEN=1
}

@test "the command's output, error output and exit code come through" {
	run --separate-stderr bb sh -c 'echo out; echo err >&2; exit 42'
	equal "$status" 42
	equal "$output" out
	equal "$stderr" err
}

@test "output comes through whole, binary and long" {
	bb sh -c 'head -c 3000000 /dev/zero; printf "\000\377\n"' >big
	equal "$(stat -c %s big)" 3000003
	equal "$(tail -c 3 big | od -An -tx1)" " 00 ff 0a"
}

@test "the output's last byte is there although the container is gone" {
	for _ in 1 2 3 4 5; do
		equal "$(bb sh -c 'for i in $(seq 2000); do echo $i; done' | tail -n 1)" 2000
	done
}

@test "exit code 127: the command does not exist" {
	cuddy_fails 127 nosuchthing run --rm --network=none busybox nosuchthing
	cuddy_fails 127 /no/such/thing run --rm --network=none busybox /no/such/thing
}

@test "exit code 126: the command cannot be executed" {
	cuddy_fails 126 /etc/passwd run --rm --network=none busybox /etc/passwd
	cuddy_fails 126 /etc run --rm --network=none busybox /etc
}

@test "exit code 125: cuddy's own failures" {
	cuddy_fails 125 nosuchoption run --nosuchoption busybox
	cuddy_fails 125 nosuchimage run --pull=never nosuchimage
	cuddy_fails 125 "" run
}

@test "exit code 128+n: the command was killed by a signal" {
	run bb sh -c 'kill -9 $$'
	equal "$status" 0 # signals that pid 1 does not handle do not reach it from within
	run bb sh -c 'sh -c "kill -9 \$\$"; exit $?'
	equal "$status" 137
	run bb sh -c 'sh -c "kill -15 \$\$"; exit $?'
	equal "$status" 143
}

@test "arguments are handed over as they are" {
	equal "$(bb printf '<%s>' 'a b' '' '$HOME' "it's" --rm -i)" "<a b><><\$HOME><it's><--rm><-i>"
}

@test "the environment is the image's and what was asked, not the caller's" {
	run bb env
	lacks "$output" UNSEEN
	contains "$output" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	contains "$output" container=
	contains "$output" HOME=/root
	lacks "$output" TERM=
	printf '# a comment\nFROM_FILE=yes\n' >vars
	ONE=own run cuddy run --rm --network=none -e ONE -e TWO=2 -e EMPTY= --env-file vars -e UNSET_THING busybox env
	contains "$output" ONE=own
	contains "$output" TWO=2
	contains "$output" FROM_FILE=yes
	contains "$output" "EMPTY="
	lacks "$output" UNSET_THING
}

@test "the working directory is the image's, made when missing, or the asked one" {
	equal "$(bb pwd)" /
	equal "$(cuddy run --rm --network=none start pwd)" "start pwd
/var/lib/made"
	equal "$(cuddy run --rm --network=none -w /var busybox pwd)" /var
	cuddy_fails 127 /no/dir run --rm --network=none -w /no/dir busybox pwd
}

@test "a relative working directory is an error" {
	cuddy_fails 125 var run --rm --network=none -w var busybox pwd
}

@test "the user by number, name and group, with the groups that /etc/group gives" {
	as() { cuddy run --rm --network=none -u "$1" busybox id; }
	equal "$(as 33)" "uid=33(web) gid=33(web) groups=33(web)"
	equal "$(as web)" "uid=33(web) gid=33(web) groups=33(web)"
	equal "$(as user)" "uid=1000(user) gid=1000(user) groups=29(audio),1000(user)"
	contains "$(as user:33)" "uid=1000(user) gid=33(web)"
	contains "$(as 4242:web)" "uid=4242 gid=33(web)"
	equal "$(as 4242)" "uid=4242 gid=0(root) groups=0(root)"
	contains "$(cuddy run --rm --network=none -u web busybox env)" HOME=/var
}

@test "a user or group that the image does not know is an error" {
	cuddy_fails 125 nobodyhere run --rm --network=none -u nobodyhere busybox true
	cuddy_fails 125 nogroup run --rm --network=none -u root:nogroup busybox true
}

@test "a user other than root has no capabilities" {
	equal "$(cuddy run --rm --network=none -u web busybox grep CapEff /proc/self/status)" \
		"CapEff:	0000000000000000"
}

@test "ENTRYPOINT, CMD, USER, WORKDIR and ENV of the image" {
	run cuddy run --rm --network=none start
	equal "$output" "start id -u
33"
	equal "$(cuddy run --rm --network=none start id -g)" "start id -g
33"
}

@test "--entrypoint as a word, as a list, and taken away" {
	equal "$(cuddy run --rm --network=none --entrypoint id start -u)" 33
	equal "$(cuddy run --rm --network=none --entrypoint '["echo", "a b"]' start c)" "a b c"
	equal "$(cuddy run --rm --network=none --entrypoint '' start id -u)" 33
	cuddy_fails 125 "no command" run --rm --network=none --entrypoint '' start
}

@test "an image without a command needs one" {
	cuddy_fails 125 "no command" run --rm --network=none busybox
}

@test "standard input reaches the command with -i only, and ends" {
	equal "$(echo hi | timeout 20 cuddy run --rm -i --network=none busybox cat)" hi
	equal "$(echo hi | timeout 20 cuddy run --rm --network=none busybox cat)" ""
	equal "$(cuddy run --rm -i --network=none busybox cat </dev/null)" ""
	head -c 5000000 /dev/zero | cuddy run --rm -i --network=none busybox sh -c 'wc -c' >count
	equal "$(<count)" 5000000
}

@test "a command that does not read its input does not hang its writer" {
	CUDDY_TIMEOUT=20 run bash -c 'yes | head -c 3000000 | "$CUDDY" run --rm -i --network=none busybox true'
	equal "$status" 0
}

@test "a reader that goes away does not hang or kill the container's log" {
	run timeout 20 bash -c '"$CUDDY" run --network=none --name reader busybox seq 100000 | head -n 1'
	equal "$output" 1
	eventually nothing_runs
	cuddy rm reader >/dev/null
}

@test "--hostname sets the name, inside /etc/hosts too; without it, it is the id" {
	equal "$(cuddy run --rm --network=none -h web.example busybox hostname)" web.example
	contains "$(cuddy run --rm --network=none -h web.example busybox cat /etc/hosts /etc/hostname)" web.example
	cuddy run --rm --network=none --cidfile cid-host busybox hostname >name
	equal "$(<name)" "$(cut -c1-12 cid-host)"
}

@test "--cidfile holds the id, and is never overwritten" {
	cuddy_ok run --network=none --cidfile cid busybox true
	grep -qxE '[0-9a-f]{64}' cid
	cuddy_fails 125 cid run --rm --network=none --cidfile cid busybox true
	cuddy_ok rm "$(<cid)"
}

@test "labels are recorded" {
	cuddy_ok run --network=none --name labelled -l one=1 --label two busybox true
	equal "$(cuddy inspect -f '{{.Config.Labels.one}}-{{.Config.Labels.two}}-' labelled)" "1--"
	cuddy_ok rm labelled
	cuddy_fails 125 label run --rm --network=none -l =x busybox true
}

@test "a name is taken once; an invalid one is refused" {
	cuddy_ok run --network=none --name taken busybox true
	cuddy_fails 125 taken run --network=none --name taken busybox true
	cuddy_ok rm taken
	cuddy_ok run --rm --network=none --name taken busybox true
	cuddy_fails 125 "../evil" run --rm --network=none --name ../evil busybox true
	cuddy_fails 125 "" run --rm --network=none --name "" busybox true
}

@test "--read-only: the root is, /tmp, /run and /dev/shm are not" {
	run cuddy run --rm --network=none --read-only busybox sh -c \
		'touch /x; touch /etc/x; for d in /tmp /run /dev/shm /var/tmp; do touch $d/x && echo $d; done'
	equal "$(grep -c 'Read-only file system' <<<"$output")" 2
	equal "$(grep -v touch <<<"$output" | xargs)" "/tmp /run /dev/shm /var/tmp"
}

@test "--rm leaves nothing of the container" {
	bb true
	local before
	before=$(listing)
	cuddy_ok run --rm --network=none -v /anonymous busybox sh -c 'echo x > /x; mkdir /d; chown 33 /d; echo x > /anonymous/x'
	eventually nothing_runs
	equal "$(listing)" "$before"
	nothing_left
}

@test "a failed start with --rm leaves nothing either" {
	bb true
	local before
	before=$(listing)
	run -127 cuddy run --rm --network=none --name failing busybox nosuchthing
	run cuddy run --rm --network=none -w relative busybox true
	run cuddy run --rm --network=none -u nobodyhere busybox true
	equal "$(listing)" "$before"
	nothing_left
}

@test "without --rm the container stays, and rm takes it away" {
	cuddy_ok run --network=none --name stays busybox sh -c 'echo x > /x; chown 33 /x'
	equal "$(cuddy ps -a --format '{{.Names}}')" stays
	cuddy_ok rm stays
	nothing_left
}

@test "--pull=always of an image that is nowhere is an error" {
	cuddy_fails 125 127.0.0.1:1 run --rm --pull=always 127.0.0.1:1/none/none true
	cuddy_fails 125 sometimes run --rm --pull=sometimes busybox true
}

@test "an image is found by name, tag, id and prefix of the id" {
	local id
	id=$(cuddy images -q --no-trunc busybox | sed s/sha256://)
	cuddy_ok run --rm --network=none busybox:latest true
	cuddy_ok run --rm --network=none localhost/busybox true
	cuddy_ok run --rm --network=none "$id" true
	cuddy_ok run --rm --network=none "${id:0:12}" true
}
