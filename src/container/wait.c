/* wait.c - the end of a run, seen by others: they sleep in flock(2) on the lock that the monitor holds, so nobody
 * polls, and a monitor that is killed wakes them as well.
 *
 * They share the lock for a moment when they get it. That may turn somebody away who wants it for himself just then:
 * he finds it free when he tries again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "container/container.h"
#include "util/fd.h"
#include "util/lock.h"
#include "util/log.h"

int container_watch(struct containers *cs, const struct container *c)
{
	auto_free char *path = str_printf("%s/lock", c->id);
	return openat(cs->run, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

void container_exit_note(const struct container *c, int code)
{
	char text[16];
	int n = snprintf(text, sizeof text, "%d\n", code);
	if (c->lock >= 0 && pwrite(c->lock, text, (size_t)n, 0) != n)
		log_debug("the exit code of %s cannot be passed on: %s", c->name, strerror(errno));
}

static int noted(int watch)
{
	char text[16];
	int64_t code;
	ssize_t n = pread(watch, text, sizeof text - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return str_to_i64(text, &code) == 0 ? (int)code : -1;
}

int container_exit(int watch, int ms, int *code)
{
	*code = -1;
	if (lock_wait(watch, LOCK_SH, ms) < 0)
		return -1;
	*code = noted(watch);
	flock(watch, LOCK_UN);
	return 0;
}

int container_await_idle(struct containers *cs, const struct container *c, int ms)
{
	int code;
	auto_fd int watch = container_watch(cs, c);
	return watch < 0 ? 0 : container_exit(watch, ms, &code);
}
