/* exec.c - a command enters a running container. The caller itself is its parent, so the exit code is always
 * right and nothing has to be cleaned up by anybody else. */
#include "engine/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cgroup/cgroup.h"
#include "engine/config.h"
#include "engine/lifecycle.h"
#include "engine/relay.h"
#include "engine/spec.h"
#include "runtime/runtime.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/proc.h"

struct streams {       /* pipes; -1: none */
	int theirs[3]; /* the command's ends */
	int ours[3];
};

static void streams_close(struct streams *s)
{
	for (int i = 0; i < 3; i++) {
		fd_close(&s->theirs[i]);
		fd_close(&s->ours[i]);
	}
}

/* A pipe for stream I. Our ends of its output do not block. Pipes, and not our own descriptors: those could be opened
 * again inside, for other purposes than they were given for. */
static int stream_open(struct streams *s, int i, struct err *e)
{
	int p[2];
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	s->theirs[i] = p[i ? 1 : 0];
	s->ours[i] = p[i ? 0 : 1];
	if (i && fcntl(s->ours[i], F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "set up a pipe");
	return 0;
}

static int streams_open(const struct exec_opts *o, struct streams *s, struct err *e)
{
	*s = (struct streams){ { -1, -1, -1 }, { -1, -1, -1 } };
	for (int i = 0; i < 3 && !o->tty; i++) {
		if (!o->detach && (i || o->interactive)) {
			if (stream_open(s, i, e) < 0)
				return -1;
			continue;
		}
		s->theirs[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (s->theirs[i] < 0)
			return err_sys(e, "open /dev/null");
	}
	return 0;
}

/* The container's process as its record has it, with what was asked over it. */
static int exec_spec(struct engine *en, const struct container *c, const struct exec_opts *o,
		     struct spec *s, struct seccomp_filter *filter, struct err *e)
{
	auto_image struct image img = { 0 };
	if (store_image_find(en->store, c->record.image.hex, &img, NULL, e) < 0)
		return err_wrap(e, "the container's image");
	if (engine_process_spec(en, c, &img, s, e) < 0)
		return -1;
	strv_copy(&s->args, &o->command);
	for (size_t i = 0; i < o->env.n; i++)
		strv_env_set(&s->env, o->env.list[i]);
	if (o->tty && !strv_env_get(&s->env, "TERM"))
		strv_env_set(&s->env, "TERM=xterm");
	if (o->user) {
		free(s->user);
		s->user = xstrdup(o->user);
	}
	if (o->workdir) {
		free(s->cwd);
		s->cwd = xstrdup(o->workdir);
	}
	s->terminal = o->tty;
	s->init = false;
	if (c->record.opts.network.kind != NETWORK_HOST)
		s->namespaces = SPEC_NS_NET;
	if (o->privileged && cap_parse("all", &s->caps) < 0)
		return err_set(e, ERR_SYSTEM, "no capabilities are known");
	return o->privileged ? 0 : engine_filter(en, c, s, img.arch, filter, e);
}

static int find_process(const struct container *c, struct proc *p, struct state *st, struct err *e)
{
	/* in a paused one it would hang */
	if (engine_state(c, st, e) < 0)
		return -1;
	if (st->status == CONTAINER_RUNNING && proc_open(st->pid, p, e) == 0) {
		/* the pid may have been given to another between the reading and the opening */
		if (p->start_time == st->pid_start)
			return 0;
		proc_close(p);
	}
	err_set(e, ERR_BUSY,
		"container %s is not running: a command can only be executed in a running one",
		c->name);
	return err_hint(e, "cuddy ps -a shows the states of all containers");
}

static int stay(const struct exec_opts *o, struct runtime *rt, struct streams *s, int signals,
		int *exit_code, struct err *e)
{
	bool tty = rt->terminal >= 0;
	struct relay r = {
		.signals = signals,
		.done = rt->proc.pidfd,
		.pidfd = rt->proc.pidfd,
		.terminal = rt->terminal,
		.input = !o->interactive ? -1
			 : tty           ? rt->terminal
					 : fd_take(&s->ours[0]),
		.out = { { tty ? rt->terminal : s->ours[1], STDOUT_FILENO },
			 { tty ? -1 : s->ours[2], STDERR_FILENO } },
	};
	if (tty && fcntl(rt->terminal, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return err_sys(e, "set up the terminal");
	if (relay_run(&r, e) < 0)
		return -1;
	int status = proc_reap(rt->proc.pid);
	if (status < 0)
		return err_sys(e, "wait for the command");
	*exit_code = proc_exit_code(status);
	return 0;
}

static int enter(const struct exec_opts *o, struct runtime_args *a, int *exit_code, struct err *e)
{
	struct streams s;
	struct runtime rt;
	int result = streams_open(o, &s, e);
	auto_fd int signals = o->detach || result < 0 ? -1 : relay_signals(e);
	if (!o->detach && signals < 0)
		result = -1;
	memcpy(a->stdio, s.theirs, sizeof a->stdio);
	if (result == 0)
		result = runtime_enter(a, &rt, e);
	if (result == 0) {
		for (int i = 0; i < 3; i++)
			fd_close(&s.theirs[i]);
		result = runtime_await_exec(&rt, e);
		if (result == 0 && !o->detach)
			result = stay(o, &rt, &s, signals, exit_code, e);
		runtime_close(&rt);
	}
	streams_close(&s);
	return result;
}

int engine_exec(struct engine *en, const struct container *c, const struct exec_opts *o,
		int *exit_code, struct err *e)
{
	struct proc p;
	struct state st;
	auto_spec struct spec spec = { 0 };
	auto_seccomp struct seccomp_filter filter = { 0 };
	*exit_code = 0;
	if (config_read(&en->config, e) < 0 || find_process(c, &p, &st, e) < 0)
		return -1;
	int result = exec_spec(en, c, o, &spec, &filter, e);
	auto_fd int cgroup = *st.cgroup ? cgroup_path_open(st.cgroup) : -1;
	struct runtime_args a = {
		.spec = &spec,
		.seccomp = filter.count ? &filter : NULL,
		.cgroup = cgroup,
		.target = p.pidfd,
	};
	if (result == 0)
		result = enter(o, &a, exit_code, e);
	proc_close(&p);
	return result;
}
