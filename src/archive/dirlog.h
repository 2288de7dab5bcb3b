/* dirlog.h - what directories get when everything is in them: modes, times, default ACLs.
 *
 * Making a file in a directory changes its time, inherits its setgid bit and its default ACL; so a
 * directory gets these last. The list goes to a file without a name once it is long: memory stays
 * the same for ten directories and ten million. */
#pragma once
#include <stddef.h>
#include <time.h>
#include <sys/types.h>
#include "util/err.h"

struct dirlog;

struct dir_finish {
	mode_t mode;
	struct timespec times[2]; /* as for futimens */
	const void *acl;          /* system.posix_acl_default; NULL when there is none */
	size_t acl_len;
};

struct dirlog *dirlog_new(int root);
/* Remember what PATH (cleaned, "" is the root) gets. */
must_check int dirlog_add(struct dirlog *l, const char *path, const struct dir_finish *f,
			  struct err *e);
/* Do it, in order. A path that is no directory any more is passed over. */
must_check int dirlog_apply(struct dirlog *l, struct err *e);
void dirlog_free(struct dirlog *l);
