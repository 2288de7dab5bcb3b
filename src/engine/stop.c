/* stop.c - a container is asked to end, then made to. Who cannot hear the question is not waited for. */
#include "engine/lifecycle.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "cgroup/cgroup.h"
#include "engine/process.h"
#include "util/log.h"

#define CLEANUP_MS 10000 /* how long a monitor may take to clean up */

static int stop_signal(const struct container *c)
{
	int sig = c->record.stop_signal ? signal_parse(c->record.stop_signal) : SIGTERM;
	return sig > 0 ? sig : SIGTERM;
}

static const char *signal_text(int sig, char out[static 24])
{
	const char *name = sigabbrev_np(sig);
	if (name)
		snprintf(out, 24, "SIG%s", name);
	else
		snprintf(out, 24, "signal %d", sig);
	return out;
}

/* Ask, and wait. 1: it has ended. */
static int end_gently(const struct container *c, const struct run *r, const struct state *s,
		      int seconds, bool quiet, struct err *e)
{
	int sig = stop_signal(c);
	char text[24];
	signal_text(sig, text);
	if (process_is_deaf(r->proc.pid, sig)) {
		if (!quiet)
			log_warn("container %s is killed at once: its command does not handle %s, "
				 "as a program in a container made with --init would",
				 c->name, text);
		return 0;
	}
	if (proc_signal(&r->proc, sig, e) < 0 && e->code != ESRCH)
		return -1;
	/* it hears of it when it goes on */
	if (s->status == CONTAINER_PAUSED && cgroup_path_freeze(s->cgroup, false, e) < 0)
		return -1;
	if (run_await_exit(r, seconds < 0 ? -1 : seconds * 1000))
		return 1;
	if (!quiet)
		log_warn("container %s did not end within %d seconds after %s: it is killed",
			 c->name, seconds, text);
	return 0;
}

static int end(const struct container *c, const struct run *r, const struct state *s, int seconds,
	       bool quiet, struct err *e)
{
	int ended = seconds ? end_gently(c, r, s, seconds, quiet, e) : 0;
	if (ended)
		return ended < 0 ? -1 : 0;
	return run_kill(c, r, e);
}

/* Somebody else ended it: until all is down. */
static int await_idle(struct engine *en, const struct container *c, struct err *e)
{
	if (container_await_idle(&en->containers, c, CLEANUP_MS) == 0)
		return 0;
	struct state s;
	/* or it was started again meanwhile */
	if (engine_state(c, &s, e) < 0)
		return e->kind == ERR_NOTFOUND ? 0 : -1;
	if (s.status != CONTAINER_STOPPING)
		return 0;
	return err_set(e, ERR_BUSY, "the monitor of container %s does not end", c->name);
}

int engine_end(struct engine *en, struct container *c, int seconds, bool quiet, struct err *e)
{
	struct state s;
	struct run r;
	int code;
	if (engine_state(c, &s, e) < 0)
		return -1;
	if (s.status == CONTAINER_STOPPING)
		return await_idle(en, c, e);
	if (!engine_is_up(&s))
		return 0;
	if (run_open(en, c, &s, &r, e) < 0)
		return e->code == ESRCH ? await_idle(en, c, e) : -1;
	int result = end(c, &r, &s, seconds, quiet, e);
	if (result == 0)
		result = run_await_end(en, c, &s, &r, &code, e);
	run_close(&r);
	return result;
}

int engine_stop(struct engine *en, struct container *c, int seconds, struct err *e)
{
	return engine_end(en, c, seconds, false, e);
}
