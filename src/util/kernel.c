/* kernel.c - see kernel.h. */
#include "util/kernel.h"

#include <errno.h>

int kernel_userns_failed(int code, struct err *e)
{
	err_num(e, code, "cannot make the container's namespaces");
	switch (code) {
	case ENOSPC:
		return err_hint(e, "a limit is reached or zero: an administrator raises "
				   "user.max_user_namespaces and "
				   "its siblings (sysctl -a | grep 'user.max_.*_namespaces')");
	case EPERM:
	case EACCES:
		return err_hint(
			e,
			"the host forbids user namespaces: an administrator looks at the sysctls "
			"kernel.unprivileged_userns_clone, "
			"kernel.apparmor_restrict_unprivileged_userns and "
			"user.max_user_namespaces, and at the seccomp filter of an outer "
			"container");
	case EUSERS:
		return err_hint(e, "user namespaces can be nested 32 deep at most");
	case EAGAIN:
		return err_hint(e, "you run as many processes as you may (ulimit -u), or the "
				   "cgroup's pids.max is reached");
	default:
		return -1;
	}
}
