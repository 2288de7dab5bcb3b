#!/bin/bash
# check-cgroup.sh - the cgroup back ends where they count: under a real systemd
# of an unprivileged user, and in a delegated cgroup without one.
. "$(dirname "$0")/tap.sh"

session=$srcdir/tests/system/with-user-systemd.sh
built=$builddir/tests/unit/test_cgroup
# a copy where others can read it, which the build tree may not be
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
test=$dir/test_cgroup

in_session() # MANAGER
{
	local output status=0
	output=$("$session" nobody "$test" 2>&1) || status=$?
	printf '%s\n' "$output"
	[ "$status" = 0 ] && grep -q "default manager here: $1 /" <<<"$output"
}

if ! [ -x "$built" ]; then
	skip "cgroup back ends" "the unit tests are not built"
elif cp "$built" "$test"; [ "$(id -u)" != 0 ] || ! "$session" nobody test -x "$test" 2>/dev/null; then
	skip "cgroup back ends" "needs root and systemd"
else
	ok "a scope of systemd" in_session systemd
	export WITHOUT_SYSTEMD=1
	ok "a child of a delegated cgroup" in_session cgroupfs
fi
done_testing
