/* unshare.c - a command as root of the user's own user namespace, where files of containers have the
 * owners that containers see. The namespaces end with the command. */
#include "engine/engine.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/proc.h"

struct job {
	char *const *argv;
	sigset_t mask; /* signals as they were blocked before we waited for them */
};

/* In the namespace. Returns only when ARGV cannot be executed. */
static int execute(void *arg, struct err *e)
{
	struct job *j = arg;
	auto_free char *path = strchr(j->argv[0], '/') ? xstrdup(j->argv[0])
						       : proc_find(j->argv[0]);
	sigprocmask(SIG_SETMASK, &j->mask, NULL);
	if (!path)
		return err_set(e, ERR_CMD_MISSING, "cannot run %s: no such program", j->argv[0]);
	execv(path, j->argv);
	int code = errno;
	err_num(e, code, "cannot run %s", j->argv[0]);
	e->kind = code == ENOENT ? ERR_CMD_MISSING : ERR_CMD_EXEC;
	return -1;
}

/* Pass on what we are sent until PID ends. What the terminal sends, it sends to both of us.
 * The wait status, or -1 with errno. */
static int wait_forwarding(pid_t pid, const sigset_t *set)
{
	for (;;) {
		siginfo_t si;
		int status, sig = sigwaitinfo(set, &si);
		if (sig < 0 && errno != EINTR)
			return -1;
		if (sig > 0 && sig != SIGCHLD && si.si_code <= 0)
			kill(pid, sig);
		pid_t got = waitpid(pid, &status, WNOHANG);
		if (got != 0)
			return got < 0 ? -1 : status;
	}
}

int engine_unshare(struct engine *en, char *const argv[], int *exit_code, struct err *e)
{
	static const int signals[] = {
		SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2
	};
	struct job job = { .argv = argv };
	struct err said;
	sigset_t set;
	pid_t pid;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &job.mask);
	auto_fd int report = userns_spawn(&en->ids, CLONE_NEWNS, execute, &job, &pid, e);
	int status = report < 0 ? -1 : wait_forwarding(pid, &set);
	sigprocmask(SIG_SETMASK, &job.mask, NULL);
	if (report < 0)
		return -1;
	if (fd_recv(report, &said, sizeof said, NULL, NULL) == sizeof said) {
		return err_take(e, &said);
	}
	if (status < 0)
		return err_sys(e, "wait for %s", argv[0]);
	*exit_code = proc_exit_code(status);
	return 0;
}
