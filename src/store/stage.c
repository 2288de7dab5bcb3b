/* stage.c - where a layer is made, and how it becomes one.
 *
 * The order of a commit is what makes it safe: describe, sync everything, rename, sync the
 * directory renamed into. The stage's lock is held across the rename, so that a sweep never
 * mistakes a layer on its way for a dead stage; the lock file comes along and is removed last. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/internal.h"
#include "util/log.h"
#include "util/path.h"

#define TREE_MODE 0755

static void forget(struct stage *st)
{
	fd_close(&st->dir);
	fd_close(&st->lock);
	*st = (struct stage){ .dir = -1, .lock = -1 };
}

/* Make tmp/NAME and lock it. 1 when a sweep got between the two and the name is lost. */
static int make_locked(int tmp, struct stage *st, struct err *e)
{
	struct stat st_lock;
	if (mkdirat(tmp, st->name, 0700) < 0)
		return err_sys(e, "make tmp/%s", st->name);
	st->dir = openat(tmp, st->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (st->dir < 0)
		return errno == ENOENT ? 1 : err_sys(e, "open tmp/%s", st->name);
	st->lock = store_lock_open(st->dir, "lock");
	if (st->lock < 0)
		return errno == ENOENT ? 1 : err_sys(e, "lock tmp/%s", st->name);
	if (store_flock(st->lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? 1 : err_sys(e, "lock tmp/%s", st->name);
	if (fstat(st->lock, &st_lock) < 0 || st_lock.st_nlink == 0)
		return 1;
	return 0;
}

static int open_stage(struct store *s, const char *kind, struct stage *st, struct err *e)
{
	auto_fd int tmp = dir_open_at(s->root, "tmp", e);
	if (tmp < 0)
		return -1;
	int lost = 1;
	for (int i = 0; lost == 1 && i < 16; i++) {
		forget(st);
		store_tmp_name(kind, st->name);
		lost = make_locked(tmp, st, e);
	}
	if (lost)
		return lost < 0 ? -1 : err_set(e, ERR_BUSY, "no stage could be made in tmp/");
	if (mkdirat(st->dir, "tree", TREE_MODE) < 0)
		return err_sys(e, "make tmp/%s/tree", st->name);
	/* whatever the umask says: a container's users go through it */
	if (fchmodat(st->dir, "tree", TREE_MODE, 0) < 0)
		return err_sys(e, "set the mode of tmp/%s/tree", st->name);
	return 0;
}

int stage_open(struct store *s, const char *kind, struct stage *out, struct err *e)
{
	*out = (struct stage){ .dir = -1, .lock = -1 };
	if (store_hold(s, e) < 0)
		return -1;
	if (open_stage(s, kind, out, e) == 0)
		return 0;
	stage_drop(s, out);
	return store_fail(s, e);
}

void stage_drop(struct store *s, struct stage *st)
{
	char path[80];
	if (!st->name[0])
		return;
	snprintf(path, sizeof path, "tmp/%s", st->name);
	/* the lock stays until the tree is gone: nobody else needs to try meanwhile */
	if (tree_remove_at(st->dir, "tree") == 0 && tree_remove_at(s->root, path) < 0)
		log_debug("%s is left to the next sweep: %s", path, strerror(errno));
	forget(st);
}

static int write_info(const struct stage *st, const struct layer_info *info, struct err *e)
{
	auto_json json *j = json_object_new_object();
	json_put_int(j, "size", (int64_t)info->size);
	json_put_int(j, "disk", (int64_t)info->disk);
	json_put_int(j, "files", (int64_t)info->files);
	json_put_int(j, "skippedDevices", (int64_t)info->skipped_devices);
	json_put_int(j, "flattened", (int64_t)info->flattened);
	json_put_int(j, "droppedXattrs", (int64_t)info->dropped_xattrs);
	auto_free char *text = json_text(j, true);
	/* no fsync of its own: the file system is synced in a moment */
	auto_fd int fd = openat(st->dir, "info.json",
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fd_write_all(fd, text, strlen(text)) < 0)
		return err_sys(e, "write info.json");
	return 0;
}

/* What lies at layers/HEX without being a layer (a disk that lost files) becomes garbage. */
static int displace(struct store *s, int layers, const struct digest *diff_id, struct err *e)
{
	char name[64], path[80];
	store_tmp_name("damaged", name);
	snprintf(path, sizeof path, "tmp/%s", name);
	if (renameat(layers, diff_id->hex, s->root, path) < 0)
		return err_sys(e, "move the damaged layers/%.12s away", diff_id->hex);
	return 0;
}

/* 1 when the layer is already there. */
static int put_in_place(struct store *s, struct stage *st, const struct digest *diff_id,
			struct err *e)
{
	char from[80];
	auto_fd int layers = dir_open_at(s->root, "layers", e);
	if (layers < 0)
		return -1;
	snprintf(from, sizeof from, "tmp/%s", st->name);
	while (renameat(s->root, from, layers, diff_id->hex) < 0) {
		if (errno != ENOTEMPTY && errno != EEXIST)
			return err_sys(e, "rename %s to layers/%.12s", from, diff_id->hex);
		if (store_layer_exists(s, diff_id))
			return 1;
		if (displace(s, layers, diff_id, e) < 0)
			return -1;
	}
	if (store_sync_dir(layers) == 0)
		return 0;
	err_sys(e, "sync layers");
	/* a layer that may be lost by a power cut is none: take it back, or leave it be */
	if (renameat(layers, diff_id->hex, s->root, from) < 0)
		forget(st);
	return -1;
}

static int commit(struct store *s, struct stage *st, const struct digest *diff_id,
		  const struct layer_info *info, struct err *e)
{
	if (store_layer_exists(s, diff_id))
		return 1;
	if (write_info(st, info, e) < 0 || fd_sync_fs(st->dir, e) < 0)
		return -1;
	return put_in_place(s, st, diff_id, e);
}

int stage_commit_layer(struct store *s, struct stage *st, const struct digest *diff_id,
		       const struct layer_info *info, struct err *e)
{
	int rc = commit(s, st, diff_id, info, e);
	if (rc == 0) {
		/* it has moved: what is left of the stage is the lock file that came along */
		if (unlinkat(st->dir, "lock", 0) < 0)
			log_debug("layer %.12s keeps its lock file: %s", diff_id->hex,
				  strerror(errno));
		forget(st);
		return 0;
	}
	stage_drop(s, st);
	return rc == 1 ? 0 : store_fail(s, e);
}
