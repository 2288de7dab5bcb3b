#!/bin/bash
# check-cgroup.sh - the cgroup back ends where they count: under a real systemd
# of an unprivileged user, and in a delegated cgroup without one.
. "$(dirname "$0")/tap.sh"

session=$srcdir/tests/system/with-user-systemd.sh
test=$builddir/tests/unit/test_cgroup

in_session() # MANAGER
{
	local output status=0
	output=$("$session" nobody "$test" 2>&1) || status=$?
	printf '%s\n' "$output"
	[ "$status" = 0 ] && grep -q "default manager here: $1 /" <<<"$output"
}

if ! [ -x "$test" ]; then
	skip "cgroup back ends" "the unit tests are not built"
elif [ "$(id -u)" != 0 ] || ! "$session" nobody test -x "$test" 2>/dev/null; then
	skip "cgroup back ends" "needs root, systemd, and a build tree that others can read"
else
	ok "a scope of systemd" in_session systemd
	export WITHOUT_SYSTEMD=1
	ok "a child of a delegated cgroup" in_session cgroupfs
fi
done_testing
