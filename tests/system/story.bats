# slow
# story.bats - the story that containers are explained with, as README.md tells it: two programs that
# need two versions of Python run side by side, from two Debian releases, neither of them the host's.

load helpers

setup_file()
{
	FIRST=$(<"$FIXTURES/first.release")
	SECOND=$(<"$FIXTURES/second.release")
	export FIRST SECOND
	cuddy import -q "$FIXTURES/first.tar" "debian:$FIRST" >/dev/null
	cuddy import -q "$FIXTURES/second.tar" "debian:$SECOND" >/dev/null
}

python_of() # IMAGE
{
	cuddy run --rm --network=none "$1" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

@test "two releases, two versions of Python, and the host has another or none" {
	local one two
	one=$(python_of "debian:$FIRST")
	two=$(python_of "debian:$SECOND")
	[ "$FIRST" != "$SECOND" ]
	[ "$one" != "$two" ]
	contains "$one" 3.
	contains "$two" 3.
	if [ -x /usr/bin/python3 ] && [ "$FIRST" != "$(sed -n s/^VERSION_CODENAME=//p /etc/os-release)" ]; then
		local host
		host=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
		[ "$one" != "$host" ]
		[ "$two" != "$host" ]
	fi
}

@test "side by side, on one machine, with one file between them" {
	mkdir -p shared
	cat >shared/program.py <<-'PYTHON'
		import os, sys, time
		me, other = sys.argv[1:]
		with open("/shared/" + me, "w") as f:
		    f.write("%d.%d" % sys.version_info[:2])
		for _ in range(200):
		    if os.path.exists("/shared/" + other) and os.path.getsize("/shared/" + other):
		        break
		    time.sleep(0.05)
		print(me, "is Python %d.%d" % sys.version_info[:2], "and", other, "is", open("/shared/" + other).read())
	PYTHON
	cuddy run --rm --network=none -v "$PWD/shared:/shared" "debian:$FIRST" python3 /shared/program.py one two >first 3>&- &
	cuddy run --rm --network=none -v "$PWD/shared:/shared" "debian:$SECOND" python3 /shared/program.py two one >second
	wait
	equal "$(<first)" "one is Python $(<shared/one) and two is $(<shared/two)"
	equal "$(<second)" "two is Python $(<shared/two) and one is $(<shared/one)"
	[ "$(<shared/one)" != "$(<shared/two)" ]
	nothing_left
}

@test "README.md tells this story" {
	[ -e "$T/README.md" ] || skip "no README.md beside the tests"
	grep -qi "python" "$T/README.md"
	grep -q "cuddy import" "$T/README.md"
}
