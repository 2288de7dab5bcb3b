/* tarball.h - tar archives made by hand, so that tests can say what no tar program would write. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "util/str.h"

struct tar_entry {
	const char *name, *link;
	char type; /* '0' file, '1' hard link, '2' symlink, '3' char, '4' block, '5' directory, '6' FIFO */
	unsigned mode, uid, gid;
	uint64_t mtime;
	const char *data; /* of type '0' and 'x' */
	size_t len;       /* of data; 0: strlen */
	unsigned major, minor;
};

/* Append an entry. Names beyond 100 bytes go into a pax header. */
void tar_add(struct buf *b, struct tar_entry t);
/* A pax header for the entry behind it: one record KEY=VALUE of LEN bytes. */
void tar_add_pax(struct buf *b, const char *key, const void *value, size_t len);
/* Several records at once: "K=V" texts. */
void tar_add_pax_texts(struct buf *b, const char *const *records);
void tar_end(struct buf *b);

/* Compressed as the tools do; the result is appended to OUT. */
void pack_gzip(const void *data, size_t n, struct buf *out);
void pack_zstd(const void *data, size_t n, int level, unsigned window_log, struct buf *out);
void pack_xz(const void *data, size_t n, unsigned preset, struct buf *out);

/* A file without a name that holds DATA, to be read from its start. */
int memory_file(const void *data, size_t n);
