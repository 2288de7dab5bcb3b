/* proc.c - processes by pidfd and start time, and signals by name. */
#include "runtime/runtime.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/pidfd.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/proc.h"

int proc_open(pid_t pid, struct proc *out, struct err *e)
{
	*out = (struct proc){ .pid = pid, .pidfd = pidfd_open(pid, 0) };
	if (out->pidfd < 0)
		return err_sys(e, "open process %d", pid);
	out->start_time = proc_start_time(pid);
	return 0;
}

bool proc_alive(pid_t pid, uint64_t start_time)
{
	return pid > 0 && start_time && proc_start_time(pid) == start_time;
}

int proc_signal(const struct proc *p, int sig, struct err *e)
{
	if (pidfd_send_signal(p->pidfd, sig, NULL, 0) < 0)
		return err_sys(e, "signal process %d", p->pid);
	return 0;
}

void proc_close(struct proc *p)
{
	fd_close(&p->pidfd);
}

static int signal_base(const char *name, size_t *n)
{
	if (strncasecmp(name, "RTMIN", 5) == 0) {
		*n = 5;
		return SIGRTMIN;
	}
	if (strncasecmp(name, "RTMAX", 5) == 0) {
		*n = 5;
		return SIGRTMAX;
	}
	for (int i = 1; i < NSIG; i++) {
		const char *abbrev = sigabbrev_np(i);
		if (abbrev && strcasecmp(abbrev, name) == 0) {
			*n = strlen(name);
			return i;
		}
	}
	return -1;
}

int signal_parse(const char *text)
{
	uint64_t number;
	size_t n = 0;
	char *end;
	if (str_to_u64(text, &number) == 0)
		return number > 0 && number < NSIG ? (int)number : -1;
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	int base = signal_base(text, &n);
	if (base < 0 || !text[n])
		return base;
	long offset = strtol(text + n, &end, 10);
	if (*end || base + offset < SIGRTMIN || base + offset > SIGRTMAX)
		return -1;
	return base + (int)offset;
}
