/* freeze.c - the freezer of cgroup v2. The kernel needs a moment to stop everything: cgroup.events says when, and
 * wakes who polls it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cgroup/backend.h"
#include "util/fd.h"
#include "util/str.h"

#define FREEZE_MS 10000

/* Is LINE in the file FD of a cgroup as it is now? */
static bool says(int fd, const char *line)
{
	char text[256];
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	return strstr(text, line) != NULL;
}

static int await_event(int events, const char *line, struct err *e)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	long long until = t.tv_sec * 1000LL + t.tv_nsec / 1000000 + FREEZE_MS;
	while (!says(events, line)) {
		struct pollfd p = { .fd = events, .events = POLLPRI };
		clock_gettime(CLOCK_MONOTONIC, &t);
		long long left = until - (t.tv_sec * 1000LL + t.tv_nsec / 1000000);
		if (left <= 0)
			return err_set(e, ERR_BUSY, "cgroup: the kernel does not come to \"%s\"",
				       line);
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return err_sys(e, "cgroup: wait for an event");
	}
	return 0;
}

static int no_cgroup(const char *path, struct err *e)
{
	if (*path)
		return err_set(e, ERR_SYSTEM, "its cgroup %s is not there", path);
	err_set(e, ERR_DENIED, "it has no cgroup, and only those can be frozen");
	return err_hint(e, "Containers get one with cgroup v2 and a systemd of the user (a real "
			   "login, or loginctl enable-linger), when they are started.");
}

int cgroup_path_freeze(const char *path, bool freeze, struct err *e)
{
	auto_fd int dir = *path ? cgroup_path_open(path) : -1;
	if (dir < 0)
		return no_cgroup(path, e);
	auto_fd int events = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (events < 0)
		return err_sys(e, "cgroup: cgroup.events");
	if (file_put(dir, "cgroup.freeze", freeze ? "1" : "0") < 0)
		return err_sys(e, "cgroup: cgroup.freeze");
	return await_event(events, freeze ? "frozen 1" : "frozen 0", e);
}

bool cgroup_path_frozen(const char *path)
{
	auto_fd int dir = *path ? cgroup_path_open(path) : -1;
	auto_fd int fd = dir < 0 ? -1 : openat(dir, "cgroup.freeze", O_RDONLY | O_CLOEXEC);
	return fd >= 0 && says(fd, "1");
}

char *cgroup_path_events(const char *path)
{
	return str_printf(CGROUP_MOUNT "%s/cgroup.events", path);
}
