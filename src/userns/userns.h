/* userns.h - user namespaces: which ids the user may map, and processes inside such a mapping.
 *
 * Container root is the user; then the subordinate ids (subuid(5), subgid(5), through libsubid
 * so that other sources than files count too, cached). Without subordinate ids or without
 * newuidmap: the user's single id. As real root: the ids of root's entry, or a fixed range. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "util/err.h"

#define IDMAP_MAX 32

struct idmap_range {
	uint32_t inside, outside, count;
};
struct idmap { /* a value; copied */
	struct idmap_range uid[IDMAP_MAX], gid[IDMAP_MAX];
	unsigned nuid, ngid;
	bool single;   /* only the user's own ids: ownership is flattened */
	char why[256]; /* when single: what is missing and who mends it */
};

/* The mapping of the calling user. CACHE_DIR (may be NULL) is where libsubid's answer is kept. */
must_check int userns_idmap(const char *cache_dir, struct idmap *out, struct err *e);
/* Write the maps of process PID, which waits in a new user namespace. newuidmap and newgidmap side by side. */
must_check int userns_write_maps(pid_t pid, const struct idmap *map, struct err *e);
/* In the child, once mapped: give up the groups and become root of the namespace. */
must_check int userns_become_root(const struct idmap *map, struct err *e);
/* Run FN(ARG) in a child inside a new user namespace with MAP (plus CLONE_* FLAGS such as
 * CLONE_NEWNS), as root there, and wait. FN fills its struct err on -1, which travels back. */
must_check int userns_run(const struct idmap *map, int flags, int (*fn)(void *arg, struct err *e),
			  void *arg, struct err *e);
/* The same, but not waited for: *PID is the child; the caller reaps it. The child exits with 0, or
 * 125 after sending struct err over a socket whose other end is returned (an fd; end of file = fine). */
must_check int userns_spawn(const struct idmap *map, int flags, int (*fn)(void *arg, struct err *e),
			    void *arg, pid_t *pid, struct err *e);
/* Reap PID started by userns_spawn and close REPORT: 0, or -1 with the child's error. */
must_check int userns_wait(pid_t pid, int report, struct err *e);
