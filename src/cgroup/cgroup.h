/* cgroup.h - the container's piece of the cgroup v2 tree. A row of back ends, tried in order:
 * systemd (a transient scope with Delegate=yes in the user's slice, asked of the user's systemd over
 * D-Bus; libsystemd is dlopened), cgroupfs (a child of the caller's own cgroup when that is delegated to
 * him), none. Knows nothing of containers. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>
#include "util/err.h"

struct cgroup; /* opaque; one owner */

struct cgroup_opts {
	const char *name;        /* the scope becomes cuddy-NAME.scope, the child cuddy-NAME */
	const char *description; /* what systemctl shows */
	const char *manager;     /* "systemd", "cgroupfs", "none"; NULL: the first that works */
	pid_t leader;            /* the process that systemd puts into the scope (the monitor) */
};
/* Make it. A NULL manager never fails: without systemd and delegation the result is "none". */
must_check int cgroup_up(const struct cgroup_opts *o, struct cgroup **out, struct err *e);
/* The same in two steps, so that systemd works while the caller does: ask, and take what came of it
 * (bounded: 5 s). What O points to must live until then. On failure of either *OUT is NULL, or C is still
 * to be freed. */
must_check int cgroup_ask(const struct cgroup_opts *o, struct cgroup **out, struct err *e);
must_check int cgroup_wait(struct cgroup *c, struct err *e);
/* The back end that a NULL manager means here, as far as can be told without asking anybody. */
const char *cgroup_likely(void);
/* For CLONE_INTO_CGROUP, by LEADER or its child: a descriptor of the container's own directory,
 * borrowed; -1 for none. */
int cgroup_fd(const struct cgroup *c);
/* Path below the cgroup v2 mount, "/user.slice/.../container"; NULL for none. */
const char *cgroup_path(const struct cgroup *c);
const char *cgroup_manager(const struct cgroup *c); /* "systemd", "cgroupfs", "none" */
/* Open the directory of PATH for CLONE_INTO_CGROUP. -1 when it is not there, or not ours. */
int cgroup_path_open(const char *path);
/* End what is left inside (cgroup.kill) and remove it; bounded: 2 s. By path, so that another process than
 * the maker can. A path that is none of ours, or not there, is left alone. */
void cgroup_path_remove(const char *path);
/* Stop all that runs in PATH, or let it go on; returns when it has come to pass (bounded: 10 s). */
must_check int cgroup_path_freeze(const char *path, bool freeze, struct err *e);
/* Was it frozen by the above? */
bool cgroup_path_frozen(const char *path);
/* The file of PATH that changes when it is frozen, for inotify. Owned. */
char *cgroup_path_events(const char *path);
void cgroup_free(struct cgroup *c);
