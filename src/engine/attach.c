/* attach.c - the command's side of an attached container: our standard input goes in, our signals go to pid 1,
 * our terminal is raw meanwhile. What comes out is written by the monitor to our own descriptors. */
#include "engine/up.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include "util/fd.h"

#define CHUNK 65536
#define END_OF_INPUT 4 /* ^D, what a terminal takes for the end */

struct attached {
	int sock, pidfd;
	int master; /* the container's terminal; -1 without */
	int feed;   /* where our standard input goes; -1: nowhere (any more) */
	int signals;
	bool raw;
	struct termios before;
};

static char chunk[CHUNK];

static void fit_terminal(const struct attached *a)
{
	struct winsize size;
	if (a->master >= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(a->master, TIOCSWINSZ, &size);
}

static int make_raw(struct attached *a)
{
	struct termios raw;
	if (a->master < 0 || a->feed < 0 || !isatty(STDIN_FILENO))
		return 0;
	if (tcgetattr(STDIN_FILENO, &a->before) < 0)
		return -1;
	raw = a->before;
	cfmakeraw(&raw);
	a->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
	return a->raw ? 0 : -1;
}

static void restore(struct attached *a)
{
	if (a->raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &a->before);
}

/* Everything that a process can be asked to do; not what reports on ourselves or on faults of ours. */
static int take_signals(void)
{
	static const int keep[] = { SIGCHLD, SIGPIPE, SIGURG,  SIGSEGV, SIGBUS,  SIGFPE,
				    SIGILL,  SIGTRAP, SIGSYS,  SIGABRT, SIGTSTP, SIGTTIN,
				    SIGTTOU, SIGCONT, SIGKILL, SIGSTOP, SIGPROF, SIGVTALRM };
	sigset_t set;
	sigfillset(&set);
	for (size_t i = 0; i < sizeof keep / sizeof *keep; i++)
		sigdelset(&set, keep[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void forward_signal(struct attached *a)
{
	struct signalfd_siginfo info;
	if (read(a->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH)
		fit_terminal(a);
	else
		pidfd_send_signal(a->pidfd, (int)info.ssi_signo, NULL, 0);
}

static void end_input(struct attached *a)
{
	char end = END_OF_INPUT;
	if (a->master >= 0 && write(a->master, &end, 1) < 0)
		a->feed = -1;
	else if (a->master < 0)
		close(a->feed);
	a->feed = -1;
}

static void feed(struct attached *a)
{
	ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		end_input(a);
	else if (fd_write_all(a->feed, chunk, (size_t)n) < 0)
		a->feed = -1; /* the command reads no more */
}

/* The monitor's last word. Its death without one is an error. */
static int last_report(int sock, int *exit_code, struct err *e)
{
	struct report r;
	ssize_t n = fd_recv(sock, &r, sizeof r, NULL, NULL);
	if (n != sizeof r || r.kind != REPORT_EXIT) {
		err_set(e, ERR_SYSTEM, "the container's monitor was killed: its exit code is lost");
		return err_hint(e, "cuddy ps -a shows whether the container runs on");
	}
	*exit_code = r.exit_code;
	return 0;
}

static int relay(struct attached *a, int *exit_code, struct err *e)
{
	for (;;) {
		struct pollfd p[3] = {
			{ .fd = a->sock, .events = POLLIN },
			{ .fd = a->signals, .events = POLLIN },
			{ .fd = a->feed >= 0 ? STDIN_FILENO : -1, .events = POLLIN },
		};
		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return err_sys(e, "wait for the container");
		if (p[0].revents)
			return last_report(a->sock, exit_code, e);
		if (p[1].revents)
			forward_signal(a);
		if (p[2].revents)
			feed(a);
	}
}

int attach_run(const struct attach_args *args, int *exit_code, struct err *e)
{
	struct attached a = {
		.sock = args->sock, .pidfd = args->pidfd, .master = args->terminal, .feed = -1
	};
	if (args->interactive)
		a.feed = args->terminal >= 0 ? args->terminal : args->input;
	signal(SIGPIPE, SIG_IGN);
	a.signals = take_signals();
	if (a.signals < 0)
		return err_sys(e, "take over the signals");
	fit_terminal(&a);
	if (make_raw(&a) < 0)
		return err_sys(e, "set up the terminal");
	int result = relay(&a, exit_code, e);
	restore(&a);
	close(a.signals);
	return result;
}
