#!/bin/bash
# with-user-systemd.sh - runs a command as it would run in a login session of a
# machine with systemd, on a machine without one.
#
# usage: with-user-systemd.sh ACCOUNT COMMAND [ARG...]
#
# Needs root. In a mount namespace of its own it mounts cgroup v2 at
# /sys/fs/cgroup, gives ACCOUNT a subtree there as systemd's Delegate= would,
# and starts a real `systemd --user' in it, with its own bus (dbus-user-session).
# Then COMMAND runs as ACCOUNT, inside the subtree. The exit status is COMMAND's;
# 77 where this cannot be done. There are no controllers where the host uses them
# in cgroup v1: membership, killing, freezing and clone-into work all the same.
#
# Without systemd the same subtree: WITHOUT_SYSTEMD=1.
set -eu

cant()
{
	echo "with-user-systemd: $1" >&2
	exit 77
}

as_account()
{
	setpriv --reuid "$account" --regid "$(id -g "$account")" --init-groups \
		env -u DBUS_SESSION_BUS_ADDRESS HOME="$home" USER="$account" LOGNAME="$account" \
		XDG_RUNTIME_DIR="$runtime" "$@"
}

# Outside: a namespace, and the cgroup removed again whatever happened inside.
if [ -z "${WITH_USER_SYSTEMD_STAGE-}" ]; then
	[ "$(id -u)" = 0 ] || cant "needs root"
	[ -x /lib/systemd/systemd ] || cant "systemd is not installed"
	tree=$(mktemp -d)
	mount -t cgroup2 none "$tree" 2>/dev/null || { rmdir "$tree"; cant "cannot mount cgroup v2"; }
	export WITH_USER_SYSTEMD_STAGE="$tree/cuddy-session-$$"
	mkdir "$WITH_USER_SYSTEMD_STAGE"
	status=0
	unshare --mount --propagation private "$0" "$@" || status=$?
	echo 1 >"$WITH_USER_SYSTEMD_STAGE/cgroup.kill"
	for _ in $(seq 100); do
		find "$WITH_USER_SYSTEMD_STAGE" -depth -type d -exec rmdir {} + 2>/dev/null && break
		sleep 0.05
	done
	umount "$tree"
	rmdir "$tree"
	exit "$status"
fi

account=$1
shift
id "$account" >/dev/null 2>&1 || cant "there is no account $account"
home=$(getent passwd "$account" | cut -d: -f6)
uid=$(id -u "$account")
runtime=/run/user/$uid
name=${WITH_USER_SYSTEMD_STAGE##*/}
unset WITH_USER_SYSTEMD_STAGE

umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 none /sys/fs/cgroup
session=/sys/fs/cgroup/$name/user.slice/user-$uid.slice/user@$uid.service
dir=/sys/fs/cgroup/$name
for part in user.slice "user-$uid.slice" "user@$uid.service"; do
	read -ra controllers <"$dir/cgroup.controllers" || true
	for controller in "${controllers[@]}"; do
		echo "+$controller" >"$dir/cgroup.subtree_control" 2>/dev/null || true
	done
	dir=$dir/$part
	mkdir "$dir"
done
chown "$account" "$session" "$session"/cgroup.{procs,threads,subtree_control}
echo $$ >"$session/cgroup.procs"

# What says that a machine is run by systemd, and the directory of a session.
mkdir -p /run/user
mount -t tmpfs -o mode=755 tmpfs /run/user
mkdir -m 700 "$runtime"
chown "$account:" "$runtime"
cd /

if [ -n "${WITHOUT_SYSTEMD-}" ]; then
	status=0
	as_account "$@" || status=$?
	exit "$status"
fi

mount -t tmpfs -o mode=755 tmpfs /run/systemd 2>/dev/null || cant "cannot mount at /run/systemd"
mkdir /run/systemd/system
log=$runtime/systemd.log
as_account env SYSTEMD_LOG_TARGET=console /lib/systemd/systemd --user --unit=basic.target >"$log" 2>&1 &
manager=$!
for _ in $(seq 200); do
	as_account systemctl --user is-system-running >/dev/null 2>&1 && [ -S "$runtime/bus" ] && break
	sleep 0.05
done
if ! [ -S "$runtime/bus" ]; then
	cat "$log" >&2
	cant "systemd --user did not start"
fi
status=0
as_account "$@" || status=$?
kill "$manager"
wait "$manager" || true
exit "$status"
