/* stop.c - a container is asked to end, then made to. */
#include "engine/engine.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cgroup/cgroup.h"
#include "runtime/runtime.h"
#include "util/log.h"

#define WATCH_MS 10      /* between looks for a monitor that is busy cleaning up */
#define CLEANUP_MS 10000 /* how long that may take */

static int wait_end(const struct proc *p, int ms)
{
	struct pollfd fd = { .fd = p->pidfd, .events = POLLIN };
	int n;
	do
		n = poll(&fd, 1, ms);
	while (n < 0 && errno == EINTR);
	return n;
}

/* ESRCH: it ended by itself, which is what we want. */
static int ask(const struct proc *p, int sig, struct err *e)
{
	return proc_signal(p, sig, e) < 0 && e->code != ESRCH ? -1 : 0;
}

static int stop_signal(const struct container *c)
{
	int sig = c->record.stop_signal ? signal_parse(c->record.stop_signal) : SIGTERM;
	return sig > 0 ? sig : SIGTERM;
}

static int end(const struct container *c, const struct proc *p, int seconds, struct err *e)
{
	if (seconds) {
		if (ask(p, stop_signal(c), e) < 0)
			return -1;
		if (wait_end(p, seconds < 0                ? -1
				: seconds < INT_MAX / 1000 ? seconds * 1000
							   : INT_MAX)
		    > 0)
			return 0;
		log_warn("container %s did not end within %d seconds after %s: it is killed",
			 c->name, seconds, sigabbrev_np(stop_signal(c)));
	}
	if (ask(p, SIGKILL, e) < 0)
		return -1;
	return wait_end(p, CLEANUP_MS) > 0
		       ? 0
		       : err_set(e, ERR_BUSY, "container %s cannot be killed", c->name);
}

/* Its monitor writes the exit code down and then lets the lock go. */
int engine_await_gone(struct engine *en, struct container *c)
{
	struct timespec pause = { .tv_nsec = WATCH_MS * 1000000L };
	struct err ignored;
	for (int ms = 0; ms < CLEANUP_MS; ms += WATCH_MS) {
		auto_container struct container again;
		if (container_open(&en->containers, c->id, &again, &ignored) < 0)
			return 0;
		if (container_lock(&en->containers, &again, &ignored) == 0)
			return container_rest(&en->containers, &again);
		nanosleep(&pause, NULL);
	}
	return -1;
}

int engine_stop(struct engine *en, struct container *c, int seconds, struct err *e)
{
	struct state s;
	struct proc p;
	if (container_state(c, &s, e) < 0)
		return -1;
	if (s.status != CONTAINER_RUNNING)
		return 0;
	if (proc_open(s.pid, &p, e) < 0)
		return e->code == ESRCH ? 0 : -1;
	/* the pid may have been given to another between the reading and the opening */
	int result = p.start_time == s.pid_start ? end(c, &p, seconds, e) : 0;
	proc_close(&p);
	if (result == 0 && engine_await_gone(en, c) < 0)
		return err_set(e, ERR_BUSY, "the monitor of container %s does not end", c->name);
	return result;
}
