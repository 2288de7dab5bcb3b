/* start.c - a container is started: the monitor is forked, and waited for until it says READY. */
#include "engine/config.h"
#include "engine/relay.h"
#include "engine/up.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/log.h"
#include "util/proc.h"

/* The monitor of a container that nobody is attached to keeps nothing of ours. */
static void let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return;
}

struct ends {             /* descriptors between the command and its monitor */
	int ours, theirs; /* reports */
	int feed, input;  /* the container's standard input: our end, its end; -1: none */
};

static void ends_close(struct ends *x)
{
	fd_close(&x->ours);
	fd_close(&x->theirs);
	fd_close(&x->feed);
	fd_close(&x->input);
}

static int ends_open(struct ends *x, bool input, struct err *e)
{
	int pair[2], in[2];
	*x = (struct ends){ -1, -1, -1, -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	x->ours = pair[0];
	x->theirs = pair[1];
	if (!input)
		return 0;
	if (pipe2(in, O_CLOEXEC) < 0) {
		ends_close(x);
		return err_sys(e, "make a pipe");
	}
	x->input = in[0];
	x->feed = in[1];
	return 0;
}

static pid_t fork_monitor(struct engine *en, struct container *c, struct ends *x, bool attach,
			  struct err *e)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(e, "start the container's monitor");
	if (pid == 0) {
		if (!attach)
			let_go();
		/* a pipe of our caller's would not end before the container does */
		fd_close_inherited();
		/* were our end of its input open here, it would never end */
		fd_close(&x->ours);
		fd_close(&x->feed);
		monitor_run(en, c, x->theirs, x->input, attach);
	}
	fd_close(&x->theirs);
	fd_close(&x->input);
	fd_close(&c->lock); /* the monitor has it */
	return pid;
}

/* Whoever gives up before the container runs does not get one: its monitor will see that nobody waits. */
static void await_report(int sock, int signals)
{
	struct pollfd p[2] = { { .fd = sock, .events = POLLIN },
			       { .fd = signals, .events = POLLIN } };
	while (!p[0].revents) {
		if (poll(p, 2, -1) < 0)
			p[0].revents = 0;
		else if (!p[0].revents && p[1].revents)
			relay_signal_give_in(signals);
	}
}

static int first_report(int sock, int signals, struct report *r, int fds[2], struct err *e)
{
	size_t nfds = 2;
	fds[0] = fds[1] = -1;
	await_report(sock, signals);
	ssize_t n = fd_recv(sock, r, sizeof *r, fds, &nfds);
	if (n != sizeof *r)
		return err_set(e, ERR_SYSTEM, "the container's monitor died while it was starting");
	if (r->kind == REPORT_FAILED) {
		*e = r->err;
		return -1;
	}
	return 0;
}

static int stay_attached(struct ends *x, int signals, const int fds[2], const struct start_opts *o,
			 int *exit_code, struct err *e)
{
	struct attach_args a = {
		.signals = signals,
		.sock = x->ours,
		.pidfd = fds[0],
		.terminal = fds[1],
		.input = fd_take(&x->feed),
		.interactive = o->interactive,
	};
	return attach_run(&a, exit_code, e);
}

int engine_start(struct engine *en, struct container *c, const struct start_opts *o, int *exit_code,
		 struct err *e)
{
	struct ends x;
	struct report r;
	int fds[2];
	*exit_code = 0;
	if (config_read(&en->config, e) < 0)
		return -1;
	if (ends_open(&x, o->attach && o->interactive && !c->record.opts.tty, e) < 0)
		return -1;
	auto_fd int signals = o->attach ? relay_signals(e) : -1;
	if (o->attach && signals < 0) {
		ends_close(&x);
		return -1;
	}
	log_phase("start: record is made");
	pid_t pid = fork_monitor(en, c, &x, o->attach, e);
	int result = pid < 0 ? -1 : first_report(x.ours, signals, &r, fds, e);
	if (result == 0) {
		/* while the command runs and we have nothing to do */
		engine_sweep_containers(en, false);
		if (o->attach)
			result = stay_attached(&x, signals, fds, o, exit_code, e);
		fd_close(&fds[0]);
		fd_close(&fds[1]);
	}
	ends_close(&x);
	return result;
}
