/* unshare.c - `cuddy unshare`: a command as root of the user's own user namespace, where files of
 * containers have the owners that containers see. The namespaces end with the command. */
#include "userns/userns.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cli/commands.h"
#include "util/fd.h"
#include "util/proc.h"

struct unshare_job {
	char **argv;
	sigset_t mask;          /* signals as they were blocked before we waited for them */
};

/* In the namespace. Returns only when ARGV cannot be executed. */
static int execute(void *arg, struct err *e)
{
	struct unshare_job *j = arg;
	auto_free char *path = strchr(j->argv[0], '/') ? xstrdup(j->argv[0]) : proc_find(j->argv[0]);
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

static int unshare_run(struct cli *cli, struct err *e)
{
	const char *shell = getenv("SHELL");
	char *by_default[] = { (char *)(str_empty(shell) ? "/bin/sh" : shell), NULL };
	struct unshare_job job = { .argv = cli->nargs ? cli->args : by_default };
	struct idmap map;
	struct err said;
	sigset_t set;
	pid_t pid;
	if (cli_idmap(cli, &map, e) < 0)
		return -1;
	sigemptyset(&set);
	for (const int *s = (const int[]){ SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, 0 }; *s; s++)
		sigaddset(&set, *s);
	sigprocmask(SIG_BLOCK, &set, &job.mask);
	auto_fd int report = userns_spawn(&map, CLONE_NEWNS, execute, &job, &pid, e);
	if (report < 0)
		return -1;
	int status = wait_forwarding(pid, &set);
	if (fd_recv(report, &said, sizeof said, NULL, NULL) == sizeof said) {
		*e = said;
		return -1;
	}
	return status < 0 ? err_sys(e, "wait for %s", job.argv[0]) : proc_exit_code(status);
}

const struct command command_unshare = {
	.name = "unshare",
	.summary = "Run a command in the user namespace that containers have",
	.usage = "[options] [COMMAND [ARG...]]",
	.about = "The command is root there, and the user's subordinate ids are the other accounts: so it\n"
		 "can read and remove what containers wrote. Without COMMAND, a shell.",
	.examples = "unshare cat /proc/self/uid_map\nunshare rm -r ./left-by-a-container",
	.topic = TOPIC_SYSTEM,
	.max_args = ARGS_ANY,
	.flags = CMD_STOP_AT_ARG,
	.run = unshare_run,
};
