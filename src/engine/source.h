/* source.h - a set of files that images are read from: a directory, or an archive of one. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "model/digest.h"
#include "model/manifest.h"
#include "store/store.h"
#include "util/err.h"

struct source; /* opaque; one owner */

struct span {   /* a file in it */
	int fd; /* borrowed from the source */
	uint64_t offset, size;
};

/* PATH is a directory, a tar archive (plain, or compressed with gzip, zstd or xz), or "-", an archive
 * on standard input. What cannot be read in any order is copied into a stage of S first. */
must_check int source_open(struct store *s, const char *path, struct source **out, struct err *e);
void source_close(struct source *src);
void source_close_p(struct source **src);
#define auto_source __attribute__((cleanup(source_close_p)))
bool source_is_dir(const struct source *src);
bool source_has(struct source *src, const char *name);
/* Find NAME, a relative path. ERR_NOTFOUND. The descriptor stays open until source_close. */
must_check int source_find(struct source *src, const char *name, struct span *out, struct err *e);
/* Its whole content, MAX bytes at most; owned by the caller. */
must_check int source_read(struct source *src, const char *name, size_t max, char **text,
			   size_t *len, struct err *e);
/* The file NAME, which must be as long as D says and hash to what D says. */
must_check int source_read_blob(struct source *src, const char *name, const struct descriptor *d,
				size_t max, char **text, struct err *e);
