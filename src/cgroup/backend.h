/* backend.h - what the back ends of cgroup/ share; for this folder only. */
#pragma once
#include <stdbool.h>
#include "cgroup/cgroup.h"

#define CGROUP_MOUNT "/sys/fs/cgroup"

/* The place of PID in the cgroup v2 tree, "/user.slice/...". Owned; NULL when it has none that can be
 * reached from here. */
char *cgroup_of(pid_t pid);

struct scope; /* a question put to systemd */

/* Is there a systemd to ask? Without loading anything. */
bool scope_possible(void);
/* Ask it to put O->leader into a scope named UNIT. *OUT is owned (scope_free), also on failure NULL. */
must_check int scope_ask(const struct cgroup_opts *o, const char *unit, struct scope **out,
			 struct err *e);
/* Until it is there. ERR_EXISTS when the name is taken. */
must_check int scope_wait(struct scope *s, struct err *e);
void scope_free(struct scope *s);
