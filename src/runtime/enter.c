/* enter.c - another process in a running container, with nothing left behind beside it.
 *
 * Two forks: a process cannot move into a pid namespace, only its next child is born there. The first joins all
 * namespaces at once (setns(2) with a pidfd) and clones the second as the caller's own child, so the caller
 * waits for the command itself and the first is gone at once. Neither can be looked into from inside: they are
 * not dumpable before they join, and their memory belongs to the host's user namespace. */
#include "runtime/child.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/kernel.h"
#include "util/proc.h"

#define ALL_NAMESPACES                                                                             \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static int join(const struct runtime_args *a, struct err *e)
{
	int all = ALL_NAMESPACES | (a->spec->namespaces & SPEC_NS_NET ? CLONE_NEWNET : 0);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, "hide from the container");
	if (setns(a->target, all) == 0)
		return 0;
	if (errno == ESRCH)
		return err_set(e, ERR_BUSY, "the container has just ended");
	return err_sys(e, "join the container's namespaces");
}

static int spawn_inside(const struct runtime_args *a, int sock, struct err *e)
{
	int pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_PARENT | CLONE_PIDFD | (a->cgroup >= 0 ? CLONE_INTO_CGROUP : 0),
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.cgroup = a->cgroup >= 0 ? (uint64_t)a->cgroup : 0,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid == 0)
		child_enter(a, sock);
	if (pid < 0)
		return err_sys(e, "make a process in the container");
	if (fd_send(sock, &pid, sizeof pid, &pidfd, 1) < 0)
		return err_sys(e, "hand over the process");
	return 0;
}

static void go_between(const struct runtime_args *a, int sock) __attribute__((noreturn));
static void go_between(const struct runtime_args *a, int sock)
{
	struct err e = { 0 };
	if (join(a, &e) == 0 && spawn_inside(a, sock, &e) == 0)
		_exit(0);
	_exit(fd_send(sock, &e, sizeof e, NULL, 0) < 0 ? 124 : 125);
}

/* The process comes with its descriptor; an error comes alone. Its pid is as large as the errno of a stub, so the
 * descriptor tells them apart. */
static int take_process(struct runtime *rt, struct err *e)
{
	struct err said;
	size_t nfds = 1;
	ssize_t n = fd_recv(rt->sock, &said, sizeof said, &rt->proc.pidfd, &nfds);
	if (n == sizeof rt->proc.pid && nfds == 1) {
		memcpy(&rt->proc.pid, &said, sizeof rt->proc.pid);
		return 0;
	}
	if (n == sizeof said) {
		return err_take(e, &said);
	}
	return err_set(e, ERR_SYSTEM, "the process that was to enter the container died");
}

int runtime_enter(const struct runtime_args *a, struct runtime *rt, struct err *e)
{
	int pair[2];
	*rt = (struct runtime){
		.proc.pidfd = -1, .sock = -1, .userns = -1, .netns = -1, .terminal = -1
	};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	struct clone_args args = { .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid == 0) {
		close(pair[0]);
		go_between(a, pair[1]);
	}
	close(pair[1]);
	rt->sock = pair[0];
	if (pid < 0) {
		fd_close(&rt->sock);
		return err_sys(e, "make a process");
	}
	int result = take_process(rt, e);
	if (proc_reap(pid) < 0 || result < 0) {
		runtime_close(rt);
		return result < 0 ? -1 : err_sys(e, "wait for a process");
	}
	return 0;
}

int runtime_await_exec(struct runtime *rt, struct err *e)
{
	if (await_exec(rt, e) < 0) {
		runtime_abort(rt);
		return -1;
	}
	fd_close(&rt->sock);
	return 0;
}
