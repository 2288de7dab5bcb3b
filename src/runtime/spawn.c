/* spawn.c - the parent's side of a container's birth: clone, map, release. */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/kernel.h"
#include "util/log.h"
#include "util/proc.h"

static uint64_t clone_flags(const struct runtime_args *a)
{
	uint64_t flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS
			 | CLONE_NEWCGROUP | CLONE_PIDFD;
	if (a->spec->namespaces & SPEC_NS_NET)
		flags |= CLONE_NEWNET;
	if (a->cgroup >= 0)
		flags |= CLONE_INTO_CGROUP;
	return flags;
}

static int open_ns(pid_t pid, const char *name, struct err *e)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open %s", path) : fd;
}

static int tell(struct runtime *rt, char what, struct err *e)
{
	/* a child that is gone has said why, or is found to have died when the answer is read */
	if (fd_send(rt->sock, &what, 1, NULL, 0) < 0 && errno != EPIPE && errno != ECONNRESET)
		return err_sys(e, "speak to the container");
	return 0;
}

static int settle(const struct runtime_args *a, struct runtime *rt, struct err *e)
{
	rt->proc.start_time = proc_start_time(rt->proc.pid);
	if (a->hooks.map_ids(a->hooks.arg, rt->proc.pid, e) < 0)
		return -1;
	/* before it hides itself: the namespaces are ours to open only as long as it may be looked at */
	if ((rt->userns = open_ns(rt->proc.pid, "user", e)) < 0)
		return -1;
	if (a->spec->namespaces & SPEC_NS_NET && (rt->netns = open_ns(rt->proc.pid, "net", e)) < 0)
		return -1;
	return tell(rt, CHILD_MAPPED, e);
}

/* When the child has failed first, what it says is the cause of whatever failed here. */
static void child_said(struct runtime *rt, struct err *e)
{
	struct err said;
	/* the first answer may be that it has not read what we said (fd_recv) */
	for (int tries = 0; tries < 2; tries++)
		if (recv(rt->sock, &said, sizeof said, MSG_DONTWAIT) == sizeof said)
			err_take(e, &said);
}

int runtime_spawn(const struct runtime_args *a, struct runtime *rt, struct err *e)
{
	int pair[2], pidfd = -1;
	*rt = (struct runtime){
		.proc.pidfd = -1, .sock = -1, .userns = -1, .netns = -1, .terminal = -1
	};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	struct clone_args args = {
		.flags = clone_flags(a),
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = a->cgroup >= 0 ? (uint64_t)a->cgroup : 0,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid == 0) {
		close(pair[0]);
		child_run(a, pair[1]);
	}
	int code = errno;
	close(pair[1]);
	rt->sock = pair[0];
	if (pid < 0) {
		fd_close(&rt->sock);
		return kernel_userns_failed(code, e);
	}
	rt->proc.pid = pid;
	rt->proc.pidfd = pidfd;
	if (settle(a, rt, e) < 0) {
		child_said(rt, e);
		runtime_abort(rt);
		return -1;
	}
	return 0;
}

static int exec_failed(int code, struct err *e)
{
	err_num(e, code, "execute the command");
	e->kind = code == ENOENT ? ERR_CMD_MISSING : ERR_CMD_EXEC;
	if (code == ENOEXEC)
		return err_hint(e, "it is no program for this machine: a script needs a first line "
				   "such as #!/bin/sh, and an "
				   "image of another architecture needs an emulator");
	if (code == ENOENT)
		return err_hint(e, "the file is there: its interpreter (the #! line, or the "
				   "dynamic loader) is not");
	return err_hint(e, "look at its mode, and at the mounts it lies on");
}

/* Until end of file, which is the command's execve. */
int await_exec(struct runtime *rt, struct err *e)
{
	struct err said;
	for (;;) {
		size_t nfds = 1;
		int fd = -1, code;
		ssize_t n = fd_recv(rt->sock, &said, sizeof said, &fd, &nfds);
		if (n <= 0)
			return n < 0 ? err_sys(e, "listen to the container") : 0;
		if (nfds) {
			fd_close(&rt->terminal);
			rt->terminal = fd;
		} else if (n == sizeof said) {
			return err_take(e, &said);
		} else if (n == sizeof code) {
			memcpy(&code, &said, sizeof code);
			return exec_failed(code, e);
		}
	}
}

int runtime_release(struct runtime *rt, struct err *e)
{
	if (tell(rt, CHILD_GO, e) < 0 || await_exec(rt, e) < 0) {
		runtime_abort(rt);
		return -1;
	}
	fd_close(&rt->sock);
	return 0;
}

void runtime_close(struct runtime *rt)
{
	fd_close(&rt->sock);
	fd_close(&rt->userns);
	fd_close(&rt->netns);
	fd_close(&rt->terminal);
	proc_close(&rt->proc);
}

void runtime_abort(struct runtime *rt)
{
	struct err ignored;
	if (rt->proc.pid > 0) {
		/* ESRCH: it is dead already and waits to be reaped */
		if (proc_signal(&rt->proc, SIGKILL, &ignored) < 0 && ignored.code != ESRCH)
			log_err(&ignored);
		else if (proc_reap(rt->proc.pid) < 0)
			log_warn("process %d: %s", rt->proc.pid, strerror(errno));
		rt->proc.pid = 0;
	}
	runtime_close(rt);
}
