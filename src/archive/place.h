/* place.h - from a name in an archive to a directory descriptor and one component.
 *
 * Every look-up stays beneath the root (openat2 with RESOLVE_IN_ROOT): a symbolic link that an
 * archive made is followed as the container would follow it, so it can lead anywhere in the root
 * and nowhere else. The last directory is kept open: the entries of a directory come in a row,
 * and only the first pays for the look-up. */
#pragma once
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include "util/err.h"

struct place {
	int root;                /* borrowed */
	int dir;                 /* where NAME goes; the place's own, or -1 */
	bool stale;              /* what dir_path means may have changed */
	char dir_path[PATH_MAX]; /* what `dir` was opened for; cleaned */
	char path[PATH_MAX];     /* the entry, cleaned: no leading slash, no "." or ".." */
	const char *name;        /* its last component, within path; "" for the root itself */
};

void place_init(struct place *p, int root);
void place_free(struct place *p);
/* Clean RAW as by text ("/a/./b//../c" -> "a/c") into OUT. An empty name, one that leads above the root,
 * or one that is too long is an error. */
must_check int place_clean(const char *raw, char out[static PATH_MAX], struct err *e);
/* Set path and name from RAW, without looking at the disk. */
must_check int place_name(struct place *p, const char *raw, struct err *e);
/* Open the directory that path is in as p->dir, making missing ones (0755, root). 0, or -1; *BELOW_WHITEOUT
 * (may be NULL: then a whiteout gives way to an opaque directory) says that a parent is a whiteout. */
must_check int place_open_dir(struct place *p, bool *below_whiteout, struct err *e);
/* Look at what is there already; 1 when something is, 0 when not. */
must_check int place_stat(const struct place *p, struct stat *st, struct err *e);
/* Remove what is there, whatever it is. */
must_check int place_clear(struct place *p, const struct stat *st, struct err *e);
/* A character device 0/0, overlay's way of saying "not here". */
bool place_is_whiteout(const struct stat *st);
