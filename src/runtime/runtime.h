/* runtime.h - processes in a container: the first one, made with its namespaces, and later ones.
 *
 * The parent clones the child straight into new namespaces, has its ids mapped, and hands it the
 * rest: the child makes its own file system (child.c) while the parent connects the network and
 * compiles the seccomp filter. Both meet at runtime_release. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "model/spec.h"
#include "runtime/seccomp.h"
#include "util/err.h"

/* A process, named so that it stays the same one: a bare pid never crosses a module. */
struct proc {
	pid_t pid;
	int pidfd;           /* -1: none */
	uint64_t start_time; /* clock ticks since boot, proc(5) */
};

/* What runtime needs done by other hands, which it does not know. */
struct runtime_hooks {
	/* In the parent: write the id maps of PID. */
	int (*map_ids)(void *arg, pid_t pid, struct err *e);
	/* In the child, inside the namespaces: mount the root file system. A descriptor of its root. */
	int (*mount_root)(void *arg, struct err *e);
	/* In the child: copy the tree SRC to the empty directory DST (descriptors). */
	int (*copy_tree)(int src, int dst, struct err *e);
	void *arg;
};

struct runtime_args {
	const struct spec *spec;
	struct runtime_hooks hooks;
	const struct seccomp_filter *seccomp; /* NULL: none */
	int stdio[3];                         /* the container's 0, 1, 2; unused with a terminal */
	int cgroup; /* descriptor of the cgroup to start in; -1: the caller's */
	int target; /* runtime_enter: descriptor of the container's pid 1 */
};

struct runtime { /* a container that is being brought up */
	struct proc proc;
	int sock;          /* to the child; closed on its exec */
	int userns, netns; /* descriptors of its namespaces; netns is -1 with the host's */
	int terminal;      /* master side, after runtime_release; -1 without */
};

/* Clone the child and let it begin. *RT is filled; after a failure nothing is left. */
must_check int runtime_spawn(const struct runtime_args *a, struct runtime *rt, struct err *e);
/* Everything outside is ready: let the child go on to the command, and wait until it has executed it. A
 * failure is the child's own error; its process is reaped then. */
must_check int runtime_release(struct runtime *rt, struct err *e);
/* Put another process into the running container A->target, under A->spec's confinement; mounts and hooks do not
 * count. RT->proc is a child of ours. */
must_check int runtime_enter(const struct runtime_args *a, struct runtime *rt, struct err *e);
/* Wait until it has executed its command; RT->terminal is there then. A failure is its own error. */
must_check int runtime_await_exec(struct runtime *rt, struct err *e);
/* End it and reap it, close what is open. Fine on a zeroed or released one. */
void runtime_abort(struct runtime *rt);
/* Close the descriptors only. */
void runtime_close(struct runtime *rt);

/* --- proc.c --- */
must_check int proc_open(pid_t pid, struct proc *out, struct err *e);
/* Is it still the process that started then? */
bool proc_alive(pid_t pid, uint64_t start_time);
must_check int proc_signal(const struct proc *p, int sig, struct err *e);
void proc_close(struct proc *p);

/* "15", "TERM", "SIGTERM", "RTMIN+3" -> number; -1 when it is none. */
must_check int signal_parse(const char *text);
