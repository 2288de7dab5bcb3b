/* up.h - private to engine/: a container brought up and taken down, and the monitor that stays with it. */
#pragma once
#include "cgroup/cgroup.h"
#include "engine/engine.h"
#include "model/spec.h"
#include "network/network.h"
#include "runtime/runtime.h"

struct live { /* what is up, in the order of set-up */
	struct cgroup_opts cgroup_opts;
	struct cgroup *cgroup;
	struct spec spec;
	char arch[16]; /* of the image, in OCI's words; "" when it does not say */
	struct seccomp_filter seccomp;
	struct runtime rt;
	struct network *network;
	enum network_kind net;
	int stdio[3]; /* the container's ends of its streams; -1 with a terminal */
};

/* Bring container C to life with L->stdio as its streams. L is zeroed otherwise. */
must_check int engine_up(struct engine *en, struct container *c, struct live *l, struct err *e);
/* The same order backwards; what was never up is skipped. */
void engine_down(struct live *l);

/* The files that are bound into /etc: empty ones first, since their content is known only once the network is. */
must_check int etc_make(int dir, struct err *e);
must_check int etc_fill(int dir, const struct container *c, const struct spec *s,
			enum network_kind kind, const struct network *n, struct err *e);

/* Between the command and its monitor: datagrams, each a struct report. */
enum report_kind { REPORT_READY, REPORT_FAILED, REPORT_EXIT };
struct report {
	enum report_kind kind;
	int exit_code;
	pid_t pid;
	struct err err;
}; /* REPORT_READY carries the pidfd of pid 1 and, with a terminal, its master */

/* The life of the monitor: brings C up, stays until it ends, takes everything down. SOCK leads to the command,
 * INPUT is the container's standard input (-1: none); ATTACHED: what it says goes to our standard output and
 * error too. Does not return. */
void monitor_run(struct engine *en, struct container *c, int sock, int input, bool attached)
	__attribute__((noreturn));

struct attach_args {
	int sock;     /* to the monitor */
	int signals;  /* of relay_signals */
	int pidfd;    /* of the container's pid 1 */
	int terminal; /* master of its terminal; -1 without */
	int input; /* pipe to its standard input, closed at the end of ours; -1 with a terminal */
	bool interactive;
};
/* The command's side of an attached start: our terminal and signals are the container's, until its end. */
must_check int attach_run(const struct attach_args *args, int *exit_code, struct err *e);

/* Remove the container's files in its user namespace. */
must_check int engine_wipe(struct engine *en, struct container *c, bool volumes, struct err *e);
