/* unpack.h - a tar stream becomes a tree of files.
 *
 * Kept: owners, modes with setuid, setgid and sticky, times to the nanosecond, extended attributes
 * with file capabilities and ACLs, hard links, symbolic links, FIFOs, holes. Whiteouts become
 * overlay's. What cannot be kept is counted, never lost in silence. Later entries replace earlier
 * ones. Nothing outside ROOT can be reached, whatever the archive holds. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "archive/stream.h"
#include "util/err.h"

struct unpack_stats {
	uint64_t entries;
	uint64_t bytes;     /* of regular files' content, holes left out */
	uint64_t devices;   /* device nodes skipped */
	uint64_t flattened; /* entries whose owner could not be kept: root's now, without setuid */
	uint64_t xattrs;    /* attributes and ACLs that could not be kept */
};

/* Unpack the whole of S into the directory ROOT (borrowed; empty but for what a caller wants there).
 * FLATTEN: every owner becomes root, for namespaces with a single id. */
must_check int unpack_tar(struct stream *s, int root, bool flatten, struct unpack_stats *out,
			  struct err *e);
/* Do what looks at files outside ROOT (character set tables): before confinement. */
void unpack_prepare(void);
