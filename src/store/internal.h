/* internal.h - what the files of store/ share and nobody else sees. */
#pragma once
#include "store/store.h"
#include "util/fd.h"

struct store {
	int root; /* directory */
	int held; /* `lock', shared; -1 when not held */
	char *path;
};

#define STORE_FILE_MAX (64u << 20) /* no file that we read whole is larger */

/* Put "store ROOT" in front and say what can be done about it. Returns -1. */
int store_fail(const struct store *s, struct err *e);
/* Replace ROOT/DIR/NAME (DIR "." is ROOT itself) by DATA, durably: the data, then the directory. */
must_check int store_file_replace(const struct store *s, const char *dir, const char *name,
				  const void *data, size_t n, struct err *e);
/* fsync of a directory, where there is such a thing. -1 with errno. */
must_check int store_sync_dir(int dir);
/* A fresh "KIND-RANDOM" into NAME. */
void store_tmp_name(const char *kind, char name[static 64]);
/* flock with EINTR handled; -1 with errno. */
must_check int store_flock(int fd, int how);
/* Open DIR/NAME, made when missing; read-only when the file system is. An fd, or -1 with errno. */
must_check int store_lock_open(int dir, const char *name);

/* `names', one reading of it: lines of TEXT. */
struct names {
	char *text;
	size_t len;
};
struct name_entry { /* points into names.text; not NUL-terminated */
	const char *name, *hex;
	size_t len;
};
must_check int names_load(const struct store *s, struct names *out, struct err *e);
void names_free(struct names *n);
#define auto_names __attribute__((cleanup(names_free)))
/* Step through; *POS starts at 0. The order is that of the names. */
bool names_next(const struct names *n, size_t *pos, struct name_entry *out);
/* The entry of exactly NAME. */
bool names_get(const struct names *n, const char *name, struct name_entry *out);
/* Rewrite without NAME (may be NULL) and without the names of the image DROP (may be NULL); then with
 * NAME -> ID unless ID is NULL. The caller holds index.lock. *CHANGED (may be NULL): was there anything? */
must_check int names_update(const struct store *s, const char *name, const struct digest *id,
			    const struct digest *drop, bool *changed, struct err *e);
/* The lock of whoever changes; closing it is unlocking. */
must_check int names_lock(const struct store *s, struct err *e);

/* One file of images/. LAYERS may be NULL: only the head is read then. */
struct image_file {
	struct digest id, manifest;
	int64_t created;
	uint64_t size;
};
/* ERR_NOTFOUND when there is no such image. *LAYERS is owned by the caller. */
must_check int image_file_load(const struct store *s, const char *hex, struct image_file *out,
			       struct digest **layers, size_t *nlayers, struct err *e);
