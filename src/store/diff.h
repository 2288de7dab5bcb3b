/* diff.h - what a container's writable layer changes about the layers below it. */
#pragma once
#include "model/digest.h"
#include "util/err.h"

enum diff_kind { DIFF_CHANGED = 'C', DIFF_ADDED = 'A', DIFF_DELETED = 'D' };

struct diff_opts {
	int store_root;              /* as in rootfs_opts */
	int container_dir;           /* the same */
	const struct digest *layers; /* base first */
	unsigned nlayers;
};
/* Call FN for each path ("/etc/x") that was added, changed or deleted, in the order of the tree; it answers as this
 * does. In the user namespace, since the container's users own some of the files. A container that was never started
 * has changed nothing. */
must_check int rootfs_diff(const struct diff_opts *o,
			   int (*fn)(void *arg, enum diff_kind kind, const char *path,
				     struct err *e),
			   void *arg, struct err *e);
