/* userns.c - user namespaces and processes inside them.
 *
 * The parent writes the maps while the child waits, because only a process of the outer namespace
 * may, and newuidmap insists that its caller owns the target. It must not leave anything behind:
 * a namespace lives exactly as long as the processes in it. */
#include "userns/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/kernel.h"
#include "util/proc.h"

static int write_map_file(pid_t pid, const char *file, const struct idmap_range *r, unsigned n,
			  struct err *e)
{
	auto_buf struct buf b = { 0 };
	auto_free char *path = str_printf("/proc/%d/%s", pid, file);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "%u %u %u\n", r[i].inside, r[i].outside, r[i].count);
	return file_put(AT_FDCWD, path, b.data) < 0 ? err_sys(e, "write %s", path) : 0;
}

/* A namespace of one id needs no help, but must give up setgroups (user_namespaces(7)). */
static int write_directly(pid_t pid, const struct idmap *map, struct err *e)
{
	auto_free char *path = str_printf("/proc/%d/setgroups", pid);
	if (map->single && file_put(AT_FDCWD, path, "deny") < 0)
		return err_sys(e, "write %s", path);
	if (write_map_file(pid, "uid_map", map->uid, map->nuid, e) < 0)
		return -1;
	return write_map_file(pid, "gid_map", map->gid, map->ngid, e);
}

static pid_t start_helper(const char *name, pid_t pid, const struct idmap_range *r, unsigned n,
			  int out, struct err *e)
{
	auto_strv struct strv argv = { 0 };
	char *path = proc_find(name);
	if (!path) {
		err_set(e, ERR_NOTFOUND, "%s is not installed", name);
		return err_hint(e, "an administrator installs it (Debian: uidmap)");
	}
	strv_take(&argv, path);
	strv_addf(&argv, "%d", pid);
	for (unsigned i = 0; i < n; i++) {
		strv_addf(&argv, "%u", r[i].inside);
		strv_addf(&argv, "%u", r[i].outside);
		strv_addf(&argv, "%u", r[i].count);
	}
	return proc_start(argv.list, NULL, 0, out, e);
}

static int map_failed(const char *name, int status, int said, struct err *e)
{
	char text[400];
	ssize_t n = fd_read_full(said, text, sizeof text - 1);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	err_set(e, ERR_DENIED, "cannot map ids: %s: %s", name,
		*text                 ? text
		: WIFSIGNALED(status) ? "it was killed"
				      : "it failed without a word");
	return err_hint(e, "compare /etc/subuid and /etc/subgid with your account; an "
			   "administrator mends them "
			   "(usermod --add-subuids --add-subgids)");
}

static int write_with_helpers(pid_t pid, const struct idmap *map, struct err *e)
{
	int p[2];
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, "make a pipe");
	auto_fd int said = p[0];
	auto_fd int out = p[1];
	pid_t u = start_helper("newuidmap", pid, map->uid, map->nuid, out, e);
	if (u < 0)
		return -1;
	pid_t g = start_helper("newgidmap", pid, map->gid, map->ngid, out, e);
	int ustatus = proc_reap(u);
	if (g < 0)
		return -1;
	int gstatus = proc_reap(g);
	fd_close(&out);
	if (ustatus != 0)
		return map_failed("newuidmap", ustatus, said, e);
	return gstatus != 0 ? map_failed("newgidmap", gstatus, said, e) : 0;
}

int userns_write_maps(pid_t pid, const struct idmap *map, struct err *e)
{
	if (map->single || geteuid() == 0)
		return write_directly(pid, map, e);
	return write_with_helpers(pid, map, e);
}

int userns_become_root(const struct idmap *map, struct err *e)
{
	if (!map->single && setgroups(0, NULL) < 0)
		return err_sys(e, "drop the supplementary groups");
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_sys(e, "become root of the user namespace");
	return 0;
}

struct job {
	const struct idmap *map;
	int (*fn)(void *arg, struct err *e);
	void *arg;
};

static void child(const struct job *j, int go, int report) __attribute__((noreturn));
static void child(const struct job *j, int go, int report)
{
	struct err e = { 0 };
	char mapped;
	/* end of file instead of the byte: the parent died or failed, and says so itself */
	if (fd_read_full(go, &mapped, 1) != 1)
		_exit(125);
	close(go);
	if (userns_become_root(j->map, &e) == 0 && j->fn(j->arg, &e) == 0)
		_exit(0);
	if (fd_send(report, &e, sizeof e, NULL, 0) < 0)
		_exit(124);
	_exit(125);
}

static void reap_quietly(pid_t pid)
{
	if (proc_reap(pid) < 0)
		return;
}

int userns_spawn(const struct idmap *map, int flags, int (*fn)(void *arg, struct err *e), void *arg,
		 pid_t *pid, struct err *e)
{
	struct job job = { map, fn, arg };
	struct clone_args args = { .flags = CLONE_NEWUSER | (uint64_t)(unsigned)flags,
				   .exit_signal = SIGCHLD };
	int go[2], report[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) < 0)
		return err_sys(e, "make a socket pair");
	auto_fd int ours = report[0];
	auto_fd int theirs = report[1];
	if (pipe2(go, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	auto_fd int go_read = go[0];
	auto_fd int go_write = go[1];

	*pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (*pid < 0)
		return kernel_userns_failed(errno, e);
	if (*pid == 0) {
		close(ours);
		close(go_write);
		child(&job, go_read, theirs);
	}
	fd_close(&theirs);
	if (userns_write_maps(*pid, map, e) < 0) {
		fd_close(&go_write);
		reap_quietly(*pid);
		return -1;
	}
	/* a child that is gone already is found by userns_wait */
	return fd_write_all(go_write, "g", 1) < 0 && errno != EPIPE ? err_sys(e, "wake the child")
								    : fd_take(&ours);
}

int userns_wait(pid_t pid, int report, struct err *e)
{
	auto_fd int fd = report;
	struct err said;
	ssize_t n = fd_recv(fd, &said, sizeof said, NULL, NULL);
	int status = proc_reap(pid);
	if (n == sizeof said) {
		return err_take(e, &said);
	}
	if (status == 0)
		return 0;
	if (status > 0 && WIFSIGNALED(status))
		return err_set(e, ERR_SYSTEM,
			       "a process in the user namespace was killed by signal %d",
			       WTERMSIG(status));
	return err_set(e, ERR_SYSTEM, "a process in the user namespace ended with status %d",
		       proc_exit_code(status));
}

int userns_run(const struct idmap *map, int flags, int (*fn)(void *arg, struct err *e), void *arg,
	       struct err *e)
{
	pid_t pid;
	int report = userns_spawn(map, flags, fn, arg, &pid, e);
	return report < 0 ? -1 : userns_wait(pid, report, e);
}
