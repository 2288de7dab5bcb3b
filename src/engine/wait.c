/* wait.c - until containers are as one wants them. Nothing is looked at again and again: what is written into a
 * container's directory wakes us by inotify, so does its cgroup, and the end of its pid 1 by a pidfd. Then the states
 * are read anew. The exit code comes from the lock that the run's monitor held (container_exit), which outlives a
 * container of --rm. */
#include "engine/lifecycle.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "cgroup/cgroup.h"
#include "engine/process.h"
#include "util/fd.h"

#define BIT(condition) (1U << (condition))

struct waiter {
	struct container c;
	struct state s;  /* of the run that is open */
	struct run run;  /* watch and pidfd are -1 when none is */
	int64_t started; /* of the last run before we waited */
	bool done;
	int code;
};

struct waiting {
	struct engine *en;
	const struct wait_opts *o;
	unsigned conditions;
	int events; /* inotify */
	struct waiter *list;
	size_t n;
};

static void run_none(struct waiter *w)
{
	run_close(&w->run);
	w->run.watch = w->run.proc.pidfd = -1;
}

static void finish(struct waiter *w, int code)
{
	w->done = true;
	w->code = code;
	run_none(w);
}

static bool meets(const struct waiting *g, const struct waiter *w, const struct state *s)
{
	unsigned is = 0;
	switch (s->status) {
	case CONTAINER_CREATED:
		is = BIT(WAIT_CREATED);
		break;
	case CONTAINER_RUNNING:
		is = BIT(WAIT_RUNNING);
		break;
	case CONTAINER_PAUSED:
		is = BIT(WAIT_PAUSED);
		break;
	case CONTAINER_STOPPING:
		is = BIT(WAIT_STOPPING);
		break;
	case CONTAINER_EXITED:
		break;
	}
	/* it ran, and we have slept over it */
	if (s->started > w->started)
		is |= BIT(WAIT_RUNNING);
	return g->conditions & is;
}

/* Watch the run that S tells of, if it is not the one that we watch already. */
static int follow_run(struct waiting *g, struct waiter *w, const struct state *s, struct err *e)
{
	bool same = w->run.proc.pidfd >= 0 && w->s.pid == s->pid && w->s.pid_start == s->pid_start;
	if (same || !engine_is_up(s))
		return 0;
	run_none(w);
	w->s = *s;
	if (run_open(g->en, &w->c, s, &w->run, e) < 0) {
		w->run.watch = w->run.proc.pidfd = -1;
		/* ended just now: the next look tells */
		return e->code == ESRCH ? 1 : -1;
	}
	if (g->conditions & BIT(WAIT_PAUSED) && *s->cgroup) {
		auto_free char *file = cgroup_path_events(s->cgroup);
		inotify_add_watch(g->events, file, IN_MODIFY);
	}
	return 0;
}

/* The run has ended: its monitor may still be at work. What that did not leave, because it was killed, the state
 * tells. */
static int take_code(struct waiting *g, struct waiter *w, struct err *e)
{
	struct state s;
	int code = -1;
	if (w->run.proc.pidfd >= 0 && run_await_end(g->en, &w->c, &w->s, &w->run, &code, e) < 0)
		return -1;
	if (code < 0 && engine_state(&w->c, &s, e) == 0 && s.status == CONTAINER_EXITED)
		code = s.exit_code;
	err_clear(e);
	finish(w, code);
	return 0;
}

static int gone(struct waiting *g, struct waiter *w, struct err *e)
{
	if (g->conditions & BIT(WAIT_STOPPED) && w->run.proc.pidfd >= 0)
		return take_code(g, w, e);
	if (!g->o->ignore && !(g->conditions & BIT(WAIT_REMOVED)))
		return -1;
	err_clear(e);
	finish(w, -1);
	return 0;
}

