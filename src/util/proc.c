/* proc.c - see proc.h. posix_spawn where it can do it, because it neither copies page tables nor
 * runs our code between fork and exec. */
#include "util/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "util/fd.h"

#define FIRST_PASSED 3
#define SAFE_BASE 100 /* above every number that we hand out */

extern char **environ;

static char *find_in(const char *dirs, const char *name)
{
	auto_strv struct strv v = { 0 };
	strv_split(&v, dirs, ':');
	for (size_t i = 0; i < v.n; i++) {
		if (v.list[i][0] != '/') /* a relative PATH entry is somebody else's directory */
			continue;
		auto_free char *p = str_printf("%s/%s", v.list[i], name);
		if (access(p, X_OK) == 0)
			return take(p);
	}
	return NULL;
}

char *proc_find(const char *name)
{
	const char *path = getenv("PATH");
	char *found = path ? find_in(path, name) : NULL;
	return found ? found
		     : find_in("/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
			       name);
}

char *proc_companion(const char *name)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n > 0) {
		self[n] = '\0';
		char *slash = strrchr(self, '/');
		if (slash) {
			*slash = '\0';
			auto_free char *beside = str_printf("%s/%s", self, name);
			if (access(beside, X_OK) == 0)
				return take(beside);
		}
	}
	return str_printf("%s/%s", CUDDY_LIBEXECDIR, name);
}

/* Two steps, so that no descriptor is overwritten before it was moved. */
static int plan_fds(posix_spawn_file_actions_t *fa, const int *fds, unsigned nfds, int out)
{
	int code = 0;
	for (unsigned i = 0; i < nfds; i++)
		code |= posix_spawn_file_actions_adddup2(fa, fds[i], SAFE_BASE + (int)i);
	if (out >= 0) {
		code |= posix_spawn_file_actions_adddup2(fa, out, STDOUT_FILENO);
		code |= posix_spawn_file_actions_adddup2(fa, out, STDERR_FILENO);
	}
	code |= posix_spawn_file_actions_addopen(fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	for (unsigned i = 0; i < nfds; i++)
		code |= posix_spawn_file_actions_adddup2(fa, SAFE_BASE + (int)i,
							 FIRST_PASSED + (int)i);
	code |= posix_spawn_file_actions_addclosefrom_np(fa, FIRST_PASSED + (int)nfds);
	return code;
}

static pid_t start(char *const argv[], const posix_spawn_file_actions_t *fa, struct err *e)
{
	posix_spawnattr_t attr;
	sigset_t none, all;
	pid_t pid;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int code = posix_spawn(&pid, argv[0], fa, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	if (code)
		return err_num(e, code, "start %s", argv[0]);
	return pid;
}

pid_t proc_start(char *const argv[], const int *fds, unsigned nfds, int out, struct err *e)
{
	posix_spawn_file_actions_t fa;
	posix_spawn_file_actions_init(&fa);
	int code = plan_fds(&fa, fds, nfds, out);
	pid_t pid = code ? err_num(e, code, "start %s", argv[0]) : start(argv, &fa, e);
	posix_spawn_file_actions_destroy(&fa);
	return pid;
}

pid_t proc_start_quietly(char *const argv[], int out, struct err *e)
{
	posix_spawn_file_actions_t fa;
	posix_spawn_file_actions_init(&fa);
	int code = posix_spawn_file_actions_adddup2(&fa, out, STDOUT_FILENO);
	pid_t pid = code ? err_num(e, code, "start %s", argv[0]) : start(argv, &fa, e);
	posix_spawn_file_actions_destroy(&fa);
	return pid;
}

/* The child's part, in the parent's memory until exec: system calls only. The errno. */
static int become_tied(char *const argv[], const int stdio[3], pid_t parent)
{
	static const struct sigaction deflt = { .sa_handler = SIG_DFL };
	sigset_t none;
	int at[3];

	/* a handler of the parent's must not run here, in its memory */
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &deflt, NULL);
	/* dies with us, also when we died just now */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return errno;
	if (getppid() != parent)
		return ESRCH;
	for (int i = 0; i < 3; i++) {
		at[i] = fcntl(stdio[i], F_DUPFD_CLOEXEC, SAFE_BASE);
		if (at[i] < 0)
			return errno;
	}
	for (int i = 0; i < 3; i++)
		if (dup2(at[i], i) < 0)
			return errno;
	closefrom(FIRST_PASSED);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(argv[0], argv);
	return errno;
}

pid_t proc_start_tied(char *const argv[], const int stdio[3], struct err *e)
{
	sigset_t all, old;
	pid_t parent = getpid();
	volatile int code = 0;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	/* posix_spawn cannot ask for a signal at the parent's death; vfork is what it is made of */
	pid_t pid = vfork();
	if (pid == 0) {
		code = become_tied(argv, stdio, parent);
		_exit(125);
	}
	if (pid < 0)
		code = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (!code)
		return pid;
	if (pid > 0)
		(void)!proc_reap(pid);
	return err_num(e, code, "start %s", argv[0]);
}

int proc_reap(pid_t pid)
{
	int status;
	pid_t got;
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -1 : status;
}

int proc_exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

uint64_t proc_start_time(pid_t pid)
{
	char path[32], text[1024];
	uint64_t when = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_full(fd, text, sizeof text - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* the command's name may hold anything, also ") "; the last one closes it */
	const char *p = strrchr(text, ')');
	char state;
	if (!p
	    || sscanf(p + 1,
		      " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
		      "%*d %" SCNu64,
		      &state, &when)
		       != 2)
		return 0;
	return state == 'Z' || state == 'X' ? 0 : when;
}
