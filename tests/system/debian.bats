# slow
# debian.bats - a real system: Debian's root file system in a container.

load helpers

setup_file()
{
	cuddy import -q "$FIXTURES/first.tar" debian >/dev/null
}

@test "Debian's root file system, from its archive" {
	equal "$(cuddy run --rm --network=none debian sh -c '. /etc/os-release; echo $VERSION_CODENAME')" \
		"$(<"$FIXTURES/first.release")"
	run cuddy run --rm --network=none debian sh -c 'dpkg --audit && apt-config dump >/dev/null && su -s /bin/sh nobody -c id'
	equal "$status" 0
	contains "$output" "uid=65534(nobody)"
}

@test "Debian inside says that every file of its packages is as it was packed" {
	equal "$(cuddy run --rm --network=none debian dpkg --verify)" ""
	# setuid programs keep their bit, shadow its group
	run cuddy run --rm --network=none debian stat -c '%A %u %G' /usr/bin/passwd /etc/shadow
	equal "$output" "-rwsr-xr-x 0 root
-rw-r----- 0 shadow"
}

@test "a setuid program of Debian gives root of the container, and nothing under no-new-privileges" {
	local as_user='cp /usr/bin/id /id; chmod 4755 /id; setpriv --reuid 1000 --regid 1000 --clear-groups /id'
	contains "$(cuddy run --rm --network=none debian sh -c "$as_user")" "euid=0(root)"
	lacks "$(cuddy run --rm --network=none --security-opt no-new-privileges debian sh -c "$as_user")" "euid"
}
