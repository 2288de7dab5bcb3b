/* attrs.h - owner, mode, attributes and times of one entry, from its header onto a descriptor or a name. */
#pragma once
#include <archive_entry.h>
#include <stdbool.h>
#include <sys/stat.h>
#include "archive/unpack.h"
#include "util/err.h"

struct attrs {
	uid_t uid;
	gid_t gid;
	mode_t mode;              /* 07777 */
	struct timespec times[2]; /* access, change of content */
	bool flattened;
};

/* What AE asks for. FLATTEN: all owners are root. */
void attrs_read(struct archive_entry *ae, bool flatten, struct attrs *a);
/* The owner of DIR/NAME (no link followed). Where it cannot be kept it becomes root, setuid and
 * setgid are taken from a->mode, and A and STATS say so. */
must_check int attrs_own(struct attrs *a, int dir, const char *name, struct unpack_stats *stats,
			 struct err *e);
/* The extended attributes of AE onto FD; -1 as FD: only count them (links, FIFOs). The default ACL is
 * left out: dirlog sets it. */
must_check int attrs_xattrs(struct archive_entry *ae, int fd, struct unpack_stats *stats,
			    struct err *e);