/* Look at one. 1: look again at once. */
static int look(struct waiting *g, struct waiter *w, struct err *e)
{
	struct state s;
	if (engine_state(&w->c, &s, e) < 0)
		return e->kind == ERR_NOTFOUND ? gone(g, w, e) : -1;
	if (meets(g, w, &s)) {
		finish(w, -1);
		return 0;
	}
	bool over = w->run.proc.pidfd >= 0 && run_await_exit(&w->run, 0);
	if (s.status == CONTAINER_EXITED || over) {
		if (g->conditions & BIT(WAIT_STOPPED))
			return take_code(g, w, e);
		run_none(w);
	}
	return follow_run(g, w, &s, e);
}

static int look_at_all(struct waiting *g, bool *any, bool *all, struct err *e)
{
	*any = false;
	*all = true;
	for (size_t i = 0; i < g->n; i++) {
		struct waiter *w = &g->list[i];
		int r = 1;
		while (!w->done && r == 1)
			r = look(g, w, e);
		if (!w->done && r < 0)
			return -1;
		*any |= w->done;
		*all &= w->done;
	}
	return 0;
}

static int sleep_on(struct waiting *g, struct err *e)
{
	char events[4096];
	struct pollfd *p = xcalloc(g->n + 1, sizeof *p);
	for (size_t i = 0; i < g->n; i++)
		p[i] = (struct pollfd){ .fd = g->list[i].run.proc.pidfd, .events = POLLIN };
	p[g->n] = (struct pollfd){ .fd = g->events, .events = POLLIN };
	int n = poll(p, g->n + 1, -1);
	bool told = n > 0 && p[g->n].revents;
	free(p);
	if (n < 0 && errno != EINTR)
		return err_sys(e, "wait");
	if (told && read(g->events, events, sizeof events) < 0 && errno != EAGAIN)
		return err_sys(e, "wait");
	return 0;
}

static int watch_directory(struct waiting *g, struct waiter *w, struct err *e)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/self/fd/%d", w->c.dir);
	/* a new state.json, or the record's end */
	if (inotify_add_watch(g->events, path, IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF) < 0)
		return err_sys(e, "watch container %s", w->c.name);
	return 0;
}

static int begin_one(struct waiting *g, struct waiter *w, const char *name, struct err *e)
{
	struct state s;
	w->code = WAIT_PENDING;
	w->run.watch = w->run.proc.pidfd = -1;
	w->c = (struct container){ .dir = -1, .run = -1, .lock = -1 };
	int found = container_open(&g->en->containers, name, &w->c, e);
	if (found == 0)
		found = watch_directory(g, w, e) < 0 ? -1 : engine_state(&w->c, &s, e);
	if (found == 0) {
		w->started = s.started;
		return 0;
	}
	if (e->kind != ERR_NOTFOUND || !g->o->ignore)
		return -1;
	err_clear(e);
	finish(w, -1);
	return 0;
}

static int wait_all(struct waiting *g, const struct strv *names, struct err *e)
{
	bool any, all;
	g->events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (g->events < 0)
		return err_sys(e, "watch containers");
	for (; g->n < names->n; g->n++) {
		if (begin_one(g, &g->list[g->n], names->list[g->n], e) < 0) {
			g->n++;
			return -1;
		}
	}
	for (;;) {
		if (look_at_all(g, &any, &all, e) < 0)
			return -1;
		if (all || (any && g->o->first))
			return 0;
		if (sleep_on(g, e) < 0)
			return -1;
	}
}

int engine_wait(struct engine *en, const struct strv *names, const struct wait_opts *o, int *codes,
		struct err *e)
{
	struct waiting g = {
		.en = en,
		.o = o,
		.conditions = o->conditions ? o->conditions : BIT(WAIT_STOPPED),
		.events = -1,
		.list = xcalloc(names->n, sizeof *g.list),
	};
	int result = wait_all(&g, names, e);
	for (size_t i = 0; i < g.n; i++) {
		codes[i] = g.list[i].code;
		run_none(&g.list[i]);
		container_close(&g.list[i].c);
	}
	free(g.list);
	fd_close(&g.events);
	return result;
}
