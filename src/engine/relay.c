/* relay.c - see relay.h. One loop; nothing in it waits for the other side to read what we have for it, so that
 * signals always come through. Only our own standard output may make us wait. */
#include "engine/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include "util/fd.h"

#define CHUNK 65536
#define END_OF_INPUT 4 /* ^D, what a terminal takes for the end */

struct session {
	struct relay *r;
	bool raw, ended; /* our terminal is raw; our input has ended */
	struct termios before;
	size_t have, sent; /* of `input`: read from ours, passed on */
};

/* Not in the struct, since clearing them would cost as much as a mount. */
static char input[CHUNK], output[CHUNK];

static void fit_terminal(const struct relay *r)
{
	struct winsize size;
	if (r->terminal >= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(r->terminal, TIOCSWINSZ, &size);
}

static int make_raw(struct session *s, struct err *e)
{
	struct termios raw;
	if (s->r->terminal < 0 || s->r->input < 0 || !isatty(STDIN_FILENO))
		return 0;
	if (tcgetattr(STDIN_FILENO, &s->before) < 0)
		return err_sys(e, "read the terminal's settings");
	raw = s->before;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		return err_sys(e, "set up the terminal");
	s->raw = true;
	return 0;
}

/* Everything that a process can be asked to do; not what reports on ourselves or on faults of ours. */
static sigset_t forwarded(void)
{
	static const int keep[] = { SIGCHLD, SIGPIPE, SIGURG,  SIGSEGV, SIGBUS,  SIGFPE,
				    SIGILL,  SIGTRAP, SIGSYS,  SIGABRT, SIGTSTP, SIGTTIN,
				    SIGTTOU, SIGCONT, SIGKILL, SIGSTOP, SIGPROF, SIGVTALRM };
	sigset_t set;
	sigfillset(&set);
	for (size_t i = 0; i < sizeof keep / sizeof *keep; i++)
		sigdelset(&set, keep[i]);
	return set;
}

int relay_signals(struct err *e)
{
	sigset_t set = forwarded();
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(e, "take over the signals");
	return fd;
}

void relay_signal_give_in(int signals)
{
	struct signalfd_siginfo info;
	sigset_t set = forwarded();
	if (read(signals, &info, sizeof info) != sizeof info || info.ssi_signo == SIGWINCH)
		return;
	signal((int)info.ssi_signo, SIG_DFL);
	raise((int)info.ssi_signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void forward_signal(struct session *s)
{
	struct signalfd_siginfo info;
	if (read(s->r->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH)
		fit_terminal(s->r);
	else
		pidfd_send_signal(s->r->pidfd, (int)info.ssi_signo, NULL, 0);
}

static void end_input(struct session *s)
{
	if (s->r->input >= 0 && s->r->input != s->r->terminal)
		close(s->r->input);
	s->r->input = -1;
}

static void read_input(struct session *s)
{
	ssize_t n = read(STDIN_FILENO, input, sizeof input);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	s->sent = 0;
	s->have = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return;
	s->ended = true;
	if (s->r->input == s->r->terminal) {
		input[0] = END_OF_INPUT;
		s->have = 1;
	}
}

static void pass_input(struct session *s)
{
	ssize_t n = write(s->r->input, input + s->sent, s->have - s->sent);
	if (n > 0)
		s->sent += (size_t)n;
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		end_input(s); /* it reads no more */
}

/* One piece; false when there is no more for now, or for ever (then it is closed to us). */
static bool pass_output(struct relay *r, int i)
{
	if (r->out[i].from < 0)
		return false;
	ssize_t n = read(r->out[i].from, output, sizeof output);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	/* a terminal whose other side is closed answers EIO; to a reader who is gone nothing is said */
	if (n <= 0 || fd_write_patiently(r->out[i].to, output, (size_t)n) < 0) {
		r->out[i].from = -1;
		return false;
	}
	return true;
}

static struct pollfd input_wanted(const struct session *s)
{
	if (s->r->input < 0)
		return (struct pollfd){ .fd = -1 };
	if (s->sent < s->have)
		return (struct pollfd){ .fd = s->r->input, .events = POLLOUT };
	return (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
}

static int loop(struct session *s, struct err *e)
{
	struct relay *r = s->r;
	for (;;) {
		struct pollfd p[5] = {
			{ .fd = r->done, .events = POLLIN },
			{ .fd = r->signals, .events = POLLIN },
			input_wanted(s),
			{ .fd = r->out[0].from, .events = POLLIN },
			{ .fd = r->out[1].from, .events = POLLIN },
		};
		if (poll(p, 5, -1) < 0 && errno != EINTR)
			return err_sys(e, "wait for the container");
		if (p[1].revents)
			forward_signal(s);
		if (p[2].revents && p[2].events == POLLIN)
			read_input(s);
		else if (p[2].revents)
			pass_input(s);
		if (s->ended && s->sent == s->have)
			end_input(s);
		for (int i = 0; i < 2; i++)
			if (p[3 + i].revents)
				pass_output(r, i);
		if (p[0].revents)
			return 0;
	}
}

int relay_run(struct relay *r, struct err *e)
{
	struct session s = { .r = r };
	signal(SIGPIPE, SIG_IGN);
	fit_terminal(r);
	if (r->input >= 0 && fcntl(r->input, F_SETFL, O_WRONLY | O_NONBLOCK) < 0)
		end_input(&s);
	int result = make_raw(&s, e) < 0 ? -1 : loop(&s, e);
	for (int i = 0; i < 2; i++)
		while (pass_output(r, i))
			;
	if (s.raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &s.before);
	end_input(&s);
	return result;
}
