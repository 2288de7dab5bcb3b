/* process.c - see process.h. */
#include "engine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "cgroup/cgroup.h"
#include "util/fd.h"
#include "util/log.h"

#define KILLED_MS 10000
#define CLEANUP_MS 10000 /* how long a monitor may take to clean up */

int run_open(struct engine *en, const struct container *c, const struct state *s, struct run *out,
	     struct err *e)
{
	/* a process that is alive after the lock was opened has had that lock all the time */
	*out = (struct run){ .proc.pidfd = -1, .watch = container_watch(&en->containers, c) };
	if (proc_open(s->pid, &out->proc, e) < 0) {
		run_close(out);
		return -1;
	}
	/* the pid may have been given to another between the reading and the opening */
	if (out->proc.start_time == s->pid_start)
		return 0;
	run_close(out);
	return err_num(e, ESRCH, "open process %d", s->pid);
}

void run_close(struct run *r)
{
	proc_close(&r->proc);
	fd_close(&r->watch);
}

bool run_await_exit(const struct run *r, int ms)
{
	struct pollfd fd = { .fd = r->proc.pidfd, .events = POLLIN };
	int n;
	do
		n = poll(&fd, 1, ms);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

int run_kill(const struct container *c, const struct run *r, struct err *e)
{
	if (proc_signal(&r->proc, SIGKILL, e) < 0 && e->code != ESRCH)
		return -1;
	return run_await_exit(r, KILLED_MS)
		       ? 0
		       : err_set(e, ERR_BUSY, "container %s cannot be killed", c->name);
}

/* Its monitor was killed before. */
static void clean_up(struct engine *en, const struct container *c, const struct state *s)
{
	auto_container struct container again = { .dir = -1, .run = -1, .lock = -1 };
	struct err e;
	if (*s->cgroup)
		cgroup_path_remove(s->cgroup);
	if (container_open(&en->containers, c->id, &again, &e) == 0
	    && container_lock(&en->containers, &again, &e) == 0
	    && container_rest(&en->containers, &again) < 0)
		log_debug("the run directory stays: %s", strerror(errno));
}

int run_await_end(struct engine *en, struct container *c, const struct state *s, struct run *r,
		  int *code, struct err *e)
{
	*code = -1;
	if (r->watch >= 0 && container_exit(r->watch, CLEANUP_MS, code) < 0)
		return err_set(e, ERR_BUSY, "the monitor of container %s does not end", c->name);
	if (*code < 0)
		clean_up(en, c, s);
	return 0;
}

/* --- does it listen? ---
 * To the first process of a pid namespace the kernel passes no signal that it neither handles nor blocks. Blocked
 * ones are kept for it (signalfd). While a thread waits in sigwait(3) they do not count as blocked in /proc, and so
 * the call that it is in is looked at, before and after. */

static int read_proc(pid_t pid, const char *name, char *out, size_t room)
{
	char path[48];
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_full(fd, out, room - 1);
	if (n < 0)
		return -1;
	out[n] = '\0';
	return 0;
}

/* Also when that cannot be told. */
static bool may_be_waiting(pid_t pid)
{
	/* of 32-bit programs: i386, and all since Linux 5.1 */
	static const long also[] = { 177, 421 };
	char text[256], *end;
	if (read_proc(pid, "syscall", text, sizeof text) < 0)
		return true;
	long number = strtol(text, &end, 10);
	if (end == text) /* "running" */
		return false;
	for (size_t i = 0; i < sizeof also / sizeof *also; i++)
		if (number == also[i])
			return true;
	return number == SYS_rt_sigtimedwait;
}

static bool set_has(const char *status, const char *name, int sig)
{
	const char *line = strstr(status, name);
	return !line || strtoull(line + strlen(name), NULL, 16) >> (sig - 1) & 1;
}

bool process_is_deaf(pid_t pid, int sig)
{
	char status[8192];
	if (may_be_waiting(pid) || read_proc(pid, "status", status, sizeof status) < 0)
		return false;
	return !set_has(status, "\nSigCgt:", sig) && !set_has(status, "\nSigBlk:", sig)
	       && !may_be_waiting(pid);
}
