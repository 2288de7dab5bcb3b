/* monitor.c - the one process that stays with a container: parent of its pid 1.
 *
 * It brings the container up, tells the command that started it, copies what the container says to the log and
 * to the command's own standard output, and when pid 1 has ended writes the exit code down and takes everything
 * apart. It lives outside the container's user namespace: kernel checks for tracing compare namespaces, so
 * even with the host's pids nothing inside can look into it. Signals of terminals do not reach it, it has a
 * session of its own. */
#include "engine/up.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "engine/logfile.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/proc.h"

#define CHUNK 65536

struct source {   /* something that the container says */
	int from; /* our end of its stream; -1: closed */
	int to;   /* the command's own; -1: nobody listens any more */
	const char *name;
};

struct monitor {
	struct engine *en;
	struct container *c;
	int sock;
	struct live live;
	struct source sources[2];
	struct logfile log;
	struct state state;
};

/* Apart, since clearing it would cost as much as a mount. */
static char chunk[CHUNK];

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* --- streams --- */

/* A pipe whose reading end is ours; the writing end becomes the container's stream FD. */
static int make_pipe(struct monitor *m, int fd, struct source *s, struct err *e)
{
	int p[2];
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	m->live.stdio[fd] = p[1];
	s->from = p[0];
	if (fcntl(p[0], F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "set up a pipe");
	return 0;
}

static int make_streams(struct monitor *m, int input, bool attached, struct err *e)
{
	m->live.stdio[0] = input >= 0 ? input : open("/dev/null", O_RDONLY | O_CLOEXEC);
	m->sources[0] = (struct source){ -1, attached ? STDOUT_FILENO : -1, "stdout" };
	m->sources[1] = (struct source){ -1, attached ? STDERR_FILENO : -1, "stderr" };
	if (m->live.stdio[0] < 0)
		return err_sys(e, "open /dev/null");
	if (m->c->record.opts.tty)
		return 0;
	if (make_pipe(m, 1, &m->sources[0], e) < 0)
		return -1;
	return make_pipe(m, 2, &m->sources[1], e);
}

static void open_log(struct monitor *m)
{
	const char *asked = m->c->record.opts.log_driver;
	const char *driver = asked ? asked : m->en->config.log_driver;
	m->log.fd = -1;
	if (!str_eq(driver, "none"))
		m->log.fd = openat(m->c->dir, "log",
				   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* One piece; false when there is no more for now, or for ever (then it is closed). */
static bool copy_piece(struct monitor *m, struct source *s)
{
	if (s->from < 0)
		return false;
	ssize_t n = read(s->from, chunk, sizeof chunk);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) { /* a terminal whose other side is closed answers EIO */
		fd_close(&s->from);
		return false;
	}
	logfile_write(&m->log, s->name, chunk, (size_t)n);
	if (s->to < 0 || fd_write_patiently(s->to, chunk, (size_t)n) == 0)
		return true;
	/* The reader of a pipe is gone: the command learns it as it would without us, or it would speak for ever. A
	 * terminal that is gone leaves the log. */
	if (errno == EPIPE && m->live.rt.terminal < 0)
		fd_close(&s->from);
	s->to = -1;
	return s->from >= 0;
}

/* --- the states that others read --- */

static void save(struct monitor *m)
{
	struct err e;
	bool durable = !m->c->record.opts.remove && m->state.status == CONTAINER_EXITED;
	if (container_state_save(m->c, &m->state, durable, &e) < 0)
		log_err(&e);
}

static void note_running(struct monitor *m)
{
	const char *address = m->live.network ? network_own_address(m->live.network) : NULL;
	const char *cgroup = m->live.spec.cgroup_path;
	m->state = (struct state){
		.status = CONTAINER_RUNNING,
		.pid = m->live.rt.proc.pid,
		.pid_start = m->live.rt.proc.start_time,
		.monitor = getpid(),
		.monitor_start = proc_start_time(getpid()),
		.started = now(),
	};
	boot_id(m->state.boot);
	snprintf(m->state.cgroup, sizeof m->state.cgroup, "%s", cgroup ? cgroup : "");
	snprintf(m->state.network, sizeof m->state.network, "%s", address ? address : "");
	save(m);
}

static bool tell(struct monitor *m, struct report *r)
{
	int fds[2];
	size_t n = 0;
	if (r->kind == REPORT_READY) {
		fds[n++] = m->live.rt.proc.pidfd;
		if (m->live.rt.terminal >= 0)
			fds[n++] = m->live.rt.terminal;
	}
	if (m->sock >= 0 && fd_send(m->sock, r, sizeof *r, fds, n) == 0)
		return true;
	log_debug("monitor: nobody is attached any more");
	return false;
}

/* --- its life --- */

/* Until pid 1 has ended. Its descriptor becomes readable then (pidfd_open(2)). */
static void stay(struct monitor *m)
{
	struct pollfd p[3] = { { .fd = m->live.rt.proc.pidfd, .events = POLLIN } };
	do {
		for (int i = 0; i < 2; i++)
			p[1 + i] = (struct pollfd){ .fd = m->sources[i].from, .events = POLLIN };
		if (poll(p, 3, -1) < 0 && errno != EINTR)
			abort();
		for (int i = 0; i < 2; i++)
			if (p[1 + i].revents)
				copy_piece(m, &m->sources[i]);
	} while (!(p[0].revents & POLLIN));
}

static void drain(struct monitor *m)
{
	for (int i = 0; i < 2; i++) {
		while (copy_piece(m, &m->sources[i]))
			;
		fd_close(&m->sources[i].from);
	}
}

static int bring_up(struct monitor *m, int input, bool attached, struct err *e)
{
	if (make_streams(m, input, attached, e) < 0)
		return -1;
	open_log(m);
	if (engine_up(m->en, m->c, &m->live, e) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		fd_close(&m->live.stdio[i]);
	if (m->live.rt.terminal >= 0) {
		m->sources[0].from = fcntl(m->live.rt.terminal, F_DUPFD_CLOEXEC, 3);
		if (m->sources[0].from < 0 || fcntl(m->sources[0].from, F_SETFL, O_NONBLOCK) < 0)
			return err_sys(e, "set up the terminal");
	}
	return 0;
}

static void remove_container(struct monitor *m)
{
	struct err e;
	if (engine_wipe(m->en, m->c, true, &e) < 0)
		log_err(&e);
}

static void failed(struct monitor *m, struct err *why)
{
	struct report r = { .kind = REPORT_FAILED, .err = *why };
	m->state = (struct state){ .status = CONTAINER_EXITED,
				   .exit_code = err_exit_code(why),
				   .finished = now() };
	snprintf(m->state.error, sizeof m->state.error, "%.255s", why->msg);
	save(m);
	if (m->c->record.opts.remove)
		remove_container(m);
	tell(m, &r);
}

/* All that others can see is taken down before the command hears of the end. Then the network helper is
 * waited for, which the kernel keeps busy for a while with the device that it had. */
static void ended(struct monitor *m)
{
	int status = proc_reap(m->live.rt.proc.pid);
	struct report r = { .kind = REPORT_EXIT,
			    .exit_code = status < 0 ? 125 : proc_exit_code(status) };
	m->live.rt.proc.pid = 0;
	network_stop(m->live.network);
	drain(m);
	m->state.status = CONTAINER_EXITED;
	m->state.exit_code = r.exit_code;
	m->state.finished = now();
	m->state.pid = m->state.monitor = 0;
	if (m->live.cgroup && cgroup_path(m->live.cgroup))
		cgroup_path_remove(cgroup_path(m->live.cgroup));
	logfile_close(&m->log);
	container_exit_note(m->c, r.exit_code);
	if (m->c->record.opts.remove)
		remove_container(m);
	else
		save(m);
	if (container_rest(&m->en->containers, m->c) < 0)
		log_debug("the run directory stays: %s", strerror(errno));
	tell(m, &r);
	fd_close(&m->sock);
	engine_down(&m->live);
}

static void leave_session(void)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	/* what the container leaves behind on its way down comes to us, not to the user's init */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (chdir("/") < 0)
		log_debug("monitor: cannot leave the working directory");
}

void monitor_run(struct engine *en, struct container *c, int sock, int input, bool attached)
{
	struct monitor m;
	struct err e = { 0 };
	struct report ready = { .kind = REPORT_READY };
	m = (struct monitor){ .en = en, .c = c, .sock = sock, .live.stdio = { -1, -1, -1 } };
	log_phase("monitor: forked");
	leave_session();
	if (bring_up(&m, input, attached, &e) < 0) {
		failed(&m, &e);
		_exit(125);
	}
	/* its lock would keep garbage from being collected as long as the container runs */
	store_close(en->store);
	en->store = NULL;
	log_phase("monitor: up");
	note_running(&m);
	ready.pid = m.state.pid;
	/* Who was killed while it waited for this did not want a container that nobody sees. Later it lives on. */
	if (!tell(&m, &ready) && attached && proc_signal(&m.live.rt.proc, SIGKILL, &e) < 0)
		log_err(&e);
	stay(&m);
	log_phase("monitor: pid 1 has ended");
	ended(&m);
	log_phase("monitor: all is down");
	_exit(0);
}
