/* sweep.c - taking away what nobody will ever use: stages whose makers died, and layers and blobs
 * that no image and no container names.
 *
 * Dead stages are told by their lock, which the kernel frees with its holder. Garbage is told
 * under the store's exclusive lock, and only moved to tmp/ there, which takes no time; the
 * removing comes after. Whatever cannot be read is taken for used: in doubt nothing goes. */
#include <dirent.h>
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

#define LAYERS_FILE_MAX 65536

/* ---- walking a directory of the store */

typedef int visit_fn(int dir, const char *name, void *arg, struct err *e);

/* VISIT each entry of ROOT/PATH; stops at the first that fails. */
static int each_entry(const struct store *s, const char *path, visit_fn *visit, void *arg,
		      struct err *e)
{
	int fd = openat(s->root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *ent;
	int rc = 0;
	if (!d) {
		err_sys(e, "read directory %s", path);
		fd_close(&fd);
		return -1;
	}
	while (rc == 0 && (ent = readdir(d)))
		if (!str_eq(ent->d_name, ".") && !str_eq(ent->d_name, ".."))
			rc = visit(dirfd(d), ent->d_name, arg, e);
	closedir(d);
	return rc;
}

/* ---- dead stages */

/* Is NAME still what FD was opened as? A maker may have renamed it while we looked. */
static bool still_there(int tmp, const char *name, int fd)
{
	struct stat a, b;
	return fstat(fd, &a) == 0 && fstatat(tmp, name, &b, AT_SYMLINK_NOFOLLOW) == 0
	       && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* The lock of tmp/NAME if its maker is dead: an fd that now holds it; else -1. */
static int take_dead(int tmp, const char *name)
{
	auto_fd int fd = openat(tmp, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	auto_fd int lock = -1;
	if (S_ISDIR(st.st_mode))
		lock = store_lock_open(fd, "lock");
	else
		lock = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (lock < 0 || store_flock(lock, LOCK_EX | LOCK_NB) < 0 || !still_there(tmp, name, fd))
		return -1;
	return fd_take(&lock);
}

static int sweep_entry(int tmp, const char *name, void *arg, struct err *e)
{
	unsigned *removed = arg;
	char tree[NAME_MAX + 8];
	auto_fd int lock = take_dead(tmp, name);
	if (lock < 0)
		return 0;
	/* the tree before the lock file, so that nobody else begins with it meanwhile */
	snprintf(tree, sizeof tree, "%s/tree", name);
	if ((tree_remove_at(tmp, tree) < 0 && errno != ENOTDIR) || tree_remove_at(tmp, name) < 0) {
		log_debug("tmp/%s does not go: %s", name, strerror(errno));
		return 0;
	}
	++*removed;
	return 0;
}

static int find_dead(int tmp, const char *name, void *arg, struct err *e)
{
	bool *found = arg;
	auto_fd int lock = *found ? -1 : take_dead(tmp, name);
	*found |= lock >= 0;
	return 0;
}

bool store_sweep_needed(struct store *s)
{
	bool found = false;
	struct err e;
	return each_entry(s, "tmp", find_dead, &found, &e) == 0 && found;
}

/* ---- garbage */

struct used {
	struct digest *layers, *blobs;
	size_t nlayers, nblobs, layers_cap, blobs_cap;
	const struct store *store;
};

static void use(struct digest **list, size_t *n, size_t *cap, const char *hex)
{
	xgrow(list, cap, *n + 1, sizeof **list);
	memcpy((*list)[(*n)++].hex, hex, DIGEST_HEX + 1);
}

static int use_image(int dir, const char *name, void *arg, struct err *e)
{
	struct used *u = arg;
	struct image_file file;
	auto_free struct digest *layers = NULL;
	size_t n = 0;
	if (!digest_is_hex(name))
		return 0;
	if (image_file_load(u->store, name, &file, &layers, &n, e) < 0)
		return e->code == ENOENT ? 0 : -1;
	use(&u->blobs, &u->nblobs, &u->blobs_cap, file.id.hex);
	use(&u->blobs, &u->nblobs, &u->blobs_cap, file.manifest.hex);
	for (size_t i = 0; i < n; i++)
		use(&u->layers, &u->nlayers, &u->layers_cap, layers[i].hex);
	return 0;
}

static int use_container(int dir, const char *name, void *arg, struct err *e)
{
	struct used *u = arg;
	auto_free char *text = NULL;
	auto_strv struct strv lines = { 0 };
	char path[NAME_MAX + 16];
	snprintf(path, sizeof path, "%s/layers", name);
	if (file_read_at(dir, path, LAYERS_FILE_MAX, &text, NULL, e) < 0)
		return e->code == ENOENT || e->code == ENOTDIR ? 0 : -1;
	strv_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.n; i++) {
		if (digest_is_hex(lines.list[i]))
			use(&u->layers, &u->nlayers, &u->layers_cap, lines.list[i]);
		else if (*lines.list[i])
			return err_set(e, ERR_CORRUPT, "containers/%s is damaged", path);
	}
	return 0;
}

static int by_hex(const void *a, const void *b)
{
	return strcmp(((const struct digest *)a)->hex, ((const struct digest *)b)->hex);
}

static bool has(const struct digest *list, size_t n, const char *hex)
{
	struct digest key;
	memcpy(key.hex, hex, sizeof key.hex);
	return n && bsearch(&key, list, n, sizeof key, by_hex);
}

static int collect_layer(int dir, const char *name, void *arg, struct err *e)
{
	const struct used *u = arg;
	char to[64], path[80];
	if (!digest_is_hex(name) || has(u->layers, u->nlayers, name))
		return 0;
	store_tmp_name("garbage", to);
	snprintf(path, sizeof path, "tmp/%s", to);
	return renameat(dir, name, u->store->root, path) < 0
		       ? err_sys(e, "move layer %.12s away", name)
		       : 0;
}

struct blob_sweep {
	const struct used *used;
	unsigned removed;
};

static int collect_blob(int dir, const char *name, void *arg, struct err *e)
{
	struct blob_sweep *b = arg;
	if (!digest_is_hex(name) || has(b->used->blobs, b->used->nblobs, name))
		return 0;
	if (unlinkat(dir, name, 0) < 0)
		return err_sys(e, "remove blob %.12s", name);
	b->removed++;
	return 0;
}

static int collect_all(struct used *u, unsigned *removed, struct err *e)
{
	struct blob_sweep blobs = { .used = u };
	if (each_entry(u->store, "images", use_image, u, e) < 0
	    || each_entry(u->store, "containers", use_container, u, e) < 0)
		return err_wrap(e, "nothing is collected");
	if (u->nlayers)
		qsort(u->layers, u->nlayers, sizeof *u->layers, by_hex);
	if (u->nblobs)
		qsort(u->blobs, u->nblobs, sizeof *u->blobs, by_hex);
	int rc = each_entry(u->store, "layers", collect_layer, u, e);
	if (rc == 0)
		rc = each_entry(u->store, "blobs/sha256", collect_blob, &blobs, e);
	*removed += blobs.removed;
	return rc;
}

static int collect(struct store *s, unsigned *removed, struct err *e)
{
	struct used u = { .store = s };
	fd_close(&s->held);
	auto_fd int lock = store_lock_open(s->root, "lock");
	if (lock < 0)
		return err_sys(e, "lock");
	if (store_flock(lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? 0 : err_sys(e, "lock");
	int rc = collect_all(&u, removed, e);
	free(u.layers);
	free(u.blobs);
	return rc;
}

int store_sweep(struct store *s, bool gc, unsigned *removed, struct err *e)
{
	unsigned count = 0;
	if ((gc && collect(s, &count, e) < 0) || each_entry(s, "tmp", sweep_entry, &count, e) < 0)
		return store_fail(s, e);
	if (removed)
		*removed = count;
	return 0;
}
